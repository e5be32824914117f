"""Instant runoff, one seat: the last is excluded until one has more than half of the votes still counting.

Source: Robert's Rules of Order Newly Revised (12th edition), 45:62–69, preferential voting; a majority
is taken of the papers not exhausted, as in Burlington, Vermont, 2009. A rank given to several is skipped
while two of them are in and counts once one is left; or, by the other policy, it ends the paper.
"""

from dataclasses import replace
from fractions import Fraction

from coop.rules.tally.election import Action, Election, Method, Result
from coop.rules.tally.papers import Overvote, Weight, deal, is_overvoted, letter_of, number_of, plain, ranks
from coop.rules.tally.sheet import Sheet, figure
from coop.rules.tally.ties import Script, count_with_ladder

NAME = "irv"


class _Runoff:
    """The piles as they lie: each paper under the candidate it counts for now."""

    def __init__(self, election: Election, script: Script) -> None:
        self.sheet = Sheet(NAME, election, script)
        self.sheet.valid = election.valid
        self.piles: dict[int, dict[Weight, list[str]]] = {n: {} for n in sorted(election.standing)}
        self.continuing = set(self.piles)
        tidy, self.loose = _loose(election)
        for weight, words in plain(tidy, election.letters, election.overvote).items():
            self._deal(words, weight, "")

    def run(self) -> Result:
        self._close_stage()
        if not self.sheet.valid or not self.continuing:
            return self.sheet.stop("No valid paper was cast; nobody is elected.")
        says, action = (
            f"{self.sheet.opening()}: whoever has more than half of them is elected.",
            Action.TRANSFER,
        )
        while (winner := self._winner()) is None:
            self.sheet.note(action, says)
            says, action = self._exclude(self._last()), Action.EXCLUDE
            self._close_stage()
        self.sheet.elected.append(winner)
        self.sheet.note(Action.ELECT, f"{says} {self._why(winner)} and is elected.")
        return self.sheet.result()

    def _last(self) -> int:
        # A skipped overvote may come back from whom it counts for, so then votes can fall.
        return self.sheet.lowest(self.continuing, votes_only_rise=not self.loose)

    def _winner(self) -> int | None:
        tallies = self.sheet.stages[-1]
        counting = sum(tallies.values())
        over_half = (n for n in self.continuing if 2 * tallies[n] > counting)
        return min(self.continuing) if len(self.continuing) == 1 else next(over_half, None)

    def _why(self, winner: int) -> str:
        tallies = self.sheet.stages[-1]
        counting, name = sum(tallies.values()), self.sheet.election.name(winner)
        if not counting:
            return f"{name} is the only one left"
        share = f"{figure(tallies[winner])} of {figure(counting)} votes still counting"
        return f"{name} has {share}, more than half,"

    def _exclude(self, out: int) -> str:
        self.continuing.discard(out)
        pile, self.piles[out] = self.piles[out], {}
        moved = self.sheet.stages[-1][out]
        gone = "".join(letter_of(n) for n in self.piles if n not in self.continuing)
        ended = sum(self._deal(words, weight, gone) for weight, words in pile.items())
        return (
            f"{self.sheet.election.name(out)} has the fewest votes, {figure(moved)}, and is excluded: "
            f"{figure(moved - ended)} passed on, {figure(ended)} without a further preference."
        )

    def _deal(self, words: list[str], weight: Weight, gone: str) -> Weight:
        """Pass papers on to the first still in; return the weight of those that name no more."""
        heirs = deal(words, gone, map(letter_of, self.continuing))
        ended = weight * len(heirs.pop(""))
        for sign, rest in heirs.items():
            self.piles[number_of(sign)].setdefault(weight, []).extend(rest)
        return ended

    def _tallies(self) -> dict[int, Fraction]:
        tallies = {
            n: Fraction(sum(weight * len(words) for weight, words in pile.items()))
            for n, pile in self.piles.items()
        }
        for spelt, weight in self.loose:
            heir = self._heir(spelt)
            if heir is not None:
                tallies[heir] += weight
        return tallies

    def _heir(self, spelt: str) -> int | None:
        """Find whom an overvoted paper counts for now: the first rank with exactly one still in."""
        left = ([n for n in map(number_of, set(rank)) if n in self.continuing] for rank in ranks(spelt))
        return next((rank[0] for rank in left if len(rank) == 1), None)

    def _close_stage(self) -> None:
        tallies = self._tallies()
        self.sheet.close_stage(tallies, self.sheet.valid - sum(tallies.values()))


def _loose(election: Election) -> tuple[dict[Weight, list[str]], list[tuple[str, Weight]]]:
    """Part the papers: the overvoted ones of a count that skips them, and the others."""
    if election.overvote is not Overvote.SKIP:
        return {weight: list(words) for weight, words in election.papers.items()}, []
    loose = [(w, weight) for weight, words in election.papers.items() for w in words if is_overvoted(w)]
    tidy = {k: [w for w in words if not is_overvoted(w)] for k, words in election.papers.items()}
    return tidy, loose


def count(election: Election) -> Result:
    """Count an instant runoff; it fills one seat whatever the election says."""
    one_seat = replace(election, seats=1)
    return count_with_ladder(one_seat, lambda given, script: _Runoff(given, script).run())


METHOD = Method(NAME, "instant runoff", one_seat=True, count=count, later_no_harm=True)
