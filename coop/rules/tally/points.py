"""Seats to those with the highest figures, whatever a method counts for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from coop.rules.tally.election import Action, Election, Result, Round, quantity
from coop.rules.tally.papers import Scores, Weight
from coop.rules.tally.ties import OpenTie, Script, count_with_ladder


@dataclass(frozen=True)
class Table:
    """One figure for each of those who stand; `says` tells what was counted, `unit` in what.

    Where figures are votes, `exhausted` are the papers that count for nobody; others aren't conserved.
    """

    method: str
    election: Election
    figures: Mapping[int, Fraction]
    unit: str
    says: str
    exhausted: Weight = 0
    conserves: bool = False


def fill_seats(table: Table) -> Result:
    """Give the seats to the highest; where the last ones are tied for, to one after the other by the ladder."""
    return count_with_ladder(table.election, lambda _, script: _Count(table, script).run())


class _Count:
    def __init__(self, table: Table, script: Script) -> None:
        self.table = table
        self.election = table.election
        self.script = script
        self.rounds: list[Round] = []
        self.elected: list[int] = []

    def run(self) -> Result:
        if not self.election.valid:
            self._note(Action.STOP, "No valid paper was cast; nobody is elected.")
            return self._result()
        self._note(Action.TRANSFER, self.table.says)
        seats = self.election.seats
        ordered = sorted(self._eligible(), key=lambda number: (-self.table.figures[number], number))
        above, tied = ordered[:seats], []
        if len(ordered) > seats and self._level(ordered[seats - 1], ordered[seats]):
            tied = [number for number in ordered if self._level(number, ordered[seats])]
            above = [number for number in above if number not in tied]
        self._elect(above)
        while tied and len(self.elected) < seats:
            chosen = self._settle(tied)
            tied.remove(chosen)
            self._elect([chosen])
        return self._result()

    def _eligible(self) -> list[int]:
        """Leave out the option to reopen nominations, and whoever doesn't have more than it."""
        reopen, figures = self.election.reopen, self.table.figures
        if reopen is None or reopen not in figures:
            return list(figures)
        ahead = [number for number in figures if figures[number] > figures[reopen]]
        behind = sorted(figures.keys() - {reopen, *ahead})
        if behind:
            option = f"“{self.election.name(reopen)}”, {self._figure(reopen)}"
            says = f"No more than {option}, and so not to be elected: {self.election.names(behind)}."
            self._note(Action.EXCLUDE, says)
        if not ahead:
            self._note(Action.STOP, "Nobody is elected, and nominations reopen.")
        return ahead

    def _level(self, number: int, other: int) -> bool:
        return self.table.figures[number] == self.table.figures[other]

    def _elect(self, numbers: Sequence[int]) -> None:
        if numbers:
            self.elected += numbers
            names = [f"{self.election.name(number)} ({self._figure(number)})" for number in numbers]
            listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
            self._note(Action.ELECT, f"{listed} {'is' if len(numbers) == 1 else 'are'} elected.")

    def _settle(self, tied: list[int]) -> int:
        settled = self.script.next(tied)
        if settled is None:
            raise OpenTie(tied, "seat", self._result())
        self._note(Action.TIE, settled.says)
        return settled.chosen

    def _figure(self, number: int) -> str:
        return f"{quantity(self.table.figures[number])} {self.table.unit}"

    def _note(self, action: Action, says: str) -> None:
        exhausted = Fraction(self.table.exhausted)
        self.rounds.append(Round(action, says, self.table.figures, exhausted, Fraction(0)))

    def _result(self) -> Result:
        table = self.table
        return Result(
            table.method,
            self.election,
            None,
            self.election.valid,
            tuple(self.elected),
            tuple(self.rounds),
            conserves=table.conserves,
        )


def opening(election: Election) -> str:
    """Tell how many papers for how many seats: “12 valid papers for 2 seats”."""
    papers = f"{quantity(election.valid)} valid paper{'' if election.valid == 1 else 's'}"
    return f"{papers} for {election.seats} seat{'' if election.seats == 1 else 's'}"


def given_scores(election: Election) -> Mapping[Scores, Weight]:
    """Take the scores the voters gave; refuse an election by rankings."""
    if election.scores is None:
        raise ValueError("This method needs scores; these papers hold rankings.")
    return election.scores


def total_scores(election: Election) -> dict[int, Fraction]:
    """Add up the scores of those who stand; a paper that gives somebody none adds nothing to theirs."""
    totals = {number: Fraction(0) for number in sorted(election.standing)}
    for scores, weight in given_scores(election).items():
        for number in totals:
            totals[number] += (scores[number - 1] or 0) * weight
    return totals
