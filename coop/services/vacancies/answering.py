"""The answer of whoever a vacant seat is offered to, and what comes of it."""

from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, exists, select

from coop.access import PROGRAM, Actor, Permission, authorize
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.ballots import Decision
from coop.models.organisations import Office, Organisation
from coop.models.vacancies import SeatOffer
from coop.services import ballots, offices
from coop.services.records import record
from coop.services.vacancies.offering import co_opting_body, count_back
from coop.services.vacancies.recounting import why_no_countback


def offers_of(office: Office) -> list[SeatOffer]:
    """List what was offered of an office, the latest first."""
    rows = select(SeatOffer).where(SeatOffer.office_id == office.id).order_by(SeatOffer.id.desc())
    return list(db.session.scalars(rows))


def has_to_answer(membership_id: int, now: datetime) -> ColumnElement[bool]:
    """Whether a seat is offered to a member: a condition within another query."""
    return exists().where(
        SeatOffer.membership_id == membership_id,
        SeatOffer.answered_at.is_(None),
        SeatOffer.answer_until > now,
    )


def to_answer(actor: Actor, now: datetime) -> list[SeatOffer]:
    """List the seats that are offered to a member and wait for the answer."""
    rows = select(SeatOffer).where(
        SeatOffer.membership_id == actor.membership_id,
        SeatOffer.answered_at.is_(None),
        SeatOffer.answer_until > now,
    )
    return list(db.session.scalars(rows.order_by(SeatOffer.id)))


def find_offer(office: Office) -> SeatOffer:
    """The offer that waits for an answer; raises Missing."""
    found = db.session.scalar(
        select(SeatOffer).where(SeatOffer.office_id == office.id, SeatOffer.answered_at.is_(None))
    )
    if found is None:
        raise Missing
    return found


def answer(
    offer: SeatOffer, organisation: Organisation, actor: Actor, now: datetime, *, accepted: bool
) -> None:
    """Take the seat or leave it to the next; a co-option is put to the vote of the body."""
    authorize(actor, Permission.ANSWER_OFFER, offer)
    db.session.execute(select(Office.id).where(Office.id == offer.office_id).with_for_update())
    db.session.refresh(offer, with_for_update=True)
    if offer.answered_at is not None or now >= offer.answer_until:
        raise Refusal(_("This offer was answered, or its time has gone by."))
    offer.answered_at, offer.accepted = now, accepted
    db.session.flush()
    facts = {"kind": offer.kind, "accepted": accepted}
    record(organisation, actor, "answered an offer of", f"office {offer.office_id}", now, facts)
    if accepted and offer.kind == "countback":
        _seat(offer, organisation, now)
    elif accepted:
        _put_co_option(offer, organisation, now)
    elif offer.kind == "countback" and not why_no_countback(offer.office, organisation, now):
        count_back(offer.office, organisation, PROGRAM, now)


def _seat(offer: SeatOffer, organisation: Organisation, now: datetime) -> None:
    decision = db.session.scalars(select(Decision).where(Decision.ballot_id == offer.election_id)).one()
    starts_on = organisation.day_of(now) + timedelta(days=1)
    offices.refuse_unfit(offer.office, offer.membership, starts_on)
    if ballots.seat(offer.office, offer.membership, decision, starts_on, offer.ends_on, now) is None:
        raise Refusal(_("The seat has been filled since."))


def _put_co_option(offer: SeatOffer, organisation: Organisation, now: datetime) -> None:
    starts_on = organisation.day_of(now) + timedelta(days=1)
    offices.refuse_unfit(offer.office, offer.membership, starts_on)
    ballot = ballots.propose_motion(
        organisation,
        PROGRAM,
        now,
        title=_("Co-option: %(office)s", office=offer.office.title),
        text=_(
            "%(name)s (member %(number)s) is co-opted as %(office)s until the next general meeting has been held.",
            name=offer.membership.name,
            number=offer.membership.number,
            office=offer.office.title,
        ),
        decision_class=ballots.CO_OPTION,
        body=co_opting_body(offer.office, organisation),
        procedural=True,
    )
    offer.ballot_id = ballot.id
    ballots.open_ballot(ballot, organisation, PROGRAM, now)
