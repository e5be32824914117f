"""The work bench: one line at a time, with what it may be and what one can do with it."""

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from coop.access import Permission, may, requires
from coop.blueprints.treasury import bp
from coop.blueprints.treasury.forms import AcceptForm, BookAsForm, ChooseForm, HoldForm
from coop.errors import Refusal
from coop.models.treasury import Statement, StatementLine
from coop.services import treasury
from coop.transaction import writing

Page = str | Response | tuple[str, int]


def show_bench(
    bench: treasury.Bench,
    *,
    statement: Statement | None = None,
    search: str = "",
    line_id: int | None = None,
    book_form: BookAsForm | None = None,
    hold_form: HoldForm | None = None,
) -> str:
    """The list of lines with one of them opened beside it."""
    chosen = bench.chosen(line_id or request.args.get("line", type=int))
    returns, may_settle = [], False
    if chosen is not None:
        may_settle = may(g.actor, Permission.MATCH_LINE, chosen.account)
        if chosen.waits and may_settle:
            returns = treasury.returns_for(chosen.account, chosen.line)
            if book_form is None:
                book_form = BookAsForm(treasury.accounts_to_choose(chosen.account.body_id))
            hold_form = hold_form or HoldForm()
    return render_template(
        "treasury/bench.html",
        bench=bench,
        chosen=chosen,
        statement=statement,
        search=search,
        returns=returns,
        may_settle=may_settle,
        may_import=may_import(),
        book_form=book_form,
        hold_form=hold_form,
    )


def may_import() -> bool:
    """Whether there is a body whose statements the actor may import."""
    return any(may(g.actor, Permission.IMPORT_STATEMENT, body) for body in g.organisation.bodies)


@bp.post("/lines/<int:number>/accept")
@requires(Permission.MATCH_LINE)
def accept(number: int) -> Page:
    line = treasury.find_line(g.organisation, number, g.actor)
    form = AcceptForm()
    if not form.validate_on_submit() or not form.numbers:
        return redirect(url_for(".choose", number=number))
    outcome = treasury.outcomes(g.organisation, treasury.account_of_line(line), [line])[line.id]
    best = next((one for one in outcome.proposals if sorted(one.charges) == sorted(form.numbers)), None)
    evidence = [{"says": item.sentence, "points": item.points} for item in best.evidence] if best else []
    with writing():
        treasury.pay_charges(line, form.numbers, g.actor, g.now, evidence=evidence)
    flash(_("Booked. What was owed is paid."))
    return _on_to_the_next(line)


@bp.route("/lines/<int:number>/choose", methods=["GET", "POST"])
@requires(Permission.MATCH_LINE)
def choose(number: int) -> Page:
    """Choose other charges than those proposed."""
    line = treasury.find_line(g.organisation, number, g.actor)
    account = treasury.account_of_line(line)
    search = request.args.get("q", "")[:100]
    found = treasury.choosable_charges(g.organisation, account, g.actor, search)
    form = ChooseForm()
    form.charges.choices = [(one.charge.id, str(one.charge.id)) for one in found]
    if not form.is_submitted():
        return render_template("treasury/choose.html", line=line, found=found, form=form, search=search)
    if not form.validate():
        return render_template("treasury/choose.html", line=line, found=found, form=form, search=search), 422
    try:
        with writing():
            treasury.pay_charges(line, form.charges.data, g.actor, g.now)
    except Refusal as why:
        form.form_errors.append(str(why))
        return render_template("treasury/choose.html", line=line, found=found, form=form, search=search), 409
    flash(_("Booked. What was owed is paid."))
    return _on_to_the_next(line)


@bp.post("/lines/<int:number>/book-as")
@requires(Permission.MATCH_LINE)
def book_as(number: int) -> Page:
    line = treasury.find_line(g.organisation, number, g.actor)
    account = treasury.account_of_line(line)
    form = BookAsForm(treasury.accounts_to_choose(account.body_id))
    if not form.validate_on_submit():
        return _bench_again(line, 422, book_form=form)
    try:
        with writing():
            target = treasury.find_account(g.organisation, form.account.data, g.actor)
            treasury.book_as(line, target, g.actor, g.now, form.reason.data)
    except Refusal as why:
        form.form_errors.append(str(why))
        return _bench_again(line, 409, book_form=form)
    flash(_("Booked as what it is."))
    return _on_to_the_next(line)


@bp.post("/lines/<int:number>/hold")
@requires(Permission.MATCH_LINE)
def hold(number: int) -> Page:
    line = treasury.find_line(g.organisation, number, g.actor)
    form = HoldForm()
    if not form.validate_on_submit():
        return _bench_again(line, 422, hold_form=form)
    try:
        with writing():
            treasury.hold(line, g.actor, g.now, form.reason.data)
    except Refusal as why:
        form.form_errors.append(str(why))
        return _bench_again(line, 409, hold_form=form)
    flash(_("On hold. It stays in the queue with your question."))
    return _on_to_the_next(line)


@bp.post("/lines/<int:number>/returns/<int:match>")
@requires(Permission.MATCH_LINE)
def returns(number: int, match: int) -> Page:
    line = treasury.find_line(g.organisation, number, g.actor)
    with writing():
        treasury.return_payment(line, treasury.find_match(g.organisation, match), g.actor, g.now)
    flash(_("Booked as returned. What it had paid is open again."))
    return _on_to_the_next(line)


@bp.post("/lines/<int:number>/same")
@requires(Permission.MATCH_LINE)
def same(number: int) -> Page:
    line = treasury.find_line(g.organisation, number, g.actor)
    with writing():
        treasury.same_money(line, g.actor, g.now)
    flash(_("Nothing was booked: it is the same money."))
    return _on_to_the_next(line)


@bp.post("/lines/<int:number>/other")
@requires(Permission.MATCH_LINE)
def other(number: int) -> Page:
    line = treasury.find_line(g.organisation, number, g.actor)
    with writing():
        treasury.other_money(line, g.actor, g.now)
    flash(_("Booked as money of its own. Now say what it was."))
    return _back_to(line)


@bp.post("/lines/<int:number>/undo")
@requires(Permission.MATCH_LINE)
def undo(number: int) -> Page:
    line = treasury.find_line(g.organisation, number, g.actor)
    with writing():
        treasury.undo(line, g.actor, g.now)
    flash(_("Undone by rows that reverse it. The line waits again."))
    return _back_to(line)


def _back_to(line: StatementLine) -> Response:
    page = treasury.page_of(line)
    return redirect(url_for(".statement", number=line.statement_id, line=line.id, page=page))


def _on_to_the_next(line: StatementLine) -> Response:
    """Back to the list one came from: the queue, or the line's statement."""
    if request.form.get("back") == "queue":
        return redirect(url_for(".queue"))
    return redirect(url_for(".statement", number=line.statement_id, page=treasury.page_of(line)))


def _bench_again(
    line: StatementLine, status: int, book_form: BookAsForm | None = None, hold_form: HoldForm | None = None
) -> tuple[str, int]:
    """The page again, with what was typed."""
    statement = treasury.find_statement(g.organisation, line.statement_id, g.actor)
    bench = treasury.statement_bench(g.organisation, statement, treasury.page_of(line))
    return (
        show_bench(bench, statement=statement, line_id=line.id, book_form=book_form, hold_form=hold_form),
        status,
    )
