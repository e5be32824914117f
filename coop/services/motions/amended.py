"""Reading the amendments to a motion: what each makes of the words, its stage, and the order they are put in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import aliased, joinedload

from coop.access import PROGRAM
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, Motion
from coop.models.motions import (
    MotionAmendment,
    MotionAmendmentOrder,
    MotionAmendmentStep,
)
from coop.models.organisations import Organisation
from coop.rules.comparison import Words
from coop.rules.motion_amendments import closes_at, fall_at, in_order, marked, stage_of
from coop.services import ballots
from coop.services.motions.reading import Told, outcomes_of, tell
from coop.services.records import record

UNDECIDED = ("waiting", "put")


@dataclass(frozen=True)
class Amended:
    """An amendment with what became of it; `runs` are the words as it leaves them, with the differences."""

    row: MotionAmendment
    steps: list[MotionAmendmentStep]
    stage: str
    runs: list[Words]
    moved_again: bool

    @property
    def last(self) -> MotionAmendmentStep | None:
        return self.steps[-1] if self.steps else None

    @property
    def ballot(self) -> Ballot | None:
        """The latest vote on it."""
        return next((one.ballot for one in reversed(self.steps) if one.ballot), None)

    @property
    def made(self) -> int | None:
        """The version it made."""
        return self.last.version if self.last else None

    @property
    def says(self) -> str:
        return self.last.says if self.last else ""

    @property
    def new_words(self) -> str:
        """What comes: of an insertion only what is inserted."""
        cut = len(self.row.passage) if self.row.kind == "insert" else 0
        return self.row.becomes[cut:].strip()


@dataclass(frozen=True)
class Deadlines:
    """When no more amendments are moved, and when undecided ones fall; None while the motion isn't admitted."""

    closes_at: datetime | None
    fall_at: datetime | None


def amendments_of(told: Told) -> list[Amended]:
    """List the amendments to a motion in the order they were moved; four queries."""
    rows = list(
        db.session.scalars(
            select(MotionAmendment)
            .where(MotionAmendment.motion_id == told.motion.id)
            .options(joinedload(MotionAmendment.proposer))
            .order_by(MotionAmendment.number)
        )
    )
    if not rows:
        return []
    steps = _steps_of([told.motion.id])
    outcomes = outcomes_of([one.ballot_id for own in steps.values() for one in own if one.ballot_id])
    texts = {one.number: one.text for one in told.versions}
    again = {one.again_of_id for one in rows}
    return [_amended(row, steps.get(row.id, []), outcomes, told.stage, texts, again) for row in rows]


def find_amendment(told: Told, number: int) -> Amended:
    """Return an amendment by its number in the motion."""
    for one in amendments_of(told):
        if one.row.number == number:
            return one
    raise Missing


def deadlines_of(told: Told) -> Deadlines:
    """Give the deadlines of the motion's amendments, by the rule of the day it was submitted."""
    admitted = told.step("admitted")
    if admitted is None or admitted.until is None or told.moved is None:
        return Deadlines(None, None)
    rule, zone = told.moved.rule["amendments"], told.moved.zone
    closing = closes_at(admitted.until, rule["close_days"], zone)
    falling = fall_at(admitted.until, rule["fall_days"], zone, told.moved.lapses_at)
    return Deadlines(closing, falling)


def order_of(told: Told) -> MotionAmendmentOrder | None:
    """Return the order that an officer gave the amendments last."""
    rows = select(MotionAmendmentOrder).where(MotionAmendmentOrder.motion_id == told.motion.id)
    return db.session.scalar(rows.order_by(MotionAmendmentOrder.position.desc()).limit(1))


def to_be_put(told: Told, found: list[Amended]) -> list[Amended]:
    """List the amendments that wait, in the order in which they are put."""
    waiting = {one.row.number: one for one in found if one.stage == "waiting"}
    asked = order_of(told)
    return [waiting[number] for number in in_order(waiting, asked.numbers if asked else [])]


def amendment_behind(ballot: Ballot, now: datetime) -> tuple[Told, Amended] | None:
    """Return the amendment that a ballot decides, with its motion; None for other ballots."""
    row = ballots.motion_amendment_on(ballot)
    if row is None:
        return None
    told = tell(row.motion, now)
    return told, find_amendment(told, row.number)


