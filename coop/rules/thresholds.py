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

    def says(self, number: int) -> str:
        """Name that many of the basis: “62 votes cast”."""
        noun = "vote" if self is Basis.CAST else "member"
        plural = "" if number == 1 else "s"
        rest = {Basis.CAST: " cast", Basis.PRESENT: " present", Basis.ELIGIBLE: ""}[self]
        return f"{number} {noun}{plural}{rest}"


_SHARE = r"(?P<numerator>\d{1,9})\s*/\s*(?P<denominator>\d{1,9})"
_BASIS = r"\s+of\s+(?P<basis>[a-z]+)"
_MAJORITY = re.compile(rf"\s*(?P<sign>>=|≥|>)\s*{_SHARE}{_BASIS}\s*", re.ASCII)
_QUORUM = re.compile(rf"\s*(?:{_SHARE})?(?P<both>\s+and\s+)?(?P<number>\d{{1,9}})?{_BASIS}\s*", re.ASCII)


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

    def says(self, base: int) -> str:
        """Print the test on a base: “at least 2/3 of 62 votes cast (42)”."""
        words = "more than" if self.strict else "at least"
        return f"{words} {_fraction(self.share)} of {self.basis.says(base)} ({self.needed(base)})"

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
        if found is None or bool(found["both"]) != bool(found["numerator"] and found["number"]):
            raise ValueError(
                f"“{text}” is not a quorum; write it like “1/4 of eligible” or “20 of eligible”."
            )
        share = _share(found, text) if found["numerator"] else None
        number = int(found["number"]) if found["number"] else None
        return cls(share, number, _basis(found, text, (Basis.PRESENT, Basis.ELIGIBLE)))

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
        parts = [] if self.share is None else [_fraction(self.share)]
        parts += [] if self.number is None else [str(self.number)]
        return f"{' and '.join(parts)} of {self.basis}"

    def says(self, base: int) -> str:
        """Print the test on a base: “1/4 of 240 members (60)”."""
        members = self.basis.says(base)
        if self.share is None:
            return f"{self.number} of {members}"
        least = "" if self.number is None else f", and at least {self.number}"
        return f"{_fraction(self.share)} of {members}{least} ({self.needed(base)})"

    def __str__(self) -> str:
        return self.text


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
