"""Reasons for and against a motion: given, answered, supported, and taken along as JSON."""

from flask import flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from coop.access import Permission, requires
from coop.blueprints.ballots import bp
from coop.blueprints.ballots.doing import Answer
from coop.blueprints.ballots.doing import do as _do
from coop.blueprints.ballots.motions import found
from coop.errors import Refusal
from coop.services import motions
from coop.transaction import writing

_TOO_LONG = _l("Say it in %(max)d characters at most.")


class ReasonForm(FlaskForm):
    side = RadioField(
        _l("For or against"),
        choices=[
            SelectChoice("for", _l("For the motion")),
            SelectChoice("against", _l("Against the motion")),
        ],
        validators=[InputRequired(_l("Is this a reason for the motion or against it?"))],
    )
    point = TextAreaField(
        _l("Your point"),
        description=_l("One point, in a few sentences. Give another reason for another point."),
        validators=[
            InputRequired(_l("Write the point you want to make.")),
            Length(max=motions.MOST_POINT, message=_TOO_LONG),
        ],
    )
    source = StringField(
        _l("Where this comes from"),
        description=_l("The address of a page, a document, or what you have seen yourself."),
        validators=[
            InputRequired(
                _l("Say where this comes from: a page, a document, or what you have seen yourself.")
            ),
            Length(max=motions.MOST_SOURCE, message=_TOO_LONG),
        ],
    )


class ReplyForm(FlaskForm):
    point = TextAreaField(
        _l("Your reply"),
        validators=[
            InputRequired(_l("Write the point you want to make.")),
            Length(max=motions.MOST_POINT, message=_TOO_LONG),
        ],
    )
    source = StringField(
        _l("Where this comes from"),
        validators=[Optional(), Length(max=motions.MOST_SOURCE, message=_TOO_LONG)],
    )


@bp.route("/motions/<int:number>/reasons/new", methods=["GET", "POST"])
@requires(Permission.GIVE_REASON)
def give_reason(number: int) -> Answer:
    told, form = found(number), ReasonForm()

    def page() -> str:
        return render_template("motions/reason.html", form=form, told=told)

    def deed() -> None:
        motions.give_reason(
            found(number),
            g.organisation,
            g.actor,
            g.now,
            side=form.side.data,
            point=form.point.data or "",
            source=form.source.data or "",
        )

    if request.method == "GET":
        _refuse_unless_argued(told)
        return page()
    _none, answer = _do(form, deed, page)
    if answer:
        return answer
    flash(_("Your reason is on the page."))
    return redirect(url_for(".motion", number=number, _anchor="reasons"))


@bp.route("/motions/<int:number>/reasons/<int:reason>/reply", methods=["GET", "POST"])
@requires(Permission.GIVE_REASON)
def reply(number: int, reason: int) -> Answer:
    told, form = found(number), ReplyForm()
    answered = motions.find_reason(told, reason)

    def page() -> str:
        return render_template("motions/reply.html", form=form, told=told, answered=answered)

    def deed() -> None:
        words = {"point": form.point.data or "", "source": form.source.data or ""}
        motions.reply(found(number), g.organisation, g.actor, g.now, to=reason, **words)

    if request.method == "GET":
        _refuse_unless_argued(told)
        return page()
    _none, answer = _do(form, deed, page)
    if answer:
        return answer
    flash(_("Your reply is on the page."))
    return redirect(url_for(".motion", number=number, _anchor=f"reason-{reason}"))


@bp.post("/motions/<int:number>/reasons/<int:reason>/support")
@requires(Permission.GIVE_REASON)
def support(number: int, reason: int) -> Response:
    with writing():
        supported = motions.support(found(number), g.organisation, g.actor, g.now, number=reason)
    flash(_("You support this reason.") if supported else _("You no longer support this reason."))
    return redirect(url_for(".motion", number=number, _anchor=f"reason-{reason}"))


@bp.get("/motions/<int:number>/reasons.json")
@requires(Permission.SEE_BALLOTS)
def reasons_json(number: int) -> Response:
    return jsonify(motions.reasons_as_data(found(number), g.now))


def _refuse_unless_argued(told: motions.Told) -> None:
    if why_not := motions.why_not_argue(told, g.actor, g.now):
        raise Refusal(why_not)
