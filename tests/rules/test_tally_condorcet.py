"""Head to head: Schulze's method and ranked pairs, to the published figures and to their definitions."""

import itertools
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.rules.tally import METHODS, ranked_pairs
from coop.rules.tally.election import Action, Election
from coop.rules.tally.pairwise import pairwise
from coop.rules.tally.papers import Overvote, ranks
from tests.rules.papers import R, papers
from tests.rules.real import real_election

CONDORCET = ("schulze", "ranked-pairs")


def said(result):
    return [counted.says for counted in result.rounds]


@pytest.mark.shared
@pytest.mark.parametrize("method", CONDORCET)
@pytest.mark.parametrize("overvote", Overvote)
def test_burlington_2009_prefers_montroll_to_everyone(method, overvote):
    result = METHODS[method].count(real_election("2009-Burlington-Mayor.blt", overvote=overvote))
    votes = result.pairwise
    kiss, montroll, simpson, smith, wright = range(5)
    assert result.elected == (montroll + 1,)
    for other, figures in (
        (kiss, (4067, 3477)),
        (wright, (4597, 3668)),
        (smith, (4573, 2998)),
        (simpson, (6267, 591)),
    ):
        assert (votes[montroll][other], votes[other][montroll]) == figures
    assert "Bob Kiss 4067–3477" in said(result)[-1]


@pytest.mark.shared
@pytest.mark.parametrize("method", CONDORCET)
def test_debian_2012_elects_zacchiroli_over_reopening(method):
    result = METHODS[method].count(replace(real_election("debian-dpl-2012.toc"), reopen=4))
    assert [result.election.name(n) for n in result.elected] == ["Stefano Zacchiroli"]
    assert [(result.pairwise[2][n], result.pairwise[n][2]) for n in (0, 1, 3)] == [
        (347, 51),
        (354, 47),
        (387, 12),
    ]


@pytest.mark.parametrize(
    ("paper", "before"),
    [
        pytest.param(R(1, 2), {"AB", "AC", "BC"}, id="ranked before left out"),
        pytest.param(R((1, 2)), {"AC", "BC"}, id="level ones aren't compared"),
        pytest.param(R((1, 2), 3), {"AC", "BC"}, id="level before the next"),
        pytest.param(R(1, (2, 3)), {"AB", "AC"}, id="level at the end"),
        pytest.param(R((1, 2, 3)), set(), id="all level"),
        pytest.param(R(1), {"AB", "AC"}, id="those left out aren't compared"),
        pytest.param(R((), 2, (), 1), {"BA", "BC", "AC"}, id="a skipped rank keeps the order"),
        pytest.param(R(1, 2, 1), {"AB", "AC", "BC"}, id="named twice counts at the first place"),
        pytest.param(R(1, (1, 2), 3), {"AB", "AC", "BC"}, id="named twice, the second time level"),
        pytest.param(R(), set(), id="blank"),
        pytest.param(("A?C", 1), {"AB", "AC", "CB"}, id="a rank nobody can read"),
    ],
)  # fmt: skip
def test_what_a_paper_says_of_every_two(paper, before):
    votes = pairwise(Election(("Ada", "Ben", "Cem"), papers(paper)))
    assert {
        a + b for a, b in itertools.permutations("ABC", 2) if votes["ABC".index(a)]["ABC".index(b)]
    } == before


def naive_pairwise(election):
    n = len(election.candidates)
    votes = [[0] * n for _ in range(n)]
    for weight, words in election.papers.items():
        for spelt in words:
            place = {}
            for at, rank in enumerate(ranks(spelt)):
                for sign in rank:
                    place.setdefault(sign, at)
            for a, b in itertools.permutations(sorted(election.letters), 2):
                if place.get(a, 99) < place.get(b, 99):
                    votes[ord(a) - 65][ord(b) - 65] += weight
    return tuple(map(tuple, votes))


ONE_TO_NINE = st.integers(1, 9)


@st.composite
def elections(draw, most=5, weights=ONE_TO_NINE):
    n = draw(st.integers(1, most))
    level = st.lists(st.integers(1, n), max_size=n).map(tuple)
    cast = draw(st.lists(st.tuples(st.lists(level, max_size=n + 1), weights), max_size=8))
    withdrawn = draw(st.frozensets(st.integers(1, n), max_size=n - 1))
    return Election(
        tuple("ABCDE"[:n]), papers(*(R(*order, weight=w) for order, w in cast)), withdrawn=withdrawn
    )


