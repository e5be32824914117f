"""A member's dues and why; the treasurer's plans, charge runs and arrears."""

from datetime import date

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from coop.access import Permission, may, requires
from coop.blueprints.dues import bp
from coop.blueprints.dues.forms import BandChoiceForm, ChargeForm, PlanForm, TakeBackForm, WaiverForm
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.ballots import Decision
from coop.models.dues import DuesPlan
from coop.models.members import Membership
from coop.rules.money import plain_amount
from coop.rules.spreadsheets import as_csv
from coop.services import dues, treasury
from coop.transaction import writing

Page = str | Response | tuple[str, int]


@bp.get("")
@requires(Permission.SEE_OWN_DUES)
def index() -> Page:
    account = dues.account_of(g.actor.membership, g.actor, _today()) if g.actor.membership else None
    officer = any(may(g.actor, Permission.SEE_ALL_DUES, body) for body in g.organisation.bodies)
    return render_template("dues/index.html", account=account, officer=officer)


@bp.get("/charges/<int:number>")
@requires(Permission.SEE_OWN_DUES)
def charge(number: int) -> Page:
    row = dues.find_charge(g.organisation, number, g.actor, _today())
    return _charge_page(row, TakeBackForm())


@bp.post("/charges/<int:number>/take-back")
@requires(Permission.CHARGE_DUES)
def take_back(number: int) -> Page:
    row = dues.find_charge(g.organisation, number, g.actor, _today())
    form = TakeBackForm()
    if not form.validate_on_submit():
        return _charge_page(row, form), 422
    with writing():
        treasury.reverse_charge(g.organisation, row.charge, g.actor, g.now, form.reason.data)
    flash(_("The charge is taken back."))
    return redirect(url_for(".charge", number=number))


def _charge_page(row: dues.Row, form: TakeBackForm) -> str:
    membership = db.session.get_one(Membership, row.charge.membership_id)
    decision = db.session.get_one(Decision, row.charge.decision_id)
    return render_template("dues/charge.html", row=row, membership=membership, decision=decision, form=form)


@bp.get("/members/<int:number>")
@requires(Permission.SEE_ALL_DUES)
def member(number: int) -> Page:
    return _member_page(number)


@bp.post("/members/<int:number>/band")
@requires(Permission.CHARGE_DUES)
def put_in_band(number: int) -> Page:
    membership = dues.find_member(g.organisation, number)
    form = BandChoiceForm(_bands(), _today())
    if not form.validate_on_submit():
        return _member_page(number, band_form=form), 422
    try:
        with writing():
            dues.put_in_band(membership, g.actor, g.now, form.band.data, form.band_from.data)
    except Refusal as why:
        form.form_errors.append(str(why))
        return _member_page(number, band_form=form), 409
    flash(_("The band is recorded. The next charge run follows it."))
    return redirect(url_for(".member", number=number))


@bp.post("/members/<int:number>/waive")
@requires(Permission.WAIVE_DUES)
def waive(number: int) -> Page:
    membership = dues.find_member(g.organisation, number)
    form = WaiverForm(_plan_names(), _decisions(), _today())
    if not form.validate_on_submit():
        return _member_page(number, waiver_form=form), 422
    try:
        with writing():
            dues.waive(
                membership,
                g.actor,
                g.now,
                plan_name=form.plan.data,
                share=form.fraction,
                starts_on=form.starts_on.data,
                ends_on=form.ends_on.data,
                reason=form.reason.data or "",
                decision=_decision(form.decision.data) if form.decision.data else None,
            )
    except Refusal as why:
        form.form_errors.append(str(why))
        return _member_page(number, waiver_form=form), 409
    flash(_("The waiver is recorded. The next charge run follows it."))
    return redirect(url_for(".member", number=number))


def _member_page(
    number: int, band_form: BandChoiceForm | None = None, waiver_form: WaiverForm | None = None
) -> str:
    membership = dues.find_member(g.organisation, number)
    account = dues.account_of(membership, g.actor, _today())
    may_change = may(g.actor, Permission.CHARGE_DUES, membership)
    if may_change:
        band_form = band_form or BandChoiceForm(_bands(), _today())
        waiver_form = waiver_form or WaiverForm(_plan_names(), _decisions(), _today())
    return render_template(
        "dues/member.html",
        account=account,
        band_form=band_form,
        waiver_form=waiver_form,
        may_change=may_change,
    )


@bp.get("/arrears")
@requires(Permission.SEE_ALL_DUES)
def arrears() -> Page:
    search = request.args.get("q", "")[:100]
    found = dues.arrears(g.organisation, g.actor, _today(), search, request.args.get("page", 1, type=int))
    return render_template("dues/arrears.html", found=found, search=search)


