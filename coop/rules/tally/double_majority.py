"""Several tests at once: a motion is carried only if it passes each, on the whole or by classes of members.

Sources: the double majority of People and Cantons (Swiss Federal Constitution, articles 140 and 142);
class consent (United Kingdom, Companies Act 2006, sections 630 to 635); and the rules of co-operatives
with several constituencies, where each class of members has a stated share of the votes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from coop.rules.tally.motion import (
    Choice,
    MotionCounts,
    MotionRule,
    Outcome,
    count_motion,
    counted,
    sources,
)
from coop.rules.thresholds import Basis, Majority, Quorum, percent

Classes = Mapping[str, MotionCounts]

_MEASURE = {Basis.CAST: "votes cast", Basis.PRESENT: "members present", Basis.ELIGIBLE: "members"}


@dataclass(frozen=True)
class Finding:
    """What one test came to."""

    test: str
    outcome: Outcome
    says: str
    details: tuple[dict[str, Any], ...] = ()

    @property
    def passed(self) -> bool:
        return self.outcome is Outcome.CARRIED

    def plain(self) -> dict[str, Any]:
        return {
            "test": self.test,
            "outcome": self.outcome.value,
            "says": self.says,
            "details": list(self.details),
        }


@dataclass(frozen=True)
class WholeTest:
    """All members together carry it, one vote each."""

    rule: MotionRule

    def find(self, classes: Classes, casting_vote: Choice | None, seed: bytes | None) -> Finding:
        result = count_motion(add_up(classes, casting_vote), self.rule, seed)
        return Finding("whole", result.outcome, f"All members: {result.says}", (result.plain(),))


@dataclass(frozen=True)
class ClassTest:
    """Each class votes apart; every one of them must carry it, or the stated number of them.

    `of` names the classes asked, if not all. A class with nobody on the roll is not asked. A class
    without its quorum does not carry it.
    """

    rule: MotionRule
    needed: int | None = None
    of: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a number that nothing or nobody could reach."""
        if self.needed is not None and self.needed < 1:
            raise ValueError("At least one class must carry the motion.")
        if self.needed is not None and self.of and self.needed > len(self.of):
            raise ValueError(f"{self.needed} classes can't carry it: only {len(self.of)} are asked.")

    def find(self, classes: Classes, _casting_vote: Choice | None, seed: bytes | None) -> Finding:
        _known(self.of, classes)
        asked = {name: classes[name] for name in self.of or classes if classes[name].eligible}
        needed = len(asked) if self.needed is None else self.needed
        results = {
            name: count_motion(counts, self.rule, seed, f"tie, {name}") for name, counts in asked.items()
        }
        carrying = sum(result.carried for result in results.values())
        carried = bool(asked) and carrying >= needed
        quorate = sum(result.outcome is not Outcome.INQUORATE for result in results.values())
        says = f"By class: {carrying} of {len(asked)} carry it, {needed} must."
        empty = [name for name in self.of or classes if not classes[name].eligible]
        if empty:
            says += f" Not asked, for want of members: {', '.join(empty)}."
        says += "".join(f" {name}: {result.says}" for name, result in results.items())
        short = Outcome.LOST if quorate >= needed else Outcome.INQUORATE
        details = tuple({"class": name, **result.plain()} for name, result in results.items())
        return Finding("classes", Outcome.CARRIED if carried else short, says, details)


