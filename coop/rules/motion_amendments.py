"""Amendments to a motion: the words they quote, what they make of them, and what becomes of each."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from zoneinfo import ZoneInfo

from coop.rules.calendar import closing_of
from coop.rules.comparison import Words

KINDS = ("replace", "delete", "insert")
ENDED = ("withdrawn", "referred", "lapsed", "dismissed")  # stages of a motion that end its amendments too
TIME_TO_PUT = dt.timedelta(days=7)  # left to put the motion itself before it lapses
_JOINED = ".,;:!?)…"


@dataclass(frozen=True)
class Change:
    """The exact words as they stand in the text, once, and what stands there afterwards."""

    passage: str
    becomes: str


def places_of(text: str, quoted: str) -> list[str]:
    """Find the quoted words in a text, however they are spaced; each as it stands there."""
    words = quoted.split()
    if not words:
        return []
    return [found.group() for found in re.finditer(r"\s+".join(map(re.escape, words)), text)]


def stands_in(text: str, passage: str) -> bool:
    """Whether a passage stands in a text, exactly once."""
    return text.count(passage) == 1


def change_of(kind: str, text: str, passage: str, words: str) -> Change:
    """Make the change of a passage that stands in the text; a word is never left without its space, or with two."""
    words = words.strip()
    if kind == "insert":
        joint = "" if words[:1] in _JOINED else " "
        return Change(passage, passage + joint + words)
    if kind == "replace":
        return Change(passage, words)
    before, _passage, after = text.partition(passage)
    if before[-1:].isspace() and (not after or after[0].isspace() or after[0] in _JOINED):
        return Change(before[len(before.rstrip()) :] + passage, "")
    if not before and after[:1].isspace():
        return Change(passage + after[: len(after) - len(after.lstrip())], "")
    return Change(passage, "")


def applied(text: str, change: Change) -> str:
    """The text as the change leaves it."""
    return text.replace(change.passage, change.becomes)


def marked(text: str, change: Change) -> list[Words]:
    """The resulting text in runs, with what goes and what comes; spaces and lines as they are."""
    before, _passage, after = text.partition(change.passage)
    old, new = _tokens(change.passage), _tokens(change.becomes)
    runs = [Words("same", before)]
    for how, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if how == "equal":
            runs.append(Words("same", "".join(new[k:m])))
            continue
        runs += [Words("removed", "".join(old[i:j])), Words("added", "".join(new[k:m]))]
    return [one for one in [*runs, Words("same", after)] if one.text]


def now_there(old: str, new: str, passage: str) -> str:
    """The words that stand in a later text where the passage stood in the earlier one; "" if nothing is left."""
    words, later = _tokens(old), _tokens(new)
    start = len(_tokens(old[: old.index(passage)].rstrip()))
    end = len(_tokens(old[: old.index(passage) + len(passage)]))
    runs = SequenceMatcher(None, words, later, autojunk=False).get_opcodes()
    first = [k if how != "equal" else k + max(0, start - i) for how, i, j, k, _m in runs if i <= start < j]
    last = [m if how != "equal" else k + min(j, end) - i for how, i, j, k, m in runs if i < end <= j]
    return "".join(later[first[0] : last[0]]).strip() if first and last else ""


def stage_of(last: str, vote: str, motion: str) -> str:
    """Name what became of an amendment: its last step, the outcome of its vote so far, the stage of the motion.

    "waiting", "put", "accepted", "carried", "lost", "stale", "withdrawn" or "fell".
    """
    if last not in ("", "put"):
        return last
    if motion in ENDED:
        return "fell"
    return "put" if last == "put" and vote != "void" else "waiting"


def in_order(waiting: Iterable[int], asked: Sequence[int]) -> list[int]:
    """The numbers of those that wait, as the officer ordered them; others after them, as they were moved."""
    left = sorted(waiting)
    return [one for one in asked if one in left] + [one for one in left if one not in asked]


def closes_at(debate_until: dt.datetime, days: int, zone: str) -> dt.datetime:
    """When no more amendments are moved: days before the end of the debate, by the clocks of the zone."""
    return (debate_until.astimezone(ZoneInfo(zone)) - dt.timedelta(days=days)).astimezone(dt.UTC)


def fall_at(debate_until: dt.datetime, days: int, zone: str, lapses_at: dt.datetime) -> dt.datetime:
    """When undecided amendments fall: days after the debate, and in time to put the motion before it lapses."""
    return max(debate_until, min(closing_of(debate_until, days, zone), lapses_at - TIME_TO_PUT))


def _tokens(text: str) -> list[str]:
    """Words and signs, each with the space before it: a word that goes takes one space along."""
    return re.findall(r"\s*(?:\w+|[^\w\s])|\s+$", text)
