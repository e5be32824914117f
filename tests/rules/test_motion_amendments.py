"""What an amendment makes of the words, where they stand later, and when amendments close and fall."""

from datetime import UTC, datetime, timedelta

import pytest

from coop.rules.motion_amendments import (
    Change,
    applied,
    change_of,
    fall_at,
    in_order,
    marked,
    now_there,
    places_of,
    stage_of,
    stands_in,
)

TEXT = "The co-op buys the mill on the river.\n\nIt mends the roof, at once."
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("kind", "passage", "words", "result"),
    [
        ("replace", "buys", "rents", "The co-op rents the mill on the river.\n\nIt mends the roof, at once."),
        ("delete", "on the river", "", "The co-op buys the mill.\n\nIt mends the roof, at once."),
        ("delete", "The co-op", "", "buys the mill on the river.\n\nIt mends the roof, at once."),
        ("delete", "at once", "", "The co-op buys the mill on the river.\n\nIt mends the roof,."),
        ("insert", "the mill", "and land", "The co-op buys the mill and land on the river.\n\nIt mends the roof, at once."),
        ("insert", "the roof", "; soon", "The co-op buys the mill on the river.\n\nIt mends the roof; soon, at once."),
    ],
)  # fmt: skip
def test_what_an_amendment_makes_of_the_words(kind, passage, words, result):
    change = change_of(kind, TEXT, passage, words)
    assert stands_in(TEXT, change.passage)
    assert applied(TEXT, change) == result


@pytest.mark.parametrize(
    ("quoted", "found"),
    [
        ("river. It mends", ["river.\n\nIt mends"]),
        ("  the   mill ", ["the mill"]),
        ("the", ["the", "the", "the"]),
        ("a mill", []),
        (" ", []),
    ],
)
def test_quoted_words_are_found_however_they_are_spaced(quoted, found):
    assert places_of(TEXT, quoted) == found


def test_marks_show_what_goes_and_what_comes_and_lose_no_sign():
    change = Change("mends the roof", "mends roof and wheel")
    runs = marked(TEXT, change)
    assert [(run.change, run.text) for run in runs if run.change != "same"] == [
        ("removed", " the"),
        ("added", " and wheel"),
    ]
    assert "".join(run.text for run in runs if run.change != "added") == TEXT
    assert "".join(run.text for run in runs if run.change != "removed") == applied(TEXT, change)


@pytest.mark.parametrize(
    ("passage", "later", "there"),
    [
        ("the mill", "The co-op buys the old mill on the river.", "the old mill"),
        ("the mill on the river", "The co-op buys the mill by the river.", "the mill by the river"),
        ("buys the mill", "The co-op rents the mill on the river.", "rents the mill"),
        ("on the river", "The co-op buys the mill.", ""),
    ],
)
def test_the_words_that_stand_in_the_place_of_others_later(passage, later, there):
    assert now_there("The co-op buys the mill on the river.", later, passage) == there


@pytest.mark.parametrize(
    ("last", "vote", "motion", "stage"),
    [
        ("", "", "debate", "waiting"),
        ("put", "", "debated", "put"),
        ("put", "void", "debated", "waiting"),
        ("put", "", "lapsed", "fell"),
        ("", "", "withdrawn", "fell"),
        ("accepted", "", "withdrawn", "accepted"),
        ("", "", "ruled_out", "waiting"),
    ],
)
def test_the_stage_of_an_amendment(last, vote, motion, stage):
    assert stage_of(last, vote, motion) == stage


def test_those_that_the_officer_did_not_order_come_after_as_they_were_moved():
    assert in_order([1, 3, 4, 5], [4, 2, 3]) == [4, 3, 1, 5]


@pytest.mark.parametrize(("left", "days"), [(38, 30), (37, 30), (36, 29), (7, 0), (3, 0)])
def test_amendments_fall_in_time_to_put_the_motion_before_it_lapses(left, days):
    assert fall_at(NOON, 30, "UTC", NOON + left * DAY) == NOON + days * DAY
