"""The double-entry ledger: entries are written whole, and corrected by entries that reverse them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import selectinload

from coop.access import Actor, Permission, may
from coop.extensions import db
from coop.models.organisations import Body, Organisation
from coop.models.treasury import LedgerAccount, LedgerClosing, LedgerEntry, Posting
from coop.services.dues import bodies_under, total

PAGE = 30

# (role, kind, code, name): a body's chart of accounts as it is opened.
CHART = (
    ("bank", "asset", "1200", "Bank account"),
    ("card_clearing", "asset", "1300", "Card clearing"),
    ("receivable", "asset", "1400", "Dues receivable"),
    ("credit", "liability", "2100", "Members’ credit"),
    ("suspense", "liability", "2900", "Unknown payers"),
    ("capital", "equity", "3000", "Member capital"),
    ("opening", "equity", "3900", "Opening balances"),
    ("dues", "income", "4000", "Dues"),
    ("donations", "income", "4100", "Donations"),
    ("grants", "income", "4200", "Grants received"),
    ("income", "income", "4300", "Other income"),
    ("fees", "expense", "5000", "Bank fees"),
    ("rent", "expense", "5100", "Rent and energy"),
    ("goods", "expense", "5200", "Purchases"),
    ("expense", "expense", "5900", "Other expenses"),
)

# What only the program books to; a person chooses among the others.
OWN_ROLES = ("bank", "card_clearing", "receivable", "credit", "suspense", "opening", "dues", "capital")


@dataclass(frozen=True)
class Move:
    """One posting to be: positive is a debit."""

    account: LedgerAccount
    amount_minor: int
    currency: str
    membership_id: int | None = None


@dataclass(frozen=True)
class Draft:
    """One entry to be."""

    on: date
    says: str
    cause: str
    moves: tuple[Move, ...]
    reverses_id: int | None = None
    decision_id: int | None = None


def open_books(organisation: Organisation, body: Body, now: datetime) -> None:  # noqa: ARG001 - a deed's shape
    """Give the body its chart of accounts; what is there already stays."""
    there = {
        account.role
        for account in db.session.scalars(select(LedgerAccount).where(LedgerAccount.body_id == body.id))
    }
    for role, kind, code, name in CHART:
        if role not in there:
            suffix = "" if body.kind == "assembly" else f".{body.id}"
            db.session.add(
                LedgerAccount(
                    organisation_id=organisation.id,
                    body_id=body.id,
                    code=code + suffix,
                    role=role,
                    kind=kind,
                    name=name,
                )
            )
    db.session.flush()


def accounts_of(body: Body, now: datetime) -> dict[str, LedgerAccount]:
    """The body's accounts by role, opened if they were not; of several bank accounts the first."""
    found = _by_role(body)
    if len(found) < len(CHART):
        open_books(body.organisation, body, now)
        found = _by_role(body)
    return found


def _by_role(body: Body) -> dict[str, LedgerAccount]:
    rows = db.session.scalars(
        select(LedgerAccount).where(LedgerAccount.body_id == body.id).order_by(LedgerAccount.id.desc())
    )
    return {account.role: account for account in rows}


def bank_accounts(
    organisation: Organisation, actor: Actor, permission: Permission = Permission.SEE_BOOKS
) -> list[LedgerAccount]:
    """The bank accounts for which the actor has the permission."""
    rows = db.session.scalars(
        select(LedgerAccount)
        .where(LedgerAccount.organisation_id == organisation.id, LedgerAccount.role == "bank")
        .order_by(LedgerAccount.id)
    )
    return [account for account in rows if may(actor, permission, account)]


def accounts_to_choose(body_id: int | None) -> list[LedgerAccount]:
    """What money that is no dues may be booked as."""
    rows = db.session.scalars(
        select(LedgerAccount)
        .where(LedgerAccount.body_id == body_id, LedgerAccount.role.not_in(OWN_ROLES))
        .order_by(LedgerAccount.code)
    )
    return list(rows)


def book(
    organisation: Organisation, body_id: int | None, actor: Actor, now: datetime, drafts: Sequence[Draft]
) -> list[LedgerEntry]:
    """Write entries with their postings and close them; the table refuses one that does not balance."""
    if not drafts:
        return []
    entries = []
    for draft, number in zip(drafts, _next_ids(len(drafts)), strict=True):
        entry = LedgerEntry(
            id=number,
            closing_id=number,
            organisation_id=organisation.id,
            body_id=body_id,
            on=draft.on,
            says=draft.says,
            cause=draft.cause,
            reverses_id=draft.reverses_id,
            decision_id=draft.decision_id,
            by=actor.label,
            at=now,
        )
        entries.append(entry)
    db.session.add_all(entries)
    db.session.flush()
    for entry, draft in zip(entries, drafts, strict=True):
        db.session.add_all(
            Posting(
                entry_id=entry.id,
                account_id=move.account.id,
                membership_id=move.membership_id,
                amount_minor=move.amount_minor,
                currency=move.currency,
            )
            for move in draft.moves
        )
    db.session.flush()
    db.session.add_all(LedgerClosing(id=entry.id) for entry in entries)
    db.session.flush()
    return entries


