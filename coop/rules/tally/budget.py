"""A budget by medians: every voter proposes an amount for each item.

Where no total is fixed, each item gets its lower median. Where one is, plain medians need not add up to it;
then the independent-markets rule of R. Freeman, D. Pennock, D. Peters and J. Wortman Vaughan, “Truthful
aggregation of budget proposals” (Journal of Economic Theory 193, 2021) moves all medians together: beside
the n proposals for an item stand n + 1 phantom ones, min(rate × (n − k), total) for k = 0…n, and the rate
rises from 0 until the medians add up. Nobody comes nearer to their own proposal, summed over the items, by
proposing something else, and where everyone wants one item only, each gets its share of the voters.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate
from typing import Any

from coop.rules.money import decimals_of, format_amount, share_out
from coop.rules.tally.election import quantity
from coop.rules.tally.papers import Weight

UNSPENT = "Left unspent"

Reach = list[tuple[int, Weight]]  # an amount proposed → the weight of those who proposed it or more


@dataclass(frozen=True)
class BudgetBallot:
    """Proposals name whole minor units for each item, in the order of the items, and carry a weight.

    With a total, a proposal may stay below it: the rest is then proposed to be left unspent.
    """

    items: tuple[str, ...]
    proposals: Mapping[tuple[int, ...], Weight]
    currency: str
    total_minor: int | None = None

    def __post_init__(self) -> None:
        """Refuse what can't be a budget."""
        if not self.items:
            raise ValueError("A budget has at least one item.")
        if self.total_minor is not None and self.total_minor < 0:
            raise ValueError("A total can't be below 0.")
        for amounts, weight in self.proposals.items():
            if len(amounts) != len(self.items) or min(amounts) < 0:
                raise ValueError("A proposal names an amount of at least 0 for each item.")
            if self.total_minor is not None and sum(amounts) > self.total_minor:
                raise ValueError(f"A proposal can't be above the total of {self.amount(self.total_minor)}.")
            if weight < 0:
                raise ValueError("A proposal's weight can't be below 0.")

    @property
    def valid(self) -> Weight:
        return sum(self.proposals.values(), 0)

    def amount(self, amount_minor: Weight) -> str:
        """Write an amount; parts of a minor unit exactly, as a decimal or p/q."""
        if amount_minor == int(amount_minor):
            return format_amount(int(amount_minor), self.currency)
        return f"{quantity(Fraction(amount_minor) / 10 ** decimals_of(self.currency))}\u00a0{self.currency}"


@dataclass(frozen=True)
class BudgetResult:
    """What each item gets; no amounts where nobody proposed any.

    `exact` are the amounts before rounding, `rate` what each voter carries of an item, in minor units.
    """

    ballot: BudgetBallot = field(repr=False)
    amounts_minor: tuple[int, ...]
    exact: tuple[Fraction, ...]
    says: tuple[str, ...]
    unspent_minor: int | None = None
    rate: Fraction | None = None

    def __post_init__(self) -> None:
        """Refuse a budget that doesn't come to its total."""
        total = self.ballot.total_minor
        if (
            total is not None
            and self.amounts_minor
            and sum(self.amounts_minor) + (self.unspent_minor or 0) != total
        ):
            raise ArithmeticError(f"The items don't come to {self.ballot.amount(total)}.")

    def plain(self) -> dict[str, Any]:
        """Give the result as JSON values; exact quantities are strings, in minor units."""
        lines = zip(self.ballot.items, self.amounts_minor, self.exact, strict=False)
        return {
            "method": "budget-medians",
            "currency": self.ballot.currency,
            "total_minor": self.ballot.total_minor,
            "valid": quantity(self.ballot.valid),
            "items": [
                {"number": number, "name": name, "amount_minor": amount, "exact": quantity(exact)}
                for number, (name, amount, exact) in enumerate(lines, 1)
            ],
            "unspent_minor": self.unspent_minor,
            "rate": None if self.rate is None else quantity(self.rate),
            "says": list(self.says),
        }


def count_budget(ballot: BudgetBallot) -> BudgetResult:
    """Settle what each item gets."""
    if not ballot.valid:
        return BudgetResult(ballot, (), (), ("No proposal was cast; nothing is settled.",))
    if ballot.total_minor is None:
        return _by_plain_medians(ballot)
    return _within_a_total(ballot, ballot.total_minor)


def _by_plain_medians(ballot: BudgetBallot) -> BudgetResult:
    says = [f"{_many(ballot.valid)}: each item gets the highest amount that more than half would give it."]
    amounts = []
    for number, name in enumerate(ballot.items):
        reach = _reach([(amounts[number], weight) for amounts, weight in ballot.proposals.items()])
        median, backing = max(
            (step for step in reach if 2 * step[1] > ballot.valid), default=(0, ballot.valid)
        )
        amounts.append(median)
        says.append(
            f"{name} gets {ballot.amount(median)}: {quantity(backing)} of {quantity(ballot.valid)} "
            f"would give that or more."
        )
    return BudgetResult(ballot, tuple(amounts), tuple(map(Fraction, amounts)), tuple(says))


