"""Finding calls and nominations, and saying who may nominate and who may stand."""

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Exists, select
from sqlalchemy.orm import joinedload, selectinload

from coop.access import Actor
from coop.errors import Missing
from coop.extensions import db
from coop.models.members import Membership
from coop.models.nominations import Nomination, NominationCall, Seconding
from coop.models.organisations import Organisation
from coop.predicates import bodies_of
from coop.services import constitution

MOST_CALLS = 50


@dataclass(frozen=True)
class Eligibility:
    """Whether a member can be elected on a day, and why or why not."""

    eligible: bool
    reason: str


def find(organisation: Organisation, number: int) -> NominationCall:
    """Return a call by its number; Missing for one of another organisation."""
    call = db.session.scalar(
        select(NominationCall)
        .where(NominationCall.organisation_id == organisation.id, NominationCall.number == number)
        .options(
            selectinload(NominationCall.nominations)
            .joinedload(Nomination.membership)
            .selectinload(Membership.events),
            selectinload(NominationCall.nominations)
            .selectinload(Nomination.secondings)
            .joinedload(Seconding.membership),
        )
    )
    if call is None:
        raise Missing
    return call


def locked(call: NominationCall) -> NominationCall:
    """Read a call again and keep its row until the end of the transaction."""
    return db.session.get_one(NominationCall, call.id, with_for_update=True, populate_existing=True)


def calls_of(organisation: Organisation) -> list[NominationCall]:
    """List the calls, the latest first."""
    return list(
        db.session.scalars(
            select(NominationCall)
            .where(NominationCall.organisation_id == organisation.id)
            .options(joinedload(NominationCall.office))
            .order_by(NominationCall.number.desc())
            .limit(MOST_CALLS)
        )
    )


def nomination_of(call: NominationCall, member_number: int) -> Nomination:
    """Return the nomination of a member by their number."""
    found = next((one for one in call.nominations if one.membership.number == member_number), None)
    if found is None:
        raise Missing
    return found


def mine_in(call: NominationCall, actor: Actor) -> Nomination | None:
    return next((one for one in call.nominations if one.membership_id == actor.membership_id), None)


def to_answer(organisation: Organisation, actor: Actor, now: datetime) -> list[NominationCall]:
    """List the calls in which this member was named and has not answered, the first to end first."""
    return list(
        db.session.scalars(
            select(NominationCall)
            .join(Nomination)
            .where(
                NominationCall.organisation_id == organisation.id,
                *_unanswered(actor.membership_id, now),
            )
            .order_by(NominationCall.answers_until)
        )
    )


def has_to_answer(membership_id: int, now: datetime) -> Exists:
    """Ask within another query whether a nomination waits for this member's answer."""
    waiting = select(Nomination.id).join(NominationCall, NominationCall.id == Nomination.call_id)
    return waiting.where(*_unanswered(membership_id, now)).exists()


def _unanswered(membership_id: int | None, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        NominationCall.answers_until > now,
        NominationCall.ballot_id.is_(None),
        NominationCall.off_at.is_(None),
        Nomination.membership_id == membership_id,
        Nomination.state == "named",
    )


def over(organisation: Organisation, now: datetime) -> list[NominationCall]:
    """List the calls whose time is over and whose ballot is not drawn up yet."""
    return list(
        db.session.scalars(
            select(NominationCall)
            .where(
                NominationCall.organisation_id == organisation.id,
                NominationCall.answers_until <= now,
                NominationCall.ballot_id.is_(None),
                NominationCall.off_at.is_(None),
            )
            .order_by(NominationCall.answers_until)
        )
    )


def source_of(call: NominationCall, key: str) -> str:
    """Name where the version under which nominations were called sets a value."""
    return constitution.source_under(call.version_id, key, call.body)


def who_may_nominate(call: NominationCall, actor: Actor) -> str:
    """Say why the actor can't nominate in this call; "" if they can."""
    if actor.membership_id is None or actor.status != "active":
        return str(_("Only active members nominate."))
    if call.body.kind != "assembly" and call.body_id not in bodies_of(actor.membership_id):
        return str(_("%(body)s elects here, and only those who belong to it nominate.", body=call.body.name))
    return ""


def eligibility(membership: Membership, day: date) -> Eligibility:
    """Say whether a member can be elected: membership in good standing on that day."""
    status = membership.status_on(day)
    events = [event for event in membership.events if event.on <= day]
    if status == "active":
        since = format_date(events[0].on, "d MMMM y")
        return Eligibility(True, str(_("A member in good standing, since %(since)s.", since=since)))
    if status == "none":
        return Eligibility(False, str(_("Not a member yet.")))
    when = format_date(events[-1].on, "d MMMM y")
    if status == "suspended":
        return Eligibility(False, str(_("Suspended since %(when)s.", when=when)))
    return Eligibility(False, str(_("No longer a member since %(when)s.", when=when)))