def _next_ids(count: int) -> list[int]:
    """The ids of the next entries: an entry names its own closing row, so it must know its id before."""
    if db.engine.dialect.name == "postgresql":
        sequence = text(
            "SELECT nextval(pg_get_serial_sequence('ledger_entries', 'id')) FROM generate_series(1, :count)"
        )
        return [int(number) for number in db.session.scalars(sequence, {"count": count})]
    # On SQLite the writer lock is held, so nobody else takes them.
    last = db.session.scalar(select(func.max(LedgerEntry.id))) or 0
    return list(range(last + 1, last + count + 1))


def balance_of(accounts: Iterable[LedgerAccount], currency: str, until: date | None = None) -> int:
    """The sum of what was posted to the accounts, debits positive, by the end of the day."""
    query = (
        select(total(Posting.amount_minor))
        .join(LedgerEntry, LedgerEntry.id == Posting.entry_id)
        .where(Posting.account_id.in_([account.id for account in accounts]), Posting.currency == currency)
    )
    if until is not None:
        query = query.where(LedgerEntry.on <= until)
    return int(db.session.scalar(query) or 0)


@dataclass(frozen=True)
class Balance:
    """What stands on an account: debits positive."""

    account: LedgerAccount
    currency: str
    amount_minor: int


def balances(organisation: Organisation, actor: Actor) -> list[Balance]:
    """Every account the actor may see that was ever posted to, with what stands on it."""
    rows = db.session.execute(
        select(LedgerAccount, Posting.currency, total(Posting.amount_minor))
        .join(Posting, Posting.account_id == LedgerAccount.id)
        .where(LedgerAccount.organisation_id == organisation.id)
        .group_by(LedgerAccount.id, Posting.currency)
        .order_by(LedgerAccount.code, Posting.currency)
    )
    return [Balance(*row) for row in rows if may(actor, Permission.SEE_BOOKS, row[0])]


def journal(organisation: Organisation, actor: Actor) -> list[tuple[LedgerEntry, Posting, LedgerAccount]]:
    """Every posting of the books the actor may see, in the order of the entries."""
    bodies = [body.id for body in bodies_under(organisation, actor, Permission.SEE_BOOKS)]
    rows = db.session.execute(
        select(LedgerEntry, Posting, LedgerAccount)
        .join(Posting, Posting.entry_id == LedgerEntry.id)
        .join(LedgerAccount, LedgerAccount.id == Posting.account_id)
        .where(LedgerEntry.organisation_id == organisation.id, LedgerEntry.body_id.in_(bodies))
        .order_by(LedgerEntry.id, Posting.id)
    )
    return [(entry, posting, account) for entry, posting, account in rows]


@dataclass(frozen=True)
class EntryPage:
    """Some of the entries, latest first."""

    entries: list[LedgerEntry]
    accounts: dict[int, LedgerAccount]
    number: int
    pages: int


def entries(organisation: Organisation, actor: Actor, page: int, account_id: int | None = None) -> EntryPage:
    """The ledger's entries with their postings, of the bodies whose books the actor may see."""
    bodies = [body.id for body in bodies_under(organisation, actor, Permission.SEE_BOOKS)]
    query = select(LedgerEntry).where(
        LedgerEntry.organisation_id == organisation.id, LedgerEntry.body_id.in_(bodies)
    )
    if account_id is not None:
        query = query.where(
            LedgerEntry.id.in_(select(Posting.entry_id).where(Posting.account_id == account_id))
        )
    count = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    pages = max(1, -(-count // PAGE))
    number = min(max(1, page), pages)
    rows = db.session.scalars(
        query.order_by(LedgerEntry.on.desc(), LedgerEntry.id.desc())
        .limit(PAGE)
        .offset((number - 1) * PAGE)
        .options(selectinload(LedgerEntry.postings))
    )
    accounts = db.session.scalars(
        select(LedgerAccount).where(LedgerAccount.organisation_id == organisation.id)
    )
    return EntryPage(list(rows), {account.id: account for account in accounts}, number, pages)
