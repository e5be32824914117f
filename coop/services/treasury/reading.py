"""What the treasurer looks at: the bench of lines, and whether the books agree with the bank."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from coop.access import Actor, Permission, authorize, may
from coop.errors import Missing
from coop.extensions import db
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.models.treasury import LedgerAccount, Match, Statement, StatementLine
from coop.rules.matching import Outcome
from coop.rules.money import format_amount
from coop.services import dues
from coop.services.treasury import ledger, proposing

PAGE = 20


@dataclass(frozen=True)
class BenchLine:
    """One line with what it is recognised as, or what it may be."""

    line: StatementLine
    account: LedgerAccount
    match: Match | None
    outcome: Outcome | None
    says: str  # in the list
    waits: bool

    @property
    def is_like(self) -> bool:
        return self.line.like_line_id is not None and self.line.entry_id is None


@dataclass(frozen=True)
class Bench:
    """One page of lines."""

    lines: list[BenchLine]
    count: int
    waiting: int
    number: int
    pages: int

    def chosen(self, line_id: int | None) -> BenchLine | None:
        """The line asked for, else the first that waits."""
        for one in self.lines:
            if one.line.id == line_id:
                return one
        return next((one for one in self.lines if one.waits), None)


def _joined(organisation: Organisation, accounts: Sequence[int]) -> Any:
    return (
        select(StatementLine, LedgerAccount, Match)
        .join(Statement, Statement.id == StatementLine.statement_id)
        .join(LedgerAccount, LedgerAccount.id == Statement.account_id)
        .outerjoin(Match, and_(Match.line_id == StatementLine.id, Match.undone_at.is_(None)))
        .where(
            StatementLine.organisation_id == organisation.id,
            Statement.account_id.in_(accounts),
            Statement.undone_at.is_(None),
        )
    )


_WAITS = or_(Match.id.is_(None), Match.kind == "held")


def queue(organisation: Organisation, actor: Actor, page: int = 1, search: str = "") -> Bench:
    """The lines that wait for a person, oldest first; those on hold at the end."""
    dues.bodies_under(organisation, actor, Permission.SEE_BOOKS)
    accounts = [account.id for account in ledger.bank_accounts(organisation, actor)]
    query = _joined(organisation, accounts).where(_WAITS)
    if search.strip():
        wanted = search.strip()
        query = query.where(
            or_(
                StatementLine.counterparty.icontains(wanted, autoescape=True),
                StatementLine.purpose.icontains(wanted, autoescape=True),
            )
        )
    ordered = query.order_by(Match.id.is_not(None), StatementLine.booked_on, StatementLine.id)
    return _bench(organisation, query, ordered, page)


def statement_bench(organisation: Organisation, statement: Statement, page: int = 1) -> Bench:
    """The lines of one statement in the order of the file."""
    query = _joined(organisation, [statement.account_id]).where(StatementLine.statement_id == statement.id)
    return _bench(organisation, query, query.order_by(StatementLine.position), page)


def page_of(line: StatementLine) -> int:
    """The page of its statement's bench on which the line stands."""
    before = db.session.scalar(
        select(func.count(StatementLine.id)).where(
            StatementLine.statement_id == line.statement_id, StatementLine.position < line.position
        )
    )
    return (before or 0) // PAGE + 1


