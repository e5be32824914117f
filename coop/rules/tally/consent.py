"""Consent and consensus: a text passes when no valid objection to it stands.

Positions are taken on one version of the text, by heads: agree, stand aside, or object with a reason.
An objection outlives the version it was raised at; it stands until it is ruled not valid, withdrawn by
the objector, or met by a later version of the text. Nothing is presumed: one not yet ruled on stands, and
an agreement to an earlier text is no agreement to a later one.

Sources: consent by the absence of a reasoned objection, in G. Endenburg, Sociocracy (1998); agree, stand
aside and block, with a block to be found valid by others than the blocker, in C. T. Butler and A.
Rothstein, On Conflict and Consensus (1987).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from coop.rules.tally.motion import MotionCounts, MotionResult, MotionRule, count_motion, sources
from coop.rules.tally.objections import Objection, State
from coop.rules.thresholds import Basis, Limit, Quorum

NO_BLOCK = Limit(None, 0, Basis.ELIGIBLE)


class Position(StrEnum):
    AGREE = "agree"
    STAND_ASIDE = "stand aside"
    OBJECT = "object"


class ConsentOutcome(StrEnum):
    CONSENT = "consent"
    OPEN = "no consent"  # no consent in this round, and no fallback yet
    INQUORATE = "inquorate"
    CARRIED = "carried"  # by the fallback
    LOST = "lost"  # by the fallback


_HEADS = {
    ConsentOutcome.CONSENT: "Passed by consent",
    ConsentOutcome.OPEN: "No consent",
    ConsentOutcome.INQUORATE: "Not decided for want of a quorum",
    ConsentOutcome.CARRIED: "No consent, but carried by the vote that was declared for this case",
    ConsentOutcome.LOST: "No consent, and lost in the vote that was declared for this case",
}


@dataclass(frozen=True)
class Voice:
    """A member's position on one version of the text."""

    member: str
    position: Position
    version: int
    reason: str = ""

    def __post_init__(self) -> None:
        """Refuse an objection that nobody could answer."""
        if self.position is Position.OBJECT and not self.reason.strip():
            raise ValueError(f"{self.member} objects without a reason. Write down what the text would harm.")


@dataclass(frozen=True)
class ConsentRule:
    """What consent needs; `fallback` is the vote taken where it fails in round `fallback_round` or later.

    Without a limit any number may stand aside. `blocks` is the number of standing objections that a text
    survives: none, unless the constitution says otherwise (“consensus minus one”).
    """

    quorum: Quorum | None = None
    stand_asides: Limit | None = None
    blocks: Limit = NO_BLOCK
    fallback: MotionRule | None = None
    fallback_round: int = 1
    articles: tuple[str, ...] = ()
    version: int | None = None


@dataclass(frozen=True)
class ConsentCounts:
    """What was counted: the voices on this version, and the objections in the state they are in now."""

    agree: int
    stand_aside: int
    objecting: int
    version: int  # of the text
    objections: tuple[Objection, ...]
    eligible: int
    present: int | None = None

    def __post_init__(self) -> None:
        """Refuse more voices than members."""
        if self.taking_part > self.eligible:
            raise ValueError(
                f"{self.taking_part} positions were taken, but only {self.eligible} members could take one."
            )

    @property
    def taking_part(self) -> int:
        return self.agree + self.stand_aside + self.objecting

    @property
    def standing(self) -> tuple[Objection, ...]:
        return tuple(objection for objection in self.objections if objection.stands_at(self.version))

    @property
    def blocking(self) -> int:
        """Count the members whose objections stand, each once."""
        return len({objection.member for objection in self.standing})

    def base(self, basis: Basis) -> int:
        return self.motion.base(basis)

    @property
    def motion(self) -> MotionCounts:
        """The same positions as votes: agree for, object against, stand aside abstained."""
        return MotionCounts(self.agree, self.objecting, self.stand_aside, self.eligible, self.present)


@dataclass(frozen=True)
class ConsentResult:
    outcome: ConsentOutcome
    counts: ConsentCounts
    fallback: MotionResult | None
    says: str

    @property
    def carried(self) -> bool:
        return self.outcome in {ConsentOutcome.CONSENT, ConsentOutcome.CARRIED}

    def plain(self) -> dict[str, Any]:
        """Give the result as JSON values."""
        counts = self.counts
        return {
            "method": "consent",
            "outcome": self.outcome.value,
            "text_version": counts.version,
            "agree": counts.agree,
            "stand_aside": counts.stand_aside,
            "object": counts.objecting,
            "taking_part": counts.taking_part,
            "eligible": counts.eligible,
            "blocking": counts.blocking,
            "objections": [objection.plain(counts.version) for objection in counts.objections],
            "fallback": None if self.fallback is None else self.fallback.plain(),
            "says": self.says,
        }


