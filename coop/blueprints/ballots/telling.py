"""The tellers' own pages: what waits, batches entered twice and confirmed, papers given out."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from coop.access import Permission, authorize, requires
from coop.blueprints.ballots import bp
from coop.blueprints.ballots.doing import Answer, do
from coop.blueprints.ballots.tellers import as_pdf
from coop.blueprints.ballots.telling_forms import Channel, ConfirmForm, Voters, pile_form
from coop.blueprints.ballots.views import find
from coop.blueprints.ballots.words import choice_words, none_of_these, way_words
from coop.models.ballots import Ballot
from coop.models.tellers import PaperBatch
from coop.rules.paper_votes import Pile, differences
from coop.rules.tally.election import PaperKind
from coop.services import ballots, tellers
from coop.transaction import writing


def told(number: int) -> Ballot:
    """Find a ballot that the actor is a teller of."""
    ballot = find(number)
    authorize(g.actor, Permission.ENTER_PAPER_VOTES, ballot)
    return ballot


@bp.get("/ballots/<int:number>/telling")
@requires(Permission.ENTER_PAPER_VOTES)
def telling(number: int) -> str:
    ballot = told(number)
    batches = tellers.batches_of(ballot)
    return render_template(
        "tellers/desk.html",
        ballot=ballot,
        stage=ballot.stage_at(g.now),
        me=tellers.teller_of(ballot, g.actor),
        tellers=tellers.in_office(ballot),
        batches=batches,
        running=[one for one in batches if one.state in ("entered", "repeated")],
        requests=tellers.requests_of(ballot) if ballot.opened_at else [],
        roll_call=tellers.has_roll_call(ballot),
        ways=way_words(),
        until=tellers.last_instant(ballot),
        fewest=tellers.FEWEST,
    )


@bp.post("/ballots/<int:number>/telling/resign")
@requires(Permission.ENTER_PAPER_VOTES)
def resign(number: int) -> Response:
    with writing():
        tellers.resign(ballots.find(g.organisation, number), g.organisation, g.actor, g.now)
    flash(_("You are no teller of this ballot any more."))
    return redirect(url_for(".show", number=number))


@bp.post("/ballots/<int:number>/telling/finish")
@requires(Permission.ENTER_PAPER_VOTES)
def finish(number: int) -> Response:
    with writing():
        tellers.finish(ballots.find(g.organisation, number), g.organisation, g.actor, g.now)
    flash(_("You have said that no paper is left. The votes are counted once every teller has."))
    return redirect(url_for(".show", number=number))


@bp.get("/ballots/<int:number>/telling/paper.pdf")
@requires(Permission.ENTER_PAPER_VOTES)
def blank_paper(number: int) -> Response:
    """A paper without a name, to copy for those in the room."""
    return as_pdf(tellers.paper_vote(told(number), g.organisation, g.actor), number)


@bp.get("/ballots/<int:number>/telling/requests/<int:member>.pdf")
@requires(Permission.ENTER_PAPER_VOTES)
def paper_for(number: int, member: int) -> Response:
    """The paper of a voter who asked for one, with the outer envelope."""
    return as_pdf(tellers.paper_vote(told(number), g.organisation, g.actor, number=member), number)


@bp.post("/ballots/<int:number>/telling/requests/<int:member>/given")
@requires(Permission.ENTER_PAPER_VOTES)
def given(number: int, member: int) -> Response:
    with writing():
        tellers.note_sent(ballots.find(g.organisation, number), g.organisation, g.actor, g.now, number=member)
    flash(_("Noted: member %(number)d has the paper.", number=member))
    return redirect(url_for(".telling", number=number))


@bp.route("/ballots/<int:number>/telling/new", methods=["GET", "POST"])
@requires(Permission.ENTER_PAPER_VOTES)
def new_batch(number: int) -> Answer:
    """The first entry of a pile: how it came, whose papers, what they say."""
    form = pile_form(told(number), Channel, Voters)

    def page() -> str:
        return _entry_page(number, form, None)

    def deed() -> int:
        again = ballots.find(g.organisation, number)
        return tellers.enter(
            again,
            g.organisation,
            g.actor,
            g.now,
            channel=form.channel.data,
            numbers=form.numbers.numbers,
            pile=form.pile(),
        ).number

    if request.method == "GET" or request.form.get("deed") == "find":
        return page()
    made, answer = do(form, deed, page)
    if answer:
        return answer
    flash(_("Entered. These members can't vote here any more. Another teller enters the same papers now."))
    return redirect(url_for(".batch", number=number, batch=made))


@bp.get("/ballots/<int:number>/telling/<int:batch>")
@requires(Permission.ENTER_PAPER_VOTES)
def batch(number: int, batch: int) -> str:
    return render_batch(number, batch)


def render_batch(number: int, batch: int, form: ConfirmForm | None = None) -> str:
    """Where a batch stands; what its papers say only once two tellers have read them."""
    ballot = told(number)
    found = tellers.batch_of(ballot, batch)
    first, second = (
        Pile.of(one) if one and "papers" in one else None for one in (found.entered, found.repeated)
    )
    spoken = (found.entered or {}).get("spoken", {})
    absent = (found.entered or {}).get("absent", [])
    return render_template(
        "tellers/batch.html",
        ballot=ballot,
        batch=found,
        me=tellers.teller_of(ballot, g.actor),
        voters=tellers.voters_of(found),
        first=first if second else None,
        differences=differences(first, second) if first and second else [],
        spoken=spoken,
        absent=tellers.names_of(ballot, set(absent)),
        ways=way_words(),
        choices=choice_words(),
        says=lambda choice: paper_words(ballot, choice),
        readable=[(paper_words(ballot, one), many) for one, many in _papers_of(first)] if second else [],
        form=form or ConfirmForm(formdata=None, data={"edition": tellers.edition_of(found)}),
    )


@bp.route("/ballots/<int:number>/telling/<int:batch>/papers", methods=["GET", "POST"])
@requires(Permission.ENTER_PAPER_VOTES)
def batch_papers(number: int, batch: int) -> Answer:
    """Correct one's own entry, or enter the papers again without seeing the other's."""
    ballot = told(number)
    found = tellers.batch_of(ballot, batch)
    mine = found.entered_by_id == tellers.teller_of(ballot, g.actor).id
    form = pile_form(ballot, Voters) if mine else pile_form(ballot)

    def page() -> str:
        return _entry_page(number, form, tellers.batch_of(told(number), batch))

    def deed() -> None:
        again = ballots.find(g.organisation, number)
        if mine:
            voters, pile = form.numbers.numbers, form.pile()
            who = (again, g.organisation, g.actor, g.now)
            tellers.correct(*who, number=batch, numbers=voters, pile=pile)
        else:
            tellers.repeat(again, g.organisation, g.actor, g.now, number=batch, pile=form.pile())

    if request.method == "GET":
        _show_own_entry(form, found, mine=mine)
        return page()
    if request.form.get("deed") == "find":
        return page()
    _none, answer = do(form, deed, page)
    return answer or redirect(url_for(".batch", number=number, batch=batch))


@bp.post("/ballots/<int:number>/telling/<int:batch>/confirm")
@requires(Permission.ENTER_PAPER_VOTES)
def confirm_batch(number: int, batch: int) -> Answer:
    form = ConfirmForm()

    def deed() -> None:
        again = ballots.find(g.organisation, number)
        edition = form.edition.data or ""
        tellers.confirm(again, g.organisation, g.actor, g.now, number=batch, edition=edition)

    told(number)
    _none, answer = do(form, deed, lambda: render_batch(number, batch, _read_again(form, number, batch)))
    if answer:
        return answer
    flash(_("Confirmed: these votes count."))
    return redirect(url_for(".telling", number=number))


@bp.post("/ballots/<int:number>/telling/<int:batch>/cancel")
@requires(Permission.ENTER_PAPER_VOTES)
def cancel_batch(number: int, batch: int) -> Response:
    with writing():
        tellers.cancel(ballots.find(g.organisation, number), g.organisation, g.actor, g.now, number=batch)
    flash(_("Batch %(number)d is cancelled, and its voters are free again.", number=batch))
    return redirect(url_for(".telling", number=number))


def paper_words(ballot: Ballot, choice: Any) -> str:
    """Say what a paper says: “For”, “Ada, then Ben”, “Ada 5, Ben 0”; None is a spoilt paper."""
    if choice is None:
        return str(_("Spoilt"))
    if ballot.kind == "motion":
        return choice_words()[choice]
    if not choice:
        return none_of_these()
    names = {option.position: option.name for option in ballot.options}
    kind = ballots.paper_of(ballot)
    if kind is PaperKind.SCORE:
        scored = enumerate(choice, 1)
        return ", ".join(f"{names[at]} {score}" for at, score in scored if score is not None)
    return (_(", then ") if kind is PaperKind.RANKING else ", ").join(names[number] for number in choice)


def _papers_of(pile: Pile | None) -> list[tuple[Any, int]]:
    if pile is None:
        return []
    spoilt = [(None, pile.spoilt)] if pile.spoilt else []
    return [(choice, many) for choice, many in pile.choices()] + spoilt


def _read_again(form: ConfirmForm, number: int, batch: int) -> ConfirmForm:
    """What was refused is read again: the form then stands for the batch as it is now."""
    form.edition.data = tellers.edition_of(tellers.batch_of(told(number), batch))
    return form


def _show_own_entry(form: Any, found: PaperBatch, *, mine: bool) -> None:
    own = found.entered if mine else found.repeated
    if own and "papers" in own:
        form.show(Pile.of(own))
    if mine:
        form.numbers.data = "\n".join(str(voter.number) for voter in tellers.voters_of(found))


def _entry_page(number: int, form: Any, found: PaperBatch | None) -> str:
    ballot = told(number)
    words = form.find.data.strip() if "find" in form and form.find.data else ""
    kind = None if ballot.kind == "motion" else ballots.paper_of(ballot)
    return render_template(
        "tellers/entry.html",
        ballot=ballot,
        form=form,
        batch=found,
        voters=tellers.voters_of(found) if found else [],
        found=tellers.on_the_roll(ballot, words) if words else None,
        kind=kind,
        ways=way_words(),
    )
