"""What officers do with a motion, and its mover's answer: admit, rule out, appeal, refer, put to the vote."""

from collections.abc import Callable
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from coop.access import Permission, authorize, may, requires
from coop.blueprints.ballots import bp
from coop.blueprints.ballots.doing import Answer
from coop.blueprints.ballots.doing import do as _do
from coop.blueprints.ballots.motions import found
from coop.errors import Forbidden
from coop.services import motions, organisations
from coop.transaction import writing


class WhyForm(FlaskForm):
    reason = TextAreaField(
        _l("Why?"),
        description=_l("Every member reads this, and it is kept."),
        validators=[InputRequired(_l("Say why. Members will read it.")), Length(max=4000)],
    )


class ReferForm(WhyForm):
    to = SelectField(_l("To whom"))
    decision = StringField(
        _l("Number of the decision that refers it"),
        description=_l("As on the list of decisions: 2026/14."),
        validators=[Optional(), Length(max=20)],
    )

    def __init__(self, bodies: list[tuple[str, str]], *, own: bool) -> None:
        super().__init__()
        self.to.choices = [SelectChoice(slug, name) for slug, name in bodies]
        if own:
            del self.decision


@bp.post("/motions/<int:number>/admit")
@requires(Permission.RULE_ON_MOTION)
def admit_motion(number: int) -> Response:
    with writing():
        motions.admit(found(number), g.organisation, g.actor, g.now)
    flash(_("The motion is admitted and open to debate."))
    return redirect(url_for(".motion", number=number))


@bp.route("/motions/<int:number>/rule-out", methods=["GET", "POST"])
@requires(Permission.RULE_ON_MOTION)
def rule_out(number: int) -> Answer:
    return _with_a_reason(
        number,
        Permission.RULE_ON_MOTION,
        "ruled_out",
        motions.rule_out,
        said=_("The motion is ruled out. The reason is on its page, and its mover can appeal."),
    )


@bp.route("/motions/<int:number>/appeal", methods=["GET", "POST"])
@requires(Permission.KEEP_OWN_MOTION)
def appeal(number: int) -> Answer:
    return _with_a_reason(
        number,
        Permission.KEEP_OWN_MOTION,
        "appealed",
        motions.appeal,
        said=_("You appeal to the meeting. The returning officer puts it to a vote."),
    )


@bp.post("/motions/<int:number>/put-appeal")
@requires(Permission.SET_UP_BALLOT)
def put_appeal(number: int) -> Response:
    with writing():
        ballot = motions.put_appeal(found(number), g.organisation, g.actor, g.now).number
    flash(_("The vote on the appeal is drafted. Nobody is told until you announce or open it."))
    return redirect(url_for(".check", number=ballot))


@bp.post("/motions/<int:number>/put")
@requires(Permission.SET_UP_BALLOT)
def put(number: int) -> Response:
    with writing():
        ballot = motions.put(found(number), g.organisation, g.actor, g.now).number
    flash(_("The vote is drafted in the words of the motion. Nobody is told until you announce or open it."))
    return redirect(url_for(".check", number=ballot))


@bp.route("/motions/<int:number>/refer", methods=["GET", "POST"])
@requires(Permission.SEE_BALLOTS)
def refer(number: int) -> Answer:
    """Hand the motion to another body: its mover alone, an officer by a decision."""
    told = found(number)
    own = may(g.actor, Permission.KEEP_OWN_MOTION, told)
    if not own and not may(g.actor, Permission.RULE_ON_MOTION, told):
        raise Forbidden
    bodies = [one for one in organisations.bodies_of(g.organisation) if one.id != told.body.id]
    form = ReferForm([(one.slug, one.name) for one in bodies], own=own)

    def page() -> str:
        return render_template("motions/refer.html", form=form, told=told, own=own)

    def deed() -> None:
        to = next(one for one in organisations.bodies_of(g.organisation) if one.slug == form.to.data)
        decision = "" if own else form.decision.data or ""
        more = {"to": to, "reason": form.reason.data or "", "decision": decision}
        motions.refer(found(number), g.organisation, g.actor, g.now, **more)

    if request.method == "GET":
        motions.refuse_unless_it_may(told, "referred")
        return page()
    _none, answer = _do(form, deed, page)
    if answer:
        return answer
    flash(_("The motion is referred."))
    return redirect(url_for(".motion", number=number))


def _with_a_reason(
    number: int, permission: Permission, step: str, service: Callable[..., Any], *, said: str
) -> Answer:
    told, form = found(number), WhyForm()
    authorize(g.actor, permission, told)

    def page() -> str:
        return render_template("motions/why.html", form=form, told=told, step=step)

    def deed() -> None:
        service(found(number), g.organisation, g.actor, g.now, reason=form.reason.data or "")

    if request.method == "GET":
        motions.refuse_unless_it_may(told, step)
        return page()
    _none, answer = _do(form, deed, page)
    if answer:
        return answer
    flash(said)
    return redirect(url_for(".motion", number=number))
