"""Finding motions, and telling what stage one is in and what this member can do about it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload, selectinload

from coop.access import Actor
from coop.errors import Missing
from coop.extensions import db
from coop.models.ballots import Ballot, Decision, Motion
from coop.models.members import Membership
from coop.models.motions import MotionSeconder, MotionStep, MotionVersion, MovedMotion
from coop.models.organisations import Body, Organisation
from coop.rules.motions import STEPS_AT, Life, stage_at

MOST_MOTIONS = 100


@dataclass(frozen=True)
class Told:
    """A motion with all that happened to it; `moved` is None while only its mover sees it."""

    motion: Motion
    body: Body
    mover: Membership | None
    moved: MovedMotion | None
    steps: list[MotionStep]
    seconders: list[MotionSeconder]
    versions: list[MotionVersion]
    outcomes: dict[int, str]  # by ballot
    stage: str

    @property
    def organisation_id(self) -> int:
        return self.motion.organisation_id

    @property
    def body_id(self) -> int:
        return self.motion.body_id

    @property
    def proposer_id(self) -> int | None:
        return self.motion.proposer_id

    @property
    def lacking(self) -> int:
        """How many members must still second it."""
        return max(0, self.moved.seconders - len(self.seconders)) if self.moved else 0

    def can_be(self, step: str) -> bool:
        """Whether this step may follow now."""
        return step in STEPS_AT.get(self.stage, ())

    def step(self, kind: str) -> MotionStep | None:
        """Return the last step of a kind."""
        return next((one for one in reversed(self.steps) if one.kind == kind), None)


def find(organisation: Organisation, number: int, actor: Actor, now: datetime) -> Told:
    """Return a motion by its number; a draft is missing to all but its mover."""
    motion = db.session.scalar(
        select(Motion).where(Motion.organisation_id == organisation.id, Motion.number == number)
    )
    if motion is None:
        raise Missing
    told = tell(motion, now)
    if told.moved is None and not (
        motion.proposer_id is not None
        and motion.proposer_id == actor.membership_id
        and not _has_ballot(motion)
    ):
        raise Missing
    return told


def locked(told: Told, now: datetime) -> Told:
    """Read a motion again and keep its row until the end of the transaction."""
    motion = db.session.get_one(Motion, told.motion.id, with_for_update=True, populate_existing=True)
    return tell(motion, now)


def tell(motion: Motion, now: datetime) -> Told:
    """Gather what happened to a motion."""
    moved = db.session.get(MovedMotion, motion.id)
    steps = list(
        db.session.scalars(
            select(MotionStep)
            .where(MotionStep.motion_id == motion.id)
            .options(joinedload(MotionStep.by), joinedload(MotionStep.ballot), joinedload(MotionStep.body))
            .order_by(MotionStep.position)
        )
    )
    seconders = list(
        db.session.scalars(
            select(MotionSeconder)
            .where(MotionSeconder.motion_id == motion.id)
            .options(joinedload(MotionSeconder.membership))
            .order_by(MotionSeconder.seconded_at, MotionSeconder.membership_id)
        )
    )
    versions = list(
        db.session.scalars(
            select(MotionVersion).where(MotionVersion.motion_id == motion.id).order_by(MotionVersion.number)
        )
    )
    outcomes = outcomes_of([one.ballot_id for one in steps if one.ballot_id])
    return Told(
        motion,
        db.session.get_one(Body, motion.body_id),
        db.session.get(Membership, motion.proposer_id) if motion.proposer_id else None,
        moved,
        steps,
        seconders,
        versions,
        outcomes,
        stage_at(_life(moved, steps, outcomes), now),
    )


@dataclass(frozen=True)
class Line:
    """A motion in the list."""

    organisation_id: int
    body_id: int
    number: int
    title: str
    kind: str
    body_name: str
    mover_name: str
    stage: str


def motions_of(organisation: Organisation, actor: Actor, now: datetime) -> list[Line]:
    """List the motions that members moved, the latest first, with the actor's own drafts."""
    drafts: ColumnElement[bool] = (Motion.proposer_id == actor.membership_id) & ~(
        select(Ballot.id).where(Ballot.motion_id == Motion.id).exists()
    )
    rows = db.session.execute(
        select(Motion, MovedMotion, Body.name, Membership.name)
        .outerjoin(MovedMotion, MovedMotion.motion_id == Motion.id)
        .join(Body, Body.id == Motion.body_id)
        .outerjoin(Membership, Membership.id == Motion.proposer_id)
        .where(Motion.organisation_id == organisation.id, or_(MovedMotion.motion_id.is_not(None), drafts))
        .order_by(Motion.number.desc())
        .limit(MOST_MOTIONS)
    ).all()
    steps: dict[int, list[MotionStep]] = {}
    found = select(MotionStep).where(MotionStep.motion_id.in_([row[0].id for row in rows]))
    for step in db.session.scalars(
        found.options(selectinload(MotionStep.ballot)).order_by(MotionStep.position)
    ):
        steps.setdefault(step.motion_id, []).append(step)
    outcomes = outcomes_of([one.ballot_id for own in steps.values() for one in own if one.ballot_id])
    return [
        Line(
            motion.organisation_id,
            motion.body_id,
            motion.number,
            motion.title,
            motion.kind,
            body,
            mover or "",
            stage_at(_life(moved, steps.get(motion.id, []), outcomes), now),
        )
        for motion, moved, body, mover in rows
    ]


def motion_behind(ballot: Ballot, now: datetime) -> Told | None:
    """Return the motion that members moved and this ballot decides; None for one an officer drafted."""
    if ballot.motion_id is None or db.session.get(MovedMotion, ballot.motion_id) is None:
        return None
    return tell(db.session.get_one(Motion, ballot.motion_id), now)


def _has_ballot(motion: Motion) -> bool:
    return db.session.scalar(select(Ballot.id).where(Ballot.motion_id == motion.id).limit(1)) is not None


def outcomes_of(ballot_ids: list[int]) -> dict[int, str]:
    """Give "void", or the outcome that was counted; nothing for a ballot still to come."""
    if not ballot_ids:
        return {}
    rows = db.session.execute(
        select(Ballot.id, Ballot.void_at, Decision.outcome)
        .outerjoin(Decision, Decision.ballot_id == Ballot.id)
        .where(Ballot.id.in_(ballot_ids))
    )
    return {row.id: "void" if row.void_at else row.outcome or "" for row in rows}


def _life(moved: MovedMotion | None, steps: list[MotionStep], outcomes: dict[int, str]) -> Life:
    if not steps:
        return Life()
    last = steps[-1]
    admitted = [one.until for one in steps if one.kind == "admitted"]
    decided = outcomes.get(last.ballot_id, "") if last.ballot_id else ""
    return Life(
        last.kind,
        moved.second_until if moved else None,
        admitted[-1] if admitted else None,
        moved.lapses_at if moved else None,
        decided if last.kind == "put" else "",
        decided if last.kind == "appeal_put" else "",
    )
