"""A roll-call: names are called out, one teller records what each says, another confirms the list as read back."""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, insert, select

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, RollEntry, Vote
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.models.tellers import ROLL_CALL, PaperBatch, PaperVoter, Teller
from coop.rules.tally.motion import Choice
from coop.services import ballots
from coop.services.tellers.reading import own_roll_call
from coop.services.tellers.working import at_work, entries_of, keep, next_number, note

ABSENT = "absent"


def has_roll_call(ballot: Ballot) -> bool:
    """Whether votes can be called out: where the record shows who voted how anyway."""
    return ballot.kind == "motion" and ballot.secrecy == "open"


def call_out(
    ballot: Ballot, organisation: Organisation, actor: Actor, now: datetime, *, number: int, says: str
) -> None:
    """Record what a member says when called, or that they are absent; called again it replaces that."""
    authorize(actor, Permission.ENTER_PAPER_VOTES, ballot)
    ballot = ballots.locked(ballot)
    teller = at_work(ballot, actor, now)
    if not has_roll_call(ballot):
        raise Refusal(_("Only on a motion with open voting are votes called out."))
    if says not in {*Choice, ABSENT}:
        raise Refusal(_("Choose first: for, against, abstain, or absent."))
    batch = own_roll_call(ballot, teller) or _begin(ballot, teller, now)
    held: dict[str, Any] = batch.entered or {}
    if str(number) in held["spoken"]:
        _free(batch, number)
    (entry,) = entries_of(ballot, [number])
    spoken = {one: said for one, said in held["spoken"].items() if one != str(number)}
    absent = [one for one in held["absent"] if one != number]
    if says == ABSENT:
        absent.append(number)
    else:
        spoken[str(number)] = str(says)
        keep(batch, [entry])
    batch.entered, batch.voters = {"spoken": spoken, "absent": absent}, len(spoken)
    note(batch, "recorded a spoken vote on", ballot, organisation, actor, now)


def give(batch: PaperBatch, teller: Teller, now: datetime) -> None:
    """Make what was called out the members' own votes, which they can change like any other."""
    spoken: dict[str, str] = (batch.entered or {})["spoken"]
    if not spoken:
        raise Refusal(_("Nobody gave a vote in this roll-call. Cancel it."))
    rows = db.session.execute(
        select(Membership.number, RollEntry.id)
        .join(RollEntry, RollEntry.membership_id == Membership.id)
        .join(PaperVoter, PaperVoter.roll_entry_id == RollEntry.id)
        .where(PaperVoter.batch_id == batch.id)
    )
    votes = [
        {
            "ballot_id": batch.ballot_id,
            "roll_entry_id": entry_id,
            "choice": spoken[str(number)],
            "cast_at": now,
            "given": ROLL_CALL,
        }
        for number, entry_id in rows
    ]
    db.session.execute(delete(PaperVoter).where(PaperVoter.batch_id == batch.id))
    db.session.execute(insert(Vote), votes)
    batch.repeated_by_id, batch.confirmed_at, batch.spoilt = teller.id, now, 0
    batch.voters, batch.entered = len(votes), None
    db.session.flush()


def _begin(ballot: Ballot, teller: Teller, now: datetime) -> PaperBatch:
    batch = PaperBatch(
        ballot_id=ballot.id,
        number=next_number(ballot),
        channel=ROLL_CALL,
        voting_class="",
        weight=1,
        entered_by_id=teller.id,
        entered_at=now,
        entered={"spoken": {}, "absent": []},
        voters=0,
    )
    db.session.add(batch)
    db.session.flush()
    return batch


def _free(batch: PaperBatch, number: int) -> None:
    entries = (
        select(RollEntry.id)
        .join(Membership, Membership.id == RollEntry.membership_id)
        .where(RollEntry.ballot_id == batch.ballot_id, Membership.number == number)
    )
    db.session.execute(
        delete(PaperVoter).where(PaperVoter.batch_id == batch.id, PaperVoter.roll_entry_id.in_(entries))
    )
