"""Several options against things as they are: each is voted on by itself; one at most is taken.

Every option is a motion of its own: for, against or abstained, against the status quo; questions left
open are counted apart. The options that reach the majority and the quorum are *adopted*. Several can be,
since a member may vote for more than one. Source: Swiss Federal Constitution, article 139b, and Federal
Act on Political Rights, article 76: initiative and counter-proposal, the double yes, each question
counted for itself without those who left it open.

Where several are adopted, the declared rule takes one:

- `deciding question`: article 139b again, for any number of options. Between each two adopted options
  the papers that prefer one of them are counted; the option that wins most of these questions is taken
  (with two options: the one preferred; with more: the one preferred to every other, if there is one).
- `most for`: the one with most votes for. California Constitution, article II, section 10(b).
- `in order`: the first on the paper, where the one that departs furthest from the status quo belongs.
  Rules of Procedure of the European Parliament, order of voting on amendments (rule 174 in 2019).

What is still equal after this goes to the option with most votes for, then to the one with fewest against;
if even that is equal, none was preferred, and things stay as they are: the status quo wins every tie.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import Any

from coop.rules.tally.motion import (
    Choice,
    MotionCounts,
    MotionResult,
    MotionRule,
    Outcome,
    TieRule,
    count_motion,
    sources,
)
from coop.rules.thresholds import Majority, Quorum

Pair = tuple[int, int]


class Deciding(StrEnum):
    """Which option is taken where several are adopted."""

    QUESTION = "deciding question"
    MOST_FOR = "most for"
    IN_ORDER = "in order"


@dataclass(frozen=True)
class OptionsRule:
    """What each option must reach, and what decides among several that do."""

    majority: Majority
    quorum: Quorum | None = None
    deciding: Deciding = Deciding.QUESTION
    articles: tuple[str, ...] = ()
    version: int | None = None


@dataclass(frozen=True)
class OptionsPaper:
    """One choice an option (None: left open), and the options in order of preference, the first first.

    For the deciding questions an option that is listed is preferred to one that isn't.
    """

    choices: tuple[Choice | None, ...]
    preference: tuple[int, ...] = ()
    weight: int = 1

    def prefers(self, pair: Pair) -> int | None:
        """Name the one preferred of two options, or None where the paper is silent."""
        return next((number for number in self.preference if number in pair), None)


@dataclass(frozen=True)
class OptionsResult:
    """Each option's own result, the deciding questions asked, and the option taken; None: the status quo."""

    options: tuple[str, ...]
    motions: tuple[MotionResult, ...]
    deciding: Mapping[Pair, Pair]  # two adopted options → the votes for each
    taken: int | None
    says: str

    @property
    def adopted(self) -> tuple[int, ...]:
        return tuple(number for number, motion in enumerate(self.motions, 1) if motion.carried)

    @property
    def outcome(self) -> Outcome:
        """Carried if an option is taken; inquorate only if each failed for want of a quorum."""
        if self.taken is not None:
            return Outcome.CARRIED
        inquorate = all(motion.outcome is Outcome.INQUORATE for motion in self.motions)
        return Outcome.INQUORATE if inquorate else Outcome.LOST

    def plain(self) -> dict[str, Any]:
        """Give the result as JSON values; options are numbered from 1."""
        return {
            "method": "options",
            "outcome": self.outcome.value,
            "taken": None if self.taken is None else {"number": self.taken, "name": self.name(self.taken)},
            "adopted": list(self.adopted),
            "options": [
                {"number": number, "name": self.name(number), **motion.plain()}
                for number, motion in enumerate(self.motions, 1)
            ],
            "deciding": [
                {"options": list(pair), "votes": list(votes)} for pair, votes in self.deciding.items()
            ],
            "says": self.says,
        }

    def name(self, number: int) -> str:
        return self.options[number - 1]


