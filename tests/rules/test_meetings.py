"""What bye-laws ask of a meeting: notice in clear days, presence at an instant, nothing written ever lost."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.rules.meetings import (
    NoSuchTimeError,
    Stay,
    instant_of,
    mark_of,
    merge,
    most_at_once,
    notice_check,
    overlaps,
    plain_text,
    presence,
    present_at,
)

TEXTS = st.dictionaries(
    st.sampled_from(["1", "2", "opening"]), st.sampled_from(["", "a", "b", "c\nd", "c\r\nd "]), max_size=3
)


@pytest.mark.parametrize(
    ("meeting_day", "given_days", "enough"),
    [
        pytest.param(date(2026, 3, 31), 20, False, id="one clear day short"),
        pytest.param(
            date(2026, 4, 1), 21, True, id="exactly twenty-one clear days, over a change of the clocks"
        ),
        pytest.param(date(2026, 4, 2), 22, True, id="one clear day more"),
        pytest.param(date(2026, 3, 11), 0, False, id="the next day leaves none"),
        pytest.param(date(2026, 3, 10), -1, False, id="the same day leaves less than none"),
    ],
)
def test_twenty_one_clear_days_exclude_the_day_of_notice_and_that_of_the_meeting(
    meeting_day, given_days, enough
):
    check = notice_check(date(2026, 3, 10), meeting_day, 21)
    assert (check.given, check.is_enough, check.earliest) == (given_days, enough, date(2026, 4, 1))


def test_no_notice_at_all_still_means_the_next_day():
    assert not notice_check(date(2026, 3, 10), date(2026, 3, 10), 0).is_enough
    assert notice_check(date(2026, 3, 10), date(2026, 3, 11), 0).is_enough


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 180))
def test_the_earliest_day_is_enough_and_the_day_before_is_not(notice_day, needed):
    earliest = notice_check(notice_day, notice_day, needed).earliest
    assert notice_check(notice_day, earliest, needed).is_enough
    assert not notice_check(notice_day, earliest - timedelta(days=1), needed).is_enough


@pytest.mark.parametrize(
    ("wall", "zone", "instant"),
    [
        pytest.param(
            datetime.fromisoformat("2026-05-03T18:00"),
            "Europe/London",
            datetime(2026, 5, 3, 17, tzinfo=UTC),
            id="summer",
        ),
        pytest.param(
            datetime.fromisoformat("2026-11-03T18:00"),
            "Europe/London",
            datetime(2026, 11, 3, 18, tzinfo=UTC),
            id="winter",
        ),
        pytest.param(
            datetime.fromisoformat("2026-10-25T01:30"),
            "Europe/London",
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
            id="twice",
        ),
        pytest.param(
            datetime.fromisoformat("2026-05-03T09:00"),
            "Pacific/Auckland",
            datetime(2026, 5, 2, 21, tzinfo=UTC),
            id="the day before",
        ),
    ],
)
def test_a_wall_time_is_read_by_the_clocks_of_its_zone(wall, zone, instant):
    assert instant_of(wall, zone) == instant


def test_an_hour_that_the_clocks_skip_is_no_time_for_a_meeting():
    with pytest.raises(NoSuchTimeError):
        instant_of(datetime.fromisoformat("2026-03-29T01:30"), "Europe/London")


NINE = datetime(2026, 5, 3, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("instant", "there"),
    [
        pytest.param(NINE - timedelta(microseconds=1), set(), id="before anyone came"),
        pytest.param(NINE, {1, 2}, id="at the moment they came"),
        pytest.param(NINE + HOUR - timedelta(microseconds=1), {1, 2}, id="just before one left"),
        pytest.param(NINE + HOUR, {1}, id="at the moment one left"),
        pytest.param(NINE + 2 * HOUR, {1, 2}, id="back again"),
    ],
)
def test_presence_is_counted_at_an_instant(instant, there):
    stays = [Stay(1, NINE), Stay(2, NINE, NINE + HOUR), Stay(2, NINE + 2 * HOUR)]
    assert present_at(stays, instant) == there
    assert overlaps(stays) == set()


@pytest.mark.parametrize(
    ("stays", "most"),
    [
        ([], 0),
        ([Stay(1, NINE, NINE + HOUR), Stay(2, NINE + HOUR)], 1),
        ([Stay(1, NINE, NINE + HOUR), Stay(2, NINE + HOUR - timedelta(microseconds=1))], 2),
        ([Stay(1, NINE), Stay(2, NINE, NINE + HOUR), Stay(3, NINE + 2 * HOUR)], 2),
        ([Stay(1, NINE), Stay(2, NINE), Stay(3, NINE + HOUR)], 3),
    ],
)
def test_the_most_at_once_are_counted_when_somebody_comes(stays, most):
    assert most_at_once(stays) == most


def test_nobody_is_at_a_meeting_twice_at_once():
    assert overlaps(
        [Stay(1, NINE), Stay(1, NINE + HOUR), Stay(2, NINE, NINE + HOUR), Stay(2, NINE + HOUR)]
    ) == {1}


@pytest.mark.parametrize(
    ("needed", "spells"),
    [
        pytest.param(2, [(0, 1), (2, 3)], id="lost while one is out"),
        pytest.param(1, [(0, 3)], id="never lost"),
        pytest.param(3, [], id="never reached"),
        pytest.param(0, [(0, 3)], id="nobody needed"),
    ],
)
def test_a_quorum_holds_from_when_enough_came_until_too_few_are_left(needed, spells):
    stays = [Stay(1, NINE - HOUR), Stay(2, NINE, NINE + HOUR), Stay(2, NINE + 2 * HOUR)]
    found = presence(stays, needed, NINE, NINE + 3 * HOUR)
    assert [((a - NINE) // HOUR, (b - NINE) // HOUR) for a, b in found.spells] == spells
    assert found.most == 2


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(-2, 6), st.integers(0, 5)), max_size=8),
    st.integers(0, 4),
    st.integers(0, 4),
)
def test_at_any_instant_of_a_meeting_the_quorum_holds_exactly_if_enough_are_there(stays, needed, hour):
    known = [
        Stay(member, NINE + came * HOUR, NINE + (came + length) * HOUR) for member, came, length in stays
    ]
    at = NINE + hour * HOUR + HOUR / 2
    found = presence(known, needed, NINE, NINE + 5 * HOUR)
    assert any(begins <= at < ends for begins, ends in found.spells) == (len(present_at(known, at)) >= needed)


def marks(texts):
    return {item: mark_of(text) for item, text in texts.items()}


@pytest.mark.parametrize(
    ("saved", "typed", "kept", "conflict"),
    [
        pytest.param("old", "old", "old", None, id="nobody changed it"),
        pytest.param("old", "mine", "mine", None, id="only I changed it"),
        pytest.param("theirs", "old", "theirs", None, id="only somebody else changed it"),
        pytest.param("same", "same", "same", None, id="both wrote the same"),
        pytest.param("theirs", "mine", "mine", "theirs", id="both changed it in different ways"),
        pytest.param("theirs", "", "", "theirs", id="one deleted what the other changed"),
    ],
)
def test_two_secretaries_writing_at_once_lose_nothing(saved, typed, kept, conflict):
    result = merge(marks({"1": "old"}), {"1": saved}, {"1": typed})
    assert result.texts == {"1": kept}
    assert result.conflicts == ({} if conflict is None else {"1": conflict})


def test_an_item_added_meanwhile_keeps_its_text():
    assert merge({}, {"2": "new"}, {}).texts == {"2": "new"}


@given(TEXTS, TEXTS, TEXTS)
def test_every_text_typed_or_saved_is_kept_or_shown(old, saved, typed):
    result = merge(marks(old), saved, typed)
    for item, there in saved.items():
        mine = plain_text(typed.get(item, there))
        seen = {plain_text(result.texts[item]), plain_text(result.conflicts.get(item, ""))}
        if mark_of(mine) != marks(old).get(item):
            assert mine in seen
        if mark_of(there) != marks(old).get(item, mark_of("")):
            assert plain_text(there) in seen


def test_line_ends_of_a_browser_change_nothing():
    assert mark_of("a\r\nb  \r\n") == mark_of("a\nb")
