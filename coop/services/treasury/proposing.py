"""What each line may pay, with the reasons; the certain ones are booked at once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from coop.access import Actor
from coop.extensions import db
from coop.models.dues import Allocation
from coop.models.organisations import Organisation
from coop.models.treasury import LedgerAccount, Match, Payment, Statement, StatementLine
from coop.rules.matching import OpenCharge, Openings, Outcome, propose
from coop.rules.names import likeness
from coop.rules.references import creditor_references_in
from coop.rules.statements import Line
from coop.services import dues
from coop.services.treasury import settling
from coop.services.treasury.lines import is_returned

# What banks take for a returned debit; a larger remainder is something else.
LARGEST_FEE_MINOR = 2000


def as_told(line: StatementLine) -> Line:
    """The kept line as the rules read it."""
    return Line(
        booked_on=line.booked_on,
        amount_minor=line.amount_minor,
        currency=line.currency,
        name=line.counterparty,
        account=line.counterparty_account,
        purpose=line.purpose,
        reference=line.reference,
        bank_ids=tuple(line.bank_id.split()),
    )


def outcomes(
    organisation: Organisation, account: LedgerAccount, lines: Sequence[StatementLine]
) -> dict[int, Outcome]:
    """What each of the account's lines may pay; a few queries, however many lines."""
    told = {line.id: as_told(line) for line in lines}
    openings = _openings(organisation, account, list(told.values()))
    known = _known_accounts(organisation, list(told.values()))
    return {number: propose(line, openings, known) for number, line in told.items()}


def _openings(organisation: Organisation, account: LedgerAccount, lines: Sequence[Line]) -> Openings:
    references = {
        reference
        for line in lines
        for text in (line.reference, line.purpose, *line.bank_ids)
        for reference in creditor_references_in(text)
    }
    found = dues.open_charges(organisation, account.body_id, sorted(references))
    return Openings(
        OpenCharge(
            one.charge.id,
            one.membership_id,
            one.number,
            one.name,
            one.label,
            one.open_minor,
            one.charge.currency,
            one.charge.due_on,
            one.charge.reference,
        )
        for one in found
    )


def _known_accounts(organisation: Organisation, lines: Sequence[Line]) -> dict[str, frozenset[int]]:
    """Whom each payer's account has paid for in matches that stand; an undone match teaches nothing."""
    asked = {line.account for line in lines if line.account}
    rows = db.session.execute(
        select(StatementLine.counterparty_account, Allocation.membership_id)
        .join(Match, Match.line_id == StatementLine.id)
        .join(Allocation, Allocation.match_id == Match.id)
        .where(
            StatementLine.organisation_id == organisation.id,
            StatementLine.counterparty_account.in_(asked),
            Match.kind == "dues",
            Match.undone_at.is_(None),
            Allocation.charge_id.is_not(None),
            Allocation.amount_minor > 0,
        )
        .distinct()
    )
    found: defaultdict[str, set[int]] = defaultdict(set)
    for payer, member_id in rows:
        if member_id is not None:
            found[payer].add(member_id)
    return {payer: frozenset(members) for payer, members in found.items()}


def settle_certain(
    organisation: Organisation,
    account: LedgerAccount,
    statements: Sequence[Statement],
    actor: Actor,
    now: datetime,
) -> int:
    """Book the matches that are certain; the rest waits with its reasons. Returns how many were booked."""
    lines = db.session.scalars(
        select(StatementLine)
        .join(Statement, Statement.id == StatementLine.statement_id)
        .where(
            Statement.id.in_([statement.id for statement in statements]),
            Statement.account_id == account.id,
            StatementLine.like_line_id.is_(None),
            StatementLine.amount_minor > 0,
        )
        .order_by(StatementLine.booked_on, StatementLine.id)
    ).all()
    paid: set[int] = set()
    booked = 0
    first = outcomes(organisation, account, lines)
    for line in lines:
        outcome = first[line.id]
        if not outcome.books_by_itself:
            continue
        if paid & set(outcome.proposals[0].charges):
            # An earlier line of the same file paid one of these: look again at what is open now.
            outcome = outcomes(organisation, account, [line])[line.id]
            if not outcome.books_by_itself:
                continue
        best = outcome.proposals[0]
        evidence = [{"says": item.sentence, "points": item.points} for item in best.evidence]
        settling.pay_charges(line, best.charges, actor, now, evidence=evidence, automatic=True)
        paid |= set(best.charges)
        booked += 1
    return booked


@dataclass(frozen=True)
class ReturnProposal:
    """An earlier payment that a line of money going out may give back."""

    match_id: int
    paid_on: date
    name: str
    amount_minor: int
    fee_minor: int
    evidence: tuple[str, ...]


def returns_for(account: LedgerAccount, line: StatementLine) -> list[ReturnProposal]:
    """The payments of the last 13 months that the line may return, most likely first.

    Thirteen months is how long a debit can be taken back (SEPA Direct Debit Core rulebook).
    """
    out = -line.amount_minor
    if out <= 0:
        return []
    rows = db.session.execute(
        select(Match, StatementLine, Payment)
        .join(StatementLine, StatementLine.id == Match.line_id)
        .join(Statement, Statement.id == StatementLine.statement_id)
        .join(Payment, Payment.line_id == StatementLine.id)
        .where(
            Statement.account_id == account.id,
            Match.kind == "dues",
            Match.undone_at.is_(None),
            Payment.currency == line.currency,
            Payment.amount_minor.between(1, out),
            Payment.amount_minor >= out - LARGEST_FEE_MINOR,
            Payment.received_on <= line.booked_on,
            Payment.received_on >= date(line.booked_on.year - 2, 1, 1),
        )
        .order_by(Payment.received_on.desc(), Payment.id.desc())
        .limit(200)
    )
    found = []
    for match, paid_line, payment in rows:
        if is_returned(match) or (line.booked_on - payment.received_on).days > 400:
            continue
        evidence = _return_evidence(line, paid_line)
        if evidence:
            found.append(
                ReturnProposal(
                    match.id,
                    payment.received_on,
                    paid_line.counterparty,
                    payment.amount_minor,
                    out - payment.amount_minor,
                    evidence,
                )
            )
    return sorted(found, key=lambda one: (-len(one.evidence), one.fee_minor))[:5]


def _return_evidence(line: StatementLine, paid: StatementLine) -> tuple[str, ...]:
    found = []
    if line.counterparty_account and line.counterparty_account == paid.counterparty_account:
        found.append("It goes back to the account that paid.")
    ours = {
        *creditor_references_in(f"{line.purpose} {line.reference}"),
    } & {*creditor_references_in(f"{paid.purpose} {paid.reference}")}
    if ours:
        found.append("It carries the same reference.")
    if set(line.bank_id.split()) & set(paid.bank_id.split()):
        found.append("It carries the same number of the bank.")
    if likeness(line.counterparty, paid.counterparty) == "whole":
        found.append(f"The name reads as {paid.counterparty}.")
    if found and -line.amount_minor == paid.amount_minor:
        found.append("It is exactly the amount that came.")
    return tuple(found)