def _bench(organisation: Organisation, query: Select[Any], ordered: Select[Any], page: int) -> Bench:
    count = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    waiting = db.session.scalar(select(func.count()).select_from(query.where(_WAITS).subquery())) or 0
    pages = max(1, -(-count // PAGE))
    number = min(max(1, page), pages)
    rows = db.session.execute(ordered.limit(PAGE).offset((number - 1) * PAGE)).all()
    outcomes: dict[int, Outcome] = {}
    for account in {account.id: account for _line, account, _match in rows}.values():
        open_lines = [
            line
            for line, its, match in rows
            if its.id == account.id and (match is None or match.kind == "held")
        ]
        if open_lines:
            outcomes |= proposing.outcomes(organisation, account, open_lines)
    names = _names([match for _line, _account, match in rows if match is not None])
    lines = [
        BenchLine(
            line,
            account,
            match,
            outcomes.get(line.id),
            _says(line, match, outcomes.get(line.id), names),
            match is None or match.kind == "held",
        )
        for line, account, match in rows
    ]
    return Bench(lines, count, waiting, number, pages)


def _names(matches: Sequence[Match]) -> dict[tuple[str, int], str]:
    """The names of the members and accounts that the matches are about."""
    members = {match.membership_id for match in matches if match.membership_id}
    accounts = {match.account_id for match in matches if match.account_id}
    found: dict[tuple[str, int], str] = {}
    if members:
        rows = db.session.execute(select(Membership.id, Membership.name).where(Membership.id.in_(members)))
        found |= {("member", number): name for number, name in rows}
    if accounts:
        rows = db.session.execute(
            select(LedgerAccount.id, LedgerAccount.name).where(LedgerAccount.id.in_(accounts))
        )
        found |= {("account", number): name for number, name in rows}
    return found


def _says(
    line: StatementLine, match: Match | None, outcome: Outcome | None, names: dict[tuple[str, int], str]
) -> str:
    if match is None:
        if line.like_line_id is not None and line.entry_id is None:
            return str(_("Probably here already"))
        if line.amount_minor < 0:
            return str(_("What was it?"))
        verdicts = {
            "Very likely": _("Very likely"),
            "Possible": _("Possible"),
            "No idea": _("No idea yet"),
        }
        verdict = outcome.verdict if outcome else "No idea"
        if outcome and outcome.proposals and verdict != "No idea":
            return f"{verdicts[verdict]}: {outcome.proposals[0].label}"
        return str(verdicts["No idea"])
    who = names.get(("member", match.membership_id or 0), "")
    if match.kind == "dues":
        return str(_("Booked for %(name)s", name=who))
    if match.kind == "returned":
        return str(_("Reopened what %(name)s had paid", name=who))
    if match.kind == "other":
        return names.get(("account", match.account_id or 0), "")
    words = {"held": _("On hold"), "duplicate": _("Same money as another line")}
    return str(words.get(match.kind, match.kind))


@dataclass(frozen=True)
class Proof:
    """Whether the books agree with the bank on one account, and the lines behind a difference."""

    account: LedgerAccount
    agrees: bool | None  # None: the bank gave no balance
    sentence: str
    reasons: tuple[str, ...]


def _proofs(organisation: Organisation, accounts: list[LedgerAccount], used: Container[int]) -> list[Proof]:
    """For each bank account: the last balance the bank gave beside what the books hold on that day."""
    # A body that keeps no money at a bank has nothing to compare.
    kept = [one for one in accounts if one.bank_account or one.id in used] or accounts[:1]
    return [_prove(organisation, account) for account in kept]


def _prove(organisation: Organisation, account: LedgerAccount) -> Proof:
    last = db.session.scalar(
        select(Statement)
        .where(
            Statement.account_id == account.id,
            Statement.closing_minor.is_not(None),
            Statement.undone_at.is_(None),
        )
        .order_by(Statement.ends_on.desc(), Statement.id.desc())
        .limit(1)
    )
    if last is None or last.closing_minor is None:
        held = ledger.balance_of([account], organisation.currency)
        shown = format_amount(held, organisation.currency)
        sentence = _("The books hold %(amount)s; no statement gave a balance to compare.", amount=shown)
        return Proof(account, None, sentence, ())
    held = ledger.balance_of([account], last.currency, last.ends_on)
    day = format_date(last.ends_on, "d MMMM y") if last.ends_on else ""
    bank = format_amount(last.closing_minor, last.currency)
    if held == last.closing_minor:
        return Proof(
            account, True, _("Books agree with the bank: %(amount)s on %(day)s.", amount=bank, day=day), ()
        )
    sentence = _(
        "The bank says %(bank)s on %(day)s, the books %(books)s: %(difference)s differ.",
        bank=bank,
        day=day,
        books=format_amount(held, last.currency),
        difference=format_amount(abs(last.closing_minor - held), last.currency),
    )
    return Proof(account, False, sentence, tuple(_reasons(account)))


def _reasons(account: LedgerAccount) -> list[str]:
    """What can make the difference: lines not booked, rows not read, days without a statement."""
    found = []
    rows = db.session.scalars(
        select(StatementLine)
        .join(Statement, Statement.id == StatementLine.statement_id)
        .outerjoin(Match, and_(Match.line_id == StatementLine.id, Match.undone_at.is_(None)))
        .where(
            Statement.account_id == account.id,
            StatementLine.entry_id.is_(None),
            or_(Match.id.is_(None), Match.kind != "duplicate"),
        )
        .order_by(StatementLine.booked_on)
        .limit(20)
    )
    for line in rows:
        amount = format_amount(line.amount_minor, line.currency)
        found.append(
            _(
                "%(amount)s on %(day)s is not booked: it is probably here already, and waits in the queue.",
                amount=amount,
                day=format_date(line.booked_on, "d MMMM y"),
            )
        )
    statements = db.session.scalars(
        select(Statement)
        .where(Statement.account_id == account.id, Statement.undone_at.is_(None))
        .order_by(Statement.starts_on, Statement.id)
    ).all()
    for statement in statements:
        for note in statement.refused:
            if note.get("where"):
                where, why = note["where"], note["why"]
                found.append(
                    _("%(file)s, %(where)s: %(why)s", file=statement.file_name, where=where, why=why)
                )
    with_balances = [one for one in statements if one.opening_minor is not None]
    for one, following in pairwise(with_balances):
        if one.closing_minor is not None and one.closing_minor != following.opening_minor:
            found.append(
                _(
                    "Between %(one)s and %(other)s money moved that no statement shows.",
                    one=one.file_name,
                    other=following.file_name,
                )
            )
    return found


@dataclass(frozen=True)
class StatementRow:
    """One statement in a list."""

    statement: Statement
    account: LedgerAccount
    lines: int
    waiting: int


@dataclass(frozen=True)
class StatementPage:
    """One page of statements, the latest first."""

    rows: list[StatementRow]
    number: int
    pages: int


@dataclass(frozen=True)
class Standing:
    """Where the money stands, and how many lines wait for a person."""

    proofs: list[Proof]
    balances: list[ledger.Balance]
    statements: StatementPage
    waiting: int


def standing(organisation: Organisation, actor: Actor, page: int = 1) -> Standing:
    """The treasury at a glance, with one page of its statements."""
    dues.bodies_under(organisation, actor, Permission.SEE_BOOKS)
    accounts = ledger.bank_accounts(organisation, actor)
    imported, waiting = _imported(organisation, accounts)
    return Standing(
        _proofs(organisation, accounts, imported),
        ledger.balances(organisation, actor),
        _statements({account.id: account for account in accounts}, imported, page),
        waiting,
    )


def _imported(organisation: Organisation, accounts: list[LedgerAccount]) -> tuple[dict[int, int], int]:
    """How many statements were imported into each bank account, by its id, and how many of their lines wait."""
    lines = _joined(organisation, [account.id for account in accounts]).where(_WAITS)
    waiting = select(func.count()).select_from(lines.subquery()).scalar_subquery()
    rows = db.session.execute(
        select(Statement.account_id, func.count(), waiting)
        .where(Statement.organisation_id == organisation.id)
        .group_by(Statement.account_id)
    ).all()
    return {row[0]: row[1] for row in rows}, rows[0][2] if rows else 0


def _statements(accounts: dict[int, LedgerAccount], imported: dict[int, int], page: int) -> StatementPage:
    count = sum(imported.get(number, 0) for number in accounts)
    pages = max(1, -(-count // PAGE))
    number = min(max(1, page), pages)
    standing = aliased(Match)
    settled = select(standing.line_id).where(standing.undone_at.is_(None), standing.kind != "held")
    found = db.session.execute(
        select(
            Statement,
            func.count(StatementLine.id),
            func.count(StatementLine.id).filter(StatementLine.id.not_in(settled)),
        )
        .outerjoin(StatementLine, StatementLine.statement_id == Statement.id)
        .where(Statement.account_id.in_(accounts))
        .group_by(Statement.id)
        .order_by(Statement.id.desc())
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    )
    rows = [StatementRow(one, accounts[one.account_id], lines, waiting) for one, lines, waiting in found]
    return StatementPage(rows, number, pages)


def choosable_charges(
    organisation: Organisation, account: LedgerAccount, actor: Actor, search: str
) -> list[Any]:
    """Open charges of the account's body whose member's name or number is searched for."""
    authorize(actor, Permission.MATCH_LINE, account)
    wanted = search.strip().casefold()
    if not wanted:
        return []
    found = [
        one
        for one in dues.open_charges(organisation, account.body_id)
        if wanted in one.name.casefold() or wanted == str(one.number)
    ]
    return found[:40]


def find_account(organisation: Organisation, number: int, actor: Actor) -> LedgerAccount:
    """The ledger account of that id here, if the actor may see its books; raises Missing."""
    found = db.session.scalar(
        select(LedgerAccount).where(
            LedgerAccount.organisation_id == organisation.id, LedgerAccount.id == number
        )
    )
    if found is None or not may(actor, Permission.SEE_BOOKS, found):
        raise Missing
    return found


def find_match(organisation: Organisation, number: int) -> Match:
    """The match of that id here; raises Missing."""
    found = db.session.scalar(
        select(Match)
        .join(StatementLine, StatementLine.id == Match.line_id)
        .where(StatementLine.organisation_id == organisation.id, Match.id == number)
    )
    if found is None:
        raise Missing
    return found
