"""Dues as a desired state: what should be charged follows from plans, membership and waivers alone.

A period costs what the plan in force on its first day says, so a new price never touches the past.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise

from coop.rules.calendar import Interval, Period, add_months, period_at
from coop.rules.money import format_amount, fraction_of

ONCE = "once"


@dataclass(frozen=True)
class Band:
    id: int
    name: str
    amount_minor: int


@dataclass(frozen=True)
class Plan:
    """One version of a plan; a later one of the same name replaces it from its first day."""

    id: int
    name: str
    interval: str  # "month", "quarter", "half-year", "year" or "once"
    currency: str
    starts_on: dt.date
    ends_on: dt.date | None
    bands: tuple[Band, ...]  # the first is for whoever chose none
    decision: str  # its number, "2026/14"
    article: str = ""


@dataclass(frozen=True)
class Stay:
    """Member from the first to the last day, both included; without a last day, still."""

    first: dt.date
    last: dt.date | None = None


@dataclass(frozen=True)
class Choice:
    """The band a member is in from a day on."""

    band_name: str
    starts_on: dt.date


@dataclass(frozen=True)
class Waiver:
    """The share of a plan's dues that a member need not pay for periods that touch its days."""

    plan_name: str
    starts_on: dt.date
    ends_on: dt.date | None
    share: Fraction
    reason: str = ""
    decision: str = ""


@dataclass(frozen=True)
class Part:
    """One step of the reckoning: what it is about, and a sentence."""

    what: str
    says: str


@dataclass(frozen=True)
class Desired:
    """A charge that should exist; of amount zero where all of it is waived."""

    plan_id: int
    plan_name: str
    band_id: int
    period: Period
    amount_minor: int
    currency: str
    parts: tuple[Part, ...]

    @property
    def key(self) -> tuple[int, dt.date]:
        return self.plan_id, self.period.first


@dataclass(frozen=True)
class Booked:
    """A charge that stands in the books."""

    id: int
    plan_id: int
    period_starts_on: dt.date
    amount_minor: int
    currency: str

    @property
    def key(self) -> tuple[int, dt.date]:
        return self.plan_id, self.period_starts_on


@dataclass(frozen=True)
class Difference:
    """What to book and what to take back so that the books say what they should."""

    to_add: tuple[Desired, ...]
    to_reverse: tuple[Booked, ...]


def desired_charges(
    stays: Sequence[Stay],
    plans: Iterable[Plan],
    choices: Sequence[Choice],
    waivers: Sequence[Waiver],
    until: dt.date,
) -> list[Desired]:
    """The charges one member should have for all periods that have begun by the until day."""
    found = []
    ordered = sorted(plans, key=lambda plan: (plan.name, plan.starts_on))
    for _name, versions in groupby(ordered, key=lambda plan: plan.name):
        for plan, months in _periods(list(versions), stays, until):
            charge = _charge(plan, months, stays, choices, waivers)
            if charge is not None:
                found.append(charge)
    return sorted(found, key=lambda charge: (charge.period.first, charge.plan_name))


def difference(desired: Iterable[Desired], booked: Iterable[Booked], until: dt.date) -> Difference:
    """Compare by plan version and period; what began after the until day is left alone."""
    wanted = {charge.key: charge for charge in desired if charge.amount_minor > 0}
    kept, to_reverse = set(), []
    for charge in sorted(booked, key=lambda charge: charge.id):
        if charge.period_starts_on > until:
            continue
        wish = wanted.get(charge.key)
        right = wish is not None and (wish.amount_minor, wish.currency) == (
            charge.amount_minor,
            charge.currency,
        )
        if right and charge.key not in kept:
            kept.add(charge.key)
        else:
            to_reverse.append(charge)
    to_add = tuple(charge for key, charge in wanted.items() if key not in kept)
    return Difference(to_add, tuple(to_reverse))


def _periods(
    versions: Sequence[Plan], stays: Sequence[Stay], until: dt.date
) -> Iterator[tuple[Plan, list[Period]]]:
    """The months of each period, with the version in force on its first day.

    A new version waits for the running period to end; the rhythm goes on unless the interval changes.
    """
    if versions[0].interval == ONCE:
        yield from _once(versions, stays, until)
        return
    anchor, rhythm, k = versions[0].starts_on, versions[0].interval, 0
    while (first := add_months(anchor, k)) <= until:
        version = max(
            (one for one in versions if one.starts_on <= first), key=lambda one: (one.starts_on, one.id)
        )
        if version.ends_on is not None and first > version.ends_on:
            later = [one for one in versions if one.starts_on > first]
            if not later:
                return
            anchor, rhythm, k = later[0].starts_on, later[0].interval, 0
            continue
        if version.interval != rhythm:
            anchor, rhythm, k = first, version.interval, 0
        length = Interval(rhythm).months
        yield version, [period_at(anchor, Interval.MONTH, k + month) for month in range(length)]
        k += length


