"""Lines of the bank: found, and booked as they came."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from coop.access import Actor, Permission, authorize
from coop.errors import Missing
from coop.extensions import db
from coop.models.organisations import Body, Organisation
from coop.models.treasury import LedgerAccount, Match, Statement, StatementLine
from coop.services.treasury import ledger
from coop.services.treasury.ledger import Draft, Move


def account_of_line(line: StatementLine) -> LedgerAccount:
    """The bank account the line moved."""
    return db.session.scalars(
        select(LedgerAccount)
        .join(Statement, Statement.account_id == LedgerAccount.id)
        .where(Statement.id == line.statement_id)
    ).one()


def find_line(organisation: Organisation, number: int, actor: Actor) -> StatementLine:
    """The line of that id here, if its account is the actor's to see; raises Missing."""
    found = db.session.scalar(
        select(StatementLine).where(
            StatementLine.organisation_id == organisation.id, StatementLine.id == number
        )
    )
    if found is None:
        raise Missing
    authorize(actor, Permission.SEE_BOOKS, account_of_line(found))
    return found


def standing_match(line: StatementLine) -> Match | None:
    """What the line is recognised as now."""
    return db.session.scalar(select(Match).where(Match.line_id == line.id, Match.undone_at.is_(None)))


def is_returned(match: Match) -> bool:
    """Whether a later line gave back what this match had paid."""
    query = select(Match.id).where(Match.returns_match_id == match.id, Match.undone_at.is_(None))
    return db.session.scalar(query) is not None


def book_lines(
    organisation: Organisation,
    account: LedgerAccount,
    lines: Sequence[StatementLine],
    actor: Actor,
    now: datetime,
) -> None:
    """Book each line against unknown payers, so that the books hold what the bank holds from the start."""
    accounts = ledger.accounts_of(db.session.get_one(Body, account.body_id), now)
    drafts = [
        Draft(
            line.booked_on,
            _told(line),
            f"line {line.id}",
            (
                Move(account, line.amount_minor, line.currency),
                Move(accounts["suspense"], -line.amount_minor, line.currency),
            ),
        )
        for line in lines
    ]
    entries = ledger.book(organisation, account.body_id, actor, now, drafts)
    for line, entry in zip(lines, entries, strict=True):
        line.entry_id = entry.id
    db.session.flush()


def _told(line: StatementLine) -> str:
    # No name: the ledger is read by more people and kept longer than the statement.
    place = {"number": line.position, "statement": line.statement_id}
    if line.amount_minor > 0:
        return str(_("Received, line %(number)s of statement %(statement)s", **place))
    return str(_("Paid out, line %(number)s of statement %(statement)s", **place))
