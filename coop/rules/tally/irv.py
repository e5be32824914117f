"""Instant runoff, one seat: the last is excluded until one has more than half of the votes still counting.

Source: Robert's Rules of Order Newly Revised (12th edition), 45:62–69, preferential voting; a majority
is taken of the papers not exhausted, as in Burlington, Vermont, 2009. A rank given to several is skipped
while two of them are in and counts once one is left; or, by the other policy, it ends the paper.
"""

from dataclasses import replace
from fractions import Fraction

from coop.rules.tally.election import Action, Election, Method, Overvote, Paper, Result, Round
from coop.rules.tally.ties import OpenTie, Script, count_with_ladder, separate

NAME = "irv"


class _Runoff:
    """The piles as they lie: each paper under the candidate it counts for now."""

    def __init__(self, election: Election, script: Script) -> None:
        self.election = election
        self.script = script
        self.piles: dict[int, list[tuple[tuple[int, ...], int]]] = {n: [] for n in sorted(election.standing)}
        self.rounds: list[Round] = []
        self.stages: list[dict[int, Fraction]] = []
        self.elected: tuple[int, ...] = ()
        self.valid = sum(p.weight for p in election.papers if p.names_any(election.standing))
        self.continuing = set(self.piles)
        skips = election.overvote is Overvote.SKIP
        self.loose = [paper for paper in election.papers if skips and paper.is_overvoted]
        tidy = tuple(paper for paper in election.papers if not (skips and paper.is_overvoted))
        orders = replace(election, papers=tidy).preferences()
        orders.pop((), None)
        for order, weight in orders.items():
            self.piles[order[0]].append((order, weight))

    def run(self) -> Result:
        if not self.valid or not self.continuing:
            return self._stop("No valid paper was cast; nobody is elected.")
        says, action = "Each paper counts for its first preference.", Action.TRANSFER
        while True:
            tallies = self._tallies()
            self.stages.append(tallies)
            counting = sum(tallies.values())
            winner = next((n for n in sorted(self.continuing) if 2 * tallies[n] > counting), None)
            if winner is None and len(self.continuing) == 1:
                winner = min(self.continuing)
            if winner is not None:
                self.elected = (winner,)
                name = self.election.name(winner)
                share = f"{tallies[winner]} of {counting} votes still counting"
                self._note(Action.ELECT, f"{says} {name} has {share}, more than half, and is elected.")
                return self._result()
            self._note(action, says)
            says, action = self._exclude(self._last(tallies)), Action.EXCLUDE

    def _last(self, tallies: dict[int, Fraction]) -> int:
        fewest = min(tallies[n] for n in self.continuing)
        level = [n for n in self.continuing if tallies[n] == fewest]
        tied = separate(level, self.stages, most=False)
        if len(tied) > 1 and fewest == 0 and len(self.continuing) > len(tied):
            return tied[0]  # nothing to transfer, and they all go before anyone else
        if len(tied) > 1:
            settled = self.script.next()
            if settled is None:
                raise OpenTie(tied, "exclude", self._result())
            self._note(Action.TIE, settled.says)
            return settled.chosen
        if len(level) > 1:
            names = self.election.names(sorted(level))
            chosen = self.election.name(tied[0])
            self._note(
                Action.TIE, f"{names} are tied; {chosen} had fewest at the latest stage where they differed."
            )
        return tied[0]

    def _exclude(self, out: int) -> str:
        self.continuing.discard(out)
        pile, self.piles[out] = self.piles[out], []
        moved = self.stages[-1][out]
        ended = 0
        for order, weight in pile:
            after = order[order.index(out) + 1 :]
            heir = next((n for n in after if n in self.continuing), None)
            if heir is None:
                ended += weight
            else:
                self.piles[heir].append((order, weight))
        name = self.election.name(out)
        return (
            f"{name} has the fewest votes, {moved}, and is excluded: "
            f"{moved - ended} passed on, {ended} without a further preference."
        )

    def _tallies(self) -> dict[int, Fraction]:
        tallies = {n: Fraction(sum(weight for _, weight in pile)) for n, pile in self.piles.items()}
        for paper in self.loose:
            heir = self._heir(paper)
            if heir is not None:
                tallies[heir] += paper.weight
        return tallies

    def _heir(self, paper: Paper) -> int | None:
        """Find whom an overvoted paper counts for now: the first rank with exactly one still in."""
        left = ([n for n in set(rank) if n in self.continuing] for rank in paper.ranks)
        return next((rank[0] for rank in left if len(rank) == 1), None)

    def _note(self, action: Action, says: str) -> None:
        tallies = self.stages[-1]
        exhausted = self.valid - sum(tallies.values())
        self.rounds.append(Round(action, says, tallies, Fraction(exhausted), Fraction(0)))

    def _stop(self, says: str) -> Result:
        self.stages.append(self._tallies())
        self._note(Action.STOP, says)
        return self._result()

    def _result(self) -> Result:
        return Result(NAME, self.election, None, self.valid, self.elected, tuple(self.rounds))


def count(election: Election) -> Result:
    """Count an instant runoff; it fills one seat whatever the election says."""
    return count_with_ladder(election, lambda given, script: _Runoff(given, script).run())


METHOD = Method(NAME, "instant runoff", one_seat=True, count=count)
