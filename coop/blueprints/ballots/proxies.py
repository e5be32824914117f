"""Letting another member vote: named, taken back, declined; and the list of the returning officer."""

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired, Regexp

from coop.access import Permission, authorize, requires
from coop.blueprints.ballots import bp
from coop.blueprints.ballots.views import find
from coop.errors import Refusal
from coop.services import ballots
from coop.transaction import writing

Answer = str | Response | tuple[str, int]


class ProxyForm(FlaskForm):
    member = StringField(
        _l("Member number"),
        filters=[lambda value: value.strip() if isinstance(value, str) else value],
        validators=[
            InputRequired(_l("Give the number of the member who shall vote for you.")),
            Regexp("[0-9]{1,9}$", message=_l("A member number has digits only, such as 12.")),
        ],
    )


@bp.route("/ballots/<int:number>/proxy", methods=["GET", "POST"])
@requires(Permission.VOTE)
def proxy(number: int) -> Answer:
    """What this member gave and holds, and the form to name somebody."""
    find(number)
    form = ProxyForm()
    if request.method == "GET":
        return _page(number, ProxyForm(formdata=None))
    if not form.validate_on_submit():
        return _page(number, form), 422
    try:
        with writing():
            holder = int(form.member.data or 0)
            ballots.name_proxy(find(number), g.organisation, g.actor, g.now, number=holder)
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return _page(number, form), 409
    flash(_("Member %(number)d may vote for you, and gets a mail if mail reaches them.", number=holder))
    return redirect(url_for(".proxy", number=number))


@bp.post("/ballots/<int:number>/proxy/revoke")
@requires(Permission.VOTE)
def revoke_proxy(number: int) -> Response:
    with writing():
        ballots.revoke_proxy(find(number), g.actor, g.now)
    flash(_("Nobody votes for you any more."))
    return redirect(url_for(".proxy", number=number))


@bp.post("/ballots/<int:number>/proxy/decline")
@requires(Permission.VOTE)
def decline_proxy(number: int) -> Answer:
    form = ProxyForm()
    if not form.validate_on_submit():
        return _page(number, form), 422
    try:
        with writing():
            giver = int(form.member.data or 0)
            ballots.decline_proxy(find(number), g.organisation, g.actor, g.now, number=giver)
    except Refusal as refusal:
        form = ProxyForm(formdata=None)
        form.form_errors = [str(refusal)]
        return _page(number, form), 409
    flash(_("You do not vote for member %(number)d. They are told, if mail reaches them.", number=giver))
    return redirect(url_for(".proxy", number=number))


@bp.get("/ballots/<int:number>/proxies")
@requires(Permission.SEE_ROLL)
def proxy_list(number: int) -> str:
    ballot, page = find(number), max(1, request.args.get("page", 1, type=int))
    authorize(g.actor, Permission.SEE_ROLL, ballot)
    lines, total = ballots.proxy_lines(ballot, g.actor, page)
    return render_template(
        "ballots/proxies.html",
        ballot=ballot,
        lines=lines,
        page=page,
        pages=max(1, -(-total // ballots.PAGE_SIZE)),
    )


def _page(number: int, form: ProxyForm) -> str:
    ballot, words = find(number), request.args.get("q", "")
    why_not = ballots.why_no_proxy(ballot, g.organisation, g.actor, g.now)
    today = g.organisation.day_of(g.now)
    return render_template(
        "ballots/proxy.html",
        ballot=ballot,
        stage=ballot.stage_at(g.now),
        form=form,
        why_not=why_not,
        proxies=ballots.proxies_of(ballot, g.organisation, g.actor, g.now),
        found=[] if why_not else ballots.find_holders(ballot, g.actor, words, today),
        words=words.strip(),
    )
