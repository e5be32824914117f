"""The charge run: what should be charged, compared with what is."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import groupby
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from coop.access import Actor
from coop.extensions import db
from coop.models.ballots import Decision
from coop.models.dues import BandChoice, Charge, ChargeReversal, DuesPlan, Waiver
from coop.models.members import ACTIVE, Membership, MembershipEvent
from coop.models.organisations import Body, BodyMembership, Organisation
from coop.rules import dues as rules
from coop.rules.references import creditor_reference
from coop.services import constitution

T = TypeVar("T")


@dataclass(frozen=True)
class MemberChange:
    """What the charge run would do for one member."""

    membership_id: int
    number: int
    name: str
    to_add: tuple[rules.Desired, ...]
    to_reverse: tuple[rules.Booked, ...]
    waived: int  # charges that are wholly waived


def changes(organisation: Organisation, bodies: Sequence[Body], until: date) -> list[MemberChange]:
    """Whatever differs between the charges that should exist and those that stand, member by member."""
    by_body = _plans(organisation, bodies)
    if not by_body:
        return []
    plan_ids = [plan.id for plans in by_body.values() for plan in plans]
    stays = _stays(organisation)
    bands = _grouped(
        (row.membership_id, rules.Choice(row.band_name, row.starts_on))
        for row in db.session.scalars(
            select(BandChoice)
            .join(Membership, Membership.id == BandChoice.membership_id)
            .where(Membership.organisation_id == organisation.id)
        )
    )
    waivers = _waivers(organisation)
    booked = _booked(plan_ids)
    found = []
    members = db.session.execute(
        select(Membership.id, Membership.number, Membership.name)
        .where(Membership.organisation_id == organisation.id)
        .order_by(Membership.number)
    )
    within = {body.id: _within(body) for body in bodies if body.kind != "assembly"}
    for member_id, number, name in members:
        desired: list[rules.Desired] = []
        for body_id, plans in by_body.items():
            theirs = stays.get(member_id, [])
            if body_id in within:
                theirs = _both(theirs, within[body_id].get(member_id, []))
            if theirs:
                desired += rules.desired_charges(
                    theirs, plans, bands.get(member_id, []), waivers.get(member_id, []), until
                )
        change = rules.difference(desired, booked.get(member_id, []), until)
        if change.to_add or change.to_reverse:
            waived = sum(charge.amount_minor == 0 for charge in desired)
            found.append(MemberChange(member_id, number, name, change.to_add, change.to_reverse, waived))
    return found


def _plans(organisation: Organisation, bodies: Sequence[Body]) -> dict[int, list[rules.Plan]]:
    rows = db.session.execute(
        select(DuesPlan, Decision)
        .join(Decision, Decision.id == DuesPlan.decision_id)
        .where(
            DuesPlan.organisation_id == organisation.id, DuesPlan.body_id.in_([body.id for body in bodies])
        )
        .options(selectinload(DuesPlan.bands))
    )
    found: dict[int, list[rules.Plan]] = {}
    for plan, decision in rows:
        bands = tuple(rules.Band(band.id, band.name, band.amount_minor) for band in plan.bands)
        found.setdefault(plan.body_id, []).append(
            rules.Plan(
                plan.id,
                plan.name,
                plan.interval,
                plan.currency,
                plan.starts_on,
                plan.ends_on,
                bands,
                decision.label,
                plan.article,
            )
        )
    return found


def _grouped(pairs: Iterable[tuple[int, T]]) -> dict[int, list[T]]:
    found: defaultdict[int, list[T]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found


def _stays(organisation: Organisation) -> dict[int, list[rules.Stay]]:
    """From when to when each was a member, suspended or not, from the dated events."""
    rows = db.session.execute(
        select(MembershipEvent.membership_id, MembershipEvent.kind, MembershipEvent.on)
        .join(Membership, Membership.id == MembershipEvent.membership_id)
        .where(Membership.organisation_id == organisation.id)
        .order_by(MembershipEvent.membership_id, MembershipEvent.on, MembershipEvent.id)
    )
    found: dict[int, list[rules.Stay]] = {}
    for member_id, events in groupby(rows, key=lambda row: row[0]):
        stays: list[rules.Stay] = []
        since: date | None = None
        for _member, kind, on in events:
            is_member = kind in ACTIVE or kind == "suspended"
            if is_member and since is None:
                since = on
            elif not is_member and since is not None:
                if on > since:
                    # The status is "ended" on the event's own day: the day before was the last.
                    stays.append(rules.Stay(since, on - timedelta(days=1)))
                since = None
        if since is not None:
            stays.append(rules.Stay(since))
        found[member_id] = stays
    return found


def _within(body: Body) -> dict[int, list[rules.Stay]]:
    return _grouped(
        (row.membership_id, rules.Stay(row.starts_on, row.ends_on))
        for row in db.session.scalars(select(BodyMembership).where(BodyMembership.body_id == body.id))
    )


def _both(ones: Sequence[rules.Stay], others: Sequence[rules.Stay]) -> list[rules.Stay]:
    """The days that lie in both."""
    found = []
    for one in ones:
        for other in others:
            first = max(one.first, other.first)
            lasts = [stay.last for stay in (one, other) if stay.last is not None]
            last = min(lasts) if lasts else None
            if last is None or first <= last:
                found.append(rules.Stay(first, last))
    return found


def _waivers(organisation: Organisation) -> dict[int, list[rules.Waiver]]:
    rows = db.session.execute(
        select(Waiver, Decision)
        .join(Membership, Membership.id == Waiver.membership_id)
        .outerjoin(Decision, Decision.id == Waiver.decision_id)
        .where(Membership.organisation_id == organisation.id)
    )
    return _grouped(
        (
            waiver.membership_id,
            rules.Waiver(
                waiver.plan_name,
                waiver.starts_on,
                waiver.ends_on,
                Fraction(waiver.share_numerator, waiver.share_denominator),
                waiver.reason,
                decision.label if decision else "",
            ),
        )
        for waiver, decision in rows
    )


def _booked(plan_ids: Sequence[int]) -> Mapping[int, list[rules.Booked]]:
    rows = db.session.execute(
        select(
            Charge.membership_id,
            Charge.id,
            Charge.plan_id,
            Charge.period_starts_on,
            Charge.amount_minor,
            Charge.currency,
        )
        .outerjoin(ChargeReversal, ChargeReversal.charge_id == Charge.id)
        .where(Charge.plan_id.in_(plan_ids), ChargeReversal.id.is_(None))
    )
    return _grouped((row[0], rules.Booked(*row[1:])) for row in rows)


def add_charges(
    organisation: Organisation, found: Sequence[MemberChange], actor: Actor, now: datetime
) -> list[Charge]:
    """Write the charges that are missing, each with its reference, due day and explanation.

    Called by the charge run of the treasury, which has authorised, holds the organisation's row locked
    and books what this returns.
    """
    del actor  # the run is recorded as one deed
    day = organisation.day_of(now)
    due_days = _due_days(organisation, day)
    rows = db.session.execute(
        select(DuesPlan.id, DuesPlan.decision_id).where(DuesPlan.organisation_id == organisation.id)
    )
    decisions = {plan_id: decision_id for plan_id, decision_id in rows}  # noqa: C416 - rows are no pairs to mypy
    number = (
        db.session.scalar(select(func.count(Charge.id)).where(Charge.organisation_id == organisation.id)) or 0
    )
    charges = []
    for change in found:
        for wish in change.to_add:
            number += 1
            charges.append(
                Charge(
                    organisation_id=organisation.id,
                    membership_id=change.membership_id,
                    plan_id=wish.plan_id,
                    band_id=wish.band_id,
                    period_starts_on=wish.period.first,
                    period_ends_on=wish.period.last,
                    amount_minor=wish.amount_minor,
                    currency=wish.currency,
                    due_on=max(day, wish.period.first) + timedelta(days=due_days),
                    reference=creditor_reference(f"{day:%Y}{number:06d}"),
                    explanation=[{"what": part.what, "says": part.says} for part in wish.parts],
                    decision_id=decisions[wish.plan_id],
                    charged_at=now,
                )
            )
    db.session.add_all(charges)
    db.session.flush()
    return charges


def _due_days(organisation: Organisation, day: date) -> int:
    version = constitution.in_force(organisation, day)
    if version is None:
        return 30
    days: int = constitution.rule(version, "dues.due").value.n
    return days


def take_back(charge: Charge, reason: str, actor: Actor, now: datetime, entry_id: int | None) -> None:
    """Reverse a charge on which nothing is paid any more; called by the treasury, which booked the entry."""
    db.session.add(
        ChargeReversal(charge_id=charge.id, reason=reason, entry_id=entry_id, by=actor.label, at=now)
    )
    db.session.flush()
