"""The ladder for ties: whether a tie matters, and what it costs to learn it."""

import pytest

from coop.rules.tally import METHODS, irv, ties
from coop.rules.tally.election import Action, Election, Result
from coop.rules.tally.papers import letter_of
from coop.rules.tally.ties import Script, count_with_ladder

MANY = 60


def _counts_needed(election: Election) -> tuple[Result, int]:
    counts = 0

    def count(given: Election, script: Script) -> Result:
        nonlocal counts
        counts += 1
        return irv._Runoff(given, script).run()

    return count_with_ladder(election, count), counts


def test_a_tie_with_many_behind_it_is_known_to_matter_after_a_few_counts() -> None:
    """Sixty candidates with a vote each: every exclusion is a tie, and anyone may win."""
    numbers = range(1, MANY + 1)
    names = tuple(f"Candidate {number}" for number in numbers)
    result, counts = _counts_needed(Election(names, {1: [letter_of(number) for number in numbers]}))
    assert result.ties == tuple(numbers)
    assert counts <= 5


@pytest.mark.parametrize("method", ["irv", "meek-stv"])
def test_ties_among_the_last_are_settled_without_a_lot_where_the_winner_is_sure(method) -> None:
    """Four level ones leave three, whoever goes first: later ties that don't matter are passed over."""
    names = ("Ada", "Ben", "Cem", "Dee", "Eve")
    result = METHODS[method].count(Election(names, {1: ["A"] * 3 + ["B", "C", "D", "E"]}))
    assert (result.elected, result.ties) == ((1,), ())
    assert sum(counted.action is Action.TIE for counted in result.rounds) > 1


def test_where_looking_ahead_cannot_tell_the_lot_takes_the_ties_that_follow(monkeypatch) -> None:
    monkeypatch.setattr(ties, "LOOK_AHEAD", 3)
    names = ("Ada", *(f"Candidate {number}" for number in range(2, 12)))
    last = [letter_of(number) for number in range(2, 12)]
    election = Election(names, {1: ["A"] * 5 + last}, seed=b"lot")
    result, counts = _counts_needed(election)
    assert (result.elected, result.ties) == ((1,), ())
    assert counts <= 4 + 3 + 10


ONE_BY_ONE = ("irv", "scottish-stv", "wigm-stv", "meek-stv")


@pytest.mark.parametrize("method", ONE_BY_ONE)
def test_a_tie_at_the_bottom_does_not_matter_because_a_later_one_does(method) -> None:
    names = ("Ada", "Ben", "Cem", "Dee")
    result = METHODS[method].count(Election(names, {5: ["A", "B"], 1: ["C", "D"]}))
    assert (result.elected, result.ties) == ((), (1, 2))


@pytest.mark.parametrize("method", ["irv", "scottish-stv", "wigm-stv"])
def test_those_who_all_go_before_anyone_else_need_neither_lot_nor_looking_ahead(method, monkeypatch) -> None:
    monkeypatch.setattr(ties, "_matters", None)
    writes_in = [letter_of(number) for number in range(3, 150)]
    names = tuple(f"Candidate {number}" for number in range(1, 150))
    result = METHODS[method].count(Election(names, {200: ["A"], 190: ["B"], 1: writes_in}))
    assert (result.elected, result.ties) == ((1,), ())


@pytest.mark.parametrize(("next_up", "decides"), [(2, True), (3, False), (4, False)])
def test_they_all_go_only_if_together_they_have_fewer_votes_than_the_next(
    next_up, decides, monkeypatch
) -> None:
    asked = []
    monkeypatch.setattr(ties, "_matters", lambda *_: asked.append(True))
    papers = {1: ["CB", "D", *["B"] * next_up, *["A"] * (next_up + 1)]}
    METHODS["irv"].count(Election(("Ada", "Ben", "Cem", "Dee"), papers))
    assert bool(asked) is decides


def test_a_choice_that_only_moves_the_lot_to_a_later_tie_matters() -> None:
    """All three level, two come to the runoff: whoever is put first would be spared the first lot."""
    result = METHODS["star"].count(Election.scored(("Ada", "Ben", "Cem"), {(None, None, 0): 1}))
    assert (result.elected, result.ties) == ((), (1, 2, 3))
