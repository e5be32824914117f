"""The register: numbers, memberships, and what happened to them when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ScalarSelect, Select, String, cast, func, or_, select

from coop.access import Actor, Permission, authorize, may
from coop.errors import Forbidden, Missing
from coop.extensions import db
from coop.models.members import (
    ACTIVE,
    ENDED,
    Application,
    Holder,
    Membership,
    MembershipEvent,
    status_of,
)
from coop.models.organisations import Body, BodyMembership, Organisation
from coop.services import records

PAGE = 50


@dataclass(frozen=True)
class RegisterLine:
    """One membership as a list shows it."""

    id: int
    number: int
    name: str
    kind: str
    email: str
    since: date | None
    status: str
    latest_on: date | None
    erasure_asked: bool

    @property
    def left_on(self) -> date | None:
        return self.latest_on if self.status == "ended" else None


@dataclass(frozen=True)
class Filter:
    """What of the register is asked for; `status` is "active", "suspended", "ended" or empty."""

    search: str = ""
    status: str = ""
    body_id: int | None = None


@dataclass(frozen=True)
class Page:
    """Some of a long list, and how much there is of it."""

    lines: list[RegisterLine]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def next_number(organisation: Organisation) -> int:
    """The number after the highest ever given; call with the organisation's row locked."""
    highest = db.session.scalar(
        select(func.max(Membership.number)).where(Membership.organisation_id == organisation.id)
    )
    return (highest or 0) + 1


def add_membership(
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    number: int,
    name: str,
    holders: Sequence[tuple[str, int | None]],
    email: str = "",
    application_id: int | None = None,
    kind: str = "person",
    on: date | None = None,
    article: str = "",
    version_id: int | None = None,
    decision_id: int | None = None,
) -> Membership:
    """Write a membership down with its first event and its holders, `(name, person_id)` each.

    Who may do this is the caller's to ask.
    """
    membership = Membership(
        organisation_id=organisation.id,
        number=number,
        name=name,
        email=email,
        kind=kind,
        notices="mail" if email else "post",
        application_id=application_id,
    )
    membership.holders.extend(
        Holder(organisation_id=organisation.id, person_id=person_id, name=holder)
        for holder, person_id in holders
    )
    membership.events.append(
        MembershipEvent(
            kind="admitted",
            on=on or organisation.day_of(now),
            by=actor.label,
            recorded_at=now,
            article=article,
            version_id=version_id,
            decision_id=decision_id,
        )
    )
    db.session.add(membership)
    db.session.flush()
    return membership


def active_membership_of(organisation: Organisation, person_id: int, day: date) -> Membership | None:
    """The membership a person holds here on a day, suspended or not."""
    rows = db.session.execute(
        select(Membership, Membership.latest_kind_on(day))
        .join(Holder, Holder.membership_id == Membership.id)
        .where(Holder.organisation_id == organisation.id, Holder.person_id == person_id)
    )
    return next((row for row, kind in rows if status_of(kind) in ("active", "suspended")), None)


def count_active(organisation: Organisation, day: date) -> int:
    """How many active members there are on a day."""
    query = (
        select(func.count())
        .select_from(Membership)
        .where(Membership.organisation_id == organisation.id, Membership.latest_kind_on(day).in_(ACTIVE))
    )
    return db.session.scalar(query) or 0


def organisations_of(person_id: int) -> list[Organisation]:
    """Where a person belongs or has applied."""
    here = select(Holder.organisation_id).where(Holder.person_id == person_id)
    asked = select(Application.organisation_id).where(Application.person_id == person_id)
    return list(
        db.session.scalars(
            select(Organisation)
            .where(or_(Organisation.id.in_(here), Organisation.id.in_(asked)))
            .order_by(Organisation.name)
        )
    )


def find(organisation: Organisation, number: int) -> Membership:
    membership = db.session.scalar(
        select(Membership).where(Membership.organisation_id == organisation.id, Membership.number == number)
    )
    if membership is None:
        raise Missing
    return membership


