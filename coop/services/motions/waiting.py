"""The motions a member can have a part in today: those that still need seconders, and those that are debated."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Exists, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from coop.extensions import db
from coop.models.ballots import Motion
from coop.models.motions import MotionSeconder, MotionStep, MovedMotion
from coop.models.organisations import Body, BodyMembership, Organisation

MOST_SHOWN = 5


@dataclass(frozen=True)
class ToLookAt:
    """A motion to second (`lacking` more members must) or to debate, until an instant."""

    number: int
    title: str
    lacking: int  # 0: it is debated
    until: datetime
    zone: str


def to_look_at(organisation: Organisation, membership_id: int, now: datetime) -> list[ToLookAt]:
    """List the motions a member can second or debate, the most urgent first; one query."""
    seconded = select(func.count()).where(MotionSeconder.motion_id == MovedMotion.motion_id).scalar_subquery()
    until = _last(MotionStep.until)
    rows = db.session.execute(
        select(Motion.number, Motion.title, MovedMotion, until, seconded)
        .join(MovedMotion, MovedMotion.motion_id == Motion.id)
        .where(Motion.organisation_id == organisation.id, _open_to(membership_id, now))
        .order_by(func.coalesce(until, MovedMotion.second_until), Motion.number)
        .limit(MOST_SHOWN)
    )
    return [
        ToLookAt(
            number,
            title,
            0 if debated_until else max(0, moved.seconders - have),
            debated_until or moved.second_until,
            moved.zone,
        )
        for number, title, moved, debated_until, have in rows
    ]


def has_to_look_at(organisation_id: int, membership_id: int, now: datetime) -> Exists:
    """Say in a query whether there is any such motion."""
    return (
        select(Motion.id)
        .join(MovedMotion, MovedMotion.motion_id == Motion.id)
        .where(Motion.organisation_id == organisation_id, _open_to(membership_id, now))
        .exists()
    )


def _open_to(membership_id: int, now: datetime) -> ColumnElement[bool]:
    mine = select(MotionSeconder.motion_id).where(
        MotionSeconder.motion_id == Motion.id, MotionSeconder.membership_id == membership_id
    )
    to_second = and_(
        _last(MotionStep.kind) == "submitted",
        MovedMotion.second_until > now,
        Motion.proposer_id != membership_id,
        ~mine.exists(),
    )
    debated = and_(
        _last(MotionStep.kind) == "admitted", _last(MotionStep.until) > now, MovedMotion.lapses_at > now
    )
    of_my_bodies = select(BodyMembership.body_id).where(
        BodyMembership.membership_id == membership_id, BodyMembership.ends_on.is_(None)
    )
    assembly = select(Body.id).where(Body.id == Motion.body_id, Body.kind == "assembly")
    return and_(or_(to_second, debated), or_(assembly.exists(), Motion.body_id.in_(of_my_bodies)))


def _last(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    return (
        select(column)
        .where(MotionStep.motion_id == Motion.id)
        .order_by(MotionStep.position.desc())
        .limit(1)
        .correlate(Motion)
        .scalar_subquery()
    )
