"""The life of a motion: which step follows which, and what stands on the paper of the reasons for and against."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from coop.rules.calendar import add_months

# What may be done with a motion at each stage; where a stage is missing it has ended. There is no way back.
STEPS_AT = {
    "draft": ("submitted", "withdrawn"),
    "submitted": ("seconded", "withdrawn"),
    "seconded": ("admitted", "ruled_out", "withdrawn", "referred"),
    "debate": ("withdrawn", "referred"),
    "debated": ("put", "withdrawn", "referred"),
    "ruled_out": ("appealed", "withdrawn"),
    "appealed": ("appeal_put", "withdrawn"),
    "heard": ("admitted",),
}
_RUNNING = ("submitted", "seconded", "admitted", "ruled_out", "appealed", "appeal_put")


@dataclass(frozen=True)
class Life:
    """What happened to a motion so far; `ballot` and `appeal` are the outcomes, "" while there is none."""

    last: str = ""
    second_until: dt.datetime | None = None
    debate_until: dt.datetime | None = None
    lapses_at: dt.datetime | None = None
    ballot: str = ""  # "carried", "lost", "inquorate", "void"
    appeal: str = ""


def stage_at(life: Life, now: dt.datetime) -> str:
    """Name the stage of a motion: what happened last, its deadlines, and what its ballot decided.

    "draft", "submitted", "seconded", "debate", "debated", "ruled_out", "appealed", "appeal_put", "heard" (the
    appeal carried) or "dismissed" (it did not), "put", "carried", "lost", "withdrawn", "referred" or "lapsed".
    """
    if life.last == "put" and life.ballot not in ("", "void"):
        return "carried" if life.ballot == "carried" else "lost"
    if life.last == "put" and life.ballot == "":
        return "put"
    if life.last == "submitted" and life.second_until is not None and now >= life.second_until:
        return "lapsed"
    if life.last in (*_RUNNING, "put") and life.lapses_at is not None and now >= life.lapses_at:
        return "lapsed"
    if life.last in ("admitted", "put"):
        return "debate" if life.debate_until is not None and now < life.debate_until else "debated"
    if life.last == "appeal_put" and life.appeal:
        return {"carried": "heard", "void": "appealed"}.get(life.appeal, "dismissed")
    return life.last or "draft"


def same_words(one: str, other: str) -> bool:
    """Whether two texts ask for the same, however they are spaced or capitalised."""
    return one.casefold().split() == other.casefold().split()


def again_on(lost_on: dt.date, months: int) -> dt.date:
    """The first day on which a lost motion can be put again."""
    return add_months(lost_on, months)


@dataclass(frozen=True)
class Point:
    """A reason as the paper sees it: `number` is its order of entry."""

    number: int
    side: str  # "for" or "against"
    supporters: int


def for_the_paper(points: Iterable[Point], most: int) -> tuple[list[Point], list[Point]]:
    """Choose as many reasons for as against: the most supported, of equals those that were given first."""
    ranked = sorted(points, key=lambda one: (-one.supporters, one.number))
    votes_for, against = ([one for one in ranked if one.side == side] for side in ("for", "against"))
    shown = min(len(votes_for), len(against), most)
    return votes_for[:shown], against[:shown]
