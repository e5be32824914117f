"""What a line is recognised as: dues, other money, a return, or something to ask about; and the way back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from coop.access import Actor, Permission, authorize
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.dues import Allocation, Charge, ChargeReversal, DuesPlan
from coop.models.organisations import Body, Organisation
from coop.models.treasury import LedgerAccount, LedgerEntry, Match, Payment, StatementLine
from coop.rules.money import format_amount
from coop.services import dues, records
from coop.services.treasury import allocating, ledger, lines
from coop.services.treasury.ledger import Draft, Move

Evidence = Sequence[dict[str, Any]]


class _Desk:
    """The line being settled, locked, with what stands around it."""

    def __init__(self, line: StatementLine, actor: Actor, now: datetime) -> None:
        self.account = lines.account_of_line(line)
        authorize(actor, Permission.MATCH_LINE, self.account)
        # Two people at once: the second waits here and then sees what the first did.
        db.session.scalar(select(StatementLine.id).where(StatementLine.id == line.id).with_for_update())
        db.session.refresh(line)
        self.line, self.actor, self.now = line, actor, now
        self.organisation = db.session.get_one(Organisation, line.organisation_id)
        self.accounts = ledger.accounts_of(db.session.get_one(Body, self.account.body_id), now)
        self.match = lines.standing_match(line)

    def must_be_free(self, *, may_be_like: bool = False) -> None:
        """Refuse a line that is settled; one that is held is taken off hold."""
        if self.match is not None and self.match.kind != "held":
            raise Refusal(_("This line is settled already. Undo that first if it is wrong."))
        if self.line.like_line_id is not None and self.line.entry_id is None and not may_be_like:
            raise Refusal(_("This line is probably here already. Say first whether it is the same money."))
        if self.match is not None:
            self.match.undone_at, self.match.undone_by = self.now, self.actor.label
            db.session.flush()

    def book(self, says: str, moves: Sequence[Move], reverses_id: int | None = None) -> LedgerEntry:
        on = self.line.booked_on
        draft = Draft(on, says, f"line {self.line.id}", tuple(moves), reverses_id=reverses_id)
        return ledger.book(self.organisation, self.account.body_id, self.actor, self.now, [draft])[0]

    def add_match(self, kind: str, **facts: Any) -> Match:
        match = Match(
            line_id=self.line.id,
            kind=kind,
            by=self.actor.label,
            at=self.now,
            evidence=facts.pop("evidence", []),
            **facts,
        )
        db.session.add(match)
        try:
            db.session.flush()
        except IntegrityError as why:
            raise Refusal(_("Somebody settled this line at the same moment. Look at it again.")) from why
        return match

    def payment(self) -> Payment:
        """The money of the line, made once and kept through undoing."""
        there = db.session.scalar(select(Payment).where(Payment.line_id == self.line.id))
        if there is None:
            there = Payment(
                organisation_id=self.organisation.id,
                way="bank",
                line_id=self.line.id,
                amount_minor=self.line.amount_minor,
                currency=self.line.currency,
                received_on=self.line.booked_on,
            )
            db.session.add(there)
            db.session.flush()
        return there

    def allocate(self, payment: Payment, match: Match, entry: LedgerEntry, amount: int, **where: Any) -> None:
        db.session.add(
            Allocation(
                organisation_id=self.organisation.id,
                payment_id=payment.id,
                match_id=match.id,
                amount_minor=amount,
                entry_id=entry.id,
                at=self.now,
                **where,
            )
        )
        db.session.flush()

    def record(self, verb: str, **facts: Any) -> None:
        records.record(self.organisation, self.actor, verb, f"line {self.line.id}", self.now, facts)


def pay_charges(
    line: StatementLine,
    charge_ids: Sequence[int],
    actor: Actor,
    now: datetime,
    *,
    evidence: Evidence = (),
    automatic: bool = False,
) -> Match:
    """Pay these charges with the line, in order; what is left over becomes the first member's credit."""
    desk = _Desk(line, actor, now)
    desk.must_be_free()
    if line.amount_minor <= 0:
        raise Refusal(_("Money that went out pays no dues."))
    if not charge_ids:
        raise Refusal(_("Choose at least one charge that this money pays."))
    left = line.amount_minor
    parts: list[tuple[Charge, int]] = []
    labels: list[str] = []
    rows = _charges_to_pay(desk, charge_ids)
    for charge, already, plan in rows:
        part = min(left, charge.amount_minor - already)
        if part > 0:
            parts.append((charge, part))
            labels.append(dues.label_of(plan.name, charge))
            left -= part
    first = rows[0][0]
    says = _("Paid: %(labels)s", labels=", ".join(labels) or _("credit"))
    moves = [Move(desk.accounts["suspense"], line.amount_minor, line.currency)]
    moves += [
        Move(desk.accounts["receivable"], -part, line.currency, charge.membership_id)
        for charge, part in parts
    ]
    if left:
        moves.append(Move(desk.accounts["credit"], -left, line.currency, first.membership_id))
    entry = desk.book(says, moves)
    match = desk.add_match(
        "dues",
        membership_id=first.membership_id,
        entry_id=entry.id,
        evidence=list(evidence),
        automatic=automatic,
        reason="",
    )
    payment = desk.payment()
    for charge, part in parts:
        desk.allocate(payment, match, entry, part, charge_id=charge.id, membership_id=charge.membership_id)
    if left:
        desk.allocate(payment, match, entry, left, membership_id=first.membership_id)
    desk.record("matched line", charges=sorted(charge.id for charge, _part in parts), automatic=automatic)
    return match