def count_options(
    options: tuple[str, ...],
    papers: Sequence[OptionsPaper],
    rule: OptionsRule,
    eligible: int,
    present: int | None = None,
    invalid: int = 0,
) -> OptionsResult:
    """Count each option, then decide among those adopted; the module says how.

    `invalid` papers can't be read at all; a paper that leaves a question open is a blank one for it.
    """
    _refuse_unreadable(options, papers)
    motion_rule = MotionRule(rule.majority, rule.quorum, TieRule.LOST)
    motions = tuple(
        count_motion(_counts(papers, at, eligible, present, invalid), motion_rule)
        for at in range(len(options))
    )
    adopted = tuple(number for number, motion in enumerate(motions, 1) if motion.carried)
    asked = combinations(adopted, 2) if rule.deciding is Deciding.QUESTION else ()
    deciding = {pair: _answers(papers, pair) for pair in asked}
    taken, how = _take(options, motions, adopted, deciding, rule.deciding)
    parts = [f"{name}: {motion.says}" for name, motion in zip(options, motions, strict=True)]
    says = " ".join(part for part in (*parts, how, sources(rule.articles, rule.version)) if part)
    return OptionsResult(options, motions, deciding, taken, says)


def _refuse_unreadable(options: tuple[str, ...], papers: Sequence[OptionsPaper]) -> None:
    if not options or len(set(options)) != len(options):
        raise ValueError("There must be at least one option, and their names must differ.")
    for paper in papers:
        if len(paper.choices) != len(options):
            raise ValueError(f"A paper answers {len(paper.choices)} questions; there are {len(options)}.")
        if not set(paper.preference) <= set(range(1, len(options) + 1)):
            raise ValueError("A paper prefers an option that there is not.")
        if len(set(paper.preference)) != len(paper.preference):
            raise ValueError("A paper names an option twice in its order of preference.")
        if paper.weight < 0:
            raise ValueError("A paper's weight can't be below 0.")


def _counts(
    papers: Sequence[OptionsPaper], at: int, eligible: int, present: int | None, invalid: int
) -> MotionCounts:
    sums: dict[Choice | None, int] = dict.fromkeys([*Choice, None], 0)
    for paper in papers:
        sums[paper.choices[at]] += paper.weight
    return MotionCounts(
        sums[Choice.FOR],
        sums[Choice.AGAINST],
        sums[Choice.ABSTAIN],
        eligible,
        present,
        blank=sums[None],
        invalid=invalid,
    )


def _answers(papers: Sequence[OptionsPaper], pair: Pair) -> Pair:
    first = sum(paper.weight for paper in papers if paper.prefers(pair) == pair[0])
    second = sum(paper.weight for paper in papers if paper.prefers(pair) == pair[1])
    return first, second


def _take(
    options: tuple[str, ...],
    motions: tuple[MotionResult, ...],
    adopted: tuple[int, ...],
    deciding: Mapping[Pair, Pair],
    rule: Deciding,
) -> tuple[int | None, str]:
    """Take one of the adopted options, and say why."""
    names = dict(enumerate(options, 1))
    if not adopted:
        return None, "No option is adopted, so things stay as they are."
    if len(adopted) == 1:
        return adopted[0], f"Only {names[adopted[0]]} is adopted, so it is taken."

    says = [f"Adopted: {_list(names, adopted)}."]
    says += [
        f"Deciding question: {votes[0]} prefer {names[a]}, {votes[1]} prefer {names[b]}."
        for (a, b), votes in deciding.items()
    ]
    left = adopted
    for what, measure in _ladder(motions, adopted, deciding, rule):
        best = max(measure[number] for number in left)
        left = tuple(number for number in left if measure[number] == best)
        says.append(f"{what}: {_list(names, left)} ({abs(best)}).")
        if len(left) == 1:
            return left[0], " ".join([*says, f"{names[left[0]]} is taken."])
    return None, " ".join([*says, "They are equal in all of it, so things stay as they are."])


def _ladder(
    motions: tuple[MotionResult, ...], adopted: tuple[int, ...], deciding: Mapping[Pair, Pair], rule: Deciding
) -> list[tuple[str, dict[int, int]]]:
    """Give what the adopted options are compared by, in turn; the greatest stays."""
    votes_for = {number: motions[number - 1].counts.votes_for for number in adopted}
    against = {number: -motions[number - 1].counts.against for number in adopted}
    ladder = [("Most votes for", votes_for), ("Fewest against", against)]
    if rule is Deciding.IN_ORDER:
        return [("First on the paper", {number: -number for number in adopted})]
    if rule is Deciding.QUESTION:
        won = dict.fromkeys(adopted, 0)
        for (first, second), votes in deciding.items():
            won[first] += votes[0] > votes[1]
            won[second] += votes[1] > votes[0]
        return [("Most deciding questions won", won), *ladder]
    return ladder


def _list(names: Mapping[int, str], numbers: Sequence[int]) -> str:
    words = [names[number] for number in numbers]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
