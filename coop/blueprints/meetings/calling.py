"""Planning a meeting, its agenda, and its notice."""

from datetime import datetime
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from coop.access import Permission, authorize, may, requires
from coop.blueprints.meetings import bp
from coop.blueprints.meetings.forms import CancelForm, ItemForm, LinkForm, MeetingForm, NewMeetingForm
from coop.blueprints.meetings.views import render_meeting
from coop.errors import Forbidden, Refusal
from coop.models.organisations import Body
from coop.services import meetings
from coop.services.meetings import WALL
from coop.transaction import record_view, writing

Answer = str | Response | tuple[str, int]


def _bodies() -> list[Body]:
    """The bodies whose meetings the actor may call."""
    own = [body for body in g.organisation.bodies if may(g.actor, Permission.CALL_MEETING, body)]
    if not own:
        raise Forbidden
    return own


def _body(slug: str) -> Body:
    return next(body for body in _bodies() if body.slug == slug)


@bp.route("/meetings/new", methods=["GET", "POST"])
@requires(Permission.CALL_MEETING)
def new() -> Answer:
    form = NewMeetingForm([(body.slug, body.name) for body in _bodies()])
    if request.method == "GET":
        return render_template("meetings/new.html", form=form)
    if not form.validate_on_submit():
        return render_template("meetings/new.html", form=form), 422
    try:
        with writing():
            meeting = meetings.plan_meeting(
                _body(form.body.data),
                g.actor,
                g.now,
                title=form.title.data,
                wall=form.wall,
                place=form.place.data,
                kind=form.kind.data,
                items=[(line, "") for line in form.items],
            )
            number = meeting.number
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return render_template("meetings/new.html", form=form), 409
    flash(_("The meeting is planned. Nobody is told until you send its notice."))
    return redirect(url_for(".show", number=number))


@bp.route("/meetings/<int:number>/edit", methods=["GET", "POST"])
@requires(Permission.CALL_MEETING)
def edit(number: int) -> Answer:
    meeting = meetings.find(g.organisation, number, g.actor)
    authorize(g.actor, Permission.CALL_MEETING, meeting)
    body = meetings.body_of(meeting)
    wall = datetime.strptime(meeting.wall_time, WALL)  # noqa: DTZ007 - a wall time
    said: dict[str, Any] = {
        "body": body.slug,
        "kind": meeting.kind,
        "title": meeting.title,
        "day": wall.date(),
        "time": wall.time(),
        "place": meeting.place,
    }
    form = MeetingForm([(body.slug, body.name)], data=said)
    if request.method == "GET":
        return render_template("meetings/edit.html", form=form, meeting=meeting)
    if not form.validate_on_submit():
        return render_template("meetings/edit.html", form=form, meeting=meeting), 422
    try:
        with writing():
            meeting = meetings.find(g.organisation, number, g.actor)
            meetings.change_meeting(
                meeting,
                g.actor,
                g.now,
                title=form.title.data,
                wall=form.wall,
                place=form.place.data,
                kind=form.kind.data,
            )
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return render_template("meetings/edit.html", form=form, meeting=meeting), 409
    flash(_("The meeting is changed."))
    return redirect(url_for(".show", number=number))


@bp.post("/meetings/<int:number>/items")
@requires(Permission.CALL_MEETING)
def add_item(number: int) -> Answer:
    authorize(g.actor, Permission.CALL_MEETING, meetings.find(g.organisation, number, g.actor))
    form = ItemForm()
    if not form.validate_on_submit():
        return render_meeting(number, form), 422
    with writing():
        meeting = meetings.find(g.organisation, number, g.actor)
        meetings.add_item(meeting, g.actor, g.now, title=form.title.data, text=form.text.data)
    flash(_("The item is on the agenda."))
    return redirect(url_for(".show", number=number, _anchor="agenda"))


@bp.post("/meetings/<int:number>/items/<int:item_id>/move")
@requires(Permission.CALL_MEETING)
def move_item(number: int, item_id: int) -> Response:
    with writing():
        meeting = meetings.find(g.organisation, number, g.actor)
        item = meetings.find_item(meeting, item_id)
        meetings.move_item(meeting, item, g.actor, g.now, up=request.form.get("way") == "up")
    return redirect(url_for(".show", number=number, _anchor="agenda"))