def _within_a_total(ballot: BudgetBallot, total: int) -> BudgetResult:
    columns = [
        [((*amounts, total - sum(amounts))[number], weight) for amounts, weight in ballot.proposals.items()]
        for number in range(len(ballot.items) + 1)
    ]
    reaches = [_reach(column) for column in columns]
    rate = _rate(reaches, total)
    exact = tuple(_median(reach, rate) for reach in reaches)
    rounded = share_out(total, exact) if total else [0] * len(exact)
    opening = (
        f"{_many(ballot.valid)} for a total of {ballot.amount(total)}. Every voter carries up to "
        f"{ballot.amount(rate)} of each item, and an item gets the highest amount that those who proposed as "
        f"much for it can carry; at this rate, and no lower one, the items come to the total."
    )
    lines = list(zip((*ballot.items, UNSPENT), reaches, exact, rounded, strict=True))
    lines = lines if reaches[-1] else lines[:-1]
    says = [opening]
    says += [
        f"{name}: {ballot.amount(amount)}, {_reason(ballot, reach, rate, share)}."
        for name, reach, share, amount in lines
    ]
    if any(share.denominator > 1 for share in exact):
        unit = ballot.amount(1)
        says.append(
            f"Rounded down to {unit}; what is left goes, {unit} each, to the largest remainders, "
            "equal ones in the order of the items."
        )
    return BudgetResult(ballot, tuple(rounded[:-1]), exact[:-1], tuple(says), rounded[-1], rate)


def _reach(column: Sequence[tuple[int, Weight]]) -> Reach:
    """List the amounts proposed above 0, highest first, each with the weight of those who reach it."""
    weights: dict[int, Weight] = {}
    for amount, weight in column:
        if amount and weight:
            weights[amount] = weights.get(amount, 0) + weight
    highest = sorted(weights, reverse=True)
    return list(zip(highest, accumulate(weights[amount] for amount in highest), strict=True))


def _median(reach: Reach, rate: Fraction) -> Fraction:
    """Find the median of the proposals and the phantoms.

    The phantoms that are at least x number all but (x ÷ rate) of n + 1, so the median is the highest x that
    those who reach it carry; put so, it needs no whole weights.
    """
    at = bisect_left(reach, True, key=lambda step: rate * step[1] >= step[0])
    carried_whole = [Fraction(amount) for amount, _ in reach[at : at + 1]]
    carried_in_part = [rate * backing for _, backing in reach[max(at - 1, 0) : at]]
    return max((*carried_whole, *carried_in_part), default=Fraction(0))


def _rate(reaches: Sequence[Reach], total: int) -> Fraction:
    """Find the lowest rate at which the medians add up to the total; between their bends they grow evenly."""

    def added_up(rate: Fraction) -> Fraction:
        return sum((_median(reach, rate) for reach in reaches), Fraction(0))

    def enough(rate: Fraction) -> bool:
        return added_up(rate) >= total

    if not total:
        return Fraction(0)
    lows, highs = [Fraction(0)], []
    for bends in map(_bends, reaches):
        at = bisect_left(bends, True, key=enough)
        lows += bends[max(at - 1, 0) : at]
        highs += bends[at : at + 1]
    low, high = max(lows), min(highs)  # at its last bend every median is the highest proposal: enough
    below, above = added_up(low), added_up(high)
    return low + (high - low) * (total - below) / (above - below)


def _bends(reach: Reach) -> list[Fraction]:
    """List the rates, ascending, at which a median starts or stops to stand still at a proposed amount."""
    found: list[Fraction] = []
    above: Weight = 0
    for amount, backing in reach:
        found += [Fraction(amount) / above] if above else []
        found.append(Fraction(amount) / backing)
        above = backing
    return found[::-1]


def _reason(ballot: BudgetBallot, reach: Reach, rate: Fraction, share: Fraction) -> str:
    if not share:
        return "as nobody proposed anything for it"
    backing = next(backing for amount, backing in reversed(reach) if amount >= share)
    above = max((backing for amount, backing in reach if amount > share), default=0)
    if rate * backing == share:
        return f"reached by {quantity(backing)}, who carry exactly that"
    could = f"reached by {quantity(backing)}, who could carry {ballot.amount(rate * backing)}"
    if not above:
        return f"{could}; nobody proposed more"
    return f"{could}; passed by {quantity(above)}, who carry no more than {ballot.amount(rate * above)}"


def _many(valid: Weight) -> str:
    return f"{quantity(valid)} proposal{'' if valid == 1 else 's'}"