@dataclass(frozen=True)
class ShareTest:
    """Each class's votes together count its stated share of the whole, whatever its turnout.

    The votes for are the sum over the classes of share × (for ÷ basis of that class), of the shares of
    the classes whose basis is not empty: with the basis `cast`, the share of a class in which nobody
    voted for or against falls away; with `eligible`, silence weighs against. The quorum is of heads.
    """

    majority: Majority
    shares: Mapping[str, Fraction]
    quorum: Quorum | None = None

    def __post_init__(self) -> None:
        """Refuse shares that are not those of one whole."""
        if any(share <= 0 for share in self.shares.values()) or sum(self.shares.values()) != 1:
            raise ValueError("The shares of the classes must be above 0 and add up to 1.")

    def find(self, classes: Classes, _casting_vote: Choice | None, _seed: bytes | None) -> Finding:
        _known(self.shares, classes)
        without = [name for name in classes if name not in self.shares]
        if without:
            raise ValueError(f"The class “{without[0]}” has no share of the votes.")
        heads = add_up(classes)
        quorum = self.quorum
        quorate = quorum is None or quorum.met_by(heads.papers, heads.base(quorum.basis))
        bases = {name: classes[name].base(self.majority.basis) for name in self.shares}
        parts = {name: Fraction(classes[name].votes_for, base) for name, base in bases.items() if base}
        whole = sum((self.shares[name] for name in parts), Fraction(0))
        votes_for = sum((self.shares[name] * part for name, part in parts.items()), Fraction(0))
        met = votes_for > 0 and _share_met(self.majority, votes_for / whole)
        outcome = Outcome.INQUORATE if not quorate else Outcome.CARRIED if met else Outcome.LOST

        weighed = [
            f"{name}, which counts {self.shares[name]}: {counted(classes[name])}"
            + (f", so {part} for" if (part := parts.get(name)) is not None else ", so its share falls away")
            for name in self.shares
        ]
        least = "more than" if self.majority.strict else "at least"
        says = f"By shares: {'; '.join(weighed)}. "
        says += f"For: {votes_for} of {whole} ({percent(votes_for / whole) if whole else 'nothing'}). "
        says += (
            f"Needs {least} {self.majority.share} of it, each class by its {_MEASURE[self.majority.basis]}."
        )
        if quorum is not None:
            says += f" Quorum {quorum.says(heads.base(quorum.basis))}: {heads.papers} took part."
        details = tuple(
            {"class": name, "share": str(self.shares[name]), "for": str(part)} for name, part in parts.items()
        )
        return Finding("shares", outcome, says, details)


Test = WholeTest | ClassTest | ShareTest


@dataclass(frozen=True)
class DoubleRule:
    """The tests a motion must pass, all of them, and the articles that say so."""

    tests: tuple[Test, ...]
    articles: tuple[str, ...] = ()
    version: int | None = None

    def __post_init__(self) -> None:
        """Refuse a rule that everything would meet."""
        if not self.tests:
            raise ValueError("A motion needs at least one test to pass.")


@dataclass(frozen=True)
class DoubleResult:
    outcome: Outcome
    findings: tuple[Finding, ...]
    says: str

    @property
    def carried(self) -> bool:
        return self.outcome is Outcome.CARRIED

    def plain(self) -> dict[str, Any]:
        """Give the result as JSON values; fractions are strings."""
        return {
            "method": "double-majority",
            "outcome": self.outcome.value,
            "tests": [finding.plain() for finding in self.findings],
            "says": self.says,
        }


def count_double(
    classes: Classes, rule: DoubleRule, casting_vote: Choice | None = None, seed: bytes | None = None
) -> DoubleResult:
    """Put the motion to every test; it is carried only if it passes each.

    `classes` holds the counts of each class of members, whose rolls don't overlap.
    """
    findings = tuple(test.find(classes, casting_vote, seed) for test in rule.tests)
    failed = [finding for finding in findings if not finding.passed]
    passed = f"{len(findings) - len(failed)} of {len(findings)} tests passed"
    if not failed:
        outcome, head = Outcome.CARRIED, "Carried"
    elif any(finding.outcome is Outcome.INQUORATE for finding in failed):
        outcome, head = Outcome.INQUORATE, "Lost for want of a quorum"
    else:
        outcome, head = Outcome.LOST, "Lost"
    parts = [
        f"{head}: {passed}.",
        *(finding.says for finding in findings),
        sources(rule.articles, rule.version),
    ]
    return DoubleResult(outcome, findings, " ".join(part for part in parts if part))


def add_up(classes: Classes, casting_vote: Choice | None = None) -> MotionCounts:
    """Count all classes together; one without an attendance list is present with those who handed in a paper."""
    every = classes.values()
    present = sum(c.papers if c.present is None else c.present for c in every)
    return MotionCounts(
        sum(c.votes_for for c in every),
        sum(c.against for c in every),
        sum(c.abstained for c in every),
        sum(c.eligible for c in every),
        None if all(c.present is None for c in every) else present,
        casting_vote,
        sum(c.blank for c in every),
        sum(c.invalid for c in every),
    )


def _share_met(majority: Majority, share: Fraction) -> bool:
    return majority.met_by(share.numerator, share.denominator)


def _known(names: Mapping[str, Fraction] | tuple[str, ...], classes: Classes) -> None:
    for name in names:
        if name not in classes:
            raise ValueError(f"There is no class “{name}”.")