@bp.post("/meetings/<int:number>/items/<int:item_id>/remove")
@requires(Permission.CALL_MEETING)
def remove_item(number: int, item_id: int) -> Response:
    with writing():
        meeting = meetings.find(g.organisation, number, g.actor)
        meetings.remove_item(meeting, meetings.find_item(meeting, item_id), g.actor, g.now)
    flash(_("The item is off the agenda."))
    return redirect(url_for(".show", number=number, _anchor="agenda"))


@bp.route("/meetings/<int:number>/items/<int:item_id>/link", methods=["GET", "POST"])
@requires(Permission.RUN_MEETING)
def link_item(number: int, item_id: int) -> Answer:
    meeting = meetings.find(g.organisation, number, g.actor)
    authorize(g.actor, Permission.RUN_MEETING, meeting)
    item = meetings.find_item(meeting, item_id)
    ballots, decisions = meetings.linkable(meeting)
    form = LinkForm(
        [(str(ballot.id), f"{ballot.number}. {ballot.title}") for ballot in ballots],
        [(str(decision.id), f"{decision.label} {decision.title}") for decision in decisions],
        data={"ballot": str(item.ballot_id or ""), "decision": str(item.decision_id or "")},
    )
    if request.method == "GET":
        return render_template("meetings/link.html", form=form, meeting=meeting, item=item)
    if not form.validate_on_submit():
        return render_template("meetings/link.html", form=form, meeting=meeting, item=item), 422
    with writing():
        meeting = meetings.find(g.organisation, number, g.actor)
        ballots, decisions = meetings.linkable(meeting)
        meetings.link_item(
            meeting,
            meetings.find_item(meeting, item_id),
            g.actor,
            g.now,
            ballot=next((row for row in ballots if str(row.id) == form.ballot.data), None),
            decision=next((row for row in decisions if str(row.id) == form.decision.data), None),
        )
    flash(_("The item is linked."))
    return redirect(url_for(".show", number=number, _anchor="agenda"))


@bp.post("/meetings/<int:number>/call")
@requires(Permission.CALL_MEETING)
def call(number: int) -> Response:
    with writing():
        meeting = meetings.find(g.organisation, number, g.actor)
        ways = meetings.call_meeting(meeting, g.actor, g.now)
    flash(
        ngettext(
            "%(num)s member has notice: %(mail)s by mail, %(post)s by post.",
            "%(num)s members have notice: %(mail)s by mail, %(post)s by post.",
            ways["mail"] + ways["post"],
            mail=ways["mail"],
            post=ways["post"],
        )
    )
    sees_post = ways["post"] and may(g.actor, Permission.SEE_PARTICULARS, meeting)
    return redirect(url_for(".post_list" if sees_post else ".show", number=number))


@bp.route("/meetings/<int:number>/cancel", methods=["GET", "POST"])
@requires(Permission.CALL_MEETING)
def cancel(number: int) -> Answer:
    meeting = meetings.find(g.organisation, number, g.actor)
    authorize(g.actor, Permission.CALL_MEETING, meeting)
    form = CancelForm()
    if request.method == "GET":
        return render_template("meetings/cancel.html", form=form, meeting=meeting)
    if not form.validate_on_submit():
        return render_template("meetings/cancel.html", form=form, meeting=meeting), 422
    with writing():
        meeting = meetings.find(g.organisation, number, g.actor)
        meetings.cancel_meeting(meeting, g.actor, g.now, reason=form.reason.data)
    flash(_("The meeting is called off, and everyone who had its notice is told."))
    return redirect(url_for(".show", number=number))


@bp.get("/meetings/<int:number>/post-list")
@requires(Permission.SEE_PARTICULARS)
def post_list(number: int) -> str:
    def look() -> list[tuple[int, str, str]]:
        meeting = meetings.find(g.organisation, number, g.actor)
        told = meetings.post_list(meeting, g.actor, g.now)
        return [(member.number, member.name, member.postal_address) for member in told]

    members = record_view(look)
    meeting = meetings.find(g.organisation, number, g.actor)
    return render_template("meetings/post_list.html", meeting=meeting, members=members)
