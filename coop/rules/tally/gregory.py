"""Single transferable vote by a weighted inclusive Gregory method: every paper goes on at a smaller value.

Whoever reaches the quota is elected, and all of their papers go on to the next preference, each at
surplus ÷ votes of the value it came with, the largest surplus first; where there is none, the last is
excluded and their papers go on at the value they came with. When as many candidates are left as seats,
they are elected and nothing more is transferred. A `Rule` says what quota, and how values are cut.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from coop.rules.tally.election import Action, Election, Result
from coop.rules.tally.papers import Weight, deal, letter_of, number_of, size
from coop.rules.tally.sheet import Sheet, figure
from coop.rules.tally.ties import Script, count_with_ladder

Pile = dict[tuple[Fraction, Weight], list[str]]  # value of a paper and its weight → the papers


def droop(valid: Weight, seats: int) -> Fraction:
    """Give the Droop quota in whole votes: the fewest that only as many candidates as seats can reach."""
    return Fraction(valid // (seats + 1) + 1)


@dataclass(frozen=True)
class Rule:
    """What one Gregory method does otherwise than another."""

    name: str
    cut: Callable[[Fraction], Fraction]  # a paper's new value → the value it goes on at
    how_cut: str  # ends the sentence on a surplus
    quota: Callable[[Weight, int], Fraction] = droop
    above: bool = False  # whether the quota must be exceeded


class _Count:
    def __init__(self, rule: Rule, election: Election, script: Script, guarded: frozenset[int]) -> None:
        self.rule = rule
        self.sheet = Sheet(rule.name, election, script, guarded)
        self.piles: dict[int, Pile] = {number: {} for number in sorted(election.standing)}
        self.votes = dict.fromkeys(self.piles, Fraction(0))
        self.exhausted = self.loss = Fraction(0)
        self.continuing = set(self.piles)
        self.pending: list[int] = []  # elected, their surplus not yet transferred
        papers = election.plain()  # a paper without a first preference is not valid
        self.sheet.valid = size(papers)
        self.sheet.quota = self.quota = rule.quota(self.sheet.valid, election.seats)
        for weight, words in papers.items():
            self._move(words, Fraction(1), weight)

    def run(self) -> Result:
        if not self.sheet.valid:
            self._close_stage()
            return self.sheet.stop("No valid paper was cast; nobody is elected.")
        needed = f"{figure(self.quota)}{', to be exceeded' if self.rule.above else ''}"
        goes_on = "what the elected have above it goes on"
        self._stage(Action.TRANSFER, f"{self.sheet.opening()}: the quota is {needed}; {goes_on}.")
        while self.sheet.vacancies and self.hopeful:
            if len(self.hopeful) <= self.sheet.vacancies:
                self._elect_the_rest()
            elif self.pending:
                self._transfer_surplus(self._largest_surplus())
            else:
                self._exclude(self.sheet.lowest(self.hopeful))
        if not self.sheet.elected:
            return self.sheet.stop("Nobody stands for the seat; nobody is elected.")
        return self.sheet.result()

    @property
    def hopeful(self) -> set[int]:
        return self.continuing - self.sheet.guarded

    def _elect_the_rest(self, says: str = "") -> None:
        rest = self.hopeful
        self.continuing -= rest
        self.sheet.elect_the_rest(rest, says)

    def _close_stage(self) -> None:
        self.sheet.close_stage(dict(self.votes), self.exhausted, self.loss)

    def _stage(self, action: Action, says: str) -> None:
        """Close a stage: note where the votes lie, and who has reached the quota."""
        self._close_stage()
        reached = self.sheet.in_order(n for n in self.continuing if self._reaches(self.votes[n]))
        seated = [n for n in reached if n not in self.sheet.guarded]
        if len(seated) > self.sheet.vacancies:  # only in a countback, where others hold the seats
            self.sheet.note(action, f"{says} {self.sheet.election.names(seated)} reach the quota at once.")
            says = "The most votes count:"
            while len(seated) > self.sheet.vacancies:
                seated.remove(self.sheet.lowest(seated))
        kept = [n for n in reached if n in self.sheet.guarded]
        for number in kept + seated:
            self.continuing.discard(number)
            if self.votes[number] > self.quota:
                self.pending.append(number)
        self.sheet.elected += seated
        if kept:
            keep = self.sheet.people(
                kept, "has the quota and keeps the seat", "have the quota and keep the seats"
            )
            says += f" {keep}."
        if seated:
            reach = self.sheet.people(seated, "reaches the quota and is", "reach the quota and are")
            says += f" {reach} elected."
        self.sheet.note(Action.ELECT if seated else action, says)

    def _reaches(self, votes: Fraction) -> bool:
        return votes > self.quota or (votes == self.quota and not self.rule.above)

    def _largest_surplus(self) -> int:
        most = max(self.votes[n] for n in self.pending)
        return self.sheet.one_of([n for n in self.pending if self.votes[n] == most], most=True)

    def _transfer_surplus(self, giver: int) -> None:
        self.pending.remove(giver)
        total, surplus = self.votes[giver], self.votes[giver] - self.quota
        self.votes[giver] = self.quota
        self.loss += surplus - self._pass_on(giver, lambda value: self.rule.cut(value * surplus / total))
        name = self.sheet.election.name(giver)
        self._stage(
            Action.TRANSFER,
            f"The surplus of {name}, {figure(surplus)}, goes on: every paper at "
            f"{figure(surplus)} ÷ {figure(total)} of its value{self.rule.how_cut}.",
        )

    def _exclude(self, out: int) -> None:
        self.continuing.discard(out)
        had = self.votes[out]
        says = f"{self.sheet.election.name(out)} has the fewest votes, {figure(had)}, and is excluded."
        if len(self.hopeful) <= self.sheet.vacancies:
            self._elect_the_rest(says)
            return
        before, self.votes[out] = self.exhausted, Fraction(0)
        self._pass_on(out, lambda value: value)
        ended = self.exhausted - before
        says += f" {figure(had - ended)} passed on, {figure(ended)} without a further preference."
        self._stage(Action.EXCLUDE, says)

    def _pass_on(self, number: int, revalue: Callable[[Fraction], Fraction]) -> Fraction:
        """Empty a pile, each paper at its new value; return the votes they then are."""
        pile, self.piles[number] = self.piles[number], {}
        passed_on = Fraction(0)
        while pile:
            (value, weight), words = pile.popitem()
            passed_on += self._move(words, revalue(value), weight)
        return passed_on

    def _move(self, words: list[str], value: Fraction, weight: Weight) -> Fraction:
        """Pass each paper to its next continuing candidate at this value; return the votes they are."""
        gone = "".join(letter_of(n) for n in self.piles if n not in self.continuing)
        heirs = deal(words, gone, map(letter_of, self.continuing))
        self.exhausted += len(heirs.pop("")) * value * weight
        for sign, parcel in heirs.items():
            if parcel:
                self.piles[number_of(sign)].setdefault((value, weight), []).extend(parcel)
                self.votes[number_of(sign)] += len(parcel) * value * weight
        return len(words) * value * weight


def count(election: Election, rule: Rule, guarded: frozenset[int] = frozenset()) -> Result:
    """Count by a Gregory rule; the `guarded` keep the seats they have, and only others are elected."""
    return count_with_ladder(election, lambda given, script: _Count(rule, given, script, guarded).run())
