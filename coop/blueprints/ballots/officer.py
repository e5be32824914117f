"""What the returning officer does with a ballot: check, announce, open, void, certify."""

from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from coop.access import Permission, authorize, requires
from coop.blueprints.ballots import bp
from coop.blueprints.ballots.amended import amended_by
from coop.blueprints.ballots.forms import AnnounceForm, SecrecyForm, VoidForm
from coop.blueprints.ballots.papers import MotionPaper, election_paper
from coop.blueprints.ballots.photos import photo_addresses
from coop.blueprints.ballots.views import find
from coop.blueprints.ballots.words import class_words
from coop.errors import Refusal
from coop.models.ballots import BallotOption
from coop.rules.tally import METHODS
from coop.rules.tally.election import Method, PaperKind
from coop.services import ballots, motions, nominations
from coop.transaction import writing

Answer = str | Response | tuple[str, int]


@bp.get("/ballots/<int:number>/check")
@requires(Permission.SET_UP_BALLOT)
def check(number: int) -> str:
    return render_check(number, AnnounceForm())


def render_check(number: int, form: AnnounceForm) -> str:
    """Everything that opening will freeze, to read once more."""
    ballot = find(number)
    authorize(g.actor, Permission.SET_UP_BALLOT, ballot)
    found = ballots.before_opening(ballot, g.organisation, g.now)
    options = ballots.options_for(ballot, g.actor, found.frozen)
    method = METHODS[found.frozen["method"]] if ballot.kind == "election" else None
    return render_template(
        "ballots/check.html",
        moved=motions.motion_behind(ballot, g.now) or motions.amendment_behind(ballot, g.now),
        ballot=ballot,
        stage=ballot.stage_at(g.now),
        form=form,
        kind=class_words()[ballot.decision_class],
        found=found,
        options=options,
        photos=photo_addresses(nominations.photos_on(ballot)),
        order=ballots.order_words(ballot, found.frozen),
        method=method,
        paper=_paper(method, options, none="none" in found.frozen),
        **amended_by(ballot),
        contests=[one for one, _who in ballots.contests_of(ballot) if one.outcome is None],
    )


def _paper(method: Method | None, options: list[BallotOption], *, none: bool) -> FlaskForm | None:
    """The paper to try: none where nobody votes."""
    if method is None:
        return MotionPaper(formdata=None)
    return None if method.paper is PaperKind.NONE else election_paper(method.paper, options, none=none)


@bp.post("/ballots/<int:number>/announce")
@requires(Permission.SET_UP_BALLOT)
def announce(number: int) -> Answer:
    form = AnnounceForm()
    if not form.validate_on_submit():
        return render_check(number, form), 422
    try:
        keys = prepare_keys(number)
        with writing():
            ballot = ballots.find(g.organisation, number)
            opens_at = form.opens_at(g.organisation.zone)
            ballots.announce(ballot, g.organisation, g.actor, g.now, opens_at=opens_at, keys=keys)
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return render_check(number, form), 409
    flash(_("The vote is announced. It opens by itself at its time."))
    return redirect(url_for(".show", number=number))


@bp.post("/ballots/<int:number>/open")
@requires(Permission.SET_UP_BALLOT)
def open_now(number: int) -> Response:
    keys = prepare_keys(number)
    with writing():
        ballot = ballots.find(g.organisation, number)
        ballots.open_ballot(ballot, g.organisation, g.actor, g.now, keys=keys)
    flash(_("Voting is open, and the voters are told. Rule, options and roll stand from here on."))
    return redirect(url_for(".show", number=number))


def prepare_keys(number: int) -> tuple[ballots.secret.NewKey, ...]:
    """Make the keys of a secret draft, which takes seconds, before the write lock is taken."""
    ballot, ballot_key = find(number), current_app.config["COOP"].ballot_key
    return ballots.secret.prepare_keys(ballot, g.organisation, g.actor, g.now, ballot_key)


@bp.route("/ballots/<int:number>/secrecy", methods=["GET", "POST"])
@requires(Permission.SET_UP_BALLOT)
def secrecy(number: int) -> Answer:
    """Choose how secret a draft will be."""
    ballot = find(number)
    authorize(g.actor, Permission.SET_UP_BALLOT, ballot)
    form = SecrecyForm(data={"secrecy": ballot.secrecy})
    if request.method == "GET":
        ballots.refuse_announced(ballot, g.now)
        return render_template("ballots/secrecy.html", ballot=ballot, form=form)
    if not form.validate_on_submit():
        return render_template("ballots/secrecy.html", ballot=ballot, form=form), 422
    try:
        with writing():
            ballot = ballots.find(g.organisation, number)
            ballots.change_secrecy(ballot, g.organisation, g.actor, g.now, form.secrecy.data)
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return render_template("ballots/secrecy.html", ballot=find(number), form=form), 409
    flash(_("The secrecy of this vote is changed."))
    return redirect(url_for(".check", number=number))


@bp.route("/ballots/<int:number>/void", methods=["GET", "POST"])
@requires(Permission.SET_UP_BALLOT)
def void(number: int) -> Answer:
    ballot = find(number)
    authorize(g.actor, Permission.SET_UP_BALLOT, ballot)
    form = VoidForm()
    if request.method == "GET":
        return render_template("ballots/void.html", ballot=ballot, form=form)
    if not form.validate_on_submit():
        return render_template("ballots/void.html", ballot=ballot, form=form), 422
    try:
        with writing():
            ballot = ballots.find(g.organisation, number)
            ballots.void(ballot, g.organisation, g.actor, form.reason.data or "", g.now)
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return render_template("ballots/void.html", ballot=find(number), form=form), 409
    flash(_("The ballot is void. The reason is on its page."))
    return redirect(url_for(".show", number=number))


@bp.post("/ballots/<int:number>/certify")
@requires(Permission.CERTIFY_BALLOT)
def certify(number: int) -> Response:
    with writing():
        ballots.certify(ballots.find(g.organisation, number), g.organisation, g.actor, g.now)
    flash(_("You have certified the result."))
    return redirect(url_for(".show", number=number))
