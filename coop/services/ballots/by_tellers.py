"""What tellers entered and confirmed, as counting, bundles and pages need it; entering it is their own subject."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, select, update

from coop.access import PROGRAM
from coop.extensions import db
from coop.models.ballots import Ballot, RollEntry, SecretVote, Vote
from coop.models.members import Membership
from coop.models.tellers import CHANNELS, ROLL_CALL, PaperBatch, PaperVote, PaperVoter, Teller
from coop.services.records import record

ONLINE = "online"


@dataclass(frozen=True)
class Told:
    """So many papers of one class and weight that say the same."""

    voting_class: str
    weight: int
    choice: Any
    papers: int


@dataclass(frozen=True)
class Ways:
    """How votes came to a ballot: how many by each way, how many papers were spoilt, who told them."""

    counts: dict[str, int]  # "online" and the channels, those that were used
    spoilt: int
    tellers: list[tuple[str, int]]  # name and number


def told_votes(ballot: Ballot) -> list[Told]:
    """List what the confirmed papers say, in an order that tells nothing."""
    if not ballot.papers_to:
        return []
    rows = db.session.scalars(
        select(PaperVote)
        .where(PaperVote.ballot_id == ballot.id)
        .order_by(PaperVote.voting_class, PaperVote.weight, PaperVote.choice)
    )
    return [Told(row.voting_class, row.weight, json.loads(row.choice), row.papers) for row in rows]


def struck_numbers(ballot: Ballot) -> list[int]:
    """List the numbers of the members whose paper votes are confirmed."""
    if not ballot.papers_to:
        return []
    rows = db.session.scalars(
        select(Membership.number)
        .join(RollEntry, RollEntry.membership_id == Membership.id)
        .join(PaperVoter, PaperVoter.roll_entry_id == RollEntry.id)
        .join(PaperBatch, PaperBatch.id == PaperVoter.batch_id)
        .where(PaperVoter.ballot_id == ballot.id, PaperBatch.confirmed_at.is_not(None))
        .order_by(Membership.number)
    )
    return list(rows)


def spoilt_votes(ballot: Ballot) -> dict[str, int]:
    """Count the votes of each class that its spoilt papers would have been; classes without any are left out."""
    if not ballot.papers_to:
        return {}
    rows = db.session.execute(
        select(PaperBatch.voting_class, func.sum(PaperBatch.spoilt * PaperBatch.weight))
        .where(PaperBatch.ballot_id == ballot.id, PaperBatch.confirmed_at.is_not(None), PaperBatch.spoilt > 0)
        .group_by(PaperBatch.voting_class)
    )
    return {voting_class: int(votes or 0) for voting_class, votes in rows}


def awaits_papers(now: datetime) -> ColumnElement[bool]:
    """Ask of a ballot that closed whether a teller may still enter papers: then it isn't sealed yet."""
    unfinished = exists().where(
        Teller.ballot_id == Ballot.id, Teller.ended_at.is_(None), Teller.finished_at.is_(None)
    )
    return and_(Ballot.papers_until.is_not(None), Ballot.papers_until > now, unfinished)


def is_awaiting_papers(ballot: Ballot, now: datetime) -> bool:
    return db.session.scalar(select(Ballot.id).where(Ballot.id == ballot.id, awaits_papers(now))) is not None


def drop_unconfirmed(ballot: Ballot, now: datetime) -> None:
    """Cancel the batches that nobody confirmed in time: their papers don't count."""
    running = select(PaperBatch.id).where(
        PaperBatch.ballot_id == ballot.id,
        PaperBatch.confirmed_at.is_(None),
        PaperBatch.cancelled_at.is_(None),
    )
    batches = list(db.session.scalars(running))
    if not batches:
        return
    forget(batches, now)
    facts = {"batches": len(batches)}
    record(
        ballot.organisation_id,
        PROGRAM,
        "dropped unconfirmed papers of",
        f"ballot {ballot.number}",
        now,
        facts,
    )


def forget(batches: Sequence[int], now: datetime) -> None:
    """Free the voters of batches that aren't confirmed, and cancel these with all that was entered."""
    db.session.execute(delete(PaperVoter).where(PaperVoter.batch_id.in_(batches)))
    done = {"cancelled_at": now, "entered": None, "repeated": None}
    db.session.execute(update(PaperBatch).where(PaperBatch.id.in_(batches)).values(done))


def ways_of(ballot: Ballot) -> Ways | None:
    """Say by which ways votes came; None where all came through the browser."""
    if not ballot.papers_to:
        return None
    hands = db.session.execute(
        select(Vote.given, func.count(Vote.id)).where(Vote.ballot_id == ballot.id).group_by(Vote.given)
    )
    papers = db.session.execute(
        select(
            PaperBatch.channel, func.sum(PaperBatch.voters), func.sum(PaperBatch.spoilt * PaperBatch.weight)
        )
        .where(
            PaperBatch.ballot_id == ballot.id,
            PaperBatch.confirmed_at.is_not(None),
            PaperBatch.channel != ROLL_CALL,
        )
        .group_by(PaperBatch.channel)
    ).all()
    by_way = dict(hands.all()) | {channel: int(voters) for channel, voters, _ in papers}
    if not by_way.keys() - {ONLINE}:
        return None
    if ballot.secrecy == "secret":
        secret = select(func.count()).select_from(SecretVote).where(SecretVote.ballot_id == ballot.id)
        by_way[ONLINE] = db.session.scalar(secret) or 0
    entered = exists().where(
        PaperBatch.confirmed_at.is_not(None),
        (PaperBatch.entered_by_id == Teller.id) | (PaperBatch.repeated_by_id == Teller.id),
    )
    tellers = db.session.execute(
        select(Membership.name, Membership.number)
        .join(Teller, Teller.membership_id == Membership.id)
        .where(Teller.ballot_id == ballot.id, entered)
        .order_by(Membership.number)
    )
    counts = {way: by_way.get(way, 0) for way in (ONLINE, *CHANNELS) if way == ONLINE or by_way.get(way)}
    return Ways(counts, sum(int(one[2] or 0) for one in papers), [(name, number) for name, number in tellers])
