"""The register, for those who keep or audit it."""

import csv
import io
from typing import Any

from flask import Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from coop.access import Permission, authorize, may, requires
from coop.blueprints.members import bp
from coop.blueprints.members.forms import ConfirmForm, ParticularsForm
from coop.errors import Refusal
from coop.models.members import Membership
from coop.services import admissions, ballots, members
from coop.transaction import record_view, writing

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@bp.get("/members")
@requires(Permission.SEE_REGISTER)
def index() -> Any:
    page = members.list_members(
        g.organisation,
        g.actor,
        g.organisation.day_of(g.now),
        _wanted(),
        page=request.args.get("page", 1, type=int),
    )
    return render_template(
        "members/register.html", page=page, bodies=members.bodies_seen(g.organisation, g.actor)
    )


@bp.get("/members.csv")
@requires(Permission.SEE_REGISTER)
def export() -> Any:
    day = g.organisation.day_of(g.now)
    lines = list(members.register_rows(g.organisation, g.actor, day, _wanted()))
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["number", "name", "email", "joined_on", "kind", "status", "left_on"])
    for line in lines:
        writer.writerow(
            safe_cell(cell)
            for cell in (
                line.number,
                line.name,
                line.email,
                line.since or "",
                line.kind,
                line.status,
                line.left_on or "",
            )
        )
    record_view(lambda: members.note_export(g.organisation, g.actor, len(lines), g.now))
    return Response(
        table.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="register-{day.isoformat()}.csv"'},
    )


@bp.get("/members/<int:number>")
@requires(Permission.SEE_MEMBER)
def show(number: int) -> Any:
    membership = members.find(g.organisation, number)
    authorize(g.actor, Permission.SEE_MEMBER, membership)
    if may(g.actor, Permission.SEE_PARTICULARS, membership) and g.actor.membership_id != membership.id:
        record_view(lambda: members.look_at(membership, g.actor, g.now))
    return _member_page(membership)


@bp.route("/members/<int:number>/edit", methods=["GET", "POST"])
@requires(Permission.CHANGE_MEMBER)
def edit(number: int) -> Any:
    membership = members.find(g.organisation, number)
    authorize(g.actor, Permission.CHANGE_MEMBER, membership)
    form = ParticularsForm(obj=membership)
    form.name.label.text = _("Name")
    back = url_for(".show", number=number)
    if not form.validate_on_submit():
        answer = render_template("members/edit.html", form=form, membership=membership, back=back)
        return answer, 422 if request.method == "POST" else 200
    try:
        with writing():
            members.change_particulars(membership, wished(form), g.actor, g.now)
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return render_template("members/edit.html", form=form, membership=membership, back=back), 409
    flash(_("The particulars are changed."))
    return redirect(back)


@bp.post("/members/<int:number>/erase")
@requires(Permission.ERASE_MEMBER)
def erase(number: int) -> Any:
    membership = members.find(g.organisation, number)
    if not ConfirmForm().validate_on_submit():
        return _member_page(membership), 422
    with writing():
        members.erase(membership, g.actor, g.now)
    flash(_("The particulars of member %(number)s are erased.", number=number))
    return redirect(url_for(".show", number=number))


def wished(form: ParticularsForm) -> members.Particulars:
    return members.Particulars(
        name=form.name.data,
        email=form.email.data or "",
        postal_address=form.postal_address.data or "",
        notices=form.notices.data,
    )


def safe_cell(cell: Any) -> str:
    """A cell that no spreadsheet takes for a formula; the import takes the apostrophe off again."""
    text = str(cell)
    return "'" + text if text.startswith(_FORMULA) else text


def _wanted() -> members.Filter:
    return members.Filter(
        search=request.args.get("q", ""),
        status=request.args.get("status", ""),
        body_id=request.args.get("body", None, type=int),
    )


def _member_page(membership: Membership) -> Any:
    day = g.organisation.day_of(g.now)
    return render_template(
        "members/member.html",
        membership=membership,
        status=membership.status_on(day),
        day=day,
        sources=admissions.sources_of(membership),
        votes=ballots.votes_today(membership, g.organisation, g.now),
    )
