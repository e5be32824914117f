"""Who may do what: one table from permission to predicates. Nothing else decides it."""

from collections.abc import Callable
from enum import StrEnum, auto
from typing import Any, TypeVar

from sqlalchemy import select

from coop.actors import OPERATOR, PROGRAM, Actor, Seat, actor_for, actor_of
from coop.duties import runs, unless_candidate
from coop.errors import Forbidden
from coop.extensions import db
from coop.models.accounts import Person
from coop.models.ballots import Ballot, RollEntry
from coop.models.members import Application, Membership
from coop.models.organisations import Body, BodyMembership, Organisation
from coop.models.tellers import Teller

__all__ = ["OPERATOR", "PROGRAM", "Actor", "Permission", "Seat", "actor_for", "actor_of", "authorize", "may"]

View = TypeVar("View", bound=Callable[..., Any])


class Permission(StrEnum):
    """What can be done. Every route declares one, or is public."""

    # anyone signed in
    SIGNED_IN = auto()
    SET_PASSWORD = auto()
    SEE_APPLICATION = auto()
    WITHDRAW_APPLICATION = auto()
    ENTER = auto()
    # members
    SEE_MEMBER_PAGES = auto()
    SEE_BALLOTS = auto()
    VOTE = auto()
    PROPOSE_AMENDMENT = auto()
    CHANGE_AMENDMENT = auto()
    CHALLENGE_CORRECTION = auto()
    NOMINATE = auto()
    ANSWER_NOMINATION = auto()
    PROPOSE_MOTION = auto()
    SECOND_MOTION = auto()
    KEEP_OWN_MOTION = auto()
    GIVE_REASON = auto()
    SEE_BUNDLE = auto()
    RECOUNT_BALLOT = auto()
    CONTEST_ROLL = auto()
    SEE_NAMES_ON_ROLL = auto()
    CHALLENGE_RESULT = auto()
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
    PETITION = auto()
    SPONSOR = auto()
    ANSWER_PETITION = auto()
    RESIGN_OFFICE = auto()
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
    RECORD_REGISTRATION = auto()
    CORRECT_MARK = auto()
    KEEP_BODIES = auto()
    KEEP_TERMS = auto()
    SET_UP_BALLOT = auto()
    RULE_ON_MOTION = auto()
    NAME_RETURNING_OFFICER = auto()
    SEE_ROLL = auto()
    ENTER_PAPER_VOTES = auto()
    CERTIFY_BALLOT = auto()
    ANSWER_OBJECTION = auto()
    POST_LETTERS = auto()
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

P = Permission
GRANTS: dict[Permission, tuple[Predicate, ...]] = {
    P.SIGNED_IN: (signed_in,),
    P.SET_PASSWORD: (oneself,),
    P.SEE_APPLICATION: (applicant, secretary, founder),
    P.WITHDRAW_APPLICATION: (applicant,),
    P.ENTER: (applicant,),  # where the constitution admits whoever declares it
    P.SEE_MEMBER_PAGES: (member,),
    P.SEE_BALLOTS: (member,),
    P.VOTE: (member,),  # whether on this ballot, its roll says
    P.PROPOSE_AMENDMENT: (active_member,),
    P.CHANGE_AMENDMENT: (drafted_it,),
    P.CHALLENGE_CORRECTION: (active_member,),
    P.NOMINATE: (active_member,),  # of the body that elects, as its call says
    P.ANSWER_NOMINATION: (own,),
    P.PROPOSE_MOTION: (active_member,),  # whether in this body and of this class, the constitution says
    P.SECOND_MOTION: (active_member,),  # of the body it was moved in
    P.KEEP_OWN_MOTION: (moved_it,),
    P.GIVE_REASON: (active_member,),
    P.SEE_BUNDLE: (member,),
    P.RECOUNT_BALLOT: (member, operator),  # it tells hashes only
    P.CONTEST_ROLL: (member,),
    P.SEE_NAMES_ON_ROLL: (of_its_body,),  # where the constitution shows them
    P.CHALLENGE_RESULT: (of_its_body,),
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
    P.PETITION: (active_member,),  # whether this one, its frozen roll says
    P.SPONSOR: (active_member,),  # whether this one, the roll of the day says
    P.ANSWER_PETITION: (own,),  # about one's own term of office
    P.RESIGN_OFFICE: (own,),
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
    P.ADOPT_CONSTITUTION: (founder, operator),  # later versions: by the decision that carried them
    P.RECORD_REGISTRATION: (secretary, founder),
    P.CORRECT_MARK: (holds("chair", "secretary", "treasurer", "returning_officer"),),  # two of them
    P.KEEP_BODIES: (secretary, founder, operator),
    P.KEEP_TERMS: (returning_officer, founder, operator),  # by a decision only
    P.SET_UP_BALLOT: (returning_officer, founder, program),
    P.RULE_ON_MOTION: (chair, secretary, returning_officer, founder),  # never on their own
    P.NAME_RETURNING_OFFICER: (other_officer,),
    P.SEE_ROLL: (returning_officer, auditor),
    P.ENTER_PAPER_VOTES: (teller,),
    P.CERTIFY_BALLOT: (returning_officer, founder),
    P.ANSWER_OBJECTION: (returning_officer, founder),  # those who set up ballots, but no candidate of it
    P.POST_LETTERS: (secretary, returning_officer, founder),
    P.CALL_MEETING: (secretary, chair, founder, program),
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
