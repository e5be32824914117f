"""What an actor can be to a thing: a member, an officer of its body, its mover. `access.GRANTS` is made of these."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, select

from coop.actors import PROGRAM, Actor, Seat
from coop.duties import runs, unless_candidate
from coop.extensions import db
from coop.models.accounts import Person
from coop.models.ballots import Ballot, RollEntry
from coop.models.beginnings import Beginning, Founder
from coop.models.handovers import Handover
from coop.models.members import Application, Membership
from coop.models.organisations import Body, BodyMembership, Organisation
from coop.models.tellers import Teller

Predicate = Callable[[Actor, Any], bool]


def signed_in(actor: Actor, _thing: Any) -> bool:
    return actor.person_id is not None


def member(actor: Actor, _thing: Any) -> bool:
    return actor.status in ("active", "suspended")


def active_member(actor: Actor, _thing: Any) -> bool:
    return actor.status == "active"


def founder(actor: Actor, _thing: Any) -> bool:
    return actor.founding and actor.status == "active"


def before_opening(kind: str, whose: Any, *conditions: ColumnElement[bool]) -> Predicate:
    """One of those people of an organisation that is founded or moves in, until it is open."""
    row = select(whose.class_.id).join(Organisation, Organisation.id == whose.class_.organisation_id)
    row = row.where(Organisation.unopened == kind, *conditions)

    def predicate(actor: Actor, _thing: Any) -> bool:
        mine = row.where(Organisation.id == actor.organisation_id, whose == actor.person_id)
        return actor.person_id is not None and db.session.scalar(mine) is not None

    return predicate


founds = before_opening("founding", Founder.person_id, Founder.withdrew_at.is_(None))
moves_in = before_opening("moving", Beginning.by_id)  # who had the operator's invitation


def operator(actor: Actor, _thing: Any) -> bool:
    return actor.operator


def program(actor: Actor, _thing: Any) -> bool:
    """What members have brought about by their petition is carried out by nobody's hand."""
    return actor == PROGRAM


def own(actor: Actor, thing: Any) -> bool:
    """The thing is about the actor: their membership, application or charge."""
    if isinstance(thing, Organisation):
        return member(actor, thing)
    if isinstance(thing, Application):
        return actor.person_id is not None and thing.person_id == actor.person_id
    whose = thing.id if isinstance(thing, Membership) else getattr(thing, "membership_id", None)
    return actor.membership_id is not None and whose == actor.membership_id


def applicant(actor: Actor, thing: Any) -> bool:
    """Someone whose application is theirs to see; at the door of the organisation any signed-in person."""
    return actor.person_id is not None and (
        isinstance(thing, Organisation) or getattr(thing, "person_id", None) == actor.person_id
    )


def oneself(actor: Actor, thing: Any) -> bool:
    """The thing is the actor's own sign-in."""
    return actor.person_id is not None and isinstance(thing, Person) and thing.id == actor.person_id


def once_member(actor: Actor, thing: Any) -> bool:
    """Whoever left still sees and corrects what is held about them."""
    return isinstance(thing, Organisation) and actor.membership_id is not None


def of_its_body(actor: Actor, thing: Any) -> bool:
    """A member of the body that the ballot belongs to, or of its roll; the assembly is every member."""
    if not member(actor, thing) or not hasattr(thing, "body_id"):
        return member(actor, thing)
    body = db.session.get_one(Body, thing.body_id)
    return body.kind == "assembly" or body.id in bodies_of(actor.membership_id or 0) or _on_roll(actor, thing)


def _on_roll(actor: Actor, ballot: Any) -> bool:
    line = select(RollEntry.id).where(
        RollEntry.ballot_id == ballot.id, RollEntry.membership_id == actor.membership_id
    )
    return db.session.scalar(line) is not None


def registered_it(actor: Actor, thing: Any) -> bool:
    whose = getattr(thing, "registered_by_id", None)
    return actor.status == "active" and whose is not None and whose == actor.membership_id


def drafted_it(actor: Actor, thing: Any) -> bool:
    whose = getattr(thing, "drafted_by_id", None)
    return actor.status == "active" and whose is not None and whose == actor.membership_id


def moved_it(actor: Actor, thing: Any) -> bool:
    """The actor moved this motion; at the door, anyone who could have."""
    if not hasattr(thing, "proposer_id"):
        return active_member(actor, thing)
    return actor.status == "active" and thing.proposer_id == actor.membership_id


def hands_over(actor: Actor, thing: Any) -> bool:
    """Whoever leaves the office or takes it over; at the door any member, since one can have left it years ago."""
    if not isinstance(thing, Handover):
        return member(actor, thing)
    return actor.membership_id in (thing.term.membership_id, thing.left_term.membership_id)


def holds(*offices: str) -> Predicate:
    """The actor holds one of the offices today, over the body the thing belongs to."""

    def predicate(actor: Actor, thing: Any) -> bool:
        if actor.status != "active":
            return False
        return any(seat.office in offices and covers(seat, thing) for seat in actor.seats)

    return predicate


def any_office(actor: Actor, _thing: Any) -> bool:
    return actor.status == "active" and bool(actor.seats)


class Door:
    """Stands for "something of this organisation" when a route is entered, before the thing is known."""

    is_door = True

    def __init__(self, organisation: Organisation) -> None:
        self.organisation_id = organisation.id


def covers(seat: Seat, thing: Any) -> bool:
    if seat.body_kind == "assembly" or isinstance(thing, Door):
        return True
    if isinstance(thing, Body):
        return thing.id == seat.body_id
    if isinstance(thing, Membership):
        return seat.body_id in bodies_of(thing.id)
    return getattr(thing, "body_id", None) == seat.body_id


def bodies_of(membership_id: int) -> set[int]:
    """The bodies beside the assembly that a member belongs to and has not left."""
    rows = db.session.scalars(
        select(BodyMembership.body_id).where(
            BodyMembership.membership_id == membership_id, BodyMembership.ends_on.is_(None)
        )
    )
    return set(rows)


def teller(actor: Actor, thing: Any) -> bool:
    """Appointed to enter the paper votes of this ballot; at the door, of any."""
    if actor.status != "active":
        return False
    mine = select(Teller.id).where(Teller.membership_id == actor.membership_id, Teller.ended_at.is_(None))
    if isinstance(thing, Ballot):
        mine = mine.where(Teller.ballot_id == thing.id)
    return db.session.scalar(mine.limit(1)) is not None


secretary = holds("secretary")
treasurer = holds("treasurer")
auditor = holds("auditor")
returning_officer = runs(holds("returning_officer"))
other_officer = unless_candidate(holds("chair", "secretary", "treasurer", "returning_officer"))
chair = holds("chair")
librarian = holds("librarian")
