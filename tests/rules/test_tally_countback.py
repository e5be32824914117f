"""A vacancy filled from the papers on file, and papers weighed by class."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.rules.tally import METHODS, scottish_stv, wigm_stv
from coop.rules.tally.classes import weigh
from coop.rules.tally.countback import countback
from coop.rules.tally.election import Action, Election
from coop.rules.tally.papers import size
from tests.rules.papers import R, papers

# Two groups of two: Ada and Ben have two thirds of the papers, Cem and Dora one third; three seats.
TWO_GROUPS = Election(
    ("Ada", "Ben", "Cem", "Dora", "Eve"),
    papers(
        R(1, 2, 5, weight=35), R(2, 1, 5, weight=25), R(3, 4, weight=20), R(4, 3, weight=10), R(5, weight=9)
    ),
    seats=3,
)


def test_the_first_count_elects_two_of_the_one_group_and_one_of_the_other():
    assert METHODS["wigm-stv"].count(TWO_GROUPS).elected == (1, 2, 3)


@pytest.mark.parametrize("rule", [wigm_stv.RULE, scottish_stv.RULE], ids=lambda rule: rule.name)
@pytest.mark.parametrize(
    ("vacating", "successor"),
    [
        pytest.param(3, 4, id="the seat of the smaller group stays with it"),
        pytest.param(2, 5, id="and the larger group's goes to whom its papers name next"),
    ],
)
def test_a_seat_goes_to_whom_the_papers_of_those_who_lost_a_member_name_next(vacating, successor, rule):
    result = countback(TWO_GROUPS, {1, 2, 3}, vacating, {4, 5}, rule)
    assert result.elected == (successor,)
    assert result.method == rule.name


def test_whoever_no_longer_stands_is_passed_over():
    assert countback(TWO_GROUPS, {1, 2, 3}, 3, {5}).elected == (5,)


def test_where_nobody_is_willing_the_seat_stays_empty():
    result = countback(TWO_GROUPS, {1, 2, 3}, 3, ())
    assert (result.elected, result.rounds[-1].action) == ((), Action.STOP)
    assert result.rounds[-1].says == "Nobody stands for the seat; nobody is elected."


def test_the_rounds_say_who_keeps_a_seat():
    result = countback(TWO_GROUPS, {1, 2, 3}, 3, {4, 5})
    assert "of which Ada and Ben keep the seats they have" in result.rounds[0].says
    assert "Ada and Ben have the quota and keep the seats." in result.rounds[0].says


# Fay sits by Ada's surplus alone; once Ken has left, his papers lift both Gus and Hal above her.
SLENDER = Election(
    ("Ada", "Ken", "Fay", "Gus", "Hal"),
    papers(R(1, 3, weight=36), R(2, 4, weight=12), R(2, 5, weight=12), R(4, weight=12), R(5, weight=11)),
    seats=3,
)


def test_a_sitting_member_is_never_unseated_whoever_overtakes_them():
    assert METHODS["wigm-stv"].count(SLENDER).elected == (1, 2, 3)
    unguarded = METHODS["wigm-stv"].count(replace(SLENDER, withdrawn=frozenset({2})))
    assert unguarded.elected == (1, 4, 5)
    assert countback(SLENDER, {1, 2, 3}, 2, {4, 5}).elected == (4,)


def test_the_papers_of_a_sitting_member_who_is_last_stay_with_them():
    election = Election(
        ("Ada", "Ken", "Fay", "Gus", "Hal", "Ida"),
        papers(
            R(1, 3, 5, weight=40),
            R(2, 4, weight=11),
            R(2, 5, weight=10),
            R(2, 6, weight=9),
            R(4, weight=9),
            R(5, weight=9),
            R(6, weight=8),
        ),
        seats=3,
    )
    assert set(METHODS["wigm-stv"].count(election).elected) == {1, 2, 3}
    unguarded = METHODS["wigm-stv"].count(replace(election, withdrawn=frozenset({2})))
    assert set(unguarded.elected) == {1, 4, 5}
    assert unguarded.elected[1] == 5
    result = countback(election, {1, 2, 3}, 2, {4, 5, 6})
    assert result.elected == (4,)
    assert result.rounds[-1].tallies[3] == 15


@pytest.mark.parametrize(("extra", "successor"), [(-1, 4), (0, None), (1, 3)])
def test_one_paper_decides_who_takes_the_only_seat(extra, successor):
    election = Election(tuple("ABCD"), papers(R(1, 2, weight=9), R(3, weight=5 + extra), R(4, weight=5)))
    result = countback(election, {1}, 1, {3, 4})
    assert result.elected == (() if successor is None else (successor,))
    assert result.ties == ((3, 4) if successor is None else ())


def test_a_tie_for_the_seat_falls_by_the_published_seed():
    election = Election(tuple("ABCD"), papers(R(1, weight=9), R(3, weight=5), R(4, weight=5)))
    taken = {countback(replace(election, seed=bytes([n])), {1}, 1, {3, 4}).elected for n in range(20)}
    assert taken == {(3,), (4,)}


@pytest.mark.parametrize(("extra", "successor"), [(-1, (3,)), (0, ()), (1, (4,))])
def test_of_two_who_reach_the_quota_at_once_the_one_with_more_takes_the_seat(extra, successor):
    cast = papers(R(1, weight=2), R(2), R(3, weight=20), R(4, weight=20 + extra))
    result = countback(Election(tuple("ABCD"), cast, seats=2), {1, 2}, 1, {3, 4})
    assert result.elected == successor
    assert result.ties == (() if successor else (3, 4))


@pytest.mark.parametrize(
    ("vacating", "willing"), [(4, {5}), (3, {1}), (3, {9})], ids=["no seat", "sits already", "never stood"]
)
def test_a_countback_refuses_who_has_no_seat_or_cannot_take_one(vacating, willing):
    with pytest.raises(ValueError, match="seat"):
        countback(TWO_GROUPS, {1, 2, 3}, vacating, willing)


@given(
    cast=st.lists(
        st.tuples(st.lists(st.integers(1, 6), max_size=6, unique=True), st.integers(1, 60)),
        min_size=1,
        max_size=12,
    ),
    seats=st.integers(1, 4),
)
def test_a_countback_seats_one_of_the_willing_and_conserves_the_votes(cast, seats):
    election = Election(
        tuple("ABCDEF"), papers(*(R(*order, weight=w) for order, w in cast)), seats, seed=b"s"
    )
    elected = METHODS["meek-stv"].count(election).elected
    if not elected:
        return
    willing = election.numbers - set(elected)
    result = countback(election, elected, elected[0], willing)
    assert not result.valid or (len(result.elected) == 1 and set(result.elected) <= willing)
    assert all(counted.total == result.valid for counted in result.rounds)


WORKERS, CONSUMERS = "workers", "consumers"
SHARES = {WORKERS: Fraction(2, 3), CONSUMERS: Fraction(1, 3)}


@pytest.mark.parametrize("turnout", [1, 7, 500])
def test_a_class_has_its_share_whatever_its_turnout(turnout):
    weighed = weigh({WORKERS: papers(R(1), R(1), R(2)), CONSUMERS: papers(R(2, weight=turnout))}, SHARES)
    whole = Election(("A", "B"), weighed)
    assert whole.valid == 3 + turnout
    tallies = METHODS["irv"].count(whole).rounds[0].tallies
    assert tallies[1] == Fraction(2, 3) * Fraction(2, 3) * (3 + turnout)
    assert tallies[2] == whole.valid - tallies[1]


@pytest.mark.parametrize(("share", "elected"), [(-1, (2,)), (0, ()), (1, (1,))])
def test_the_share_decides_and_not_the_heads(share, elected):
    half = Fraction(1, 2) + Fraction(share, 1000)
    classes = {WORKERS: papers(R(1)), CONSUMERS: papers(R(2, weight=400))}
    election = Election(("A", "B"), weigh(classes, {WORKERS: half, CONSUMERS: 1 - half}))
    for name in ("irv", "scottish-stv", "wigm-stv", "meek-stv"):
        assert METHODS[name].count(election).elected == elected


def test_a_blank_paper_takes_nothing_from_its_class():
    weighed = weigh({WORKERS: papers(R(1), R(())), CONSUMERS: papers(R(2, weight=5))}, SHARES)
    assert Election(("A", "B"), weighed).valid == 6
    assert METHODS["irv"].count(Election(("A", "B"), weighed)).rounds[0].tallies[1] == 4


def test_the_share_of_a_class_that_does_not_vote_is_cast_by_nobody():
    weighed = weigh({WORKERS: papers(R(())), CONSUMERS: papers(R(2, weight=6))}, SHARES)
    assert Election(("A", "B"), weighed).valid == 2


@pytest.mark.parametrize("shares", [{WORKERS: Fraction(1)}, {WORKERS: Fraction(1), CONSUMERS: Fraction(1)}])
def test_shares_are_stated_for_every_class_and_make_the_whole(shares):
    with pytest.raises(ValueError, match="share"):
        weigh({WORKERS: papers(R(1)), CONSUMERS: papers(R(2))}, shares)


RANKINGS = st.lists(
    st.tuples(st.lists(st.integers(1, 5), min_size=1, max_size=5, unique=True), st.integers(1, 9)), max_size=6
)


@given(workers=RANKINGS, consumers=RANKINGS, part=st.integers(0, 12), seats=st.integers(1, 4))
def test_weighed_papers_are_counted_without_losing_a_fraction(workers, consumers, part, seats):
    shares = {WORKERS: Fraction(part, 12), CONSUMERS: Fraction(12 - part, 12)}
    classes = {
        name: papers(*(R(*order, weight=weight) for order, weight in cast))
        for name, cast in ((WORKERS, workers), (CONSUMERS, consumers))
    }
    weighed = weigh(classes, shares)
    whole = sum(size(cast) for cast in classes.values())
    assert size(weighed) == whole * sum(shares[name] for name, cast in classes.items() if cast)
    election = Election(tuple("ABCDE"), weighed, seats, seed=b"s")
    for name in ("irv", "scottish-stv", "wigm-stv", "meek-stv"):
        result = METHODS[name].count(election)
        assert result.valid == size(weighed)
        assert all(counted.total == result.valid for counted in result.rounds)


@pytest.mark.parametrize(
    ("method", "loss"), [("scottish-stv", Fraction(1, 100_000)), ("wigm-stv", 0), ("meek-stv", 0)]
)
def test_a_value_is_cut_before_the_weight_multiplies_it(method, loss):
    cast = papers(R(1, 2, weight=21), R(3, weight=7), R(4, weight=6))
    light = {Fraction(weight, 7): words for weight, words in cast.items()}
    result = METHODS[method].count(Election(tuple("ABCD"), light, seats=2))
    assert result.rounds[-1].loss == loss
