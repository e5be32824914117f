"""The returning officer drafts a motion or an election; the rule is shown, never typed."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from coop.access import Permission, authorize, requires
from coop.blueprints.ballots import bp
from coop.blueprints.ballots.bodies import own_bodies, own_body
from coop.blueprints.ballots.forms import ElectionForm, MotionForm, NewMotionForm
from coop.blueprints.ballots.views import find
from coop.blueprints.ballots.words import class_words
from coop.errors import Refusal
from coop.services import ballots
from coop.transaction import writing

Answer = str | Response | tuple[str, int]
OFFERED = ("ordinary", "special")  # constitutional motions change articles and have a page of their own


@bp.route("/ballots/new-motion", methods=["GET", "POST"])
@requires(Permission.SET_UP_BALLOT)
def new_motion() -> Answer:
    bodies = own_bodies()
    words = class_words()
    form = NewMotionForm(
        [(body.slug, body.name) for body in bodies], [(kind, words[kind]) for kind in OFFERED]
    )
    rules = [(words[kind], ballots.preview(g.organisation, kind, bodies[0], g.now)) for kind in OFFERED]

    def page() -> str:
        return render_template("ballots/new_motion.html", form=form, rules=rules)

    if request.method == "GET":
        return page()
    if not form.validate_on_submit():
        return page(), 422
    try:
        with writing():
            ballot = ballots.propose_motion(
                g.organisation,
                g.actor,
                g.now,
                title=form.title.data or "",
                text=form.text.data or "",
                decision_class=form.decision_class.data,
                body=own_body(form.body.data),
                secrecy=form.secrecy.data or "",
            )
            number = ballot.number
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return page(), 409
    flash(_("The motion is drafted. Nobody is told until you announce or open the vote."))
    return redirect(url_for(".check", number=number))


@bp.route("/ballots/new-election", methods=["GET", "POST"])
@requires(Permission.SET_UP_BALLOT)
def new_election() -> Answer:
    bodies = own_bodies()
    offices = ballots.offices_to_fill(g.organisation, bodies)
    form = ElectionForm(
        [(office.id, f"{office.title} ({office.body.name})") for office in offices],
        [(body.slug, body.name) for body in bodies],
    )

    def page() -> str:
        return render_template("ballots/new_election.html", form=form, offices=offices)

    if request.method == "GET":
        return page()
    if not form.validate_on_submit():
        return page(), 422
    try:
        with writing():
            ballot = ballots.set_up_election(
                g.organisation,
                g.actor,
                g.now,
                office=next(
                    one
                    for one in ballots.offices_to_fill(g.organisation, own_bodies())
                    if one.id == form.office.data
                ),
                candidates=ballots.candidates_by_number(g.organisation, form.named()),
                seats=form.seats.data,
                body=own_body(form.body.data),
                secrecy=form.secrecy.data or "",
            )
            number = ballot.number
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return page(), 409
    flash(_("The election is drafted. Nobody is told until you announce or open the vote."))
    return redirect(url_for(".check", number=number))


@bp.route("/ballots/<int:number>/edit", methods=["GET", "POST"])
@requires(Permission.SET_UP_BALLOT)
def edit(number: int) -> Answer:
    """Change the words of a motion that nobody was told of."""
    ballot = find(number)
    authorize(g.actor, Permission.SET_UP_BALLOT, ballot)
    if ballot.kind != "motion":
        raise Refusal(_("The candidates stand. To change them, void this draft and set up another."))
    said: dict[str, Any] = {"title": ballot.title, "text": ballot.text}
    form = MotionForm(data=said)
    if request.method == "GET":
        ballots.refuse_unless_draft(ballot, g.now)
        return render_template("ballots/edit.html", form=form, ballot=ballot)
    if not form.validate_on_submit():
        return render_template("ballots/edit.html", form=form, ballot=ballot), 422
    try:
        with writing():
            ballots.change_draft(
                ballots.find(g.organisation, number),
                g.organisation,
                g.actor,
                g.now,
                title=form.title.data or "",
                text=form.text.data or "",
            )
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return render_template("ballots/edit.html", form=form, ballot=find(number)), 409
    flash(_("The words are changed."))
    return redirect(url_for(".check", number=number))
