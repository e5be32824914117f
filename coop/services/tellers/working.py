"""What entering papers and calling the roll share: a teller at work, a batch that runs, the voters it may name."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, insert, select

from coop.access import Actor
from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, RollEntry, TokenIssued, Vote
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.models.tellers import PaperBatch, PaperVoter, Teller
from coop.rules.paper_votes import MOST_NAMED
from coop.services.records import record
from coop.services.tellers.reading import (
    FEWEST,
    batch_of,
    in_office,
    refuse_when_over,
    running_batches,
    teller_of,
)


def next_number(ballot: Ballot) -> int:
    last = db.session.scalar(select(func.max(PaperBatch.number)).where(PaperBatch.ballot_id == ballot.id))
    return (last or 0) + 1


def at_work(ballot: Ballot, actor: Actor, now: datetime) -> Teller:
    """Return the actor as a teller who can enter papers now; whoever had finished has not."""
    refuse_when_over(ballot, now)
    if ballot.opened_at is None:
        raise Refusal(_("Voting on “%(title)s” has not opened yet.", title=ballot.title))
    if len(in_office(ballot)) < FEWEST:
        raise Refusal(_("Papers are entered by two people. Ask the returning officer for a second teller."))
    teller = teller_of(ballot, actor)
    teller.finished_at = None
    return teller


def running(ballot: Ballot, number: int) -> PaperBatch:
    batch = batch_of(ballot, number)
    if number not in running_batches(ballot):
        done = {
            "confirmed": _("This batch is confirmed and stands."),
            "cancelled": _("This batch is cancelled. Enter its papers as a new one."),
        }
        raise Refusal(done[batch.state])
    return batch


def entries_of(ballot: Ballot, numbers: Sequence[int]) -> list[RollEntry]:
    """Find the voters of a batch on the roll; refuse who can't vote on paper, and two classes in one batch."""
    if not numbers:
        raise Refusal(_("Name the members whose papers these are."))
    rows = db.session.execute(
        select(Membership.number, RollEntry, Vote.id, TokenIssued.roll_entry_id, PaperBatch.number)
        .join(RollEntry, RollEntry.membership_id == Membership.id)
        .outerjoin(Vote, Vote.roll_entry_id == RollEntry.id)
        .outerjoin(TokenIssued, TokenIssued.roll_entry_id == RollEntry.id)
        .outerjoin(PaperVoter, PaperVoter.roll_entry_id == RollEntry.id)
        .outerjoin(PaperBatch, PaperBatch.id == PaperVoter.batch_id)
        .where(RollEntry.ballot_id == ballot.id, Membership.number.in_(numbers))
    )
    found = {row[0]: row[1:] for row in rows}
    problems = [why for number in numbers if (why := why_not_on_paper(number, found.get(number)))]
    if problems:
        more = len(problems) - MOST_NAMED
        rest = [_("And %(more)d more.", more=more)] if more > 0 else []
        raise Refusal(" ".join([*problems[:MOST_NAMED], *rest]))
    entries: list[RollEntry] = [found[number][0] for number in numbers]
    for number, entry in zip(numbers, entries, strict=True):
        if (entry.voting_class, entry.weight) != (entries[0].voting_class, entries[0].weight):
            raise Refusal(
                _(
                    "The votes of members %(one)d and %(other)d don't weigh the same or are of two classes. "
                    "Enter their papers in two batches.",
                    one=numbers[0],
                    other=number,
                )
            )
    return entries


def why_not_on_paper(number: int, row: Sequence[object] | None) -> str:
    """Say why the member of a number can't vote on paper; the row is entry, vote, token and batch, or None."""
    if row is None:
        return str(_("No member %(number)d is on the roll of this ballot.", number=number))
    entry, vote, token, batch = row
    if isinstance(entry, RollEntry) and not entry.entitled:
        return str(_("Member %(number)d can't vote on this. %(why)s", number=number, why=entry.reason))
    if vote is not None:
        told = _(
            "Member %(number)d has voted here already: that vote counts, and they can change it until voting "
            "closes.",
            number=number,
        )
        return str(told)
    if token is not None:
        told = _(
            "Member %(number)d has begun a secret vote here. Nobody can tell whether it was cast, so no paper "
            "counts besides.",
            number=number,
        )
        return str(told)
    if batch is not None:
        return str(_("Member %(number)d stands in batch %(batch)d already.", number=number, batch=batch))
    return ""


def keep(batch: PaperBatch, entries: Sequence[RollEntry]) -> None:
    rows = [
        {"roll_entry_id": entry.id, "ballot_id": batch.ballot_id, "batch_id": batch.id} for entry in entries
    ]
    db.session.execute(insert(PaperVoter), rows)


def note(
    batch: PaperBatch, verb: str, ballot: Ballot, organisation: Organisation, actor: Actor, now: datetime
) -> None:
    """Write down that a batch was handled: never what its papers say."""
    db.session.flush()
    facts = {"batch": batch.number, "channel": batch.channel, "voters": batch.voters}
    record(organisation, actor, verb, f"ballot {ballot.number}", now, facts)
