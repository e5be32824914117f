"""Sortition: seats and reserves by lot over a frozen roll, by strata, re-run by anyone."""

import ast
import hashlib
import hmac
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import coop.rules
from coop.rules.lot import lot_order
from coop.rules.sortition import draw_seats, largest_remainder
from tests.scale import scale

SEED = bytes.fromhex("5eed")
TOWN = {f"n{n}": "north" for n in range(6)} | {f"s{n}": "south" for n in range(3)} | {"e0": "east"}


def drawn(sortition):
    return [place.ticket for place in sortition.drawn]


def test_the_first_in_the_order_of_the_lot_are_drawn_and_the_next_are_reserves():
    roll = {f"t{n}": "" for n in range(10)}
    order = lot_order(SEED, "jury", list(roll))
    sortition = draw_seats(roll, 3, SEED, "jury", 2)
    assert drawn(sortition) == list(order[:3])
    assert [(place.number, place.ticket) for place in sortition.reserves] == [(1, order[3]), (2, order[4])]
    assert sortition.says == ("Drawn: 3 of 10 tickets, and 2 in reserve.",)


def test_each_stratum_fills_its_own_seats_down_the_one_order_of_the_lot():
    seats = {"north": 2, "south": 1, "east": 0}
    sortition = draw_seats(TOWN, seats, SEED, "jury", 1)
    by_hand = sorted(TOWN, key=lambda t: hmac.new(SEED, f"jury:{t}".encode(), hashlib.sha256).hexdigest())
    north = [ticket for ticket in by_hand if TOWN[ticket] == "north"]
    south = [ticket for ticket in by_hand if TOWN[ticket] == "south"]
    assert drawn(sortition) == [ticket for ticket in by_hand if ticket in {*north[:2], south[0]}]
    assert {(place.number, place.ticket) for place in sortition.reserves} == {
        (1, north[2]),
        (1, south[1]),
        (1, "e0"),
    }


def test_fewer_reserves_are_drawn_where_a_stratum_has_no_more():
    sortition = draw_seats(TOWN, {"north": 0, "south": 2, "east": 1}, SEED, "jury", 2)
    assert Counter(place.stratum for place in sortition.reserves) == {"north": 2, "south": 1}


@pytest.mark.parametrize(
    ("strata", "seats", "given_seats"),
    [
        pytest.param({"a": 6, "b": 3, "c": 1}, 10, {"a": 6, "b": 3, "c": 1}, id="everybody"),
        pytest.param({"a": 6, "b": 3, "c": 1}, 5, {"a": 3, "b": 2, "c": 0}, id="3, 1.5 and 0.5: the lot decides one"),
        pytest.param({"a": 60, "b": 31, "c": 9}, 10, {"a": 6, "b": 3, "c": 1}, id="0.9 is the largest remainder"),
        pytest.param({"a": 60, "b": 35, "c": 5}, 1, {"a": 1, "b": 0, "c": 0}, id="one seat"),
        pytest.param({"a": 2, "b": 1}, 0, {"a": 0, "b": 0}, id="no seat"),
        pytest.param({"a": 333_333_333, "b": 333_333_334, "c": 333_333_333}, 1, {"a": 0, "b": 1, "c": 0}, id="a billion apart by one"),
    ],
)  # fmt: skip
def test_seats_by_largest_remainder(strata, seats, given_seats):
    found, _says = largest_remainder(strata, seats, b"\x02", "jury")
    assert found == given_seats


def test_equal_remainders_go_by_lot_and_the_reasoning_says_so():
    strata = {"a": 6, "b": 3, "c": 1}
    found = {bytes([n]): largest_remainder(strata, 5, bytes([n]), "jury") for n in range(20)}
    for seed, (given_seats, says) in found.items():
        first = next(name for name in lot_order(seed, "jury, remainders", ["a", "b", "c"]) if name != "a")
        assert given_seats[first] == {"b": 2, "c": 1}[first]
        assert says.endswith("Equal remainders went by the lot on “jury, remainders”.")
    assert {given_seats["c"] for given_seats, _ in found.values()} == {0, 1}
    for seats in (10, 9, 1):
        assert "by the lot" not in largest_remainder(strata, seats, b"\x00", "jury")[1]


def test_the_reasoning_of_a_largest_remainder_is_exact():
    assert largest_remainder({"a": 60, "b": 31, "c": 9}, 10, SEED, "jury")[1] == (
        "Seats by largest remainder: a: 60 of 100 tickets, 6 quotas, 6; b: 31 of 100 tickets, 3 10/100 quotas, 3; "
        "c: 9 of 100 tickets, 0 90/100 quotas, 1."
    )


