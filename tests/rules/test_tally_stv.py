"""Single transferable votes: to the printed digits of another counter, the famous tie, and properties."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.rules.tally import METHODS, wigm_stv
from coop.rules.tally.election import Action, Election, quantity
from coop.rules.tally.papers import number_of, word
from tests.rules.papers import R, papers
from tests.rules.reports import reference, report

STV = ("scottish-stv", "wigm-stv", "meek-stv")
MOVES = ("Begin Count", "Surplus transferred", "Transfer defeated")


def named(election, counted):
    return {election.name(number): votes for number, votes in counted.tallies.items()}


def stages(result):
    """Pair the rounds that moved papers with the round before; the last exclusion leaves them where they lie."""
    return [
        (before, counted)
        for before, counted in pairwise((None, *result.rounds))
        if counted.action is not Action.TIE and "nothing more is transferred" not in counted.says
    ]


def concerns(subject, counted):
    of = (f"{subject} has the fewest", f"surplus of {subject},")
    elected = counted.action is Action.ELECT and subject in counted.says
    return elected or any(words in counted.says for words in of)


def agreed(file, count, printed):
    """Pair the report's stages with those of the count whose lots fall most like the report's own order.

    Where the report breaks a tie by that order alone, the ladder may have a ground for another: there it ends.
    """
    best = []
    for number in range(12):
        pairs = []
        result = count(reference(file, seed=bytes([number])))
        for action, (before, counted) in zip(printed, stages(result), strict=False):
            if pairs and not concerns(action.subject, counted):
                ladder = before.action is Action.TIE and action.subject in before.says
                assert ladder, f"{counted.says} The report has {action.action}: {action.subject}."
                break
            pairs.append((action, counted))
        best = max(best, pairs, key=len)
        if len(best) >= len(printed) - 1:
            break
    return best


SMALL = ("42", "42t", "513", "M135", "SC", "SC-Vm-12", "SCw", "weak-defeat", "weak-surplus")
GREGORY = [("scottish-stv", "scotland", 5, file) for file in SMALL]
GREGORY += [("exact quota", "wigm-rational", 12, file) for file in ("42", "42t", "513", "SC", "SC-Vm-12")]


@pytest.mark.shared
@pytest.mark.parametrize(("method", "counter", "places", "file"), GREGORY)
def test_every_stage_is_as_another_counter_prints_it(method, counter, places, file, evidence):
    """Their last exclusion still moves papers; by the rule nothing moves once as many are left as seats."""
    count = wigm_stv.to_the_exact_quota if method == "exact quota" else METHODS[method].count
    printed = [action for actions in report(file, counter) for action in actions if action.action in MOVES]
    pairs = agreed(file, count, printed)
    assert len(pairs) >= len(printed) - 1
    for action, counted in pairs:
        exact = named(reference(file), counted)
        assert {name: round(exact[name], places) for name in action.tallies} == action.tallies
        assert round(counted.exhausted, places) == action.totals["Nontransferable votes"]
        assert counted.loss == action.totals["Residual"]
    evidence(stages_alike=len(pairs), decimals=places)


def closes(action):
    return action.action in ("Begin Count", "Elect") or action.action.startswith("Defeat (")


# In M135 the rule's lot falls on C13, who had more than C16 at an earlier stage: the ladder excludes C16.
MEEK = {"42": 3, "42t": 3, "513": 3, "M135": 12, "SC": 12, "SC-Vm-12": 4, "SCw": 11}


@pytest.mark.shared
@pytest.mark.parametrize(("file", "rounds"), MEEK.items())
def test_every_round_of_meek_is_as_another_counter_prints_it(file, rounds, evidence):
    ends = [[action for action in actions if closes(action)] for actions in report(file, "meek")]
    pairs = agreed(file, METHODS["meek-stv"].count, [actions[-1] for actions in ends if actions])
    assert len(pairs) == rounds
    for action, counted in pairs:
        exact = named(reference(file), counted)
        assert {name: exact[name] for name in action.tallies} == action.tallies
        assert counted.exhausted == action.totals["Residual"]
        assert (
            quantity(action.totals["Quota" if counted.action is Action.ELECT else "Surplus"]) in counted.says
        )
    evidence(rounds_alike=len(pairs), decimals=9)


SIX = ("A1", "A2", "A3", "A4", "A5", "B1")


def famous(a, b, **more):
    """Give the famous election: `a` papers A1>A2>A3>A4>A5 against `b` of B1, five seats."""
    return Election(SIX, papers(R(1, 2, 3, 4, 5, weight=a), R(6, weight=b)), seats=5, **more)


@pytest.mark.parametrize(
    ("a", "b", "exact", "scottish"),
    [
        pytest.param(51, 8, "A5", "A5", id="one paper fewer lowers the quota to 10 and leaves A5 with 11"),
        pytest.param(52, 7, "A5", "A5", id="one of B1's fewer does too"),
        pytest.param(52, 8, "B1", "B1", id="8 to 8: B1 had more at the stage before"),
        pytest.param(53, 8, "A5", "A5", id="one paper more leaves A5 with 9 to 8"),
        pytest.param(52, 9, "B1", "B1", id="one of B1's more beats the 8 of A5"),
    ],
)
def test_the_famous_last_seat(a, b, exact, scottish):
    for method, last in (("wigm-stv", exact), ("scottish-stv", scottish)):
        result = METHODS[method].count(famous(a, b))
        assert {SIX[n - 1] for n in result.elected} == {"A1", "A2", "A3", "A4", last}, method


def test_the_famous_tie_is_a_true_one_when_counted_exactly_and_none_when_cut():
    exact = METHODS["wigm-stv"].count(famous(52, 8))
    tie = next(counted for counted in exact.rounds if counted.action is Action.TIE)
    assert tie.says == "A5 and B1 are tied; A5 had fewest at the latest stage where they differed."
    assert tie.tallies[5] == tie.tallies[6] == 8
    cut = METHODS["scottish-stv"].count(famous(52, 8))
    assert not any(counted.action is Action.TIE for counted in cut.rounds)
    assert cut.rounds[-1].tallies[5] == Fraction("7.99968")
    assert cut.rounds[-1].loss == Fraction("0.00032")


def test_parcels_whose_values_are_cut_to_the_same_one_are_both_passed_on():
    """B holds papers worth 0.5 and 0.50001; cut again, both are worth 0.24999."""
    cast = ["ABD"] * 99_998 + ["CBD"] * 10 + ["C"] * 99_990 + ["BD"] * 49_991 + ["D", "E", "F"]
    result = METHODS["scottish-stv"].count(Election(tuple("ABCDEF"), {1: cast}, seats=4))
    surplus = next(counted for counted in result.rounds if "surplus of B" in counted.says)
    assert result.quota == 49_999
    assert surplus.tallies[4] == 1 + (99_998 + 10) * Fraction("0.24999") + 49_991 * Fraction("0.49998")


def test_meek_stops_where_the_surplus_no_longer_shrinks():
    cast = papers(R(3, weight=300), R(3, 5, weight=10))
    result = METHODS["meek-stv"].count(Election(tuple("ABCDE"), cast, seats=4, seed=b"published"))
    stuck = [counted for counted in result.rounds if "no longer shrinks" in counted.says]
    assert stuck[0].says.startswith("The surplus left, 0.000533998, no longer shrinks: ")


@pytest.mark.parametrize("method", STV)
@pytest.mark.parametrize("seats", [2, 3, 5])
def test_each_candidate_is_elected_once_where_seats_are_plenty(method, seats):
    cast = papers(R(1, weight=9), R(2))
    result = METHODS[method].count(Election(tuple("ABC"), cast, seats, withdrawn=frozenset({3})))
    assert result.elected == (1, 2)


def twins(**more):
    """Give an election whose last seat is tied at every stage: half of A's papers name B next, half C."""
    return Election(tuple("ABC"), papers(R(1, 2, weight=9), R(1, 3, weight=9)), seats=2, **more)


