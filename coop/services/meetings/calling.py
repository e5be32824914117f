"""Planning a meeting, setting its agenda, and giving notice in the clear days the constitution asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from flask_babel import format_date, ngettext
from flask_babel import gettext as _
from sqlalchemy import func, select

from coop.access import Actor, Permission, authorize
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, Decision
from coop.models.meetings import AgendaItem, Meeting, Notice
from coop.models.organisations import Body, Organisation
from coop.models.petitions import Petition
from coop.rules.meetings import NoSuchTimeError, NoticeCheck, instant_of, notice_check
from coop.rules.provisions import Days
from coop.services import ballots, constitution
from coop.services.meetings.reading import body_of, invited, organisation_of
from coop.services.records import record, send

WALL = "%Y-%m-%d %H:%M"


@dataclass(frozen=True)
class NoticeRule:
    """What the constitution asks of the notice on a day, and whether a meeting then would have it."""

    check: NoticeCheck
    article: str
    version_id: int
    version_number: int

    @property
    def says(self) -> str:
        """The rule with its source: "Article 14 (version 4) asks for 21 clear days of notice."."""
        if not self.article:
            said = ngettext(
                "The rules (version %(version)s) ask for %(num)s clear day of notice.",
                "The rules (version %(version)s) ask for %(num)s clear days of notice.",
                self.check.needed,
                version=self.version_number,
            )
        else:
            said = ngettext(
                "Article %(article)s (version %(version)s) asks for %(num)s clear day of notice.",
                "Article %(article)s (version %(version)s) asks for %(num)s clear days of notice.",
                self.check.needed,
                article=self.article,
                version=self.version_number,
            )
        return str(said)


def notice_on(body: Body, wall: datetime, now: datetime) -> NoticeRule:
    """Read the rule in force today and count the clear days from today to the meeting's wall time."""
    organisation = body.organisation
    today = organisation.day_of(now)
    version = constitution.in_force(organisation, today)
    if version is None:
        raise Refusal(_("No constitution is in force today, so no meeting can be called. Adopt one first."))
    rule = constitution.rule(version, "meeting.notice", body=body)
    needed = rule.value.n if isinstance(rule.value, Days) else 0
    return NoticeRule(notice_check(today, wall.date(), needed), rule.article, version.id, version.number)


def plan_meeting(
    body: Body,
    actor: Actor,
    now: datetime,
    *,
    title: str,
    wall: datetime,
    place: str,
    kind: str = "ordinary",
    items: Sequence[tuple[str, str]] = (),
) -> Meeting:
    """Draft a meeting of the body at a wall time of the organisation's zone; `items` are titles with texts.

    Nobody is told before it is called. Refuses a day that today's notice can't reach.
    """
    authorize(actor, Permission.CALL_MEETING, body)
    organisation = body.organisation
    rule = _lawful(body, wall, now)
    db.session.execute(select(Organisation.id).where(Organisation.id == organisation.id).with_for_update())
    highest = db.session.scalar(
        select(func.max(Meeting.number)).where(Meeting.organisation_id == organisation.id)
    )
    meeting = Meeting(
        organisation_id=organisation.id,
        number=(highest or 0) + 1,
        body_id=body.id,
        kind=kind,
        title=title.strip(),
        starts_at=_instant(wall, organisation.zone),
        wall_time=wall.strftime(WALL),
        zone=organisation.zone,
        place=place.strip(),
        version_id=rule.version_id,
    )
    db.session.add(meeting)
    db.session.flush()
    for heading, text in items:
        _append(meeting, heading, text)
    facts = {"number": meeting.number, "body": body.slug, "starts": meeting.wall_time, "zone": meeting.zone}
    record(organisation, actor, "meeting planned", f"meeting {meeting.number}", now, facts)
    return meeting


def change_meeting(
    meeting: Meeting, actor: Actor, now: datetime, *, title: str, wall: datetime, place: str, kind: str
) -> None:
    """Change a draft; once called, what was promised stands."""
    authorize(actor, Permission.CALL_MEETING, meeting)
    _still_draft(meeting)
    rule = _lawful(body_of(meeting), wall, now)
    meeting.title, meeting.place, meeting.kind = title.strip(), place.strip(), kind
    meeting.starts_at = _instant(wall, meeting.zone)
    meeting.wall_time = wall.strftime(WALL)
    meeting.version_id = rule.version_id
    _note(meeting, actor, "meeting changed", now, {"starts": meeting.wall_time})


