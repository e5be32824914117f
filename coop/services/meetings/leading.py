"""A meeting that no officer leads: the members present elect who chairs it, and it can elect officers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from coop.access import PROGRAM, Actor, Permission, actor_of, authorize, may
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, Decision
from coop.models.meetings import Attendance, Meeting, MeetingChair
from coop.models.members import Membership
from coop.models.organisations import Office, OfficeTerm
from coop.services import ballots, constitution
from coop.services.meetings.attending import present_members
from coop.services.meetings.calling import link_own
from coop.services.meetings.reading import body_of, invited, organisation_of
from coop.services.records import record

WAITED = timedelta(minutes=30)  # for an officer to open it, before the members present help themselves
GONE_BY = timedelta(days=1)  # after its hour a meeting that nobody opened is over
LASTS = timedelta(minutes=10)  # the vote on who chairs, among those who are in the room


@dataclass(frozen=True)
class Unled:
    """How far the members present have come: who is there, how many must be, the vote on who chairs."""

    present: list[Membership]
    needed: int
    article: str
    vote: Ballot | None  # the latest
    chair: Membership | None

    @property
    def is_quorate(self) -> bool:
        return len(self.present) >= self.needed


def why_led(meeting: Meeting, now: datetime) -> str:
    """Say why the members present can't elect a chair of the meeting; "" if they can."""
    if meeting.called_at is None or meeting.cancelled_reason or meeting.closed_at is not None:
        return str(_("Only a meeting that was called and goes on can elect who chairs it."))
    if now < meeting.starts_at:
        return str(_("The meeting has not begun: its hour is yet to come."))
    if meeting.opened_at is None and now >= meeting.starts_at + GONE_BY:
        return str(_("The day of this meeting has gone by. Ask for another one."))
    late = meeting.opened_at is None and now >= meeting.starts_at + WAITED
    if late or not _officers(meeting, now):
        return ""
    return str(_("An officer can lead this meeting."))


def unled(meeting: Meeting, now: datetime) -> Unled:
    """Gather what the page of a meeting that nobody leads says."""
    organisation, body = organisation_of(meeting), body_of(meeting)
    day = organisation.day_of(now)
    there = present_members(meeting, now)
    everyone = invited(body, organisation.day_of(meeting.starts_at))
    version = constitution.in_force(organisation, day)
    rule = constitution.rule(version, "meeting.quorum", body=body) if version else None
    last = db.session.scalar(
        select(Ballot)
        .join(MeetingChair, MeetingChair.ballot_id == Ballot.id)
        .where(MeetingChair.meeting_id == meeting.id)
        .order_by(Ballot.id.desc())
        .limit(1)
    )
    return Unled(
        present=[one for one in everyone if one.id in there],
        needed=rule.value.needed(len(everyone)) if rule else 1,
        article=(rule.article or "") if rule else "",
        vote=last,
        chair=chair_of(meeting),
    )


def chair_of(meeting: Meeting) -> Membership | None:
    """The member whom those present elected to chair the meeting, while it lasts."""
    return elected_chair(meeting) if meeting.closed_at is None else None


def elected_chair(meeting: Meeting) -> Membership | None:
    """Whom those present elected last to chair the meeting, also after it ended: for its minutes."""
    return db.session.scalar(
        select(Membership)
        .join(MeetingChair, MeetingChair.membership_id == Membership.id)
        .join(Decision, Decision.ballot_id == MeetingChair.ballot_id)
        .where(MeetingChair.meeting_id == meeting.id, Decision.outcome == "carried", ~Decision.is_void)
        .order_by(MeetingChair.ballot_id.desc())
        .limit(1)
    )


def come(meeting: Meeting, actor: Actor, now: datetime) -> None:
    """Say that one is here, at a meeting where no officer records it; pressed twice it is once."""
    authorize(actor, Permission.ATTEND_UNLED, meeting)
    db.session.refresh(meeting, with_for_update=True)
    if why := why_led(meeting, now):
        raise Refusal(why)
    _refuse_stranger(meeting, actor.membership_id)
    if actor.membership_id in present_members(meeting, now):
        return
    db.session.add(
        Attendance(meeting_id=meeting.id, membership_id=actor.membership_id, way="in person", came_at=now)
    )
    db.session.flush()
    record(organisation_of(meeting), actor, "came to", f"meeting {meeting.number}", now)