@given(elections(weights=st.fractions(0, 3, max_denominator=6)))
def test_the_matrix_is_that_of_a_plain_reading(election):
    assert pairwise(election) == naive_pairwise(election)


def test_sixty_candidates_and_more_are_compared():
    election = Election(
        tuple(map(str, range(300))), papers(R(*range(300, 0, -1)), R(*range(1, 301), weight=2))
    )
    votes = pairwise(election)
    assert all(votes[a][b] == (2 if a < b else 1) for a, b in itertools.permutations(range(0, 300, 7), 2))


def strengths(election):
    votes = pairwise(election)
    return {
        (a, b): (votes[a - 1][b - 1], -votes[b - 1][a - 1])
        for a, b in itertools.permutations(sorted(election.standing), 2)
        if votes[a - 1][b - 1] > votes[b - 1][a - 1]
    }


def schulze_by_all_paths(election):
    """Try every simple path for its weakest majority."""
    strength, standing = strengths(election), sorted(election.standing)
    none = (0, 0)

    def strongest(a, b):
        others = [n for n in standing if n not in {a, b}]
        paths = ((a, *via, b) for k in range(len(others) + 1) for via in itertools.permutations(others, k))
        return max(min(strength.get(link, none) for link in itertools.pairwise(path)) for path in paths)

    return {a for a in standing if all(strongest(a, b) >= strongest(b, a) for b in standing if b != a)}


def ranked_pairs_by_all_orders(election):
    """Try every order of equal majorities; a majority is locked unless the locked ones lead back."""
    strength, standing = strengths(election), sorted(election.standing)
    groups = itertools.groupby(sorted(strength, key=strength.get, reverse=True), strength.get)
    winners = set()
    for order in itertools.product(*(itertools.permutations(list(equal)) for _, equal in groups)):
        locked = set()
        for a, b in itertools.chain(*order):
            reached, edge = {b}, {b}
            while edge:
                edge = {y for x, y in locked if x in edge} - reached
                reached |= edge
            if a not in reached:
                locked.add((a, b))
        winners |= set(standing) - {b for _, b in locked}
    return winners


def outcome(method, election):
    result = METHODS[method].count(election)
    return set(result.ties) or set(result.elected)


@given(elections())
def test_schulze_elects_whoever_has_the_strongest_paths(election):
    expected = schulze_by_all_paths(election) if election.valid else set()
    assert outcome("schulze", election) == expected


@given(elections(most=4, weights=st.integers(1, 3)))
def test_ranked_pairs_elects_whoever_wins_in_some_order_of_equal_majorities(election):
    expected = ranked_pairs_by_all_orders(election) if election.valid else set()
    assert outcome("ranked-pairs", election) == expected


@given(elections())
def test_whoever_beats_everyone_is_elected(election):
    votes, standing = pairwise(election), election.standing
    winner = {a for a in standing if all(votes[a - 1][b - 1] > votes[b - 1][a - 1] for b in standing - {a})}
    for method in CONDORCET:
        if winner and election.valid:
            assert outcome(method, election) == winner


@given(elections(), st.randoms(use_true_random=False))
def test_neither_names_nor_the_order_of_papers_matter(election, order):
    n = len(election.candidates)
    numbers = order.sample(range(1, n + 1), n)
    turned = str.maketrans({chr(64 + a): chr(64 + b) for a, b in enumerate(numbers, 1)})
    cast = [(spelt.translate(turned), weight) for weight, words in election.papers.items() for spelt in words]
    order.shuffle(cast)
    withdrawn = frozenset(numbers[number - 1] for number in election.withdrawn)
    other = replace(election, papers=papers(*cast), withdrawn=withdrawn)
    for method in CONDORCET:
        assert {numbers[number - 1] for number in outcome(method, election)} == outcome(method, other)


CIRCLE = Election(
    ("Ada", "Ben", "Cem"), papers(R(1, 2, 3, weight=7), R(2, 3, 1, weight=5), R(3, 1, 2, weight=4))
)


BEN_IS_BEHIND = (
    "Ada beats Ben 11–5; the strongest chain back holds only 9–7 (Ben beats Cem 12–4, Cem beats Ada 9–7). "
    "Ben is behind Ada."
)
CEM_IS_BEHIND = (
    "Ada beats Ben 11–5, Ben beats Cem 12–4: this chain holds 11–5; "
    "no chain back is stronger than Cem beats Ada 9–7. Cem is behind Ada."
)


