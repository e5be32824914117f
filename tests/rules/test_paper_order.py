"""The order on the paper: everybody's the same, or fair to all over the roll; always one anyone can work out."""

import hashlib
import hmac
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.rules.paper_order import PaperOrder, order_on_paper

COMMITMENT = hashlib.sha256(b"seed").hexdigest()
candidates = st.integers(0, 60).map(lambda many: tuple(range(1, many + 1)))


@given(candidates, st.integers(0, 500))
def test_by_name_is_the_order_of_the_numbers_for_everybody(people, turn):
    assert order_on_paper(PaperOrder.NAME, people, COMMITMENT, turn) == people


@given(candidates, st.integers(0, 500), st.sampled_from(PaperOrder))
def test_every_paper_names_every_candidate_once(people, turn, order):
    assert sorted(order_on_paper(order, people, COMMITMENT, turn)) == list(people)


@given(candidates, st.integers(0, 500))
def test_by_lot_everybody_has_the_same_paper(people, turn):
    drawn = order_on_paper(PaperOrder.LOT, people, COMMITMENT, turn)
    assert drawn == order_on_paper(PaperOrder.LOT, people, COMMITMENT, 0)


def test_the_lot_is_the_published_one_and_falls_with_the_commitment():
    def digest(number):
        return hmac.digest(bytes.fromhex(COMMITMENT), f"order of the paper:{number}".encode(), "sha256")

    people = tuple(range(1, 8))
    assert order_on_paper(PaperOrder.LOT, people, COMMITMENT, 0) == tuple(sorted(people, key=digest))
    firsts = {
        order_on_paper(PaperOrder.LOT, people, hashlib.sha256(bytes([n])).hexdigest(), 0)[0]
        for n in range(99)
    }
    assert firsts == set(people)


def test_before_the_lot_can_be_drawn_candidates_stand_by_name():
    assert order_on_paper(PaperOrder.LOT, (1, 2, 3), "", 0) == (1, 2, 3)


@given(candidates.filter(bool), st.integers(0, 300))
def test_over_the_roll_each_candidate_is_first_equally_often_give_or_take_one(people, voters):
    firsts = Counter(order_on_paper(PaperOrder.ROTATED, people, "", turn)[0] for turn in range(voters))
    often = [firsts[number] for number in people]
    assert sum(often) == voters
    assert max(often) - min(often) <= 1


@pytest.mark.parametrize(
    ("turn", "expected"),
    [
        pytest.param(0, (1, 2, 3), id="the first voter"),
        pytest.param(1, (2, 3, 1), id="the second"),
        pytest.param(2, (3, 1, 2), id="the third"),
        pytest.param(3, (1, 2, 3), id="and round again"),
    ],
)
def test_rotation_goes_round(turn, expected):
    assert order_on_paper(PaperOrder.ROTATED, (1, 2, 3), "", turn) == expected
