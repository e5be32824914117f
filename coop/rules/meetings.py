"""Meetings as bye-laws see them: notice in clear days, who was there when, minutes that two write at once."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from zoneinfo import ZoneInfo

from coop.rules.calendar import clear_days_between, earliest_meeting_day


class NoSuchTimeError(ValueError):
    """A wall time that the clocks of the zone skip."""


def instant_of(wall: dt.datetime, zone: str) -> dt.datetime:
    """The UTC instant at which the clocks of the zone show the wall time.

    An hour the clocks repeat is meant the first time; one they skip raises NoSuchTimeError.
    """
    instant = wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(dt.UTC)
    if instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) != wall.replace(fold=0):
        raise NoSuchTimeError(wall.isoformat())
    return instant


@dataclass(frozen=True)
class NoticeCheck:
    """Whether a meeting may be called: the clear days it leaves, those it needs, the first lawful day."""

    given: int
    needed: int
    earliest: dt.date

    @property
    def is_enough(self) -> bool:
        return self.given >= self.needed


def notice_check(notice_day: dt.date, meeting_day: dt.date, needed: int) -> NoticeCheck:
    """Count the clear days from the day of notice to the day of the meeting, both days of the zone."""
    given = clear_days_between(notice_day, meeting_day) if meeting_day > notice_day else -1
    return NoticeCheck(given, needed, earliest_meeting_day(notice_day, needed))


@dataclass(frozen=True)
class Stay:
    """One member's time at a meeting; without an end, until the meeting's."""

    member: int
    came: dt.datetime
    left: dt.datetime | None = None


def present_at(stays: Iterable[Stay], instant: dt.datetime) -> frozenset[int]:
    """The members there at the instant; whoever leaves at it is gone."""
    return frozenset(
        stay.member for stay in stays if stay.came <= instant and (stay.left is None or instant < stay.left)
    )


def most_at_once(stays: Iterable[Stay]) -> int:
    """Count the most stays that run at the same instant; it is reached when somebody comes."""
    known = tuple(stays)
    return max((len(present_at(known, stay.came)) for stay in known), default=0)


def overlaps(stays: Iterable[Stay]) -> frozenset[int]:
    """The members recorded as there twice at once."""
    by_member: dict[int, list[Stay]] = {}
    for stay in stays:
        by_member.setdefault(stay.member, []).append(stay)
    return frozenset(
        member
        for member, own in by_member.items()
        for first, second in pairwise(sorted(own, key=lambda stay: stay.came))
        if first.left is None or second.came < first.left
    )


@dataclass(frozen=True)
class Presence:
    """When enough were there: the spells of a quorum within the meeting, and the most there at once."""

    spells: tuple[tuple[dt.datetime, dt.datetime], ...]
    most: int


def presence(stays: Iterable[Stay], needed: int, opened: dt.datetime, closed: dt.datetime) -> Presence:
    """Follow who came and left from opening to closing, and say when at least that many were there."""
    known = tuple(stays)
    turns = {at for stay in known for at in (stay.came, stay.left) if at is not None and opened < at < closed}
    edges = [opened, *sorted(turns), closed]
    spells: list[tuple[dt.datetime, dt.datetime]] = []
    most = 0
    for begins, ends in pairwise(edges):
        there = len(present_at(known, begins))
        most = max(most, there)
        if there < needed or begins == ends:
            continue
        follows = bool(spells) and spells[-1][1] == begins
        spells[-1:] = [(spells[-1][0], ends)] if follows else [*spells[-1:], (begins, ends)]
    return Presence(tuple(spells), most)


def plain_text(typed: str) -> str:
    """What was typed, without what browsers add: CRLF line ends, blanks at line ends and around."""
    return "\n".join(line.rstrip() for line in typed.replace("\r\n", "\n").split("\n")).strip()


def mark_of(text: str) -> str:
    """A short mark by which a form knows the text it started from."""
    return sha256(plain_text(text).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Merge:
    """The texts to keep, and under `conflicts` those that somebody else changed in another way meanwhile."""

    texts: dict[str, str]
    conflicts: dict[str, str]


def merge(started_from: Mapping[str, str], saved: Mapping[str, str], typed: Mapping[str, str]) -> Merge:
    """Join what was typed with what was saved meanwhile, item by item.

    `started_from` holds the mark of each text the typist saw. An item that only one of the two changed
    takes that change; one that both changed differently keeps what was typed, the other's text as a conflict.
    """
    texts: dict[str, str] = {}
    conflicts: dict[str, str] = {}
    for item, there in saved.items():
        mine = plain_text(typed.get(item, there))
        untouched = mark_of(mine) == started_from.get(item)
        texts[item] = there if item not in typed or untouched else mine
        changed_meanwhile = mark_of(there) != started_from.get(item, mark_of(""))
        if texts[item] != there and changed_meanwhile and plain_text(there) != mine:
            conflicts[item] = there
    return Merge(texts, conflicts)
