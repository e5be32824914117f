"""Majorities and quorums as exact fractions of a stated basis, compared by cross-multiplication."""

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Self


class Basis(StrEnum):
    """What a share is taken of."""

    CAST = "cast"  # votes for + votes against
    PRESENT = "present"
    ELIGIBLE = "eligible"

    def says(self, number: int, *, weighted: bool = False) -> str:
        """Name that many of the basis: “62 votes cast”; `weighted` where members have unequal votes."""
        noun = "vote" if weighted or self is Basis.CAST else "member"
        plural = "" if number == 1 else "s"
        on_roll = " on the roll" if weighted else ""
        rest = {Basis.CAST: " cast", Basis.PRESENT: " present", Basis.ELIGIBLE: on_roll}[self]
        return f"{number} {noun}{plural}{rest}"


_SHARE = r"(?P<numerator>\d{1,9})\s*/\s*(?P<denominator>\d{1,9})"
_BASIS = r"\s+of\s+(?P<basis>[a-z]+)"
_MAJORITY = re.compile(rf"\s*(?P<sign>>=|≥|>)\s*{_SHARE}{_BASIS}\s*", re.ASCII)
_AMOUNT = rf"(?:{_SHARE})?(?P<both>\s+and\s+)?(?P<number>\d{{1,9}})?{_BASIS}\s*"
_QUORUM = re.compile(rf"\s*{_AMOUNT}", re.ASCII)
_LIMIT = re.compile(rf"\s*(?:<=|≤)\s*{_AMOUNT}", re.ASCII)


