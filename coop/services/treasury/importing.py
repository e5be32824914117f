"""Bank statements come in: kept as they came, each line booked once."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from coop.access import Actor, Permission, authorize
from coop.errors import Missing, Refusal, Unreadable
from coop.extensions import db
from coop.gateways import statements as gateway
from coop.models.organisations import Body, Organisation
from coop.models.treasury import LedgerAccount, LedgerEntry, Match, Posting, Statement, StatementLine
from coop.rules.statements import Arrival, Fate, Known, Line, Sifted, StatementFile, identities, sift
from coop.rules.statements import Statement as Told
from coop.services import dues, records
from coop.services.treasury import ledger, proposing
from coop.services.treasury.ledger import Draft, Move
from coop.services.treasury.lines import book_lines


@dataclass
class Imported:
    """What an import did."""

    statements: list[Statement] = field(default_factory=list)
    new: int = 0
    known: int = 0
    held: int = 0
    booked: int = 0  # by themselves
    refused: int = 0
    was_here: bool = False


def read(content: bytes, file_name: str) -> StatementFile:
    """Read a bank's file before the write begins; raises Unreadable with a sentence."""
    try:
        return gateway.read(content, file_name)
    except gateway.Refused as why:
        raise Unreadable(str(why)) from why


def import_statement(
    account: LedgerAccount,
    actor: Actor,
    now: datetime,
    *,
    content: bytes,
    file_name: str,
    parsed: StatementFile,
) -> Imported:
    """Book what the file brings to the bank account, and what is certain of it to its charges.

    The same file again changes nothing. A file that names another account of ours goes there; one that
    names an unknown account opens it.
    """
    authorize(actor, Permission.IMPORT_STATEMENT, account)
    organisation = db.session.get_one(Organisation, account.organisation_id)
    # Two imports at once would both find the same lines missing: the second waits for the first.
    db.session.scalar(select(Organisation.id).where(Organisation.id == organisation.id).with_for_update())
    digest = hashlib.sha256(content).hexdigest()
    here = db.session.scalars(
        select(Statement).where(
            Statement.organisation_id == organisation.id,
            Statement.sha256 == digest,
            Statement.undone_at.is_(None),
        )
    ).all()
    if here:
        known = sum(len(told.lines) for told in parsed.statements)
        return Imported(statements=list(here), known=known, was_here=True)

    result = Imported(refused=len(parsed.problems))
    told_of: defaultdict[int, list[tuple[Told, Statement]]] = defaultdict(list)
    accounts: dict[int, LedgerAccount] = {}
    for place, told in enumerate(parsed.statements):
        target = _account_for(organisation, account, told, actor)
        accounts[target.id] = target
        row = _keep(target, told, actor, now, file_name, digest, parsed, content if place == 0 else b"")
        told_of[target.id].append((told, row))
        result.statements.append(row)
    for account_id, pairs in told_of.items():
        _take_lines(organisation, accounts[account_id], pairs, result, actor, now)
    for target in accounts.values():
        result.booked += proposing.settle_certain(organisation, target, result.statements, actor, now)
    facts = {
        "lines": result.new,
        "known": result.known,
        "held": result.held,
        "refused": result.refused,
        "booked": result.booked,
        "sha256": digest,
    }
    subject = f"statement {result.statements[0].id}"
    records.record(organisation, actor, "imported statement", subject, now, facts)
    return result