@pytest.mark.parametrize("method", STV)
def test_a_last_seat_tied_at_every_stage_stops_without_a_seed(method):
    result = METHODS[method].count(twins())
    assert (result.elected, result.ties) == ((1,), (2, 3))
    assert result.rounds[-1].says == "B and C are tied at every stage: this needs a lot."
    assert {METHODS[method].count(twins(seed=bytes([n]))).elected for n in range(20)} == {(1, 2), (1, 3)}


@pytest.mark.parametrize("method", STV)
@pytest.mark.parametrize(("extra", "last"), [(-1, 3), (1, 2)])
def test_one_paper_decides_a_last_seat(method, extra, last):
    cast = papers(R(1, 2, weight=9 + extra), R(1, 3, weight=9))
    assert METHODS[method].count(Election(tuple("ABC"), cast, seats=2)).elected == (1, last)


def test_the_surplus_of_meek_stays_below_a_millionth():
    election = famous(52, 8)
    result = METHODS["meek-stv"].count(election)
    assert result.quota == Fraction("10.000000001")
    assert {SIX[n - 1] for n in result.elected} == {"A1", "A2", "A3", "A4", "A5"}
    assert all(counted.loss == 0 for counted in result.rounds)


@st.composite
def elections(draw, *, full=False, seats=None):
    candidates = draw(st.integers(2, 6))
    numbers = list(range(1, candidates + 1))
    ranking = st.permutations(numbers)
    if not full:
        ranking = st.tuples(ranking, st.integers(1, candidates)).map(lambda drawn: drawn[0][: drawn[1]])
    cast = draw(st.lists(st.tuples(ranking, st.integers(1, 30)), min_size=1, max_size=12))
    return Election(
        tuple("ABCDEF"[:candidates]),
        papers(*(R(*order, weight=weight) for order, weight in cast)),
        seats or draw(st.integers(1, candidates)),
    )


