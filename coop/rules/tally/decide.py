"""From the votes of a ballot to its decision: the one count that sealing writes down and anyone can repeat."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coop.rules.tally import METHODS
from coop.rules.tally.election import Election, PaperKind
from coop.rules.tally.motion import Choice, MotionCounts, MotionRule, TieRule, count_motion
from coop.rules.tally.papers import Scores, profile, word
from coop.rules.tally.verdict import judge_election
from coop.rules.thresholds import Majority, Quorum

Weighed = Sequence[tuple[Any, int]]  # a choice as it is kept (see services/ballots/papers.py), and its weight


@dataclass(frozen=True)
class Counted:
    """What a ballot comes to; `result` holds JSON values, every round of an election among them."""

    outcome: str
    reasoning: str
    result: dict[str, Any]


def motion_rule(frozen: Mapping[str, Any]) -> MotionRule:
    """Read a motion's frozen rule for the count."""
    return MotionRule(
        Majority.parse(frozen["majority"]),
        Quorum.parse(frozen["quorum"]) if frozen["quorum"] else None,
        TieRule(frozen["tie"]),
        tuple(frozen["articles"]),
        frozen["version"],
    )


def decide_motion(
    rule: Mapping[str, Any],
    votes: Weighed,
    eligible: int,
    seed: bytes,
    *,
    spoilt: int = 0,
    members: int | None = None,
) -> Counted:
    """Count a motion under its frozen rule; spoilt papers count for the quorum and for nothing else.

    `eligible` are the votes on the roll, `members` its heads.
    """
    sums = {choice: sum(weight for chosen, weight in votes if chosen == choice) for choice in Choice}
    counts = MotionCounts(
        sums[Choice.FOR],
        sums[Choice.AGAINST],
        sums[Choice.ABSTAIN],
        eligible,
        invalid=spoilt,
        members=members,
    )
    result = count_motion(counts, motion_rule(rule), seed)
    return Counted(result.outcome.value, result.says, result.plain())


def decide_election(
    rule: Mapping[str, Any],
    votes: Weighed,
    eligible: int,
    seed: bytes,
    *,
    method: str,
    names: tuple[str, ...],
    seats: int,
    spoilt: int = 0,
    members: int | None = None,
) -> Counted:
    """Count an election by its method and judge it under its frozen rule; who spoilt a paper voted too."""
    chosen = METHODS[method]
    result = chosen.count(election_of(chosen.paper, names, votes, seats, seed, rule.get("reopen"), spoilt))
    voted = sum(weight for _choice, weight in votes) + spoilt
    none = {"none": sum(weight for choice, weight in votes if not choice)} if rule.get("none") else {}
    verdict = judge_election(
        result,
        chosen,
        voted=voted,
        eligible=eligible,
        members=members,
        quorum=Quorum.parse(rule["quorum"]) if rule["quorum"] else None,
        articles=tuple(rule["articles"]),
        version=rule["version"],
        **none,
    )
    plain = result.plain() | {
        "outcome": verdict.outcome.value,
        "elected": [{"number": n, "name": names[n - 1]} for n in verdict.elected],
        "voted": voted,
        "eligible": eligible,
        "says": verdict.says,
        **none,
    }
    if members is not None and members != eligible:
        plain["members"] = members
    return Counted(verdict.outcome.value, verdict.says, plain)


def election_of(
    paper: PaperKind,
    names: tuple[str, ...],
    votes: Weighed,
    seats: int,
    seed: bytes,
    reopen: int | None = None,
    spoilt: int = 0,
) -> Election:
    """Gather the votes for the count; an empty choice, for none of these, is a blank paper.

    `reopen` is the number of the option to reopen nominations.
    """
    if paper is PaperKind.SCORE:
        scores: Counter[Scores] = Counter()
        for given, weight in votes:
            scores[tuple(given) or (None,) * len(names)] += weight
        return Election.scored(names, scores, seats, seed=seed, reopen=reopen, spoilt=spoilt)
    level = paper is PaperKind.APPROVAL  # all on the first rank
    papers = profile((word([choice] if level and choice else choice), weight) for choice, weight in votes)
    return Election(names, papers, seats, seed=seed, reopen=reopen, spoilt=spoilt)
