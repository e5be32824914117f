"""Asking a teller for a paper vote, taking that back, and the tellers' note that the paper is on its way."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from coop.access import Actor, Permission, authorize
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, RollEntry
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.models.tellers import PaperRequest
from coop.services import ballots
from coop.services.records import record
from coop.services.tellers.reading import in_office, request_of

WAYS = ("post", "hand")


def why_no_paper(ballot: Ballot, voter: Actor, now: datetime) -> str:
    """Say why a member can't have a paper vote now; "" if they can."""
    place = ballots.place_of(ballot, voter) if ballot.opened_at else None
    if ballot.stage_at(now) != "open":
        return str(_("A paper vote can be asked for while voting is open."))
    if place is None or not place.entitled:
        return str(place.reason if place else ballots.why_not(ballot, voter.membership))
    if place.handed_in_at is not None:
        return ballots.handed_in_words(ballot, place.handed_in_at, place.channel)
    if place.issued:
        return str(
            _("Your secret vote here was begun, and nobody can tell whether it was cast. Finish it here.")
        )
    if place.has_voted:
        told = _("You have voted here already. That vote counts, and you can change it until voting closes.")
        return str(told)
    if not in_office(ballot):
        return str(_("This ballot has no tellers. Ask the returning officer to appoint some."))
    return ""


def ask_for_paper(
    ballot: Ballot, organisation: Organisation, voter: Actor, now: datetime, *, way: str
) -> None:
    """Ask the tellers for a paper, by post or to be handed over; asked again it changes the way."""
    authorize(voter, Permission.VOTE, ballot)
    ballot = ballots.locked(ballot)
    if why := why_no_paper(ballot, voter, now):
        raise Refusal(why)
    if way not in WAYS:
        raise Refusal(_("Choose how you want to get the paper."))
    if way == "post" and not (voter.membership and voter.membership.postal_address.strip()):
        raise Refusal(
            _("We have no postal address of you. Enter it under “More”, or have the paper handed to you.")
        )
    asked = request_of(ballot, voter)
    if asked is None:
        entry = select(RollEntry.id).where(
            RollEntry.ballot_id == ballot.id, RollEntry.membership_id == voter.membership_id
        )
        asked = PaperRequest(roll_entry_id=db.session.scalars(entry).one(), ballot_id=ballot.id, asked_at=now)
        db.session.add(asked)
    asked.way = way
    db.session.flush()
    record(organisation, voter, "asked for a paper to vote on", f"ballot {ballot.number}", now, {"way": way})


def take_back(ballot: Ballot, organisation: Organisation, voter: Actor, now: datetime) -> None:
    """Take the request for a paper back."""
    authorize(voter, Permission.VOTE, ballot)
    asked = request_of(ballots.locked(ballot), voter)
    if asked is None:
        return
    db.session.delete(asked)
    db.session.flush()
    record(organisation, voter, "took back the request for a paper of", f"ballot {ballot.number}", now)


def note_sent(
    ballot: Ballot, organisation: Organisation, actor: Actor, now: datetime, *, number: int
) -> None:
    """Note that the paper was posted or handed over, so that the other teller doesn't do it again."""
    authorize(actor, Permission.ENTER_PAPER_VOTES, ballot)
    asked = db.session.scalar(
        select(PaperRequest)
        .join(RollEntry, RollEntry.id == PaperRequest.roll_entry_id)
        .join(Membership, Membership.id == RollEntry.membership_id)
        .where(PaperRequest.ballot_id == ballot.id, Membership.number == number)
        .with_for_update(of=PaperRequest)
    )
    if asked is None:
        raise Missing
    if asked.sent_at is None:
        asked.sent_at = now
        db.session.flush()
        record(organisation, actor, "gave out a paper of", f"ballot {ballot.number}", now, {"member": number})