def _once(
    versions: Sequence[Plan], stays: Sequence[Stay], until: dt.date
) -> Iterator[tuple[Plan, list[Period]]]:
    """The first day on which the member is one and a version is in force."""
    days = []
    for stay in stays:
        for version, successor in pairwise([*versions, None]):
            if version is None:
                continue
            day = max(stay.first, version.starts_on)
            over = (successor is not None and day >= successor.starts_on) or (
                version.ends_on is not None and day > version.ends_on
            )
            if not over and (stay.last is None or day <= stay.last) and day <= until:
                days.append((day, version))
    if days:
        day, version = min(days, key=lambda found: found[0])
        yield version, [Period(day, day)]


def _charge(
    plan: Plan,
    all_months: Sequence[Period],
    stays: Sequence[Stay],
    choices: Sequence[Choice],
    waivers: Sequence[Waiver],
) -> Desired | None:
    period = Period(all_months[0].first, all_months[-1].last)
    of_months = len(all_months)
    months = sum(any(month.overlap(stay.first, stay.last) for stay in stays) for month in all_months)
    if months == 0:
        return None
    band, why_band = _band(plan, period, stays, choices)
    parts = [
        Part("plan", f"“{plan.name}” asks {_every(plan.interval)}, from {_day(plan.starts_on)}."),
        Part("decision", f"The rate was set by decision {plan.decision}{_article(plan.article)}."),
        Part("band", f"Band “{band.name}”: {format_amount(band.amount_minor, plan.currency)}. {why_band}"),
        Part("period", _told(plan, period)),
    ]
    amount = band.amount_minor
    if months < of_months:
        amount = fraction_of(amount, Fraction(months, of_months))
        told = "month counts" if months == 1 else "months count"
        shown = format_amount(amount, plan.currency)
        parts.append(Part("proration", f"{months} of {of_months} {told}, begun ones whole: {shown}."))
    waived = [
        waiver
        for waiver in waivers
        if waiver.plan_name == plan.name
        and waiver.starts_on <= period.last
        and (waiver.ends_on is None or waiver.ends_on >= period.first)
    ]
    if waived:
        # The most generous holds: two waivers of a half are not a gift of the whole.
        waiver = max(waived, key=lambda waiver: (waiver.share, waiver.starts_on))
        amount -= fraction_of(amount, waiver.share)
        by = f" by decision {waiver.decision}" if waiver.decision else ""
        share = (
            "All of it" if waiver.share >= 1 else f"{waiver.share.numerator}/{waiver.share.denominator} of it"
        )
        left = format_amount(amount, plan.currency)
        parts.append(Part("waiver", f"{share} is waived{by}; {left} is left."))
    return Desired(plan.id, plan.name, band.id, period, amount, plan.currency, tuple(parts))


def _band(plan: Plan, period: Period, stays: Sequence[Stay], choices: Sequence[Choice]) -> tuple[Band, str]:
    """The band on the period's first day of membership; a later change waits for the next period."""
    firsts = [max(period.first, stay.first) for stay in stays if period.overlap(stay.first, stay.last)]
    on = min(firsts, default=period.first)
    made = [choice for choice in choices if choice.starts_on <= on]
    if made:
        latest = max(made, key=lambda choice: choice.starts_on)
        for band in plan.bands:
            if band.name == latest.band_name:
                return band, f"Yours since {_day(latest.starts_on)}."
        return plan.bands[0], f"Your band “{latest.band_name}” is not in this plan, so the first one holds."
    return plan.bands[0], "It holds for everyone who chose no other."


def _every(interval: str) -> str:
    return "one payment" if interval == ONCE else f"a payment every {interval}"


def _article(article: str) -> str:
    return f", article {article}" if article else ""


def _told(plan: Plan, period: Period) -> str:
    if plan.interval == ONCE:
        return f"Owed once, on {_day(period.first)}."
    return f"For {_day(period.first)} to {_day(period.last)}."


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"