def _charges_to_pay(desk: _Desk, charge_ids: Sequence[int]) -> list[tuple[Charge, int, DuesPlan]]:
    """The charges, locked, oldest first, with what is paid on each; refused if the line cannot pay them."""
    asked = select(Charge.id).where(Charge.id.in_(charge_ids)).order_by(Charge.id)
    db.session.scalars(asked.with_for_update()).all()
    rows = db.session.execute(
        select(Charge, dues.paid_on(), DuesPlan, ChargeReversal.id)
        .join(DuesPlan, DuesPlan.id == Charge.plan_id)
        .outerjoin(ChargeReversal, ChargeReversal.charge_id == Charge.id)
        .where(
            Charge.organisation_id == desk.organisation.id,
            Charge.id.in_(charge_ids),
            DuesPlan.body_id == desk.account.body_id,
        )
        .order_by(Charge.due_on, Charge.id)
    ).all()
    if len(rows) != len(set(charge_ids)):
        raise Missing
    if any(reversal is not None for *_rest, reversal in rows):
        raise Refusal(_("One of these charges was taken back. Choose another."))
    if any(charge.currency != desk.line.currency for charge, *_rest in rows):
        raise Refusal(_("The line and the charge are in different currencies."))
    return [(charge, already, plan) for charge, already, plan, _reversal in rows]


def book_as(line: StatementLine, account: LedgerAccount, actor: Actor, now: datetime, reason: str) -> Match:
    """Book money that is no dues as what it is: rent, a fee, a donation, a grant."""
    desk = _Desk(line, actor, now)
    desk.must_be_free()
    if account.organisation_id != desk.organisation.id or account.body_id != desk.account.body_id:
        raise Missing
    if account.role in ledger.OWN_ROLES:
        raise Refusal(_("“%(name)s” is kept by the program. Choose another account.", name=account.name))
    if not reason.strip():
        raise Refusal(_("Say what this money was: somebody will ask one day."))
    amount = line.amount_minor
    moves = (
        Move(desk.accounts["suspense"], amount, line.currency),
        Move(account, -amount, line.currency),
    )
    entry = desk.book(f"{account.name}: {reason.strip()}", moves)
    match = desk.add_match("other", account_id=account.id, entry_id=entry.id, reason=reason.strip())
    if amount > 0:
        desk.allocate(desk.payment(), match, entry, amount, account_id=account.id)
    desk.record("booked line as", account=account.code)
    return match


def hold(line: StatementLine, actor: Actor, now: datetime, reason: str) -> Match:
    """Put the line on hold, with what is to be found out."""
    desk = _Desk(line, actor, now)
    desk.must_be_free()
    if not reason.strip():
        raise Refusal(_("Say what is to be found out, so that the next person knows."))
    match = desk.add_match("held", reason=reason.strip())
    desk.record("put line on hold")
    return match


def same_money(line: StatementLine, actor: Actor, now: datetime) -> Match:
    """The line is money that is here already from another file: it is not booked."""
    desk = _Desk(line, actor, now)
    desk.must_be_free(may_be_like=True)
    if line.like_line_id is None or line.entry_id is not None:
        raise Refusal(_("This line is booked as money of its own."))
    match = desk.add_match("duplicate", reason=_("Here already from another file"))
    desk.record("same money", like=line.like_line_id)
    return match


def other_money(line: StatementLine, actor: Actor, now: datetime) -> None:
    """The line is money of its own after all: it is booked like any other."""
    desk = _Desk(line, actor, now)
    desk.must_be_free(may_be_like=True)
    if line.entry_id is not None:
        raise Refusal(_("This line is booked already."))
    lines.book_lines(desk.organisation, desk.account, [line], actor, now)
    desk.record("money of its own")


