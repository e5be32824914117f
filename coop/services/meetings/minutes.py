"""Minutes: written by one or two at once, circulated, approved by a later decision, issued on paper."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import force_locale, format_date
from flask_babel import gettext as _
from sqlalchemy import or_, select

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Decision
from coop.models.meetings import Meeting, Minutes, Notice
from coop.models.members import Membership
from coop.models.organisations import Office, OfficeTerm, Organisation
from coop.models.records import Document
from coop.rules.meetings import Merge, mark_of, merge, presence
from coop.rules.thresholds import Quorum
from coop.services import constitution, documents
from coop.services.meetings.attending import stays_of
from coop.services.meetings.leading import elected_chair
from coop.services.meetings.reading import (
    answers_to,
    attendances_of,
    body_of,
    invited,
    organisation_of,
    outcomes,
)
from coop.services.offices import how_given
from coop.services.records import record, send


class Clash(Refusal):
    """Two wrote the same text at once: `merged` holds what was typed, and under conflicts what was saved."""

    def __init__(self, merged: Merge) -> None:
        super().__init__(
            _("Somebody saved other words while you wrote. Both are shown: settle each, then save again.")
        )
        self.merged = merged


def minutes_of(meeting: Meeting) -> Minutes | None:
    """The meeting's minutes, once somebody began to write them."""
    return db.session.scalar(select(Minutes).where(Minutes.meeting_id == meeting.id))


def texts_of(meeting: Meeting) -> dict[str, str]:
    """Every text of the minutes by its key: "opening", "item-7", …, "closing"."""
    minutes = minutes_of(meeting)
    texts = {"opening": minutes.opening if minutes else ""}
    texts |= {f"item-{item.id}": item.prose for item in meeting.agenda}
    return texts | {"closing": minutes.closing if minutes else ""}


def text_marks(texts: Mapping[str, str]) -> dict[str, str]:
    """The marks a form carries, by which its saving knows what its writer had before them."""
    return {key: mark_of(text) for key, text in texts.items()}


def write_minutes(
    meeting: Meeting,
    actor: Actor,
    now: datetime,
    *,
    started_from: Mapping[str, str],
    typed: Mapping[str, str],
) -> None:
    """Save what was typed; raises Clash, and saves nothing, when somebody changed the same text meanwhile.

    `started_from` holds the marks of the texts the writer had before them. Minutes that were circulated
    become a draft again when their words change; approved ones stay as they are.
    """
    authorize(actor, Permission.WRITE_MINUTES, meeting)
    db.session.refresh(meeting, with_for_update=True)
    if meeting.called_at is None or meeting.cancelled_reason:
        raise Refusal(_("Minutes are written of meetings that were called and held."))
    minutes = minutes_of(meeting) or _begin(meeting)
    if minutes.approved_by_decision_id is not None:
        raise Refusal(
            _("These minutes were approved. A mistake in them is corrected by a later meeting's minutes.")
        )
    before = texts_of(meeting)
    merged = merge(started_from, before, typed)
    if merged.conflicts:
        raise Clash(merged)
    changed = [key for key, text in merged.texts.items() if text != before[key]]
    if not changed:
        return
    minutes.opening, minutes.closing = merged.texts["opening"], merged.texts["closing"]
    minutes.edition += 1
    minutes.circulated_at = None
    for item in meeting.agenda:
        if f"item-{item.id}" in changed:
            item.prose = merged.texts[f"item-{item.id}"]
            item.prose_edition += 1
    _note(meeting, actor, "minutes written", now, {"edition": minutes.edition, "texts": len(changed)})


def circulate_minutes(meeting: Meeting, actor: Actor, now: datetime) -> None:
    """Show the minutes to the members and tell all who had the notice; refuses while a part is missing."""
    authorize(actor, Permission.WRITE_MINUTES, meeting)
    db.session.refresh(meeting, with_for_update=True)
    minutes = _written(meeting)
    if minutes.circulated_at is not None:
        raise Refusal(_("These minutes were circulated already."))
    if meeting.closed_at is None:
        raise Refusal(_("Record first when the meeting opened and closed."))
    if not stays_of(meeting):
        raise Refusal(_("Record first who was there."))
    settled = outcomes(meeting.agenda)
    for item in meeting.agenda:
        if not item.prose.strip() and settled[item.id][1] is None:
            raise Refusal(_("Item %(n)s, “%(title)s”, has no words yet.", n=item.position, title=item.title))
    minutes.circulated_at = now
    organisation = organisation_of(meeting)
    told = select(Notice.membership_id).where(Notice.meeting_id == meeting.id, Notice.way == "mail")
    for membership_id in db.session.scalars(told):
        send(
            organisation,
            "minutes-circulated",
            f"minutes-circulated:{meeting.id}:{minutes.edition}:{membership_id}",
            now,
            membership_id=membership_id,
            path=f"/meetings/{meeting.number}",
        )
    _note(meeting, actor, "minutes circulated", now, {"edition": minutes.edition})


