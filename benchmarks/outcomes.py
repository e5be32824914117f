"""Everybody a count could elect if its ties fell otherwise, and the same elections by other counters' rules."""

import random
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from coop.rules.tally import METHODS
from coop.rules.tally.ties import OpenTie, Script, Settled

MOST_WAYS = 3000


class Level(Exception):  # noqa: N818 - it carries a question, not an error
    """The count needs to be told which of these to take."""

    def __init__(self, options):
        super().__init__(options)
        self.options = options


def explore(run):
    """Run a count once for every way its ties can fall; it takes the choices and raises Level for another."""
    found, ways = set(), [()]
    for _ in range(MOST_WAYS):
        if not ways:
            break
        way = ways.pop()
        try:
            found.add(run(iter(way)))
        except Level as tie:
            ways += [(*way, option) for option in tie.options]
    return found


def ours_however_ties_fall(method, election, elected_in):
    """Give every set our own count could elect if no tie were settled by an earlier stage."""
    found = set()

    def every_way(given, count):
        def run(picks):
            try:
                return elected_in(count(given, Script(tuple(Settled(number, "") for number in picks))))
            except OpenTie as tie:
                raise Level(tie.tied) from None

        found.update(explore(run))
        raise _Explored

    count = METHODS[method].count
    with _replaced(every_way), suppress(_Explored):
        count(election)
    return found


class _Explored(Exception):  # noqa: N818 - it ends a count whose outcomes are all known
    pass


@contextmanager
def _replaced(every_way):
    """Lead ties elsewhere in every counting module."""
    places = [place for name, place in sys.modules.items() if name.startswith("coop.rules.tally.")]
    before = [
        (place, name, getattr(place, name)) for place in places for name in _LADDER if hasattr(place, name)
    ]
    for place, name, _ in before:
        setattr(place, name, every_way if name == "count_with_ladder" else _all_tied)
    try:
        yield
    finally:
        for place, name, value in before:
            setattr(place, name, value)


_LADDER = ("count_with_ladder", "separate")


def _all_tied(tied, stages, *, most):  # noqa: ARG001
    return tuple(sorted(tied))


@dataclass(frozen=True)
class Stv:
    """What transferable-vote counters do differently: how values are cut, and how surpluses go on.

    "largest": one by one to those not elected, everyone at the quota elected at each stage (Scottish).
    "single": only the highest is elected; others above the quota may still receive.
    "together": all who are at the quota one after the other, also to those of them who still wait; a paper
    counts as a giver's own if no one standing comes before the giver, even where it lies with one who waits.
    """

    rounding: str | None = ROUND_DOWN
    surplus: str = "largest"

    def cut(self, value):
        if self.rounding is None:
            return value
        hundred_thousandths = value * 100_000
        exact = Decimal(hundred_thousandths.numerator) / Decimal(hundred_thousandths.denominator)
        return Fraction(int(exact.to_integral_value(self.rounding)), 100_000)


SCOTTISH = Stv()
NEAREST = Stv(rounding=ROUND_HALF_EVEN)
TOGETHER = Stv(surplus="together")
NEAREST_TOGETHER = Stv(rounding=ROUND_HALF_EVEN, surplus="together")
UNCUT = Stv(rounding=None)
SINGLE = Stv(surplus="single")
UNCUT_SINGLE = Stv(rounding=None, surplus="single")


def stv_outcomes(election, rule):
    """Count a transferable vote plainly, one paper after the other, for every way its ties can fall."""
    run = _together if rule.surplus == "together" else _one_by_one
    return explore(lambda picks: run(_Votes(election, picks), rule))


class _Votes:
    """What each candidate's papers are worth now."""

    def __init__(self, election, picks):
        self.picks = picks
        self.seats = election["seats"]
        self.standing = set(range(1, election["candidates"] + 1))
        self.elected = []
        self.piles = {number: [] for number in self.standing}
        for ranks, weight in election["papers"]:
            self.piles[ranks[0][0]].append(([rank[0] for rank in ranks], weight, Fraction(1)))
        self.quota = sum(weight for _, weight in election["papers"]) // (self.seats + 1) + 1

    @property
    def vacancies(self):
        return self.seats - len(self.elected)

    def of(self, number):
        return sum(weight * value for _, weight, value in self.piles[number])

    def reached(self):
        return {number for number in self.standing if self.of(number) >= self.quota}

    def elect(self, numbers):
        self.standing -= numbers
        self.elected += sorted(numbers, key=lambda number: (-self.of(number), number))

    def pick(self, numbers, *, most):
        """Take one with the most or fewest votes, level ones as the choices say."""
        best = (max if most else min)(map(self.of, numbers))
        level = [number for number in sorted(numbers) if self.of(number) == best]
        if len(level) == 1 or (best == 0 and len(self.standing) - len(level) >= self.vacancies):
            return level[0]
        chosen = next(self.picks, None)
        if chosen is None:
            raise Level(level)
        return chosen

    def pass_on(self, number, worth=lambda value: value):
        for ranking, weight, value in self.piles.pop(number):
            heir = next((other for other in ranking if other in self.standing), None)
            if heir is not None:
                self.piles[heir].append((ranking, weight, worth(value)))

    def pass_surplus(self, number, rule):
        total = self.of(number)
        self.pass_on(number, lambda value: rule.cut(value * (total - self.quota) / total))

    def exclude_last(self):
        last = self.pick(self.standing, most=False)
        self.standing.discard(last)
        self.pass_on(last)


