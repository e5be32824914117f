"""The votes of a ballot as they are counted."""

from typing import Any

from sqlalchemy import select

from coop.extensions import db
from coop.models.ballots import Ballot, RollEntry, Vote
from coop.rules.tally.decide import election_of
from coop.rules.tally.election import Election
from coop.services.ballots import by_tellers, secret
from coop.services.ballots.papers import paper_of


def votes_of(ballot: Ballot) -> list[tuple[Any, int]]:
    """Give every vote that counts, with its weight and without its voter."""
    told = [(one.choice, one.weight) for one in by_tellers.told_votes(ballot) for _paper in range(one.papers)]
    if ballot.secrecy == "secret":
        return secret.weighed(ballot) + told
    rows = db.session.execute(
        select(Vote.choice, RollEntry.weight)
        .join(RollEntry, RollEntry.id == Vote.roll_entry_id)
        .where(Vote.ballot_id == ballot.id, RollEntry.entitled)
        .order_by(RollEntry.id)
    )
    return [(choice, weight) for choice, weight in rows] + told


def spoilt_on(ballot: Ballot) -> int:
    """Count the votes that spoilt papers would have been."""
    return sum(by_tellers.spoilt_votes(ballot).values())


def election_on(ballot: Ballot) -> Election:
    """Gather the votes of a sealed election for a count."""
    names = tuple(option.name for option in ballot.options)
    seed, reopen = bytes.fromhex(ballot.seed), (ballot.rule or {}).get("reopen")
    return election_of(
        paper_of(ballot), names, votes_of(ballot), ballot.seats, seed, reopen, spoilt_on(ballot)
    )
