"""One's own particulars: see, change, take along, have erased, leave."""

import json
from datetime import date
from typing import Any

from flask import Response, flash, g, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _

from coop.access import Permission, requires
from coop.blueprints.members import bp
from coop.blueprints.members.forms import ConfirmForm, ParticularsForm
from coop.blueprints.members.register import wished
from coop.errors import Refusal
from coop.services import admissions, ballots, members
from coop.transaction import writing


@bp.get("/me")
@requires(Permission.SEE_OWN_RECORD)
def me() -> Any:
    return render_template(
        "members/me.html",
        membership=g.actor.membership,
        sources=admissions.sources_of(g.actor.membership),
        resigned_to=_resigned_to(),
        votes=ballots.votes_today(g.actor.membership, g.organisation, g.now),
    )


@bp.route("/me/edit", methods=["GET", "POST"])
@requires(Permission.CHANGE_OWN_PARTICULARS)
def edit_mine() -> Any:
    form = ParticularsForm(obj=g.actor.membership)
    back = url_for(".me")
    if not form.validate_on_submit():
        answer = render_template("members/edit.html", form=form, membership=g.actor.membership, back=back)
        return answer, 422 if request.method == "POST" else 200
    try:
        with writing():
            members.change_particulars(g.actor.membership, wished(form), g.actor, g.now)
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return render_template("members/edit.html", form=form, membership=g.actor.membership, back=back), 409
    flash(_("Your particulars are changed."))
    return redirect(back)


@bp.route("/me/reminders", methods=["GET", "POST"])
@requires(Permission.CHANGE_OWN_PARTICULARS)
def reminders() -> Any:
    """One button: where the link in a reminder leads."""
    form = ConfirmForm()
    if not form.validate_on_submit():
        answer = render_template("members/reminders.html", form=form, membership=g.actor.membership)
        return answer, 422 if request.method == "POST" else 200
    wanted = request.form.get("reminders") == "on"
    with writing():
        members.set_reminders(g.actor.membership, g.actor, g.now, wanted=wanted)
    flash(
        _("You will be reminded to vote.") if wanted else _("You get no more reminders. Notices still come.")
    )
    return redirect(url_for(".me"))


@bp.get("/me/export.json")
@requires(Permission.SEE_OWN_RECORD)
def export_mine() -> Any:
    held = members.held_about(g.actor.membership, g.actor)
    return Response(
        json.dumps(held, ensure_ascii=False, indent=2) + "\n",
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="what-is-held-about-me.json"'},
    )


@bp.route("/me/erasure", methods=["GET", "POST"])
@requires(Permission.SEE_OWN_RECORD)
def erasure() -> Any:
    form = ConfirmForm()
    if not form.validate_on_submit():
        answer = render_template("members/erasure.html", form=form, membership=g.actor.membership)
        return answer, 422 if request.method == "POST" else 200
    with writing():
        members.ask_for_erasure(g.actor.membership, g.actor, g.now)
    flash(_("The secretary has been asked to erase your particulars."))
    return redirect(url_for(".me"))


@bp.route("/me/resign", methods=["GET", "POST"])
@requires(Permission.RESIGN)
def resign() -> Any:
    form = ConfirmForm()
    if not form.validate_on_submit():
        answer = render_template(
            "members/resign.html",
            form=form,
            end=admissions.last_day(g.organisation, g.now),
            resigned_to=_resigned_to(),
        )
        return answer, 422 if request.method == "POST" else 200
    with writing():
        end = admissions.resign(g.actor.membership, g.organisation, g.actor, g.now)
    flash(
        _("You are no longer a member. Thank you for the time you gave.")
        if end.is_today
        else _(
            "You have resigned. Your membership ends on %(day)s.", day=format_date(end.ends_on, "d MMMM y")
        )
    )
    return redirect(url_for(".me"))


def _resigned_to() -> date | None:
    return members.resigned_to(g.actor.membership, g.organisation.day_of(g.now))