def add_item(meeting: Meeting, actor: Actor, now: datetime, *, title: str, text: str = "") -> AgendaItem:
    """Put an item at the end of a draft's agenda."""
    authorize(actor, Permission.CALL_MEETING, meeting)
    _still_draft(meeting)
    item = _append(meeting, title, text)
    _note(meeting, actor, "agenda item added", now, {"position": item.position})
    return item


def move_item(meeting: Meeting, item: AgendaItem, actor: Actor, now: datetime, *, up: bool) -> None:
    """Swap an item with its neighbour; at the end of the agenda nothing happens."""
    authorize(actor, Permission.CALL_MEETING, meeting)
    _still_draft(meeting)
    order = sorted(meeting.agenda, key=lambda one: one.position)
    for first, second in pairwise(order):
        if (second if up else first).id == item.id:
            first.position, second.position = second.position, first.position
            db.session.flush()
            db.session.expire(meeting, ["agenda"])
            _note(meeting, actor, "agenda reordered", now, {"position": item.position})
            return


def remove_item(meeting: Meeting, item: AgendaItem, actor: Actor, now: datetime) -> None:
    """Take an item off a draft's agenda and close the gap."""
    authorize(actor, Permission.CALL_MEETING, meeting)
    _still_draft(meeting)
    gone = item.position
    db.session.delete(item)
    db.session.flush()
    db.session.expire(meeting, ["agenda"])
    for position, left in enumerate(meeting.agenda, start=1):
        left.position = position
    _note(meeting, actor, "agenda item removed", now, {"position": gone})


def link_item(
    meeting: Meeting,
    item: AgendaItem,
    actor: Actor,
    now: datetime,
    *,
    ballot: Ballot | None,
    decision: Decision | None,
) -> None:
    """Say by which ballot or decision an item was settled; none of both unlinks."""
    authorize(actor, Permission.RUN_MEETING, meeting)
    for thing in (ballot, decision):
        if thing is not None and thing.organisation_id != meeting.organisation_id:
            raise Missing
    item.ballot_id = ballot.id if ballot else None
    item.decision_id = decision.id if decision else None
    facts = {
        "position": item.position,
        "ballot": ballot.number if ballot else None,
        "decision": decision.label if decision else None,
    }
    _note(meeting, actor, "agenda item linked", now, facts)


def link_own(meeting: Meeting, ballot: Ballot) -> None:
    """Name the ballot that the constitution puts at a meeting by the item called after it, or by one more."""
    found = [item for item in meeting.agenda if item.title == ballot.title and item.ballot_id is None]
    item = found[0] if found else _append(meeting, ballot.title, "")
    item.ballot_id = ballot.id
    db.session.flush()


def call_meeting(meeting: Meeting, actor: Actor, now: datetime) -> dict[str, int]:
    """Give notice to every member entitled, by mail or by post, and return how many by each way.

    Refuses short notice, naming the article and the first lawful day; a second call is refused.
    """
    authorize(actor, Permission.CALL_MEETING, meeting)
    _still_draft(meeting)
    organisation, body = organisation_of(meeting), body_of(meeting)
    rule = _lawful(body, datetime.strptime(meeting.wall_time, WALL), now)  # noqa: DTZ007 - a wall time
    if not meeting.agenda:
        raise Refusal(_("Members must know what is to be decided: add at least one item to the agenda."))
    if body.kind == "assembly":
        for appointment in ballots.unconfirmed(organisation, organisation.day_of(now)):
            _append(meeting, ballots.confirmation_title(appointment.term), "")
    told = invited(body, organisation.day_of(now))
    if not told:
        raise Refusal(_("%(body)s has no members to invite.", body=body.name))
    ways = {"mail": 0, "post": 0}
    for membership in told:
        way = "mail" if membership.notices == "mail" and membership.email else "post"
        ways[way] += 1
        db.session.add(
            Notice(
                meeting_id=meeting.id,
                membership_id=membership.id,
                way=way,
                given_at=now,
                deemed_on=organisation.day_of(now),
            )
        )
        if way == "mail":
            send(
                organisation,
                "meeting-notice",
                f"meeting-notice:{meeting.id}:{membership.id}",
                now,
                membership_id=membership.id,
                path=f"/meetings/{meeting.number}",
                number=meeting.number,
                wall=meeting.wall_time,
                zone=meeting.zone,
            )
    meeting.called_at, meeting.called_by = now, actor.label
    meeting.version_id, meeting.notice_article = rule.version_id, rule.article
    meeting.notice_reasoning = _reasoning(rule, organisation, ways, now)
    facts = {"clear_days": rule.check.given, "needed": rule.check.needed, "article": rule.article, **ways}
    _note(meeting, actor, "meeting called", now, facts)
    return ways


