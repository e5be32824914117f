"""Sponsoring an application; the member who completes the number admits."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select

from coop.access import PROGRAM, Actor, Permission, authorize
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.accounts import Person
from coop.models.members import Application, Holder, Membership, Sponsor
from coop.models.organisations import Organisation
from coop.services import ballots, members
from coop.services.admissions.way import way_of
from coop.services.organisations import assembly_of
from coop.services.records import record

MOST = 100


@dataclass(frozen=True)
class Asking:
    """An applicant who waits for sponsors, as members see it: the name and nothing else."""

    id: int
    name: str
    applied_at: datetime
    sponsors: int
    is_mine: bool  # the actor sponsors it


def waiting_for_sponsors(organisation: Organisation, actor: Actor) -> list[Asking]:
    """List those who confirmed their address and wait, the longest first."""
    authorize(actor, Permission.SPONSOR, organisation)
    waiting = db.session.scalars(
        select(Application)
        .join(Person, Person.id == Application.person_id)
        .where(
            Application.organisation_id == organisation.id,
            Application.outcome.is_(None),
            Person.confirmed_at.is_not(None),
        )
        .order_by(Application.applied_at, Application.id)
        .limit(MOST)
    ).all()
    by_application: dict[int, set[int]] = {one.id: set() for one in waiting}
    rows = select(Sponsor.application_id, Sponsor.membership_id).where(
        Sponsor.application_id.in_(by_application)
    )
    for application_id, membership_id in db.session.execute(rows):
        by_application[application_id].add(membership_id)
    return [
        Asking(
            one.id,
            one.name,
            one.applied_at,
            len(by_application[one.id]),
            actor.membership_id in by_application[one.id],
        )
        for one in waiting
    ]


def find(organisation: Organisation, application_id: int) -> Application:
    """An application of this organisation that members may sponsor, answered or not."""
    application = db.session.get(Application, application_id)
    if application is None or application.organisation_id != organisation.id:
        raise Missing
    return application


def sponsors_of(application: Application) -> list[Membership]:
    """List who sponsors an application, the first of them first."""
    return list(
        db.session.scalars(
            select(Membership)
            .join(Sponsor, Sponsor.membership_id == Membership.id)
            .where(Sponsor.application_id == application.id)
            .order_by(Sponsor.sponsored_at, Membership.number)
        )
    )


def sponsor(application: Application, actor: Actor, now: datetime) -> Membership | None:
    """Answer for an applicant; pressed twice it is the same, and it stands. The last one needed admits."""
    authorize(actor, Permission.SPONSOR, application)
    organisation = members.lock_application(application)
    known = (application.id, actor.membership_id)
    if application.outcome in (None, "admitted") and db.session.get(Sponsor, known) is not None:
        return None
    if why := why_not_sponsor(application, organisation, actor, now):
        raise Refusal(why)
    db.session.add(
        Sponsor(application_id=application.id, membership_id=actor.membership_id, sponsored_at=now)
    )
    db.session.flush()
    record(organisation, actor, "sponsored", f"application {application.id}", now)
    way = way_of(organisation, now)
    count = select(func.count()).select_from(Sponsor).where(Sponsor.application_id == application.id)
    if (db.session.scalar(count) or 0) < way.sponsors:
        return None
    return members.admit(application, PROGRAM, now, article=way.article, version_id=way.version_id)


def why_not_sponsor(application: Application, organisation: Organisation, actor: Actor, now: datetime) -> str:
    """Say why the actor can't sponsor this application; "" if they can."""
    way = way_of(organisation, now)
    if way.kind != "sponsors":
        return str(_("By %(source)s members are not admitted by sponsors.", source=way.source))
    if application.is_decided or not members.is_confirmed(application):
        return str(_("This application does not wait for sponsors. Look at the list of those that do."))
    holds = select(Holder.id).where(
        Holder.membership_id == actor.membership_id, Holder.person_id == application.person_id
    )
    if db.session.scalar(holds.limit(1)) is not None:
        return str(_("This is your own application, so others must sponsor it."))
    return why_no_sponsor(organisation, actor, now)


def why_no_sponsor(organisation: Organisation, actor: Actor, now: datetime) -> str:
    """Say why the actor can't sponsor anybody today; "" if they can: whoever may vote may."""
    if actor.membership_id is None or actor.status != "active":
        return str(_("Only active members sponsor."))
    assembly, today = assembly_of(organisation), organisation.day_of(now)
    rule = ballots.lawful(organisation, "ordinary", assembly, now, None).frozen
    roll = ballots.draw_roll(organisation, assembly, today, rule, among=[actor.membership_id])
    if not roll:
        return str(_("Only active members sponsor."))
    return "" if roll[0].entitled else roll[0].reason
