"""Ranked elections: real ones to the published figures, ties, and properties of every count."""

import ast
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import coop.rules
from coop.rules.tally import METHODS
from coop.rules.tally.election import Action, Election, PaperKind, quantity
from coop.rules.tally.papers import Overvote, letter_of, number_of, one_by_one, word
from tests.rules.papers import R, count, papers
from tests.rules.real import real_election


def names(result):
    return [result.election.name(number) for number in result.elected]


def tallies(counted, election):
    return {election.name(number): quantity(votes) for number, votes in counted.tallies.items()}


@pytest.mark.shared
def test_anderston_city_2007_is_counted_as_published():
    election = real_election("Anderston-City-2007.blt")
    result = METHODS["scottish-stv"].count(election)
    assert (result.valid, quantity(result.quota)) == (6900, "1381")
    assert names(result) == ["Craig MacKay", "Philip Braat", "Gordon Matheson", "Nina Baker"]
    sixth = tallies(result.rounds[5], election)
    assert sixth["Gordon Matheson"] == "1291.45334"
    assert sixth["Nina Baker"] == "1247.97372"
    assert sixth["Ann Laird"] == "1050.13919"
    assert quantity(Fraction(result.rounds[5].tallies[3]) - result.quota) == "40.06923"


@pytest.mark.shared
def test_baillieston_2007_is_counted_to_the_fifth_decimal():
    election = real_election("Baillieston-2007.blt")
    result = METHODS["scottish-stv"].count(election)
    first, second, third = (tallies(counted, election) for counted in result.rounds[:3])
    surname = {name.split()[-1]: name for name in election.candidates}
    assert (result.valid, quantity(result.quota)) == (10376, "2076")
    assert first[surname["Mason"]] == str(2076 + 1123)
    assert first[surname["Coleman"]] == "2689"
    assert second[surname["Clark"]] == "715.91232"
    assert third[surname["Clark"]] == "725.7146"
    assert third[surname["Dickie"]] == "227.5254"
    assert names(result)[0] == surname["Mason"]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("overvote", "kiss", "wright"), [(Overvote.SKIP, 4314, 4064), (Overvote.EXHAUST, 4313, 4060)]
)
def test_burlington_2009_is_won_by_kiss(overvote, kiss, wright):
    result = METHODS["irv"].count(real_election("2009-Burlington-Mayor.blt", overvote=overvote))
    assert (result.valid, result.election.ballots) == (8980, 8984)
    assert names(result) == ["Bob Kiss"]
    assert result.rounds[-1].tallies[1] == kiss
    assert result.rounds[-1].tallies[5] == wright


@pytest.mark.shared
def test_burlington_2009_first_preferences():
    election = real_election("2009-Burlington-Mayor.blt")
    first = tallies(METHODS["irv"].count(election).rounds[0], election)
    assert first == {
        "Kurt Wright": "2951", "Bob Kiss": "2585", "Andy Montroll": "2063",
        "Dan Smith": "1306", "Write-in": "36", "James Simpson": "35",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("file", "elected"),
    [
        ("castor", {"Castor", "Helen"}),
        ("weak-defeat", {"D", "E"}),
        ("weak-surplus", {"A", "B", "C", "D"}),
    ],
)
def test_small_hard_cases_elect_as_the_rule_says(file, elected):
    result = METHODS["scottish-stv"].count(WEAK[file])
    assert set(names(result)) == elected
    assert not result.ties


WEAK = {
    "castor": Election(("Castor", "Pollux", "Helen"), papers(R(1, 2, weight=4), R(3, weight=2)), seats=2),
    "weak-defeat": Election(
        tuple("ABCDE"),
        papers(R(1, 2), R(2, weight=2), R(3, weight=3), R(4, weight=4), R(5, weight=5)),
        seats=2,
    ),
    "weak-surplus": Election(
        tuple("ABCDEF"),
        papers(
            R(1, 3, weight=10),
            R(2, weight=8),
            R(3, weight=6),
            R(4, weight=5),
            R(5, 4, weight=3),
            R(6, 4, weight=3),
        ),
        seats=4,
    ),
}


def test_a_tie_is_settled_by_the_most_recent_stage_where_they_differed():
    result = METHODS["scottish-stv"].count(WEAK["weak-defeat"])
    tie = next(counted for counted in result.rounds if counted.action is Action.TIE)
    assert tie.says == "B and C are tied; B had fewest at the latest stage where they differed."


def test_a_tie_that_cannot_change_who_is_elected_needs_no_lot():
    result = METHODS["scottish-stv"].count(WEAK["weak-surplus"])
    tie = next(counted for counted in result.rounds if counted.action is Action.TIE)
    assert "whichever is taken, the same are elected" in tie.says


LEVEL = Election(("Ada", "Ben"), papers(R(1, weight=5), R(2, weight=5)))


