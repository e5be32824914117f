"""What every voting method is given and gives back: papers in, rounds and the elected out, all exact."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from operator import ne
from typing import Any, Self

from coop.rules.tally.papers import (
    LEVEL,
    SKIPPED,
    UNCLEAR,
    Overvote,
    Profile,
    Scores,
    Weight,
    is_overvoted,
    is_plain,
    letter_of,
    number_of,
    papers_of_scores,
    plain,
    size,
)

HIGHEST_SCORE = 5  # on our own papers, as STAR asks; files may hold any scores


class Action(StrEnum):
    ELECT = "elect"
    EXCLUDE = "exclude"
    TRANSFER = "transfer"
    TIE = "tie"
    STOP = "stop"


class PaperKind(StrEnum):
    """What a method asks its voters for."""

    CHOICE = "choice"  # one candidate
    RANKING = "ranking"
    APPROVAL = "approval"
    SCORE = "score"  # 0 to HIGHEST_SCORE for each candidate
    NONE = "none"  # nobody votes


@dataclass(frozen=True)
class Election:
    """Candidates are numbered from 1, in the order of the paper.

    `papers` are rankings as words (see papers.py); where voters gave scores, `scores` holds them instead
    and the papers are read from them. `spoilt` papers are counted apart and never read. A candidate who
    doesn't beat `reopen`, the option to reopen nominations, isn't elected. `lots` are lots that have
    fallen, in the order of the ties they settle; the seed draws what they leave open.
    """

    candidates: tuple[str, ...]
    papers: Profile
    seats: int = 1
    withdrawn: frozenset[int] = frozenset()
    seed: bytes | None = None
    overvote: Overvote = Overvote.EXHAUST
    scores: Mapping[Scores, Weight] | None = None
    reopen: int | None = None
    spoilt: int = 0
    lots: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no method could count."""
        if self.seats < 1:
            raise ValueError("An election fills at least one seat.")
        if any(weight < 0 for weight in self.papers) or self.spoilt < 0:
            raise ValueError("A paper's weight can't be below 0.")
        known = "".join(map(letter_of, self.numbers)) + LEVEL + SKIPPED + UNCLEAR
        for words in self.papers.values():
            unknown = "".join(words).lstrip(known)
            if unknown:
                raise ValueError(f"There is no candidate {number_of(unknown[0])}.")

    @classmethod
    def scored(
        cls, candidates: tuple[str, ...], scores: Mapping[Scores, Weight], seats: int = 1, **more: Any
    ) -> Self:
        """Make an election whose voters gave scores; methods that count rankings read them from these."""
        return cls(candidates, papers_of_scores(scores), seats, scores=scores, **more)

    @property
    def numbers(self) -> frozenset[int]:
        return frozenset(range(1, len(self.candidates) + 1))

    @property
    def standing(self) -> frozenset[int]:
        return self.numbers - self.withdrawn

    @cached_property
    def letters(self) -> frozenset[str]:
        """The letters of those standing."""
        return frozenset(map(letter_of, self.standing))

    @cached_property
    def ballots(self) -> Weight:
        return size(self.papers) + self.spoilt

    @cached_property
    def valid(self) -> Weight:
        """The weight of the papers that name somebody who stands."""
        standing = "".join(self.letters)
        return sum((weight * self._naming(words, standing) for weight, words in self.papers.items()), 0)

    def _naming(self, words: Sequence[str], standing: str) -> int:
        if "".join(words).lstrip(standing):
            return sum(not self.letters.isdisjoint(spelt) for spelt in words)
        return len(words) - words.count("")

    def name(self, number: int) -> str:
        return self.candidates[number - 1]

    def names(self, numbers: Sequence[int]) -> str:
        """Join names for a sentence: “Ada, Ben and Cem”."""
        names = [self.name(number) for number in numbers]
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

    def plain(self) -> dict[Weight, list[str]]:
        """Make the papers plain by the policy for overvotes; those that name nobody are left out."""
        return plain(self.papers, self.letters, self.overvote)

    def unusual(self) -> dict[str, str]:
        """Count apart what was blank, overvoted, skipped or repeated a candidate; a paper may be several."""
        counted: dict[str, Weight] = dict.fromkeys(("blank", "overvoted", "skipped", "repeated"), 0)
        for weight, words in self.papers.items():
            text = "".join(words)
            odd = [w for w in words if not is_plain(w)] if not is_plain(text) else []
            counted["blank"] += weight * (words.count("") + sum(not w.strip(SKIPPED) for w in odd))
            counted["overvoted"] += weight * sum(map(is_overvoted, odd))
            counted["skipped"] += weight * sum(SKIPPED in w.rstrip(SKIPPED) for w in odd)
            counted["repeated"] += weight * (_repeating(words) - _repeating(odd) + sum(map(_repeats, odd)))
        return {kind: quantity(many) for kind, many in (counted | {"spoilt": self.spoilt}).items()}


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


