"""Adopted positions: read, searched, exported; put on record; dissented from."""

from functools import wraps
from typing import Any

from flask import flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from coop.access import Permission, authorize, may, public, requires
from coop.blueprints.mandates import bp
from coop.blueprints.mandates.doing import Answer, cited, deed_on_page, do
from coop.blueprints.mandates.forms import DissentForm, PositionForm
from coop.blueprints.mandates.words import stage_words
from coop.errors import Forbidden
from coop.services import positions


def _for_readers(view: Any) -> Any:
    """Let members in, and anyone where the constitution opens the positions."""

    @wraps(view)
    def guarded(**values: Any) -> Answer:
        if positions.may_read(g.organisation, g.actor, g.now):
            return view(**values)
        if g.person is None:
            return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
        raise Forbidden(Permission.SEE_POSITIONS)

    return guarded


@bp.get("/positions")
@public
@_for_readers
def position_index() -> str:
    found = positions.positions_of(
        g.organisation,
        words=request.args.get("q", ""),
        state=request.args.get("state", ""),
        page=request.args.get("page", 1, type=int),
    )
    return render_template(
        "positions/index.html", found=found, stages=stage_words(), today=g.organisation.day_of(g.now)
    )


@bp.get("/positions.json")
@public
@_for_readers
def positions_json() -> Response:
    return jsonify(positions.as_data(g.organisation, g.actor, g.now))


@bp.get("/positions/<int:number>")
@public
@_for_readers
def position(number: int) -> str:
    found = positions.find(g.organisation, number)
    inside = may(g.actor, Permission.SEE_POSITIONS, g.organisation)
    why_not = positions.why_not_dissent(found, g.organisation, g.actor, g.now)
    return render_template(
        "positions/show.html",
        position=found,
        stage=found.stage_on(g.organisation.day_of(g.now)),
        stages=stage_words(),
        inside=inside,
        why_not=why_not,
    )


@bp.route("/positions/new", methods=["GET", "POST"])
@requires(Permission.KEEP_POSITIONS)
def adopt() -> Answer:
    """Put a carried decision among the positions."""
    authorize(g.actor, Permission.KEEP_POSITIONS, g.organisation)
    form = PositionForm()
    form.offer(positions.decisions_to_adopt(g.organisation))
    form.offer_standing(positions.standing(g.organisation))

    def page() -> str:
        by_rule = positions.review_by_rule(g.organisation, g.now)
        return render_template("positions/new.html", form=form, by_rule=by_rule)

    def deed() -> int:
        earlier = form.supersedes.data
        return positions.adopt(
            g.organisation,
            g.actor,
            g.now,
            decision=cited(form),
            review_on=form.review_on.data,
            supersedes=positions.find(g.organisation, earlier) if earlier else None,
        ).number

    if request.method == "GET":
        return page()
    number, answer = do(form, deed, page)
    if answer:
        return answer
    flash(_("The position is on record."))
    return redirect(url_for(".position", number=number))


@bp.route("/positions/<int:number>/dissent", methods=["GET", "POST"])
@requires(Permission.DISSENT)
def dissent(number: int) -> Answer:
    """Have one's own dissent recorded."""
    found, form = positions.find(g.organisation, number), DissentForm()
    authorize(g.actor, Permission.DISSENT, found)

    def page() -> str:
        why_not = positions.why_not_dissent(found, g.organisation, g.actor, g.now)
        return render_template("positions/dissent.html", form=form, position=found, why_not=why_not)

    def deed() -> None:
        again = positions.find(g.organisation, number)
        positions.dissent(again, g.organisation, g.actor, g.now, text=form.text.data or "")

    said, then = _("Your dissent is recorded beside the position."), url_for(".position", number=number)
    return deed_on_page(form, deed, page, said, then)
