"""Petitions: begun, signed, replied to; and giving up one's own office."""

from collections.abc import Callable
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from coop.access import Permission, authorize, may, requires
from coop.blueprints.petitions import bp
from coop.blueprints.petitions.forms import MeetingForm, RecallForm, ReplyForm, ResignForm
from coop.errors import Refusal
from coop.models.members import Membership
from coop.services import offices, petitions
from coop.transaction import writing

Page = str | Response | tuple[str, int]


@bp.get("/petitions")
@requires(Permission.SEE_OFFICES)
def index() -> str:
    found = petitions.petitions_of(g.organisation)
    return render_template("petitions/index.html", petitions=found)


@bp.get("/petitions/<int:number>")
@requires(Permission.SEE_OFFICES)
def show(number: int) -> str:
    return _page(number, ReplyForm(formdata=None))


@bp.post("/petitions/<int:number>/sign")
@requires(Permission.PETITION)
def sign(number: int) -> Response:
    with writing():
        found = petitions.find(g.organisation, number)
        petitions.sign(found, g.organisation, g.actor, g.now)
        reached = found.stage_at(g.now) == "reached"
    flash(_("You have signed. That is enough.") if reached else _("You have signed."))
    return redirect(url_for(".show", number=number))


@bp.post("/petitions/<int:number>/reply")
@requires(Permission.ANSWER_PETITION)
def reply(number: int) -> Page:
    found, form = petitions.find(g.organisation, number), ReplyForm()
    authorize(g.actor, Permission.ANSWER_PETITION, found.term)

    def deed() -> None:
        again = petitions.find(g.organisation, number)
        petitions.reply(again, g.organisation, g.actor, g.now, text=form.reply.data or "")

    _none, answer = _do(form, deed, lambda: _page(number, form))
    if answer:
        return answer
    flash(_("Your reply is recorded. Every voter reads it beside the grounds."))
    return redirect(url_for(".show", number=number))


@bp.route("/petitions/meeting", methods=["GET", "POST"])
@requires(Permission.PETITION)
def begin_meeting() -> Page:
    """Ask for a general meeting."""
    authorize(g.actor, Permission.PETITION, g.organisation)
    form = MeetingForm()

    def page() -> str:
        return render_template("petitions/meeting.html", form=form)

    def deed() -> int:
        return petitions.begin_meeting(
            g.organisation,
            g.actor,
            g.now,
            title=form.title.data or "",
            text=form.text.data or "",
            place=form.place.data or "",
            hour=form.hour.data,
        ).number

    return page() if request.method == "GET" else _begun(form, deed, page)


@bp.route("/petitions/recall/<int:term_id>", methods=["GET", "POST"])
@requires(Permission.PETITION)
def begin_recall(term_id: int) -> Page:
    """Ask for a vote on ending a term of office."""
    authorize(g.actor, Permission.PETITION, g.organisation)
    term, form = offices.find_term(g.organisation, term_id), RecallForm()

    def page() -> str:
        return render_template(
            "petitions/recall.html",
            form=form,
            term=term,
            holder=offices.holder_of(term),
            why_not=petitions.why_no_recall(term, g.organisation, g.actor, g.now),
        )

    def deed() -> int:
        again = offices.find_term(g.organisation, term_id)
        return petitions.begin_recall(
            again, g.organisation, g.actor, g.now, grounds=form.grounds.data or ""
        ).number

    return page() if request.method == "GET" else _begun(form, deed, page)


@bp.route("/terms/<int:term_id>/resign", methods=["GET", "POST"])
@requires(Permission.RESIGN_OFFICE)
def resign_office(term_id: int) -> Page:
    """Give up one's own office, and stay a member."""
    term = offices.find_term(g.organisation, term_id)
    authorize(g.actor, Permission.RESIGN_OFFICE, term)
    form = ResignForm(data={"last_day": g.organisation.day_of(g.now)})

    def page() -> str:
        return render_template("petitions/resign_office.html", form=form, term=term)

    def deed() -> None:
        again = offices.find_term(g.organisation, term_id)
        offices.resign(again, g.actor, g.now, last_day=form.last_day.data)

    if request.method == "GET":
        return page()
    _none, answer = _do(form, deed, page)
    if answer:
        return answer
    flash(_("You have resigned from this office. You stay a member."))
    return redirect(url_for("organisations.offices"))


def _begun(form: FlaskForm, deed: Callable[[], int], page: Callable[[], str]) -> Page:
    number, answer = _do(form, deed, page)
    if answer:
        return answer
    flash(_("The petition is begun, and you have signed it. Ask others to sign."))
    return redirect(url_for(".show", number=number))


def _do(form: FlaskForm, deed: Callable[[], Any], page: Callable[[], str]) -> tuple[Any, Page | None]:
    """Do the deed if the form is sound: its answer, or the page again with what is wrong and was typed."""
    if not form.validate_on_submit():
        return None, (page(), 422)
    try:
        with writing():
            return deed(), None
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return None, (page(), 409)


def _page(number: int, form: ReplyForm) -> str:
    found = petitions.find(g.organisation, number)
    if not form.is_submitted():
        form.reply.data = found.reply
    signers: list[Membership] | None = None
    if may(g.actor, Permission.SEE_ROLL, found):
        signers = petitions.signers_of(found, g.actor)
    signed = petitions.has_signed(found, g.actor)
    return render_template(
        "petitions/show.html",
        petition=found,
        stage=found.stage_at(g.now),
        count=petitions.count_of(found),
        signed=signed,
        why_not="" if signed else petitions.why_not_sign(found, g.organisation, g.actor, g.now),
        signers=signers,
        form=form if not petitions.why_not_reply(found, g.actor, g.now) else None,
    )