@bp.get("/arrears.csv")
@requires(Permission.SEE_ALL_DUES)
def arrears_export() -> Response:
    search = request.args.get("q", "")[:100]
    pages = [dues.arrears(g.organisation, g.actor, _today(), search)]
    pages += [
        dues.arrears(g.organisation, g.actor, _today(), search, number)
        for number in range(2, pages[0].pages + 1)
    ]
    rows = [
        (
            one.number,
            one.name,
            one.since.isoformat(),
            one.charges,
            plain_amount(one.amount_minor, one.currency),
            one.currency,
        )
        for page in pages
        for one in page.debts
    ]
    answer = Response(
        as_csv(("number", "name", "since", "charges", "open", "currency"), rows), mimetype="text/csv"
    )
    answer.headers["Content-Disposition"] = f"attachment; filename={g.organisation.slug}-arrears.csv"
    return answer


@bp.route("/charge", methods=["GET", "POST"])
@requires(Permission.CHARGE_DUES)
def run() -> Page:
    form = ChargeForm(data=None if request.method == "POST" else {"until": _today()})
    if request.method == "GET" and request.args.get("until"):
        form = ChargeForm(formdata=request.args, meta={"csrf": False})
        if not form.validate():
            return render_template("dues/run.html", form=form, changes=[], until=_today()), 422
    if request.method == "POST":
        if not form.validate_on_submit():
            return render_template("dues/run.html", form=form, changes=[], until=_today()), 422
        try:
            with writing():
                done = treasury.charge_dues(g.organisation, g.actor, form.until.data, g.now)
        except Refusal as why:
            form.form_errors.append(str(why))
            return render_template("dues/run.html", form=form, changes=[], until=_today()), 409
        flash(
            ngettext("%(num)s charge booked.", "%(num)s charges booked.", done.added)
            + (
                " " + ngettext("%(num)s taken back.", "%(num)s taken back.", done.reversed)
                if done.reversed
                else ""
            )
        )
        return redirect(url_for(".run"))
    until = form.until.data
    changes = treasury.preview_charges(g.organisation, g.actor, until)
    return render_template("dues/run.html", form=form, changes=changes, until=until)


@bp.get("/plans")
@requires(Permission.SEE_MEMBER_PAGES)
def plans() -> Page:
    found = dues.plans_of(g.organisation, g.actor)
    labels = {plan.id: db.session.get_one(Decision, plan.decision_id).label for plan in found}
    may_set = any(may(g.actor, Permission.SET_DUES, body) for body in g.organisation.bodies)
    return render_template("dues/plans.html", plans=found, labels=labels, may_set=may_set, today=_today())


@bp.route("/plans/new", methods=["GET", "POST"])
@requires(Permission.SET_DUES)
def new_plan() -> Page:
    bodies = dues.bodies_under(g.organisation, g.actor, Permission.SET_DUES)
    decisions = _decisions()
    form = PlanForm(bodies, decisions, g.organisation.currency)
    if not form.is_submitted():
        return render_template("dues/new_plan.html", form=form, decisions=decisions)
    if not form.validate():
        return render_template("dues/new_plan.html", form=form, decisions=decisions), 422
    try:
        with writing():
            dues.set_plan(
                g.organisation,
                g.actor,
                g.now,
                name=form.name.data.strip(),
                interval=form.interval.data,
                bands=form.amounts(),
                starts_on=form.starts_on.data,
                decision=_decision(form.decision.data),
                body=next(body for body in g.organisation.bodies if body.id == form.body.data),
            )
    except Refusal as why:
        form.form_errors.append(str(why))
        return render_template("dues/new_plan.html", form=form, decisions=decisions), 409
    flash(_("The dues are set. Now look at what would be charged."))
    return redirect(url_for(".run"))


def _today() -> date:
    return g.organisation.day_of(g.now)


def _decisions() -> list[Decision]:
    return dues.dues_decisions(g.organisation, _today())


def _decision(number: int) -> Decision:
    found = db.session.get(Decision, number)
    if found is None or found.organisation_id != g.organisation.id:
        raise Missing
    return found


def _plan_names() -> list[str]:
    return list(dict.fromkeys(plan.name for plan in _own_plans()))


def _bands() -> list[str]:
    return list(dict.fromkeys(band.name for plan in _own_plans() for band in plan.bands))


def _own_plans() -> list[DuesPlan]:
    """The plans of the bodies whose dues the actor may charge."""
    found = dues.plans_of(g.organisation, g.actor)
    return [plan for plan in found if may(g.actor, Permission.CHARGE_DUES, plan)]