def list_members(
    organisation: Organisation,
    actor: Actor,
    day: date,
    wanted: Filter,
    *,
    page: int = 1,
) -> Page:
    """One page of the register as the actor may see it: a branch's officer sees the branch's members only."""
    query = _filtered(organisation, actor, day, wanted)
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    page = min(max(1, page), max(1, -(-total // PAGE)))
    rows = db.session.execute(query.order_by(Membership.number).limit(PAGE).offset((page - 1) * PAGE))
    return Page([_line(row) for row in rows], total, page)


def register_rows(
    organisation: Organisation,
    actor: Actor,
    day: date,
    wanted: Filter,
) -> Iterator[RegisterLine]:
    """Every line of the register that the actor may see, for a table to keep.

    The address is left out of the lines of those whose particulars the actor may not see.
    """
    query = _filtered(organisation, actor, day, wanted)
    reachable = _reachable(organisation, actor, day)
    for row in db.session.execute(query.order_by(Membership.number)):
        line = _line(row)
        yield line if reachable is None or line.id in reachable else replace(line, email="")


def bodies_seen(organisation: Organisation, actor: Actor) -> list[Body]:
    """The branches and groups whose members the actor may list."""
    everything = may(actor, Permission.SEE_REGISTER, organisation)
    return [
        body
        for body in organisation.bodies
        if body.kind != "assembly" and (everything or may(actor, Permission.SEE_REGISTER, body))
    ]


def look_at(membership: Membership, actor: Actor, now: datetime) -> None:
    """Write down that somebody read a member's private particulars; the member sees it in the export."""
    authorize(actor, Permission.SEE_PARTICULARS, membership)
    organisation = db.session.get_one(Organisation, membership.organisation_id)
    records.record(organisation, actor, "looked at particulars", f"member {membership.number}", now)


def note_export(organisation: Organisation, actor: Actor, lines: int, now: datetime) -> None:
    """Write down that the register was taken out as a table."""
    records.record(organisation, actor, "exported the register", "register", now, facts={"lines": lines})


def _filtered(organisation: Organisation, actor: Actor, day: date, wanted: Filter) -> Any:
    latest = Membership.latest_kind_on(day)
    query: Any = select(Membership, latest, Membership.admitted_on(), _latest_on(day)).where(
        Membership.organisation_id == organisation.id
    )
    if not may(actor, Permission.SEE_REGISTER, organisation):
        bodies = [body.id for body in bodies_seen(organisation, actor)]
        if not bodies:
            raise Forbidden(Permission.SEE_REGISTER)
        query = query.where(Membership.id.in_(_members_of(bodies, day)))
    if wanted.body_id is not None:
        query = query.where(Membership.id.in_(_members_of([wanted.body_id], day)))
    words = wanted.search.strip()
    if words:
        like = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        query = query.where(
            or_(Membership.name.ilike(like, escape="\\"), cast(Membership.number, String) == words)
        )
    kinds = {"active": ACTIVE, "suspended": ("suspended",), "ended": ENDED}.get(wanted.status)
    if kinds:
        query = query.where(latest.in_(kinds))
    return query


def _reachable(organisation: Organisation, actor: Actor, day: date) -> set[int] | None:
    """The members whose particulars the actor may see; None for everyone."""
    bodies = [body for body in organisation.bodies if may(actor, Permission.SEE_PARTICULARS, body)]
    if any(body.kind == "assembly" for body in bodies):
        return None
    return set(db.session.scalars(_members_of([body.id for body in bodies], day)))


def _members_of(body_ids: list[int], day: date) -> Select[Any]:
    return select(BodyMembership.membership_id).where(
        BodyMembership.body_id.in_(body_ids),
        BodyMembership.starts_on <= day,
        or_(BodyMembership.ends_on.is_(None), BodyMembership.ends_on >= day),
    )


def _latest_on(day: date) -> ScalarSelect[date]:
    return (
        select(func.max(MembershipEvent.on))
        .where(MembershipEvent.membership_id == Membership.id, MembershipEvent.on <= day)
        .correlate(Membership)
        .scalar_subquery()
    )


def _line(row: Any) -> RegisterLine:
    membership, kind, since, latest_on = row
    return RegisterLine(
        membership.id,
        membership.number,
        membership.name,
        membership.kind,
        membership.email,
        since,
        status_of(kind),
        latest_on,
        membership.erasure_asked_at is not None and membership.erased_at is None,
    )
