"""A result as a drawing, in numbers: what templates draw, so that they hold no arithmetic.

It is read from the result as it is kept, JSON values with exact quantities as strings. A length or a
place is a text in percent of the drawing's width, cut to tenths: "69.4".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from coop.rules.tally.election import quantity

TRANSFERRING = frozenset({"irv", "scottish-stv", "wigm-stv", "meek-stv"})
PLACES = 100  # figures beside the bars are cut to hundredths; the table has them whole

Names = Mapping[int, str]  # a candidate's number → the name


@dataclass(frozen=True)
class Bar:
    """One count of a whole; `mark` is where the line to be reached stands, "" for none."""

    kind: str  # for, against or abstain
    name: str
    count: str
    whole: str
    length: str
    mark: str = ""


@dataclass(frozen=True)
class Pile:
    """The votes of one candidate after a round: what stayed, then what came or, an empty frame, what went.

    `moved` is that in figures, "+3" or "−3", and "" where nothing moved; number 0 is nobody's pile.
    """

    number: int
    name: str
    votes: str
    moved: str
    stayed: str
    came: str
    went: str


@dataclass(frozen=True)
class Stage:
    """A round: its sentence and, where votes moved, the piles after it; `mark` is the quota's place."""

    says: str
    piles: tuple[Pile, ...]
    mark: str


@dataclass(frozen=True)
class Drawing:
    """Everything that is drawn of a result; what its method hasn't is empty.

    `line` is what had to be reached, in figures; `pairs` has for each pair of candidates, row before
    column, the papers and whether they are the greater part; `cut` says that figures were cut.
    """

    bars: tuple[Bar, ...] = ()
    line: str = ""
    stages: tuple[Stage, ...] = ()
    pairs: tuple[tuple[tuple[str, bool], ...], ...] = ()
    cut: bool = False


def draw_motion(result: Mapping[str, Any]) -> Drawing:
    """For and against of what the majority is taken of; abstentions of all who voted."""
    base, voted, needed = Fraction(result["base"]), Fraction(result["voted"]), Fraction(result["needed"])
    reachable = bool(base) and needed <= base
    counts = [("for", "for", base), ("against", "against", base), ("abstain", "abstained", voted)]
    bars = tuple(
        Bar(
            kind,
            "",
            quantity(Fraction(result[key])),
            quantity(whole),
            percent(Fraction(result[key]), whole),
            percent(needed, base) if kind == "for" and reachable else "",
        )
        for kind, key, whole in counts
    )
    return Drawing(bars, quantity(needed) if reachable else "")


def draw_election(result: Mapping[str, Any], names: Names) -> Drawing:
    """The first round as bars, the rounds of a method that moves votes, and the pairs of one that compares."""
    rounds = [_numbers(one["tallies"]) for one in result["rounds"]]
    quota = Fraction(result["quota"] or 0)
    if not rounds or not Fraction(result["valid"]):
        return Drawing()
    first = rounds[0]
    whole = max(Fraction(result["valid"]), *first.values())
    bars = tuple(
        Bar(
            "for",
            name,
            figure(first[number]),
            figure(whole),
            percent(first[number], whole),
            percent(quota, whole) if quota else "",
        )
        for number, name in names.items()
        if number in first
    )
    stages = _stages(result, names, quota) if result["method"] in TRANSFERRING else ()
    shown = [votes for tallies in (rounds if stages else rounds[:1]) for votes in tallies.values()]
    cut = any((PLACES * votes).denominator > 1 for votes in shown)
    return Drawing(bars, figure(quota) if quota else "", stages, _pairs(result), cut)


def percent(part: Fraction, whole: Fraction) -> str:
    """Say a length in percent, cut to tenths; what exceeds the whole ends with it."""
    tenths = min(1000, 1000 * part // whole) if whole else 0
    return f"{tenths // 10}.{tenths % 10}"


def figure(value: Fraction) -> str:
    """Write a quantity for the eye, cut to hundredths."""
    return quantity(Fraction(abs(value) * PLACES // 1, PLACES))


def _numbers(tallies: Mapping[str, str]) -> dict[int, Fraction]:
    return {int(number): Fraction(votes) for number, votes in tallies.items()}


def _stages(result: Mapping[str, Any], names: Names, quota: Fraction) -> tuple[Stage, ...]:
    """Draw every round on one scale; of a round where nothing moved the sentence stays."""
    known = {**names, 0: ""}
    heaps = [
        {**_numbers(one["tallies"]), 0: Fraction(one["exhausted"])} for one in result["rounds"]
    ]  # 0: without a further preference
    whole = max(quota, *(votes for heap in heaps for votes in heap.values()))
    stages = []
    for at, (one, heap) in enumerate(zip(result["rounds"], heaps, strict=True)):
        before = heaps[at - 1] if at else heap
        piles = tuple(
            _pile(number, name, before.get(number, Fraction(0)), heap[number], whole)
            for number, name in known.items()
            if number in heap and (heap[number] or before.get(number) or not at) and (number or heap[0])
        )
        moved = not at or any(pile.moved for pile in piles)
        mark = percent(_quota_now(result, heap, quota), whole) if quota else ""
        stages.append(Stage(one["says"], piles if moved else (), mark))
    return tuple(stages)


def _quota_now(result: Mapping[str, Any], heap: Mapping[int, Fraction], quota: Fraction) -> Fraction:
    """Give the quota of a round: Meek's falls with the votes still in play."""
    if result["method"] != "meek-stv":
        return quota
    in_play = sum(heap.values(), Fraction(0)) - heap[0]
    return in_play / (int(result["seats"]) + 1)


def _pile(number: int, name: str, before: Fraction, votes: Fraction, whole: Fraction) -> Pile:
    change = votes - before
    sign = "+" if change > 0 else "−"
    return Pile(
        number,
        name,
        figure(votes),
        f"{sign}{figure(change)}" if change else "",
        percent(min(before, votes), whole),
        percent(max(change, Fraction(0)), whole),
        percent(max(-change, Fraction(0)), whole),
    )


def _pairs(result: Mapping[str, Any]) -> tuple[tuple[tuple[str, bool], ...], ...]:
    rows: list[list[str]] = result.get("pairwise") or []
    return tuple(
        tuple((votes, Fraction(votes) > Fraction(rows[there][here])) for there, votes in enumerate(row))
        for here, row in enumerate(rows)
    )