@pytest.mark.parametrize("method", METHODS)
def test_a_tie_that_matters_stops_without_a_seed(method):
    result = count(method, LEVEL)
    assert result.elected == ()
    assert result.ties == (1, 2)
    assert result.rounds[-1].says == "Ada and Ben are tied at every stage: this needs a lot."


@pytest.mark.parametrize("method", METHODS)
def test_a_tie_that_matters_is_settled_by_the_published_seed(method):
    def winner(seed):
        result = count(method, Election(LEVEL.candidates, LEVEL.papers, seed=seed))
        assert any("the lot (tie 1) falls on" in counted.says for counted in result.rounds)
        return names(result)[0]

    assert winner(b"x") == winner(b"x")
    assert {winner(bytes([n])) for n in range(20)} == {"Ada", "Ben"}


@pytest.mark.parametrize(("extra", "elected"), [(-1, "Ben"), (1, "Ada")])
@pytest.mark.parametrize("method", METHODS)
def test_one_vote_decides(method, extra, elected):
    cast = papers(R(1, weight=5 + extra), R(2, weight=5))
    assert names(count(method, Election(LEVEL.candidates, cast))) == [elected]


def test_the_famous_tie_of_sixty_papers_is_no_tie_when_cut_to_five_decimals():
    election = Election(
        ("A1", "A2", "A3", "A4", "A5", "B1"), papers(R(1, 2, 3, 4, 5, weight=52), R(6, weight=8)), seats=5
    )
    result = METHODS["scottish-stv"].count(election)
    assert set(names(result)) == {"A1", "A2", "A3", "A4", "B1"}
    assert any(tallies(counted, election)["A5"] == "7.99968" for counted in result.rounds)


def test_candidates_nobody_voted_for_need_no_lot():
    election = Election(tuple("ABCDEFGHIJKL"), papers(R(1, weight=5), R(2, weight=4), R(3, 2, weight=3)))
    for method in ("irv", "scottish-stv", "wigm-stv", "meek-stv"):
        result = METHODS[method].count(election)
        assert names(result) == ["B"]
        assert not any(counted.action is Action.TIE for counted in result.rounds)


@pytest.mark.parametrize("method", METHODS)
def test_where_nobody_voted_nobody_is_elected(method):
    result = count(method, Election(("Ada", "Ben"), {}, seats=2))
    assert (result.elected, result.ties) == ((), ())
    assert result.rounds[-1].action is Action.STOP


@pytest.mark.parametrize("method", METHODS)
def test_a_candidate_who_withdrew_is_passed_over(method):
    election = Election(
        ("Ada", "Ben", "Cem"), papers(R(1, 2, weight=6), R(3, weight=5)), withdrawn=frozenset({1})
    )
    assert names(count(method, election)) == ["Ben"]


def test_no_more_candidates_than_seats_are_all_elected():
    result = METHODS["scottish-stv"].count(Election(("Ada", "Ben"), papers(R(2, weight=2), R(1)), seats=3))
    assert names(result) == ["Ben", "Ada"]


@pytest.mark.parametrize(
    ("ranks", "overvote", "preferences"),
    [
        (((1,), (2, 3), (4,)), Overvote.EXHAUST, (1,)),
        (((1,), (2, 3), (4,)), Overvote.SKIP, (1, 4)),
        (((1,), (), (4,)), Overvote.EXHAUST, (1, 4)),
        (((1,), (1,), (4,)), Overvote.EXHAUST, (1, 4)),
        ((), Overvote.SKIP, ()),
    ],
)
def test_how_an_unusual_paper_is_read(ranks, overvote, preferences):
    assert tuple(map(number_of, one_by_one(word(ranks), frozenset("ABCD"), overvote))) == preferences


@st.composite
def elections(draw, *, one_seat=False, scored=False):
    """Elections of two to six candidates; `scored` ones carry scores, from which rankings can be read."""
    candidates = draw(st.integers(2, 6))
    seats = 1 if one_seat else draw(st.integers(1, candidates))
    names, seed = tuple("ABCDEF"[:candidates]), b"published"
    if scored:
        given = st.tuples(*[st.none() | st.integers(0, 5)] * candidates)
        return Election.scored(names, draw(st.dictionaries(given, st.integers(1, 60))), seats, seed=seed)
    rankings = st.lists(st.integers(1, candidates), max_size=candidates, unique=True)
    cast = draw(st.lists(st.tuples(rankings, st.integers(1, 60)), max_size=12))
    return Election(names, papers(*(R(*order, weight=weight) for order, weight in cast)), seats, seed=seed)


def seats_of(method, election):
    return 1 if METHODS[method].one_seat else election.seats


