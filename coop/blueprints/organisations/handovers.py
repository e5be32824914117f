"""The page on which an office is handed over, and both put their names to it."""

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from coop.access import Permission, authorize, requires
from coop.blueprints.organisations import bp
from coop.errors import Refusal
from coop.models.handovers import Handover
from coop.services import offices, records, reports
from coop.transaction import chain_events, writing

Page = str | Response | tuple[str, int]


class ItemForm(FlaskForm):
    what = StringField(
        _l("Something else to hand over"),
        validators=[InputRequired(_l("Say what is to be handed over.")), Length(max=200)],
    )


class SignForm(FlaskForm):
    reason = TextAreaField(
        _l("Why do you sign alone?"),
        description=_l("It is kept with your signature."),
        validators=[Optional(), Length(max=2000)],
    )


@bp.get("/<organisation>/hand-overs/<int:number>")
@requires(Permission.SEE_HANDOVER)
def handover(number: int) -> str:
    return _page(number, ItemForm(formdata=None), SignForm(formdata=None))


@bp.post("/<organisation>/hand-overs/<int:number>/notes")
@requires(Permission.HAND_OVER)
def write_handover(number: int) -> Response:
    """Keep the notes and the ticks."""
    with writing():
        found = _own(number)
        places = [item.position for item in found.items]
        offices.write_items(
            found,
            g.actor,
            g.now,
            notes={at: request.form[f"note-{at}"] for at in places if f"note-{at}" in request.form},
            received=frozenset(at for at in places if f"received-{at}" in request.form),
        )
    flash(_("Saved."))
    return redirect(url_for(".handover", number=number))


@bp.post("/<organisation>/hand-overs/<int:number>/items")
@requires(Permission.HAND_OVER)
def add_handover_item(number: int) -> Page:
    form = ItemForm()
    _own(number)
    if not form.validate_on_submit():
        return _page(number, form, SignForm(formdata=None)), 422
    try:
        with writing():
            offices.add_item(_own(number), g.actor, g.now, what=form.what.data or "")
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return _page(number, form, SignForm(formdata=None)), 409
    flash(_("It is on the list."))
    return redirect(url_for(".handover", number=number))


@bp.post("/<organisation>/hand-overs/<int:number>/signature")
@requires(Permission.HAND_OVER)
def sign_handover(number: int) -> Page:
    form, organisation_id = SignForm(), g.organisation.id
    _own(number)
    if not form.validate_on_submit():
        return _page(number, ItemForm(formdata=None), form), 422
    chain_events(lambda: records.chain_events(organisation_id))
    try:
        with writing():
            _sign(_own(number), form.reason.data or "")
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return _page(number, ItemForm(formdata=None), form), 409
    flash(_("You have signed the hand-over."))
    return redirect(url_for(".handover", number=number))


def _own(number: int) -> Handover:
    found = offices.find_handover(g.organisation, number)
    authorize(g.actor, Permission.HAND_OVER, found)
    return found


def _sign(found: Handover, reason: str) -> None:
    office, (_left, incoming) = found.term.office, offices.parties_of(found)
    tasks = reports.open_tasks(office, incoming, g.organisation, g.now)
    offices.sign_handover(
        found,
        g.organisation,
        g.actor,
        g.now,
        tasks=[{"title": str(pile.title), "count": len(pile.waiting)} for pile in tasks],
        statement=reports.last_statement(office, g.organisation),
        alone_because=reason,
    )


def _page(number: int, item_form: ItemForm, sign_form: SignForm) -> str:
    found = offices.find_handover(g.organisation, number)
    authorize(g.actor, Permission.SEE_HANDOVER, found)
    left, incoming = offices.parties_of(found)
    office = found.term.office
    is_open = found.closed_at is None
    taking = g.actor.membership_id == incoming.id
    return render_template(
        "organisations/handover.html",
        handover=found,
        office=office,
        left=left,
        incoming=incoming,
        mine=taking or g.actor.membership_id == left.id,
        taking=taking,
        signed=(found.taken_at if taking else found.given_at) is not None,
        alone=offices.why_alone(found, g.organisation, g.now) if taking and is_open else "",
        tasks=reports.open_tasks(office, incoming, g.organisation, g.now) if is_open else [],
        statement=reports.last_statement(office, g.organisation) if is_open else "",
        head=records.head_of(g.organisation.id)[1] if is_open else "",
        item_form=item_form,
        sign_form=sign_form,
    )
