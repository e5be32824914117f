"""Reasons for and against a motion: each one point with its source, replies to it, and who supports it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from coop.access import Actor, Permission, authorize
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.motions import MotionReason, ReasonSupport
from coop.models.organisations import Organisation
from coop.rules.motions import Point, for_the_paper
from coop.services import ballots
from coop.services.motions.amended import as_data
from coop.services.motions.reading import Told, locked
from coop.services.records import record

MOST_POINT, MOST_SOURCE = 600, 500
ON_THE_PAPER = 3  # of each side at most


@dataclass(frozen=True)
class Reason:
    """A reason with what belongs to it, as a page shows it."""

    row: MotionReason
    supporters: int
    mine: bool  # this member supports it
    replies: list[MotionReason]


def reasons_of(told: Told, actor: Actor | None = None) -> list[Reason]:
    """List the reasons in the order of entry, with their replies."""
    rows = list(
        db.session.scalars(
            select(MotionReason)
            .where(MotionReason.motion_id == told.motion.id)
            .options(joinedload(MotionReason.by), selectinload(MotionReason.supports))
            .order_by(MotionReason.number)
        )
    )
    return [
        Reason(
            row,
            len(row.supports),
            actor is not None and any(one.membership_id == actor.membership_id for one in row.supports),
            [reply for reply in rows if reply.reply_to_id == row.id],
        )
        for row in rows
        if row.side != "reply"
    ]


def on_the_paper(told: Told) -> tuple[list[Reason], list[Reason]]:
    """Choose as many reasons for as against for the ballot's page."""
    by_number = {one.row.number: one for one in reasons_of(told)}
    points = [Point(number, one.row.side, one.supporters) for number, one in by_number.items()]
    votes_for, against = for_the_paper(points, ON_THE_PAPER)
    return [by_number[one.number] for one in votes_for], [by_number[one.number] for one in against]


def give_reason(
    told: Told, organisation: Organisation, actor: Actor, now: datetime, *, side: str, point: str, source: str
) -> MotionReason:
    """Give one point for or against the motion, and where it comes from."""
    authorize(actor, Permission.GIVE_REASON, organisation)
    told, point, source = locked(told, now), point.strip(), source.strip()
    _refuse_unless_argued(told, actor, now)
    if side not in ("for", "against"):
        raise Refusal(_("Is this a reason for the motion or against it?"))
    if not source:
        raise Refusal(_("Say where this comes from: a page, a document, or what you have seen yourself."))
    return _keep(told, organisation, actor, now, side=side, point=point, source=source)


def reply(
    told: Told,
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    to: int,
    point: str,
    source: str = "",
) -> MotionReason:
    """Answer a reason; a source is welcome."""
    authorize(actor, Permission.GIVE_REASON, organisation)
    told = locked(told, now)
    _refuse_unless_argued(told, actor, now)
    answered = find_reason(told, to)
    return _keep(
        told,
        organisation,
        actor,
        now,
        side="reply",
        point=point.strip(),
        source=source.strip(),
        answered=answered,
    )


def support(told: Told, organisation: Organisation, actor: Actor, now: datetime, *, number: int) -> bool:
    """Support a reason, or take the support back; return whether it is supported now."""
    authorize(actor, Permission.GIVE_REASON, organisation)
    told = locked(told, now)
    _refuse_unless_argued(told, actor, now)
    reason = find_reason(told, number)
    mine = next((one for one in reason.supports if one.membership_id == actor.membership_id), None)
    if mine is not None:
        reason.supports.remove(mine)
        db.session.delete(mine)
    else:
        reason.supports.append(ReasonSupport(reason_id=reason.id, membership_id=actor.membership_id))
    db.session.flush()
    verb = "supported" if mine is None else "no longer supported"
    record(organisation, actor, verb, f"motion {told.motion.number} reason {number}", now)
    return mine is None


def find_reason(told: Told, number: int) -> MotionReason:
    """Return a reason of this motion, not a reply."""
    found = db.session.scalar(
        select(MotionReason).where(
            MotionReason.motion_id == told.motion.id,
            MotionReason.number == number,
            MotionReason.side != "reply",
        )
    )
    if found is None:
        raise Missing
    return found


def why_not_argue(told: Told, actor: Actor, now: datetime) -> str:
    """Say why the actor can't give or support reasons now; "" if they can."""
    if told.stage in ("draft", "dismissed", "withdrawn", "referred", "lapsed"):
        return str(_("This motion is not debated."))
    if frozen_at(told, now) is not None:
        return str(_("The reasons stand since the vote opened."))
    if actor.status != "active":
        return str(_("Only active members give reasons."))
    if not ballots.belongs(actor, told.body):
        return str(
            _("%(body)s decides this, and only those who belong to it give reasons.", body=told.body.name)
        )
    return ""


def frozen_at(told: Told, now: datetime) -> datetime | None:
    """Give the opening of the vote since when the reasons stand; None before it."""
    ballot: Ballot | None = told.steps[-1].ballot if told.stage in ("put", "carried", "lost") else None
    if ballot is None or ballot.void_at is not None or ballot.announced_at is None:
        return None
    return ballot.opens_at if ballot.opened_at is not None or ballot.opens_at <= now else None


def reasons_as_data(told: Told, now: datetime) -> dict[str, Any]:
    """Write the reasons down for anyone to read elsewhere; who gave and supported them stays here."""
    frozen = frozen_at(told, now)
    return {
        "format": 1,
        "motion": {
            "number": told.motion.number,
            "title": told.motion.title,
            "text": told.motion.text,
            "version": len(told.versions),
        },
        **as_data(told),
        "frozen_at": frozen.isoformat() if frozen else None,
        "reasons": [
            {
                "number": one.row.number,
                "side": one.row.side,
                "point": one.row.point,
                "source": one.row.source,
                "supporters": one.supporters,
                "replies": [
                    {"number": answer.number, "point": answer.point, "source": answer.source}
                    for answer in one.replies
                ],
            }
            for one in reasons_of(told)
        ],
    }


def _refuse_unless_argued(told: Told, actor: Actor, now: datetime) -> None:
    if why_not := why_not_argue(told, actor, now):
        raise Refusal(why_not)


def _keep(
    told: Told,
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    side: str,
    point: str,
    source: str,
    answered: MotionReason | None = None,
) -> MotionReason:
    if not point:
        raise Refusal(_("Write the point you want to make."))
    if len(point) > MOST_POINT or len(source) > MOST_SOURCE:
        raise Refusal(_("One point at a time, in %(most)d characters at most.", most=MOST_POINT))
    last = db.session.scalar(
        select(func.max(MotionReason.number)).where(MotionReason.motion_id == told.motion.id)
    )
    made = MotionReason(
        motion_id=told.motion.id,
        number=(last or 0) + 1,
        side=side,
        reply_to_id=answered.id if answered else None,
        point=point,
        source=source,
        by_id=actor.membership_id,
        given_at=now,
    )
    db.session.add(made)
    db.session.flush()
    verb = "replied on" if answered else f"gave a reason {side}"
    record(organisation, actor, verb, f"motion {told.motion.number}", now, {"number": made.number})
    return made