def _account_for(
    organisation: Organisation, chosen: LedgerAccount, told: Told, actor: Actor
) -> LedgerAccount:
    """The ledger account of the bank account that the statement names, else the chosen one."""
    if not told.account or told.account == chosen.bank_account:
        return chosen
    there = db.session.scalar(
        select(LedgerAccount).where(
            LedgerAccount.organisation_id == organisation.id,
            LedgerAccount.role == "bank",
            LedgerAccount.bank_account == told.account,
        )
    )
    if there is not None:
        authorize(actor, Permission.IMPORT_STATEMENT, there)
        return there
    used = db.session.scalar(select(Statement.id).where(Statement.account_id == chosen.id).limit(1))
    if not chosen.bank_account and used is None:
        chosen.bank_account = told.account
        return chosen
    number = db.session.scalar(
        select(func.count(LedgerAccount.id)).where(
            LedgerAccount.organisation_id == organisation.id, LedgerAccount.role == "bank"
        )
    )
    opened = LedgerAccount(
        organisation_id=organisation.id,
        body_id=chosen.body_id,
        code=f"1200-{(number or 0) + 1}",
        role="bank",
        kind="asset",
        name=_("Bank account …%(end)s", end=told.account[-4:]),
        bank_account=told.account,
    )
    db.session.add(opened)
    db.session.flush()
    return opened


def _keep(
    account: LedgerAccount,
    told: Told,
    actor: Actor,
    now: datetime,
    file_name: str,
    digest: str,
    parsed: StatementFile,
    content: bytes,
) -> Statement:
    """Keep the file's bytes once, with the first of its statements, and what each statement says."""
    days = [line.booked_on for line in told.lines]
    notes: list[dict[str, Any]] = [{"where": "", "why": note} for note in told.notes]
    if content:
        notes += [{"where": problem.where, "why": problem.sentence} for problem in parsed.problems]
    row = Statement(
        organisation_id=account.organisation_id,
        account_id=account.id,
        file_name=file_name[-200:],
        format=parsed.format,
        sha256=digest,
        content=content,
        bank_account=told.account,
        currency=told.currency,
        opening_minor=told.opening_minor,
        closing_minor=told.closing_minor if told.closing_currency == told.currency else None,
        starts_on=min(days, default=told.first_day),
        ends_on=max([*days, *([told.last_day] if told.last_day else [])], default=None),
        refused=notes,
        imported_at=now,
        imported_by=actor.label,
    )
    db.session.add(row)
    db.session.flush()
    return row


def _take_lines(
    organisation: Organisation,
    account: LedgerAccount,
    pairs: Sequence[tuple[Told, Statement]],
    result: Imported,
    actor: Actor,
    now: datetime,
) -> None:
    lines = [(line, told, row) for told, row in pairs for line in told.lines]
    if not lines:
        return
    hashes = identities(str(account.id), [replace(line, where="") for line, *_ in lines])
    arrivals = [
        Arrival(identity, line.booked_on, line.amount_minor, line.currency, told.covers(line.booked_on))
        for identity, (line, told, _row) in zip(hashes, lines, strict=True)
    ]
    fates = sift(arrivals, _known(account, arrivals))
    _opening(organisation, account, pairs, actor, now)
    taken: list[StatementLine] = []
    for place, (line, _told, row) in enumerate(lines):
        sifted = fates[place]
        if sifted.fate is Fate.REPEAT:
            row.known += 1
            result.known += 1
            continue
        identity = hashes[place]
        if sifted.fate is Fate.PROBABLY_HERE and _is_here(organisation, identity):
            # Identical text of two partial files: the unique identity is taken, so this one says which file.
            identity = f"{identity[:60]}~{row.id}.{place}"[:80]
        kept = _line_row(organisation, row, place, line, identity, sifted)
        taken.append(kept)
        result.held += kept.like_line_id is not None
        result.new += kept.like_line_id is None
    db.session.add_all(taken)
    db.session.flush()
    book_lines(organisation, account, [one for one in taken if one.like_line_id is None], actor, now)


def _line_row(
    organisation: Organisation, row: Statement, place: int, line: Line, identity: str, sifted: Sifted
) -> StatementLine:
    return StatementLine(
        organisation_id=organisation.id,
        statement_id=row.id,
        identity=identity,
        position=place + 1,
        booked_on=line.booked_on,
        amount_minor=line.amount_minor,
        currency=line.currency,
        counterparty=line.name,
        counterparty_account=line.account[:64],
        purpose=line.purpose,
        reference=line.reference[:140],
        bank_id=" ".join(line.bank_ids)[:140],
        like_line_id=sifted.known_id if sifted.fate is Fate.PROBABLY_HERE else None,
    )


