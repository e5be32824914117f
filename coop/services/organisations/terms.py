"""Terms of office: who holds what from when to when, and because of what."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import and_, or_, select

from coop.access import Actor, Permission, authorize
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.members import Membership
from coop.models.organisations import Body, EmergencyAppointment, Office, OfficeTerm, Organisation
from coop.services import records
from coop.services.organisations.handovers import open_handover

LONGEST_EMERGENCY = timedelta(days=180)


@dataclass(frozen=True)
class Conditions:
    """What the constitution asks of a term: at most so many one after another, and none of these offices beside it."""

    most_terms: int = 0  # 0: no limit
    counted_from: date | None = None
    excluded: frozenset[int] = frozenset()  # ids of offices


NO_CONDITIONS = Conditions()


def begin_term(
    office: Office,
    membership: Membership,
    starts_on: date,
    ends_on: date | None,
    *,
    decision_id: int | None,
    actor: Actor,
    now: datetime,
    because: str = "",
    from_beginning: bool = False,
    conditions: Conditions = NO_CONDITIONS,
) -> OfficeTerm:
    """Give a member an office from a day to a last day, because of a decision.

    Without one only the operator appoints, saying ``because`` of what; the database keeps seats from
    being held twice, and the ``conditions`` of the constitution.
    """
    authorize(actor, Permission.KEEP_TERMS, office)
    if decision_id is None and not (actor.operator and because.strip()):
        raise Refusal(_("Nobody holds an office without a decision."))
    if membership.organisation_id != office.organisation_id:
        raise Missing
    db.session.execute(select(Office.id).where(Office.id == office.id).with_for_update())
    _refuse_full(office, membership, starts_on, ends_on)
    term = OfficeTerm(
        office_id=office.id,
        membership_id=membership.id,
        starts_on=starts_on,
        ends_on=ends_on,
        decision_id=decision_id,
        because=because.strip(),
        from_beginning=from_beginning,
        recorded_at=now,
        most_terms=conditions.most_terms,
        counted_from=conditions.counted_from,
        excludes="".join(f",{one}" for one in sorted(conditions.excluded)) + "," * bool(conditions.excluded),
    )
    db.session.add(term)
    db.session.flush()
    facts = {
        "office": office.kind,
        "body": office.body.slug,
        "member": membership.number,
        "from": starts_on.isoformat(),
        "until": ends_on.isoformat() if ends_on else None,
        "decision": decision_id,
        "because": because.strip(),
    }
    records.record(
        office.body.organisation, actor, "began a term of office", f"office {office.id}", now, facts
    )
    open_handover(term, now)
    return term


def end_term(term: OfficeTerm, ends_on: date, *, actor: Actor, now: datetime, why: str = "") -> None:
    """Set the last day of a term: at a resignation, a recall, or when a successor begins."""
    office = term.office
    authorize(actor, Permission.KEEP_TERMS, office)
    if ends_on < term.starts_on:
        raise Refusal(_("A term can't end before it began."))
    if term.ends_on is not None and ends_on > term.ends_on:
        raise Refusal(_("A term isn't made longer: it needs a new decision."))
    if term.ended_at is not None:
        raise Refusal(_("This term has ended already."))
    term.ends_on = ends_on
    facts = {"office": office.kind, "until": ends_on.isoformat(), "why": why}
    records.record(
        office.body.organisation, actor, "ended a term of office", f"office {office.id}", now, facts
    )


def end_at_once(term: OfficeTerm, *, actor: Actor, now: datetime, why: str) -> None:
    """End a term at this instant, in the course of its last day: whoever held it can do nothing by it any more."""
    end_term(term, term.office.body.organisation.day_of(now), actor=actor, now=now, why=why)
    term.ended_at = now
    db.session.flush()


def _refuse_full(office: Office, membership: Membership, starts_on: date, ends_on: date | None) -> None:
    """Say in a sentence what the database would refuse without one."""
    others = db.session.execute(
        select(OfficeTerm, Membership)
        .join(Membership, Membership.id == OfficeTerm.membership_id)
        .where(
            OfficeTerm.office_id == office.id,
            or_(OfficeTerm.ends_on.is_(None), OfficeTerm.ends_on >= starts_on),
            *([OfficeTerm.starts_on <= ends_on] if ends_on else []),
        )
        .order_by(OfficeTerm.starts_on)
    ).all()
    if len(others) < office.seats and all(who.id != membership.id for _term, who in others):
        return
    term, who = others[-1]
    until = format_date(term.ends_on, "d MMMM y") if term.ends_on else _("further notice")
    raise Refusal(
        _("%(office)s: %(name)s holds it until %(day)s.", office=office.title, name=who.name, day=until)
    )


def appoint_in_emergency(
    office: Office,
    membership: Membership,
    until: date,
    because: str,
    *,
    tell: Iterable[int],
    actor: Actor,
    now: datetime,
) -> OfficeTerm:
    """The operator fills a vacant office until a day; every member (``tell``: their ids) gets a mail.

    The next general meeting confirms it by a vote, or it ends; at the latest on its day.
    """
    organisation = office.body.organisation
    today = organisation.day_of(now)
    if not actor.operator or not because.strip():
        raise Refusal(_("An emergency appointment is made by the operator, with its reason."))
    if not today <= until <= today + LONGEST_EMERGENCY:
        raise Refusal(
            _(
                "An emergency appointment ends between today and %(day)s.",
                day=format_date(today + LONGEST_EMERGENCY, "d MMMM y"),
            )
        )
    term = begin_term(
        office, membership, today, until, decision_id=None, actor=actor, now=now, because=because
    )
    db.session.add(EmergencyAppointment(term_id=term.id))
    for membership_id in tell:
        records.send(
            organisation,
            "emergency-appointment",
            f"emergency-appointment:{term.id}:{membership_id}",
            now,
            membership_id=membership_id,
            path="/offices",
            term=term.id,
            office=office.title,
            until=format_date(until, "d MMMM y"),
        )
    return term


@dataclass(frozen=True)
class Holding:
    """An office on a day: who sits in it, since when and because of what; nobody where it is vacant."""

    office: Office
    term: OfficeTerm | None = None
    holder: Membership | None = None


def holders_on(organisation: Organisation, day: date) -> list[Holding]:
    """Every office of every body with each of its holders on a day, in the order of the bodies; one query."""
    rows = db.session.execute(
        select(Office, OfficeTerm, Membership)
        .join(Body, Body.id == Office.body_id)
        .outerjoin(
            OfficeTerm,
            (OfficeTerm.office_id == Office.id) & OfficeTerm.held_on(day),
        )
        .outerjoin(Membership, Membership.id == OfficeTerm.membership_id)
        .where(Office.organisation_id == organisation.id)
        .order_by(Body.kind != "assembly", Body.id, Office.id, OfficeTerm.starts_on)
    )
    return [Holding(office, term, holder) for office, term, holder in rows]


def holders_of(office: Office, day: date) -> list[Membership]:
    """The members who hold an office on a day."""
    return list(
        db.session.scalars(
            select(Membership)
            .join(OfficeTerm, OfficeTerm.membership_id == Membership.id)
            .where(
                OfficeTerm.office_id == office.id,
                OfficeTerm.held_on(day),
            )
            .order_by(OfficeTerm.starts_on)
        )
    )


def past_terms(organisation: Organisation, day: date, limit: int = 100) -> list[Holding]:
    """Terms that ended before a day, the latest first."""
    rows = db.session.execute(
        select(Office, OfficeTerm, Membership)
        .join(OfficeTerm, OfficeTerm.office_id == Office.id)
        .join(Membership, Membership.id == OfficeTerm.membership_id)
        .where(
            Office.organisation_id == organisation.id,
            or_(OfficeTerm.ends_on < day, and_(OfficeTerm.ends_on == day, OfficeTerm.ended_at.is_not(None))),
        )
        .order_by(OfficeTerm.ends_on.desc(), OfficeTerm.id.desc())
        .limit(limit)
    )
    return [Holding(office, term, holder) for office, term, holder in rows]
