"""Who runs an election: its returning officer, else the secretary; and another, named where that one stands."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import or_, select

from coop.access import Actor, Permission, authorize
from coop.duties import candidates_of, named_for, offices_on
from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, BallotOfficer
from coop.models.members import Membership
from coop.models.organisations import Body, Office, OfficeTerm, Organisation
from coop.services.records import record, send


@dataclass(frozen=True)
class Named:
    """Whom the officers named to run an election, and who did."""

    name: str
    by: str
    at: datetime


def name_officer(
    thing: Any, organisation: Organisation, actor: Actor, now: datetime, *, number: int
) -> BallotOfficer:
    """Name a member to run this election, or this call for nominations, since its officer stands in it."""
    authorize(actor, Permission.NAME_RETURNING_OFFICER, thing)
    thing = db.session.get_one(type(thing), thing.id, with_for_update=True, populate_existing=True)
    day = organisation.day_of(now)
    if running := who_runs(thing, day):
        raise Refusal(_("%(name)s runs this and does not stand in it.", name=running[0].name))
    member = db.session.scalar(
        select(Membership).where(Membership.organisation_id == organisation.id, Membership.number == number)
    )
    if member is None or member.status_on(day) != "active":
        raise Refusal(
            _(
                "There is no active member with the number %(number)d. Look it up and try again.",
                number=number,
            )
        )
    if member.id == actor.membership_id:
        raise Refusal(_("Name somebody else: nobody names themselves."))
    if member.id in candidates_of(thing):
        raise Refusal(_("%(name)s stands in this election. Name somebody who does not.", name=member.name))
    made = _add(thing, member.id, actor.membership_id or 0, now)
    subject, path = _where(thing)
    record(organisation, actor, "named a returning officer for", subject, now, {"member": number})
    if member.email and member.notices == "mail":
        send(
            organisation,
            "named-officer",
            f"named-officer:{made.id}",
            now,
            membership_id=member.id,
            path=path,
        )
    return made


def who_runs(thing: Any, day: date) -> list[Membership]:
    """List who may run it today: whom it was given to, else the returning officers, else who acts for them.

    Nobody who stands in it, and nobody who is no active member.
    """
    named = named_for(thing)
    if named is not None:
        holders = [db.session.get_one(Membership, named.membership_id)]
    else:
        holders = _holders(thing, "returning_officer", day) or _acting(thing, day)
    candidates = candidates_of(thing)
    return [who for who in holders if who.id not in candidates and who.status_on(day) == "active"]


def _acting(thing: Any, day: date) -> list[Membership]:
    """Those to whom the constitution lets the duties of the returning officer fall."""
    offices = offices_on(thing.organisation_id, day)
    acts = offices.falls_to(thing.body_id, "returning_officer")
    acts = acts or offices.falls_to(offices.assembly, "returning_officer")
    return _holders(thing, acts, day) if acts else []


def _holders(thing: Any, kind: str, day: date) -> list[Membership]:
    rows = db.session.scalars(
        select(Membership)
        .join(OfficeTerm, OfficeTerm.membership_id == Membership.id)
        .join(Office, Office.id == OfficeTerm.office_id)
        .join(Body, Body.id == Office.body_id)
        .where(
            Body.organisation_id == thing.organisation_id,
            or_(Body.id == thing.body_id, Body.kind == "assembly"),
            Office.kind == kind,
            OfficeTerm.held_on(day),
        )
        .order_by(Membership.number)
    )
    return list(rows)


def officer_named(thing: Any) -> Named | None:
    """Say whom the officers named to run it; None where its own officer does."""
    named = named_for(thing)
    if named is None:
        return None
    who, by = (db.session.get_one(Membership, one) for one in (named.membership_id, named.named_by_id))
    return Named(who.name, by.name, named.named_at)


def hand_over(call: Any, ballot: Ballot) -> None:
    """Let whoever was named for a call run the election drawn up from it."""
    named = named_for(call)
    if named is not None:
        _add(ballot, named.membership_id, named.named_by_id, named.named_at)


def _add(thing: Any, membership_id: int, named_by_id: int, at: datetime) -> BallotOfficer:
    made = BallotOfficer(membership_id=membership_id, named_by_id=named_by_id, named_at=at)
    thing.named_officers.append(made)
    db.session.flush()
    return made


def _where(thing: Any) -> tuple[str, str]:
    if isinstance(thing, Ballot):
        return f"ballot {thing.number}", f"/ballots/{thing.number}"
    return f"nominations {thing.number}", f"/nominations/{thing.number}"
