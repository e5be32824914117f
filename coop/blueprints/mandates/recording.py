"""What delegates did elsewhere: put on record, corrected, replied to, reported on."""

from collections.abc import Callable

from flask import g, render_template, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice

from coop.access import Permission, authorize, requires
from coop.blueprints.mandates import bp
from coop.blueprints.mandates.doing import Answer, deed_on_page
from coop.blueprints.mandates.forms import ActForm, ReplyForm, ReportForm
from coop.blueprints.mandates.words import act_words
from coop.errors import Refusal
from coop.models.mandates import Mandate, MandateAct
from coop.services import documents, mandates


@bp.route("/mandates/<int:number>/acts/new", methods=["GET", "POST"])
@requires(Permission.RECORD_ACT)
def record_act(number: int) -> Answer:
    """Put on record what the delegate did in a matter."""
    found = mandates.find(g.organisation, number)
    authorize(g.actor, Permission.RECORD_ACT, found)
    return _record(found, ActForm(data={"held_on": g.organisation.day_of(g.now)}), None)


@bp.route("/mandates/<int:number>/acts/<int:act>/correct", methods=["GET", "POST"])
@requires(Permission.RECORD_ACT)
def correct_act(number: int, act: int) -> Answer:
    """Put right what is on record; what was there before stays to be read."""
    found = mandates.find(g.organisation, number)
    authorize(g.actor, Permission.RECORD_ACT, found)
    wrong = mandates.find_act(found, act)
    bound = wrong.instruction.number if wrong.instruction else 0
    before = {
        "held_on": wrong.held_on,
        "instruction": bound,
        "matter": "" if bound else wrong.matter,
        "evidence": wrong.evidence,
        "document": wrong.document.number if wrong.document else None,
    }
    return _record(found, ActForm(data=before), wrong)


@bp.route("/mandates/<int:number>/acts/<int:act>/reply", methods=["GET", "POST"])
@requires(Permission.ANSWER_ACT)
def reply(number: int, act: int) -> Answer:
    """Reply to what is on record, as the delegate."""
    found = mandates.find(g.organisation, number)
    authorize(g.actor, Permission.ANSWER_ACT, found)
    said, form = mandates.find_act(found, act), ReplyForm()

    def page() -> str:
        return render_template("mandates/reply.html", form=form, mandate=found, act=said, acts=act_words())

    def deed() -> None:
        again = mandates.find(g.organisation, number)
        to = mandates.find_act(again, act)
        mandates.reply(again, to, g.organisation, g.actor, g.now, text=form.text.data or "")

    return _done(found, form, deed, page, _("Your reply stands beside the record."))


@bp.route("/mandates/<int:number>/report", methods=["GET", "POST"])
@requires(Permission.ANSWER_ACT)
def report(number: int) -> Answer:
    """Report on a sitting, as the delegate."""
    found = mandates.find(g.organisation, number)
    authorize(g.actor, Permission.ANSWER_ACT, found)
    days = {one.held_on.isoformat(): one.held_on for one in mandates.sittings_of(found)}
    form = ReportForm()
    form.held_on.choices = [SelectChoice(key, format_date(day, "d MMMM y")) for key, day in days.items()]

    def page() -> str:
        return render_template("mandates/report.html", form=form, mandate=found, days=days)

    def deed() -> None:
        held_on = days.get(form.held_on.data or "")
        if held_on is None:
            raise Refusal(_("Choose the sitting that you report on."))
        again = mandates.find(g.organisation, number)
        mandates.report(again, g.organisation, g.actor, g.now, held_on=held_on, text=form.text.data or "")

    return _done(found, form, deed, page, _("Your report is there for every member to read."))


def _record(found: Mandate, form: ActForm, wrong: MandateAct | None) -> Answer:
    number, corrects = found.number, wrong.number if wrong else None
    form.offer(mandates.in_force(found))

    def page() -> str:
        return render_template("mandates/act.html", form=form, mandate=found, wrong=wrong, acts=act_words())

    def deed() -> None:
        again = mandates.find(g.organisation, number)
        mandates.record_act(
            again,
            g.organisation,
            g.actor,
            g.now,
            held_on=form.held_on.data,
            act=form.act.data or "",
            instruction=form.instruction.data or None,
            matter=form.matter.data or "",
            evidence=form.evidence.data or "",
            document=documents.find(g.organisation, form.document.data) if form.document.data else None,
            corrects=mandates.find_act(again, corrects) if corrects else None,
        )

    return _done(found, form, deed, page, _("It is on record. The delegate can reply."))


def _done(
    found: Mandate, form: FlaskForm, deed: Callable[[], None], page: Callable[[], str], said: str
) -> Answer:
    return deed_on_page(form, deed, page, said, url_for(".show", number=found.number))
