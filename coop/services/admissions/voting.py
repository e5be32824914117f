"""Putting an application to the vote of the members."""

from datetime import datetime

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select

from coop.access import PROGRAM, Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.accounts import Person
from coop.models.ballots import Ballot
from coop.models.members import AdmissionBallot, Application
from coop.rules.secrecy import more_secret
from coop.services import ballots, constitution, members
from coop.services.admissions.way import way_of
from coop.services.organisations import assembly_of
from coop.services.records import record


def vote_on(application: Application) -> Ballot | None:
    """The last vote on an application, called off or not."""
    return db.session.scalar(
        select(Ballot)
        .join(AdmissionBallot, AdmissionBallot.ballot_id == Ballot.id)
        .where(AdmissionBallot.application_id == application.id)
        .order_by(Ballot.id.desc())
        .limit(1)
    )


def can_be_put() -> ColumnElement[bool]:
    """Whether an application, in a query of them, has its address confirmed and no vote under way."""
    confirmed = select(Person.id).where(Person.id == Application.person_id, Person.confirmed_at.is_not(None))
    under_way = (
        select(AdmissionBallot.ballot_id)
        .join(Ballot, Ballot.id == AdmissionBallot.ballot_id)
        .where(
            AdmissionBallot.application_id == Application.id,
            Ballot.void_at.is_(None),
            Ballot.sealed_at.is_(None),
        )
    )
    return confirmed.exists() & ~under_way.exists()


def put_to_vote(application: Application, actor: Actor, now: datetime) -> Ballot:
    """Have the members vote on an application, never openly.

    It opens at once; a secret one is a draft, which whoever runs it announces. Its words name the number of
    the application only, since they stay for good: the name stands beside them until it is erased.
    """
    authorize(actor, Permission.ADMIT_MEMBER, application)
    organisation = members.lock_application(application)
    way = way_of(organisation, now)
    if way.kind != "ballot" or way.version is None:
        raise Refusal(_("By %(source)s the members don't vote on an application.", source=way.source))
    if application.is_decided:
        raise Refusal(_("This application is answered already."))
    if not members.is_confirmed(application):
        raise Refusal(
            _("The applicant has not confirmed the address yet. Wait until somebody follows the link.")
        )
    before = vote_on(application)
    if before is not None and before.void_at is None and before.sealed_at is None:
        raise Refusal(_("The members vote on this already: ballot %(number)s.", number=before.number))
    assembly = assembly_of(organisation)
    asked = constitution.rule(way.version, "ballot.secrecy", body=assembly).value
    day = format_date(organisation.day_of(application.applied_at), "d MMMM y")
    ballot = ballots.propose_motion(
        organisation,
        PROGRAM,
        now,
        title=_("Admission: application %(number)s", number=application.id),
        text=_(
            "Whoever applied on %(day)s (application %(number)s) is admitted as a member.",
            day=day,
            number=application.id,
        ),
        secrecy=more_secret("private", str(asked)),
        procedural=True,
    )
    db.session.add(AdmissionBallot(ballot_id=ballot.id, application_id=application.id))
    db.session.flush()
    facts = {"ballot": ballot.number, "article": way.article}
    record(organisation, actor, "put to the vote", f"application {application.id}", now, facts)
    if ballot.secrecy != "secret":
        ballots.open_ballot(ballot, organisation, PROGRAM, now)
    return ballot