@pytest.mark.parametrize("method", METHODS)
@given(data=st.data())
def test_every_round_says_what_happened_and_conserves_the_votes(method, data):
    scored = METHODS[method].paper is PaperKind.SCORE
    result = METHODS[method].count(data.draw(elections(scored=scored)))
    election = result.election
    want = min(seats_of(method, election), len(election.candidates))
    assert len(set(result.elected)) == (want if result.valid else 0)
    loss = Fraction(0)
    for counted in result.rounds:
        if result.conserves:
            assert counted.total == result.valid
        assert counted.says.endswith(".")
        assert counted.loss >= loss
        loss = counted.loss
        assert all(isinstance(votes, Fraction) and votes >= 0 for votes in counted.tallies.values())


@pytest.mark.parametrize("method", METHODS)
@given(data=st.data(), order=st.randoms(use_true_random=False))
def test_the_order_of_the_papers_does_not_matter(method, data, order):
    scored = METHODS[method].paper is PaperKind.SCORE
    election = data.draw(elections(scored=scored))
    shuffled = [(spelt, weight) for weight, words in election.papers.items() for spelt in words]
    order.shuffle(shuffled)
    scores = None
    if scored:
        scores = list(election.scores.items())
        order.shuffle(scores)
        scores = dict(scores)
    again = replace(election, papers=papers(*shuffled), scores=scores)
    assert METHODS[method].count(again).plain() == METHODS[method].count(election).plain()


@pytest.mark.parametrize("method", METHODS)
@given(data=st.data())
def test_a_weight_counts_like_as_many_papers(method, data):
    scored = METHODS[method].paper is PaperKind.SCORE
    election = data.draw(elections(scored=scored))
    if scored:
        return
    singles = {1: [spelt for weight, words in election.papers.items() for spelt in words * weight]}
    again = replace(election, papers=singles)
    assert METHODS[method].count(again).plain() == METHODS[method].count(election).plain()


@pytest.mark.parametrize("method", METHODS)
@given(data=st.data(), order=st.randoms(use_true_random=False))
def test_the_names_of_the_candidates_do_not_matter(method, data, order):
    scored = METHODS[method].paper is PaperKind.SCORE
    election = replace(data.draw(elections(scored=scored)), seed=None)
    numbers = list(range(1, len(election.candidates) + 1))
    order.shuffle(numbers)
    turned = {n: numbers[n - 1] for n in election.numbers}
    spelling = str.maketrans({letter_of(n): letter_of(m) for n, m in turned.items()})
    renamed = {weight: [w.translate(spelling) for w in words] for weight, words in election.papers.items()}
    scores = election.scores and {
        tuple(given[numbers.index(n)] for n in sorted(numbers)): weight
        for given, weight in election.scores.items()
    }
    plain = METHODS[method].count(election)
    other = METHODS[method].count(replace(election, papers=renamed, scores=scores))
    if plain.ties or other.ties:
        assert {turned[n] for n in plain.ties} == set(other.ties)
    else:
        assert {turned[n] for n in plain.elected} == set(other.elected)


@given(cast=st.lists(st.tuples(st.permutations([1, 2, 3, 4]), st.integers(1, 99)), min_size=1, max_size=12))
def test_one_seat_of_full_rankings_is_the_same_by_runoff_and_by_transferable_vote(cast):
    cast = papers(*(R(*order, weight=weight) for order, weight in cast))
    election = Election(tuple("ABCD"), cast, seed=b"s")
    runoff = METHODS["irv"].count(election)
    assert METHODS["scottish-stv"].count(election).elected == runoff.elected


COUNTING = [*Path(coop.rules.tally.__path__[0]).glob("*.py")]
COUNTING += [Path(coop.rules.__path__[0], name) for name in ("thresholds.py", "lot.py")]


@pytest.mark.parametrize("path", sorted(COUNTING), ids=lambda path: path.name)
def test_no_count_uses_a_float(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), node.lineno
        assert not (isinstance(node, ast.Name) and node.id == "float"), node.lineno


@pytest.mark.parametrize(
    ("value", "text"),
    [("0", "0"), ("7", "7"), ("1/2", "0.5"), ("1/3", "1/3"), ("1050.13919", "1050.13919"), ("-1/4", "-0.25"), ("1/40", "0.025")],
)  # fmt: skip
def test_a_quantity_is_written_exactly(value, text):
    assert quantity(Fraction(value)) == text


def test_a_quantity_may_have_thousands_of_digits():
    third = Fraction(10**5000, 3)
    assert quantity(third) == f"1{'0' * 5000}/3"
    assert quantity(Fraction(1, 10**5000)) == f"0.{'0' * 4999}1"
    assert quantity(Fraction(10**5000)) == f"1{'0' * 5000}"


def test_papers_all_spent_in_the_first_round_leave_it_to_the_lot():
    level = Election(("Ada", "Ben"), papers(R((1, 2), weight=3)), seed=b"published")
    result = METHODS["irv"].count(level)
    assert result.rounds[-1].says.endswith("is the only one left and is elected.")
    assert METHODS["irv"].count(replace(level, seed=None)).ties == (1, 2)
