"""Nominations: the calls, a call's page with its forms, and what the returning officer does with them."""

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import FileField, IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from coop.access import Permission, authorize, may, requires
from coop.blueprints.ballots import bp
from coop.blueprints.ballots.bodies import own_bodies, own_body
from coop.blueprints.ballots.doing import Answer
from coop.blueprints.ballots.doing import do as _do
from coop.blueprints.ballots.forms import OfficeForm
from coop.blueprints.ballots.photos import photo_addresses, taken_photo
from coop.blueprints.ballots.running import running
from coop.models.nominations import NominationCall
from coop.services import ballots, nominations, organisations
from coop.transaction import writing


class NominateForm(FlaskForm):
    number = IntegerField(
        _l("Member number"),
        description=_l("They get a mail and stand only if they accept."),
        validators=[InputRequired(_l("Give the number of the member you nominate.")), NumberRange(1, 10**9)],
    )


class StandForm(FlaskForm):
    statement = TextAreaField(
        _l("What you say to the voters"),
        description=_l("Why you stand, in %(most)s characters at most.", most=nominations.MOST_STATEMENT),
        validators=[
            Optional(),
            Length(max=nominations.MOST_STATEMENT, message=_l("Say it in %(max)d characters at most.")),
        ],
    )
    photo = FileField(
        _l("Photo"),
        description=_l(
            "JPEG or PNG, 5 MB at most. It is cut square, and place and time are taken out. Members see it until "
            "the votes are counted."
        ),
        validators=[Optional()],
    )


class WhyForm(FlaskForm):
    reason = TextAreaField(
        _l("Why?"),
        description=_l("Every member reads this, and it is kept."),
        validators=[InputRequired(_l("Say why. Members will read it.")), Length(max=4000)],
    )


@bp.get("/nominations")
@requires(Permission.SEE_BALLOTS)
def calls() -> str:
    mine = any(may(g.actor, Permission.SET_UP_BALLOT, one) for one in organisations.bodies_of(g.organisation))
    return render_template("ballots/calls.html", calls=nominations.calls_of(g.organisation), mine=mine)


@bp.route("/nominations/new", methods=["GET", "POST"])
@requires(Permission.SET_UP_BALLOT)
def new_call() -> Answer:
    """Call nominations: the office is chosen, the deadlines are shown and never typed."""
    bodies = own_bodies()
    offices = ballots.offices_to_fill(g.organisation, bodies)
    form = OfficeForm(
        [(office.id, f"{office.title} ({office.body.name})") for office in offices],
        [(body.slug, body.name) for body in bodies],
    )
    found = nominations.deadlines(g.organisation, bodies[0], g.now)

    def page() -> str:
        return render_template("ballots/new_call.html", form=form, offices=offices, found=found)

    def deed() -> int:
        office = next(
            one for one in ballots.offices_to_fill(g.organisation, own_bodies()) if one.id == form.office.data
        )
        body = own_body(form.body.data)
        call = nominations.call_nominations(
            g.organisation, g.actor, g.now, office=office, body=body, seats=form.seats.data or 1
        )
        return call.number

    if request.method == "GET":
        return page()
    number, answer = _do(form, deed, page)
    if answer:
        return answer
    flash(_("Nominations are called, and everyone who may nominate is told."))
    return redirect(url_for(".call", number=number))


@bp.get("/nominations/<int:number>")
@requires(Permission.SEE_BALLOTS)
def call(number: int) -> str:
    return render_call(number)


def render_call(number: int, naming: FlaskForm | None = None, standing: FlaskForm | None = None) -> str:
    """The page of a call: its deadlines, who stands, and what this member can do about it."""
    found = nominations.find(g.organisation, number)
    stage = found.stage_at(g.now)
    mine = nominations.mine_in(found, g.actor)
    day = g.organisation.day_of(g.now)
    officer = may(g.actor, Permission.SET_UP_BALLOT, found)
    shown = [
        (one, nominations.eligibility(one.membership, day))
        for one in found.nominations
        if officer or one is mine or one.state in ("accepted", "refused")
    ]
    why_not = nominations.who_may_nominate(found, g.actor)
    if mine is not None:
        stands = stage in ("open", "answers") and mine.state in ("named", "accepted")
        stands = stands or (stage == "open" and mine.state != "refused")
    else:
        stands = stage == "open" and not why_not
    return render_template(
        "ballots/call.html",
        call=found,
        stage=stage,
        mine=mine,
        shown=shown,
        photos=photo_addresses(nominations.photos_in(found)),
        **running(found),
        needed=nominations.asked_for(found),
        lacking={one.id: nominations.unseconded(found, one) for one, _eligible in shown},
        secondable={
            one.id for one, _eligible in shown if not nominations.why_not_second(found, one, g.actor, g.now)
        },
        standing_of=nominations.eligibility(g.actor.membership, day) if g.actor.membership else None,
        officer=officer,
        why_not=why_not,
        naming=naming or (NominateForm(formdata=None) if stage == "open" and not why_not else None),
        standing=standing
        or (StandForm(formdata=None, data={"statement": mine.statement if mine else ""}) if stands else None),
        ballot=found.ballot,
    )