def cancel_meeting(meeting: Meeting, actor: Actor, now: datetime, *, reason: str) -> None:
    """Call a meeting off before it opens, and tell by mail everyone who had its notice so."""
    authorize(actor, Permission.CALL_MEETING, meeting)
    if db.session.scalar(select(Petition.id).where(Petition.meeting_id == meeting.id)) is not None:
        raise Refusal(_("The members had this meeting called by their petition, so no officer calls it off."))
    if meeting.opened_at is not None:
        raise Refusal(_("This meeting has been opened; it can be closed, not called off."))
    if meeting.cancelled_reason:
        raise Refusal(_("This meeting was called off already."))
    meeting.cancelled_reason = reason.strip()
    organisation = organisation_of(meeting)
    for notice in db.session.scalars(select(Notice).where(Notice.meeting_id == meeting.id)):
        if notice.way == "mail":
            send(
                organisation,
                "meeting-cancelled",
                f"meeting-cancelled:{meeting.id}:{notice.membership_id}",
                now,
                membership_id=notice.membership_id,
                path=f"/meetings/{meeting.number}",
            )
    _note(meeting, actor, "meeting called off", now, {})


def _lawful(body: Body, wall: datetime, now: datetime) -> NoticeRule:
    """The rule, if a meeting at that time can still be called today; else a Refusal names the first day."""
    rule = notice_on(body, wall, now)
    if not rule.check.is_enough:
        raise Refusal(
            _(
                "%(rule)s Called today, the meeting can be on %(earliest)s at the earliest.",
                rule=rule.says,
                earliest=format_date(rule.check.earliest, "d MMMM y"),
            )
        )
    return rule


def _reasoning(rule: NoticeRule, organisation: Organisation, ways: dict[str, int], now: datetime) -> str:
    given = ngettext(
        "That leaves %(num)s clear day.", "That leaves %(num)s clear days.", max(rule.check.given, 0)
    )
    told = ngettext(
        "Notice was given on %(day)s to %(num)s member: %(mail)s by mail, %(post)s by post.",
        "Notice was given on %(day)s to %(num)s members: %(mail)s by mail, %(post)s by post.",
        sum(ways.values()),
        day=format_date(organisation.day_of(now), "d MMMM y"),
        mail=ways["mail"],
        post=ways["post"],
    )
    return f"{told} {given} {rule.says}"


def _instant(wall: datetime, zone: str) -> datetime:
    try:
        return instant_of(wall, zone)
    except NoSuchTimeError as skipped:
        raise Refusal(
            _("The clocks go forward over that hour. Choose a time before or after it.")
        ) from skipped


def _still_draft(meeting: Meeting) -> None:
    """Take the meeting's row alone, so that two at one agenda follow each other, and refuse a called one."""
    db.session.refresh(meeting, with_for_update=True)
    if meeting.cancelled_reason:
        raise Refusal(_("This meeting was called off."))
    if meeting.called_at is not None:
        raise Refusal(
            _("The notice went out with this agenda, and members rely on both: they stay as they are.")
        )


def _append(meeting: Meeting, title: str, text: str) -> AgendaItem:
    item = AgendaItem(position=len(meeting.agenda) + 1, title=title.strip(), text=text.strip())
    meeting.agenda.append(item)
    db.session.flush()
    return item


def _note(meeting: Meeting, actor: Actor, verb: str, now: datetime, facts: Mapping[str, object]) -> None:
    record(organisation_of(meeting), actor, verb, f"meeting {meeting.number}", now, dict(facts))
