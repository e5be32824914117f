"""What is drawn of a result is the result: lengths are exact, nothing moves that the count did not move."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.rules.tally import METHODS
from coop.rules.tally.drawing import TRANSFERRING, draw_election, draw_motion, figure, percent
from coop.rules.tally.election import Election, quantity
from tests.rules.papers import R, papers

MOTION = {"for": 43, "against": 19, "abstained": 6, "base": 62, "voted": 68, "needed": 42}
PAPERS = papers(R(1, 2, weight=8), R(2, 3, weight=5), R(3, 2, weight=4), R(4, weight=2), R(5, 4, weight=1))
NAMES = dict(enumerate(("Ada", "Ben", "Cem", "Dua", "Eli"), 1))


def drawn(method, seats=2, given=PAPERS, names=NAMES):
    result = METHODS[method].count(Election(tuple(names.values()), given, seats, seed=b"seed"))
    return result.plain(), draw_election(result.plain(), names)


@pytest.mark.parametrize(
    ("part", "whole", "says"),
    [(0, 3, "0.0"), (1, 3, "33.3"), (2, 3, "66.6"), (3, 3, "100.0"), (4, 3, "100.0"), (1, 0, "0.0")],
)
def test_a_length_is_cut_to_tenths_of_a_percent_and_never_leaves_the_drawing(part, whole, says):
    assert percent(Fraction(part), Fraction(whole)) == says


@pytest.mark.parametrize(
    ("value", "says"), [("1291.45334", "1291.45"), ("7/3", "2.33"), ("12", "12"), ("0.999", "0.99")]
)
def test_a_figure_is_cut_to_hundredths(value, says):
    assert figure(Fraction(value)) == says


def test_a_motion_has_the_line_that_had_to_be_reached_on_the_bar_for():
    drawing = draw_motion(MOTION)
    assert [(bar.kind, bar.count, bar.whole, bar.length, bar.mark) for bar in drawing.bars] == [
        ("for", "43", "62", "69.3", "67.7"),
        ("against", "19", "62", "30.6", ""),
        ("abstain", "6", "68", "8.8", ""),
    ]
    assert drawing.line == "42"


def test_a_motion_nobody_voted_on_has_no_line():
    drawing = draw_motion(
        MOTION | {"for": 0, "against": 0, "abstained": 0, "base": 0, "voted": 0, "needed": 1}
    )
    assert drawing.line == "" == "".join(bar.mark for bar in drawing.bars)


@pytest.mark.parametrize("method", sorted(TRANSFERRING))
def test_every_round_that_moves_votes_has_its_piles_and_each_says_what_came_or_went(method):
    seats = 1 if method == "irv" else 2
    result, drawing = drawn(method, seats)
    assert [stage.says for stage in drawing.stages] == [one["says"] for one in result["rounds"]]
    before = None
    for one, stage in zip(result["rounds"], drawing.stages, strict=True):
        heap = {int(n): Fraction(votes) for n, votes in one["tallies"].items()}
        for pile in stage.piles:
            if pile.number:
                assert pile.votes == figure(heap[pile.number])
                change = heap[pile.number] - (before or heap)[pile.number]
                assert bool(pile.moved) == bool(change)
                assert pile.moved.startswith("+") == (change > 0)
                assert (pile.came != "0.0") == (change > 0)
                assert (pile.went != "0.0") == (change < 0)
        before = heap
    assert any(pile.moved for stage in drawing.stages for pile in stage.piles)


def test_what_one_pile_loses_in_an_instant_runoff_the_others_gain():
    _result, drawing = drawn("irv", 1)
    for stage in drawing.stages:
        assert (
            sum(
                Fraction(pile.moved.replace("−", "-") or 0)
                for pile in stage.piles
                if pile.number or pile.moved
            )
            == 0
        )


def test_the_quota_stands_in_every_round_and_meeks_falls():
    _result, scottish = drawn("scottish-stv")
    assert len({stage.mark for stage in scottish.stages}) == 1
    _result, meek = drawn("meek-stv")
    marks = [Fraction(stage.mark) for stage in meek.stages]
    assert marks == sorted(marks, reverse=True)
    assert marks[0] > marks[-1]
    assert drawn("irv", 1)[1].line == ""


def test_a_quantity_that_is_no_decimal_is_drawn_too():
    result, _drawing = drawn("scottish-stv")
    result["rounds"][0]["tallies"]["1"] = "22/3"
    drawing = draw_election(result, NAMES)
    assert drawing.bars[0].count == "7.33"
    assert drawing.cut


def test_a_majority_between_two_is_marked_on_one_side_and_a_draw_on_none():
    _result, drawing = drawn("schulze", 1, papers(R(1, 2, weight=3), R(2, 1, 3, weight=3), R(1, 3)))
    assert drawing.pairs[0][1] == ("4", True)
    assert drawing.pairs[1][0] == ("3", False)
    assert drawing.pairs[0][0] == ("0", False)
    assert not drawing.stages


def test_where_nobody_voted_nothing_is_drawn():
    assert not drawn("scottish-stv", given={})[1].bars


@given(st.lists(st.permutations([1, 2, 3, 4]), min_size=1, max_size=30), st.integers(1, 3))
def test_no_bar_is_longer_than_the_drawing(rankings, seats):
    names = {number: NAMES[number] for number in range(1, 5)}
    _result, drawing = drawn("scottish-stv", seats, papers(*(R(*order) for order in rankings)), names)
    for stage in drawing.stages:
        for pile in stage.piles:
            assert sum(map(Fraction, (pile.stayed, pile.came, pile.went))) <= 100


def test_fifteen_candidates_and_fourteen_rounds_are_drawn():
    names = {number: f"Candidate {number}" for number in range(1, 16)}
    given = papers(
        *(
            R(number, number % 15 + 1, weight=quantity_of)
            for number, quantity_of in zip(names, range(1, 16), strict=True)
        )
    )
    result, drawing = drawn("scottish-stv", 1, given, names)
    assert len(drawing.stages) == len(result["rounds"]) >= 14
    assert len(drawing.stages[0].piles) == 15
    assert quantity(Fraction(result["valid"])) == "120"