def _is_here(organisation: Organisation, identity: str) -> bool:
    query = select(StatementLine.id).where(
        StatementLine.organisation_id == organisation.id, StatementLine.identity == identity
    )
    return db.session.scalar(query) is not None


def _known(account: LedgerAccount, arrivals: Sequence[Arrival]) -> list[Known]:
    """The lines of the account on the days of the file, but those found to be duplicates."""
    days = [arrival.booked_on for arrival in arrivals]
    duplicates = select(Match.line_id).where(Match.kind == "duplicate", Match.undone_at.is_(None))
    rows = db.session.execute(
        select(StatementLine, Statement)
        .join(Statement, Statement.id == StatementLine.statement_id)
        .where(
            Statement.account_id == account.id,
            Statement.undone_at.is_(None),
            StatementLine.booked_on.between(min(days), max(days)),
            or_(StatementLine.like_line_id.is_(None), StatementLine.id.not_in(duplicates)),
        )
        .order_by(StatementLine.id)
    )
    return [
        Known(
            line.id,
            line.identity,
            line.booked_on,
            line.amount_minor,
            line.currency,
            _covered(row, line),
        )
        for line, row in rows
    ]


def _covered(row: Statement, line: StatementLine) -> bool:
    """As `rules.statements.Statement.covers`, of a statement kept."""
    if row.closing_minor is not None:
        return True
    return bool(row.starts_on and row.ends_on and row.starts_on < line.booked_on < row.ends_on)


def _opening(
    organisation: Organisation,
    account: LedgerAccount,
    pairs: Sequence[tuple[Told, Statement]],
    actor: Actor,
    now: datetime,
) -> None:
    """Book the first opening balance that a bank gives for the account, less what the books already hold."""
    first, row = pairs[0]
    cause = f"opening of account {account.id}"
    if first.opening_minor is None:
        return
    if db.session.scalar(select(LedgerEntry.id).where(LedgerEntry.cause == cause).limit(1)):
        return
    on = row.starts_on or organisation.day_of(now)
    before = db.session.scalar(
        select(dues.total(Posting.amount_minor))
        .join(LedgerEntry, LedgerEntry.id == Posting.entry_id)
        .where(Posting.account_id == account.id, Posting.currency == first.currency, LedgerEntry.on < on)
    )
    missing = first.opening_minor - int(before or 0)
    if missing == 0:
        return
    accounts = ledger.accounts_of(db.session.get_one(Body, account.body_id), now)
    moves = (
        Move(account, missing, first.currency),
        Move(accounts["opening"], -missing, first.currency),
    )
    says = _("Opening balance as the first statement gives it")
    ledger.book(organisation, account.body_id, actor, now, [Draft(on, says, cause, moves)])


def find_statement(organisation: Organisation, number: int, actor: Actor) -> Statement:
    """The statement of that id here, if its account is the actor's to see; raises Missing."""
    found = db.session.scalar(
        select(Statement).where(Statement.organisation_id == organisation.id, Statement.id == number)
    )
    if found is None:
        raise Missing
    authorize(actor, Permission.SEE_BOOKS, db.session.get_one(LedgerAccount, found.account_id))
    return found


def content_of(statement: Statement) -> bytes:
    """The file's bytes; of a file with several statements they are kept with the first."""
    if statement.content:
        return statement.content
    first = db.session.scalar(
        select(Statement)
        .where(Statement.organisation_id == statement.organisation_id, Statement.sha256 == statement.sha256)
        .order_by(Statement.id)
        .limit(1)
    )
    if first is None or not first.content:
        raise Refusal(_("The file of this statement is not kept here."))
    return first.content