@given(election=elections(), method=st.sampled_from(STV))
def test_every_round_conserves_the_votes(election, method):
    result = METHODS[method].count(election)
    assert all(counted.total == result.valid for counted in result.rounds)
    assert all(min(counted.tallies.values()) >= 0 for counted in result.rounds)
    exhausted = [counted.exhausted for counted in result.rounds]
    assert method == "meek-stv" or exhausted == sorted(exhausted)


@given(election=elections(full=True, seats=1), method=st.sampled_from(STV))
def test_one_seat_by_full_rankings_is_an_instant_runoff(election, method):
    runoff, transferred = METHODS["irv"].count(election), METHODS[method].count(election)
    assert (transferred.elected, transferred.ties) == (runoff.elected, runoff.ties)


@given(election=elections(), method=st.sampled_from(STV), order=st.randoms(use_true_random=False))
def test_neither_the_order_of_the_papers_nor_how_they_are_bundled_matters(election, method, order):
    single = [spelt for weight, words in election.papers.items() for spelt in words for _ in range(weight)]
    order.shuffle(single)
    result, again = (METHODS[method].count(e) for e in (election, replace(election, papers={1: single})))
    assert again.plain() == result.plain()


@given(election=elections(), method=st.sampled_from(STV), order=st.randoms(use_true_random=False))
def test_the_place_on_the_paper_does_not_matter(election, method, order):
    numbers = sorted(election.numbers)
    order.shuffle(numbers)
    moved = {
        weight: [word(numbers[number_of(sign) - 1] for sign in spelt) for spelt in words]
        for weight, words in election.papers.items()
    }
    here, there = (METHODS[method].count(e) for e in (election, replace(election, papers=moved)))
    assert {numbers[n - 1] for n in here.elected} == set(there.elected)
    assert {numbers[n - 1] for n in here.ties} == set(there.ties)


@given(
    election=elections(),
    method=st.sampled_from(("wigm-stv", "meek-stv")),
    size_of_group=st.integers(1, 6),
    orders=st.lists(st.randoms(use_true_random=False), min_size=1, max_size=4),
    weight=st.integers(1, 60),
)
def test_a_solid_group_has_a_seat_for_each_quota_of_its_papers(
    election, method, size_of_group, orders, weight
):
    numbers = sorted(election.numbers)
    group, rest = numbers[:size_of_group], numbers[size_of_group:]
    loyal = [
        R(*order.sample(group, len(group)), *order.sample(rest, len(rest)), weight=weight) for order in orders
    ]
    others = [(spelt, held) for held, words in election.papers.items() for spelt in words]
    election = replace(election, papers=papers(*loyal, *others), seed=b"published")
    result = METHODS[method].count(election)
    quota = result.valid // (election.seats + 1) + 1
    due = min(weight * len(loyal) // quota, len(group), election.seats)
    assert len(set(result.elected) & set(group)) >= due
