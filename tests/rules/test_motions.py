"""The stages of a motion by what happened and by the clock, and what stands on the paper."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.rules.motions import Life, Point, again_on, for_the_paper, same_words, stage_at

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TIMES = {
    "second_until": NOON + 10 * SECOND,
    "debate_until": NOON + 20 * SECOND,
    "lapses_at": NOON + 30 * SECOND,
}


@pytest.mark.parametrize(("life", "at", "stage"), [
    (Life(), 0, "draft"),
    (Life("submitted", **TIMES), 9, "submitted"),
    (Life("submitted", **TIMES), 10, "lapsed"),
    (Life("seconded", **TIMES), 29, "seconded"),
    (Life("seconded", **TIMES), 30, "lapsed"),
    (Life("admitted", **TIMES), 19, "debate"),
    (Life("admitted", **TIMES), 20, "debated"),
    (Life("admitted", **TIMES), 30, "lapsed"),
    (Life("put", **TIMES), 99, "put"),
    (Life("put", **TIMES, ballot="carried"), 99, "carried"),
    (Life("put", **TIMES, ballot="lost"), 99, "lost"),
    (Life("put", **TIMES, ballot="inquorate"), 99, "lost"),
    (Life("put", **TIMES, ballot="void"), 29, "debated"),
    (Life("put", **TIMES, ballot="void"), 30, "lapsed"),
    (Life("appeal_put", **TIMES), 29, "appeal_put"),
    (Life("appeal_put", **TIMES, appeal="carried"), 29, "heard"),
    (Life("appeal_put", **TIMES, appeal="lost"), 29, "dismissed"),
    (Life("appeal_put", **TIMES, appeal="void"), 29, "appealed"),
    (Life("withdrawn", **TIMES), 99, "withdrawn"),
    (Life("referred", **TIMES), 99, "referred"),
])  # fmt: skip
def test_the_stage_follows_from_what_happened_and_from_the_clock(life, at, stage):
    assert stage_at(life, NOON + at * SECOND) == stage


def test_words_are_the_same_however_they_are_spaced():
    assert same_words("The co-op  buys\nthe MILL.", "the co-op buys the mill.")
    assert not same_words("The co-op buys the mill.", "The co-op buys a mill.")


def test_the_same_comes_again_on_the_day_of_the_month_it_was_lost():
    assert again_on(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert again_on(date(2026, 8, 31), 0) == date(2026, 8, 31)


points = st.lists(st.tuples(st.sampled_from(["for", "against"]), st.integers(0, 5)), max_size=20).map(
    lambda rows: [Point(n, *row) for n, row in enumerate(rows, 1)]
)


@given(points, st.integers(0, 5))
def test_the_paper_has_as_many_reasons_for_as_against_the_most_supported_first(found, most):
    votes_for, against = for_the_paper(found, most)
    assert len(votes_for) == len(against) <= most
    for side, shown in (("for", votes_for), ("against", against)):
        left = [one for one in found if one.side == side and one not in shown]
        assert all(
            (one.supporters, -one.number) > (other.supporters, -other.number)
            for one in shown
            for other in left
        )


def test_of_reasons_with_equal_support_the_earlier_stands_first():
    found = [Point(3, "for", 2), Point(1, "for", 2), Point(2, "for", 3), Point(4, "against", 0)]
    assert [one.number for one in for_the_paper([*found, Point(5, "against", 1)], 3)[0]] == [2, 1]