Pairwise = tuple[tuple[Weight, ...], ...]  # row a, column b: the weight of the papers that put a before b


@dataclass(frozen=True)
class Result:
    """Who is elected, in order, and every round; `ties` names those left tied for want of a seed.

    The rounds of a method that moves votes between piles must add up to `valid`; `conserves` is false
    for methods whose tallies are points or comparisons.
    """

    method: str
    election: Election = field(repr=False)
    quota: Fraction | None
    valid: Weight
    elected: tuple[int, ...]
    rounds: tuple[Round, ...]
    ties: tuple[int, ...] = ()
    pairwise: Pairwise | None = None
    conserves: bool = True

    def __post_init__(self) -> None:
        """Refuse a count that lost or made a vote."""
        for counted in self.rounds if self.conserves else ():
            if counted.total != self.valid:
                raise ArithmeticError(f"{counted.says} The votes no longer add up to {self.valid}.")

    def plain(self) -> dict[str, Any]:
        """Give the result as JSON values; quantities are strings."""
        return {
            "method": self.method,
            "seats": self.election.seats,
            "quota": None if self.quota is None else quantity(self.quota),
            "ballots": quantity(self.election.ballots),
            "valid": quantity(self.valid),
            "elected": [{"number": n, "name": self.election.name(n)} for n in self.elected],
            "rounds": [counted.plain() for counted in self.rounds],
            "ties": list(self.ties),
        } | self._plain_pairwise()

    def _plain_pairwise(self) -> dict[str, Any]:
        if self.pairwise is None:
            return {}
        return {"pairwise": [[quantity(votes) for votes in row] for row in self.pairwise]}


@dataclass(frozen=True)
class Method:
    """A voting method: its name in bye-laws and commands, its name for people, and its count.

    `later_no_harm`: ranking one more candidate can't hurt those ranked before.
    """

    name: str
    title: str
    one_seat: bool
    count: Callable[[Election], Result]
    paper: PaperKind = PaperKind.RANKING
    later_no_harm: bool = False


def quantity(value: Weight) -> str:
    """Write an exact quantity: a decimal if it terminates, else "p/q"; as long as it takes.

    Digits are written by Decimal, which, unlike int, has no limit on their number.
    """
    value = Fraction(value)
    denominator = value.denominator
    twos = _exponent(denominator, 2)
    fives = _exponent(denominator, 5)
    if denominator != 2**twos * 5**fives:
        return f"{Decimal(value.numerator)}/{Decimal(denominator)}"
    places = max(twos, fives)
    digits = abs(value.numerator) * 10**places // denominator
    sign = "-" if value < 0 else ""
    if not places:
        return f"{sign}{Decimal(digits)}"
    whole, rest = divmod(digits, 10**places)
    return f"{sign}{Decimal(whole)}.{Decimal(rest):0>{places}}"


def _repeating(words: Sequence[str]) -> int:
    """Count the words in which a sign comes twice; as many as papers that repeat, if they are plain."""
    if sum(map(len, map(set, words))) == sum(map(len, words)):
        return 0
    return sum(map(ne, map(len, words), map(len, map(set, words))))


def _repeats(spelt: str) -> bool:
    letters = spelt.replace(LEVEL, "").replace(SKIPPED, "").replace(UNCLEAR, "")
    return len(set(letters)) < len(letters)


def _exponent(number: int, prime: int) -> int:
    power = 0
    while number % prime == 0:
        number, power = number // prime, power + 1
    return power
