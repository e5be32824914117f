"""Seconding a motion; the member who completes the number brings it before an officer."""

from datetime import datetime

from flask_babel import gettext as _

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.motions import MotionSeconder
from coop.models.organisations import Organisation
from coop.services import ballots
from coop.services.motions.moving import take_step
from coop.services.motions.news import tell_mover, tell_officers
from coop.services.motions.reading import Told, locked, tell
from coop.services.records import record


def second(told: Told, organisation: Organisation, actor: Actor, now: datetime) -> None:
    """Second another's motion; pressed twice it is the same, and it stands."""
    authorize(actor, Permission.SECOND_MOTION, organisation)
    told = locked(told, now)
    if any(one.membership_id == actor.membership_id for one in told.seconders):
        return
    if why_not := why_not_second(told, actor):
        raise Refusal(why_not)
    seconder = MotionSeconder(motion_id=told.motion.id, membership_id=actor.membership_id, seconded_at=now)
    db.session.add(seconder)
    db.session.flush()
    record(organisation, actor, "seconded", f"motion {told.motion.number}", now)
    if told.lacking == 1:
        take_step(tell(told.motion, now), "seconded", None, now)
        tell_officers(told, organisation, now)
        tell_mover(told, organisation, now, "seconded")


def why_not_second(told: Told, actor: Actor) -> str:
    """Say why the actor can't second this motion; "" if they can."""
    if told.stage == "lapsed" and told.moved is not None:
        return str(
            _("The time to second is over (%(source)s).", source=told.moved.rule["sources"]["seconding"])
        )
    if told.stage != "submitted":
        return str(_("This motion needs no more seconders."))
    if actor.membership_id == told.motion.proposer_id:
        return str(_("You moved this motion yourself, so others must second it."))
    if actor.status != "active":
        return str(_("Only active members second a motion."))
    if not ballots.belongs(actor, told.body):
        return str(_("%(body)s decides this, and only those who belong to it second.", body=told.body.name))
    return ""