def test_schulze_tells_the_chains_that_decide():
    result = METHODS["schulze"].count(CIRCLE)
    assert result.elected == (1,)
    assert said(result)[1:] == [
        BEN_IS_BEHIND,
        CEM_IS_BEHIND,
        "Nobody has a stronger chain to Ada than Ada has back: elected.",
    ]


def test_ranked_pairs_tells_what_is_locked_and_what_would_close_a_circle():
    result = METHODS["ranked-pairs"].count(CIRCLE)
    assert result.elected == (1,)
    assert said(result)[1:] == [
        "Locked, the strongest first: Ben beats Cem 12–4, Ada beats Ben 11–5.",
        "Cem beats Ada 9–7, but locked before it: Ada beats Ben 11–5, Ben beats Cem 12–4. It is left out.",
        "No locked majority beats Ada: elected.",
    ]


@pytest.mark.parametrize("method", CONDORCET)
@pytest.mark.parametrize(("extra", "elected", "ties"), [(-1, (2,), ()), (0, (), (1, 2)), (1, (1,), ())])
def test_one_paper_makes_or_breaks_a_tie(method, extra, elected, ties):
    result = METHODS[method].count(Election(("Ada", "Ben"), papers(R(1, weight=5 + extra), R(2, weight=5))))
    assert (result.elected, result.ties) == (elected, ties)


EVEN = Election(("Ada", "Ben", "Cem"), papers(R(1, 2, 3), R(2, 3, 1), R(3, 1, 2)))


@pytest.mark.parametrize("method", CONDORCET)
def test_an_even_circle_needs_the_lot_and_anyone_can_win_it(method):
    assert METHODS[method].count(EVEN).ties == (1, 2, 3)
    drawn = [METHODS[method].count(replace(EVEN, seed=bytes([n]))).elected for n in range(30)]
    assert set(drawn) == {(1,), (2,), (3,)}


def test_equal_majorities_need_no_lot_where_the_same_is_elected_in_any_order():
    orders = ("DCBEA", "CEBAD", "BACDE", "CEADB", "EDBAC", "ACDEB")
    result = METHODS["ranked-pairs"].count(Election(("Ada", "Ben", "Cem", "Dov", "Eve"), {1: orders}))
    assert (result.elected, result.ties) == ((3,), ())
    assert said(result)[1] == "Whichever of equally strong majorities goes first, Cem is elected."


def test_where_the_search_is_given_up_the_lot_still_elects_an_unbeaten_candidate(monkeypatch):
    monkeypatch.setattr(ranked_pairs, "MOST_ORDERS", 0)
    for n in range(10):
        (elected,) = METHODS["ranked-pairs"].count(replace(EVEN, seed=bytes([n]))).elected
        assert elected in ranked_pairs_by_all_orders(EVEN)


@pytest.mark.parametrize("method", CONDORCET)
@pytest.mark.parametrize(("extra", "elected"), [(-1, ()), (0, ()), (1, (1,))])
def test_whoever_does_not_beat_reopening_is_not_elected(method, extra, elected):
    cast = papers(R(1, 3, 2, weight=5 + extra), R(3, 1, 2, weight=5))
    result = METHODS[method].count(Election(("Ada", "Ben", "Reopen nominations"), cast, reopen=3))
    assert result.elected == elected
    if not elected:
        assert (
            said(result)[1] == f"Ada doesn't beat “Reopen nominations” ({5 + extra}–5) and can't be elected."
        )
        assert (
            said(result)[-1]
            == "Nobody beats “Reopen nominations”: nobody is elected, and nominations reopen."
        )
        assert result.rounds[-1].action is Action.STOP


@pytest.mark.parametrize("method", CONDORCET)
def test_someone_who_beats_everyone_but_reopening_makes_room_for_the_next(method):
    cast = papers(R(1, 2, 3, weight=3), R(2, 3, 1, weight=2), R(3, 1, 2, weight=2), R(3, 2, 1))
    election = Election(("Ada", "Ben", "Reopen"), cast, reopen=3)
    votes = pairwise(election)
    assert votes[0][1] > votes[1][0]
    assert votes[0][2] < votes[2][0]
    assert METHODS[method].count(election).elected == ((2,) if votes[1][2] > votes[2][1] else ())


def test_weights_stay_exact():
    election = Election(("Ada", "Ben"), papers(R(1, weight=Fraction(1, 3)), R(2, weight=Fraction(1, 2))))
    result = METHODS["schulze"].count(election)
    assert result.elected == (2,)
    assert result.plain()["pairwise"] == [["0", "1/3"], ["0.5", "0"]]
