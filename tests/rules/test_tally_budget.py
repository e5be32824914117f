"""Budgets by medians: plain ones, and those that move together until they come to a total."""

from fractions import Fraction
from statistics import median, median_low

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coop.rules.tally.budget import BudgetBallot, count_budget
from tests.scale import scale


def budget(*proposals, total=None, currency="EUR"):
    """Gather proposals, each its amounts and, last, its weight."""
    cast = {}
    for *amounts, weight in proposals:
        cast[tuple(amounts)] = cast.get(tuple(amounts), 0) + weight
    items = tuple(f"item {number}" for number in range(1, len(proposals[0])))
    return BudgetBallot(items, cast, currency, total)


def all_of(result):
    """The exact amounts, what is left unspent as one more."""
    return (*result.exact, result.ballot.total_minor - sum(result.exact))


def distance(proposal, result):
    """How far the result lies from a proposal, over all items and what is left unspent."""
    proposed = (*proposal, result.ballot.total_minor - sum(proposal))
    return sum(abs(amount - share) for amount, share in zip(proposed, all_of(result), strict=True))


@st.composite
def ballots(draw, voters=5):
    items = draw(st.integers(1, 3))
    total = draw(st.integers(0, 12))
    cast = draw(st.lists(_proposal(items, total), min_size=1, max_size=voters))
    return budget(*((*amounts, 1) for amounts in cast), total=total)


def _proposal(items, total):
    cuts = st.lists(st.integers(0, total), min_size=items, max_size=items).map(sorted)
    return cuts.map(lambda cut: tuple(b - a for a, b in zip([0, *cut], cut, strict=False)))


def test_three_items_worked_by_hand():
    # The rate is 350/3: 3 × 350/3 + 300 (4 could carry more, 1 wanted more) + 2 × 350/3 + 350/3 = 1000.
    cast = [(600, 300, 100, 3), (200, 200, 600, 2), (0, 1000, 0, 1), (0, 0, 0, 1)]
    result = count_budget(budget(*cast, total=1000, currency="JPY"))
    assert result.rate == Fraction(350, 3)
    assert result.exact == (350, 300, Fraction(700, 3))
    assert (result.amounts_minor, result.unspent_minor) == ((350, 300, 233), 117)
    assert [line.replace("\u00a0", " ") for line in result.says] == [
        (
            "7 proposals for a total of 1,000 ¥. Every voter carries up to 350/3 JPY of each item, and an item gets "
            "the highest amount that those who proposed as much for it can carry; at this rate, and no lower one, "
            "the items come to the total."
        ),
        "item 1: 350 ¥, reached by 3, who carry exactly that.",
        "item 2: 300 ¥, reached by 4, who could carry 1400/3 JPY; passed by 1, who carry no more than 350/3 JPY.",
        "item 3: 233 ¥, reached by 2, who carry exactly that.",
        "Left unspent: 117 ¥, reached by 1, who carry exactly that.",
        (
            "Rounded down to 1 ¥; what is left goes, 1 ¥ each, to the largest remainders, equal ones in the order of "
            "the items."
        ),
    ]


def test_the_result_is_plain_values():
    plain = count_budget(budget((4, 0, 1), (0, 4, 1), (0, 0, 1), total=4)).plain()
    assert plain.pop("says")
    assert plain == {
        "method": "budget-medians",
        "currency": "EUR",
        "total_minor": 4,
        "valid": "3",
        "items": [
            {"number": 1, "name": "item 1", "amount_minor": 2, "exact": "4/3"},
            {"number": 2, "name": "item 2", "amount_minor": 1, "exact": "4/3"},
        ],
        "unspent_minor": 1,
        "rate": "4/3",
    }


@given(ballot=ballots())
@settings(max_examples=scale(200, 5000), deadline=None)
def test_each_amount_is_the_median_of_the_proposals_and_the_phantoms(ballot):
    """The definition, word for word, at the rate that was found."""
    result = count_budget(ballot)
    voters = [amounts for amounts, weight in ballot.proposals.items() for _ in range(weight)]
    number, total = len(voters), ballot.total_minor
    phantoms = [min(result.rate * (number - k), Fraction(total)) for k in range(number + 1)]
    full = [(*amounts, total - sum(amounts)) for amounts in voters]
    assert all_of(result) == tuple(median([*column, *phantoms]) for column in zip(*full, strict=True))


@given(ballot=ballots())
def test_the_amounts_come_to_the_total_exactly_and_none_is_rounded_by_a_whole_unit(ballot):
    result = count_budget(ballot)
    assert sum(result.amounts_minor) + result.unspent_minor == ballot.total_minor
    rounded = (*result.amounts_minor, result.unspent_minor)
    assert all(abs(amount - share) < 1 for amount, share in zip(rounded, all_of(result), strict=True))


