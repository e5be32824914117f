"""The page of an office's vacancy: how the constitution has it filled, and the deed for that."""

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from coop.access import Permission, authorize, requires
from coop.blueprints.organisations import bp
from coop.errors import Missing, Refusal
from coop.models.organisations import Office
from coop.services import members, organisations, vacancies
from coop.services.offices import vacancies_on
from coop.transaction import writing

Page = str | Response | tuple[str, int]


class CoOptForm(FlaskForm):
    number = IntegerField(
        _l("Member number"),
        description=_l("They get a mail. If they agree, the members of the body vote on it."),
        validators=[InputRequired(_l("Give the number of the member to co-opt.")), NumberRange(1, 10**9)],
    )


@bp.get("/<organisation>/vacancies/<int:office_id>")
@requires(Permission.SEE_OFFICES)
def vacancy(office_id: int) -> str:
    return _page(_office(office_id), CoOptForm(formdata=None))


@bp.post("/<organisation>/vacancies/<int:office_id>/countback")
@requires(Permission.FILL_VACANCY)
def count_back(office_id: int) -> Response:
    """Count the last election again without whoever left."""
    with writing():
        offer = vacancies.count_back(_office(office_id), g.organisation, g.actor, g.now)
        name = offer.membership.name
    flash(_("The seat goes to %(name)s, who is asked by mail.", name=name))
    return redirect(url_for(".vacancy", office_id=office_id))


@bp.post("/<organisation>/vacancies/<int:office_id>/co-option")
@requires(Permission.FILL_VACANCY)
def co_opt(office_id: int) -> Page:
    """Name a member whom the remaining members of the body could co-opt."""
    found, form = _office(office_id), CoOptForm()
    authorize(g.actor, Permission.FILL_VACANCY, found)
    if not form.validate_on_submit():
        return _page(found, form), 422
    try:
        with writing():
            who = members.find(g.organisation, form.number.data)
            vacancies.co_opt(_office(office_id), who, g.organisation, g.actor, g.now)
    except Missing:
        form.number.errors = [_("There is no member with this number.")]
        return _page(found, form), 422
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return _page(found, form), 409
    flash(_("Member %(number)s is asked by mail.", number=form.number.data))
    return redirect(url_for(".vacancy", office_id=office_id))


@bp.post("/<organisation>/vacancies/<int:office_id>/answer")
@requires(Permission.ANSWER_OFFER)
def answer_offer(office_id: int) -> Response:
    """Take the seat that is offered, or leave it."""
    accepted = request.form.get("answer") == "accept"
    with writing():
        offer = vacancies.find_offer(_office(office_id))
        vacancies.answer(offer, g.organisation, g.actor, g.now, accepted=accepted)
    flash(_("You have accepted.") if accepted else _("You have declined."))
    return redirect(url_for(".vacancy", office_id=office_id))


def _office(office_id: int) -> Office:
    for one in organisations.offices_of(g.organisation):
        if one.id == office_id:
            return one
    raise Missing


def _page(found: Office, form: CoOptForm) -> str:
    today = g.organisation.day_of(g.now)
    offers = vacancies.offers_of(found)
    waiting = next((one for one in offers if one.answered_at is None and g.now < one.answer_until), None)
    is_vacant = vacancies.is_vacant(found, g.organisation, g.now)
    rule = vacancies.way_of(found, g.organisation, g.now)
    return render_template(
        "organisations/vacancy.html",
        office=found,
        vacancy=vacancies_on(g.organisation, [found], today)[found.id] if is_vacant else None,
        rule=rule,
        why_not=_why_not(found, str(rule.value)),
        offers=offers,
        waiting=waiting,
        form=form,
    )


def _why_not(found: Office, way: str) -> str:
    """Say why the constitution's way can't fill it, so that a by-election does; "" if it can."""
    if way == "countback":
        return vacancies.why_no_countback(found, g.organisation, g.now)
    if way == "co-option":
        try:
            vacancies.co_opting_body(found, g.organisation)
        except Refusal as why:
            return str(why)
    return ""
