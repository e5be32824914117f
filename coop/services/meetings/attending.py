"""Who says they will come, who was there from when to when, in person, online or by proxy."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.meetings import Answer, Attendance, Meeting, Minutes, Notice
from coop.models.members import Membership
from coop.rules.meetings import Stay, most_at_once, overlaps, present_at
from coop.services import ballots
from coop.services.meetings.calling import link_own
from coop.services.meetings.reading import body_of, invited, organisation_of
from coop.services.records import record

WAYS = ("in person", "online", "by proxy")


def answer_invitation(meeting: Meeting, actor: Actor, now: datetime, *, answer: str) -> None:
    """Say "coming" or "apologies"; the last answer before the meeting begins counts."""
    authorize(actor, Permission.ANSWER_MEETING, meeting)
    if meeting.cancelled_reason:
        raise Refusal(_("This meeting was called off."))
    if meeting.called_at is None or now >= meeting.starts_at:
        raise Refusal(_("Answers are taken until the meeting begins."))
    told = select(Notice.id).where(
        Notice.meeting_id == meeting.id, Notice.membership_id == actor.membership_id
    )
    if db.session.scalar(told) is None:
        raise Refusal(_("You were not among those invited to this meeting."))
    before = db.session.scalar(
        select(Answer)
        .where(Answer.meeting_id == meeting.id, Answer.membership_id == actor.membership_id)
        .with_for_update()
    )
    if before is None:
        before = Answer(meeting_id=meeting.id, membership_id=actor.membership_id, answer=answer, at=now)
        db.session.add(before)
    before.answer, before.at = answer, now
    _note(meeting, actor, "invitation answered", now, {"answer": answer})


def open_meeting(meeting: Meeting, actor: Actor, now: datetime, *, at: datetime) -> None:
    """Record when the meeting was opened; `at` may lie in the past."""
    authorize(actor, Permission.RUN_MEETING, meeting)
    if meeting.called_at is None or meeting.cancelled_reason:
        raise Refusal(_("Only a meeting of which notice was given can be opened."))
    if meeting.opened_at is not None:
        raise Refusal(_("This meeting was opened already."))
    if not meeting.called_at <= at <= now:
        raise Refusal(_("A meeting opens after its notice, and not in the future."))
    if at < meeting.starts_at:
        raise Refusal(_("Members were told a later hour. The meeting can't be opened before it."))
    meeting.opened_at = at
    _note(meeting, actor, "meeting opened", now, {"at": at.isoformat()})
    if body_of(meeting).kind == "assembly":
        for ballot in ballots.put_confirmations(meeting, organisation_of(meeting), now):
            link_own(meeting, ballot)


def close_meeting(meeting: Meeting, actor: Actor, now: datetime, *, at: datetime) -> None:
    """Record when the meeting was closed; everyone still there left with it."""
    authorize(actor, Permission.RUN_MEETING, meeting)
    if meeting.opened_at is None:
        raise Refusal(_("Open the meeting first: say when it began."))
    if meeting.closed_at is not None:
        raise Refusal(_("This meeting was closed already."))
    if not meeting.opened_at < at <= now:
        raise Refusal(_("A meeting closes after it opened, and not in the future."))
    for stay in _rows(meeting):
        if stay.came_at > at or (stay.left_at is not None and stay.left_at > at):
            raise Refusal(_("Somebody is recorded as there after that time. Correct their times first."))
    meeting.closed_at = at
    _note(meeting, actor, "meeting closed", now, {"at": at.isoformat()})
    if body_of(meeting).kind == "assembly":
        ballots.end_co_options(organisation_of(meeting), now)


def record_arrivals(
    meeting: Meeting,
    members: Sequence[Membership],
    actor: Actor,
    now: datetime,
    *,
    way: str,
    at: datetime,
    proxy: Membership | None = None,
) -> None:
    """Record that members came, all in the same way and at the same time; a second coming is a second row."""
    authorize(actor, Permission.RUN_MEETING, meeting)
    db.session.refresh(meeting, with_for_update=True)
    _attendance_open(meeting)
    if meeting.called_at is None or meeting.cancelled_reason or at > now:
        raise Refusal(_("Attendance is recorded from the day of a called meeting on, and not in the future."))
    if meeting.closed_at is not None and at >= meeting.closed_at:
        raise Refusal(_("That is after the meeting closed."))
    _entitled(meeting, members)
    _proxy_is_there(meeting, members, way, at, proxy)
    if proxy is not None:
        _within_limit(meeting, members, at, proxy)
    stays = [_stay(row) for row in _rows(meeting)] + [Stay(member.id, at) for member in members]
    twice = overlaps(stays)
    if twice:
        names = ", ".join(member.name for member in members if member.id in twice)
        raise Refusal(_("%(names)s would be there twice at once. Record first when they left.", names=names))
    for member in members:
        db.session.add(
            Attendance(
                meeting_id=meeting.id,
                membership_id=member.id,
                way=way,
                proxy_id=proxy.id if proxy else None,
                came_at=at,
            )
        )
    facts = {"way": way, "members": [member.number for member in members], "at": at.isoformat()}
    _note(meeting, actor, "arrivals recorded", now, facts)


def record_departure(
    meeting: Meeting, attendance: Attendance, actor: Actor, now: datetime, *, at: datetime
) -> None:
    """Record when a member left; a member whom they stood for by proxy leaves with them."""
    authorize(actor, Permission.RUN_MEETING, meeting)
    _attendance_open(meeting)
    if attendance.left_at is not None:
        raise Refusal(_("Their leaving was recorded already."))
    if not attendance.came_at < at <= now or (meeting.closed_at is not None and at > meeting.closed_at):
        raise Refusal(_("One leaves after coming, before the meeting closes, and not in the future."))
    attendance.left_at = at
    for row in _rows(meeting):
        if row.proxy_id == attendance.membership_id and row.left_at is None and row.came_at < at:
            row.left_at = at
    _note(meeting, actor, "departure recorded", now, {"at": at.isoformat()})


def strike_attendance(meeting: Meeting, attendance: Attendance, actor: Actor, now: datetime) -> None:
    """Take back a record made by mistake, while the minutes are not yet circulated."""
    authorize(actor, Permission.RUN_MEETING, meeting)
    _attendance_open(meeting)
    relied = any(row.proxy_id == attendance.membership_id for row in _rows(meeting))
    if relied:
        raise Refusal(_("They stand for somebody by proxy. Take that back first."))
    number = db.session.get_one(Membership, attendance.membership_id).number
    db.session.delete(attendance)
    _note(meeting, actor, "attendance struck", now, {"member": number})


def present_members(meeting: Meeting, at: datetime) -> frozenset[int]:
    """The ids of the memberships there at an instant, in whatever way: what a ballot freezes as present."""
    if meeting.closed_at is not None and at >= meeting.closed_at:
        return frozenset()
    return present_at([_stay(row) for row in _rows(meeting)], at)


def stays_of(meeting: Meeting) -> list[Stay]:
    return [_stay(row) for row in _rows(meeting)]


def _rows(meeting: Meeting) -> list[Attendance]:
    return list(db.session.scalars(select(Attendance).where(Attendance.meeting_id == meeting.id)))


def _stay(row: Attendance) -> Stay:
    return Stay(row.membership_id, row.came_at, row.left_at)


def _attendance_open(meeting: Meeting) -> None:
    circulated = db.session.scalar(select(Minutes.circulated_at).where(Minutes.meeting_id == meeting.id))
    if circulated is not None:
        raise Refusal(_("The minutes with this attendance were circulated. Correct it in their text."))


def _entitled(meeting: Meeting, members: Sequence[Membership]) -> None:
    if not members:
        raise Refusal(_("Choose at least one member."))
    day = organisation_of(meeting).day_of(meeting.starts_at)
    entitled = {member.id for member in invited(body_of(meeting), day)}
    for member in members:
        if member.id not in entitled:
            raise Refusal(
                _("%(name)s was no member of this body on the day of the meeting.", name=member.name)
            )


def _proxy_is_there(
    meeting: Meeting, members: Sequence[Membership], way: str, at: datetime, proxy: Membership | None
) -> None:
    """A member represented needs one who is there in person or online and stands for them from then on."""
    if (way == "by proxy") != (proxy is not None):
        raise Refusal(_("Say who stands for them: a proxy, and only a proxy, needs the member who holds it."))
    if proxy is None:
        return
    own = [
        row
        for row in _rows(meeting)
        if row.membership_id == proxy.id and row.way != "by proxy" and row.came_at <= at
    ]
    there = any(row.left_at is None or at < row.left_at for row in own)
    if not there or proxy.id in {member.id for member in members}:
        raise Refusal(
            _(
                "%(name)s must be there to stand for somebody else. Record their coming first.",
                name=proxy.name,
            )
        )


def proxy_rule(meeting: Meeting) -> ballots.ProxyRule:
    """Read how many others one member may stand for on the day of the meeting."""
    return ballots.rule_on(body_of(meeting), organisation_of(meeting).day_of(meeting.starts_at))


def _within_limit(meeting: Meeting, members: Sequence[Membership], at: datetime, proxy: Membership) -> None:
    """A member stands for no more others at once than the constitution allows; as in its ballots."""
    rule = proxy_rule(meeting)
    stays = [_stay(row) for row in _rows(meeting) if row.proxy_id == proxy.id]
    if most_at_once(stays + [Stay(member.id, at) for member in members]) <= rule.limit:
        return
    if not rule.limit:
        raise Refusal(rule.says)
    raise Refusal(_("%(name)s would stand for more than may be. %(rule)s", name=proxy.name, rule=rule.says))


def _note(meeting: Meeting, actor: Actor, verb: str, now: datetime, facts: Mapping[str, object]) -> None:
    record(organisation_of(meeting), actor, verb, f"meeting {meeting.number}", now, dict(facts))
