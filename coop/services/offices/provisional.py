"""Which terms are not by election: the operator's emergency appointments and co-options, and until when they hold."""

from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy import select

from coop.extensions import db
from coop.models.ballots import Decision
from coop.models.organisations import EmergencyAppointment, OfficeTerm
from coop.models.vacancies import SeatOffer


def how_given(term_ids: Collection[int]) -> dict[int, str]:
    """Say of each term that is not by election how it was given, in words beside the holder's name; two queries."""
    emergencies = db.session.execute(
        select(EmergencyAppointment.term_id, Decision.outcome)
        .outerjoin(Decision, Decision.ballot_id == EmergencyAppointment.ballot_id)
        .where(EmergencyAppointment.term_id.in_(term_ids))
    )
    words = {
        "carried": str(_("emergency appointment, confirmed")),
        "": str(_("emergency appointment, not confirmed")),
    }
    found = {term_id: words.get(outcome or "", words[""]) for term_id, outcome in emergencies}
    co_opted = db.session.scalars(
        select(OfficeTerm.id)
        .join(Decision, Decision.id == OfficeTerm.decision_id)
        .join(SeatOffer, SeatOffer.ballot_id == Decision.ballot_id)
        .where(OfficeTerm.id.in_(term_ids))
    )
    return found | {term_id: str(_("co-opted until the next general meeting")) for term_id in co_opted}
