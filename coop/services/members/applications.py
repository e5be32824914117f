"""Asking to become a member, and being admitted or refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import Select, String, cast, func, or_, select

from coop.access import Actor, Permission, authorize
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.accounts import Person
from coop.models.members import Application, Membership
from coop.models.organisations import Organisation
from coop.services import accounts, records
from coop.services.members.register import PAGE, active_membership_of, add_membership, next_number


@dataclass(frozen=True)
class ApplicationPage:
    """Some of the applications that wait, and how many there are."""

    applications: list[Application]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def apply(
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    name: str,
    email: str,
    declarations: Sequence[dict[str, str | int]],
    version_id: int,
) -> Application | None:
    """Ask to become a member, with the declarations in the words shown: `[{"text", "article", "version"}]`.

    Anyone may ask, signed in or not. Whoever is a member already, or has an application waiting, gets a mail
    that says so and no second application: what a stranger sees must not tell who belongs.
    """
    if actor.person_id is not None:
        person = db.session.get_one(Person, actor.person_id)
    else:
        person = accounts.find_or_create(email, now)
    hour = now.strftime("%Y%m%d%H")
    if active_membership_of(organisation, person.id, organisation.day_of(now)) is not None:
        records.send(
            organisation, "already-member", f"already-member:{person.id}:{hour}", now, person_id=person.id
        )
        return None
    waiting = open_application(organisation, person.id)
    if waiting is not None:
        _tell(organisation, waiting, "application-received", now, hour)
        return waiting

    application = Application(
        organisation_id=organisation.id,
        person_id=person.id,
        name=" ".join(name.split()),
        email=person.email or accounts.folded(email),
        declarations=[dict(declaration) for declaration in declarations],
        version_id=version_id,
        applied_at=now,
    )
    db.session.add(application)
    db.session.flush()
    records.record(
        organisation,
        actor,
        "applied for membership",
        f"application {application.id}",
        now,
        facts={"declarations": [declaration["article"] for declaration in declarations]},
        personal={"name": application.name, "email": application.email},
        about_person_id=person.id,
    )
    _tell(organisation, application, "application-received", now, hour)
    return application


def open_application(organisation: Organisation, person_id: int) -> Application | None:
    return db.session.scalar(
        select(Application).where(
            Application.organisation_id == organisation.id,
            Application.person_id == person_id,
            Application.outcome.is_(None),
        )
    )


def application_of(organisation: Organisation, person_id: int) -> Application | None:
    """The latest application of a person here, whatever became of it."""
    return db.session.scalar(
        select(Application)
        .where(Application.organisation_id == organisation.id, Application.person_id == person_id)
        .order_by(Application.id.desc())
        .limit(1)
    )


def find_application(organisation: Organisation, application_id: int, actor: Actor) -> Application:
    """An application of this organisation, for whoever answers it."""
    application = db.session.get(Application, application_id)
    if application is None or application.organisation_id != organisation.id:
        raise Missing
    authorize(actor, Permission.SEE_APPLICATIONS, application)
    return application


def waiting_applications(organisation: Organisation, actor: Actor) -> list[Application]:
    """The applications that wait for an answer, the oldest first."""
    authorize(actor, Permission.SEE_APPLICATIONS, organisation)
    return list(db.session.scalars(_waiting(organisation)))


def list_applications(
    organisation: Organisation, actor: Actor, words: str = "", page: int = 1
) -> ApplicationPage:
    """One page of those that wait, whose name, address or number is searched for."""
    authorize(actor, Permission.SEE_APPLICATIONS, organisation)
    query, words = _waiting(organisation), words.strip()
    if words:
        query = query.where(
            or_(
                Application.name.icontains(words, autoescape=True),
                Application.email.icontains(words, autoescape=True),
                cast(Application.id, String) == words,
            )
        )
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    number = min(max(1, page), max(1, -(-total // PAGE)))
    rows = db.session.scalars(query.limit(PAGE).offset((number - 1) * PAGE))
    return ApplicationPage(list(rows), total, number)


def _waiting(organisation: Organisation) -> Select[Any]:
    return (
        select(Application)
        .where(Application.organisation_id == organisation.id, Application.outcome.is_(None))
        .order_by(Application.applied_at, Application.id)
    )


def is_confirmed(application: Application) -> bool:
    """Whether somebody has followed a link sent to the address of the application."""
    person = db.session.get(Person, application.person_id)
    return person is not None and person.confirmed_at is not None


def withdraw(application: Application, actor: Actor, now: datetime) -> None:
    """Take one's application back."""
    authorize(actor, Permission.WITHDRAW_APPLICATION, application)
    organisation = lock_application(application)
    _close(application, "withdrawn", actor, now)
    records.record(organisation, actor, "withdrew an application", f"application {application.id}", now)


