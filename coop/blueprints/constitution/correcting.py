"""Corrections of wrong marks: officers propose and confirm them, members read them and may object."""

from itertools import count
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import FieldList, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from coop.access import Permission, authorize, requires
from coop.blueprints.constitution import bp
from coop.errors import Missing, Refusal
from coop.gateways import markdown
from coop.models.constitution import CorrectionChallenge
from coop.rules.marking import Marked, split_marks
from coop.services import constitution, meetings, organisations
from coop.transaction import writing

Answer = str | Response | tuple[str, int]


class CorrectionForm(FlaskForm):
    values = FieldList(StringField(validators=[Length(max=400)]))
    reason = TextAreaField(
        _l("What is wrong with it?"),
        description=_l("Every member reads this."),
        validators=[InputRequired(_l("Say why the value is wrong.")), Length(max=4000)],
    )


class ObjectionForm(FlaskForm):
    reason = TextAreaField(
        _l("What is wrong with this correction?"),
        description=_l("Every member reads this, and it is kept as you write it."),
        validators=[InputRequired(_l("Say what is wrong with this correction.")), Length(max=4000)],
    )


class AnswerForm(FlaskForm):
    outcome = RadioField(
        _l("Your answer"),
        choices=[
            SelectChoice("upheld", _l("Upheld: the value is again what it was")),
            SelectChoice("dismissed", _l("Dismissed: the correction stands")),
        ],
        validators=[InputRequired(_l("Choose first: upheld or dismissed."))],
    )
    answer = TextAreaField(
        _l("Why?"), validators=[InputRequired(_l("Give the reason for your answer.")), Length(max=4000)]
    )


@bp.get("/constitution/corrections")
@requires(Permission.SEE_MEMBER_PAGES)
def corrections() -> str:
    found = constitution.corrections_of(g.organisation)
    return render_template("constitution/corrections.html", found=found)


@bp.route("/constitution/corrections/new", methods=["GET", "POST"])
@requires(Permission.CORRECT_MARK)
def correct() -> Answer:
    """Say which value stands behind the words of an article."""
    authorize(g.actor, Permission.CORRECT_MARK, g.organisation)
    article = request.args.get("article", "")
    text, marks = _marked_in(article)
    form = CorrectionForm(data={"values": [mark.value for mark in marks]})
    for mark in marks[len(form.values.entries) :]:
        form.values.append_entry(mark.value)

    def page() -> str:
        return render_template(
            "constitution/correct.html", form=form, number=article, pieces=_pieces(text), marks=marks
        )

    if request.method == "GET":
        return page()
    if not form.validate_on_submit():
        return page(), 422
    try:
        with writing():
            made = constitution.propose_correction(
                g.organisation,
                g.actor,
                g.now,
                article=article,
                values=[value or "" for value in form.values.data],
                reason=form.reason.data or "",
            ).number
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return page(), 409
    flash(_("The correction is proposed. Another officer must confirm it."))
    return redirect(url_for(".correction", number=made))


def _marked_in(article: str) -> tuple[str, tuple[Marked, ...]]:
    base = next((one for one in constitution.versions(g.organisation) if one.void_at is None), None)
    text = constitution.article_text(base, article) if base else ""
    _words, marks = split_marks(text)
    if not marks:
        raise Missing
    return text, marks


def _pieces(text: str) -> list[markdown.Piece]:
    """The article as members read it; each marked word leads to the field of its value."""
    field = count()
    return markdown.render(text, lambda _mark: f"#values-{next(field)}")


@bp.get("/constitution/corrections/<int:number>")
@requires(Permission.SEE_MEMBER_PAGES)
def correction(number: int) -> str:
    return render_correction(number)


def render_correction(number: int, refusal: str = "") -> str:
    """What it changes, who made it, what members say against it."""
    found = constitution.find_correction(g.organisation, number)
    until = constitution.challenged_until(found, g.organisation)
    return render_template(
        "constitution/correction.html",
        correction=found,
        refusal=refusal,
        preview=constitution.preview_correction(found, g.organisation),
        until=until if until and g.now < until else None,
        mine=found.proposed_by_id == g.actor.membership_id,
        objected=any(one.membership_id == g.actor.membership_id for one in found.challenges),
    )


@bp.post("/constitution/corrections/<int:number>/confirm")
@requires(Permission.CORRECT_MARK)
def confirm(number: int) -> Answer:
    tell = _everybody()
    return _settle(
        number, constitution.confirm_correction, _("It is confirmed, and every member is told."), tell=tell
    )


@bp.post("/constitution/corrections/<int:number>/drop")
@requires(Permission.CORRECT_MARK)
def drop(number: int) -> Answer:
    return _settle(number, constitution.drop_correction, _("The correction is put aside."))


def _settle(number: int, service: Any, said: str, **more: Any) -> Answer:
    try:
        with writing():
            service(
                constitution.find_correction(g.organisation, number), g.organisation, g.actor, g.now, **more
            )
    except Refusal as refusal:
        return render_correction(number, str(refusal)), 409
    flash(said)
    return redirect(url_for(".correction", number=number))


@bp.route("/constitution/corrections/<int:number>/challenge", methods=["GET", "POST"])
@requires(Permission.CHALLENGE_CORRECTION)
def challenge(number: int) -> Answer:
    """Object to a correction."""
    found, form = constitution.find_correction(g.organisation, number), ObjectionForm()

    def page() -> str:
        return render_template("constitution/challenge.html", form=form, correction=found)

    if request.method == "GET":
        return page()
    if not form.validate_on_submit():
        return page(), 422
    try:
        with writing():
            constitution.challenge_correction(
                constitution.find_correction(g.organisation, number),
                g.organisation,
                g.actor,
                g.now,
                reason=form.reason.data or "",
            )
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        found = constitution.find_correction(g.organisation, number)
        return page(), 409
    flash(_("Your challenge is recorded. An officer who did not make the correction answers it."))
    return redirect(url_for(".correction", number=number))


@bp.route("/constitution/corrections/<int:number>/challenges/<int:member>", methods=["GET", "POST"])
@requires(Permission.CORRECT_MARK)
def answer(number: int, member: int) -> Answer:
    """Uphold a challenge, which undoes the correction, or dismiss it."""
    authorize(g.actor, Permission.CORRECT_MARK, g.organisation)
    found, form = _challenge(number, member), AnswerForm()

    def page() -> str:
        return render_template(
            "constitution/answer.html",
            form=form,
            challenge=found,
            correction=constitution.find_correction(g.organisation, number),
        )

    if request.method == "GET":
        return page()
    if not form.validate_on_submit():
        return page(), 422
    tell = _everybody()
    try:
        with writing():
            constitution.answer_correction(
                _challenge(number, member),
                g.organisation,
                g.actor,
                g.now,
                upheld=form.outcome.data == "upheld",
                answer=form.answer.data or "",
                tell=tell,
            )
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        found = _challenge(number, member)
        return page(), 409
    flash(_("Your answer is recorded."))
    return redirect(url_for(".correction", number=number))


def _challenge(number: int, member: int) -> CorrectionChallenge:
    made = constitution.find_correction(g.organisation, number).challenges
    found = next((one for one in made if one.membership.number == member), None)
    if found is None:
        raise Missing
    return found


def _everybody() -> list[int]:
    assembly = organisations.assembly_of(g.organisation)
    return [member.id for member in meetings.invited(assembly, g.organisation.day_of(g.now))]
