"""Would another method, or another lot, have changed who is elected?"""

import pytest

from coop.rules.tally import METHODS
from coop.rules.tally.comparing import MOST_LOTS, by_every_lot, compare
from coop.rules.tally.election import Election
from tests.rules.papers import R, papers

NAMES = ("Ada", "Ben", "Cem")
# Ben is everybody's second: first preferences leave him out, every comparison of two favours him.
CENTRE = (R(1, 2, 3, weight=7), R(3, 2, 1, weight=6), R(2, 1, 3, weight=3), R(2, 3, 1, weight=1))


def said(method, given, seats=1, seed=b"seed", names=NAMES):
    return compare(Election(names, papers(*given), seats, seed=seed), METHODS[method])


def test_each_other_method_is_told_in_a_sentence_with_who_would_come_in_and_for_whom():
    assert said("irv", CENTRE) == (
        "No lot was drawn that could change who is elected.",
        "By first preferences alone, the same would be elected.",
        "By single transferable vote (Scottish), the same would be elected.",
        "By single transferable vote (exact weighted inclusive Gregory), the same would be elected.",
        "By single transferable vote (Meek), the same would be elected.",
        "By Schulze's method, Ben would be elected instead of Ada.",
        "By ranked pairs, Ben would be elected instead of Ada.",
        "By Borda points, Ben would be elected instead of Ada.",
    )


def test_with_several_seats_methods_of_one_seat_are_left_out():
    sentences = " ".join(said("scottish-stv", CENTRE, seats=2))
    assert "Meek" in sentences
    assert not any(name in sentences for name in ("instant runoff", "Schulze", "ranked pairs"))


def test_a_lot_that_decided_is_told_with_whom_another_would_have_elected():
    given = (R(1, weight=3), R(2, weight=3))
    election = Election(NAMES, papers(*given), seed=b"seed")
    (elected,) = METHODS["irv"].count(election).elected
    other = {1: "Ben", 2: "Ada"}[elected]
    assert said("irv", given)[0] == (
        f"A lot was drawn. Had it fallen otherwise, {other} would be elected instead of {NAMES[elected - 1]}."
    )
    assert said("irv", given)[1] == (
        "By first preferences alone, Ada and Ben would be tied, and a lot would decide."
    )


def test_every_lot_is_tried_also_a_lot_after_a_lot():
    names = ("Ada", "Ben", "Cem", "Dua")
    election = Election(names, papers(*(R(n) for n in (1, 2, 3, 4))), 2)
    found, complete = by_every_lot(election, METHODS["plurality"])
    assert complete
    assert found == {frozenset(pair) for pair in ((1, 2), (1, 3), (1, 4), (2, 3), (2, 4), (3, 4))}


def test_more_ties_than_can_be_tried_are_told():
    names = tuple(f"C{n}" for n in range(1, 13))
    election = Election(names, papers(*(R(n) for n in range(1, 13))), 6, seed=b"seed")
    _found, complete = by_every_lot(election, METHODS["plurality"])
    assert not complete
    assert MOST_LOTS < 12 * 11


def test_the_lot_of_the_seed_is_one_of_those_tried():
    for seed in (b"a", b"b", b"c", b"d"):
        election = Election(NAMES, papers(R(1, 2), R(2, 1), R(3, 1), R(3, 2)), seed=seed)
        for name in ("irv", "schulze", "borda", "meek-stv", "plurality"):
            found, _complete = by_every_lot(election, METHODS[name])
            assert frozenset(METHODS[name].count(election).elected) in found, name


def test_approvals_are_compared_with_equal_shares_and_scores_with_star():
    approvals = papers(R((1, 2), weight=6), R((3,), weight=4))
    [lot, shares] = compare(Election(NAMES, approvals, 2, seed=b"s"), METHODS["approval"])
    assert lot == "No lot was drawn that could change who is elected."
    assert shares.startswith("By method of equal shares, ")
    scores = {(5, 4, 0): 3, (0, 1, 5): 2, (4, 5, None): 1}
    assert len(compare(Election.scored(NAMES, scores, seed=b"s"), METHODS["score"])) == 2
    assert len(compare(Election.scored(NAMES, scores, 2, seed=b"s"), METHODS["score"])) == 1


def test_a_paper_with_one_name_can_only_be_counted_in_one_way():
    assert said("plurality", (R(1, weight=3), R(2, weight=2)))[1:] == (
        "A paper that names one candidate can be counted in this way only.",
    )


@pytest.mark.parametrize("lots", [(1,), (2,)])
def test_a_lot_that_has_fallen_is_taken_before_the_seed(lots):
    election = Election(NAMES, papers(R(1, weight=3), R(2, weight=3)), seed=b"seed", lots=lots)
    elected = METHODS["schulze"].count(election).elected
    assert elected == lots