@dataclass(frozen=True)
class Majority:
    """How many votes carry a motion: a share of a basis, to be reached (or, if strict, exceeded)."""

    share: Fraction
    strict: bool
    basis: Basis

    def __post_init__(self) -> None:
        """Refuse a share that everything or nothing would meet."""
        if self.strict and not 0 <= self.share < 1:
            raise ValueError(f"“more than {_fraction(self.share)}” can't be met: the share must be below 1.")
        if not self.strict and not 0 < self.share <= 1:
            raise ValueError(f"“at least {_fraction(self.share)}” must be above 0 and at most 1.")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read “>= 2/3 of cast” or “> 1/2 of eligible”; raise ValueError with a sentence."""
        found = _MAJORITY.fullmatch(text)
        if found is None:
            raise ValueError(
                f"“{text}” is not a majority; write it like “>= 2/3 of cast” or “> 1/2 of cast”."
            )
        return cls(_share(found, text), found["sign"] == ">", _basis(found, text, tuple(Basis)))

    def met_by(self, votes_for: int, base: int) -> bool:
        needed = self.share.numerator * base
        have = votes_for * self.share.denominator
        return have > needed if self.strict else have >= needed

    def needed(self, base: int) -> int:
        """Count the fewest votes that meet it."""
        product, denominator = self.share.numerator * base, self.share.denominator
        return product // denominator + 1 if self.strict else -(-product // denominator)

    @property
    def text(self) -> str:
        """The canonical spelling, which parses to the same value."""
        return f"{'>' if self.strict else '>='} {_fraction(self.share)} of {self.basis}"

    def says(self, base: int, *, weighted: bool = False) -> str:
        """Print the test on a base: “at least 2/3 of 62 votes cast (42)”."""
        words = "more than" if self.strict else "at least"
        whole = self.basis.says(base, weighted=weighted)
        return f"{words} {_fraction(self.share)} of {whole} ({self.needed(base)})"

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Quorum:
    """How many must take part: a share of a basis, a number, or both at once."""

    share: Fraction | None
    number: int | None
    basis: Basis

    def __post_init__(self) -> None:
        """Refuse an empty quorum, and one no assembly could reach."""
        if self.share is None and self.number is None:
            raise ValueError("A quorum needs a share, a number, or both.")
        if self.share is not None and not 0 <= self.share <= 1:
            raise ValueError(f"A quorum of {_fraction(self.share)} can't be met: the share is at most 1.")
        if self.number is not None and self.number < 0:
            raise ValueError("A quorum can't be below 0.")
        if self.basis is Basis.CAST:
            raise ValueError("A quorum is taken of the members eligible or present, not of the votes cast.")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read “1/4 of eligible”, “20 of eligible” or “1/4 and 20 of eligible”; raise ValueError."""
        found = _QUORUM.fullmatch(text)
        if found is None or not _is_amount(found):
            raise ValueError(
                f"“{text}” is not a quorum; write it like “1/4 of eligible” or “20 of eligible”."
            )
        return cls(*_amount(found, text))

    def met_by(self, count: int, base: int) -> bool:
        share_met = self.share is None or count * self.share.denominator >= self.share.numerator * base
        return share_met and (self.number is None or count >= self.number)

    def needed(self, base: int) -> int:
        """Count the fewest who meet it."""
        by_share = 0 if self.share is None else -(-self.share.numerator * base // self.share.denominator)
        return max(by_share, self.number or 0)

    @property
    def text(self) -> str:
        """The canonical spelling, which parses to the same value."""
        return _written(self.share, self.number, self.basis)

    def says(self, base: int, *, weighted: bool = False) -> str:
        """Print the test on a base: “1/4 of 240 members (60)”."""
        members = self.basis.says(base, weighted=weighted)
        if self.share is None:
            return f"{self.number} of {members}"
        least = "" if self.number is None else f", and at least {self.number}"
        return f"{_fraction(self.share)} of {members}{least} ({self.needed(base)})"

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Limit:
    """How many there may be at most: a share of a basis, a number, or both at once."""

    share: Fraction | None
    number: int | None
    basis: Basis

    def __post_init__(self) -> None:
        """Refuse an empty limit, and one that could never be read."""
        if self.share is None and self.number is None:
            raise ValueError("A limit needs a share, a number, or both.")
        if self.share is not None and not 0 <= self.share <= 1:
            raise ValueError(f"A limit of {_fraction(self.share)} means nothing: the share is at most 1.")
        if self.number is not None and self.number < 0:
            raise ValueError("A limit can't be below 0.")
        if self.basis is Basis.CAST:
            raise ValueError("A limit is taken of the members eligible or present, not of the votes cast.")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read “<= 1/4 of present”, “<= 2 of eligible” or “<= 1/4 and 2 of present”; raise ValueError."""
        found = _LIMIT.fullmatch(text)
        if found is None or not _is_amount(found):
            raise ValueError(
                f"“{text}” is not a limit; write it like “<= 1/4 of present” or “<= 2 of eligible”."
            )
        return cls(*_amount(found, text))

    def met_by(self, count: int, base: int) -> bool:
        share_met = self.share is None or count * self.share.denominator <= self.share.numerator * base
        return share_met and (self.number is None or count <= self.number)

    def most(self, base: int) -> int:
        """Count the most that still meet it."""
        most = [] if self.share is None else [self.share.numerator * base // self.share.denominator]
        return min(most + ([] if self.number is None else [self.number]))

    @property
    def text(self) -> str:
        """The canonical spelling, which parses to the same value."""
        return f"<= {_written(self.share, self.number, self.basis)}"

    def says(self, base: int) -> str:
        """Print the test on a base: “at most 1/4 of 15 members present (3)”."""
        if self.share is None:
            return f"at most {self.number}"
        most = "" if self.number is None else f", and at most {self.number}"
        return f"at most {_fraction(self.share)} of {self.basis.says(base)}{most} ({self.most(base)})"

    def __str__(self) -> str:
        return self.text


def percent(share: Fraction) -> str:
    """Show a share as a percentage, cut after two decimals; for the eye only, never to be compared."""
    hundredths = share.numerator * 10_000 // share.denominator
    return f"{hundredths // 100}.{hundredths % 100:02} %"


def _is_amount(found: re.Match[str]) -> bool:
    """Whether “and” stands exactly where both a share and a number do."""
    return bool(found["both"]) == bool(found["numerator"] and found["number"])


def _amount(found: re.Match[str], text: str) -> tuple[Fraction | None, int | None, Basis]:
    share = _share(found, text) if found["numerator"] else None
    number = int(found["number"]) if found["number"] else None
    return share, number, _basis(found, text, (Basis.PRESENT, Basis.ELIGIBLE))


def _written(share: Fraction | None, number: int | None, basis: Basis) -> str:
    parts = [] if share is None else [_fraction(share)]
    parts += [] if number is None else [str(number)]
    return f"{' and '.join(parts)} of {basis}"


def _share(found: re.Match[str], text: str) -> Fraction:
    if int(found["denominator"]) == 0:
        raise ValueError(f"“{text}” divides by zero.")
    return Fraction(int(found["numerator"]), int(found["denominator"]))


def _basis(found: re.Match[str], text: str, allowed: tuple[Basis, ...]) -> Basis:
    if found["basis"] not in allowed:
        raise ValueError(f"“{text}”: a share is taken of {' or '.join(allowed)}.")
    return Basis(found["basis"])


def _fraction(share: Fraction) -> str:
    return f"{share.numerator}/{share.denominator}"
