"""Answering an application by hand, and entering where nobody answers."""

from datetime import datetime

from flask_babel import gettext as _

from coop.access import PROGRAM, Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.members import Application, Membership
from coop.models.organisations import Organisation
from coop.services import members
from coop.services.admissions.way import Way, way_of


def answers_by_hand(way: Way, actor: Actor) -> bool:
    """Whether officers admit and refuse; founders do until the co-op is founded."""
    return way.kind == "officer" or actor.founding


def admit(application: Application, actor: Actor, now: datetime) -> Membership:
    """Admit an applicant as the officer whom the constitution asks."""
    authorize(actor, Permission.ADMIT_MEMBER, application)
    way = _officers_way(application, actor, now)
    return members.admit(application, actor, now, article=way.article, version_id=way.version_id)


def refuse(application: Application, reason: str, actor: Actor, now: datetime) -> None:
    """Turn an application down as the officer whom the constitution asks."""
    authorize(actor, Permission.ADMIT_MEMBER, application)
    _officers_way(application, actor, now)
    members.refuse(application, reason, actor, now)


def enter(application: Application, actor: Actor, now: datetime) -> Membership:
    """Become a member by one's own declaration, once the address is confirmed; nobody else answers."""
    authorize(actor, Permission.ENTER, application)
    organisation = members.lock_application(application)
    way = way_of(organisation, now)
    if way.kind != "open":
        raise Refusal(_("By %(source)s others answer an application. Wait for it.", source=way.source))
    if not members.is_confirmed(application):
        raise Refusal(
            _("Your address is not confirmed yet. Follow the link in the mail that was sent to you.")
        )
    return members.admit(application, PROGRAM, now, article=way.article, version_id=way.version_id)


def _officers_way(application: Application, actor: Actor, now: datetime) -> Way:
    way = way_of(db.session.get_one(Organisation, application.organisation_id), now)
    if answers_by_hand(way, actor):
        return way
    raise Refusal(
        {
            "open": _("By %(source)s nobody answers: applicants enter by themselves.", source=way.source),
            "sponsors": _("By %(source)s members admit by sponsoring, not an officer.", source=way.source),
            "ballot": _("By %(source)s the members vote on it. Put it to the vote.", source=way.source),
        }[way.kind]
    )