def count_consent(
    voices: Sequence[Voice],
    objections: Sequence[Objection],
    rule: ConsentRule,
    *,
    version: int,
    eligible: int,
    present: int | None = None,
    round_number: int = 1,
    seed: bytes | None = None,
) -> ConsentResult:
    """Say whether this version of the text passes, and print the reasoning.

    It passes with a quorum, at least one agreement, no more standing objections and no more stand-asides
    than the rule allows. Only voices on this version count. `objections` are all those raised so far; a
    voice that objects and has no objection there is one not yet ruled on; a voice of an earlier objector
    that agrees or stands aside withdraws what that member objected to before. `seed` is for a fallback
    whose tie goes to the lot.
    """
    heard = _on_this_version(voices, version)
    taken = [voice.position for voice in heard.values()]
    counts = ConsentCounts(
        taken.count(Position.AGREE),
        taken.count(Position.STAND_ASIDE),
        taken.count(Position.OBJECT),
        version,
        _objections_now(heard, objections, version),
        eligible,
        present,
    )
    reasons = _failings(counts, rule)
    quorate = rule.quorum is None or rule.quorum.met_by(counts.taking_part, counts.base(rule.quorum.basis))
    fallback, outcome = None, ConsentOutcome.CONSENT
    if not quorate:
        outcome = ConsentOutcome.INQUORATE
    elif reasons and rule.fallback is not None and round_number >= rule.fallback_round:
        fallback = count_motion(counts.motion, rule.fallback, seed)
        outcome = ConsentOutcome(fallback.outcome.value)
    elif reasons:
        outcome = ConsentOutcome.OPEN
    says = _reasoning(outcome, counts, rule, reasons, round_number, fallback)
    return ConsentResult(outcome, counts, fallback, says)


def _on_this_version(voices: Sequence[Voice], version: int) -> dict[str, Voice]:
    heard: dict[str, Voice] = {}
    for voice in voices:
        if voice.version > version:
            raise ValueError(f"{voice.member} speaks of version {voice.version}; the text is at {version}.")
        if voice.version == version and heard.setdefault(voice.member, voice) != voice:
            raise ValueError(f"{voice.member} takes two positions on version {version}.")
    return heard


def _objections_now(
    heard: dict[str, Voice], objections: Sequence[Objection], version: int
) -> tuple[Objection, ...]:
    """Add the objections just voiced, and take back those whose objectors no longer object."""
    known = {(objection.member, objection.version) for objection in objections}
    if len(known) != len(objections):
        raise ValueError("A member raises one objection to a version; put the reasons together.")
    now = []
    for objection in objections:
        voice = heard.get(objection.member)
        if objection.version > version:
            raise ValueError(f"{objection.member} objects to version {objection.version}, not yet written.")
        if objection.stands_at(version) and voice is not None and voice.position is not Position.OBJECT:
            now.append(objection.withdraw(version, f"{voice.position} on version {version}"))
        else:
            now.append(objection)
    new = [
        Objection(voice.member, voice.reason, version)
        for voice in heard.values()
        if voice.position is Position.OBJECT and (voice.member, version) not in known
    ]
    return tuple(now + new)


def _failings(counts: ConsentCounts, rule: ConsentRule) -> list[str]:
    """Say why there is no consent; nothing if there is."""
    asides, failings = rule.stand_asides, []
    if not counts.agree:
        failings.append("Nobody agrees.")
    if not rule.blocks.met_by(counts.blocking, counts.base(rule.blocks.basis)):
        failings.append("Too many objections stand." if counts.blocking > 1 else "An objection stands.")
    if asides is not None and not asides.met_by(counts.stand_aside, counts.base(asides.basis)):
        failings.append("Too many stand aside.")
    return failings


def _reasoning(
    outcome: ConsentOutcome,
    counts: ConsentCounts,
    rule: ConsentRule,
    failings: list[str],
    round_number: int,
    fallback: MotionResult | None,
) -> str:
    taken = ", ".join(
        f"{number} {one if number == 1 else many}"
        for number, one, many in (
            (counts.agree, "agrees", "agree"),
            (counts.stand_aside, "stands aside", "stand aside"),
            (counts.objecting, "objects", "object"),
        )
    )
    blocks = rule.blocks.says(counts.base(rule.blocks.basis))
    parts = [
        f"{_HEADS[outcome]}: {taken} (version {counts.version} of the text, round {round_number}).",
        *failings,
        _count_objections(counts),
        f"Members whose objections stand: {counts.blocking}; allowed: {blocks}.",
    ]
    if rule.stand_asides is not None:
        limit = rule.stand_asides.says(counts.base(rule.stand_asides.basis))
        parts.append(f"Members who stand aside: {counts.stand_aside}; allowed: {limit}.")
    if rule.quorum is not None:
        quorum = rule.quorum.says(counts.base(rule.quorum.basis))
        parts.append(f"Quorum {quorum}: {counts.taking_part} took part.")
    if fallback is not None:
        parts.append(f"The vote: {fallback.says}")
    elif outcome is ConsentOutcome.OPEN and rule.fallback is not None:
        parts.append(f"A vote is taken if there is no consent in round {rule.fallback_round}.")
    return " ".join(part for part in (*parts, sources(rule.articles, rule.version)) if part)


def _count_objections(counts: ConsentCounts) -> str:
    if not counts.objections:
        return "No objection was raised."
    states = [objection.state_at(counts.version) for objection in counts.objections]
    each = ", ".join(f"{states.count(state)} {state}" for state in State if state in states)
    return f"Objections raised: {len(states)}, of which {each}."
