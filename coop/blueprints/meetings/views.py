"""Reading meetings, and answering their invitation."""

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from coop.access import Permission, may, requires
from coop.blueprints.meetings import bp
from coop.blueprints.meetings.forms import ItemForm, kind_words, way_words
from coop.services import documents, meetings
from coop.transaction import writing


@bp.get("/meetings")
@requires(Permission.SEE_MEETINGS)
def index() -> str:
    when = request.args.get("when", "")
    bodies = {body.id: body.name for body in g.organisation.bodies}
    body_id = next((body_id for body_id in bodies if str(body_id) == request.args.get("body")), None)
    found = meetings.listing(
        g.organisation,
        g.actor,
        g.now,
        when=when,
        body_id=body_id,
        words=request.args.get("q", ""),
        page=request.args.get("page", 1, type=int),
    )
    stages = {meeting.id: meetings.stage_of(meeting, g.now) for meeting in found.meetings}
    calls = any(may(g.actor, Permission.CALL_MEETING, body) for body in g.organisation.bodies)
    return render_template("meetings/index.html", found=found, stages=stages, bodies=bodies, calls=calls)


@bp.get("/meetings/<int:number>")
@requires(Permission.SEE_MEETINGS)
def show(number: int) -> str:
    return render_meeting(number, ItemForm())


def render_meeting(number: int, item_form: ItemForm) -> str:
    """The page of a meeting, with the form for another item while it is a draft."""
    meeting = meetings.find(g.organisation, number, g.actor)
    minutes = meetings.minutes_of(meeting)
    body = meetings.body_of(meeting)
    answers = meetings.answers_to(meeting)
    stage = meetings.stage_of(meeting, g.now)
    helps_itself = stage in ("begun", "open") and not meetings.why_led(meeting, g.now)
    return render_template(
        "meetings/show.html",
        meeting=meeting,
        unled=meetings.unled(meeting, g.now) if helps_itself else None,
        body=body,
        kind=kind_words()[meeting.kind],
        stage=stage,
        minutes=minutes,
        outcomes=meetings.outcomes(meeting.agenda),
        answer=meetings.answer_of(meeting, g.actor.membership_id),
        answers=answers,
        invited=meetings.was_invited(meeting, g.actor.membership_id),
        attendances=meetings.attendances_of(meeting),
        ways=way_words(),
        item_form=item_form,
        prose=documents.prose,
    )


@bp.post("/meetings/<int:number>/answer")
@requires(Permission.ANSWER_MEETING)
def answer(number: int) -> Response:
    said = "coming" if request.form.get("answer") == "coming" else "apologies"
    with writing():
        meeting = meetings.find(g.organisation, number, g.actor)
        meetings.answer_invitation(meeting, g.actor, g.now, answer=said)
    flash(
        _("You are expected. You can change this until the meeting begins.")
        if said == "coming"
        else _("Your apologies will stand in the minutes. You can change this until the meeting begins.")
    )
    return redirect(url_for(".show", number=number))
