"""What can be read of meetings: the list, one of them, who is invited, who answered, what was decided."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import undefer

from coop.access import Actor, Permission, authorize, may
from coop.errors import Missing
from coop.extensions import db
from coop.models.ballots import Ballot, Decision
from coop.models.meetings import AgendaItem, Answer, Attendance, Meeting, Minutes, Notice
from coop.models.members import ACTIVE, Membership
from coop.models.organisations import Body, BodyMembership, Organisation
from coop.models.records import Document
from coop.services.records import record

PAGE = 20


def find(organisation: Organisation, number: int, actor: Actor) -> Meeting:
    """The meeting of that number, if it was called or the actor may call it; raises Missing."""
    meeting = db.session.scalar(
        select(Meeting).where(Meeting.organisation_id == organisation.id, Meeting.number == number)
    )
    if meeting is None or not (meeting.called_at or may(actor, Permission.CALL_MEETING, meeting)):
        raise Missing(_("There is no meeting %(number)s.", number=number))
    return meeting


def body_of(meeting: Meeting) -> Body:
    """The body that meets."""
    return db.session.get_one(Body, meeting.body_id)


def organisation_of(meeting: Meeting) -> Organisation:
    return db.session.get_one(Organisation, meeting.organisation_id)


def find_item(meeting: Meeting, item_id: int) -> AgendaItem:
    """One item of the meeting's agenda; raises Missing."""
    for item in meeting.agenda:
        if item.id == item_id:
            return item
    raise Missing


@dataclass(frozen=True)
class Listing:
    """One page of meetings; those to come are soonest first, the past latest first."""

    meetings: list[Meeting]
    page: int
    pages: int
    total: int


def listing(
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    when: str = "",
    body_id: int | None = None,
    words: str = "",
    page: int = 1,
) -> Listing:
    """Search the meetings by title or place; `when` is "coming", "past" or "" for all."""
    query = select(Meeting).where(Meeting.organisation_id == organisation.id)
    query = _visible(query, actor)
    if when == "coming":
        query = query.where(Meeting.closed_at.is_(None), Meeting.starts_at >= now)
    elif when == "past":
        query = query.where(or_(Meeting.closed_at.is_not(None), Meeting.starts_at < now))
    if body_id is not None:
        query = query.where(Meeting.body_id == body_id)
    if words := words.strip():
        query = query.where(
            or_(
                Meeting.title.icontains(words, autoescape=True),
                Meeting.place.icontains(words, autoescape=True),
            )
        )
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    order = Meeting.starts_at.asc() if when == "coming" else Meeting.starts_at.desc()
    rows = db.session.scalars(query.order_by(order, Meeting.id).limit(PAGE).offset((page - 1) * PAGE))
    return Listing(list(rows), page, pages, total)


def _visible(query: Select[Meeting], actor: Actor) -> Select[Meeting]:
    """Called meetings are every member's to see; drafts only theirs who may call them."""
    bodies = db.session.scalars(select(Body).where(Body.organisation_id == actor.organisation_id))
    own = [body.id for body in bodies if may(actor, Permission.CALL_MEETING, body)]
    return query.where(or_(Meeting.called_at.is_not(None), Meeting.body_id.in_(own)))


def awaiting(organisation: Organisation, membership_id: int, now: datetime) -> list[Meeting]:
    """The meetings to come that a member was invited to and has not answered."""
    rows = db.session.scalars(
        select(Meeting)
        .join(Notice, (Notice.meeting_id == Meeting.id) & (Notice.membership_id == membership_id))
        .outerjoin(Answer, (Answer.meeting_id == Meeting.id) & (Answer.membership_id == membership_id))
        .where(
            Meeting.organisation_id == organisation.id,
            Meeting.starts_at >= now,
            Meeting.cancelled_reason == "",
            Answer.id.is_(None),
        )
        .order_by(Meeting.starts_at)
    )
    return list(rows)


def invited(body: Body, day: date) -> list[Membership]:
    """The active members of the body on a day, by number; of the assembly, all active members."""
    query = select(Membership).where(
        Membership.organisation_id == body.organisation_id, Membership.latest_kind_on(day).in_(ACTIVE)
    )
    if body.kind != "assembly":
        belongs = (
            select(BodyMembership.membership_id)
            .where(BodyMembership.body_id == body.id, BodyMembership.starts_on <= day)
            .where(or_(BodyMembership.ends_on.is_(None), BodyMembership.ends_on >= day))
        )
        query = query.where(Membership.id.in_(belongs))
    return list(db.session.scalars(query.order_by(Membership.number)))


