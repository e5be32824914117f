"""What votes about one person do: recall, co-option until the next meeting, and confirming what the operator did."""

from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import or_, select

from coop.access import PROGRAM
from coop.extensions import db
from coop.models.ballots import Ballot, Decision
from coop.models.meetings import Meeting
from coop.models.members import Membership
from coop.models.organisations import EmergencyAppointment, Office, OfficeTerm, Organisation
from coop.models.vacancies import SeatOffer
from coop.services.ballots.drafting import open_ballot, propose_motion
from coop.services.ballots.rule import CO_OPTION, CONFIRMATION, RECALL
from coop.services.ballots.seating import seat, unseat, unseat_recalled


def settle(ballot: Ballot, decision: Decision, now: datetime) -> None:
    """Do what the decision says of a person's office."""
    carried = decision.outcome == "carried"
    if ballot.decision_class == RECALL and carried:
        unseat_recalled(ballot, now)
    elif ballot.decision_class == CO_OPTION and carried:
        _seat_co_opted(ballot, decision, now)
    elif ballot.decision_class == CONFIRMATION and not carried:
        term = _confirmed_by(ballot)
        if is_held(term, now):
            unseat(term, now, why="not confirmed")


def is_held(term: OfficeTerm, now: datetime) -> bool:
    """Whether a term goes on today or has yet to begin."""
    today = term.office.body.organisation.day_of(now)
    return term.ended_at is None and (term.ends_on is None or term.ends_on >= today)


def put_confirmations(meeting: Meeting, organisation: Organisation, now: datetime) -> list[Ballot]:
    """Put every emergency appointment that was not voted on yet to the members, at the meeting that opens."""
    put = []
    for appointment in unconfirmed(organisation, organisation.day_of(now)):
        term = appointment.term
        holder = db.session.get_one(Membership, term.membership_id)
        ballot = propose_motion(
            organisation,
            PROGRAM,
            now,
            title=confirmation_title(term),
            text=_(
                "The operator appointed %(name)s (member %(number)s) as %(office)s: %(why)s Carried, the appointment "
                "is confirmed until its last day; lost, it ends when the votes are counted.",
                name=holder.name,
                number=holder.number,
                office=term.office.title,
                why=term.because,
            ),
            decision_class=CONFIRMATION,
            procedural=True,
        )
        ballot.meeting_id, appointment.ballot_id = meeting.id, ballot.id
        open_ballot(ballot, organisation, PROGRAM, now)
        put.append(ballot)
    return put


def confirmation_title(term: OfficeTerm) -> str:
    return str(_("Confirm the emergency appointment: %(office)s", office=term.office.title))


def unconfirmed(organisation: Organisation, day: date) -> list[EmergencyAppointment]:
    """List the emergency appointments that are held on a day and were not put to the members yet."""
    rows = db.session.scalars(
        select(EmergencyAppointment)
        .join(OfficeTerm, OfficeTerm.id == EmergencyAppointment.term_id)
        .join(Office, Office.id == OfficeTerm.office_id)
        .where(
            Office.organisation_id == organisation.id,
            OfficeTerm.held_on(day),
            EmergencyAppointment.ballot_id.is_(None),
        )
        .order_by(EmergencyAppointment.term_id)
    )
    return list(rows)


def end_co_options(organisation: Organisation, now: datetime) -> list[OfficeTerm]:
    """End the seats that were filled until the next general meeting, now that one was held."""
    day = organisation.day_of(now)
    rows = db.session.scalars(
        select(OfficeTerm)
        .join(Decision, Decision.id == OfficeTerm.decision_id)
        .join(SeatOffer, SeatOffer.ballot_id == Decision.ballot_id)
        .where(
            SeatOffer.organisation_id == organisation.id,
            OfficeTerm.ended_at.is_(None),
            or_(OfficeTerm.ends_on.is_(None), OfficeTerm.ends_on >= day),
        )
        .order_by(OfficeTerm.id)
    ).all()
    for term in rows:
        if term.starts_on <= day:
            unseat(term, now, why="the general meeting was held")
    return list(rows)


def _seat_co_opted(ballot: Ballot, decision: Decision, now: datetime) -> None:
    offer = db.session.scalars(select(SeatOffer).where(SeatOffer.ballot_id == ballot.id)).one()
    starts_on = decision.decided_on + timedelta(days=1)
    seat(offer.office, offer.membership, decision, starts_on, offer.ends_on, now)


def _confirmed_by(ballot: Ballot) -> OfficeTerm:
    found = select(EmergencyAppointment).where(EmergencyAppointment.ballot_id == ballot.id)
    term_id = db.session.scalars(found).one().term_id
    return db.session.get_one(OfficeTerm, term_id, with_for_update=True)
