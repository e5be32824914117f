"""Who was there: opening, coming, leaving, closing."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from coop.access import Permission, authorize, requires
from coop.blueprints.meetings import bp
from coop.blueprints.meetings.forms import ArrivalsForm, ClockForm, way_words
from coop.errors import Missing, Refusal
from coop.models.meetings import Attendance, Meeting
from coop.models.members import Membership
from coop.rules.meetings import instant_of
from coop.services import meetings
from coop.transaction import writing

MOST_CHOICES = 100  # names to tick on one page; beyond that one searches

Answer = str | Response | tuple[str, int]


def _instant(form: ClockForm | ArrivalsForm, meeting: Meeting) -> datetime:
    """The typed time on the meeting's day as an instant."""
    found = form.instant_of(form.time, meeting.wall_time, lambda wall: instant_of(wall, meeting.zone))
    if found is None:
        raise Refusal(_("Give the time, like 18:00."))
    return found


def _meeting(number: int) -> Meeting:
    meeting = meetings.find(g.organisation, number, g.actor)
    authorize(g.actor, Permission.RUN_MEETING, meeting)
    return meeting


def _people(meeting: Meeting) -> list[Membership]:
    return meetings.invited(meetings.body_of(meeting), g.organisation.day_of(meeting.starts_at))


def _words(member: Membership) -> str:
    return f"{member.name} ({member.number})"


def _arrivals_form(meeting: Meeting) -> ArrivalsForm:
    rows = meetings.attendances_of(meeting)
    there = {member.id for row, member in rows if row.left_at is None}
    holders = {member.number: member for row, member in rows if row.left_at is None and row.way != "by proxy"}
    absent = [(str(member.number), _words(member)) for member in _people(meeting) if member.id not in there]
    if request.method == "GET":
        looked_for = request.args.get("q", "").strip().casefold()
        absent = [choice for choice in absent if looked_for in choice[1].casefold()][:MOST_CHOICES]
    return ArrivalsForm(
        absent,
        [(str(number), _words(member)) for number, member in holders.items()],
        prefix="came-",
        data=None if request.method == "POST" else {"time": _usual_time(meeting), "proxy": ""},
    )


def _usual_time(meeting: Meeting) -> object:
    """The time most often meant: now while the meeting runs, else the promised one."""
    now = g.now.astimezone(ZoneInfo(meeting.zone))
    promised = meeting.starts_at.astimezone(ZoneInfo(meeting.zone))
    running = meeting.closed_at is None and now.date() == promised.date() and now >= promised
    return (now if running else promised).time().replace(second=0, microsecond=0)


def _page(
    number: int,
    form: ArrivalsForm | None = None,
    clock: ClockForm | None = None,
    leaving: dict[int, ClockForm] | None = None,
) -> str:
    meeting = _meeting(number)
    rows = meetings.attendances_of(meeting)
    form, leaving = form or _arrivals_form(meeting), leaving or {}
    usual = {"time": _usual_time(meeting)}
    there = [row.id for row, _member in rows if row.left_at is None]
    return render_template(
        "meetings/attendance.html",
        meeting=meeting,
        stage=meetings.stage_of(meeting, g.now),
        form=form,
        many=len(form.members.choices) == MOST_CHOICES or request.args.get("q"),
        clock=clock or ClockForm(prefix="clock-", formdata=None, data=usual),
        rows=rows,
        names={member.id: member.name for _row, member in rows},
        leaving={
            key: leaving.get(key) or ClockForm(prefix=f"left-{key}-", formdata=None, data=usual)
            for key in there
        },
        wrong=list(leaving.values()),
        ways=way_words(),
        proxies=meetings.proxy_rule(meeting).says,
    )


@bp.route("/meetings/<int:number>/attendance", methods=["GET", "POST"])
@requires(Permission.RUN_MEETING)
def attendance(number: int) -> Answer:
    if request.method == "GET":
        return _page(number)
    form = _arrivals_form(_meeting(number))
    if not form.validate_on_submit():
        return _page(number, form=form), 422
    try:
        with writing():
            meeting = _meeting(number)
            people = {str(member.number): member for member in _people(meeting)}
            meetings.record_arrivals(
                meeting,
                [people[key] for key in form.members.data if key in people],
                g.actor,
                g.now,
                way=form.way.data,
                at=_instant(form, meeting),
                proxy=people.get(form.proxy.data),
            )
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return _page(number, form=form), 409
    flash(_("Recorded."))
    return redirect(url_for(".attendance", number=number))


@bp.post("/meetings/<int:number>/clock")
@requires(Permission.RUN_MEETING)
def clock(number: int) -> Answer:
    """Open or close the meeting at the typed time."""
    form = ClockForm(prefix="clock-")
    if not form.validate_on_submit():
        return _page(number, clock=form), 422
    try:
        with writing():
            meeting = _meeting(number)
            if request.form.get("deed") == "close":
                meetings.close_meeting(meeting, g.actor, g.now, at=_instant(form, meeting))
            else:
                meetings.open_meeting(meeting, g.actor, g.now, at=_instant(form, meeting))
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return _page(number, clock=form), 409
    flash(_("Recorded."))
    return redirect(url_for(".attendance", number=number))


@bp.post("/meetings/<int:number>/attendance/<int:attendance_id>/left")
@requires(Permission.RUN_MEETING)
def left(number: int, attendance_id: int) -> Answer:
    form = ClockForm(prefix=f"left-{attendance_id}-")
    if not form.validate_on_submit():
        _row(_meeting(number), attendance_id)
        return _page(number, leaving={attendance_id: form}), 422
    try:
        with writing():
            meeting = _meeting(number)
            row = _row(meeting, attendance_id)
            meetings.record_departure(meeting, row, g.actor, g.now, at=_instant(form, meeting))
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return _page(number, leaving={attendance_id: form}), 409
    flash(_("Recorded."))
    return redirect(url_for(".attendance", number=number))


@bp.post("/meetings/<int:number>/attendance/<int:attendance_id>/strike")
@requires(Permission.RUN_MEETING)
def strike(number: int, attendance_id: int) -> Response:
    with writing():
        meeting = _meeting(number)
        meetings.strike_attendance(meeting, _row(meeting, attendance_id), g.actor, g.now)
    flash(_("Taken back."))
    return redirect(url_for(".attendance", number=number))


def _row(meeting: Meeting, attendance_id: int) -> Attendance:
    for row, _member in meetings.attendances_of(meeting):
        if row.id == attendance_id:
            return row
    raise Missing
