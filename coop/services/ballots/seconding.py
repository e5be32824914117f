"""Seconding an amendment to the constitution: whoever can vote on it may, but not its mover."""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.constitution import Amendment, AmendmentSeconder
from coop.models.organisations import Organisation
from coop.services import constitution
from coop.services.ballots.roll import draw_roll
from coop.services.ballots.rule import lawful
from coop.services.organisations import assembly_of
from coop.services.records import record


def second_amendment(amendment: Amendment, organisation: Organisation, actor: Actor, now: datetime) -> None:
    """Second another's amendment; pressed twice it is the same, and it stands."""
    authorize(actor, Permission.SECOND_MOTION, organisation)
    db.session.refresh(amendment, with_for_update=True)
    if has_seconded(amendment, actor):
        return
    if why_not := why_not_second_amendment(amendment, organisation, actor, now):
        raise Refusal(why_not)
    constitution.refuse_stale(amendment, organisation)
    amendment.seconders.append(AmendmentSeconder(membership_id=actor.membership_id, seconded_at=now))
    db.session.flush()
    record(organisation, actor, "seconded", f"amendment {amendment.number}", now)


def has_seconded(amendment: Amendment, actor: Actor) -> bool:
    """Whether the actor is one of its seconders."""
    return any(one.membership_id == actor.membership_id for one in amendment.seconders)


def why_not_second_amendment(
    amendment: Amendment, organisation: Organisation, actor: Actor, now: datetime
) -> str:
    """Say why the actor can't second this amendment; "" if they can."""
    stage = amendment.stage_at(now)
    if stage == "lapsed":
        source = constitution.source_of_time_to_second(amendment, organisation)
        return str(_("The time to second is over (%(source)s).", source=source))
    if stage != "seconding":
        return str(_("This change needs no more seconders."))
    if actor.membership_id == amendment.drafted_by_id:
        source = constitution.source_of_seconders(amendment, organisation)
        return str(
            _("You proposed this change yourself, so others must second it (%(source)s).", source=source)
        )
    if actor.membership_id is None or actor.status != "active":
        return str(_("Only active members second a change of the constitution."))
    assembly, today = assembly_of(organisation), organisation.day_of(now)
    rule = lawful(organisation, "constitutional", assembly, now, None).frozen
    (line,) = draw_roll(organisation, assembly, today, rule, among=[actor.membership_id])
    return "" if line.entitled else line.reason


def refuse_unseconded(amendment: Amendment, organisation: Organisation, now: datetime) -> None:
    """Refuse to put to the vote what too few have seconded, naming the article that asks for it."""
    stage = amendment.stage_at(now)
    if stage == "lapsed":
        source = constitution.source_of_time_to_second(amendment, organisation)
        raise Refusal(
            _("It lapsed: too few seconded it in time (%(source)s). It can be drafted again.", source=source)
        )
    if stage == "seconding":
        raise Refusal(
            ngettext(
                "%(num)d more member must second this change before it is put to the vote (%(source)s).",
                "%(num)d more members must second this change before it is put to the vote (%(source)s).",
                amendment.lacking,
                source=constitution.source_of_seconders(amendment, organisation),
            )
        )