def _one_by_one(votes, rule):
    queue = []
    while votes.vacancies:
        reached = votes.reached()
        if rule.surplus == "single" and reached:
            first = votes.pick(reached, most=True)
            votes.elect({first})
            votes.pass_surplus(first, rule)
        elif reached:
            votes.elect(reached)
            queue += reached
        elif len(votes.standing) <= votes.vacancies:
            votes.elect(set(votes.standing))
        elif queue:
            first = votes.pick(queue, most=True)
            queue.remove(first)
            votes.pass_surplus(first, rule)
        else:
            votes.exclude_last()
    return frozenset(votes.elected)


def _together(votes, rule):
    while votes.vacancies:
        reached = votes.reached()
        if len(votes.standing) <= votes.vacancies:
            votes.elect(set(votes.standing))
        elif reached:
            votes.elect(reached)
            _pass_surpluses(votes, rule, votes.elected[-len(reached) :])
        else:
            votes.exclude_last()
    return frozenset(votes.elected)


def _pass_surpluses(votes, rule, queue):
    held = {number: votes.of(number) for number in queue}
    papers = [paper for number in (*queue, *votes.standing) for paper in votes.piles.pop(number)]
    while queue:
        giver, *queue = queue
        factor = (held[giver] - votes.quota) / held[giver]
        for at, (ranking, weight, value) in enumerate(papers):
            if next((other for other in ranking if other in votes.standing | {giver}), None) == giver:
                papers[at] = (ranking, weight, rule.cut(value * factor))
                heir = next((other for other in ranking if other in votes.standing | set(queue)), None)
                if heir in held:
                    held[heir] += weight * papers[at][2]
    votes.piles |= {number: [] for number in votes.standing}
    for ranking, weight, value in papers:
        heir = next((other for other in ranking if other in votes.standing), None)
        if heir is not None:
            votes.piles[heir].append((ranking, weight, value))


def pairwise_of(election, *, shared_ranks=True):
    """Count, for each pair, the papers that put one before the other; shared ranks can be left unread."""
    numbers = range(1, election["candidates"] + 1)
    before = {(a, b): 0 for a in numbers for b in numbers}
    for ranks, weight in election["papers"]:
        place = {n: at for at, rank in enumerate(ranks) if shared_ranks or len(rank) == 1 for n in rank}
        for a, b in before:
            if place.get(a, len(ranks)) < place.get(b, len(ranks)):
                before[a, b] += weight
    return before


def margins(before):
    return {(a, b): votes - before[b, a] for (a, b), votes in before.items() if votes > before[b, a]}


def winning_votes(before):
    """Measure by the papers for the winner; of equal ones the fewer against count for more."""
    return {(a, b): (before[a, b], -before[b, a]) for a, b in margins(before)}


def unbeaten(numbers, beats):
    return {frozenset({n}) for n in numbers if not any((other, n) in beats for other in numbers)}


def top_tier(numbers, beats):
    """Give the smallest set whose members all beat everyone outside it."""
    tier = {n for alone in unbeaten(numbers, beats) for n in alone}
    while more := {n for n in numbers if n not in tier and any((member, n) not in beats for member in tier)}:
        tier |= more
    return {frozenset({n}) for n in tier}


def schulze_outcomes(before, strengths, take=unbeaten):
    """Give who may win by chains of majorities of these strengths."""
    numbers = sorted({a for a, _ in before})
    strong = strengths(before)
    rank = {strength: place for place, strength in enumerate(sorted(set(strong.values())), 1)}
    best = {pair: rank[strong[pair]] if pair in strong else 0 for pair in before}
    for by in numbers:
        for a in numbers:
            for b in numbers:
                best[a, b] = max(best[a, b], min(best[a, by], best[by, b]))
    return take(numbers, {(a, b) for a, b in best if best[a, b] > best[b, a]})


def ranked_pairs_outcomes(before, strengths, take=unbeaten, tries=50):
    """Give who may win for some order of equal majorities: that of the names, and many by chance."""
    numbers = sorted({a for a, _ in before})
    strong = strengths(before)
    chance = random.Random(1)
    by_name = sorted(strong, key=lambda pair: (min(pair), max(pair)))
    found = set()
    for _ in range(tries):
        reach = {number: {number} for number in numbers}
        for winner, loser in sorted(by_name, key=strong.get, reverse=True):
            if winner not in reach[loser]:
                for number in numbers:
                    if winner in reach[number]:
                        reach[number] |= reach[loser]
        found |= take(numbers, {(a, b) for a in numbers for b in reach[a] if a != b})
        chance.shuffle(by_name)
    return found
