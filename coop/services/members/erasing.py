"""Having particulars erased: by asking, or because their time is over."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete, or_, select, update

from coop.access import PROGRAM, Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import Base, db
from coop.models.accounts import Person
from coop.models.members import Application, Holder, Membership
from coop.models.organisations import Organisation
from coop.models.records import AuditEvent, AuditParticulars
from coop.rules.calendar import add_months
from coop.services import accounts, records


def ask_for_erasure(membership: Membership, actor: Actor, now: datetime) -> None:
    """Ask that one's particulars be erased; the secretary sees it on the desk."""
    authorize(actor, Permission.SEE_OWN_RECORD, membership)
    db.session.refresh(membership, with_for_update=True)
    if membership.erasure_asked_at is not None:
        raise Refusal(_("You have asked for this already. The secretary will carry it out."))
    membership.erasure_asked_at = now
    records.record(
        db.session.get_one(Organisation, membership.organisation_id),
        actor,
        "asked for erasure",
        f"member {membership.number}",
        now,
    )


def erasures_asked_for(organisation: Organisation, actor: Actor) -> list[Membership]:
    """The members who asked for erasure and wait for it."""
    authorize(actor, Permission.ERASE_MEMBER, organisation)
    return list(
        db.session.scalars(
            select(Membership)
            .where(
                Membership.organisation_id == organisation.id,
                Membership.erasure_asked_at.is_not(None),
                Membership.erased_at.is_(None),
            )
            .order_by(Membership.erasure_asked_at)
        )
    )


def erase(membership: Membership, actor: Actor, now: datetime) -> None:
    """Take name, addresses and sign-in away; numbers, dates, money and decisions stay, and still add up."""
    authorize(actor, Permission.ERASE_MEMBER, membership)
    db.session.refresh(membership, with_for_update=True)
    organisation = db.session.get_one(Organisation, membership.organisation_id)
    if membership.erased_at is not None:
        raise Refusal(_("The particulars of member %(number)s are erased already.", number=membership.number))
    if membership.erasure_asked_at is None:
        raise Refusal(_("%(name)s has not asked for erasure.", name=membership.name))
    if membership.status_on(organisation.day_of(now)) in ("active", "suspended"):
        raise Refusal(
            _(
                "%(name)s is still a member, and the register names members. Erase when the membership ends.",
                name=membership.name,
            )
        )
    nobody = _("Erased (member %(number)s)", number=membership.number)
    person_ids = [holder.person_id for holder in membership.holders if holder.person_id is not None]
    membership.name, membership.email, membership.postal_address = nobody, "", ""
    membership.notices = "post"
    membership.erased_at = now
    for holder in membership.holders:
        holder.name = nobody
    for application in _applications(organisation, membership, person_ids):
        application.name, application.email = nobody, ""
    subjects = [f"member {membership.number}"]
    if membership.application_id:
        subjects.append(f"application {membership.application_id}")
    _forget_deeds(organisation, subjects, person_ids)
    contests = Base.metadata.tables["roll_contests"]  # by name: ballots stand above this subject
    emptied = update(contests).where(contests.c.membership_id == membership.id).values(text="", answer="")
    db.session.execute(emptied)
    db.session.flush()
    for person_id in person_ids:
        if not _belongs_elsewhere(person_id):
            accounts.forget(db.session.get_one(Person, person_id), now)
    records.record(organisation, actor, "erased particulars", f"member {membership.number}", now)


def forget_applications(organisation: Organisation, months: int, now: datetime) -> int:
    """Erase the applications that were refused or withdrawn this many months ago; says how many."""
    today = organisation.day_of(now)
    answered = db.session.scalars(
        select(Application).where(
            Application.organisation_id == organisation.id,
            Application.outcome.in_(("refused", "withdrawn")),
            Application.email != "",
        )
    )
    old = [
        application
        for application in answered
        if application.decided_at and add_months(organisation.day_of(application.decided_at), months) <= today
    ]
    for application in old:
        application.name, application.email, application.reason = _("Erased"), "", ""
        _forget_deeds(organisation, [f"application {application.id}"], [])
        db.session.flush()
        if not _belongs_elsewhere(application.person_id):
            accounts.forget(db.session.get_one(Person, application.person_id), now)
        records.record(organisation, PROGRAM, "erased an application", f"application {application.id}", now)
    return len(old)


def _applications(
    organisation: Organisation, membership: Membership, person_ids: list[int]
) -> list[Application]:
    return list(
        db.session.scalars(
            select(Application).where(
                Application.organisation_id == organisation.id,
                or_(Application.person_id.in_(person_ids), Application.id == membership.application_id),
            )
        )
    )


def _forget_deeds(organisation: Organisation, subjects: Sequence[str], person_ids: Sequence[int]) -> None:
    """Take the personal part of the audit trail away; the chain holds its digest and still verifies."""
    about = select(AuditEvent.id).where(
        AuditEvent.organisation_id == organisation.id, AuditEvent.subject.in_(subjects)
    )
    here = select(AuditEvent.id).where(AuditEvent.organisation_id == organisation.id)
    db.session.execute(
        delete(AuditParticulars)
        .where(
            or_(
                AuditParticulars.event_id.in_(about),
                AuditParticulars.person_id.in_(person_ids) & AuditParticulars.event_id.in_(here),
            )
        )
        .execution_options(synchronize_session=False)
    )


def _belongs_elsewhere(person_id: int) -> bool:
    """Whether the sign-in still serves another membership or application, here or in another organisation."""
    holds = (
        select(Holder.id)
        .join(Membership, Membership.id == Holder.membership_id)
        .where(Holder.person_id == person_id, Membership.erased_at.is_(None))
    )
    asks = select(Application.id).where(Application.person_id == person_id, Application.email != "")
    return any(db.session.scalar(query.limit(1)) is not None for query in (holds, asks))
