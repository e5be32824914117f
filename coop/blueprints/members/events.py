"""What an officer writes down of a member: a death, a lapse or a return, read once more before it stands."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from coop.access import Permission, authorize, requires
from coop.blueprints.members import bp
from coop.blueprints.members.forms import EventForm
from coop.errors import Refusal
from coop.models.members import Membership
from coop.services import members
from coop.transaction import writing


@bp.route("/members/<int:number>/record", methods=["GET", "POST"])
@requires(Permission.CHANGE_MEMBER)
def record(number: int) -> Any:
    membership, form = _asked(number)
    if request.method == "GET" or request.form.get("deed") == "change":
        return _page(membership, form)
    if not form.validate_on_submit():
        return _page(membership, form), 422
    try:
        members.refuse_to_note(membership, form.kind.data, form.on.data, g.now)
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return _page(membership, form), 409
    return render_template(
        "members/record_check.html",
        membership=membership,
        form=form,
        offices=members.offices_that_end(membership, form.on.data),
    )


@bp.post("/members/<int:number>/record/check")
@requires(Permission.CHANGE_MEMBER)
def record_check(number: int) -> Any:
    membership, form = _asked(number)
    if not form.validate_on_submit():
        return _page(membership, form), 422
    try:
        with writing():
            members.note_event(
                members.find(g.organisation, number),
                form.kind.data,
                g.actor,
                g.now,
                on=form.on.data,
                note=form.note.data or "",
            )
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return _page(members.find(g.organisation, number), form), 409
    flash(_("It is in the register."))
    return redirect(url_for(".show", number=number))


def _asked(number: int) -> tuple[Membership, EventForm]:
    membership = members.find(g.organisation, number)
    authorize(g.actor, Permission.CHANGE_MEMBER, membership)
    return membership, EventForm(members.kinds_to_note(membership, g.organisation.day_of(g.now)))


def _page(membership: Membership, form: EventForm) -> str:
    return render_template("members/record.html", membership=membership, form=form)
