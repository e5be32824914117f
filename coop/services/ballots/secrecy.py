"""How secret a draft will be: as the constitution has it, or more so."""

from datetime import datetime

from flask_babel import gettext as _

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.models.ballots import Ballot
from coop.models.organisations import Organisation
from coop.rules.secrecy import SECRECIES, less_secret
from coop.services.ballots.reading import locked
from coop.services.ballots.rule import Lawful, lawful_for
from coop.services.records import record


def chosen_secrecy(found: Lawful, chosen: str) -> str:
    """Give the secrecy of a draft; "" asks for the constitution's. Refuse what is less secret than that."""
    if not chosen:
        return found.secrecy
    if chosen not in SECRECIES:
        raise Refusal(_("There is no such kind of ballot. Choose one from the list."))
    if less_secret(chosen, found.secrecy):
        raise Refusal(
            _(
                "The constitution asks for more secrecy than that (%(source)s), and only a carried vote changes it.",
                source=found.sources["secrecy"],
            )
        )
    return chosen


def refuse_announced(ballot: Ballot, now: datetime) -> None:
    """Refuse to change the secrecy that members were told of."""
    if ballot.stage_at(now) != "drafted":
        raise Refusal(
            _("This ballot was announced, so its secrecy stands. Void it and draft another to change it.")
        )


def change_secrecy(
    ballot: Ballot, organisation: Organisation, actor: Actor, now: datetime, secrecy: str
) -> None:
    """Choose how secret a draft will be; from its announcement on nobody can."""
    authorize(actor, Permission.SET_UP_BALLOT, ballot)
    ballot = locked(ballot)
    refuse_announced(ballot, now)
    ballot.secrecy = chosen_secrecy(lawful_for(ballot, organisation, now), secrecy)
    record(
        organisation,
        actor,
        "chose the secrecy of",
        f"ballot {ballot.number}",
        now,
        {"secrecy": ballot.secrecy},
    )
