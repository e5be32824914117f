"""Values that are each lawful and together can't be obeyed, or undo each other.

Only what a text states is held against it: a default that it leaves standing contradicts nobody's words.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Protocol, TypeVar

from coop.rules.provisions.decisions import CLASSES
from coop.rules.provisions.values import Days, Months, Number, Value
from coop.rules.thresholds import Majority

_LONGEST_MONTH = 31
_ACTING = {
    f"office.{kind}.acting": kind.replace("_", " ")
    for kind in ("chair", "secretary", "treasurer", "librarian", "auditor", "returning_officer")
}


class Stated(Protocol):
    """A value and where the text states it; without an article it is a default."""

    @property
    def name(self) -> str: ...
    @property
    def scope(self) -> str: ...
    @property
    def value(self) -> Value: ...
    @property
    def article(self) -> str | None: ...
    @property
    def line(self) -> int | None: ...


Given = TypeVar("Given", bound=Stated)


def clashes(stated: Mapping[tuple[str, str], Given]) -> list[tuple[int, str]]:
    """Every contradiction between values of a text: the line of the later one, and a sentence."""
    found = [
        *_lapse_before_debate(stated),
        *_heavier_is_easier(stated),
        *_no_time_within_a_term(stated),
        *_acts_for_what_excludes_it(stated),
        *_limit_of_nothing(stated),
    ]
    return list(dict.fromkeys(found))


def _lapse_before_debate(stated: Mapping[tuple[str, str], Given]) -> Iterator[tuple[int, str]]:
    for lapse, seconding, debate in _together(stated, "motion.lapse", "motion.seconding", "motion.debate"):
        days = _days(seconding) + _days(debate)
        if days >= _days(lapse):
            what = f"a motion lapses after {lapse.value}, before the {days} days to second and debate it are over"
            yield _clash(lapse, what, seconding, debate)
    for lapse, debate in _together(stated, "motion.lapse", "motion.debate"):
        if _days(debate) >= _days(lapse):
            yield _clash(lapse, f"a motion lapses after {lapse.value}, while it is still debated", debate)


def _heavier_is_easier(stated: Mapping[tuple[str, str], Given]) -> Iterator[tuple[int, str]]:
    for lighter, heavier in combinations(CLASSES, 2):
        for less, more in _together(stated, f"decision.{lighter}.majority", f"decision.{heavier}.majority"):
            small, large = less.value, more.value
            if not isinstance(small, Majority) or not isinstance(large, Majority):
                continue
            weaker = (large.share, large.strict) < (small.share, small.strict)
            if small.basis is large.basis and weaker:
                what = f"what is {heavier} would be carried by less than what is {lighter}"
                yield _clash(more, what, less)


def _no_time_within_a_term(stated: Mapping[tuple[str, str], Given]) -> Iterator[tuple[int, str]]:
    electing = ("nomination.period", "nomination.withdrawal", "election.voting_period")
    for term, *times in _together(stated, "office.term", *electing):
        days = sum(_days(one) for one in times)
        if days >= _days(term):
            what = f"a term of {term.value} is over before the {days} days that an election takes"
            yield _clash(term, what, *times)
    for term, *times in _together(stated, "office.term", "recall.reply", "decision.recall.voting_period"):
        days = sum(_days(one) for one in times)
        if days >= _days(term):
            what = f"a term of {term.value} is over before the {days} days that a recall takes"
            yield _clash(term, what, *times)


def _acts_for_what_excludes_it(stated: Mapping[tuple[str, str], Given]) -> Iterator[tuple[int, str]]:
    excluding = [one for (key, _), one in stated.items() if key == "office.excludes" and one.article]
    for one in excluding:
        if (itself := _office(one.scope)) and itself in _items(one):
            yield _clash(one, f"the office of {itself} would exclude itself")
    for key, vacant in _ACTING.items():
        for acting in (one for (other, _), one in stated.items() if other == key and one.article):
            acts = str(acting.value).replace("-", " ")
            if acts == vacant:
                yield _clash(acting, f"while there is no {vacant}, the {vacant} can't act")
                continue
            for one in excluding:
                if _excludes(one, vacant, acts) and _may_meet(one.scope, acting.scope):
                    what = f"the {acts} acts for the {vacant}, and these offices exclude each other"
                    yield _clash(acting, what, one)


def _excludes(one: Stated, first: str, second: str) -> bool:
    holder, items = _office(one.scope), _items(one)
    return (holder in ("", first) and second in items) or (holder in ("", second) and first in items)


def _may_meet(scope: str, other: str) -> bool:
    """Whether two scopes can hold for one office: not those of two bodies."""
    bodies = {one for one in (scope, other) if one.startswith("body=")}
    return len(bodies) < 2


def _limit_of_nothing(stated: Mapping[tuple[str, str], Given]) -> Iterator[tuple[int, str]]:
    for most, each in _together(stated, "delegate.most_votes", "delegate.members_per_vote"):
        if _number(most) and not _number(each):
            yield _clash(most, "this limits the votes by size, and no member has votes by size", each)


def _together(stated: Mapping[tuple[str, str], Given], *keys: str) -> Iterator[Sequence[Given]]:
    """The values of several keys as they hold together: for all, and for each body or office with its own."""
    scopes = sorted({scope for key, scope in stated if key in keys})
    for scope in dict.fromkeys(["", *scopes]):
        values = [stated.get((key, scope)) or stated.get((key, "")) for key in keys]
        if all(value is not None and value.article for value in values):
            yield [value for value in values if value is not None]


def _clash(one: Stated, what: str, *others: Stated) -> tuple[int, str]:
    line = max(value.line or 1 for value in (one, *others))
    beside = sorted({f"{other.name}, article {other.article}" for other in others})
    against = f" ({'; '.join(beside)})" if beside else ""
    return line, f"{one.name}: {what}{against}."


def _days(one: Stated) -> int:
    """How long it is at most; a month may have 31 days."""
    if isinstance(one.value, Months):
        return one.value.n * _LONGEST_MONTH
    return one.value.n if isinstance(one.value, Days) else 0


def _number(one: Stated) -> int:
    return one.value.n if isinstance(one.value, Number) else 0


def _items(one: Stated) -> Sequence[str]:
    return [item for item in one.value if item != "none"] if isinstance(one.value, tuple) else []


def _office(scope: str) -> str:
    return scope.removeprefix("office=").replace("_", " ") if scope.startswith("office=") else ""
