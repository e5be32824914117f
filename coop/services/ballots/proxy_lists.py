"""Proxies as pages show them: to the giver, to the holder, and to the returning officer."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ScalarSelect, and_, func, or_, select
from sqlalchemy.orm import aliased

from coop.access import Actor, Permission, authorize
from coop.extensions import db
from coop.models.ballots import Ballot, RollEntry, Vote
from coop.models.members import ACTIVE, Membership
from coop.models.organisations import Organisation
from coop.models.proxies import Proxy
from coop.services.ballots.proxies import ProxyRule, rule_for
from coop.services.ballots.reading import PAGE_SIZE, Place

MOST_FOUND = 10
SHORTEST_WORD = 3  # so that nobody lists the members letter by letter


@dataclass(frozen=True)
class Given:
    """What a member gave: to whom, how it stands, and whether the holder has cast their vote."""

    number: int
    name: str
    state: str
    reason: str
    has_voted: bool


@dataclass(frozen=True)
class Held:
    """A member whom the reader may vote for, and what the reader chose for them so far."""

    number: int
    name: str
    place: Place


@dataclass(frozen=True)
class Proxies:
    """A member's part in the proxies of one ballot."""

    rule: ProxyRule
    given: Given | None = None
    held: tuple[Held, ...] = ()

    def held_of(self, number: int | None) -> Held | None:
        return next((one for one in self.held if one.number == number), None)


@dataclass(frozen=True)
class ProxyLine:
    """A proxy as the returning officer reads it."""

    giver: str
    giver_number: int
    holder: str
    holder_number: int
    state: str
    reason: str
    has_voted: bool


def proxies_of(ballot: Ballot, organisation: Organisation, actor: Actor, now: datetime) -> Proxies:
    """Gather what the actor gave and holds; nothing is asked of the database where none are allowed."""
    rule = rule_for(ballot, organisation, now)
    if not rule.limit or ballot.secrecy == "secret" or actor.membership_id is None:
        return Proxies(rule)
    return Proxies(rule, _given(ballot, actor), _held(ballot, actor))


def find_holders(ballot: Ballot, actor: Actor, words: str, day: date) -> list[Membership]:
    """Find members by the beginnings of their names, to name one as proxy; never more than a few.

    Once the roll stands only those on it are found; before, whoever is an active member on the day.
    """
    authorize(actor, Permission.VOTE, ballot)
    wanted = [word for word in words.split() if len(word) >= SHORTEST_WORD]
    if not wanted:
        return []
    query = select(Membership).where(
        Membership.organisation_id == ballot.organisation_id,
        Membership.id != actor.membership_id,
        Membership.erased_at.is_(None),
        *(
            or_(
                Membership.name.istartswith(word, autoescape=True),
                Membership.name.icontains(f" {word}", autoescape=True),
            )
            for word in wanted
        ),
    )
    if ballot.opened_at is None:
        query = query.where(Membership.latest_kind_on(day).in_(ACTIVE))
    else:
        query = query.join(RollEntry, RollEntry.membership_id == Membership.id).where(
            RollEntry.ballot_id == ballot.id, RollEntry.entitled
        )
    return list(db.session.scalars(query.order_by(Membership.name, Membership.number).limit(MOST_FOUND)))


def proxy_lines(ballot: Ballot, actor: Actor, page: int = 1) -> tuple[list[ProxyLine], int]:
    """List a page of the proxies of a ballot, and how many there are."""
    authorize(actor, Permission.SEE_ROLL, ballot)
    giver, holder = aliased(Membership), aliased(Membership)
    of_ballot = Proxy.ballot_id == ballot.id
    rows = db.session.execute(
        select(
            giver.name,
            giver.number,
            holder.name,
            holder.number,
            Proxy.state,
            Proxy.reason,
            Vote.id.is_not(None),
        )
        .select_from(Proxy)
        .join(giver, giver.id == Proxy.giver_id)
        .join(holder, holder.id == Proxy.holder_id)
        .outerjoin(RollEntry, _entry_of_giver())
        .outerjoin(Vote, (Vote.roll_entry_id == RollEntry.id) & (Vote.cast_by_id == Proxy.holder_id))
        .where(of_ballot)
        .order_by(giver.number)
        .limit(PAGE_SIZE)
        .offset((min(max(1, page), 100_000) - 1) * PAGE_SIZE)
    )
    total = db.session.scalar(select(func.count(Proxy.id)).where(of_ballot)) or 0
    return [ProxyLine(*row) for row in rows], total


def _given(ballot: Ballot, actor: Actor) -> Given | None:
    row = db.session.execute(
        select(Membership.number, Membership.name, Proxy.state, Proxy.reason, Vote.id.is_not(None))
        .select_from(Proxy)
        .join(Membership, Membership.id == Proxy.holder_id)
        .outerjoin(RollEntry, _entry_of_giver())
        .outerjoin(Vote, (Vote.roll_entry_id == RollEntry.id) & (Vote.cast_by_id == Proxy.holder_id))
        .where(Proxy.ballot_id == ballot.id, Proxy.giver_id == actor.membership_id)
    ).first()
    return Given(*row) if row else None


def _held(ballot: Ballot, actor: Actor) -> tuple[Held, ...]:
    """List those the actor may vote for. What a giver chose themselves is never among it."""
    rows = db.session.execute(
        select(Membership.number, Membership.name, RollEntry.entitled, RollEntry.reason, Vote.id, Vote.choice)
        .select_from(Proxy)
        .join(Membership, Membership.id == Proxy.giver_id)
        .outerjoin(RollEntry, _entry_of_giver())
        .outerjoin(Vote, Vote.roll_entry_id == RollEntry.id)
        .where(
            Proxy.ballot_id == ballot.id,
            Proxy.holder_id == actor.membership_id,
            Proxy.state == "named",
            or_(Vote.id.is_(None), Vote.cast_by_id == Proxy.holder_id),
        )
        .order_by(Membership.number)
    )
    return tuple(
        Held(
            row.number,
            row.name,
            Place(bool(row.entitled), row.reason or "", None if row.id is None else row.choice),
        )
        for row in rows
    )


def _entry_of_giver() -> Any:
    return and_(RollEntry.ballot_id == Proxy.ballot_id, RollEntry.membership_id == Proxy.giver_id)


def papers_to_cast(membership: Membership) -> ScalarSelect[int]:
    """How many members wait for this one to vote for them, as a subquery beside `Ballot`."""
    theirs = aliased(RollEntry)
    return (
        select(func.count(Proxy.id))
        .join(theirs, (theirs.ballot_id == Proxy.ballot_id) & (theirs.membership_id == Proxy.giver_id))
        .where(
            Proxy.ballot_id == Ballot.id,
            Proxy.holder_id == membership.id,
            Proxy.state == "named",
            ~select(Vote.id).where(Vote.roll_entry_id == theirs.id).exists(),
        )
        .correlate(Ballot)
        .scalar_subquery()
    )
