"""A motion: for, against, abstain; carried or lost by a majority and a quorum, with the reasoning printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from coop.rules.thresholds import Basis, Majority, Quorum


class Choice(StrEnum):
    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"


class TieRule(StrEnum):
    """What becomes of as many votes for as against."""

    LOST = "lost"
    CHAIR = "chair"  # the chair has a casting vote


class Outcome(StrEnum):
    CARRIED = "carried"
    LOST = "lost"
    INQUORATE = "inquorate"


_VERDICT = {
    Outcome.CARRIED: "Carried",
    Outcome.LOST: "Lost",
    Outcome.INQUORATE: "Lost for want of a quorum",
}


@dataclass(frozen=True)
class MotionRule:
    """What a motion must reach, and the articles that say so."""

    majority: Majority
    quorum: Quorum | None = None
    tie: TieRule = TieRule.LOST
    articles: tuple[str, ...] = ()
    version: int | None = None

    @property
    def source(self) -> str:
        return sources(self.articles, self.version)


@dataclass(frozen=True)
class MotionCounts:
    """What was counted: the papers, the roll, and who was present where that matters."""

    votes_for: int
    against: int
    abstained: int
    eligible: int
    present: int | None = None
    casting_vote: Choice | None = None

    def __post_init__(self) -> None:
        """Refuse counts that no ballot can give."""
        if min(self.votes_for, self.against, self.abstained, self.eligible, self.present or 0) < 0:
            raise ValueError("A count can't be below 0.")
        if self.voted > self.eligible:
            raise ValueError(f"{self.voted} votes were counted, but only {self.eligible} members could vote.")

    @property
    def cast(self) -> int:
        return self.votes_for + self.against

    @property
    def voted(self) -> int:
        return self.cast + self.abstained

    def base(self, basis: Basis) -> int:
        """Count the basis; without an attendance list those who voted are the ones present."""
        present = self.voted if self.present is None else self.present
        return {Basis.CAST: self.cast, Basis.PRESENT: present, Basis.ELIGIBLE: self.eligible}[basis]


@dataclass(frozen=True)
class MotionResult:
    outcome: Outcome
    counts: MotionCounts
    rule: MotionRule
    says: str

    @property
    def carried(self) -> bool:
        return self.outcome is Outcome.CARRIED

    def plain(self) -> dict[str, Any]:
        """Give the result as JSON values."""
        counts, majority, quorum = self.counts, self.rule.majority, self.rule.quorum
        return {
            "method": "motion",
            "outcome": self.outcome.value,
            "for": counts.votes_for,
            "against": counts.against,
            "abstained": counts.abstained,
            "voted": counts.voted,
            "eligible": counts.eligible,
            "base": counts.base(majority.basis),
            "needed": majority.needed(counts.base(majority.basis)),
            "quorum_needed": None if quorum is None else quorum.needed(counts.base(quorum.basis)),
            "says": self.says,
        }


def count_motion(counts: MotionCounts, rule: MotionRule) -> MotionResult:
    """Say whether the motion is carried, and print the reasoning.

    Abstentions count for the quorum and never for the majority of votes cast. A motion nobody voted
    for is never carried. A tie is lost, unless the rule gives the chair a casting vote.
    """
    quorate = rule.quorum is None or rule.quorum.met_by(counts.voted, counts.base(rule.quorum.basis))
    met = _majority_met(counts, rule, extra=0)
    tie = _is_tie(counts, rule)
    if tie and rule.tie is TieRule.CHAIR and counts.casting_vote is Choice.FOR:
        met = True
    outcome = Outcome.INQUORATE if not quorate else Outcome.CARRIED if met else Outcome.LOST
    return MotionResult(outcome, counts, rule, _reasoning(outcome, counts, rule, tie=tie))


def sources(articles: Sequence[str], version: int | None) -> str:
    """Name the articles and their version: “Articles 22 and 23, version 4.”, or nothing."""
    if version is None:
        return ""
    if not articles:
        return f"Version {version} of the constitution."
    return f"{name_articles(articles)}, version {version}."


def name_articles(articles: Sequence[str]) -> str:
    """Join article numbers: “Articles 22, 23 and 24”."""
    if len(articles) == 1:
        return f"Article {articles[0]}"
    return f"Articles {', '.join(articles[:-1])} and {articles[-1]}"


def _majority_met(counts: MotionCounts, rule: MotionRule, *, extra: int) -> bool:
    base = counts.base(rule.majority.basis) + (extra if rule.majority.basis is Basis.CAST else 0)
    votes_for = counts.votes_for + extra
    return votes_for > 0 and rule.majority.met_by(votes_for, base)


def _is_tie(counts: MotionCounts, rule: MotionRule) -> bool:
    """Whether as many are for as against, and one more vote for would carry it."""
    level = counts.votes_for == counts.against and counts.cast > 0
    return level and not _majority_met(counts, rule, extra=0) and _majority_met(counts, rule, extra=1)


def _reasoning(outcome: Outcome, counts: MotionCounts, rule: MotionRule, *, tie: bool) -> str:
    counted = f"{counts.votes_for} for, {counts.against} against, {counts.abstained} abstained"
    parts = [
        f"{_VERDICT[outcome]}: {counted}.",
        f"Needs {rule.majority.says(counts.base(rule.majority.basis))}.",
    ]
    if tie and rule.tie is TieRule.LOST:
        parts.append("A tie is lost.")
    if tie and rule.tie is TieRule.CHAIR:
        parts.append(
            f"The chair's casting vote was {counts.casting_vote}."
            if counts.casting_vote in {Choice.FOR, Choice.AGAINST}
            else "The chair gave no casting vote, so the tie is lost."
        )
    if rule.quorum is not None:
        parts.append(f"Quorum {rule.quorum.says(counts.base(rule.quorum.basis))}: {counts.voted} voted.")
    if rule.source:
        parts.append(rule.source)
    return " ".join(parts)
