"""Tellers: appointed to one ballot, gone before they entered anything, and done when no paper is left."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import exists, select

from coop.access import Actor, Permission, authorize
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.models.tellers import PaperBatch, Teller
from coop.services import ballots
from coop.services.records import record, send
from coop.services.tellers.reading import FEWEST, in_office, refuse_when_over, running_batches, teller_of

LONGEST_PLACE = 500


def appoint(
    ballot: Ballot,
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    numbers: Sequence[int],
    papers_to: str,
) -> None:
    """Appoint tellers besides those in office, and say where papers are handed in or posted to."""
    authorize(actor, Permission.SET_UP_BALLOT, ballot)
    ballot, papers_to = ballots.locked(ballot), papers_to.strip()
    refuse_when_over(ballot, now)
    if not papers_to:
        raise Refusal(_("Say where papers are handed in or posted to."))
    already = {one.membership_id for one in in_office(ballot)}
    if ballot.stage_at(now) == "closed" and not already:
        raise Refusal(_("Voting has closed without tellers, so no paper can be counted any more."))
    members = _appointable(ballot, organisation, numbers, now)
    new = [member for member in members if member.id not in already]
    if len(already) + len(new) < FEWEST:
        raise Refusal(_("Papers are entered by two people. Appoint two tellers at least."))
    ballot.papers_to = papers_to
    db.session.flush()
    for member in new:
        teller = _put_in_office(ballot, member, now)
        if member.email and member.notices == "mail":
            key = f"teller-appointed:{teller.id}:{now.isoformat()}"
            path = f"/ballots/{ballot.number}/telling"
            send(organisation, "teller-appointed", key, now, membership_id=member.id, path=path)
    if new:
        facts = {"members": [member.number for member in new]}
        record(organisation, actor, "appointed tellers of", f"ballot {ballot.number}", now, facts)


def dismiss(ballot: Ballot, organisation: Organisation, actor: Actor, now: datetime, *, number: int) -> None:
    """Replace a teller who has not entered anything."""
    authorize(actor, Permission.SET_UP_BALLOT, ballot)
    ballot = ballots.locked(ballot)
    refuse_when_over(ballot, now)
    teller = next((one for one in in_office(ballot) if one.membership.number == number), None)
    if teller is None:
        raise Missing
    _end(teller, now)
    record(organisation, actor, "dismissed a teller of", f"ballot {ballot.number}", now, {"member": number})


def resign(ballot: Ballot, organisation: Organisation, actor: Actor, now: datetime) -> None:
    """Stop being a teller, before having entered anything."""
    authorize(actor, Permission.ENTER_PAPER_VOTES, ballot)
    ballot = ballots.locked(ballot)
    refuse_when_over(ballot, now)
    _end(teller_of(ballot, actor), now)
    record(organisation, actor, "resigned as a teller of", f"ballot {ballot.number}", now)


def finish(ballot: Ballot, organisation: Organisation, actor: Actor, now: datetime) -> None:
    """Say that no paper is left; once every teller has, the votes are counted."""
    authorize(actor, Permission.ENTER_PAPER_VOTES, ballot)
    ballot = ballots.locked(ballot)
    refuse_when_over(ballot, now)
    if now < ballot.closes_at:
        raise Refusal(_("Papers can still come in until voting closes. Say this afterwards."))
    if running_batches(ballot):
        raise Refusal(_("A batch is neither confirmed nor cancelled. Finish it first."))
    teller_of(ballot, actor).finished_at = now
    record(organisation, actor, "finished the papers of", f"ballot {ballot.number}", now)


def _appointable(
    ballot: Ballot, organisation: Organisation, numbers: Sequence[int], now: datetime
) -> list[Membership]:
    """Find the members of these numbers; refuse who can't be a teller."""
    rows = db.session.scalars(
        select(Membership).where(
            Membership.organisation_id == organisation.id, Membership.number.in_(numbers)
        )
    )
    found = {member.number: member for member in rows}
    candidates = {option.membership_id for option in ballot.options}
    day = organisation.day_of(now)
    for number in numbers:
        member = found.get(number)
        if member is None:
            raise Refusal(
                _("There is no member with the number %(number)d. Look it up and try again.", number=number)
            )
        if member.status_on(day) != "active":
            raise Refusal(_("%(name)s is not an active member today.", name=member.name))
        if member.id in candidates:
            raise Refusal(_("%(name)s is a candidate and can't count the votes.", name=member.name))
    return [found[number] for number in numbers]


def _put_in_office(ballot: Ballot, member: Membership, now: datetime) -> Teller:
    again = db.session.scalar(
        select(Teller).where(Teller.ballot_id == ballot.id, Teller.membership_id == member.id)
    )
    teller = again or Teller(ballot_id=ballot.id, membership_id=member.id)
    teller.appointed_at, teller.ended_at, teller.finished_at = now, None, None
    db.session.add(teller)
    db.session.flush()
    return teller


def _end(teller: Teller, now: datetime) -> None:
    entered = select(
        exists().where(
            PaperBatch.cancelled_at.is_(None),
            (PaperBatch.entered_by_id == teller.id) | (PaperBatch.repeated_by_id == teller.id),
        )
    )
    if db.session.scalar(entered):
        raise Refusal(
            _(
                "%(name)s has entered papers, so the name stays with them. Cancel that batch first, or appoint "
                "another teller besides.",
                name=teller.membership.name,
            )
        )
    teller.ended_at = now
    db.session.flush()
