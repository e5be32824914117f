"""Whether a delegate kept to what they were bound to, and when a report on a sitting is due."""

from datetime import date, timedelta
from enum import StrEnum


class How(StrEnum):
    """What an instruction asks for."""

    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"
    RAISE = "raise"


class Act(StrEnum):
    """What the record says the delegate did."""

    FOR = "for"
    AGAINST = "against"
    ABSTAINED = "abstained"
    RAISED = "raised"
    NOT_RAISED = "not-raised"
    ABSENT = "absent"
    UNRECORDED = "unrecorded"


class Verdict(StrEnum):
    """What follows from an instruction and an act; it is computed and never typed."""

    KEPT = "kept"
    NOT_KEPT = "not kept"
    ABSENT = "absent"  # which is no breach
    OPEN = "open"  # there is no record yet of what they did
    FREE = "free"  # nothing bound them


_FULFILS = {How.FOR: Act.FOR, How.AGAINST: Act.AGAINST, How.ABSTAIN: Act.ABSTAINED, How.RAISE: Act.RAISED}
_EITHER_WAY = (Act.ABSENT, Act.UNRECORDED)
_VOTES = (Act.FOR, Act.AGAINST, Act.ABSTAINED)


def acts_on(how: How | None) -> tuple[Act, ...]:
    """What can be on record in a matter: a vote where a vote was asked for, else whether it was raised."""
    if how is None:
        return tuple(Act)
    return (Act.RAISED, Act.NOT_RAISED, *_EITHER_WAY) if how is How.RAISE else (*_VOTES, *_EITHER_WAY)


def verdict(
    how: How | None, act: Act, *, instructed_on: date | None = None, held_on: date | None = None
) -> Verdict:
    """Compare an act with its instruction; `how` is None where none is in force.

    An instruction decided only after the day of the sitting bound nobody on it.
    """
    if act is Act.UNRECORDED:
        return Verdict.OPEN
    if act is Act.ABSENT:
        return Verdict.ABSENT
    if how is None or (instructed_on is not None and held_on is not None and instructed_on > held_on):
        return Verdict.FREE
    return Verdict.KEPT if act is _FULFILS[how] else Verdict.NOT_KEPT


def report_due(held_on: date, days: int) -> date:
    """The last day on which a report on a sitting is in time."""
    return held_on + timedelta(days=days)


def is_overdue(due_on: date, today: date) -> bool:
    """Whether a report that has not come should have."""
    return today > due_on
