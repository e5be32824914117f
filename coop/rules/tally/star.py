"""STAR, score then automatic runoff: of the two with the most points, whom more papers score higher.

Source: Equal Vote Coalition, starvoting.org, with its official protocol for ties (starvoting.org/ties).
No score counts as 0. Scoring round: the tied are compared two by two by the papers that score one
higher; whoever lost the most of these goes, and again among those left. Runoff: the one with more points.
What is still tied then goes to the lot; the protocol's count of five-star scores is left out, because
papers don't say how far their scale goes.
"""

from collections.abc import Mapping
from fractions import Fraction

from coop.rules.tally.election import Action, Election, Method, PaperKind, Result, Round, quantity
from coop.rules.tally.papers import Weight
from coop.rules.tally.points import given_scores, opening, total_scores
from coop.rules.tally.ties import OpenTie, Script, count_with_ladder

NAME = "star"


class _Count:
    def __init__(self, election: Election, totals: Mapping[int, Fraction], script: Script) -> None:
        self.election = election
        self.scores = given_scores(election)
        self.totals = totals
        self.script = script
        self.rounds: list[Round] = []
        self.elected: tuple[int, ...] = ()

    def run(self) -> Result:
        if not self.election.valid:
            self._note(Action.STOP, "No valid paper was cast; nobody is elected.", self.totals)
            return self._result()
        says = f"The scores of {opening(self.election)}, added up; no score adds nothing."
        self._note(Action.TRANSFER, says, self.totals)
        finalists = self._finalists()
        if len(finalists) == 1:
            self._close(
                finalists[0], f"{self.election.name(finalists[0])} is the only candidate.", self.totals
            )
        else:
            self._runoff(*finalists)
        return self._result()

    def _finalists(self) -> list[int]:
        """Find the two with the most points; fewer where fewer stand."""
        found: list[int] = []
        left = sorted(self.totals)
        while left and len(found) < 2:
            most = max(self.totals[number] for number in left)
            level = [number for number in left if self.totals[number] == most]
            found += self._advance(level, 2 - len(found))
            left = [number for number in left if number not in level]
        return found

    def _advance(self, level: list[int], places: int) -> list[int]:
        """Choose as many as there are places from those with equal points."""
        if len(level) <= places or not places:
            return level[:places]
        lost = {number: sum(self._lead(other, number) > 0 for other in level) for number in level}
        behind = [number for number in level if lost[number] == max(lost.values())]
        if behind == level:
            chosen = self._settle(level, self.totals)
            return [chosen, *self._advance([n for n in level if n != chosen], places - 1)]
        names = self.election.names
        says = f"{names(level)} have equal points; compared two by two, {names(behind)} lost the most."
        self._note(Action.TIE, says, self.totals)
        ahead = [number for number in level if number not in behind]
        if len(ahead) >= places:
            return self._advance(ahead, places)
        return ahead + self._advance(behind, places - len(ahead))

    def _runoff(self, first: int, second: int) -> None:
        name = self.election.name
        votes = {n: Fraction(self._higher(n, other)) for n, other in ((first, second), (second, first))}
        points = " and ".join(f"{name(n)} ({quantity(self.totals[n])} points)" for n in votes)
        scores = ", ".join(
            f"{quantity(many)} paper{' scores' if many == 1 else 's score'} {name(n)} higher"
            for n, many in votes.items()
        )
        self._note(Action.TRANSFER, f"{points} go to the runoff: {scores}.", votes)
        if votes[first] != votes[second]:
            winner = max(votes, key=lambda n: votes[n])
            self._close(winner, f"{name(winner)} wins the runoff.", votes)
        elif self.totals[first] != self.totals[second]:
            winner = max(votes, key=lambda n: self.totals[n])
            self._close(winner, f"The runoff is level, and {name(winner)} has more points.", votes)
        elif self.election.reopen in votes:
            self._close(self.election.reopen, "The runoff and the points are level.", votes)
        else:
            winner = self._settle(sorted(votes), votes)
            self._close(winner, f"The lot settles the runoff for {name(winner)}.", votes)

    def _higher(self, number: int, other: int) -> Weight:
        """Weigh the papers that score the one higher than the other."""
        return sum(
            weight
            for scores, weight in self.scores.items()
            if (scores[number - 1] or 0) > (scores[other - 1] or 0)
        )

    def _lead(self, number: int, other: int) -> Weight:
        return self._higher(number, other) - self._higher(other, number)

    def _close(self, winner: int, says: str, figures: Mapping[int, Fraction]) -> None:
        name = self.election.name(winner)
        if winner == self.election.reopen:
            self._note(
                Action.STOP, f"{says} Nobody beats “{name}”: nobody is elected, nominations reopen.", figures
            )
        else:
            self.elected = (winner,)
            self._note(Action.ELECT, f"{says} {name} is elected.", figures)

    def _settle(self, tied: list[int], figures: Mapping[int, Fraction]) -> int:
        settled = self.script.next(tied)
        if settled is None:
            raise OpenTie(tied, "star", self._result())
        self._note(Action.TIE, settled.says, figures)
        return settled.chosen

    def _note(self, action: Action, says: str, figures: Mapping[int, Fraction]) -> None:
        self.rounds.append(Round(action, says, figures, Fraction(0), Fraction(0)))

    def _result(self) -> Result:
        rounds, valid = tuple(self.rounds), self.election.valid
        return Result(NAME, self.election, None, valid, self.elected, rounds, conserves=False)


def count(election: Election) -> Result:
    """Count by STAR; it fills one seat whatever the election says; raise ValueError without scores."""
    totals = total_scores(election)
    return count_with_ladder(election, lambda given, script: _Count(given, totals, script).run())


METHOD = Method(
    NAME, "score, then automatic runoff (STAR)", one_seat=True, count=count, paper=PaperKind.SCORE
)
