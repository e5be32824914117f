"""Finding ballots and decisions, for the pages and for the subjects above."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from flask_babel import format_datetime
from sqlalchemy import ColumnElement, Select, and_, bindparam, func, inspect, or_, select
from sqlalchemy.orm import joinedload

from coop.access import Actor
from coop.errors import Missing
from coop.extensions import db
from coop.models.ballots import Ballot, Decision, RollEntry, Vote
from coop.models.members import Membership
from coop.models.organisations import Organisation

Row = TypeVar("Row", Ballot, Decision)
PAGE_SIZE = 20
VOTES_A_PAGE = 200


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """One page of a list."""

    rows: list[Row]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True)
class Place:
    """Where a member stands on a roll, and what they chose so far."""

    entitled: bool
    reason: str
    choice: Any

    @property
    def has_voted(self) -> bool:
        return self.choice is not None


@dataclass(frozen=True)
class RollLine:
    number: int
    name: str
    entitled: bool
    reason: str
    notices: str


_BY_NUMBER = (
    select(Ballot)
    .where(Ballot.organisation_id == bindparam("organisation"), Ballot.number == bindparam("number"))
    .options(joinedload(Ballot.named_officers))
)


def find(organisation: Organisation, number: int) -> Ballot:
    """Return a ballot by its number; Missing for one of another organisation."""
    # The key as it is known: an expired organisation need not be read again on the busy road of votes.
    (here,) = inspect(organisation).identity or (organisation.id,)
    asked = {"organisation": here, "number": number}
    ballot = db.session.scalars(_BY_NUMBER, asked).unique().one_or_none()
    if ballot is None:
        raise Missing
    return ballot


def locked(ballot: Ballot) -> Ballot:
    """Read a ballot again and keep its row until the end of the transaction."""
    return db.session.get_one(Ballot, ballot.id, with_for_update=True, populate_existing=True)


def find_decision(organisation: Organisation, year: int, number: int) -> Decision:
    """Return a decision by its year and number; Missing for one of another organisation."""
    decision = db.session.scalar(
        select(Decision).where(
            Decision.organisation_id == organisation.id, Decision.year == year, Decision.number == number
        )
    )
    if decision is None:
        raise Missing
    return decision


def decisions_by_id(organisation: Organisation, ids: set[int]) -> dict[int, Decision]:
    """Return those decisions of the organisation by their ids."""
    rows = db.session.scalars(
        select(Decision).where(Decision.organisation_id == organisation.id, Decision.id.in_(ids))
    )
    return {decision.id: decision for decision in rows} if ids else {}


def decision_on(ballot: Ballot) -> Decision | None:
    return db.session.scalar(select(Decision).where(Decision.ballot_id == ballot.id))


def list_ballots(
    organisation: Organisation,
    now: datetime,
    *,
    words: str = "",
    state: str = "",
    page: int = 1,
    drafts_of: Sequence[int] = (),
) -> Listing[Ballot]:
    """List ballots, the latest first; `state` is open, coming, closed or empty; drafts of these bodies."""
    where = [
        Ballot.organisation_id == organisation.id,
        or_(Ballot.announced_at.is_not(None), Ballot.body_id.in_(drafts_of)),
    ]
    if state in _STATES:
        where.append(_STATES[state](now))
    if words.strip():
        where.append(_contains(words, Ballot.title, Ballot.text))
    return _page(select(Ballot).where(*where).order_by(Ballot.number.desc()), page)


def outcomes_of(found: Sequence[Ballot]) -> dict[int, tuple[str, str]]:
    """Return label and outcome of the decisions that ballots became, by the ballot's id."""
    rows = db.session.scalars(select(Decision).where(Decision.ballot_id.in_([ballot.id for ballot in found])))
    return {row.ballot_id: (row.label, row.outcome) for row in rows}


def ballot_of(decision: Decision) -> Ballot:
    return db.session.get_one(Ballot, decision.ballot_id)


def list_decisions(
    organisation: Organisation, *, words: str = "", outcome: str = "", page: int = 1
) -> Listing[Decision]:
    """List decisions, the latest first."""
    where = [Decision.organisation_id == organisation.id]
    if outcome:
        where.append(Decision.outcome == outcome)
    if words.strip():
        where.append(_contains(words, Decision.title, Decision.text))
    return _page(select(Decision).where(*where).order_by(Decision.year.desc(), Decision.number.desc()), page)


def awaiting(actor: Actor, now: datetime) -> list[Ballot]:
    """List the open ballots on which this member can still vote and has not, the first to close first."""
    if actor.membership_id is None:
        return []
    waiting = (
        select(Ballot)
        .join(
            RollEntry, and_(RollEntry.ballot_id == Ballot.id, RollEntry.membership_id == actor.membership_id)
        )
        .outerjoin(Vote, Vote.roll_entry_id == RollEntry.id)
        .where(RollEntry.entitled, Vote.id.is_(None), _open(now))
        .order_by(Ballot.closes_at, Ballot.id)
    )
    return list(db.session.scalars(waiting))


