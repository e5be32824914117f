"""What Schulze's method and ranked pairs share: who beats whom, and whom every method must elect.

The option to reopen nominations: Debian's constitution, A.5 (A.6 until 2022), the default option: whoever
doesn't beat it is dropped before anything else is looked at, and where nobody is left, it wins.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from coop.rules.tally.election import Action, Election, Pairwise, Result, Round, quantity
from coop.rules.tally.papers import Weight
from coop.rules.tally.ties import OpenTie, Script

Majority = tuple[int, int]  # the one more papers put first, and the other


@dataclass(frozen=True)
class Duels:
    """Every two candidates compared."""

    election: Election
    votes: Pairwise

    def votes_for(self, number: int, other: int) -> Weight:
        return self.votes[number - 1][other - 1]

    def beats(self, number: int, other: int) -> bool:
        return self.votes_for(number, other) > self.votes_for(other, number)

    def strength(self, majority: Majority) -> tuple[Weight, Weight]:
        """Measure by winning votes, and of equal ones by the fewer against."""
        winner, loser = majority
        return self.votes_for(winner, loser), -self.votes_for(loser, winner)

    @cached_property
    def reopen(self) -> int | None:
        return self.election.reopen if self.election.reopen in self.election.standing else None

    @cached_property
    def people(self) -> list[int]:
        return sorted(number for number in self.election.standing if number != self.reopen)

    @cached_property
    def running(self) -> list[int]:
        """Those who may be elected."""
        return [n for n in self.people if self.reopen is None or self.beats(n, self.reopen)]

    @cached_property
    def majorities(self) -> list[Majority]:
        """The majorities among those who may be elected, the strongest first."""
        found = [(n, other) for n in self.running for other in self.running if self.beats(n, other)]
        return sorted(found, key=self.strength, reverse=True)

    @cached_property
    def wins(self) -> dict[int, Fraction]:
        """How many others each of those who stand beats."""
        standing = sorted(self.election.standing)
        return {n: Fraction(sum(self.beats(n, other) for other in standing)) for n in standing}

    def score(self, number: int, other: int) -> str:
        return f"{quantity(self.votes_for(number, other))}–{quantity(self.votes_for(other, number))}"

    def says(self, links: Sequence[Majority]) -> str:
        """Tell majorities: “Ada beats Ben 7–4, Ben beats Cem 6–5”."""
        name = self.election.name
        return ", ".join(f"{name(a)} beats {name(b)} {self.score(a, b)}" for a, b in links)


class Account:
    """One count as it goes: its rounds, whose figures are how many others each candidate beats."""

    def __init__(self, method: str, duels: Duels, script: Script) -> None:
        self.method = method
        self.duels = duels
        self.election = duels.election
        self.script = script
        self.rounds: list[Round] = []
        self.elected: tuple[int, ...] = ()

    def note(self, action: Action, says: str) -> None:
        self.rounds.append(Round(action, says, self.duels.wins, Fraction(0), Fraction(0)))

    def elect(self, number: int, says: str) -> None:
        self.elected = (number,)
        self.note(Action.ELECT, says)

    def settle(self, tied: list[int]) -> int:
        """Leave it to the ladder which of the tied it is."""
        settled = self.script.next(tied)
        if settled is None:
            raise OpenTie(tied, "winner", self.result())
        self.note(Action.TIE, settled.says)
        return settled.chosen

    def result(self) -> Result:
        return Result(
            self.method,
            self.election,
            None,
            self.election.valid,
            self.elected,
            tuple(self.rounds),
            pairwise=self.duels.votes,
            conserves=False,
        )


def count_duels(account: Account, rule: str, decide: Callable[[Account], None]) -> Result:
    """Elect whoever beats everyone else; where nobody does, leave it to the method to decide."""
    duels, election = account.duels, account.election
    if not election.valid:
        account.note(Action.STOP, "No valid paper was cast; nobody is elected.")
        return account.result()
    papers = f"{quantity(election.valid)} valid paper{'' if election.valid == 1 else 's'}"
    account.note(
        Action.TRANSFER,
        f"{papers}, read for two candidates at a time: whoever stands before the other on more papers beats "
        f"them. {rule} The figures say how many others each one beats.",
    )
    _drop_those_behind_reopening(account)
    if not duels.running:
        account.note(
            Action.STOP, f"Nobody beats “{_option(duels)}”: nobody is elected, and nominations reopen."
        )
    elif (winner := _beats_everyone(duels)) is not None:
        account.elect(winner, _unbeaten(account, winner))
    else:
        decide(account)
    return account.result()


def chain(start: int, end: int, beaten: Mapping[int, Sequence[int]]) -> list[Majority]:
    """Find the chain of fewest majorities from one candidate to another; without one, nothing.

    `beaten` gives for each candidate those to whom a majority leads.
    """
    came_from = {start: start}
    reached = [start]
    for number in reached:
        for other in beaten.get(number, ()):
            if other not in came_from:
                came_from[other] = number
                reached.append(other)
    if end not in came_from:
        return []
    links = []
    while end != start:
        links.append((came_from[end], end))
        end = came_from[end]
    return links[::-1]


def _drop_those_behind_reopening(account: Account) -> None:
    duels, name = account.duels, account.election.name
    if duels.reopen is None:
        return
    for number in duels.people:
        if number not in duels.running:
            score = duels.score(number, duels.reopen)
            account.note(
                Action.EXCLUDE,
                f"{name(number)} doesn't beat “{_option(duels)}” ({score}) and can't be elected.",
            )


def _option(duels: Duels) -> str:
    return duels.election.name(duels.reopen) if duels.reopen else ""


def _beats_everyone(duels: Duels) -> int | None:
    running = duels.running
    return next((n for n in running if all(duels.beats(n, other) for other in running if other != n)), None)


def _unbeaten(account: Account, winner: int) -> str:
    duels, name = account.duels, account.election.name
    others = [n for n in duels.running if n != winner] + ([duels.reopen] if duels.reopen else [])
    if not others:
        return f"{name(winner)} is the only candidate and is elected."
    scores = ", ".join(f"{name(other)} {duels.score(winner, other)}" for other in others)
    return f"{name(winner)} beats everyone: {scores}; and is elected."
