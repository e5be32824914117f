"""What happens to a membership once it stands: leaving, above all, and coming back."""

from datetime import date, datetime

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import or_, select, update

from coop.access import PROGRAM, Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.members import ENDED, Membership, MembershipEvent, status_of
from coop.models.organisations import BodyMembership, Office, OfficeTerm, Organisation
from coop.services import organisations, records


def record_event(
    membership: Membership,
    kind: str,
    actor: Actor,
    now: datetime,
    *,
    on: date | None = None,
    reason: str = "",
    decision_id: int | None = None,
    article: str = "",
    version_id: int | None = None,
) -> MembershipEvent:
    """Write down what happened to a membership, such as an expulsion that was decided or a death."""
    authorize(actor, Permission.CHANGE_MEMBER, membership)
    return _append(
        membership,
        kind,
        actor,
        now,
        on=on,
        reason=reason,
        decision_id=decision_id,
        article=article,
        version_id=version_id,
    )


def kinds_to_note(membership: Membership, day: date) -> tuple[str, ...]:
    """What an officer writes down without a decision: an end that nobody decides, or a return from one."""
    latest = next((event.kind for event in reversed(membership.events) if event.on <= day), None)
    if status_of(latest) in ("active", "suspended"):
        return ("died", "lapsed")
    returns = latest in ("died", "lapsed", "resigned") and membership.erased_at is None
    return ("reinstated",) if returns else ()


def refuse_to_note(membership: Membership, kind: str, on: date, now: datetime) -> None:
    """Refuse what cannot have happened on that day, or takes a decision."""
    organisation = db.session.get_one(Organisation, membership.organisation_id)
    today = organisation.day_of(now)
    if kind not in kinds_to_note(membership, today):
        raise Refusal(_("This cannot be recorded of %(name)s as things stand now.", name=membership.name))
    if on > today:
        raise Refusal(_("This day has not come yet. Choose today or an earlier day."))
    if _later_than(membership, on, today):
        raise Refusal(_("Something that happened later is written down already. Choose a later day."))


def note_event(
    membership: Membership, kind: str, actor: Actor, now: datetime, *, on: date, note: str = ""
) -> MembershipEvent:
    """Write down a death, a lapse or a return, from its day on."""
    authorize(actor, Permission.CHANGE_MEMBER, membership)
    db.session.refresh(membership, with_for_update=True)
    refuse_to_note(membership, kind, on, now)
    return _append(membership, kind, actor, now, on=on, reason=note.strip())


def offices_that_end(membership: Membership, day: date) -> list[str]:
    """The titles of the offices that a member would lose by leaving on a day."""
    titles = select(Office.title).join(OfficeTerm, OfficeTerm.office_id == Office.id)
    standing = (OfficeTerm.starts_on <= day, or_(OfficeTerm.ends_on.is_(None), OfficeTerm.ends_on > day))
    return list(
        db.session.scalars(
            titles.where(OfficeTerm.membership_id == membership.id, *standing).order_by(Office.id)
        )
    )


def resign(
    membership: Membership,
    actor: Actor,
    now: datetime,
    *,
    on: date | None = None,
    article: str = "",
    version_id: int | None = None,
) -> None:
    """Leave, from a day on, today unless given; until then everything goes on."""
    authorize(actor, Permission.RESIGN, membership)
    db.session.refresh(membership, with_for_update=True)
    organisation = db.session.get_one(Organisation, membership.organisation_id)
    if ends_on := resigned_to(membership, organisation.day_of(now)):
        day = format_date(ends_on, "d MMMM y")
        raise Refusal(_("You have resigned already: your membership ends on %(day)s.", day=day))
    _append(membership, "resigned", actor, now, on=on, article=article, version_id=version_id)


def resigned_to(membership: Membership, today: date) -> date | None:
    """The day to come on which a resignation ends the membership; None if there is none."""
    return next((one.on for one in membership.events if one.kind == "resigned" and one.on > today), None)


def _later_than(membership: Membership, day: date, today: date) -> bool:
    """Whether something is written down that happened after a day; a resignation to come hasn't happened."""
    return any(one.on > day and not (one.kind == "resigned" and one.on > today) for one in membership.events)


def _append(
    membership: Membership,
    kind: str,
    actor: Actor,
    now: datetime,
    *,
    on: date | None = None,
    reason: str = "",
    decision_id: int | None = None,
    article: str = "",
    version_id: int | None = None,
) -> MembershipEvent:
    db.session.refresh(membership, with_for_update=True)
    organisation = db.session.get_one(Organisation, membership.organisation_id)
    day = on or organisation.day_of(now)
    status = membership.status_on(day)
    if status == "ended" and kind != "reinstated":
        raise Refusal(_("%(name)s is no longer a member.", name=membership.name))
    if _later_than(membership, day, organisation.day_of(now)):
        raise Refusal(_("Something that happened later is written down already. Choose a later day."))
    event = MembershipEvent(
        membership_id=membership.id,
        kind=kind,
        on=day,
        by=actor.label,
        recorded_at=now,
        reason=reason,
        decision_id=decision_id,
        article=article,
        version_id=version_id,
    )
    db.session.add(event)
    db.session.flush()
    db.session.expire(membership, ["events"])
    if kind in ENDED:
        _vacate(membership, day, now)
    records.record(
        organisation,
        actor,
        f"recorded “{kind}”",
        f"member {membership.number}",
        now,
        facts={"on": day.isoformat(), "decision": decision_id, "article": article},
        personal={"reason": reason} if reason else None,
    )
    return event


def _vacate(membership: Membership, day: date, now: datetime) -> None:
    """Whoever leaves holds no office and sits in no body from then on."""
    terms = db.session.scalars(
        select(OfficeTerm).where(
            OfficeTerm.membership_id == membership.id,
            OfficeTerm.starts_on <= day,
            or_(OfficeTerm.ends_on.is_(None), OfficeTerm.ends_on > day),
        )
    )
    for term in terms.all():
        organisations.end_term(term, day, actor=PROGRAM, now=now, why="the membership ended")
    db.session.execute(
        update(BodyMembership)
        .where(
            BodyMembership.membership_id == membership.id,
            BodyMembership.starts_on <= day,
            or_(BodyMembership.ends_on.is_(None), BodyMembership.ends_on > day),
        )
        .values(ends_on=day)
        .execution_options(synchronize_session=False)
    )
