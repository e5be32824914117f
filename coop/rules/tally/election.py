"""What every voting method is given and gives back: papers in, rounds and the elected out, all exact."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any


class Overvote(StrEnum):
    """What a rank given to several candidates does to a paper counted one preference at a time."""

    SKIP = "skip"
    EXHAUST = "exhaust"


class Action(StrEnum):
    ELECT = "elect"
    EXCLUDE = "exclude"
    TRANSFER = "transfer"
    TIE = "tie"
    STOP = "stop"


@dataclass(frozen=True)
class Paper:
    """One ranking and how many papers carry it; an empty rank was skipped, a longer one is an overvote."""

    ranks: tuple[tuple[int, ...], ...]
    weight: int = 1

    @classmethod
    def ranking(cls, *numbers: int, weight: int = 1) -> "Paper":
        """Make the ordinary paper: one candidate a rank, the first preference first."""
        return cls(tuple((number,) for number in numbers), weight)

    @property
    def is_overvoted(self) -> bool:
        return any(len(set(rank)) > 1 for rank in self.ranks)

    def names_any(self, standing: frozenset[int]) -> bool:
        return any(number in standing for rank in self.ranks for number in rank)

    def preferences(self, standing: frozenset[int], overvote: Overvote) -> tuple[int, ...]:
        """List the candidates in order, without withdrawn, repeated and skipped ones."""
        order: dict[int, None] = {}
        for rank in self.ranks:
            named = [number for number in dict.fromkeys(rank) if number in standing]
            if len(named) > 1 and overvote is Overvote.EXHAUST:
                break
            if len(named) == 1:
                order.setdefault(named[0])
        return tuple(order)


@dataclass(frozen=True)
class Election:
    """Candidates are numbered from 1, in the order of the paper."""

    candidates: tuple[str, ...]
    papers: tuple[Paper, ...]
    seats: int = 1
    withdrawn: frozenset[int] = frozenset()
    seed: bytes | None = None
    overvote: Overvote = Overvote.EXHAUST

    def __post_init__(self) -> None:
        """Refuse what no method could count."""
        if self.seats < 1:
            raise ValueError("An election fills at least one seat.")
        if any(paper.weight < 0 for paper in self.papers):
            raise ValueError("A paper's weight can't be below 0.")
        unknown = {n for paper in self.papers for rank in paper.ranks for n in rank} - self.numbers
        if unknown:
            raise ValueError(f"There is no candidate {min(unknown)}.")

    @property
    def numbers(self) -> frozenset[int]:
        return frozenset(range(1, len(self.candidates) + 1))

    @property
    def standing(self) -> frozenset[int]:
        return self.numbers - self.withdrawn

    @property
    def ballots(self) -> int:
        return sum(paper.weight for paper in self.papers)

    def name(self, number: int) -> str:
        return self.candidates[number - 1]

    def names(self, numbers: Sequence[int]) -> str:
        """Join names for a sentence: “Ada, Ben and Cem”."""
        names = [self.name(number) for number in numbers]
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

    def preferences(self) -> dict[tuple[int, ...], int]:
        """Group the papers by their order of preference; the papers that give none come under ()."""
        standing, grouped = self.standing, dict[tuple[int, ...], int]()
        for paper in self.papers:
            order = paper.preferences(standing, self.overvote)
            grouped[order] = grouped.get(order, 0) + paper.weight
        return grouped


@dataclass(frozen=True)
class Round:
    """Where the votes lie after a step of the count; `exhausted` and `loss` add up over the rounds."""

    action: Action
    says: str
    tallies: Mapping[int, Fraction]
    exhausted: Fraction
    loss: Fraction

    @property
    def total(self) -> Fraction:
        return sum(self.tallies.values(), Fraction(0)) + self.exhausted + self.loss

    def plain(self) -> dict[str, Any]:
        return {
            "action": self.action.value,
            "says": self.says,
            "tallies": {str(number): quantity(votes) for number, votes in self.tallies.items()},
            "exhausted": quantity(self.exhausted),
            "loss": quantity(self.loss),
        }


@dataclass(frozen=True)
class Result:
    """Who is elected, in order, and every round; `ties` names those left tied for want of a seed."""

    method: str
    election: Election = field(repr=False)
    quota: Fraction | None
    valid: int
    elected: tuple[int, ...]
    rounds: tuple[Round, ...]
    ties: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a count that lost or made a vote."""
        for counted in self.rounds:
            if counted.total != self.valid:
                raise ArithmeticError(f"{counted.says} The votes no longer add up to {self.valid}.")

    def plain(self) -> dict[str, Any]:
        """Give the result as JSON values; quantities are strings."""
        return {
            "method": self.method,
            "seats": self.election.seats,
            "quota": None if self.quota is None else quantity(self.quota),
            "ballots": self.election.ballots,
            "valid": self.valid,
            "elected": [{"number": n, "name": self.election.name(n)} for n in self.elected],
            "rounds": [counted.plain() for counted in self.rounds],
            "ties": list(self.ties),
        }


@dataclass(frozen=True)
class Method:
    """A voting method: its name in bye-laws and commands, its name for people, and its count."""

    name: str
    title: str
    one_seat: bool
    count: Callable[[Election], Result]


def quantity(value: Fraction | int) -> str:
    """Write an exact quantity: a decimal if it terminates, else "p/q"."""
    value = Fraction(value)
    denominator, places = value.denominator, 0
    twos = _exponent(denominator, 2)
    fives = _exponent(denominator, 5)
    if denominator != 2**twos * 5**fives:
        return f"{value.numerator}/{denominator}"
    places = max(twos, fives)
    digits = abs(value.numerator) * 10**places // denominator
    sign = "-" if value < 0 else ""
    if not places:
        return f"{sign}{digits}"
    whole, rest = divmod(digits, 10**places)
    return f"{sign}{whole}.{rest:0{places}}"


def _exponent(number: int, prime: int) -> int:
    power = 0
    while number % prime == 0:
        number, power = number // prime, power + 1
    return power
