"""The vote list of a sealed secret ballot, and who was given a token."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select

from coop.access import Actor, Permission, authorize
from coop.extensions import db
from coop.models.ballots import Ballot, RollEntry, SecretVote, TokenIssued
from coop.models.members import Membership
from coop.services.ballots.marks import member_mark
from coop.services.ballots.reading import name_has

Line = TypeVar("Line")
LINES_A_PAGE = 50
VOTES_A_PAGE = 500  # one looks for one's own with the browser's search, so the pages are long


@dataclass(frozen=True)
class SecretLine:
    """A vote as anyone sees it: by its serial."""

    serial: str
    voting_class: str
    n: int
    choice: Any


@dataclass(frozen=True)
class Page(Generic[Line]):
    """One page of a list."""

    lines: Sequence[Line]
    total: int
    page: int
    size: int = LINES_A_PAGE

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


def votes_cast(ballot: Ballot) -> int:
    """Count the votes in the box."""
    return (
        db.session.scalar(select(func.count(SecretVote.serial)).where(SecretVote.ballot_id == ballot.id)) or 0
    )


def vote_list(ballot: Ballot, actor: Actor, *, page: int = 1) -> Page[SecretLine]:
    """List the votes of a sealed ballot by serial; of any other nothing."""
    authorize(actor, Permission.SEE_BALLOTS, ballot)
    if ballot.sealed_at is None or ballot.void_at is not None:
        return Page([], 0, 1)
    query = select(SecretVote.serial, SecretVote.voting_class, SecretVote.n, SecretVote.vote).where(
        SecretVote.ballot_id == ballot.id
    )
    rows, total, page = _page(query.order_by(SecretVote.serial), page, VOTES_A_PAGE)
    lines = [SecretLine(serial, name, n, json.loads(vote)) for serial, name, n, vote in rows]
    return Page(lines, total, page, VOTES_A_PAGE)


def issued_names(ballot: Ballot, actor: Actor, *, words: str = "", page: int = 1) -> Page[tuple[int, str]]:
    """List by number and name who was given a token, for those who may see the roll."""
    authorize(actor, Permission.SEE_ROLL, ballot)
    query = _issued(ballot)
    if words.strip():
        query = query.where(name_has(words))
    rows, total, page = _page(query.order_by(Membership.number), page)
    return Page([(number, name) for number, name in rows], total, page)


def issued_marks(ballot: Ballot, actor: Actor, *, page: int = 1) -> Page[str]:
    """List the marks of those who were given a token, as the bundle has them."""
    authorize(actor, Permission.SEE_BALLOTS, ballot)
    marks = marks_issued(ballot)
    page = min(max(1, page), max(1, -(-len(marks) // LINES_A_PAGE)))
    return Page(marks[(page - 1) * LINES_A_PAGE : page * LINES_A_PAGE], len(marks), page)


def marks_issued(ballot: Ballot) -> list[str]:
    """Give the marks of all who were given a token, sorted."""
    return sorted(member_mark(ballot, number) for number, _name in db.session.execute(_issued(ballot)))


def _issued(ballot: Ballot) -> Select[int, str]:
    return (
        select(Membership.number, Membership.name)
        .join(RollEntry, RollEntry.membership_id == Membership.id)
        .join(TokenIssued, TokenIssued.roll_entry_id == RollEntry.id)
        .where(TokenIssued.ballot_id == ballot.id)
    )


def _page(query: Any, page: int, size: int = LINES_A_PAGE) -> tuple[Sequence[Any], int, int]:
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    page = min(max(1, page), 100_000)
    rows = db.session.execute(query.limit(size).offset((page - 1) * size)).all()
    return rows, total, page