def propose_chair(meeting: Meeting, who: Membership, actor: Actor, now: datetime) -> Ballot:
    """Put to those present whether a member, present too, chairs the meeting; the vote opens at once."""
    authorize(actor, Permission.ATTEND_UNLED, meeting)
    db.session.refresh(meeting, with_for_update=True)
    if why := why_led(meeting, now):
        raise Refusal(why)
    so_far, there = unled(meeting, now), present_members(meeting, now)
    if actor.membership_id not in there:
        raise Refusal(_("Say first that you are here."))
    if who.id not in there:
        raise Refusal(_("%(name)s must be here to chair the meeting.", name=who.name))
    if not so_far.is_quorate:
        raise Refusal(
            _(
                "%(there)s are here, and the meeting needs %(needed)s to decide anything. Ask others to come.",
                there=len(so_far.present),
                needed=so_far.needed,
            )
        )
    vote = so_far.vote
    if vote is not None and vote.sealed_at is None and vote.void_at is None:
        raise Refusal(_("Those present vote on who chairs already: ballot %(number)s.", number=vote.number))
    organisation, body = organisation_of(meeting), body_of(meeting)
    ballot = ballots.propose_motion(
        organisation,
        PROGRAM,
        now,
        title=_("Chair of the meeting: %(name)s", name=who.name),
        text=_(
            "%(name)s (member %(number)s) chairs “%(meeting)s”, with the duties of the meeting and no others, "
            "until it ends.",
            name=who.name,
            number=who.number,
            meeting=meeting.title,
        ),
        decision_class=ballots.MEETING_CHAIR,
        body=body,
        proposer=actor.membership,
        procedural=True,
    )
    ballot.meeting_id = meeting.id
    db.session.add(MeetingChair(ballot_id=ballot.id, meeting_id=meeting.id, membership_id=who.id))
    db.session.flush()
    ballots.open_ballot(ballot, organisation, PROGRAM, now, room=ballots.Room(there, LASTS))
    facts = {"ballot": ballot.number, "member": who.number, "present": len(there)}
    record(organisation, actor, "proposed a chair of", f"meeting {meeting.number}", now, facts)
    return ballot


def put_election(
    meeting: Meeting,
    office: Office,
    candidates: Sequence[ballots.Candidate],
    actor: Actor,
    now: datetime,
) -> Ballot:
    """Draft the election of an officer at a meeting whose chair those present elected; the program runs it."""
    authorize(actor, Permission.ELECT_AT_MEETING, meeting)
    organisation, body = organisation_of(meeting), body_of(meeting)
    if meeting.opened_at is None:
        raise Refusal(_("Open the meeting first: say when it began."))
    day = organisation.day_of(now)
    db.session.execute(select(Office.id).where(Office.id == office.id).with_for_update())
    held = select(OfficeTerm.id).where(OfficeTerm.office_id == office.id, OfficeTerm.held_on(day))
    if len(db.session.scalars(held).all()) >= office.seats:
        raise Refusal(_("%(office)s: this office is held.", office=office.title))
    running = select(Ballot.number).where(
        Ballot.office_id == office.id, Ballot.sealed_at.is_(None), Ballot.void_at.is_(None)
    )
    if (number := db.session.scalar(running)) is not None:
        raise Refusal(_("An election to this office is on its way: ballot %(number)s.", number=number))
    if not candidates:
        raise Refusal(_("Name at least one member who stands."))
    version = constitution.in_force(organisation, day)
    too_few = ""
    if version is not None and len(candidates) <= office.seats:
        too_few = str(constitution.rule(version, "election.too_few", body=body).value)
    ballot = ballots.set_up_election(
        organisation,
        PROGRAM,
        now,
        office=office,
        candidates=candidates,
        body=body,
        reopen=too_few == "reopen",
        without_vote=too_few == "unopposed",
    )
    ballot.meeting_id = meeting.id
    link_own(meeting, ballot)
    facts = {"ballot": ballot.number, "office": office.kind, "candidates": len(candidates)}
    record(organisation, actor, "had an election put at", f"meeting {meeting.number}", now, facts)
    return ballot


def open_election(
    meeting: Meeting,
    ballot: Ballot,
    actor: Actor,
    now: datetime,
    *,
    keys: Sequence[ballots.secret.NewKey] = (),
) -> None:
    """Open the drafted election of a meeting; `keys` are those of a secret one, made before the write lock."""
    authorize(actor, Permission.ELECT_AT_MEETING, meeting)
    if ballot.meeting_id != meeting.id:
        raise Missing
    ballots.open_ballot(ballot, organisation_of(meeting), PROGRAM, now, keys=keys)


def elections_at(meeting: Meeting) -> list[Ballot]:
    """The elections that were put at a meeting."""
    rows = select(Ballot).where(Ballot.meeting_id == meeting.id, Ballot.kind == "election")
    return list(db.session.scalars(rows.order_by(Ballot.id)))


def _officers(meeting: Meeting, now: datetime) -> bool:
    """Whether any officer can lead the meeting today, by their own office or in place of a vacant one."""
    organisation = organisation_of(meeting)
    day = organisation.day_of(now)
    rows = db.session.scalars(
        select(Membership)
        .join(OfficeTerm, OfficeTerm.membership_id == Membership.id)
        .where(Membership.organisation_id == organisation.id, OfficeTerm.held_on(day))
        .distinct()
    )
    return any(may(actor_of(one, one.status_on(day), day), Permission.CALL_MEETING, meeting) for one in rows)


def _refuse_stranger(meeting: Meeting, membership_id: int | None) -> None:
    day = organisation_of(meeting).day_of(meeting.starts_at)
    if membership_id not in {one.id for one in invited(body_of(meeting), day)}:
        raise Refusal(_("You were no member of this body on the day of the meeting."))
