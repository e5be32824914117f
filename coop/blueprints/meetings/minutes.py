"""Writing, circulating, approving and issuing minutes."""

from io import BytesIO

from flask import flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from coop.access import Permission, authorize, requires
from coop.blueprints.meetings import bp
from coop.blueprints.meetings.forms import ApproveForm, minutes_form
from coop.errors import Missing, Refusal
from coop.models.meetings import Meeting
from coop.services import documents, meetings, records
from coop.transaction import chain_events, writing

Answer = str | Response | tuple[str, int]


def _meeting(number: int) -> Meeting:
    meeting = meetings.find(g.organisation, number, g.actor)
    authorize(g.actor, Permission.WRITE_MINUTES, meeting)
    return meeting


def _form(meeting: Meeting) -> FlaskForm:
    labels = {"opening": _("Opening words")}
    labels |= {f"item-{item.id}": f"{item.position}. {item.title}" for item in meeting.agenda}
    labels |= {"closing": _("Closing words")}
    texts = meetings.texts_of(meeting)
    seen = {f"seen-{key}": mark for key, mark in meetings.text_marks(texts).items()}
    form: FlaskForm = minutes_form(labels)(data=texts | seen)
    return form


def _page(meeting: Meeting, form: FlaskForm, conflicts: dict[str, str] | None = None) -> str:
    return render_template(
        "meetings/minutes.html",
        meeting=meeting,
        form=form,
        conflicts=conflicts or {},
        minutes=meetings.minutes_of(meeting),
        outcomes=meetings.outcomes(meeting.agenda),
    )


@bp.route("/meetings/<int:number>/minutes", methods=["GET", "POST"])
@requires(Permission.WRITE_MINUTES)
def minutes(number: int) -> Answer:
    meeting = _meeting(number)
    form = _form(meeting)
    if request.method == "GET":
        return _page(meeting, form)
    if not form.validate_on_submit():
        return _page(meeting, form), 422
    keys = list(meetings.texts_of(meeting))
    try:
        with writing():
            meetings.write_minutes(
                _meeting(number),
                g.actor,
                g.now,
                started_from={key: form[f"seen-{key}"].data for key in keys},
                typed={key: form[key].data for key in keys},
            )
    except meetings.Clash as clash:
        return _settle(number, form, clash), 409
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return _page(_meeting(number), form), 409
    flash(_("The minutes are saved."))
    return redirect(url_for(".minutes", number=number))


def _settle(number: int, form: FlaskForm, clash: meetings.Clash) -> str:
    """The form with what was typed, and beside it what somebody else saved; saving again is deliberate."""
    meeting = _meeting(number)
    form.form_errors.append(str(clash))
    marks = meetings.text_marks(meetings.texts_of(meeting))
    for key, mark in marks.items():
        form[key].data = clash.merged.texts[key]
        form[f"seen-{key}"].data = mark
    return _page(meeting, form, clash.merged.conflicts)


@bp.post("/meetings/<int:number>/minutes/circulate")
@requires(Permission.WRITE_MINUTES)
def circulate(number: int) -> Response:
    with writing():
        meetings.circulate_minutes(_meeting(number), g.actor, g.now)
    flash(_("The minutes are circulated: members can read them, and were told."))
    return redirect(url_for(".show", number=number))


@bp.route("/meetings/<int:number>/minutes/approve", methods=["GET", "POST"])
@requires(Permission.WRITE_MINUTES)
def approve(number: int) -> Answer:
    meeting = _meeting(number)
    _ballots, decisions = meetings.linkable(meeting)
    form = ApproveForm([(str(row.id), f"{row.label} {row.title}") for row in decisions])
    if request.method == "GET":
        return render_template("meetings/approve.html", meeting=meeting, form=form)
    if not form.validate_on_submit():
        return render_template("meetings/approve.html", meeting=meeting, form=form), 422
    try:
        with writing():
            meeting = _meeting(number)
            _ballots, decisions = meetings.linkable(meeting)
            decision = next(row for row in decisions if str(row.id) == form.decision.data)
            meetings.approve_minutes(meeting, decision, g.actor, g.now)
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return render_template("meetings/approve.html", meeting=_meeting(number), form=form), 409
    flash(_("The minutes are approved. Issue them again, so that the paper says so."))
    return redirect(url_for(".show", number=number))


@bp.post("/meetings/<int:number>/minutes/issue")
@requires(Permission.ISSUE_DOCUMENT)
def issue(number: int) -> Response:
    chain_events(lambda: records.chain_events(g.organisation.id))
    paper = meetings.prepare_minutes(meetings.find(g.organisation, number, g.actor), g.actor, g.now)
    with writing():
        meeting = meetings.find(g.organisation, number, g.actor)
        document = meetings.issue_minutes(meeting, paper, g.actor, g.now)
        issued = document.number
    flash(_("Document %(number)s is issued. Print it, sign it, keep it.", number=issued))
    return redirect(url_for(".show", number=number))


@bp.get("/meetings/<int:number>/minutes.pdf")
@requires(Permission.SEE_DOCUMENTS)
def minutes_pdf(number: int) -> Response:
    meeting = meetings.find(g.organisation, number, g.actor)
    document = meetings.document_of(meeting)
    if document is None:
        raise Missing(_("These minutes are not issued yet. Once the secretary issues them, they stand here."))
    return send_document(document)


def send_document(document: documents.Document) -> Response:
    """The issued bytes, as they were issued."""
    answer = send_file(
        BytesIO(document.content),
        mimetype=document.media_type,
        as_attachment=True,
        download_name=f"{g.organisation.slug}-{document.kind}-{document.number}.pdf",
        etag=document.sha256,
    )
    answer.headers["X-Document-SHA256"] = document.sha256
    return answer