def approve_minutes(meeting: Meeting, decision: Decision, actor: Actor, now: datetime) -> None:
    """Record that a later decision of the same body approved the circulated minutes."""
    authorize(actor, Permission.WRITE_MINUTES, meeting)
    minutes = _written(meeting)
    if minutes.circulated_at is None:
        raise Refusal(_("Circulate the minutes first: members approve only what they could read."))
    if minutes.approved_by_decision_id is not None:
        raise Refusal(_("These minutes were approved already."))
    fits = decision.organisation_id == meeting.organisation_id and decision.body_id == meeting.body_id
    if not fits or decision.outcome_now != "carried" or decision.decided_at <= minutes.circulated_at:
        raise Refusal(
            _("Choose a decision of this body that approves them, carried after they were circulated.")
        )
    minutes.approved_by_decision_id = decision.id
    _note(meeting, actor, "minutes approved", now, {"decision": decision.label})


def prepare_minutes(meeting: Meeting, actor: Actor, now: datetime) -> documents.Paper:
    """Render the minutes from the record; slow, so call it before the write transaction."""
    authorize(actor, Permission.ISSUE_DOCUMENT, meeting)
    organisation = organisation_of(meeting)
    data = minutes_record(meeting)
    with force_locale(organisation.language):
        title = _("Minutes: %(title)s", title=meeting.title)
    return documents.prepare(
        organisation,
        actor,
        meeting,
        now,
        kind="minutes",
        subject=f"meeting {meeting.number}",
        title=title,
        issued_by=actor.membership.name if actor.membership else actor.label,
        data=data,
    )


def issue_minutes(meeting: Meeting, paper: documents.Paper, actor: Actor, now: datetime) -> Document:
    """Keep the rendered minutes as a document; refuses when the record changed while they were rendered."""
    authorize(actor, Permission.ISSUE_DOCUMENT, meeting)
    db.session.refresh(meeting, with_for_update=True)
    rendered = json.loads(paper.record)
    if any(rendered[key] != value for key, value in minutes_record(meeting).items()):
        raise Refusal(_("The minutes changed while their paper was made. Read them again, then issue them."))
    document = documents.issue(organisation_of(meeting), actor, meeting, paper, now)
    _written(meeting).document_id = document.id
    return document


def minutes_record(meeting: Meeting) -> dict[str, Any]:
    """Everything the paper says, as plain data in the organisation's language; refuses before circulation."""
    minutes = _written(meeting)
    if minutes.circulated_at is None or meeting.opened_at is None or meeting.closed_at is None:
        raise Refusal(_("Circulate the minutes first: a paper is made of what members could read."))
    organisation = organisation_of(meeting)
    with force_locale(organisation.language):
        return {
            "meeting": {
                "number": meeting.number,
                "title": meeting.title,
                "body": body_of(meeting).name,
                "day": meeting.wall_time[:10],
                "begins": _clock(meeting.opened_at, meeting.zone),
                "ends": _clock(meeting.closed_at, meeting.zone),
                "zone": meeting.zone,
                "place": meeting.place,
            },
            "state": _state(minutes, organisation),
            "notice": meeting.notice_reasoning,
            "officers": _officers(meeting),
            "attendance": _attendance(meeting),
            "apologies": [
                {"member": member.number, "name": member.name} for member in answers_to(meeting)["apologies"]
            ],
            "quorum": _quorum(meeting),
            "opening": minutes.opening,
            "agenda": _agenda(meeting),
            "closing": minutes.closing,
        }


def _begin(meeting: Meeting) -> Minutes:
    minutes = Minutes(meeting_id=meeting.id, opening="", closing="", edition=0)
    db.session.add(minutes)
    db.session.flush()
    return minutes


def _written(meeting: Meeting) -> Minutes:
    minutes = minutes_of(meeting)
    if minutes is None:
        raise Refusal(_("Nobody has written minutes of this meeting yet."))
    return minutes


def _clock(instant: datetime, zone: str) -> str:
    return instant.astimezone(ZoneInfo(zone)).strftime("%H:%M")


def _state(minutes: Minutes, organisation: Organisation) -> str:
    if minutes.approved_by_decision_id is not None:
        decision = db.session.get_one(Decision, minutes.approved_by_decision_id)
        day = format_date(decision.decided_on, "d MMMM y")
        return str(_("Approved by decision %(number)s of %(day)s.", number=decision.label, day=day))
    day = format_date(organisation.day_of(minutes.circulated_at), "d MMMM y") if minutes.circulated_at else ""
    return str(_("Circulated to the members on %(day)s, not yet approved.", day=day))


