"""The papers of an election counted again without whoever left: who of the others takes the seat."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, Decision
from coop.models.members import Membership
from coop.models.organisations import Office, OfficeTerm, Organisation
from coop.models.vacancies import SeatOffer
from coop.rules.tally import METHODS
from coop.rules.tally.countback import countback
from coop.rules.tally.election import PaperKind
from coop.services import ballots, offices


@dataclass(frozen=True)
class Seat:
    """A seat that was left before its term was over, and the election whose papers can fill it."""

    term: OfficeTerm
    ballot: Ballot
    decision: Decision
    ends_on: date  # the last day of the whole term
    terms: Sequence[OfficeTerm]  # all that the election gave, countbacks included


@dataclass(frozen=True)
class Taken:
    """Who takes the seat by the count, and every round of it."""

    membership: Membership
    result: dict[str, Any]
    others: int  # who could have taken it too


def seat_left(office: Office, organisation: Organisation, now: datetime) -> Seat:
    """Find the seat of the last election that was left first; refuse where its papers can't be counted again."""
    found = db.session.execute(
        select(Ballot, Decision)
        .join(Decision, Decision.ballot_id == Ballot.id)
        .where(Ballot.office_id == office.id, Decision.outcome == "elected", Ballot.void_at.is_(None))
        .order_by(Ballot.id.desc())
        .limit(1)
    ).first()
    if found is None:
        raise Refusal(_("No election filled this office, so there are no papers to count again."))
    ballot, decision = found
    if METHODS[ballot.method].paper not in (PaperKind.RANKING, PaperKind.CHOICE):
        raise Refusal(_("The papers of the last election rank nobody, so they can't be counted again."))
    day = organisation.day_of(now)
    terms = db.session.scalars(
        select(OfficeTerm)
        .where(OfficeTerm.office_id == office.id, OfficeTerm.decision_id == decision.id)
        .order_by(OfficeTerm.id)
    ).all()
    whole = ballots.term_of(ballot.rule or {}, decision.decided_on + timedelta(days=1))
    filled = set(
        db.session.scalars(
            select(SeatOffer.left_term_id).where(
                SeatOffer.office_id == office.id, SeatOffer.accepted.is_(True)
            )
        )
    )
    left = [one for one in terms if not _lasts(one, day) and one.id not in filled]
    if not left or day >= whole:
        raise Refusal(_("The seats of the last election were not left before their term was over."))
    return Seat(left[0], ballot, decision, whole, terms)


def take(seat: Seat, office: Office, organisation: Organisation, now: datetime) -> Taken:
    """Count the papers again without whoever left; refuse where nobody who stood can take the seat."""
    day = organisation.day_of(now)
    by_member = {one.membership_id: one.position for one in seat.ballot.options if one.membership_id}
    had_it = {term.membership_id for term in seat.terms}
    sitting = {by_member[term.membership_id] for term in seat.terms if _lasts(term, day)}
    vacating = by_member.get(seat.term.membership_id)
    asked = set(
        db.session.scalars(select(SeatOffer.membership_id).where(SeatOffer.left_term_id == seat.term.id))
    )
    others = {
        position: membership
        for membership_id, position in by_member.items()
        if membership_id not in had_it | asked
        for membership in [db.session.get_one(Membership, membership_id)]
        if membership.status_on(day) == "active"
        and not offices.why_unfit(office, membership, day + timedelta(days=1))
    }
    if not others or vacating is None:
        raise Refusal(_("Nobody else who stood can take the seat. Members nominate for a by-election."))
    result = countback(ballots.election_on(seat.ballot), sitting | {vacating}, vacating, set(others))
    if not result.elected:
        raise Refusal(_("Nobody else who stood can take the seat. Members nominate for a by-election."))
    return Taken(others[result.elected[0]], result.plain(), len(others) - 1)


def why_no_countback(office: Office, organisation: Organisation, now: datetime) -> str:
    """Say why the papers of the last election can't fill a seat; "" if they can."""
    try:
        take(seat_left(office, organisation, now), office, organisation, now)
    except Refusal as why:
        return str(why)
    return ""


def _lasts(term: OfficeTerm, day: date) -> bool:
    return term.ended_at is None and (term.ends_on is None or term.ends_on >= day)
