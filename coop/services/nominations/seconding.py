"""Seconding a nomination, where the constitution asks for seconders."""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.nominations import Nomination, NominationCall, Seconding
from coop.models.organisations import Organisation
from coop.services.nominations.reading import locked, who_may_nominate
from coop.services.records import record


def second(nomination: Nomination, organisation: Organisation, actor: Actor, now: datetime) -> None:
    """Second another's candidacy; pressed twice it is the same, and it stands."""
    authorize(actor, Permission.NOMINATE, organisation)
    call = locked(nomination.call)
    if why_not := why_not_second(call, nomination, actor, now):
        raise Refusal(why_not)
    if any(one.membership_id == actor.membership_id for one in nomination.secondings):
        return
    made = Seconding(nomination_id=nomination.id, membership_id=actor.membership_id, seconded_at=now)
    nomination.secondings.append(made)
    db.session.flush()
    facts = {"member": nomination.membership.number}
    record(organisation, actor, "seconded", f"nominations {call.number}", now, facts)


def why_not_second(call: NominationCall, nomination: Nomination, actor: Actor, now: datetime) -> str:
    """Say why the actor can't second a nomination; "" if they can."""
    if not asked_for(call):
        return str(_("Nominations need no seconders here."))
    if call.stage_at(now) not in ("open", "answers"):
        return str(_("The time to second is over."))
    if nomination.state != "accepted":
        return str(_("Only a candidate who stands can be seconded."))
    if actor.membership_id in (nomination.membership_id, nomination.proposer_id):
        return str(_("You made this nomination yourself, so others must second it."))
    return who_may_nominate(call, actor)


def asked_for(call: NominationCall) -> int:
    """How many seconders the call asks for."""
    return int(call.rule.get("seconders", 0))


def unseconded(call: NominationCall, nomination: Nomination) -> str:
    """Say what a nomination lacks of the seconders asked for; "" if nothing."""
    needed, have = asked_for(call), len(nomination.secondings)
    if have >= needed:
        return ""
    article = call.rule.get("seconders_article")
    why = _(" (article %(article)s)", article=article) if article else ""
    told = ngettext(
        "Seconded by %(have)d, and %(num)d member must second%(why)s.",
        "Seconded by %(have)d, and %(num)d members must second%(why)s.",
        needed,
        have=have,
        why=why,
    )
    return str(told)
