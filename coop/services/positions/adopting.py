"""A carried decision becomes a position on record; members who disagree may have that recorded by name."""

from datetime import date, datetime, timedelta

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import func, select

from coop.access import Actor, Permission, authorize
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.ballots import Decision
from coop.models.constitution import ConstitutionVersion
from coop.models.organisations import Organisation
from coop.models.positions import Position, PositionDissent
from coop.rules.calendar import add_months
from coop.services import constitution
from coop.services.records import record

MOST = 100
MOST_DISSENT = 1000
CLASSES = ("ordinary", "special", "constitutional")


def adopt(
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    decision: Decision,
    review_on: date | None = None,
    supersedes: Position | None = None,
) -> Position:
    """Put a carried decision among the positions, in the words it was carried in.

    It is reviewed when the constitution says, or on an earlier day.
    """
    authorize(actor, Permission.KEEP_POSITIONS, organisation)
    if decision.organisation_id != organisation.id:
        raise Missing
    if decision.outcome != "carried" or decision.is_void or decision.decision_class not in CLASSES:
        raise Refusal(_("Decision %(label)s was not carried, or is void.", label=decision.label))
    db.session.execute(select(Organisation.id).where(Organisation.id == organisation.id).with_for_update())
    if db.session.scalar(select(Position.id).where(Position.decision_id == decision.id)) is not None:
        raise Refusal(_("Decision %(label)s is among the positions already.", label=decision.label))
    if supersedes is not None:
        _refuse_replaced(supersedes, decision)
    version = db.session.get_one(ConstitutionVersion, decision.version_id)
    review, waiting = (constitution.rule(version, key) for key in ("position.review", "position.dissent"))
    latest = add_months(decision.decided_on, review.value.n)
    if review_on is not None and not decision.decided_on < review_on <= latest:
        raise Refusal(
            _(
                "A position is reviewed after the day it was adopted and by %(day)s at the latest.",
                day=format_date(latest, "d MMMM y"),
            )
        )
    last = db.session.scalar(
        select(func.max(Position.number)).where(Position.organisation_id == organisation.id)
    )
    position = Position(
        organisation_id=organisation.id,
        number=(last or 0) + 1,
        decision=decision,
        adopted_on=decision.decided_on,
        review_on=review_on or latest,
        dissent_until=decision.decided_on + timedelta(days=waiting.value.n),
        articles=", ".join(dict.fromkeys(one.article for one in (review, waiting) if one.article)),
        version_id=version.id,
        supersedes=supersedes,
        recorded_at=now,
        recorded_by=actor.label,
    )
    db.session.add(position)
    db.session.flush()
    facts = {
        "decision": decision.label,
        "review_on": position.review_on.isoformat(),
        "supersedes": supersedes.number if supersedes else None,
    }
    record(organisation, actor, "put on record", f"position {position.number}", now, facts)
    return position


def dissent(
    position: Position, organisation: Organisation, actor: Actor, now: datetime, *, text: str
) -> None:
    """Have it recorded, by one's own name, that one disagrees; it stands as it was said."""
    authorize(actor, Permission.DISSENT, position)
    if why := why_not_dissent(position, organisation, actor, now):
        raise Refusal(why)
    text = text.strip()
    if not text or len(text) > MOST_DISSENT:
        raise Refusal(_("Say why in %(most)d characters at most.", most=MOST_DISSENT))
    db.session.add(
        PositionDissent(
            position_id=position.id,
            membership_id=actor.membership_id,
            text=text,
            entered_on=organisation.day_of(now),
            entered_at=now,
        )
    )
    db.session.flush()
    db.session.expire(position, ["dissents"])
    record(organisation, actor, "entered dissent from", f"position {position.number}", now)


def why_not_dissent(position: Position, organisation: Organisation, actor: Actor, now: datetime) -> str:
    """Say why the actor can't enter dissent; "" if they can."""
    if position.decision.is_void:
        return str(_("The decision is void, and so is the position."))
    if actor.membership_id is None or actor.status != "active":
        return str(_("Only active members enter dissent."))
    if any(one.membership_id == actor.membership_id for one in position.dissents):
        return str(_("Your dissent is recorded, and stands."))
    if organisation.day_of(now) > position.dissent_until:
        day = format_date(position.dissent_until, "d MMMM y")
        return str(_("Dissent could be entered until %(day)s.", day=day))
    return ""


def decisions_to_adopt(organisation: Organisation) -> list[Decision]:
    """The carried decisions that stand and are no position yet, the latest first."""
    rows = db.session.scalars(
        select(Decision)
        .where(
            Decision.organisation_id == organisation.id,
            Decision.outcome == "carried",
            Decision.decision_class.in_(CLASSES),
            Decision.is_void.is_(False),
            Decision.id.not_in(select(Position.decision_id)),
        )
        .order_by(Decision.decided_at.desc(), Decision.id.desc())
        .limit(MOST)
    )
    return list(rows)


def review_by_rule(organisation: Organisation, now: datetime) -> str:
    """How long after its adoption a position is reviewed, in words."""
    version = constitution.in_force(organisation, organisation.day_of(now))
    return constitution.rule(version, "position.review").spelled if version else ""


def _refuse_replaced(earlier: Position, decision: Decision) -> None:
    if earlier.superseded_by is not None:
        raise Refusal(
            _(
                "Position %(number)s was replaced already, by position %(other)s.",
                number=earlier.number,
                other=earlier.superseded_by.number,
            )
        )
    if earlier.decision.decided_at > decision.decided_at:
        raise Refusal(_("Position %(number)s was decided later than this.", number=earlier.number))
