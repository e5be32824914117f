"""What a vote on an application does once it is counted: the applicant is admitted, or refused with the reason."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from coop.access import PROGRAM
from coop.extensions import db
from coop.models.ballots import Ballot, Decision
from coop.models.constitution import ConstitutionVersion
from coop.models.members import AdmissionBallot, Application
from coop.models.organisations import Organisation
from coop.services import constitution, members
from coop.services.records import record


def application_on(ballot: Ballot) -> Application | None:
    """The application that a ballot decides on; None for other ballots."""
    return db.session.scalar(
        select(Application)
        .join(AdmissionBallot, AdmissionBallot.application_id == Application.id)
        .where(AdmissionBallot.ballot_id == ballot.id)
    )


def settle(ballot: Ballot, decision: Decision, organisation: Organisation, now: datetime) -> None:
    """Admit or refuse as the members voted; where too few took part, the application waits as before."""
    application = application_on(ballot)
    if application is None or decision.outcome not in ("carried", "lost"):
        return
    members.lock_application(application)
    belongs = members.active_membership_of(organisation, application.person_id, organisation.day_of(now))
    if application.is_decided or belongs is not None:  # withdrawn while the members voted
        record(organisation, PROGRAM, "found answered", f"application {application.id}", now)
        return
    if decision.outcome == "lost":
        why = _("The members voted on it and did not admit (decision %(label)s).", label=decision.label)
        members.refuse(application, why, PROGRAM, now)
        return
    version = db.session.get_one(ConstitutionVersion, decision.version_id)
    members.admit(
        application,
        PROGRAM,
        now,
        article=constitution.rule(version, "membership.admission").article,
        version_id=version.id,
        decision_id=decision.id,
    )
