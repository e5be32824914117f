"""Who has the duty to run an election: never whoever stands in it; where nobody else can, another is named."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import or_, select

from coop.extensions import db
from coop.models.ballots import Ballot, BallotOfficer
from coop.models.nominations import NominationCall
from coop.models.organisations import Body, Office, OfficeTerm

Predicate = Callable[[Any, Any], bool]
AnySeat = TypeVar("AnySeat", bound=Any)


def candidates_of(thing: Any) -> set[int]:
    """Give the memberships that stand in an election, or in a call for nominations."""
    if isinstance(thing, Ballot):
        return {one.membership_id for one in thing.options if one.membership_id is not None}
    if isinstance(thing, NominationCall):
        return {one.membership_id for one in thing.nominations if one.state == "accepted"}
    return set()


def named_for(thing: Any) -> BallotOfficer | None:
    """Return who was named to run this election or call, if its own officer stands in it."""
    if isinstance(thing, NominationCall) or (isinstance(thing, Ballot) and thing.kind == "election"):
        return thing.named_officers[-1] if thing.named_officers else None
    return None


def runs(holds: Predicate) -> Predicate:
    """Let the office run what belongs to its body, but for what its holder stands in or another was named for."""

    def predicate(actor: Any, thing: Any) -> bool:
        if actor.status != "active" or actor.membership_id in candidates_of(thing):
            return False
        if getattr(thing, "is_door", False):
            return holds(actor, thing) or _named_anywhere(actor)
        named = named_for(thing)
        return holds(actor, thing) if named is None else named.membership_id == actor.membership_id

    return predicate


def unless_candidate(holds: Predicate) -> Predicate:
    """Let the offices act, but for whoever stands in the election."""
    return lambda actor, thing: holds(actor, thing) and actor.membership_id not in candidates_of(thing)


def with_vacant_duties(seats: frozenset[AnySeat], organisation_id: int, day: date) -> frozenset[AnySeat]:
    """Give a secretary the ballots of the body while nobody is returning officer there or of the whole."""
    acting = [seat for seat in seats if seat.office == "secretary"]
    if not acting or any(seat.office == "returning_officer" for seat in seats):
        return seats
    held = db.session.execute(
        select(Body.id, Body.kind)
        .join(Office, Office.body_id == Body.id)
        .join(OfficeTerm, OfficeTerm.office_id == Office.id)
        .where(
            Body.organisation_id == organisation_id,
            Office.kind == "returning_officer",
            OfficeTerm.starts_on <= day,
            or_(OfficeTerm.ends_on.is_(None), OfficeTerm.ends_on >= day),
        )
    ).all()
    if any(kind == "assembly" for _body_id, kind in held):
        return seats
    taken = {body_id for body_id, _kind in held}
    vacant = [seat for seat in acting if seat.body_id not in taken]
    return seats | {replace(seat, office="returning_officer") for seat in vacant}


def _named_anywhere(actor: Any) -> bool:
    mine = select(BallotOfficer.id).where(BallotOfficer.membership_id == actor.membership_id).limit(1)
    return db.session.scalar(mine) is not None
