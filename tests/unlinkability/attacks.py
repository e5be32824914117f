"""Attacks on the secrecy of a ballot: join voters to votes by any order that either side still shows.

A clue gives things a value to sort by: voters the time of their token, votes the place of their bytes. An attack
sorts both by one clue each and says: the first voter cast the first vote, the second the second. The test, which
played the voters, knows the truth, and holds three figures against chance: right guesses (from either end), rank
correlation, and neighbours that stayed neighbours, which are left when an order was cut in pieces.
"""

import random
from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import eq, mul, sub

from tests.scale import scale

ALARM = 0.01  # an attack works if chance does as well less often than this, all attacks taken together
DRAWS = scale(100_000, 300_000)

Clue = Mapping[Hashable, object]  # a thing that isn't in it, or stands there with None, sorts first


@dataclass(frozen=True)
class Score:
    """How well one attack did: of `voters`, how many joined rightly, and so on."""

    voters: int
    matches: int
    correlation: float  # of ranks, -1 … 1
    neighbours: int

    def __str__(self) -> str:
        return f"{self.matches} of {self.voters} · rho {self.correlation:+.2f} · {self.neighbours} neighbours"


@dataclass(frozen=True)
class Attack:
    """An order of voters held against an order of votes, and what came of it."""

    voters: str
    votes: str
    score: Score
    p: float  # the least of its figures', adjusted for the number of all

    def __str__(self) -> str:
        return f"{self.score} · p {self.p:.2g}"

    @property
    def works(self) -> bool:
        return self.p <= ALARM

    @property
    def name(self) -> tuple[str, str]:
        return self.voters, self.votes


def ranked(clue: Clue, things: Iterable[Hashable], seed: str) -> dict[Hashable, int]:
    """Sort things by a clue; equals fall by a lot that knows nothing of the truth."""
    lot = random.Random(seed)
    drawn = {thing: lot.random() for thing in sorted(things, key=repr)}

    def place(thing):
        value = clue.get(thing)
        return (value is not None, 0 if value is None else value, drawn[thing])

    return {thing: rank for rank, thing in enumerate(sorted(drawn, key=place))}


def figures_of(order: Sequence[int]) -> tuple[int, int, int]:
    """Measure `order`, which has at each voter's rank that of their vote: matches, trend, neighbours.

    The trend is the rank correlation in whole numbers: times n(n²-1).
    """
    n = len(order)
    matches = max(sum(map(eq, order, range(n))), sum(map(eq, order, range(n - 1, -1, -1))))
    squares, products = (n - 1) * n * (2 * n - 1) // 6, sum(map(mul, order, range(n)))
    trend = n * (n * n - 1) - 12 * (squares - products)
    steps = list(map(sub, order[1:], order))
    neighbours = steps.count(1) + steps.count(-1)
    return matches, trend, neighbours


def score_of(order: Sequence[int]) -> Score:
    n, (matches, trend, neighbours) = len(order), figures_of(order)
    return Score(n, matches, trend / (n * (n * n - 1)), neighbours)


@cache
def by_chance(n: int, draws: int = DRAWS) -> tuple[list[int], list[int], list[int]]:
    """Draw how matches, trend (either way) and neighbours fall when votes tell nothing; each list is sorted."""
    lot, drawn = random.Random(f"chance {n}"), []
    for _ in range(draws):
        keys = [lot.random() for _ in range(n)]
        drawn.append(figures_of(sorted(range(n), key=keys.__getitem__)))
    matches, trends, neighbours = zip(*drawn, strict=True)
    return sorted(matches), sorted(map(abs, trends)), sorted(neighbours)


def p_values(order: Sequence[int], draws: int = DRAWS) -> tuple[float, ...]:
    """Say how often chance does as well, for each of the three figures (permutation test)."""
    matches, trend, neighbours = figures_of(order)
    chance = by_chance(len(order), draws)
    found = zip((matches, abs(trend), neighbours), chance, strict=True)
    return tuple((1 + draws - bisect_left(drawn, figure)) / (draws + 1) for figure, drawn in found)


def holm(ps: Sequence[float]) -> list[float]:
    """Adjust p-values of many tests (Holm–Bonferroni): each stands for all of them together."""
    adjusted, worst = [0.0] * len(ps), 0.0
    for done, at in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        worst = max(worst, min(1.0, (len(ps) - done) * ps[at]))
        adjusted[at] = worst
    return adjusted


def attack(
    truth: Mapping[Hashable, Hashable],
    of_voters: Mapping[str, Clue],
    of_votes: Mapping[str, Clue],
    draws: int = DRAWS,
) -> list[Attack]:
    """Try every clue about voters with every clue about votes; `truth` leads from voter to vote.

    Clues about voters that give one order, or the reverse, are one attack; so are those of a kind about votes.
    """
    voters = _distinct(of_voters, truth, "voters", lambda _name: "")
    votes = _distinct(of_votes, truth.values(), "votes", kind_of)
    tried = []
    for voters_by, voter_rank in voters.items():
        in_order = [truth[voter] for voter in sorted(voter_rank, key=voter_rank.__getitem__)]
        tried += [(voters_by, by, [rank[vote] for vote in in_order]) for by, rank in votes.items()]
    if not tried:
        raise ValueError("There is nothing to attack with.")

    ps = [p for _, _, order in tried for p in p_values(order, draws)]
    if ALARM * (draws + 1) <= len(ps):
        raise ValueError(f"{draws} draws can't alarm anybody when {len(ps)} figures are tested.")
    adjusted = iter(holm(ps))
    return [
        Attack(by, also, score_of(order), min(next(adjusted) for _ in range(3))) for by, also, order in tried
    ]


def kind_of(clue: str) -> str:
    """Give the kind of a clue, which begins its name: "row order: secret_votes"."""
    return clue.partition(":")[0]


def _distinct(
    clues: Mapping[str, Clue], things: Iterable[Hashable], seed: str, group: Callable[[str], str]
) -> dict[str, dict[Hashable, int]]:
    """Rank by each clue, but not by one that is the same for all, nor twice in one order within a group."""
    things, kept, ranks = list(things), set(), {}
    for name, clue in clues.items():
        if len({clue.get(thing) for thing in things}) > 1:
            rank = ranked(clue, things, seed)
            order = tuple(sorted(rank, key=rank.__getitem__))
            if not kept & {(group(name), order), (group(name), order[::-1])}:
                kept.add((group(name), order))
                ranks[name] = rank
    return ranks