def recent_decisions(organisation: Organisation, most: int = 5) -> list[Decision]:
    """List what was decided lately."""
    recent = select(Decision).where(Decision.organisation_id == organisation.id)
    return list(
        db.session.scalars(recent.order_by(Decision.decided_at.desc(), Decision.id.desc()).limit(most))
    )


def place_of(ballot: Ballot, actor: Actor) -> Place | None:
    """Say where the actor stands on a frozen roll; None where the roll does not name them."""
    row = db.session.execute(
        select(RollEntry.entitled, RollEntry.reason, Vote.id, Vote.choice)
        .outerjoin(Vote, Vote.roll_entry_id == RollEntry.id)
        .where(RollEntry.ballot_id == ballot.id, RollEntry.membership_id == actor.membership_id)
    ).first()
    if row is None:
        return None
    return Place(row.entitled, row.reason, None if row.id is None else row.choice)


def turnout(ballot: Ballot) -> tuple[int, int]:
    """Count who voted and who could."""
    row = db.session.execute(
        select(func.count(Vote.id), func.count(RollEntry.id))
        .select_from(RollEntry)
        .outerjoin(Vote, Vote.roll_entry_id == RollEntry.id)
        .where(RollEntry.ballot_id == ballot.id, RollEntry.entitled)
    ).one()
    return row[0], row[1]


def who_voted_how(ballot: Ballot, page: int = 1) -> list[tuple[str, int, str]]:
    """List name, number and choice of each vote of an open ballot that is sealed; of others nothing."""
    if ballot.secrecy != "open" or ballot.kind != "motion" or ballot.sealed_at is None:
        return []
    rows = db.session.execute(
        select(Membership.name, Membership.number, Vote.choice)
        .select_from(Vote)
        .join(RollEntry, RollEntry.id == Vote.roll_entry_id)
        .join(Membership, Membership.id == RollEntry.membership_id)
        .where(Vote.ballot_id == ballot.id)
        .order_by(Membership.number)
        .limit(VOTES_A_PAGE)
        .offset((min(max(1, page), 100_000) - 1) * VOTES_A_PAGE)
    )
    return [(name, number, choice) for name, number, choice in rows]


def roll_lines(ballot: Ballot, *, words: str = "", page: int = 1) -> tuple[list[RollLine], int]:
    """List a page of the frozen roll, with reasons, and how long it is."""
    query = (
        select(Membership.number, Membership.name, RollEntry.entitled, RollEntry.reason, Membership.notices)
        .join(Membership, Membership.id == RollEntry.membership_id)
        .where(RollEntry.ballot_id == ballot.id)
    )
    if words.strip():
        query = query.where(_contains(words, Membership.name))
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = db.session.execute(_slice(query.order_by(Membership.number), page))
    lines = [
        RollLine(number, name, entitled, reason, notices) for number, name, entitled, reason, notices in rows
    ]
    return lines, total


def closing_words(ballot: Ballot) -> str:
    """Say when a ballot closes as wall time in the zone of its promise: “3 May 2026, 18:00 (Madrid)”."""
    return wall_words(ballot.closes_at, ballot.zone)


def wall_words(instant: datetime, zone: str) -> str:
    """Say an instant as wall time in a zone."""
    local = instant.astimezone(ZoneInfo(zone))
    city = zone.rsplit("/", 1)[-1].replace("_", " ")
    return f"{format_datetime(local, 'd MMMM y, HH:mm', rebase=False)} ({city})"


def _open(now: datetime) -> ColumnElement[bool]:
    return and_(
        Ballot.opened_at.is_not(None),
        Ballot.sealed_at.is_(None),
        Ballot.void_at.is_(None),
        Ballot.closes_at > now,
    )


_STATES: dict[str, Callable[[datetime], ColumnElement[bool]]] = {
    "open": _open,
    "coming": lambda _now: and_(Ballot.opened_at.is_(None), Ballot.void_at.is_(None)),
    "closed": lambda now: or_(
        Ballot.void_at.is_not(None), and_(Ballot.opened_at.is_not(None), Ballot.closes_at <= now)
    ),
}


def _contains(words: str, *columns: Any) -> ColumnElement[bool]:
    """Every word stands in one of the columns."""
    return and_(
        *(or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words.split()[:8])
    )


def _page(query: Select[Any], page: int) -> Listing[Any]:
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    return Listing(list(db.session.scalars(_slice(query, page))), total, max(1, page))


def _slice(query: Any, page: int) -> Any:
    return query.limit(PAGE_SIZE).offset((min(max(1, page), 100_000) - 1) * PAGE_SIZE)