@bp.post("/nominations/<int:number>/nominate")
@requires(Permission.NOMINATE)
def nominate(number: int) -> Answer:
    form = NominateForm()

    def deed() -> None:
        found = nominations.find(g.organisation, number)
        nominations.nominate(found, g.organisation, g.actor, g.now, number=form.number.data or 0)

    _none, answer = _do(form, deed, lambda: render_call(number, naming=form))
    if answer:
        return answer
    flash(_("Member %(number)d is nominated and gets a mail.", number=form.number.data))
    return redirect(url_for(".call", number=number))


@bp.post("/nominations/<int:number>/stand")
@requires(Permission.NOMINATE)
def stand(number: int) -> Answer:
    form = StandForm()
    jpeg = taken_photo(form.photo)
    if form.photo.errors:
        return render_call(number, standing=form), 422

    def deed() -> None:
        found = nominations.find(g.organisation, number)
        nominations.stand(found, g.organisation, g.actor, g.now, statement=form.statement.data or "")
        if jpeg:
            nominations.keep_photo(found, g.organisation, g.actor, g.now, jpeg=jpeg)

    _none, answer = _do(form, deed, lambda: render_call(number, standing=form))
    if answer:
        return answer
    flash(_("You stand as a candidate. You can change your words or withdraw until the day below."))
    return redirect(url_for(".call", number=number))


@bp.post("/nominations/<int:number>/decline")
@requires(Permission.ANSWER_NOMINATION)
def decline(number: int) -> Response:
    with writing():
        found = nominations.find(g.organisation, number)
        nominations.decline(found, g.organisation, g.actor, g.now)
    flash(_("You do not stand as a candidate."))
    return redirect(url_for(".call", number=number))


@bp.post("/nominations/<int:number>/second/<int:member>")
@requires(Permission.NOMINATE)
def second(number: int, member: int) -> Response:
    with writing():
        found = nominations.find(g.organisation, number)
        nominations.second(nominations.nomination_of(found, member), g.organisation, g.actor, g.now)
    flash(_("You second this candidate."))
    return redirect(url_for(".call", number=number))


@bp.post("/nominations/<int:number>/draw-up")
@requires(Permission.SET_UP_BALLOT)
def draw_up(number: int) -> Response:
    with writing():
        found = nominations.find(g.organisation, number)
        ballot_number = nominations.draw_up(found, g.organisation, g.actor, g.now).number
    flash(_("The election is drafted. Nobody is told until you announce or open the vote."))
    return redirect(url_for(".check", number=ballot_number))


@bp.route("/nominations/<int:number>/call-off", methods=["GET", "POST"])
@requires(Permission.SET_UP_BALLOT)
def call_off(number: int) -> Answer:
    found, form = _own_call(number), WhyForm()

    def page() -> str:
        return render_template("ballots/call_off.html", call=found, form=form)

    def deed() -> None:
        again = nominations.find(g.organisation, number)
        nominations.call_off(again, g.organisation, g.actor, g.now, reason=form.reason.data or "")

    if request.method == "GET":
        return page()
    _none, answer = _do(form, deed, page)
    if answer:
        return answer
    flash(_("The call is off. The reason is on its page."))
    return redirect(url_for(".call", number=number))


@bp.route("/nominations/<int:number>/refuse/<int:member>", methods=["GET", "POST"])
@requires(Permission.SET_UP_BALLOT)
def refuse(number: int, member: int) -> Answer:
    """Keep a nominee off the ballot, with a reason."""
    found, form = _own_call(number), WhyForm()
    nomination = nominations.nomination_of(found, member)

    def page() -> str:
        return render_template("ballots/refuse.html", call=found, nomination=nomination, form=form)

    def deed() -> None:
        again = nominations.nomination_of(nominations.find(g.organisation, number), member)
        nominations.refuse(again, g.organisation, g.actor, g.now, reason=form.reason.data or "")

    if request.method == "GET":
        return page()
    _none, answer = _do(form, deed, page)
    if answer:
        return answer
    flash(_("The nomination is refused. The reason is on the page."))
    return redirect(url_for(".call", number=number))


def _own_call(number: int) -> NominationCall:
    found = nominations.find(g.organisation, number)
    authorize(g.actor, Permission.SET_UP_BALLOT, found)
    return found