def post_list(meeting: Meeting, actor: Actor, now: datetime) -> list[Membership]:
    """Those whose notice goes by post, with their addresses; the look is recorded, so call it in a write."""
    authorize(actor, Permission.SEE_PARTICULARS, meeting)
    organisation = organisation_of(meeting)
    record(organisation, actor, "addresses read for post", f"meeting {meeting.number}", now)
    rows = db.session.scalars(
        select(Membership)
        .join(Notice, Notice.membership_id == Membership.id)
        .where(Notice.meeting_id == meeting.id, Notice.way == "post")
        .order_by(Membership.number)
    )
    return list(rows)


def answer_of(meeting: Meeting, membership_id: int | None) -> Answer | None:
    """What a member said to the invitation, if anything."""
    return db.session.scalar(
        select(Answer).where(Answer.meeting_id == meeting.id, Answer.membership_id == membership_id)
    )


def answers_to(meeting: Meeting) -> dict[str, list[Membership]]:
    """Who comes and who sent apologies, by number."""
    rows = db.session.execute(
        select(Answer.answer, Membership)
        .join(Membership, Membership.id == Answer.membership_id)
        .where(Answer.meeting_id == meeting.id)
        .order_by(Membership.number)
    )
    found: dict[str, list[Membership]] = {"coming": [], "apologies": []}
    for answer, membership in rows:
        found[answer].append(membership)
    return found


def attendances_of(meeting: Meeting) -> list[tuple[Attendance, Membership]]:
    """Every coming, with the member, by number and time."""
    rows = db.session.execute(
        select(Attendance, Membership)
        .join(Membership, Membership.id == Attendance.membership_id)
        .where(Attendance.meeting_id == meeting.id)
        .order_by(Membership.number, Attendance.came_at)
    )
    return [(attendance, membership) for attendance, membership in rows]


def decision_of(item: AgendaItem) -> Decision | None:
    """The decision linked to an item, or that of the ballot linked to it once it is counted."""
    return outcomes([item]).get(item.id, (None, None))[1]


def outcomes(items: Iterable[AgendaItem]) -> dict[int, tuple[Ballot | None, Decision | None]]:
    """The ballot and the decision of each item by its id, in three queries whatever the agenda's length."""
    known = list(items)
    ballot_ids = {item.ballot_id for item in known if item.ballot_id}
    decision_ids = {item.decision_id for item in known if item.decision_id}
    ballots = {row.id: row for row in db.session.scalars(select(Ballot).where(Ballot.id.in_(ballot_ids)))}
    decisions = db.session.scalars(
        select(Decision).where(or_(Decision.id.in_(decision_ids), Decision.ballot_id.in_(ballot_ids)))
    ).all()
    by_id = {row.id: row for row in decisions}
    by_ballot = {row.ballot_id: row for row in decisions}
    return {
        item.id: (
            ballots.get(item.ballot_id or 0),
            by_id.get(item.decision_id or 0) or by_ballot.get(item.ballot_id or 0),
        )
        for item in known
    }


def document_of(meeting: Meeting) -> Document | None:
    """The issued minutes with their bytes, if they were issued."""
    return db.session.scalar(
        select(Document)
        .join(Minutes, Minutes.document_id == Document.id)
        .where(Minutes.meeting_id == meeting.id)
        .options(undefer(Document.content))
    )


def stage_of(meeting: Meeting, now: datetime) -> str:
    """Return "draft", "called off", "called", "begun" (its hour has come), "open" or "closed"."""
    if meeting.cancelled_reason:
        return "called off"
    if meeting.closed_at is not None:
        return "closed"
    if meeting.opened_at is not None:
        return "open"
    if meeting.called_at is None:
        return "draft"
    return "begun" if now >= meeting.starts_at else "called"


def linkable(meeting: Meeting) -> tuple[list[Ballot], list[Decision]]:
    """The latest ballots and decisions of the body, which an item of the agenda can name."""
    ballots = db.session.scalars(
        select(Ballot)
        .where(Ballot.body_id == meeting.body_id, Ballot.announced_at.is_not(None), Ballot.void_at.is_(None))
        .order_by(Ballot.number.desc())
        .limit(50)
    )
    decisions = db.session.scalars(
        select(Decision)
        .where(Decision.body_id == meeting.body_id)
        .order_by(Decision.decided_at.desc(), Decision.id.desc())
        .limit(50)
    )
    return list(ballots), list(decisions)


def was_invited(meeting: Meeting, membership_id: int | None) -> bool:
    """Whether a member had notice of the meeting."""
    query = select(Notice.id).where(Notice.meeting_id == meeting.id, Notice.membership_id == membership_id)
    return membership_id is not None and db.session.scalar(query) is not None
