"""Finding ballots and decisions, for the pages and for the subjects above."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from flask_babel import format_date, format_datetime
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, bindparam, func, inspect, or_, select
from sqlalchemy.orm import aliased, joinedload

from coop.access import Actor
from coop.errors import Missing
from coop.extensions import db
from coop.models.ballots import Ballot, Decision, RollEntry, TokenIssued, Vote
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.models.tellers import ROLL_CALL, PaperBatch, PaperVoter

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
    given: str = "online"  # or "roll-call"
    handed_in_at: datetime | None = None  # tellers hold this member's vote
    channel: str = ""  # and how it came to them
    struck: bool = False  # and two of them have confirmed it
    voting_class: str = "member"
    issued: bool = False  # a token of a secret ballot: whether it was cast, and how, nobody knows
    by: str = ""  # who cast it, if a proxy did

    @property
    def has_voted(self) -> bool:
        return self.choice is not None or self.struck or self.issued


@dataclass(frozen=True)
class RollLine:
    number: int
    name: str
    entitled: bool
    weight: int
    reason: str
    notices: str


@dataclass(frozen=True)
class VoteLine:
    """A vote of an open ballot with its voter."""

    name: str
    number: int
    choice: str
    given: str
    weight: int
    by: str = ""  # who cast it, if a proxy did


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
        where.append(contains(words, Ballot.title, Ballot.text))
    return _page(select(Ballot).where(*where).order_by(Ballot.number.desc()), page)


def outcomes_of(found: Sequence[Ballot]) -> dict[int, tuple[str, str]]:
    """Return label and outcome of the decisions that ballots became, by the ballot's id."""
    rows = db.session.scalars(select(Decision).where(Decision.ballot_id.in_([ballot.id for ballot in found])))
    return {row.ballot_id: (row.label, row.outcome_now) for row in rows}


def ballot_of(decision: Decision) -> Ballot:
    return db.session.get_one(Ballot, decision.ballot_id)


def list_decisions(
    organisation: Organisation, *, words: str = "", outcome: str = "", page: int = 1
) -> Listing[Decision]:
    """List decisions, the latest first."""
    where = [Decision.organisation_id == organisation.id]
    if outcome == "void":
        where.append(or_(Decision.is_void, Decision.outcome == "void"))
    elif outcome:
        where.append(and_(~Decision.is_void, Decision.outcome == outcome))
    if words.strip():
        where.append(contains(words, Decision.title, Decision.text))
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
        .outerjoin(PaperVoter, PaperVoter.roll_entry_id == RollEntry.id)
        .outerjoin(TokenIssued, TokenIssued.roll_entry_id == RollEntry.id)
        .where(
            RollEntry.entitled,
            Vote.id.is_(None),
            PaperVoter.roll_entry_id.is_(None),
            TokenIssued.roll_entry_id.is_(None),
            _open(now),
        )
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
        select(
            RollEntry.entitled,
            RollEntry.reason,
            RollEntry.voting_class,
            Vote.id,
            Vote.choice,
            Vote.given,
            PaperBatch.entered_at,
            PaperBatch.channel,
            PaperBatch.confirmed_at,
            TokenIssued.ballot_id.label("issued"),
            Membership.name,
        )
        .outerjoin(Vote, Vote.roll_entry_id == RollEntry.id)
        .outerjoin(PaperVoter, PaperVoter.roll_entry_id == RollEntry.id)
        .outerjoin(PaperBatch, PaperBatch.id == PaperVoter.batch_id)
        .outerjoin(TokenIssued, TokenIssued.roll_entry_id == RollEntry.id)
        .outerjoin(Membership, Membership.id == Vote.cast_by_id)
        .where(RollEntry.ballot_id == ballot.id, RollEntry.membership_id == actor.membership_id)
    ).first()
    if row is None:
        return None
    return Place(
        row.entitled,
        row.reason,
        None if row.id is None else row.choice,
        row.given or "online",
        row.entered_at,
        row.channel or "",
        row.confirmed_at is not None,
        row.voting_class,
        row.issued is not None,
        row.name or "",
    )