def return_payment(line: StatementLine, returned: Match, actor: Actor, now: datetime) -> Match:
    """The line gives back an earlier payment: what it had paid is open again, the rest is a bank fee."""
    desk = _Desk(line, actor, now)
    desk.must_be_free()
    earlier = db.session.get_one(StatementLine, returned.line_id)
    if (
        earlier.organisation_id != desk.organisation.id
        or lines.account_of_line(earlier).id != desk.account.id
    ):
        raise Missing
    db.session.scalar(select(StatementLine.id).where(StatementLine.id == earlier.id).with_for_update())
    if returned.kind != "dues" or returned.undone_at is not None or lines.is_returned(returned):
        raise Refusal(_("That payment pays nothing any more, so it cannot be given back."))
    allocations = allocating.standing(Allocation.match_id == returned.id)
    back = sum(allocation.amount_minor for allocation in allocations)
    fee = -line.amount_minor - back
    if fee < 0 or earlier.currency != line.currency:
        raise Refusal(
            _(
                "The line takes %(out)s and that payment was %(came)s: this is not its return.",
                out=format_amount(-line.amount_minor, line.currency),
                came=format_amount(back, earlier.currency),
            )
        )
    moves = [Move(desk.accounts["suspense"], line.amount_minor, line.currency)]
    moves += _out_of_homes(desk, allocations, line.currency)
    if fee:
        moves.append(Move(desk.accounts["fees"], fee, line.currency))
    entry = desk.book(_("Returned: what line %(number)s had paid is open again", number=earlier.id), moves)
    match = desk.add_match(
        "returned", membership_id=returned.membership_id, returns_match_id=returned.id, entry_id=entry.id
    )
    for allocation in allocations:
        allocating.take_back(allocation, entry.id, now)
    desk.record("booked return", returns=returned.line_id, fee_minor=fee)
    return match


def _out_of_homes(desk: _Desk, allocations: Sequence[Allocation], currency: str) -> list[Move]:
    """The postings that take allocated money out of where it stands."""
    return [
        Move(allocating.home_of(one, desk.accounts), one.amount_minor, currency, one.membership_id)
        for one in allocations
    ]


def undo(line: StatementLine, actor: Actor, now: datetime) -> None:
    """Undo what the line was recognised as, by rows that reverse it; the line waits again."""
    desk = _Desk(line, actor, now)
    match = desk.match
    if match is None:
        raise Refusal(_("Nothing is booked from this line that could be undone."))
    if lines.is_returned(match):
        raise Refusal(_("This payment was given back later. Undo the return first."))
    if match.kind == "dues":
        allocations = allocating.standing(Allocation.match_id == match.id)
        moves = _out_of_homes(desk, allocations, line.currency)
        moves.append(Move(desk.accounts["suspense"], -line.amount_minor, line.currency))
        entry = desk.book(_("Undone: match of line %(number)s", number=line.id), moves, match.entry_id)
        for allocation in allocations:
            allocating.take_back(allocation, entry.id, now)
    elif match.kind == "other":
        account = db.session.get_one(LedgerAccount, match.account_id)
        entry = desk.book(
            _("Undone: %(name)s, line %(number)s", name=account.name, number=line.id),
            (
                Move(account, line.amount_minor, line.currency),
                Move(desk.accounts["suspense"], -line.amount_minor, line.currency),
            ),
            match.entry_id,
        )
        for allocation in allocating.standing(Allocation.match_id == match.id):
            allocating.take_back(allocation, entry.id, now)
    elif match.kind == "returned":
        _undo_return(desk, match)
    match.undone_at, match.undone_by = now, actor.label
    db.session.flush()
    desk.record("undid match", kind=match.kind)


def _undo_return(desk: _Desk, match: Match) -> None:
    """The payment was not given back after all: it pays again exactly what it had paid."""
    entry_id = match.entry_id
    taken = db.session.scalars(
        select(Allocation).where(Allocation.entry_id == entry_id, Allocation.reverses_id.is_not(None))
    ).all()
    for one in taken:
        charge = db.session.get(Charge, one.charge_id) if one.charge_id else None
        if charge is None:
            continue
        already = db.session.scalar(select(dues.paid_on()).where(Charge.id == charge.id)) or 0
        if already - one.amount_minor > charge.amount_minor:
            raise Refusal(_("What this had paid has been paid otherwise since. Undo that payment first."))
    original = db.session.get_one(LedgerEntry, entry_id)
    moves = [
        Move(
            db.session.get_one(LedgerAccount, posting.account_id),
            -posting.amount_minor,
            posting.currency,
            posting.membership_id,
        )
        for posting in original.postings
    ]
    entry = desk.book(_("Undone: return, line %(number)s", number=desk.line.id), moves, entry_id)
    for one in taken:
        db.session.add(
            Allocation(
                organisation_id=one.organisation_id,
                payment_id=one.payment_id,
                charge_id=one.charge_id,
                membership_id=one.membership_id,
                match_id=one.match_id,
                amount_minor=-one.amount_minor,
                entry_id=entry.id,
                at=desk.now,
            )
        )
    db.session.flush()
