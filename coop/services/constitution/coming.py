"""When a passed version comes into force: on its day, by itself; registered first where the constitution says so."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import func, select

from coop.access import PROGRAM, Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import Base, db
from coop.models.constitution import ConstitutionVersion
from coop.models.organisations import Organisation
from coop.services.constitution.reading import in_force, rule
from coop.services.records import record

_A_DAY = timedelta(days=1)


def locked(organisation: Organisation) -> None:
    """Let one after the other change the line of versions."""
    db.session.execute(select(Organisation.id).where(Organisation.id == organisation.id).with_for_update())


def line_of(organisation: Organisation) -> Sequence[ConstitutionVersion]:
    """The versions that stand, the earliest first: each was made from the one before."""
    return db.session.scalars(
        select(ConstitutionVersion)
        .where(ConstitutionVersion.organisation_id == organisation.id, ConstitutionVersion.void_at.is_(None))
        .order_by(ConstitutionVersion.number)
    ).all()


def law_of(version: ConstitutionVersion) -> ConstitutionVersion | None:
    """The version under which this one was passed, which says how it comes into force; None for the founders'."""
    decisions = Base.metadata.tables["decisions"]  # by name: ballots stand above this subject
    law_id = db.session.scalar(select(decisions.c.version_id).where(decisions.c.id == version.decision_id))
    return db.session.get(ConstitutionVersion, law_id) if law_id else None


def awaits_registration(version: ConstitutionVersion) -> bool:
    """Whether it was passed, must be registered, and is not yet."""
    if version.registered_on or version.in_force_on or version.void_at:
        return False
    law = law_of(version)
    return law is not None and rule(law, "constitution.registration").value == "yes"


def day_in_force(
    law: ConstitutionVersion,
    previous: ConstitutionVersion | None,
    today: date,
    *,
    passed_on: date,
    registered_on: date | None,
) -> date | None:
    """The day on which a version comes into force, or None while it waits for a registration.

    Never on a day that has begun, and after the version it was made from, whose changes it contains.
    """
    if registered_on is None and rule(law, "constitution.registration").value == "yes":
        return None
    if previous is not None and previous.in_force_on is None:
        return None
    days = timedelta(days=rule(law, "constitution.in_force").value.n)
    wanted = max((registered_on or passed_on) + days, today + _A_DAY)
    return max(wanted, previous.in_force_on + _A_DAY) if previous and previous.in_force_on else wanted


def register_version(
    version: ConstitutionVersion, organisation: Organisation, actor: Actor, on: date, now: datetime
) -> None:
    """Record that a regulator registered a version on a day; it then comes into force by itself."""
    authorize(actor, Permission.RECORD_REGISTRATION, organisation)
    locked(organisation)
    db.session.refresh(version)
    today = organisation.day_of(now)
    if not awaits_registration(version):
        raise Refusal(_("Version %(n)d does not wait for a registration.", n=version.number))
    if on > today:
        raise Refusal(_("That day is still to come. Record the registration once it has happened."))
    if on < version.passed_on:
        day = format_date(version.passed_on, "d MMMM y")
        raise Refusal(_("This version was passed on %(day)s: it was not registered before that.", day=day))
    line = line_of(organisation)
    for earlier in line:
        if earlier.number < version.number and awaits_registration(earlier):
            raise Refusal(
                _("Version %(n)d comes first: record its registration, then this one.", n=earlier.number)
            )
    version.registered_on = on
    record(
        organisation,
        actor,
        "recorded a registration",
        f"constitution {version.number}",
        now,
        {"registered_on": on.isoformat()},
    )
    _give_days(line, today)
    db.session.flush()
    obey(organisation, now)


def _give_days(line: Sequence[ConstitutionVersion], today: date) -> None:
    """Give every version of the line its day that has none and waits for nothing any more."""
    previous: ConstitutionVersion | None = None
    for version in line:
        law = law_of(version)
        if version.in_force_on is None and law is not None:
            version.in_force_on = day_in_force(
                law, previous, today, passed_on=version.passed_on, registered_on=version.registered_on
            )
            db.session.flush()
        previous = version


def organisations_due(now: datetime) -> list[int]:
    """Name the organisations for which a version may have come into force; each asks its own clock."""
    tomorrow = now.date() + _A_DAY  # somewhere it is
    return list(
        db.session.scalars(
            select(Organisation.id).where(Organisation.changes_on <= tomorrow).order_by(Organisation.id)
        )
    )


def is_due(organisation: Organisation, now: datetime) -> bool:
    """Whether another version has come into force since zone and currency were taken over."""
    return organisation.changes_on is not None and organisation.changes_on <= organisation.day_of(now)


def obey_due(organisation_id: int, now: datetime) -> None:
    """Take zone and currency over from the version that came into force meanwhile; again it changes nothing."""
    organisation = db.session.get_one(Organisation, organisation_id, with_for_update=True)
    due = organisation.changes_on
    if due is None or not is_due(organisation, now):
        return
    obey(organisation, now)
    version = in_force(organisation, organisation.day_of(now))
    if version is not None and version.in_force_on is not None and version.in_force_on >= due:
        subject = f"constitution {version.number}"
        record(organisation, PROGRAM, "brought into force", subject, now)


def obey(organisation: Organisation, now: datetime) -> None:
    """Copy zone and currency from the version in force, and note when the next one comes."""
    day = organisation.day_of(now)
    version = in_force(organisation, day)
    if version is not None:
        organisation.zone = str(rule(version, "organisation.zone").value)
        organisation.currency = str(rule(version, "organisation.currency").value)
    organisation.changes_on = db.session.scalar(
        select(func.min(ConstitutionVersion.in_force_on)).where(
            ConstitutionVersion.organisation_id == organisation.id, ConstitutionVersion.in_force_on > day
        )
    )
    db.session.flush()