def admit(
    application: Application,
    actor: Actor,
    now: datetime,
    *,
    article: str = "",
    version_id: int | None = None,
    decision_id: int | None = None,
) -> Membership:
    """Make the applicant a member from today, with the next number; `article` says who may admit."""
    authorize(actor, Permission.ADMIT_MEMBER, application)
    organisation = lock_application(application)
    today = organisation.day_of(now)
    _close(application, "admitted", actor, now)
    if active_membership_of(organisation, application.person_id, today) is not None:
        raise Refusal(_("%(name)s is a member already.", name=application.name))
    membership = add_membership(
        organisation,
        actor,
        now,
        number=next_number(organisation),
        name=application.name,
        email=application.email,
        holders=[(application.name, application.person_id)],
        application_id=application.id,
        article=article,
        version_id=version_id,
        decision_id=decision_id,
    )
    records.record(
        organisation,
        actor,
        "admitted a member",
        f"member {membership.number}",
        now,
        facts={"application": application.id, "article": article, "decision": decision_id},
        personal={"name": membership.name},
        about_person_id=application.person_id,
    )
    records.send(
        organisation, "welcome", f"welcome:{membership.id}", now, membership_id=membership.id, path="/"
    )
    return membership


def refuse(application: Application, reason: str, actor: Actor, now: datetime) -> None:
    """Turn an application down, with a reason the applicant reads."""
    authorize(actor, Permission.ADMIT_MEMBER, application)
    if not reason.strip():
        raise Refusal(_("Say why: the applicant reads the reason."))
    organisation = lock_application(application)
    _close(application, "refused", actor, now)
    application.reason = reason.strip()
    records.record(
        organisation,
        actor,
        "refused an application",
        f"application {application.id}",
        now,
        personal={"name": application.name, "reason": application.reason},
        about_person_id=application.person_id,
    )
    _tell(organisation, application, "application-answered", now)


def lock_application(application: Application) -> Organisation:
    """Take the application's row, and the organisation's, whose next number it may take."""
    organisation = db.session.scalars(
        select(Organisation).where(Organisation.id == application.organisation_id).with_for_update()
    ).one()
    db.session.refresh(application, with_for_update=True)
    return organisation


def _close(application: Application, outcome: str, actor: Actor, now: datetime) -> None:
    if application.decided_at is not None:
        organisation = db.session.get_one(Organisation, application.organisation_id)
        day = format_date(organisation.day_of(application.decided_at), "d MMMM y")
        raise Refusal(
            {
                "admitted": _("%(name)s was admitted on %(day)s.", name=application.name, day=day),
                "refused": _("%(name)s was refused on %(day)s.", name=application.name, day=day),
            }.get(
                application.outcome or "",
                _("The application of %(name)s was withdrawn on %(day)s.", name=application.name, day=day),
            )
        )
    application.outcome = outcome
    application.decided_at = now
    application.decided_by = actor.label


def _tell(
    organisation: Organisation, application: Application, template: str, now: datetime, again: str = ""
) -> None:
    records.send(
        organisation,
        template,
        f"{template}:{application.id}:{again}",
        now,
        person_id=application.person_id,
        path="/join/application",
        application=application.id,
    )