def turnout(ballot: Ballot) -> tuple[int, int]:
    """Count who voted, on paper too, and who could; in a secret ballot who was given a token."""
    took_part: Any = TokenIssued if ballot.secrecy == "secret" else Vote
    struck = PaperBatch.confirmed_at.is_not(None)
    row = db.session.execute(
        select(func.count(took_part.roll_entry_id) + func.count(PaperBatch.id), func.count(RollEntry.id))
        .select_from(RollEntry)
        .outerjoin(took_part, took_part.roll_entry_id == RollEntry.id)
        .outerjoin(PaperVoter, PaperVoter.roll_entry_id == RollEntry.id)
        .outerjoin(PaperBatch, and_(PaperBatch.id == PaperVoter.batch_id, struck))
        .where(RollEntry.ballot_id == ballot.id, RollEntry.entitled)
    ).one()
    return row[0], row[1]


def who_voted_how(ballot: Ballot, page: int = 1) -> list[VoteLine]:
    """List each vote of an open ballot that is sealed; of others nothing."""
    if ballot.secrecy != "open" or ballot.kind != "motion" or ballot.sealed_at is None:
        return []
    holder = aliased(Membership)
    rows = db.session.execute(
        select(
            Membership.name,
            Membership.number,
            Vote.choice,
            Vote.given,
            RollEntry.weight,
            func.coalesce(holder.name, ""),
        )
        .select_from(Vote)
        .join(RollEntry, RollEntry.id == Vote.roll_entry_id)
        .join(Membership, Membership.id == RollEntry.membership_id)
        .outerjoin(holder, holder.id == Vote.cast_by_id)
        .where(Vote.ballot_id == ballot.id)
        .order_by(Membership.number)
        .limit(VOTES_A_PAGE)
        .offset((min(max(1, page), 100_000) - 1) * VOTES_A_PAGE)
    )
    return [VoteLine(*row) for row in rows]


def pages_of_votes(ballot: Ballot, decision: Decision) -> int:
    """Count the pages of who voted how: by voters, who may have several votes each."""
    weighted = "members" in decision.result
    return max(1, -(-(turnout(ballot)[0] if weighted else decision.result["voted"]) // VOTES_A_PAGE))


def roll_lines(ballot: Ballot, *, words: str = "", page: int = 1) -> tuple[list[RollLine], int]:
    """List a page of the frozen roll, with reasons, and how long it is."""
    query = _on_roll(ballot)
    if words.strip():
        query = query.where(contains(words, Membership.name))
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = db.session.execute(_slice(query.order_by(Membership.number), page))
    return [RollLine(*row) for row in rows], total


def all_roll_lines(ballot: Ballot) -> list[RollLine]:
    """List the whole frozen roll, with reasons."""
    return [RollLine(*row) for row in db.session.execute(_on_roll(ballot).order_by(Membership.number))]


def _on_roll(ballot: Ballot) -> Any:
    return (
        select(
            Membership.number,
            Membership.name,
            RollEntry.entitled,
            RollEntry.weight,
            RollEntry.reason,
            Membership.notices,
        )
        .join(Membership, Membership.id == RollEntry.membership_id)
        .where(RollEntry.ballot_id == ballot.id)
    )


def closing_words(ballot: Ballot) -> str:
    """Say when a ballot closes as wall time in the zone of its promise: “3 May 2026, 18:00 (Madrid)”."""
    return wall_words(ballot.closes_at, ballot.zone)


def handed_in_words(ballot: Ballot, handed_in_at: datetime, channel: str = "") -> str:
    """Say why somebody whose vote the tellers hold can't vote in the browser as well."""
    day = format_date(handed_in_at.astimezone(ZoneInfo(ballot.zone)).date(), "d MMMM y")
    if channel == ROLL_CALL:
        told = _(
            "Your vote was called out on %(day)s, and a second teller has yet to confirm it. Then you can "
            "change it here until voting closes.",
            day=day,
        )
        return str(told)
    told = _(
        "Your paper vote was handed in on %(day)s, and the tellers struck you from the electronic roll. "
        "If it was not yours, tell the returning officer.",
        day=day,
    )
    return str(told)


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


def name_has(words: str) -> ColumnElement[bool]:
    """Every word stands in the member's name."""
    return contains(words, Membership.name)


def contains(words: str, *columns: Any) -> ColumnElement[bool]:
    """Every word stands in one of the columns."""
    return and_(
        *(or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words.split()[:8])
    )


def _page(query: Select[Any], page: int) -> Listing[Any]:
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    return Listing(list(db.session.scalars(_slice(query, page))), total, max(1, page))


def _slice(query: Any, page: int) -> Any:
    return query.limit(PAGE_SIZE).offset((min(max(1, page), 100_000) - 1) * PAGE_SIZE)