@pytest.mark.parametrize(
    ("seats", "sentence"),
    [
        ({"north": 7, "south": 0, "east": 0}, "7 seats can't be filled from the 6 tickets of “north”"),
        ({"north": 1, "south": -1, "east": 0}, "-1 seats can't be filled"),
        ({"north": 1, "south": 1}, "No seats are stated for the stratum “east”"),
        ({"north": 1, "south": 1, "east": 1, "west": 1}, "Nobody on the roll is of the stratum “west”"),
        (11, "11 seats can't be filled from 10 tickets"),
        (-1, "-1 seats can't be filled"),
    ],
)
def test_seats_that_cannot_be_filled_are_refused_in_a_sentence(seats, sentence):
    with pytest.raises(ValueError, match=sentence):
        draw_seats(TOWN, seats, SEED, "jury")


@pytest.mark.parametrize("seats", [9, 10])
def test_all_the_seats_there_can_be(seats):
    sortition = draw_seats(TOWN, seats, SEED, "jury")
    assert (len(sortition.drawn), len(sortition.reserves)) == (seats, 0)


def test_the_result_as_json_values():
    plain = draw_seats(TOWN, 2, SEED, "jury", 1).plain()
    assert plain["seed"] == "5eed"
    assert plain["strata"][1] == {"stratum": "north", "tickets": 6, "seats": 1}
    assert set(plain["drawn"][0]) == {"number", "ticket", "stratum"}
    assert len(plain["drawn"]) == 2
    assert len(plain["reserves"]) == 3


rolls = st.dictionaries(st.text(max_size=4), st.sampled_from(["a", "b", "c"]), min_size=1, max_size=30)


@given(
    roll=rolls,
    seed=st.binary(min_size=1, max_size=8),
    part=st.integers(0, 30),
    reserves=st.integers(0, 4),
    order=st.randoms(use_true_random=False),
)
def test_the_draw_does_not_depend_on_the_order_of_the_roll(roll, seed, part, reserves, order):
    items = list(roll.items())
    order.shuffle(items)
    seats = part % (len(roll) + 1)
    assert draw_seats(dict(items), seats, seed, "jury", reserves) == draw_seats(
        roll, seats, seed, "jury", reserves
    )


@given(
    roll=rolls, seed=st.binary(min_size=1, max_size=8), part=st.integers(0, 30), reserves=st.integers(0, 4)
)
def test_the_seats_of_the_strata_add_up_and_keep_their_quota(roll, seed, part, reserves):
    seats = part % (len(roll) + 1)
    sortition = draw_seats(roll, seats, seed, "jury", reserves)
    assert sum(sortition.seats.values()) == len(sortition.drawn) == seats
    for stratum, tickets in sortition.strata.items():
        assert seats * tickets // len(roll) <= sortition.seats[stratum] <= -(-seats * tickets // len(roll))
        assert sum(place.stratum == stratum for place in sortition.drawn) == sortition.seats[stratum]
        in_reserve = sum(place.stratum == stratum for place in sortition.reserves)
        assert in_reserve == min(reserves, tickets - sortition.seats[stratum])
    assert not {place.ticket for place in sortition.drawn} & {place.ticket for place in sortition.reserves}


def test_every_ticket_of_a_stratum_is_drawn_about_equally_often():
    draws = scale(2_000, 20_000)
    seats = {"north": 2, "south": 1, "east": 0}
    found = Counter(t for n in range(draws) for t in drawn(draw_seats(TOWN, seats, n.to_bytes(4), "jury")))
    assert all(abs(found[ticket] - draws // 3) < draws // 20 for ticket in TOWN if ticket != "e0")


RULES = Path(coop.rules.__path__[0])
EXACT = [
    "lot",
    "sortition",
    "tickets",
    "thresholds",
    "tally/motion",
    "tally/double_majority",
    "tally/options",
    "tally/consent",
    "tally/objections",
]


@pytest.mark.parametrize("name", EXACT)
def test_nothing_here_divides_but_exactly(name):
    for node in ast.walk(ast.parse((RULES / f"{name}.py").read_text("utf-8"))):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), node.lineno
        assert not (isinstance(node, ast.Name) and node.id in {"float", "round"}), node.lineno
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            assert ast.unparse(node) == "votes_for / whole", "only two fractions"