def _officers(meeting: Meeting) -> list[dict[str, Any]]:
    """Chair and secretary of the body on the day; a founding meeting leaves their lines empty."""
    organisation = organisation_of(meeting)
    day = organisation.day_of(meeting.starts_at)
    rows = db.session.execute(
        select(Office.kind, Office.title, Membership.name, Membership.number, OfficeTerm.id)
        .join(OfficeTerm, OfficeTerm.office_id == Office.id)
        .join(Membership, Membership.id == OfficeTerm.membership_id)
        .where(Office.body_id == meeting.body_id, Office.kind.in_(("chair", "secretary")))
        .where(OfficeTerm.starts_on <= day, or_(OfficeTerm.ends_on.is_(None), OfficeTerm.ends_on >= day))
        .order_by(Office.kind, OfficeTerm.starts_on)
    )
    held = rows.all()
    given = how_given([term_id for *_names, term_id in held])
    found = {
        kind: (f"{title} ({given[term_id]})" if term_id in given else title, name, number)
        for kind, title, name, number, term_id in held
    }
    if (chair := elected_chair(meeting)) is not None:
        found["chair"] = (_("Chair of the meeting, elected by those present"), chair.name, chair.number)
    lines = []
    for kind, otherwise in (("chair", _("Chair of the meeting")), ("secretary", _("Minutes"))):
        title, name, number = found.get(kind, (otherwise, "", None))
        lines.append({"office": title[:1].upper() + title[1:], "name": name, "member": number})
    return lines


def _attendance(meeting: Meeting) -> list[dict[str, Any]]:
    rows = attendances_of(meeting)
    names = {membership.id: membership for _row, membership in rows}
    words = {"in person": _("In person"), "online": _("Online")}
    found = []
    for row, membership in rows:
        stands = names.get(row.proxy_id or 0)
        found.append(
            {
                "member": membership.number,
                "name": membership.name,
                "manner": words.get(row.way) or _("By proxy: %(name)s", name=stands.name if stands else ""),
                "came": _clock(row.came_at, meeting.zone),
                "left": _clock(row.left_at or meeting.closed_at or row.came_at, meeting.zone),
            }
        )
    return found


def _quorum(meeting: Meeting) -> str:
    """The sentence that says when the meeting could decide, with the rule and its article."""
    assert meeting.opened_at is not None  # noqa: S101 - asked by minutes_record
    assert meeting.closed_at is not None  # noqa: S101
    organisation, body = organisation_of(meeting), body_of(meeting)
    day = organisation.day_of(meeting.starts_at)
    version = constitution.in_force(organisation, day)
    eligible = len(invited(body, day))
    stays = stays_of(meeting)
    attended = len({stay.member for stay in stays})
    told = str(_("%(n)s of %(base)s members attended or were represented.", n=attended, base=eligible))
    if version is None:
        return told
    rule = constitution.rule(version, "meeting.quorum", body=body)
    quorum: Quorum = rule.value
    found = presence(stays, quorum.needed(eligible), meeting.opened_at, meeting.closed_at)
    source = (
        _("Article %(article)s, version %(version)s", article=rule.article, version=version.number)
        if rule.article
        else _("Rules in force, version %(version)s", version=version.number)
    )
    needs = _("Quorum %(quorum)s.", quorum=quorum.says(eligible))
    if not found.spells:
        verdict = _("At most %(most)s were there at once: the meeting could not decide.", most=found.most)
    elif found.spells == ((meeting.opened_at, meeting.closed_at),):
        verdict = _("It was there throughout; at most %(most)s were there at once.", most=found.most)
    else:
        spells = ", ".join(
            f"{_clock(begins, meeting.zone)}–{_clock(ends, meeting.zone)}" for begins, ends in found.spells
        )
        verdict = _("It was there only at %(spells)s.", spells=spells)
    return f"{told} {needs} {verdict} {source}."


def _agenda(meeting: Meeting) -> list[dict[str, Any]]:
    settled = outcomes(meeting.agenda)
    found = []
    for item in meeting.agenda:
        ballot, decision = settled[item.id]
        open_ballot = ballot if ballot is not None and decision is None else None
        found.append(
            {
                "position": item.position,
                "title": item.title,
                "prose": item.prose,
                "ballot": {"number": open_ballot.number, "title": open_ballot.title} if open_ballot else None,
                "decisions": [_decided(decision)] if decision else [],
            }
        )
    return found


def _decided(decision: Decision) -> dict[str, Any]:
    return {
        "number": decision.label,
        "title": decision.title,
        "outcome": decision.outcome_now,
        "reasoning": _("Void since a challenge was upheld. %(counted)s", counted=decision.reasoning)
        if decision.is_void
        else decision.reasoning,
        "articles": list(decision.articles),
    }


def _note(meeting: Meeting, actor: Actor, verb: str, now: datetime, facts: Mapping[str, object]) -> None:
    record(organisation_of(meeting), actor, verb, f"meeting {meeting.number}", now, dict(facts))
