"""Plurality, approval, score, STAR and Borda: seats to the highest figures, exact."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.rules.tally import METHODS
from coop.rules.tally.election import Action, Election
from coop.rules.tally.papers import Overvote, letter_of, ranks
from tests.rules.papers import R, papers

NAMES = ("Ada", "Ben", "Cem", "Dov")


def figures(result):
    return dict(result.rounds[0].tallies)


def ranked(*cast, seats=1, names=NAMES, **more):
    return Election(names, papers(*cast), seats, **more)


def scored(*cast, seats=1, seed=None, **more):
    """Give an election of score papers; each is the scores and how many such papers there are."""
    given_scores = {}
    for *scores, weight in cast:
        given_scores[tuple(scores)] = given_scores.get(tuple(scores), 0) + weight
    return Election.scored(NAMES[: len(cast[0]) - 1], given_scores, seats, seed=seed, **more)


@pytest.mark.parametrize(
    ("overvote", "votes", "exhausted"),
    [(Overvote.EXHAUST, (4, 2, 1, 0), 3), (Overvote.SKIP, (4, 2, 4, 0), 0)],
)
def test_an_overvoted_first_rank_is_skipped_or_spends_the_paper(overvote, votes, exhausted):
    election = ranked(R(1, weight=4), R((), 2, weight=2), R((1, 2), 3, weight=3), R(3), overvote=overvote)
    result = METHODS["plurality"].count(election)
    assert tuple(figures(result).values()) == votes
    assert {counted.exhausted for counted in result.rounds} == {exhausted}
    assert result.valid == 10


def test_several_seats_go_to_the_most_first_preferences():
    result = METHODS["plurality"].count(
        ranked(R(1, 2, weight=9), R(3, weight=5), R(2, weight=4), R(4, weight=3), seats=2)
    )
    assert result.elected == (1, 3)
    assert result.rounds[-1].says == "Ada (9 votes) and Cem (5 votes) are elected."


@pytest.mark.parametrize(
    ("second", "elected", "ties"), [(-1, (1, 3), ()), (0, (1,), (2, 3)), (1, (1, 2), ())]
)
@pytest.mark.parametrize("method", ["plurality", "approval", "score"])
def test_one_vote_decides_the_last_seat_and_only_those_level_at_the_cut_are_tied(
    method, second, elected, ties
):
    if method == "score":
        election = scored(
            (1, 0, 0, 0, 9), (0, 1, 0, 0, 5 + second), (0, 0, 1, 0, 5), (0, 0, 0, 1, 2), seats=2
        )
    else:
        election = ranked(R(1, weight=9), R(2, weight=5 + second), R(3, weight=5), R(4, weight=2), seats=2)
    result = METHODS[method].count(election)
    assert (result.elected, result.ties) == (elected, ties)


def test_seats_drawn_among_the_tied_are_settled_one_at_a_time():
    cast = [R(1, weight=9), R(2, weight=5), R(3, weight=5), R(4, weight=5)]
    assert METHODS["plurality"].count(ranked(*cast, seats=3)).ties == (2, 3, 4)
    lots = set()
    for n in range(40):
        result = METHODS["plurality"].count(ranked(*cast, seats=3, seed=bytes([n])))
        assert sum(counted.action is Action.TIE for counted in result.rounds) == 2
        assert result.elected[0] == 1
        lots.add(result.elected[1:])
    assert lots == set(itertools.permutations((2, 3, 4), 2))


def test_as_many_tied_as_seats_are_left_need_no_lot():
    result = METHODS["approval"].count(ranked(R(1), R(2), R(3), seats=3, names=NAMES[:3]))
    assert (result.elected, result.ties) == ((1, 2, 3), ())


def test_everyone_listed_is_approved_once_on_whatever_rank():
    election = ranked(R(1, (2, 3), weight=2), R(3, 3), R((), 2), R())
    assert figures(METHODS["approval"].count(election)) == {1: 2, 2: 3, 3: 3, 4: 0}


def test_a_score_above_zero_approves():
    assert figures(METHODS["approval"].count(scored((5, 0, None, 2), (1, 1, -1, 1)))) == {1: 3, 2: 1, 3: 0}


def test_scores_are_added_and_no_score_adds_nothing():
    result = METHODS["score"].count(scored((5, 0, None, 2), (1, Fraction(1, 3), 4, 3)))
    assert figures(result) == {1: 13, 2: 1, 3: 12}
    assert result.elected == (1,)


@pytest.mark.parametrize("method", ["score", "star"])
def test_rankings_have_no_scores_to_add(method):
    with pytest.raises(ValueError, match=r"^This method needs scores; these papers hold rankings\.$"):
        METHODS[method].count(ranked(R(1)))


@pytest.mark.parametrize(
    ("paper", "points"),
    [
        pytest.param(R(1, 2, 3, 4), (3, 2, 1, 0), id="all ranked"),
        pytest.param(R(2), (1, 3, 1, 1), id="those left out share the rest"),
        pytest.param(R((1, 2), 3), ("5/2", "5/2", 1, 0), id="level ones share two places"),
        pytest.param(R((1, 2, 3), 4), (2, 2, 2, 0), id="level ones share three places"),
        pytest.param(R(4, 4, 1), (2, "1/2", "1/2", 3), id="named twice"),
    ],
)
def test_borda_gives_the_mean_of_the_places(paper, points):
    result = METHODS["borda"].count(ranked(paper))
    assert tuple(figures(result).values()) == tuple(map(Fraction, points))


def test_places_are_those_among_the_candidates_who_stand():
    result = METHODS["borda"].count(ranked(R(1, 2, 3, 4), withdrawn=frozenset({1})))
    assert figures(result) == {2: 2, 3: 1, 4: 0}


def test_star_takes_the_two_with_the_most_points_to_a_runoff():
    result = METHODS["star"].count(scored((5, 4, 0, 2), (0, 3, 5, 1), (0, 1, 0, 2)))
    assert figures(result) == {1: 10, 2: 13, 3: 5}
    assert dict(result.rounds[1].tallies) == {2: 3, 1: 2}
    assert result.elected == (2,)


@pytest.mark.parametrize(("extra", "elected"), [(-1, 2), (0, 1), (1, 1)])
def test_a_level_runoff_goes_to_the_one_with_more_points(extra, elected):
    result = METHODS["star"].count(scored((5, 0, 4 + extra), (0, 2, 4)))
    assert result.elected == (elected,)


def test_a_runoff_level_in_points_too_needs_the_lot():
    election = scored((5, 2, 0, 2), (2, 5, 0, 2))
    assert METHODS["star"].count(election).ties == (1, 2)
    drawn = {
        METHODS["star"].count(scored((5, 2, 0, 2), (2, 5, 0, 2), seed=bytes([n]))).elected for n in range(20)
    }
    assert drawn == {(1,), (2,)}


def test_equal_points_for_the_runoff_are_settled_two_by_two():
    result = METHODS["star"].count(scored((5, 1, 0, 2), (5, 0, 3, 1), (0, 1, 0, 1)))
    assert figures(result) == {1: 15, 2: 3, 3: 3}
    says = "Ben and Cem have equal points; compared two by two, Cem lost the most."
    assert says in [counted.says for counted in result.rounds]
    assert set(result.rounds[-1].tallies) == {1, 2}


def test_finalists_level_two_by_two_need_no_lot_when_either_loses():
    result = METHODS["star"].count(scored((5, 2, 0, 2), (5, 0, 2, 2)))
    assert (result.elected, result.ties) == ((1,), ())
    assert any("the same are elected" in counted.says for counted in result.rounds)


@pytest.mark.parametrize("method", ["plurality", "approval", "borda"])
@pytest.mark.parametrize(("extra", "elected"), [(-1, ()), (0, ()), (1, (1,))])
def test_nobody_is_elected_without_more_than_the_option_to_reopen(method, extra, elected):
    election = ranked(R(1, weight=5 + extra), R(2, weight=5), names=("Ada", "Reopen"), reopen=2)
    assert METHODS[method].count(election).elected == elected


@pytest.mark.parametrize(("extra", "elected"), [(-1, ()), (0, ()), (1, (1,))])
def test_star_elects_nobody_where_the_option_to_reopen_wins(extra, elected):
    assert METHODS["star"].count(scored((1, 0, 5 + extra), (0, 1, 5), reopen=2)).elected == elected


@st.composite
def rankings(draw):
    n = draw(st.integers(1, 5))
    order = st.lists(st.lists(st.integers(1, n), max_size=3).map(tuple), max_size=5)
    weights = st.fractions(Fraction(1, 4), 5, max_denominator=4)
    cast = draw(st.lists(st.tuples(order, weights), max_size=8))
    withdrawn = draw(st.frozensets(st.integers(1, n), max_size=n - 1))
    return Election(
        tuple("ABCDE"[:n]),
        papers(*(R(*paper, weight=weight) for paper, weight in cast)),
        draw(st.integers(1, n)),
        withdrawn,
        seed=b"published",
    )


@given(rankings())
def test_borda_points_are_as_many_as_there_are_places(election):
    n = len(election.standing)
    points = figures(METHODS["borda"].count(election)).values()
    assert sum(points) == election.valid * Fraction(n * (n - 1), 2)


@given(rankings())
def test_approvals_are_those_of_a_plain_reading(election):
    result = METHODS["approval"].count(election)
    for number in election.standing:
        named = (
            weight
            for weight, words in election.papers.items()
            for spelt in words
            if any(letter_of(number) in rank for rank in ranks(spelt))
        )
        assert figures(result)[number] == sum(named)


@given(st.lists(st.tuples(*[st.none() | st.integers(-2, 5)] * 4, st.integers(1, 9)), min_size=1, max_size=8))
def test_scores_are_those_of_a_plain_sum(cast):
    result = METHODS["score"].count(scored(*cast, seed=b"published"))
    for number in range(1, 5):
        assert figures(result)[number] == sum((paper[number - 1] or 0) * paper[4] for paper in cast)


@given(rankings(), st.sampled_from(["plurality", "approval", "borda"]))
def test_the_seats_go_to_nobody_below_somebody_left_out(election, method):
    result = METHODS[method].count(election)
    points = figures(result)
    if election.valid:
        assert len(result.elected) == min(election.seats, len(election.standing))
        left_out = election.standing - set(result.elected)
        assert all(points[a] >= points[b] for a in result.elected for b in left_out)
