"""Settings, bodies, and who holds which office."""

from collections import Counter

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from coop.access import Permission, authorize, requires
from coop.blueprints.organisations import bp
from coop.blueprints.organisations.forms import BodyForm, OfficeForm, SeatForm, SettingsForm
from coop.errors import Missing, Refusal
from coop.models.organisations import Body
from coop.services import ballots, members, organisations
from coop.services.offices import handovers_by_term, how_given, vacancies_on
from coop.transaction import writing

Page = str | Response | tuple[str, int]


@bp.get("/<organisation>/offices")
@requires(Permission.SEE_OFFICES)
def offices() -> str:
    """Bodies and offices, and who holds them since when because of what."""
    today = g.organisation.day_of(g.now)
    bodies = organisations.bodies_of(g.organisation)
    holdings = organisations.holders_on(g.organisation, today)
    past = organisations.past_terms(g.organisation, today)
    held = Counter(one.office.id for one in holdings if one.term)
    vacant = {one.office.id: one.office for one in holdings if held[one.office.id] < one.office.seats}
    ids = {holding.term.decision_id for holding in (*holdings, *past) if holding.term}
    return render_template(
        "organisations/offices.html",
        bodies=bodies,
        sizes=organisations.sizes_of(g.organisation, bodies, today),
        holdings=holdings,
        past=past,
        vacancies=vacancies_on(g.organisation, list(vacant.values()), today),
        handovers=handovers_by_term(g.organisation),
        given=how_given([one.term.id for one in (*holdings, *past) if one.term]),
        decisions=ballots.decisions_by_id(g.organisation, {one for one in ids if one is not None}),
    )


@bp.route("/<organisation>/settings", methods=["GET", "POST"])
@requires(Permission.CHANGE_SETTINGS)
def settings() -> Page:
    authorize(g.actor, Permission.CHANGE_SETTINGS, g.organisation)
    form = SettingsForm(obj=g.organisation)
    if request.method == "GET":
        return render_template("organisations/settings.html", form=form)
    if not form.validate_on_submit():
        return render_template("organisations/settings.html", form=form), 422
    with writing():
        organisations.change_settings(
            g.organisation,
            name=form.name.data,
            summary=form.summary.data or "",
            contact=form.contact.data or "",
            actor=g.actor,
            now=g.now,
        )
    flash(_("The settings are changed."))
    return redirect(url_for(".settings"))


@bp.route("/<organisation>/offices/new", methods=["GET", "POST"])
@requires(Permission.KEEP_BODIES)
def new_body() -> Page:
    authorize(g.actor, Permission.KEEP_BODIES, g.organisation)
    form = BodyForm()
    if request.method == "GET":
        return render_template("organisations/new_body.html", form=form)
    if not form.validate_on_submit():
        return render_template("organisations/new_body.html", form=form), 422
    try:
        with writing():
            organisations.add_body(
                g.organisation, form.kind.data, form.slug.data, form.name.data, actor=g.actor, now=g.now
            )
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return render_template("organisations/new_body.html", form=form), 409
    flash(_("%(name)s is formed.", name=form.name.data))
    return redirect(url_for(".body", slug=form.slug.data))


@bp.get("/<organisation>/offices/<slug>")
@requires(Permission.SEE_OFFICES)
def body(slug: str) -> str:
    return _body_page(organisations.find_body(g.organisation, slug), OfficeForm(formdata=None), _seat_form())


@bp.post("/<organisation>/offices/<slug>/offices")
@requires(Permission.KEEP_BODIES)
def add_office(slug: str) -> Page:
    found = organisations.find_body(g.organisation, slug)
    authorize(g.actor, Permission.KEEP_BODIES, found)
    form = OfficeForm()
    if not form.validate_on_submit():
        return _body_page(found, form, _seat_form()), 422
    try:
        with writing():
            organisations.add_office(
                found, form.kind.data, form.title.data, seats=form.seats.data, actor=g.actor, now=g.now
            )
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return _body_page(found, form, _seat_form()), 409
    flash(_("The office is created. It is vacant until an election fills it."))
    return redirect(url_for(".body", slug=slug))


@bp.post("/<organisation>/offices/<slug>/members")
@requires(Permission.KEEP_BODIES)
def join_body(slug: str) -> Page:
    found = organisations.find_body(g.organisation, slug)
    authorize(g.actor, Permission.KEEP_BODIES, found)
    form = _with_decisions(SeatForm())
    if not form.validate_on_submit():
        return _body_page(found, OfficeForm(formdata=None), form), 422
    try:
        with writing():
            _seat(found, form)
    except Missing:
        form.number.errors = [_("There is no member with this number.")]
        return _body_page(found, OfficeForm(formdata=None), form), 422
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return _body_page(found, OfficeForm(formdata=None), form), 409
    flash(_("Member %(number)s belongs to %(body)s.", number=form.number.data, body=found.name))
    return redirect(url_for(".body", slug=slug))


def _seat(found: Body, form: SeatForm) -> None:
    organisations.join_body(
        found,
        members.find(g.organisation, form.number.data),
        form.starts_on.data,
        decision_id=form.decision.data or None,
        actor=g.actor,
        now=g.now,
    )


def _seat_form() -> SeatForm:
    return _with_decisions(SeatForm(formdata=None))


def _with_decisions(form: SeatForm) -> SeatForm:
    by_decision = [
        SelectChoice(decision.id, f"{decision.label}: {decision.title}")
        for decision in ballots.recent_decisions(g.organisation, 50)
        if decision.outcome_now in ("carried", "elected")
    ]
    form.decision.choices = [SelectChoice(0, _("their own wish to belong")), *by_decision]
    return form


def _body_page(found: Body, office_form: OfficeForm, seat_form: SeatForm) -> str:
    today = g.organisation.day_of(g.now)
    holdings = [
        one for one in organisations.holders_on(g.organisation, today) if one.office.body_id == found.id
    ]
    return render_template(
        "organisations/body.html",
        body=found,
        holdings=holdings,
        given=how_given([one.term.id for one in holdings if one.term]),
        seats=organisations.seats_of(found, today),
        office_form=office_form,
        seat_form=seat_form,
    )
