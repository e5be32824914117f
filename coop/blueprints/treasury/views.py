"""Where things stand, statements in, and the ledger."""

from flask import Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from coop.access import Permission, requires
from coop.blueprints.treasury import bp
from coop.blueprints.treasury.bench import may_import, show_bench
from coop.blueprints.treasury.forms import StatementForm
from coop.errors import Refusal, Unreadable
from coop.extensions import db
from coop.gateways.statements import LARGEST_BYTES
from coop.models.organisations import Body
from coop.models.treasury import LedgerAccount
from coop.rules.money import plain_amount
from coop.rules.spreadsheets import as_csv
from coop.services import dues, treasury
from coop.transaction import writing

Page = str | AnyResponse | tuple[str, int]

# Far beyond what is read, so that a file of 50 MB gets a sentence with the form instead of a bare refusal.
LARGEST_UPLOAD = 64 * 1024 * 1024


@bp.url_value_preprocessor
def _let_large_files_in(endpoint: str | None, _values: dict[str, object] | None) -> None:
    if endpoint == "treasury.new_statement":
        request.max_content_length = LARGEST_UPLOAD


@bp.get("")
@requires(Permission.SEE_BOOKS)
def index() -> Page:
    page = request.args.get("page", 1, type=int)
    found = treasury.standing(g.organisation, g.actor, page)
    return render_template("treasury/index.html", found=found, may_import=may_import())


@bp.route("/statements/new", methods=["GET", "POST"])
@requires(Permission.IMPORT_STATEMENT)
def new_statement() -> Page:
    form = StatementForm(_destinations())
    if not form.is_submitted():
        return render_template("treasury/new_statement.html", form=form)
    if not form.validate():
        return render_template("treasury/new_statement.html", form=form), 422
    name = form.file.data.filename or _("statement")
    content = _content_of(form.file.data)
    if content is None:
        form.file.errors = [
            _(
                "The file is larger than %(limit)s MiB, and nothing of it was booked. "
                "Ask the bank for a shorter period.",
                limit=LARGEST_BYTES // 1024 // 1024,
            )
        ]
        return render_template("treasury/new_statement.html", form=form), 422
    try:
        parsed = treasury.read(content, name)
    except Unreadable as why:
        form.file.errors = [str(why)]
        return render_template("treasury/new_statement.html", form=form), 422
    try:
        with writing():
            account = _destination(form.account.data)
            done = treasury.import_statement(
                account, g.actor, g.now, content=content, file_name=name, parsed=parsed
            )
            number = done.statements[0].id
    except Refusal as why:
        form.form_errors.append(str(why))
        return render_template("treasury/new_statement.html", form=form), 409
    _tell(done)
    return redirect(url_for(".statement", number=number))


def _destinations() -> list[tuple[str, str]]:
    """Where a statement may go: the bank accounts, and each body whose books are not open yet."""
    found = treasury.bank_accounts(g.organisation, g.actor, Permission.IMPORT_STATEMENT)
    bodies = dues.bodies_under(g.organisation, g.actor, Permission.IMPORT_STATEMENT)
    opened = {account.body_id for account in found}
    names = {body.id: body.name for body in bodies}
    choices = [
        (f"account-{one.id}", f"{names.get(one.body_id or 0, '')}: {one.name} {one.bank_account}".strip())
        for one in found
    ]
    return choices + [
        (f"body-{body.id}", _("%(body)s: first bank account", body=body.name))
        for body in bodies
        if body.id not in opened
    ]


def _destination(chosen: str) -> LedgerAccount:
    """The bank account chosen; inside the write, since a body's books may have to be opened first."""
    kind, _dash, number = chosen.partition("-")
    if kind == "account":
        return treasury.find_account(g.organisation, int(number), g.actor)
    body = db.session.get_one(Body, int(number))
    return treasury.accounts_of(body, g.now)["bank"]


def _content_of(file: FileStorage) -> bytes | None:
    """The file's bytes, or None if there are too many to read."""
    content = file.stream.read(LARGEST_BYTES + 1)
    file.close()
    return None if len(content) > LARGEST_BYTES else content


def _tell(done: treasury.Imported) -> None:
    if done.was_here:
        flash(_("This file was imported before. Nothing has changed."), "warning")
        return
    parts = [
        ngettext("%(num)s new line.", "%(num)s new lines.", done.new),
        ngettext("%(num)s booked by itself.", "%(num)s booked by themselves.", done.booked),
    ]
    if done.known:
        parts.append(ngettext("%(num)s was here already.", "%(num)s were here already.", done.known))
    if done.held:
        parts.append(
            ngettext(
                "%(num)s is probably here already and waits for you.",
                "%(num)s are probably here already and wait for you.",
                done.held,
            )
        )
    flash(" ".join(parts))
    if done.refused:
        flash(
            ngettext(
                "%(num)s row could not be read; it is listed below.",
                "%(num)s rows could not be read; they are listed below.",
                done.refused,
            ),
            "warning",
        )


@bp.get("/statements/<int:number>")
@requires(Permission.SEE_BOOKS)
def statement(number: int) -> Page:
    found = treasury.find_statement(g.organisation, number, g.actor)
    page = request.args.get("page", 1, type=int)
    bench = treasury.statement_bench(g.organisation, found, page)
    return show_bench(bench, statement=found)


@bp.get("/statements/<int:number>/file")
@requires(Permission.SEE_BOOKS)
def statement_file(number: int) -> Page:
    """The file as it came; never inline, since its bytes are the bank's and not ours."""
    found = treasury.find_statement(g.organisation, number, g.actor)
    answer = Response(treasury.content_of(found), mimetype="application/octet-stream")
    ending = "xml" if found.format.startswith("camt") else "csv"
    answer.headers["Content-Disposition"] = f"attachment; filename=statement-{found.id}.{ending}"
    return answer


@bp.get("/queue")
@requires(Permission.SEE_BOOKS)
def queue() -> Page:
    search = request.args.get("q", "")[:100]
    bench = treasury.queue(g.organisation, g.actor, request.args.get("page", 1, type=int), search)
    return show_bench(bench, search=search)


@bp.get("/ledger")
@requires(Permission.SEE_BOOKS)
def ledger() -> Page:
    account_id = request.args.get("account", type=int)
    account = treasury.find_account(g.organisation, account_id, g.actor) if account_id else None
    found = treasury.entries(g.organisation, g.actor, request.args.get("page", 1, type=int), account_id)
    return render_template("treasury/ledger.html", found=found, account=account)


@bp.get("/ledger.csv")
@requires(Permission.SEE_BOOKS)
def ledger_export() -> Page:
    rows = [
        (
            entry.id,
            entry.on.isoformat(),
            entry.says,
            entry.cause,
            account.code,
            account.name,
            plain_amount(posting.amount_minor, posting.currency),
            posting.currency,
        )
        for entry, posting, account in treasury.journal(g.organisation, g.actor)
    ]
    header = ("entry", "day", "what", "cause", "code", "account", "amount", "currency")
    answer = Response(as_csv(header, rows), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename={g.organisation.slug}-ledger.csv"
    return answer
