"""Motions of members: the list, a motion's page, and what its mover and its seconders do."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from coop.access import Permission, authorize, may, requires
from coop.blueprints.ballots import bp
from coop.blueprints.ballots.doing import Answer
from coop.blueprints.ballots.doing import do as _do
from coop.blueprints.ballots.forms import MotionForm
from coop.blueprints.ballots.words import class_words
from coop.models.ballots import Ballot
from coop.models.organisations import Body
from coop.services import ballots, motions, organisations
from coop.transaction import writing


class ProposeForm(MotionForm):
    body = SelectField(_l("Who decides"))
    decision_class = RadioField(
        _l("Kind of resolution"), validators=[InputRequired(_l("Choose the kind of resolution."))]
    )

    def __init__(self, bodies: list[Body]) -> None:
        super().__init__()
        words = class_words()
        self.body.choices = [SelectChoice(body.slug, body.name) for body in bodies]
        self.decision_class.choices = [SelectChoice(kind, words[kind]) for kind in motions.CLASSES]


def found(number: int) -> motions.Told:
    """Find a motion; a draft exists only for its mover."""
    return motions.find(g.organisation, number, g.actor, g.now)


@bp.get("/motions")
@requires(Permission.SEE_BALLOTS)
def motion_list() -> str:
    return render_template(
        "motions/index.html",
        lines=motions.motions_of(g.organisation, g.actor, g.now),
        kinds=class_words(),
    )


@bp.route("/motions/new", methods=["GET", "POST"])
@requires(Permission.PROPOSE_MOTION)
def propose() -> Answer:
    """Draft a motion; what the constitution asks of it stands beside the form."""
    bodies = [one for one in organisations.bodies_of(g.organisation) if ballots.belongs(g.actor, one)]
    form, words = ProposeForm(bodies), class_words()
    rules = [(words[kind], motions.asked(g.organisation, kind, bodies[0], g.now)) for kind in motions.CLASSES]

    def page() -> str:
        return render_template("motions/new.html", form=form, rules=rules)

    def deed() -> int:
        body = next(one for one in organisations.bodies_of(g.organisation) if one.slug == form.body.data)
        motion = motions.draft_motion(
            g.organisation,
            g.actor,
            g.now,
            title=form.title.data or "",
            text=form.text.data or "",
            decision_class=form.decision_class.data,
            body=body,
        )
        return motion.number

    if request.method == "GET":
        return page()
    number, answer = _do(form, deed, page)
    if answer:
        return answer
    flash(_("Your motion is drafted. Nobody else sees it until you submit it."))
    return redirect(url_for(".motion", number=number))


@bp.get("/motions/<int:number>")
@requires(Permission.SEE_BALLOTS)
def motion(number: int) -> str:
    told = found(number)
    why_not = motions.why_not_second(told, g.actor)
    ballot = next((step.ballot for step in reversed(told.steps) if step.ballot), None)
    officer = may(g.actor, Permission.SET_UP_BALLOT, told)
    return render_template(
        "motions/show.html",
        told=told,
        kind=class_words()[told.motion.kind],
        mine=may(g.actor, Permission.KEEP_OWN_MOTION, told),
        rules_on=may(g.actor, Permission.RULE_ON_MOTION, told),
        puts=officer,
        seconds=not why_not and g.actor.membership_id not in {one.membership_id for one in told.seconders},
        ballot=ballot if ballot and (ballot.announced_at or officer) else None,
        reasons=motions.reasons_of(told, g.actor),
        frozen=motions.frozen_at(told, g.now),
        argues=not motions.why_not_argue(told, g.actor, g.now),
        **_amendments(told),
    )


@bp.route("/motions/<int:number>/edit", methods=["GET", "POST"])
@requires(Permission.KEEP_OWN_MOTION)
def redraft(number: int) -> Answer:
    """Change the words of a draft."""
    told = _own(number)
    form = MotionForm(data={"title": told.motion.title, "text": told.motion.text})

    def page() -> str:
        return render_template("motions/edit.html", form=form, told=told)

    def deed() -> None:
        words = {"title": form.title.data or "", "text": form.text.data or ""}
        motions.redraft(_own(number), g.organisation, g.actor, g.now, **words)

    if request.method == "GET":
        motions.refuse_submitted(told)
        return page()
    _none, answer = _do(form, deed, page)
    if answer:
        return answer
    flash(_("The words are changed."))
    return redirect(url_for(".motion", number=number))


@bp.post("/motions/<int:number>/submit")
@requires(Permission.KEEP_OWN_MOTION)
def submit(number: int) -> Response:
    with writing():
        motions.submit(found(number), g.organisation, g.actor, g.now)
    flash(_("Your motion is submitted, and its words stand."))
    return redirect(url_for(".motion", number=number))


@bp.post("/motions/<int:number>/withdraw")
@requires(Permission.KEEP_OWN_MOTION)
def withdraw(number: int) -> Response:
    with writing():
        motions.withdraw(found(number), g.organisation, g.actor, g.now)
    flash(_("Your motion is withdrawn."))
    return redirect(url_for(".motion", number=number))


@bp.post("/motions/<int:number>/second")
@requires(Permission.SECOND_MOTION)
def second_motion(number: int) -> Response:
    with writing():
        motions.second(found(number), g.organisation, g.actor, g.now)
    flash(_("You second this motion."))
    return redirect(url_for(".motion", number=number))


def behind(ballot: Ballot) -> dict[str, Any]:
    """Give a ballot's page what it decides: a motion with as many reasons for as against, its change, or who joins."""
    purposes = ballots.purposes_of(ballot) if ballot.kind == "motion" else set()
    told = motions.motion_behind(ballot, g.now) if "moved" in purposes else None
    votes_for, against = motions.on_the_paper(told) if told else ([], [])
    return {
        "moved": told,
        "reasons_for": votes_for,
        "reasons_against": against,
        "amends": motions.amendment_behind(ballot, g.now) if "amends" in purposes else None,
        "applicant": ballots.application_on(ballot) if "admits" in purposes else None,
    }


def _amendments(told: motions.Told) -> dict[str, Any]:
    """The amendments of a motion, their order and deadlines, and what the reader can do about them."""
    amendments, until = motions.amendments_of(told), motions.deadlines_of(told)
    waiting = motions.to_be_put(told, amendments)
    voted_on = any(one.stage == "put" for one in amendments)
    debated = told.stage in ("debate", "debated")
    closed = until.closes_at is not None and g.now >= until.closes_at
    return {
        "amendments": amendments,
        "to_be_put": waiting,
        "order": motions.order_of(told) if len(waiting) > 1 else None,
        "until": until,
        "closed": closed,
        "held_up": voted_on or (bool(waiting) and (until.fall_at is None or g.now < until.fall_at)),
        "amends": not motions.why_not_amend(told, g.actor, g.now),
        "may_move_again": not motions.why_not_amend(told, g.actor, g.now, again=True),
        "accepts": (debated or told.stage == "seconded")
        and not voted_on
        and may(g.actor, Permission.KEEP_OWN_MOTION, told),
        "puts_amendment": debated
        and closed
        and bool(waiting)
        and not voted_on
        and may(g.actor, Permission.SET_UP_BALLOT, told),
        "orders": debated and len(waiting) > 1 and may(g.actor, Permission.RULE_ON_MOTION, told),
    }


def _own(number: int) -> motions.Told:
    told = found(number)
    authorize(g.actor, Permission.KEEP_OWN_MOTION, told)
    return told
