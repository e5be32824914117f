"""Days, months and periods as bye-laws count them."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo


class Interval(StrEnum):
    """How often something recurs."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half-year"
    YEAR = "year"

    @property
    def months(self) -> int:
        return {"month": 1, "quarter": 3, "half-year": 6, "year": 12}[self.value]


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both included."""

    first: dt.date
    last: dt.date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def overlap(self, first: dt.date, last: dt.date | None) -> int:
        """How many of the period's days lie between the two, both included; without a last day, for ever."""
        end = self.last if last is None else min(self.last, last)
        return max(0, (end - max(self.first, first)).days + 1)


def clear_days_between(notice_day: dt.date, event_day: dt.date) -> int:
    """The whole days between the two, counting neither."""
    return max(0, (event_day - notice_day).days - 1)


def clear_days_before(day: dt.date, n: int) -> dt.date:
    """The last day on which notice still gives n clear days before the day."""
    return day - dt.timedelta(days=n + 1)


def earliest_meeting_day(notice_day: dt.date, n: int) -> dt.date:
    """The first day that n clear days of notice, given on the notice day, allow."""
    return notice_day + dt.timedelta(days=n + 1)


def add_months(anchor: dt.date, k: int) -> dt.date:
    """The anchor's day k months on, or the month's last where it has no such day.

    Always count from the original day: adding one month twelve times lets the 31st drift to the 28th.
    """
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + k, 12)
    next_month = dt.date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return dt.date(year, month + 1, min(anchor.day, (next_month - dt.timedelta(days=1)).day))


def period_at(start: dt.date, interval: Interval, k: int) -> Period:
    """The k-th period (from 0) of those that begin on the start day."""
    first = add_months(start, k * interval.months)
    return Period(first, add_months(start, (k + 1) * interval.months) - dt.timedelta(days=1))


def periods(start: dt.date, interval: Interval | str, until: dt.date) -> Iterator[Period]:
    """The periods, one after another without a gap, that have begun by the until day."""
    each = Interval(interval)
    k = 0
    while (period := period_at(start, each, k)).first <= until:
        yield period
        k += 1


def reminder_of(opens_at: dt.datetime, closes_at: dt.datetime, days: int, zone: str) -> dt.datetime | None:
    """Find when a ballot's voters are reminded: days before closing by the clocks of the zone, never for 0.

    A ballot shorter than twice that has its reminder at half time.
    """
    if not days:
        return None
    before = (closes_at.astimezone(ZoneInfo(zone)) - dt.timedelta(days=days)).astimezone(dt.UTC)
    return max(before, opens_at + (closes_at - opens_at) / 2)


def closing_of(opens_at: dt.datetime, days: int, zone: str) -> dt.datetime:
    """Find the closing: the same wall time so many days later, up to the next whole minute."""
    local = opens_at.astimezone(ZoneInfo(zone)) + dt.timedelta(days=days)
    if local.second or local.microsecond:
        local = local.replace(second=0, microsecond=0) + dt.timedelta(minutes=1)
    return local.astimezone(dt.UTC)


def closing_after_months(opens_at: dt.datetime, months: int, zone: str) -> dt.datetime:
    """Find the same wall time so many months later, up to the next whole minute."""
    local = opens_at.astimezone(ZoneInfo(zone))
    later = add_months(local.date(), months)
    return closing_of(local.replace(year=later.year, month=later.month, day=later.day), 0, zone)
