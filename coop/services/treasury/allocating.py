"""What payments pay: allocations, and the rows that take them back."""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from coop.access import Actor
from coop.extensions import db
from coop.models.dues import Allocation, Charge, ChargeReversal, DuesPlan
from coop.models.organisations import Body, Organisation
from coop.models.treasury import LedgerAccount, LedgerEntry, Payment
from coop.services import dues
from coop.services.treasury import ledger
from coop.services.treasury.ledger import Draft, Move


def standing(*where: Any) -> list[Allocation]:
    """The allocations that are neither reversed nor reversals."""
    reversed_ids = select(Allocation.reverses_id).where(Allocation.reverses_id.is_not(None))
    rows = db.session.scalars(
        select(Allocation)
        .where(Allocation.amount_minor > 0, Allocation.id.not_in(reversed_ids), *where)
        .order_by(Allocation.id)
    )
    return list(rows)


def take_back(allocation: Allocation, entry_id: int, now: datetime) -> None:
    """Reverse the allocation by a row of the negative amount."""
    db.session.add(
        Allocation(
            organisation_id=allocation.organisation_id,
            payment_id=allocation.payment_id,
            charge_id=allocation.charge_id,
            membership_id=allocation.membership_id,
            account_id=allocation.account_id,
            match_id=allocation.match_id,
            amount_minor=-allocation.amount_minor,
            reverses_id=allocation.id,
            entry_id=entry_id,
            at=now,
        )
    )
    db.session.flush()


def home_of(allocation: Allocation, accounts: dict[str, LedgerAccount]) -> LedgerAccount:
    """The ledger account on which the allocated money stands."""
    if allocation.account_id is not None:
        return db.session.get_one(LedgerAccount, allocation.account_id)
    return accounts["receivable" if allocation.charge_id is not None else "credit"]


def move_to_credit(
    organisation: Organisation,
    accounts: dict[str, LedgerAccount],
    allocation: Allocation,
    actor: Actor,
    now: datetime,
) -> None:
    """What was paid on a charge that falls away stays the member's."""
    payment = db.session.get_one(Payment, allocation.payment_id)
    amount, member = allocation.amount_minor, allocation.membership_id
    draft = Draft(
        organisation.day_of(now),
        _("Payment set free: its charge was taken back"),
        f"charge {allocation.charge_id}",
        (
            Move(accounts["receivable"], amount, payment.currency, member),
            Move(accounts["credit"], -amount, payment.currency, member),
        ),
    )
    (entry,) = ledger.book(organisation, accounts["credit"].body_id, actor, now, [draft])
    take_back(allocation, entry.id, now)
    _add(allocation, entry.id, now, amount, charge_id=None)


def _add(allocation: Allocation, entry_id: int, now: datetime, amount: int, charge_id: int | None) -> None:
    """Allocate the same payment of the same member anew."""
    db.session.add(
        Allocation(
            organisation_id=allocation.organisation_id,
            payment_id=allocation.payment_id,
            charge_id=charge_id,
            membership_id=allocation.membership_id,
            match_id=allocation.match_id,
            amount_minor=amount,
            entry_id=entry_id,
            at=now,
        )
    )
    db.session.flush()


def use_credit(organisation: Organisation, body: Body, actor: Actor, now: datetime) -> int:
    """Pay open charges to the body from their members' credit, oldest first; returns how many."""
    accounts = ledger.accounts_of(body, now)
    credits_ = standing(
        Allocation.organisation_id == organisation.id,
        Allocation.charge_id.is_(None),
        Allocation.account_id.is_(None),
        Allocation.entry_id.in_(select(LedgerEntry.id).where(LedgerEntry.body_id == body.id)),
    )
    used = 0
    for credit in credits_:
        payment = db.session.get_one(Payment, credit.payment_id)
        used += _spend(organisation, accounts, body, credit, payment, actor, now)
    return used


def _spend(
    organisation: Organisation,
    accounts: dict[str, LedgerAccount],
    body: Body,
    credit: Allocation,
    payment: Payment,
    actor: Actor,
    now: datetime,
) -> int:
    paid = dues.paid_on()
    rows = db.session.execute(
        select(Charge, DuesPlan.name, paid)
        .join(DuesPlan, DuesPlan.id == Charge.plan_id)
        .outerjoin(ChargeReversal, ChargeReversal.charge_id == Charge.id)
        .where(
            Charge.membership_id == credit.membership_id,
            Charge.currency == payment.currency,
            DuesPlan.body_id == body.id,
            ChargeReversal.id.is_(None),
            Charge.amount_minor > paid,
        )
        .order_by(Charge.due_on, Charge.id)
    ).all()
    left, parts, labels = credit.amount_minor, [], []
    for charge, plan_name, already in rows:
        part = min(left, charge.amount_minor - already)
        if part:
            parts.append((charge.id, part))
            labels.append(dues.label_of(plan_name, charge))
            left -= part
    if not parts:
        return 0
    spent = credit.amount_minor - left
    draft = Draft(
        organisation.day_of(now),
        _("Paid from credit: %(labels)s", labels=", ".join(labels)),
        f"payment {payment.id}",
        (
            Move(accounts["credit"], spent, payment.currency, credit.membership_id),
            Move(accounts["receivable"], -spent, payment.currency, credit.membership_id),
        ),
    )
    (entry,) = ledger.book(organisation, body.id, actor, now, [draft])
    take_back(credit, entry.id, now)
    for charge_id, part in parts:
        _add(credit, entry.id, now, part, charge_id)
    if left:
        _add(credit, entry.id, now, left, None)
    return len(parts)