@given(ballot=ballots(voters=4), data=st.data())
@settings(max_examples=scale(300, 10_000), deadline=None)
def test_nobody_comes_nearer_to_their_own_proposal_by_another_one(ballot, data):
    own = data.draw(st.sampled_from(sorted(ballot.proposals)))
    other = data.draw(_proposal(len(ballot.items), ballot.total_minor))
    cast = dict(ballot.proposals)
    cast[own] -= 1
    cast[other] = cast.get(other, 0) + 1
    honest, dishonest = (
        count_budget(ballot),
        count_budget(BudgetBallot(ballot.items, cast, "EUR", ballot.total_minor)),
    )
    assert distance(own, honest) <= distance(own, dishonest)


def test_the_lie_that_a_mean_would_reward_costs_its_teller():
    # The mean gives item 1 a share of 10, and the 20 its friend wants once she asks for 40.
    honest = count_budget(budget((20, 80, 1), (0, 100, 1), total=100))
    lying = count_budget(budget((40, 60, 1), (0, 100, 1), total=100))
    assert (honest.exact, lying.exact) == ((20, 80), (40, 60))


@given(cast=st.lists(st.integers(0, 7), min_size=3, max_size=3).filter(any), total=st.integers(0, 1000))
def test_where_everyone_wants_one_item_only_each_gets_its_share_of_the_voters(cast, total):
    alone = [(total, 0, 0, cast[0]), (0, total, 0, cast[1]), (0, 0, total, cast[2])]
    result = count_budget(budget(*alone, total=total))
    assert result.exact == tuple(Fraction(total * voters, sum(cast)) for voters in cast)


@given(ballot=ballots(voters=1), voters=st.integers(1, 9))
def test_what_everyone_proposes_is_what_it_comes_to(ballot, voters):
    (proposal,) = ballot.proposals
    result = count_budget(BudgetBallot(ballot.items, {proposal: voters}, "EUR", ballot.total_minor))
    assert result.amounts_minor == proposal


@given(ballot=ballots(), factor=st.sampled_from([3, Fraction(2, 7)]))
def test_only_the_ratio_of_the_weights_matters(ballot, factor):
    scaled = {amounts: weight * factor for amounts, weight in ballot.proposals.items()}
    again = count_budget(BudgetBallot(ballot.items, scaled, "EUR", ballot.total_minor))
    assert again.exact == count_budget(ballot).exact


@given(ballot=ballots(), order=st.randoms(use_true_random=False))
def test_the_order_of_the_items_does_not_matter(ballot, order):
    numbers = order.sample(range(len(ballot.items)), len(ballot.items))
    turned = {tuple(amounts[n] for n in numbers): weight for amounts, weight in ballot.proposals.items()}
    exact = count_budget(ballot).exact
    again = count_budget(BudgetBallot(ballot.items, turned, "EUR", ballot.total_minor))
    assert again.exact == tuple(exact[n] for n in numbers)


@given(cast=st.lists(st.integers(0, 30), min_size=1, max_size=9))
def test_without_a_total_each_item_gets_its_lower_median(cast):
    result = count_budget(budget(*((amount, 30 - amount, 1) for amount in cast)))
    assert result.amounts_minor == (median_low(cast), median_low([30 - amount for amount in cast]))
    assert (result.unspent_minor, result.rate) == (None, None)


@pytest.mark.parametrize(("more", "amount"), [(-1, 100), (0, 100), (1, 250)])
def test_a_half_does_not_raise_a_plain_median_but_more_than_half_does(more, amount):
    result = count_budget(budget((100, 10), (250, 10 + more)))
    assert result.amounts_minor == (amount,)


def test_equal_remainders_go_to_the_item_listed_first():
    result = count_budget(budget((100, 0, 1), (0, 100, 1), (50, 50, 1), total=101))
    assert sum(result.amounts_minor) + result.unspent_minor == 101
    halves = count_budget(budget((5, 0, 1), (0, 5, 1), total=5))
    assert (halves.exact, halves.amounts_minor) == ((Fraction(5, 2), Fraction(5, 2)), (3, 2))


def test_without_proposals_nothing_is_settled():
    result = count_budget(BudgetBallot(("mill",), {}, "EUR", 100))
    assert (result.amounts_minor, result.unspent_minor) == ((), None)
    assert result.says == ("No proposal was cast; nothing is settled.",)


@pytest.mark.parametrize(
    ("items", "proposals", "total", "why"),
    [
        ((), {}, None, "at least one item"),
        (("mill",), {(1, 2): 1}, None, "an amount of at least 0 for each item"),
        (("mill",), {(-1,): 1}, None, "an amount of at least 0 for each item"),
        (("mill",), {(101,): 1}, 100, "can't be above the total of 1.00"),
        (("mill",), {(1,): -1}, 100, "weight can't be below 0"),
        (("mill",), {}, -1, "total can't be below 0"),
    ],
)
def test_what_is_no_budget_is_refused(items, proposals, total, why):
    with pytest.raises(ValueError, match=why):
        BudgetBallot(items, proposals, "EUR", total)


def test_a_proposal_of_exactly_the_total_is_none_above_it():
    assert count_budget(BudgetBallot(("mill",), {(100,): 1}, "EUR", 100)).amounts_minor == (100,)
