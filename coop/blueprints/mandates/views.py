"""Mandates: who is sent where, what binds them; sending, instructing, calling back."""

from collections.abc import Callable

from flask import Response, flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from coop.access import Permission, authorize, may, requires
from coop.blueprints.mandates import bp
from coop.blueprints.mandates.doing import Answer, cited, deed_on_page, do
from coop.blueprints.mandates.forms import DelegateForm, EndForm, InstructionForm
from coop.blueprints.mandates.words import act_words, how_words, stage_words, verdict_words
from coop.models.mandates import Mandate
from coop.services import mandates, members


@bp.get("/mandates")
@requires(Permission.SEE_MANDATES)
def index() -> str:
    return render_template(
        "mandates/index.html",
        found=mandates.mandates_of(g.organisation, words=request.args.get("q", "")),
        late={due.mandate.id for due in mandates.reports_due(g.organisation, g.now) if due.overdue},
        today=g.organisation.day_of(g.now),
        stages=stage_words(),
    )


@bp.get("/mandates.json")
@requires(Permission.SEE_MANDATES)
def mandates_json() -> Response:
    return jsonify(mandates.as_data(g.organisation, g.now))


@bp.get("/mandates/<int:number>")
@requires(Permission.SEE_MANDATES)
def show(number: int) -> str:
    found = mandates.find(g.organisation, number)
    today = g.organisation.day_of(g.now)
    sittings = mandates.sittings_of(found)
    return render_template(
        "mandates/show.html",
        mandate=found,
        stage=found.stage_on(today),
        standing=mandates.in_force(found),
        sittings=sittings,
        today=today,
        mine=may(g.actor, Permission.ANSWER_ACT, found),
        records=may(g.actor, Permission.RECORD_ACT, found),
        hows=how_words(),
        acts=act_words(),
        verdicts=verdict_words(),
        stages=stage_words(),
    )


@bp.route("/mandates/new", methods=["GET", "POST"])
@requires(Permission.KEEP_MANDATES)
def name_delegate() -> Answer:
    """Send a delegate."""
    authorize(g.actor, Permission.KEEP_MANDATES, g.organisation)
    decisions, tie = mandates.decisions_to_cite(g.organisation), mandates.affiliation_of(g.organisation)
    form = DelegateForm(data={"starts_on": g.organisation.day_of(g.now)})
    form.offer(decisions)
    form.offer_parent(tie.parent if tie else None)

    def page() -> str:
        return render_template("mandates/new.html", form=form, decisions=decisions)

    def deed() -> int:
        parent = tie.parent if tie and form.parent.data == tie.parent.slug else None
        return mandates.name_delegate(
            g.organisation,
            g.actor,
            g.now,
            delegate=members.find(g.organisation, form.member.data or 0),
            decision=cited(form),
            starts_on=form.starts_on.data,
            ends_on=form.ends_on.data,
            sent_to=form.sent_to.data or "",
            parent=parent,
        ).number

    if request.method == "GET":
        return page()
    made, answer = do(form, deed, page)
    if answer:
        return answer
    flash(_("The delegate is sent. Write down next what binds them."))
    return redirect(url_for(".show", number=made))


@bp.route("/mandates/<int:number>/instruct", methods=["GET", "POST"])
@requires(Permission.KEEP_MANDATES)
def instruct(number: int) -> Answer:
    """Write down how a decision binds the delegate."""
    authorize(g.actor, Permission.KEEP_MANDATES, g.organisation)
    found, form = mandates.find(g.organisation, number), InstructionForm()
    form.offer(one for one in mandates.decisions_to_cite(g.organisation) if one.outcome == "carried")
    form.offer_standing(mandates.in_force(found))

    def deed() -> None:
        mandates.instruct(
            mandates.find(g.organisation, number),
            g.organisation,
            g.actor,
            g.now,
            decision=cited(form),
            matter=form.matter.data or "",
            how=form.how.data or "",
            instead_of=form.instead_of.data or None,
        )

    return _of_mandate(found, form, deed, "mandates/instruct.html", _("The instruction is on record."))


@bp.route("/mandates/<int:number>/end", methods=["GET", "POST"])
@requires(Permission.KEEP_MANDATES)
def end(number: int) -> Answer:
    """Call the delegate back."""
    authorize(g.actor, Permission.KEEP_MANDATES, g.organisation)
    found = mandates.find(g.organisation, number)
    form = EndForm(data={"last_day": g.organisation.day_of(g.now)})
    form.offer(mandates.decisions_to_cite(g.organisation))

    def deed() -> None:
        again = mandates.find(g.organisation, number)
        mandates.end_mandate(
            again,
            g.organisation,
            g.actor,
            g.now,
            decision=cited(form),
            last_day=form.last_day.data,
        )

    return _of_mandate(found, form, deed, "mandates/end.html", _("The delegate is called back."))


def _of_mandate(
    found: Mandate, form: FlaskForm, deed: Callable[[], None], template: str, said: str
) -> Answer:
    def page() -> str:
        return render_template(template, form=form, mandate=found)

    return deed_on_page(form, deed, page, said, url_for(".show", number=found.number))
