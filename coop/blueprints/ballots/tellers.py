"""Tellers from outside: the returning officer appoints them, a voter asks them for a paper, papers are printed."""

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from coop.access import Permission, authorize, requires
from coop.blueprints.ballots import bp
from coop.blueprints.ballots.doing import Answer, do
from coop.blueprints.ballots.telling_forms import AppointForm, AskForm
from coop.blueprints.ballots.views import find
from coop.blueprints.ballots.words import way_words
from coop.errors import Missing
from coop.services import ballots, tellers
from coop.transaction import writing


@bp.route("/ballots/<int:number>/tellers", methods=["GET", "POST"])
@requires(Permission.SET_UP_BALLOT)
def appoint(number: int) -> Answer:
    """Appoint tellers, and see how far they are: never what the papers say."""
    ballot = find(number)
    authorize(g.actor, Permission.SET_UP_BALLOT, ballot)
    form = AppointForm(data={"papers_to": ballot.papers_to})

    def page() -> str:
        shown = find(number)
        return render_template(
            "tellers/appoint.html",
            form=form,
            ballot=shown,
            tellers=tellers.in_office(shown),
            batches=tellers.batches_of(shown),
            ways=way_words(),
            until=tellers.last_instant(shown) if shown.opened_at else None,
        )

    def deed() -> None:
        again = ballots.find(g.organisation, number)
        named = {"numbers": form.numbers.numbers, "papers_to": form.papers_to.data or ""}
        tellers.appoint(again, g.organisation, g.actor, g.now, **named)

    if request.method == "GET":
        return page()
    _none, answer = do(form, deed, page)
    if answer:
        return answer
    flash(_("Saved. New tellers get a mail."))
    return redirect(url_for(".appoint", number=number))


@bp.post("/ballots/<int:number>/tellers/<int:member>/dismiss")
@requires(Permission.SET_UP_BALLOT)
def dismiss(number: int, member: int) -> Response:
    with writing():
        tellers.dismiss(ballots.find(g.organisation, number), g.organisation, g.actor, g.now, number=member)
    flash(_("Member %(number)d is no teller any more.", number=member))
    return redirect(url_for(".appoint", number=number))


@bp.route("/ballots/<int:number>/paper-vote", methods=["GET", "POST"])
@requires(Permission.VOTE)
def paper_vote(number: int) -> Answer:
    """Ask a teller for a paper vote, and read how it is handed in."""
    find(number)
    form = AskForm()

    def page() -> str:
        shown = find(number)
        asked = tellers.request_of(shown, g.actor)
        return render_template(
            "tellers/ask.html",
            form=form,
            ballot=shown,
            asked=asked,
            why_not=tellers.why_no_paper(shown, g.actor, g.now),
            tellers=tellers.in_office(shown),
            address=g.actor.membership.postal_address if g.actor.membership else "",
        )

    def deed() -> None:
        again = ballots.find(g.organisation, number)
        tellers.ask_for_paper(again, g.organisation, g.actor, g.now, way=form.way.data)

    if request.method == "GET":
        return page()
    _none, answer = do(form, deed, page)
    if answer:
        return answer
    flash(
        _("The tellers know that you want a paper vote. You can still vote here until they have your paper.")
    )
    return redirect(url_for(".paper_vote", number=number))


@bp.post("/ballots/<int:number>/paper-vote/take-back")
@requires(Permission.VOTE)
def take_back(number: int) -> Response:
    with writing():
        tellers.take_back(ballots.find(g.organisation, number), g.organisation, g.actor, g.now)
    flash(_("You no longer ask for a paper. You can vote here."))
    return redirect(url_for(".show", number=number))


@bp.get("/ballots/<int:number>/paper-vote.pdf")
@requires(Permission.VOTE)
def own_paper(number: int) -> Response:
    """The paper of a member who asked for one, with the outer envelope."""
    ballot = find(number)
    asked = tellers.request_of(ballot, g.actor)
    if asked is None or g.actor.membership is None:
        raise Missing
    return as_pdf(
        tellers.paper_vote(ballot, g.organisation, g.actor, number=g.actor.membership.number), number
    )


def as_pdf(content: bytes, number: int) -> Response:
    answer = Response(content, mimetype="application/pdf")
    name = f"{g.organisation.slug}-ballot-{number}-paper.pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
