"""Who has which duty: to run an election never whoever stands in it; of a vacant office whom the constitution names."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import exists, func, literal, select, union_all

from coop.extensions import db
from coop.models.ballots import Ballot, BallotOfficer, Decision
from coop.models.constitution import ConstitutionVersion, ProvisionRow
from coop.models.meetings import Meeting, MeetingChair
from coop.models.nominations import NominationCall
from coop.models.organisations import Body, Office, OfficeTerm
from coop.models.petitions import Petition
from coop.rules.acting import Offices
from coop.rules.provisions import REGISTRY

Predicate = Callable[[Any, Any], bool]
AnySeat = TypeVar("AnySeat", bound=Any)
ACTING = {
    "office.chair.acting": "chair",
    "office.secretary.acting": "secretary",
    "office.treasurer.acting": "treasurer",
    "office.librarian.acting": "librarian",
    "office.auditor.acting": "auditor",
    "office.returning_officer.acting": "returning_officer",
}


def candidates_of(thing: Any) -> set[int]:
    """Give the memberships that stand in an election or a call for nominations, or whose recall is voted on."""
    if isinstance(thing, Ballot) and thing.decision_class == "recall":
        whose = select(OfficeTerm.membership_id).join(Petition, Petition.term_id == OfficeTerm.id)
        return set(db.session.scalars(whose.where(Petition.ballot_id == thing.id)))
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


def chairs_it(actor: Any, thing: Any) -> bool:
    """Whether those present elected the actor, and nobody after them, to chair this meeting, which goes on."""
    if actor.status != "active":
        return False
    elected = (
        select(func.max(MeetingChair.ballot_id))
        .join(Meeting, Meeting.id == MeetingChair.meeting_id)
        .join(Decision, Decision.ballot_id == MeetingChair.ballot_id)
        .where(Meeting.closed_at.is_(None), Meeting.cancelled_reason == "")
        .where(Decision.outcome == "carried", ~Decision.is_void)
        .group_by(MeetingChair.meeting_id)
    )
    if isinstance(thing, Meeting):
        elected = elected.where(MeetingChair.meeting_id == thing.id)
    elif not getattr(thing, "is_door", False):
        return False
    mine = select(MeetingChair.ballot_id).where(
        MeetingChair.ballot_id.in_(elected), MeetingChair.membership_id == actor.membership_id
    )
    return db.session.scalar(mine.limit(1)) is not None


def with_vacant_duties(seats: frozenset[AnySeat], organisation_id: int, day: date) -> frozenset[AnySeat]:
    """Give whoever holds office the duties of the vacant ones that the constitution lets fall to them."""
    if not any(seat.office in ACTING.values() for seat in seats):
        return seats  # nobody's duties fall to a board member or a delegate
    offices = offices_on(organisation_id, day)
    fallen = {
        replace(seat, office=kind) for seat in seats for kind in offices.duties_of(seat.body_id, seat.office)
    }
    return seats | fallen


def offices_on(organisation_id: int, day: date) -> Offices:
    """Gather which offices are held on a day and who acts for whom by the constitution then; one query."""
    in_force = (
        select(ConstitutionVersion.id)
        .where(ConstitutionVersion.organisation_id == organisation_id, ConstitutionVersion.in_force_on <= day)
        .order_by(ConstitutionVersion.in_force_on.desc())
        .limit(1)
    )
    offices = (
        select(Body.id, Body.kind, Body.slug, Office.kind)
        .outerjoin(
            Office,
            (Office.body_id == Body.id)
            & exists().where(OfficeTerm.office_id == Office.id, OfficeTerm.held_on(day)),
        )
        .where(Body.organisation_id == organisation_id)
    )
    rules = select(literal(0), ProvisionRow.key, ProvisionRow.scope, ProvisionRow.value).where(
        ProvisionRow.version_id == in_force.scalar_subquery(), ProvisionRow.key.in_(ACTING)
    )
    rows, marked = [], {}
    for row in db.session.execute(union_all(offices, rules)):
        if row[0]:
            rows.append(tuple(row))
        else:
            marked[row[1], row[2]] = row[3]
    return Offices(
        assembly=next(body_id for body_id, kind, _slug, _office in rows if kind == "assembly"),
        held=frozenset((body_id, office) for body_id, _kind, _slug, office in rows if office is not None),
        acts={body_id: _acts(marked, slug, kind) for body_id, kind, slug, _office in rows},
    )


def _acts(marked: Mapping[tuple[str, str], str], slug: str, kind: str) -> dict[str, str]:
    scopes = (f"body={slug}", f"body={kind}", "")
    found = {}
    for key, office in ACTING.items():
        told = next((marked[key, scope] for scope in scopes if (key, scope) in marked), REGISTRY[key].default)
        found[office] = told.replace("-", "_")
    return found


def _named_anywhere(actor: Any) -> bool:
    mine = select(BallotOfficer.id).where(BallotOfficer.membership_id == actor.membership_id).limit(1)
    return db.session.scalar(mine) is not None
