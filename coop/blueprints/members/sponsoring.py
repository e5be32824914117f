"""Who waits for sponsors, and sponsoring them."""

from typing import Any

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext as _

from coop.access import Permission, authorize, requires
from coop.blueprints.members import bp
from coop.blueprints.members.forms import ConfirmForm
from coop.services import admissions
from coop.transaction import writing


@bp.get("/applicants")
@requires(Permission.SPONSOR)
def applicants() -> Any:
    return _page()


@bp.post("/applicants/<int:number>/sponsor")
@requires(Permission.SPONSOR)
def sponsor(number: int) -> Any:
    found = admissions.find(g.organisation, number)
    authorize(g.actor, Permission.SPONSOR, found)
    if not ConfirmForm().validate_on_submit():
        return _page(), 422
    with writing():
        admitted = admissions.sponsor(found, g.actor, g.now)
        said = (
            _("%(name)s is member %(number)s now.", name=admitted.name, number=admitted.number)
            if admitted
            else _("You sponsor %(name)s.", name=found.name)
        )
    flash(said)
    return redirect(url_for(".applicants"))


def _page() -> str:
    way = admissions.way_of(g.organisation, g.now)
    waits = way.kind == "sponsors"
    return render_template(
        "members/sponsoring.html",
        admission=way,
        asking=admissions.waiting_for_sponsors(g.organisation, g.actor) if waits else [],
        why_not=admissions.why_no_sponsor(g.organisation, g.actor, g.now) if waits else "",
    )
