"""What an election does: the elected take office, and those they follow leave it; and what a recall does."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select

from coop.access import PROGRAM
from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, Decision
from coop.models.members import Membership
from coop.models.organisations import BodyMembership, Office, OfficeTerm
from coop.models.petitions import Petition
from coop.services import offices, organisations
from coop.services.ballots.rule import term_of
from coop.services.records import record


def seat_elected(ballot: Ballot, decision: Decision, now: datetime) -> None:
    """Begin the terms of the elected on the day after the decision, for as long as the rule says."""
    office = db.session.get_one(Office, ballot.office_id)
    starts_on = decision.decided_on + timedelta(days=1)
    ends_on = term_of(ballot.rule or {}, starts_on)
    by_number = {option.position: option.membership_id for option in ballot.options}
    elected = [by_number[one["number"]] for one in decision.result["elected"]]
    _make_room(office, {who for who in elected if who is not None}, starts_on, now)
    for membership_id in elected:
        seat(office, db.session.get_one(Membership, membership_id), decision, starts_on, ends_on, now)


def seat(
    office: Office, membership: Membership, decision: Decision, starts_on: date, ends_on: date, now: datetime
) -> OfficeTerm | None:
    """Begin the term that a decision gives a member; none where the seat is taken or the constitution forbids it."""
    by: dict[str, Any] = {"decision_id": decision.id, "actor": PROGRAM, "now": now}
    try:
        offices.refuse_unfit(office, membership, starts_on)
        conditions = offices.conditions_of(office, membership, starts_on)
        term = organisations.begin_term(office, membership, starts_on, ends_on, conditions=conditions, **by)
    except Refusal:
        # Two elections to one office ended together, or the elected took an office that excludes this one:
        # the count stands, people must sort out the seats.
        facts = {"office": office.kind, "member": membership.number, "decision": decision.label}
        record(office.body.organisation, PROGRAM, "found no free seat in", f"office {office.id}", now, facts)
        return None
    if office.body.kind != "assembly" and not _belongs(office, membership, starts_on):
        organisations.join_body(office.body, membership, starts_on, ends_on=ends_on, **by)
    return term


def unseat_recalled(ballot: Ballot, now: datetime) -> None:
    """End the term that a carried recall is about, from this instant on."""
    petition = db.session.scalars(select(Petition).where(Petition.ballot_id == ballot.id)).one()
    term = db.session.get_one(OfficeTerm, petition.term_id, with_for_update=True)
    today = term.office.body.organisation.day_of(now)
    if term.ended_at is not None or (term.ends_on is not None and term.ends_on < today):
        return  # they resigned or left while the members voted
    unseat(term, now, why="recall")


def unseat(term: OfficeTerm, now: datetime, *, why: str) -> None:
    """End a term at this instant, and the seat in the body that came with it."""
    today = term.office.body.organisation.day_of(now)
    organisations.end_at_once(term, actor=PROGRAM, now=now, why=why)
    for place in _came_with(term):
        place.ends_on = max(today, place.starts_on)
    db.session.flush()


def seat_again(ballot: Ballot, now: datetime) -> None:
    """Give the office back to whoever was recalled by what is void, unless the seat has been filled since."""
    petition = db.session.scalar(select(Petition).where(Petition.ballot_id == ballot.id))
    term = petition.term if petition else None
    if petition is None or term is None or term.ended_at is None:
        return
    office, told = term.office, petition.rule["term_ends_on"]
    ends_on = date.fromisoformat(told) if told else None
    db.session.execute(select(Office.id).where(Office.id == office.id).with_for_update())
    others = select(func.count(OfficeTerm.id)).where(
        OfficeTerm.office_id == office.id,
        OfficeTerm.id != term.id,
        or_(OfficeTerm.ends_on.is_(None), OfficeTerm.ends_on >= office.body.organisation.day_of(now)),
    )
    seats = list(_came_with(term))
    is_free = (db.session.scalar(others) or 0) < office.seats
    if is_free:
        term.ended_at, term.ends_on = None, ends_on
        for seat in seats:
            seat.ends_on = ends_on
        db.session.flush()
    verb = "gave back a term of office" if is_free else "found no free seat in"
    facts = {"office": office.kind, "ballot": ballot.number}
    record(office.body.organisation, PROGRAM, verb, f"office {office.id}", now, facts)


def _came_with(term: OfficeTerm) -> Iterable[BodyMembership]:
    """Give the seat in the body that came with the office."""
    return db.session.scalars(
        select(BodyMembership).where(
            BodyMembership.membership_id == term.membership_id,
            BodyMembership.body_id == term.office.body_id,
            BodyMembership.decision_id == term.decision_id,
        )
    )


def _make_room(office: Office, elected: set[int], starts_on: date, now: datetime) -> None:
    """End the terms of those elected again, then the oldest, until everyone elected has a seat."""
    sitting = list(
        db.session.scalars(
            select(OfficeTerm)
            .where(
                OfficeTerm.office_id == office.id,
                or_(OfficeTerm.ends_on.is_(None), OfficeTerm.ends_on >= starts_on),
            )
            .order_by(OfficeTerm.starts_on, OfficeTerm.id)
        )
    )
    again = [term for term in sitting if term.membership_id in elected]
    others = [term for term in sitting if term.membership_id not in elected]
    too_many = max(0, len(others) + len(elected) - office.seats)
    for term in again + others[:too_many]:
        last_day = starts_on - timedelta(days=1)
        organisations.end_term(term, max(last_day, term.starts_on), actor=PROGRAM, now=now, why="election")
        for seat in _came_with(term):
            seat.ends_on = max(last_day, seat.starts_on)
    db.session.flush()


def _belongs(office: Office, membership: Membership, day: date) -> bool:
    sits = select(BodyMembership.id).where(
        BodyMembership.body_id == office.body_id,
        BodyMembership.membership_id == membership.id,
        or_(BodyMembership.ends_on.is_(None), BodyMembership.ends_on >= day),
    )
    return db.session.scalar(sits) is not None