def as_data(told: Told) -> dict[str, Any]:
    """Write down versions and amendments for anyone to read elsewhere, without names."""
    return {
        "versions": [
            {"number": one.number, "text": one.text, "made_at": one.made_at.isoformat()}
            for one in told.versions
        ],
        "amendments": [
            {
                "number": one.row.number,
                "version": one.row.version,
                "kind": one.row.kind,
                "passage": one.row.passage,
                "becomes": one.row.becomes,
                "reason": one.row.reason,
                "moved_at": one.row.moved_at.isoformat(),
                "stage": one.stage,
                "says": one.says,
                "made_version": one.made,
            }
            for one in amendments_of(told)
        ],
    }


def end_amendments(told: Told, organisation: Organisation, now: datetime) -> None:
    """Let the motion be put: nothing waits any more, or what waits has had its time and falls."""
    left = [one for one in amendments_of(told) if one.stage in UNDECIDED]
    if not left or told.moved is None:
        return
    until, sources = deadlines_of(told).fall_at, told.moved.rule["sources"]
    under_way = any(one.stage == "put" for one in left)
    if under_way or until is None or now < until:
        raise Refusal(_still_waits(told, len(left), until, under_way=under_way))
    for one in left:
        why = _("Not decided in time (%(source)s).", source=sources["fall"])
        ballots.take_amendment_step(one.row, "fell", None, now, says=why)
        facts = {"amendment": one.row.number}
        record(organisation, PROGRAM, "let fall an amendment to", f"motion {told.motion.number}", now, facts)


def _still_waits(told: Told, count: int, until: datetime | None, *, under_way: bool) -> str:
    if under_way or until is None or told.moved is None:
        return str(_("An amendment to it is being voted on. Put the motion when that vote is over."))
    return str(
        ngettext(
            "%(num)d amendment to it waits. Put it first; undecided it falls %(when)s (%(source)s).",
            "%(num)d amendments to it wait. Put them first; undecided they fall %(when)s (%(source)s).",
            count,
            when=ballots.wall_words(until, told.moved.zone),
            source=told.moved.rule["sources"]["fall"],
        )
    )


def awaiting_vote(organisation: Organisation) -> dict[int, bool]:
    """Name the motions with undecided amendments, and whether one of these is voted on; one query."""
    put, over = aliased(MotionAmendmentStep), aliased(MotionAmendmentStep)
    ended = select(over.id).where(over.amendment_id == MotionAmendment.id, over.kind != "put")
    rows = db.session.execute(
        select(Motion.number, Ballot.id)
        .join(MotionAmendment, MotionAmendment.motion_id == Motion.id)
        .outerjoin(put, (put.amendment_id == MotionAmendment.id) & (put.kind == "put"))
        .outerjoin(Ballot, (Ballot.id == put.ballot_id) & Ballot.void_at.is_(None))
        .where(Motion.organisation_id == organisation.id, ~ended.exists())
    ).all()
    voted_on = {number for number, ballot in rows if ballot is not None}
    return {number: number in voted_on for number, _ballot in rows}


def _steps_of(motion_ids: list[int]) -> dict[int, list[MotionAmendmentStep]]:
    rows = db.session.scalars(
        select(MotionAmendmentStep)
        .where(MotionAmendmentStep.motion_id.in_(motion_ids))
        .options(joinedload(MotionAmendmentStep.ballot))
        .order_by(MotionAmendmentStep.amendment_id, MotionAmendmentStep.position)
    )
    steps: dict[int, list[MotionAmendmentStep]] = {}
    for one in rows:
        steps.setdefault(one.amendment_id, []).append(one)
    return steps


def _amended(
    row: MotionAmendment,
    steps: list[MotionAmendmentStep],
    outcomes: dict[int, str],
    motion: str,
    texts: dict[int, str],
    again: set[int | None],
) -> Amended:
    last = steps[-1] if steps else None
    vote = outcomes.get(last.ballot_id, "") if last and last.ballot_id else ""
    stage = stage_of(last.kind if last else "", vote, motion)
    # Shown as it changes the words it was voted on or waits on; an ended one as it changed those it was moved on.
    base = last.version - 1 if last and last.version else max(texts) if stage in UNDECIDED else row.version
    runs = marked(texts[base], ballots.change_in(row))
    return Amended(row, steps, stage, runs, row.id in again)
