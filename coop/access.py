"""Who may do what: one table from permission to predicates. Nothing else decides it."""

from collections.abc import Callable
from enum import StrEnum, auto
from typing import Any, TypeVar

from coop.actors import OPERATOR, PROGRAM, Actor, Seat, actor_for, actor_of
from coop.duties import chairs_it
from coop.errors import Forbidden
from coop.models.organisations import Organisation
from coop.predicates import (
    Predicate,
    active_member,
    any_office,
    applicant,
    auditor,
    chair,
    drafted_it,
    founder,
    founds,
    hands_over,
    holds,
    librarian,
    member,
    moved_it,
    moves_in,
    of_its_body,
    once_member,
    oneself,
    operator,
    other_officer,
    own,
    program,
    registered_it,
    returning_officer,
    secretary,
    signed_in,
    teller,
    treasurer,
)

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
    AMEND_MOTION = auto()
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
    ATTEND_UNLED = auto()
    ELECT_AT_MEETING = auto()
    FILL_VACANCY = auto()
    ANSWER_OFFER = auto()
    HAND_OVER = auto()
    SEE_HANDOVER = auto()
    SPONSOR = auto()
    ANSWER_PETITION = auto()
    RESIGN_OFFICE = auto()
    SEE_MANDATES = auto()
    ANSWER_ACT = auto()
    SEE_POSITIONS = auto()
    DISSENT = auto()
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
    KEEP_MANDATES = auto()
    RECORD_ACT = auto()
    REPORT_SIZE = auto()
    KEEP_POSITIONS = auto()
    SEE_AUDIT_PARTICULARS = auto()
    # before an organisation opens
    SEE_BEGINNING = auto()
    FOUND_TOGETHER = auto()
    PREPARE_MOVE = auto()
    ATTEST_TEXT = auto()
    ASK_ABOUT_TEXT = auto()
    ENTER_OPENING_BALANCES = auto()


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
    P.AMEND_MOTION: (active_member,),  # who of them, the constitution says
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
    P.ATTEND_UNLED: (active_member,),  # of the body that meets
    P.ELECT_AT_MEETING: (chairs_it,),
    P.FILL_VACANCY: (active_member, program),  # by countback any, by co-option one of the body
    P.ANSWER_OFFER: (own,),
    P.HAND_OVER: (hands_over,),
    P.SEE_HANDOVER: (hands_over, holds("secretary", "chair", "auditor")),
    P.SEE_MANDATES: (member,),
    P.ANSWER_ACT: (own,),  # of the delegate
    P.SEE_POSITIONS: (member,),  # and of others, if the constitution says so
    P.DISSENT: (active_member,),
    P.SEE_DESK: (any_office, founder),
    P.SEE_APPLICATIONS: (secretary, founder),
    P.ADMIT_MEMBER: (secretary, founder, operator),
    P.SEE_MEMBER: (own, secretary, auditor, founder),
    P.SEE_PARTICULARS: (own, secretary, founder),
    P.CHANGE_MEMBER: (secretary, founder, operator),
    P.IMPORT_MEMBERS: (secretary, founder, moves_in, operator),
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
    P.RUN_MEETING: (secretary, chair, founder, chairs_it),
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
    P.KEEP_MANDATES: (secretary,),
    P.RECORD_ACT: (secretary, own),  # what delegates did, by themselves too
    P.REPORT_SIZE: (secretary,),
    P.KEEP_POSITIONS: (secretary,),
    P.SEE_AUDIT_PARTICULARS: (auditor,),
    P.SEE_BEGINNING: (founds, moves_in, member),
    P.FOUND_TOGETHER: (founds,),
    P.PREPARE_MOVE: (moves_in, any_office),
    P.ATTEST_TEXT: (any_office,),  # two of them
    P.ASK_ABOUT_TEXT: (active_member,),
    P.ENTER_OPENING_BALANCES: (treasurer,),
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
