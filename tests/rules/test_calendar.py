import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.rules.calendar import (
    Interval,
    Period,
    add_months,
    clear_days_before,
    clear_days_between,
    earliest_meeting_day,
    periods,
    reminder_of,
)

DAY = st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31))


@pytest.mark.parametrize(
    ("notice", "clear"),
    [
        pytest.param(dt.date(2026, 11, 7), 13, id="one day short"),
        pytest.param(dt.date(2026, 11, 6), 14, id="exactly fourteen clear days"),
        pytest.param(dt.date(2026, 11, 5), 15, id="one to spare"),
    ],
)
def test_clear_days_count_neither_the_notice_nor_the_meeting(notice, clear):
    meeting = dt.date(2026, 11, 21)
    assert clear_days_between(notice, meeting) == clear
    assert (notice <= clear_days_before(meeting, 14)) is (clear >= 14)
    assert (meeting >= earliest_meeting_day(notice, 14)) is (clear >= 14)


@given(DAY, st.integers(0, 400))
def test_last_notice_day_and_first_meeting_day_agree(day, n):
    assert earliest_meeting_day(clear_days_before(day, n), n) == day
    assert clear_days_between(clear_days_before(day, n), day) == n


def test_the_31st_does_not_drift():
    days = [add_months(dt.date(2026, 1, 31), k) for k in range(5)]
    assert [day.day for day in days] == [31, 28, 31, 30, 31]
    assert add_months(dt.date(2028, 1, 31), 1) == dt.date(2028, 2, 29)
    assert add_months(dt.date(2026, 1, 31), -2) == dt.date(2025, 11, 30)


def test_december_follows_november_in_the_same_year():
    assert add_months(dt.date(2026, 11, 30), 1) == dt.date(2026, 12, 30)
    assert add_months(dt.date(2026, 12, 1), 1) == dt.date(2027, 1, 1)


@given(DAY, st.sampled_from(list(Interval)))
def test_periods_follow_one_another_without_gap_or_overlap(start, interval):
    found = list(periods(start, interval, add_months(start, 30)))
    assert found[0].first == start
    for one, next_one in itertools.pairwise(found):
        assert next_one.first == one.last + dt.timedelta(days=1)


def test_a_period_counts_once_it_has_begun():
    january = dt.date(2026, 1, 1)
    assert len(list(periods(january, "month", dt.date(2026, 2, 28)))) == 2
    assert len(list(periods(january, "month", dt.date(2026, 3, 1)))) == 3
    assert not list(periods(january, "month", dt.date(2025, 12, 31)))


def test_an_overlap_counts_both_ends():
    november = Period(dt.date(2026, 11, 1), dt.date(2026, 11, 30))
    assert november.days == 30
    assert november.overlap(dt.date(2026, 11, 30), None) == 1
    assert november.overlap(dt.date(2026, 12, 1), None) == 0
    assert november.overlap(dt.date(2026, 1, 1), dt.date(2026, 11, 1)) == 1


@pytest.mark.parametrize(
    ("days_open", "days_before", "hours_after_opening"),
    [
        pytest.param(7, 2, 5 * 24, id="two days before closing"),
        pytest.param(4, 2, 2 * 24, id="exactly twice as long: two days before is half time"),
        pytest.param(3, 2, 36, id="shorter than twice that: half time"),
        pytest.param(5, 2, 3 * 24, id="longer than twice that: two days before"),
        pytest.param(1, 60, 12, id="much shorter: half time, never before opening"),
    ],
)
def test_a_ballot_has_its_reminder_days_before_closing_or_at_half_time(
    days_open, days_before, hours_after_opening
):
    opens = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
    closes = opens + dt.timedelta(days=days_open)
    found = reminder_of(opens, closes, days_before, "UTC")
    assert found == opens + dt.timedelta(hours=hours_after_opening)


def test_no_days_are_no_reminder_and_days_are_counted_by_the_clocks_of_the_zone():
    opens = dt.datetime(2026, 10, 16, 16, tzinfo=dt.UTC)  # 18:00 in Madrid, in summer time
    closes = dt.datetime(2026, 10, 26, 17, tzinfo=dt.UTC)  # 18:00 in Madrid, in winter time
    assert reminder_of(opens, closes, 0, "Europe/Madrid") is None
    assert reminder_of(opens, closes, 2, "Europe/Madrid") == dt.datetime(2026, 10, 24, 16, tzinfo=dt.UTC)
