"""Who may do what: one table from permission to predicates. Nothing else decides it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum, auto
from typing import Any, TypeVar

from sqlalchemy import or_, select

from coop.duties import runs, unless_candidate, with_vacant_duties
from coop.errors import Forbidden
from coop.extensions import db
from coop.models.accounts import Person
from coop.models.members import Application, Holder, Membership, status_of
from coop.models.organisations import Body, BodyMembership, Office, OfficeTerm, Organisation

View = TypeVar("View", bound=Callable[..., Any])


class Permission(StrEnum):
    """What can be done. Every route declares one, or is public."""

    # anyone signed in
    SIGNED_IN = auto()
    SET_PASSWORD = auto()
    SEE_APPLICATION = auto()
    WITHDRAW_APPLICATION = auto()
    # members
    SEE_MEMBER_PAGES = auto()
    SEE_BALLOTS = auto()
    VOTE = auto()
    NOMINATE = auto()
    ANSWER_NOMINATION = auto()
    SEE_BUNDLE = auto()
    SEE_DECISIONS = auto()
    SEE_OFFICES = auto()
    SEE_MEETINGS = auto()
    ANSWER_MEETING = auto()
    SEE_DOCUMENTS = auto()
    SEE_OWN_DUES = auto()
    SEE_LIBRARY = auto()
    REGISTER_WORK = auto()
    CHANGE_WORK = auto()
    SEE_AUDIT = auto()
    SEE_REGISTER = auto()
    SEE_OWN_RECORD = auto()
    CHANGE_OWN_PARTICULARS = auto()
    RESIGN = auto()
    # officers
    SEE_DESK = auto()
    SEE_APPLICATIONS = auto()
    ADMIT_MEMBER = auto()
    SEE_MEMBER = auto()
    SEE_PARTICULARS = auto()
    CHANGE_MEMBER = auto()
    IMPORT_MEMBERS = auto()
    ERASE_MEMBER = auto()
    CHANGE_SETTINGS = auto()
    FOUND_ORGANISATION = auto()
    ADOPT_CONSTITUTION = auto()
    KEEP_BODIES = auto()
    KEEP_TERMS = auto()
    SET_UP_BALLOT = auto()
    NAME_RETURNING_OFFICER = auto()
    SEE_ROLL = auto()
    CERTIFY_BALLOT = auto()
    CALL_MEETING = auto()
    RUN_MEETING = auto()
    WRITE_MINUTES = auto()
    ISSUE_DOCUMENT = auto()
    SET_DUES = auto()
    CHARGE_DUES = auto()
    WAIVE_DUES = auto()
    SEE_ALL_DUES = auto()
    IMPORT_STATEMENT = auto()
    MATCH_LINE = auto()
    SEE_BOOKS = auto()
    RECORD_GRANT = auto()
    SEE_AUDIT_PARTICULARS = auto()


@dataclass(frozen=True)
class Seat:
    """An office held today. A seat in the assembly covers the whole organisation, any other its own body."""

    office: str
    body_id: int
    body_kind: str


@dataclass(frozen=True)
class Actor:
    """Who acts, in which organisation, with which offices today."""

    person_id: int | None = None
    organisation_id: int | None = None
    membership: Membership | None = field(default=None, compare=False)
    membership_id: int | None = None
    label: str = "visitor"  # as the audit trail names them: "member 12", "operator"
    status: str = "none"  # of the membership today
    seats: frozenset[Seat] = frozenset()
    founding: bool = False  # before any office was ever held, the founders act jointly
    operator: bool = False


OPERATOR = Actor(label="operator", operator=True)
PROGRAM = Actor(label="coop", operator=True)

Predicate = Callable[[Actor, Any], bool]


def signed_in(actor: Actor, _thing: Any) -> bool:
    return actor.person_id is not None


def member(actor: Actor, _thing: Any) -> bool:
    return actor.status in ("active", "suspended")


def active_member(actor: Actor, _thing: Any) -> bool:
    return actor.status == "active"


def founder(actor: Actor, _thing: Any) -> bool:
    return actor.founding and actor.status == "active"


def operator(actor: Actor, _thing: Any) -> bool:
    return actor.operator


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


def registered_it(actor: Actor, thing: Any) -> bool:
    whose = getattr(thing, "registered_by_id", None)
    return actor.status == "active" and whose is not None and whose == actor.membership_id


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


secretary = holds("secretary")
treasurer = holds("treasurer")
auditor = holds("auditor")
returning_officer = runs(holds("returning_officer"))
other_officer = unless_candidate(holds("chair", "secretary", "treasurer", "returning_officer"))
chair = holds("chair")
librarian = holds("librarian")

P = Permission
GRANTS: dict[Permission, tuple[Predicate, ...]] = {
    P.SIGNED_IN: (signed_in,),
    P.SET_PASSWORD: (oneself,),
    P.SEE_APPLICATION: (applicant, secretary, founder),
    P.WITHDRAW_APPLICATION: (applicant,),
    P.SEE_MEMBER_PAGES: (member,),
    P.SEE_BALLOTS: (member,),
    P.VOTE: (member,),  # whether on this ballot, its roll says
    P.NOMINATE: (active_member,),  # of the body that elects, as its call says
    P.ANSWER_NOMINATION: (own,),
    P.SEE_BUNDLE: (member,),
    P.SEE_DECISIONS: (member,),
    P.SEE_OFFICES: (member,),
    P.SEE_MEETINGS: (member,),
    P.ANSWER_MEETING: (member,),
    P.SEE_DOCUMENTS: (member,),
    P.SEE_OWN_DUES: (own, treasurer, auditor),
    P.SEE_LIBRARY: (member,),
    P.REGISTER_WORK: (active_member,),
    P.CHANGE_WORK: (registered_it, librarian),
    P.SEE_AUDIT: (member,),
    P.SEE_REGISTER: (secretary, auditor, founder),
    P.SEE_OWN_RECORD: (own, once_member),
    P.CHANGE_OWN_PARTICULARS: (own, once_member),
    P.RESIGN: (own,),
    P.SEE_DESK: (any_office, founder),
    P.SEE_APPLICATIONS: (secretary, founder),
    P.ADMIT_MEMBER: (secretary, founder, operator),
    P.SEE_MEMBER: (own, secretary, auditor, founder),
    P.SEE_PARTICULARS: (own, secretary, founder),
    P.CHANGE_MEMBER: (secretary, founder, operator),
    P.IMPORT_MEMBERS: (secretary, founder, operator),
    P.ERASE_MEMBER: (secretary, founder),
    P.CHANGE_SETTINGS: (secretary, founder, operator),
    P.FOUND_ORGANISATION: (operator,),
    P.ADOPT_CONSTITUTION: (returning_officer, founder, operator),  # after the first, by a decision only
    P.KEEP_BODIES: (secretary, founder, operator),
    P.KEEP_TERMS: (returning_officer, founder, operator),  # by a decision only
    P.SET_UP_BALLOT: (returning_officer, founder),
    P.NAME_RETURNING_OFFICER: (other_officer,),
    P.SEE_ROLL: (returning_officer, auditor),
    P.CERTIFY_BALLOT: (returning_officer, founder),
    P.CALL_MEETING: (secretary, chair, founder),
    P.RUN_MEETING: (secretary, chair, founder),
    P.WRITE_MINUTES: (secretary, founder),
    P.ISSUE_DOCUMENT: (secretary, founder),
    P.SET_DUES: (treasurer, founder),
    P.CHARGE_DUES: (treasurer,),
    P.WAIVE_DUES: (treasurer,),
    P.SEE_ALL_DUES: (treasurer, auditor),
    P.IMPORT_STATEMENT: (treasurer,),
    P.MATCH_LINE: (treasurer,),
    P.SEE_BOOKS: (treasurer, auditor),
    P.RECORD_GRANT: (librarian,),
    P.SEE_AUDIT_PARTICULARS: (auditor,),
}


def may(actor: Actor, permission: Permission, thing: Any) -> bool:
    """Whether the actor may do this to the thing; never to another organisation's, except as operator."""
    where = thing.id if isinstance(thing, Organisation) else getattr(thing, "organisation_id", None)
    if where is not None and not actor.operator and actor.organisation_id != where:
        return False
    return any(allows(actor, thing) for allows in GRANTS[permission])


