"""Who runs an election where its officer stands: said on its page, and named by the other officers."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from coop.access import Permission, authorize, may, requires
from coop.blueprints.ballots import bp
from coop.blueprints.ballots.doing import Answer, do
from coop.duties import candidates_of
from coop.errors import Missing
from coop.models.ballots import Ballot
from coop.services import ballots, nominations


class OfficerForm(FlaskForm):
    number = IntegerField(
        _l("Member number"),
        description=_l("A member who does not stand in it, and not you. They get a mail."),
        validators=[InputRequired(_l("Give the number of the member you name.")), NumberRange(1, 10**9)],
    )


def running(thing: Any) -> dict[str, Any]:
    """Give the page of an election or call what it says of who runs it."""
    if getattr(thing, "kind", "election") != "election":
        return {"run_by": None, "stands_and_runs": False, "to_name": False}
    stands = g.actor.membership_id in candidates_of(thing)
    officer = any(seat.office == "returning_officer" for seat in g.actor.seats)
    return {
        "run_by": ballots.officer_named(thing),
        "stands_and_runs": stands and officer,
        "to_name": may(g.actor, Permission.NAME_RETURNING_OFFICER, thing)
        and not ballots.who_runs(thing, g.organisation.day_of(g.now)),
    }


@bp.route("/ballots/<int:number>/officer", methods=["GET", "POST"])
@requires(Permission.NAME_RETURNING_OFFICER)
def ballot_officer(number: int) -> Answer:
    def find() -> Ballot:
        ballot = ballots.find(g.organisation, number)
        if ballot.kind != "election":
            raise Missing  # nobody stands in a motion
        return ballot

    return _name(find, url_for(".show", number=number))


@bp.route("/nominations/<int:number>/officer", methods=["GET", "POST"])
@requires(Permission.NAME_RETURNING_OFFICER)
def call_officer(number: int) -> Answer:
    return _name(lambda: nominations.find(g.organisation, number), url_for(".call", number=number))


def _name(find: Any, back: str) -> Answer:
    thing, form = find(), OfficerForm()
    authorize(g.actor, Permission.NAME_RETURNING_OFFICER, thing)
    title = thing.title if hasattr(thing, "title") else thing.office.title

    def page() -> str:
        return render_template("ballots/name_officer.html", form=form, title=title, back=back)

    if request.method == "GET":
        return page()

    def name() -> None:
        ballots.name_officer(find(), g.organisation, g.actor, g.now, number=form.number.data or 0)

    _done, wrong = do(form, name, page)
    if wrong is not None:
        return wrong
    flash(_("Member %(number)d runs this election from now on and gets a mail.", number=form.number.data))
    return redirect(back)
