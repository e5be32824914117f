"""A motion: for, against, abstain; carried or lost by a majority and a quorum, with the reasoning printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from coop.rules.lot import draw
from coop.rules.thresholds import Basis, Majority, Quorum


class Choice(StrEnum):
    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"


class TieRule(StrEnum):
    """What becomes of as many votes for as against.

    Lost, unless the chair's vote decides: Robert's Rules of Order Revised (1915), 46. By lot: the Swedish
    Riksdag, where from 1974 to 1976 many tied votes were drawn.
    """

    LOST = "lost"  # things stay as they are
    CHAIR = "chair"  # the chair has a casting vote
    LOT = "lot"  # drawn between "for" and "against"


class TakingPart(StrEnum):
    """Which papers count for the quorum; blank and invalid ones never count for the majority.

    All papers handed in: Constitution of Italy, article 75, where the quorum is of those who took part.
    Votes alone: Robert's Rules of Order Revised (1915), 46, which ignores blanks.
    """

    VOTES = "votes"  # for, against, abstain
    BLANK = "blank"  # these and blank papers
    PAPERS = "papers"  # every paper handed in


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
    taking_part: TakingPart = TakingPart.PAPERS

    @property
    def source(self) -> str:
        return sources(self.articles, self.version)


@dataclass(frozen=True)
class MotionCounts:
    """What was counted: the papers, the roll, and who was present where that matters.

    An abstention is a choice; a blank paper makes none, an invalid one can't be read. None is the other.
    `members` is given where they have more votes, `eligible`, than heads.
    """

    votes_for: int
    against: int
    abstained: int
    eligible: int
    present: int | None = None
    casting_vote: Choice | None = None
    blank: int = 0
    invalid: int = 0
    members: int | None = None

    def __post_init__(self) -> None:
        """Refuse counts that no ballot can give."""
        counted = (self.votes_for, self.against, self.abstained, self.blank, self.invalid)
        if min(*counted, self.eligible, self.present or 0) < 0:
            raise ValueError("A count can't be below 0.")
        if self.papers > self.eligible:
            raise ValueError(too_many(self.papers, self.eligible, weighted=self.weighted))

    @property
    def weighted(self) -> bool:
        """Whether members have unequal votes, so that votes and members are two numbers."""
        return self.members is not None and self.members != self.eligible

    @property
    def cast(self) -> int:
        return self.votes_for + self.against

    @property
    def voted(self) -> int:
        return self.cast + self.abstained

    @property
    def papers(self) -> int:
        return self.voted + self.blank + self.invalid

    def taking_part(self, which: TakingPart) -> int:
        """Count those who count for the quorum."""
        more = {
            TakingPart.VOTES: 0,
            TakingPart.BLANK: self.blank,
            TakingPart.PAPERS: self.blank + self.invalid,
        }
        return self.voted + more[which]

    def base(self, basis: Basis) -> int:
        """Count the basis; without an attendance list those who handed in a paper are the ones present."""
        present = self.papers if self.present is None else self.present
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
            "blank": counts.blank,
            "invalid": counts.invalid,
            "voted": counts.voted,
            "taking_part": counts.taking_part(self.rule.taking_part),
            "eligible": counts.eligible,
            "base": counts.base(majority.basis),
            "needed": majority.needed(counts.base(majority.basis)),
            "quorum_needed": None if quorum is None else quorum.needed(counts.base(quorum.basis)),
            "says": self.says,
        } | ({"members": counts.members} if counts.weighted else {})


def count_motion(
    counts: MotionCounts, rule: MotionRule, seed: bytes | None = None, occasion: str = "tie"
) -> MotionResult:
    """Say whether the motion is carried, and print the reasoning.

    Abstentions count for the quorum and never for the majority of votes cast. A motion nobody voted
    for is never carried. A tie is lost, unless the rule gives the chair a casting vote or calls for a
    lot: `draw(seed, occasion, ("for", "against"))`.
    """
    if rule.tie is TieRule.LOT and seed is None:
        raise ValueError("A rule that settles a tie by lot needs a seed.")
    quorate = rule.quorum is None or rule.quorum.met_by(
        counts.taking_part(rule.taking_part), counts.base(rule.quorum.basis)
    )
    settled, how = _settle(counts, rule, seed, occasion) if _is_tie(counts, rule) else (None, "")
    met = settled is Choice.FOR or _majority_met(counts, rule, extra=0)
    outcome = Outcome.INQUORATE if not quorate else Outcome.CARRIED if met else Outcome.LOST
    return MotionResult(outcome, counts, rule, _reasoning(outcome, counts, rule, how))


def too_many(votes: int, eligible: int, *, weighted: bool) -> str:
    """Say that more was counted than the roll can give."""
    could = f"the roll has {eligible}" if weighted else f"only {eligible} members could vote"
    return f"{votes} votes were counted, but {could}."


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


def _settle(
    counts: MotionCounts, rule: MotionRule, seed: bytes | None, occasion: str
) -> tuple[Choice | None, str]:
    """Settle a tie by the rule's way, and say how."""
    if rule.tie is TieRule.LOT and seed is not None:
        drawn = Choice(draw(seed, occasion, (Choice.FOR, Choice.AGAINST)))
        return drawn, f"A tie: the lot ({occasion}) falls on {drawn}."
    if rule.tie is TieRule.LOST:
        return None, "A tie is lost."
    if counts.casting_vote not in {Choice.FOR, Choice.AGAINST}:
        return None, "The chair gave no casting vote, so the tie is lost."
    return counts.casting_vote, f"The chair's casting vote was {counts.casting_vote}."


def _reasoning(outcome: Outcome, counts: MotionCounts, rule: MotionRule, how: str) -> str:
    parts = [
        f"{_VERDICT[outcome]}: {counted(counts)}.",
        f"Needs {rule.majority.says(counts.base(rule.majority.basis), weighted=counts.weighted)}.",
        how,
    ]
    if rule.quorum is not None:
        taking_part = counts.taking_part(rule.taking_part)
        verb = "voted" if taking_part == counts.voted else "took part"
        verb = "were given" if counts.weighted else verb
        needed = rule.quorum.says(counts.base(rule.quorum.basis), weighted=counts.weighted)
        parts.append(f"Quorum {needed}: {taking_part} {verb}.")
    return " ".join(part for part in (*parts, rule.source) if part)


def counted(counts: MotionCounts) -> str:
    """Say what was counted: “43 for, 19 against, 6 abstained”, and the blank and invalid if there are any."""
    says = f"{counts.votes_for} for, {counts.against} against, {counts.abstained} abstained"
    others = [(counts.blank, "blank"), (counts.invalid, "invalid")]
    return says + "".join(f", {number} {what}" for number, what in others if number)