def authorize(actor: Actor, permission: Permission, thing: Any) -> None:
    """Refuse unless the actor may; the first line of every deed. Raises Forbidden."""
    if not may(actor, permission, thing):
        raise Forbidden(permission)


def requires(permission: Permission) -> Callable[[View], View]:
    """Declare what a route needs; `coop.doors` holds the door before the view runs."""

    def mark(view: View) -> View:
        view.coop_permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Declare a route that anyone may open; it must also stand on the one list in `coop.doors`."""
    view.coop_permission = None  # type: ignore[attr-defined]
    return view


def actor_for(person: Person | None, organisation: Organisation | None, day: date) -> Actor:
    """Gather who acts: two queries, whatever the size of the organisation."""
    if person is None:
        return Actor(organisation_id=organisation.id if organisation else None)
    if organisation is None:
        return Actor(person_id=person.id, label=f"person {person.id}")
    row = db.session.execute(
        select(Membership, Membership.latest_kind_on(day))
        .join(Holder, Holder.membership_id == Membership.id)
        .where(Holder.organisation_id == organisation.id, Holder.person_id == person.id)
        .order_by(Membership.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return Actor(person_id=person.id, organisation_id=organisation.id, label=f"person {person.id}")
    membership, kind = row
    return actor_of(membership, status_of(kind), day, person_id=person.id)


def actor_of(membership: Membership, status: str, day: date, *, person_id: int | None = None) -> Actor:
    """Return a member as an actor, with the offices held on a day; one query."""
    seats = db.session.execute(
        select(Office.kind, Body.id, Body.kind, OfficeTerm.membership_id)
        .join(Body, Office.body_id == Body.id)
        .outerjoin(
            OfficeTerm,
            (OfficeTerm.office_id == Office.id)
            & (OfficeTerm.starts_on <= day)
            & or_(OfficeTerm.ends_on.is_(None), OfficeTerm.ends_on >= day),
        )
        .where(Body.organisation_id == membership.organisation_id)
    ).all()
    return Actor(
        person_id=person_id,
        organisation_id=membership.organisation_id,
        membership=membership,
        membership_id=membership.id,
        label=f"member {membership.number}",
        status=status,
        seats=with_vacant_duties(
            frozenset(
                Seat(kind, body_id, body) for kind, body_id, body, who in seats if who == membership.id
            ),
            membership.organisation_id,
            day,
        ),
        founding=all(who is None for *_, who in seats) and not ever_held(membership.organisation_id),
    )


def ever_held(organisation_id: int) -> bool:
    """Whether any office of the organisation was ever held: then founding is over."""
    return (
        db.session.scalar(
            select(OfficeTerm.id)
            .join(Office, Office.id == OfficeTerm.office_id)
            .where(Office.organisation_id == organisation_id)
            .limit(1)
        )
        is not None
    )
