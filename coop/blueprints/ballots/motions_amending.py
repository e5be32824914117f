"""Amendments to a motion: moved after a look at what they make of it, accepted, ordered and put to the vote."""

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from coop.access import Permission, authorize, requires
from coop.blueprints.ballots import bp
from coop.blueprints.ballots.doing import Answer
from coop.blueprints.ballots.doing import do as _do
from coop.blueprints.ballots.motions import found
from coop.errors import Refusal
from coop.rules.comparison import Words
from coop.rules.motion_amendments import marked
from coop.services import motions
from coop.transaction import writing

_TOO_LONG = _l("Say it in %(max)d characters at most.")


class AmendForm(FlaskForm):
    kind = RadioField(
        _l("What it does"),
        choices=[
            SelectChoice("replace", _l("Replaces words by others")),
            SelectChoice("delete", _l("Deletes words")),
            SelectChoice("insert", _l("Inserts words after others")),
        ],
        validators=[InputRequired(_l("Say whether words are replaced, deleted or inserted."))],
    )
    passage = TextAreaField(
        _l("The words as they stand"),
        description=_l("Copy them from the motion. Those to replace or delete, or after which yours come."),
        validators=[
            InputRequired(_l("Copy the words from the motion.")),
            Length(max=motions.MOST_WORDS, message=_TOO_LONG),
        ],
    )
    words = TextAreaField(
        _l("The new words"),
        description=_l("Leave it empty if words are only deleted."),
        validators=[Optional(), Length(max=motions.MOST_WORDS, message=_TOO_LONG)],
    )
    reason = TextAreaField(
        _l("Why?"), validators=[Optional(), Length(max=motions.MOST_REASON, message=_TOO_LONG)]
    )

    def change(self) -> dict[str, str]:
        """What the amendment changes, as the service takes it."""
        return {
            "kind": self.kind.data or "",
            "passage": self.passage.data or "",
            "words": "" if self.kind.data == "delete" else self.words.data or "",
        }


class OrderForm(FlaskForm):
    """One place for each amendment that waits."""


@bp.route("/motions/<int:number>/amendments/new", methods=["GET", "POST"])
@requires(Permission.AMEND_MOTION)
def amend_motion(number: int) -> Answer:
    """Write an amendment, see what it makes of the motion, move it. A stale one is seen at once."""
    told, again = found(number), request.args.get("again", type=int)
    form = AmendForm(data=motions.once_more(told, again) if again else None)
    if request.method == "GET":
        if why_not := motions.why_not_amend(told, g.actor, g.now, again=again is not None):
            raise Refusal(why_not)
        return _seen(told, form, again) if again and form.passage.data else _written(told, form, again)
    if request.form.get("then") == "change":
        return _written(told, form, again)
    if request.form.get("then") != "move":
        if not form.validate():
            return _written(told, form, again), 422
        return _seen(told, form, again)

    def deed() -> None:
        more = {"reason": form.reason.data or "", "again_of": again}
        motions.move_amendment(found(number), g.organisation, g.actor, g.now, **form.change(), **more)

    _none, answer = _do(form, deed, lambda: _written(told, form, again))
    if answer:
        return answer
    flash(_("Your amendment is moved."))
    return redirect(url_for(".motion", number=number, _anchor="amendments"))


@bp.post("/motions/<int:number>/amendments/<int:amendment>/accept")
@requires(Permission.KEEP_OWN_MOTION)
def accept_amendment(number: int, amendment: int) -> Response:
    with writing():
        version = motions.accept(found(number), g.organisation, g.actor, g.now, number=amendment)
    flash(_("You accept this amendment. Version %(n)d of the motion stands now.", n=version))
    return redirect(url_for(".motion", number=number))


@bp.post("/motions/<int:number>/amendments/<int:amendment>/withdraw")
@requires(Permission.AMEND_MOTION)
def withdraw_amendment(number: int, amendment: int) -> Response:
    with writing():
        motions.withdraw_amendment(found(number), g.organisation, g.actor, g.now, number=amendment)
    flash(_("Your amendment is withdrawn."))
    return redirect(url_for(".motion", number=number, _anchor="amendments"))


@bp.post("/motions/<int:number>/amendments/put")
@requires(Permission.SET_UP_BALLOT)
def put_motion_amendment(number: int) -> Response:
    with writing():
        ballot = motions.put_next_amendment(found(number), g.organisation, g.actor, g.now).number
    flash(_("The vote on the amendment is drafted. Nobody is told until you announce or open it."))
    return redirect(url_for(".check", number=ballot))


@bp.route("/motions/<int:number>/amendments/order", methods=["GET", "POST"])
@requires(Permission.RULE_ON_MOTION)
def order_amendments(number: int) -> Answer:
    """Give each amendment that waits its place: the farthest-reaching first."""
    told = found(number)
    authorize(g.actor, Permission.RULE_ON_MOTION, told)
    waiting = motions.to_be_put(told, motions.amendments_of(told))
    form = _order_form(waiting)

    def page() -> str:
        return render_template("motions/order.html", form=form, told=told, waiting=waiting)

    def deed() -> None:
        places = {one.row.number: int(form[f"amendment_{one.row.number}"].data) for one in waiting}
        if len(set(places.values())) != len(places):
            raise Refusal(_("Give each amendment that waits a place of its own."))
        numbers = sorted(places, key=lambda one: places[one])
        motions.order_amendments(found(number), g.organisation, g.actor, g.now, numbers=numbers)

    if request.method == "GET":
        return page()
    _none, answer = _do(form, deed, page)
    if answer:
        return answer
    flash(_("The amendments are put in this order."))
    return redirect(url_for(".motion", number=number, _anchor="amendments"))


def _written(told: motions.Told, form: AmendForm, again: int | None) -> str:
    return render_template("motions/amend.html", form=form, told=told, again=again)


def _seen(told: motions.Told, form: AmendForm, again: int | None) -> Answer:
    """Show what the amendment makes of the motion before it is moved."""
    try:
        runs: list[Words] = marked(told.motion.text, motions.drafted(told, **form.change()))
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return _written(told, form, again), 409
    return render_template("motions/amend_check.html", form=form, told=told, runs=runs, again=again)


def _order_form(waiting: list[motions.Amended]) -> FlaskForm:
    class Ordering(OrderForm):
        pass

    places = [SelectChoice(str(place), str(place)) for place in range(1, len(waiting) + 1)]
    for place, one in enumerate(waiting, 1):
        label = _("Amendment %(n)d", n=one.row.number)
        setattr(
            Ordering, f"amendment_{one.row.number}", SelectField(label, choices=places, default=str(place))
        )
    return Ordering()
