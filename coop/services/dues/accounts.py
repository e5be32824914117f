"""What a member owes and why, what was paid, and who is behind."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ScalarSelect, and_, cast, func, or_, select

from coop.access import Actor, Permission, authorize, may
from coop.errors import Missing
from coop.extensions import db
from coop.models.dues import Allocation, BandChoice, Charge, ChargeReversal, DuesPlan
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.models.treasury import Payment
from coop.rules.references import member_reference
from coop.services.dues.plans import bodies_under

PAGE = 25


def total(column: Any) -> Any:
    """The sum of minor units as a whole number: PostgreSQL sums bigints to a decimal."""
    return cast(func.coalesce(func.sum(column), 0), BigInteger)


def paid_on() -> ScalarSelect[int]:
    """What is paid on a charge, as a subquery beside `Charge`."""
    return (
        select(total(Allocation.amount_minor))
        .where(Allocation.charge_id == Charge.id)
        .correlate(Charge)
        .scalar_subquery()
    )


@dataclass(frozen=True)
class Paid:
    """A part of a payment that stands on a charge."""

    received_on: date
    amount_minor: int
    way: str
    line_id: int | None


@dataclass(frozen=True)
class Row:
    """One charge with what is paid and what is open."""

    charge: Charge
    label: str  # "Dues for November 2026"
    paid_minor: int
    payments: tuple[Paid, ...]
    is_reversed: bool
    day: date

    @property
    def open_minor(self) -> int:
        return 0 if self.is_reversed else self.charge.amount_minor - self.paid_minor

    @property
    def is_overdue(self) -> bool:
        return self.open_minor > 0 and self.charge.due_on < self.day


@dataclass(frozen=True)
class MemberAccount:
    """A member's dues as they and the treasurer see them."""

    membership: Membership
    reference: str
    band: str
    rows: tuple[Row, ...]
    owed: tuple[tuple[int, str], ...]  # (minor units, currency), one per currency
    credit: tuple[tuple[int, str], ...]


def label_of(plan_name: str, charge: Charge) -> str:
    """What the charge is for, as people say it."""
    first, last = charge.period_starts_on, charge.period_ends_on
    if first == last:
        return f"{plan_name}, {first.day} {first:%B %Y}"
    if first.day == 1 and (first.year, first.month) == (last.year, last.month):
        return f"{plan_name} for {first:%B %Y}"
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return f"{plan_name} for {first.year}"
    return f"{plan_name}, {first.day} {first:%b %Y} to {last.day} {last:%b %Y}"


def account_of(membership: Membership, actor: Actor, day: date) -> MemberAccount:
    """Everything charged to the member, latest first, with the payments that stand on it."""
    authorize(actor, Permission.SEE_OWN_DUES, membership)
    found = db.session.execute(
        select(Charge, DuesPlan, paid_on(), ChargeReversal.id)
        .join(DuesPlan, DuesPlan.id == Charge.plan_id)
        .outerjoin(ChargeReversal, ChargeReversal.charge_id == Charge.id)
        .where(Charge.membership_id == membership.id)
        .order_by(Charge.period_starts_on.desc(), Charge.id.desc())
    ).all()
    is_own = actor.membership_id == membership.id
    seen = [row for row in found if is_own or may(actor, Permission.SEE_ALL_DUES, row[1])]
    payments = _payments_on([charge.id for charge, *_ in seen])
    rows = tuple(
        Row(charge, label_of(plan.name, charge), paid, tuple(payments[charge.id]), reversal is not None, day)
        for charge, plan, paid, reversal in seen
    )
    owed: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        owed[row.charge.currency] += row.open_minor
    band = db.session.scalar(
        select(BandChoice.band_name)
        .where(BandChoice.membership_id == membership.id, BandChoice.starts_on <= day)
        .order_by(BandChoice.starts_on.desc())
        .limit(1)
    )
    return MemberAccount(
        membership,
        member_reference(membership.number),
        band or "",
        rows,
        tuple((amount, currency) for currency, amount in owed.items() if amount),
        credit_of(membership.id),
    )


def credit_of(membership_id: int) -> tuple[tuple[int, str], ...]:
    """What the member has paid beyond every charge, by currency."""
    rows = db.session.execute(
        select(total(Allocation.amount_minor), Payment.currency)
        .join(Payment, Payment.id == Allocation.payment_id)
        .where(
            Allocation.membership_id == membership_id,
            Allocation.charge_id.is_(None),
            Allocation.account_id.is_(None),
        )
        .group_by(Payment.currency)
    )
    return tuple((amount, currency) for amount, currency in rows if amount)


def _payments_on(charge_ids: Sequence[int]) -> defaultdict[int, list[Paid]]:
    """The allocations that stand, neither reversed nor reversing."""
    found: defaultdict[int, list[Paid]] = defaultdict(list)
    if not charge_ids:
        return found
    reversed_ids = select(Allocation.reverses_id).where(Allocation.reverses_id.is_not(None))
    rows = db.session.execute(
        select(
            Allocation.charge_id, Payment.received_on, Allocation.amount_minor, Payment.way, Payment.line_id
        )
        .join(Payment, Payment.id == Allocation.payment_id)
        .where(
            Allocation.charge_id.in_(charge_ids),
            Allocation.amount_minor > 0,
            Allocation.id.not_in(reversed_ids),
        )
        .order_by(Payment.received_on, Allocation.id)
    )
    for charge_id, received_on, amount, way, line_id in rows:
        found[charge_id or 0].append(Paid(received_on, amount, way, line_id))
    return found


def find_charge(organisation: Organisation, charge_id: int, actor: Actor, day: date) -> Row:
    """One charge with its payments; a member sees their own only. Raises Missing."""
    found = db.session.execute(
        select(Charge, DuesPlan, paid_on(), ChargeReversal.id, Membership)
        .join(DuesPlan, DuesPlan.id == Charge.plan_id)
        .join(Membership, Membership.id == Charge.membership_id)
        .outerjoin(ChargeReversal, ChargeReversal.charge_id == Charge.id)
        .where(Charge.organisation_id == organisation.id, Charge.id == charge_id)
    ).first()
    if found is None:
        raise Missing
    charge, plan, paid, reversal, membership = found
    authorize(actor, Permission.SEE_OWN_DUES, membership)
    if actor.membership_id != membership.id:
        authorize(actor, Permission.SEE_ALL_DUES, plan)
    payments = _payments_on([charge.id])[charge.id]
    return Row(charge, label_of(plan.name, charge), paid, tuple(payments), reversal is not None, day)


def _open(organisation: Organisation, body_ids: Iterable[int]) -> Any:
    paid = paid_on()
    return (
        select(Charge, DuesPlan.name, paid, Membership.id, Membership.number, Membership.name)
        .join(DuesPlan, DuesPlan.id == Charge.plan_id)
        .join(Membership, Membership.id == Charge.membership_id)
        .outerjoin(ChargeReversal, ChargeReversal.charge_id == Charge.id)
        .where(
            Charge.organisation_id == organisation.id,
            ChargeReversal.id.is_(None),
            DuesPlan.body_id.in_(list(body_ids)),
        )
    )


@dataclass(frozen=True)
class OpenCharge:
    """A charge on which something is owed, or one that was asked for by its reference."""

    charge: Charge
    label: str
    open_minor: int
    membership_id: int
    number: int
    name: str


def open_charges(
    organisation: Organisation, body_id: int | None, references: Sequence[str] = ()
) -> list[OpenCharge]:
    """What is owed to the body, and, paid or not, the charges with these references."""
    is_open = Charge.amount_minor > paid_on()
    asked = or_(is_open, Charge.reference.in_(references)) if references else is_open
    rows = db.session.execute(
        _open(organisation, [body_id or 0]).where(asked).order_by(Charge.due_on, Charge.id)
    )
    return [
        OpenCharge(charge, label_of(plan, charge), charge.amount_minor - paid, member_id, number, name)
        for charge, plan, paid, member_id, number, name in rows
    ]


@dataclass(frozen=True)
class Debt:
    """What one member is behind with."""

    number: int
    name: str
    currency: str
    amount_minor: int
    charges: int
    since: date


@dataclass(frozen=True)
class Arrears:
    """Who is behind, most first: one page of it."""

    debts: tuple[Debt, ...]
    count: int
    number: int
    pages: int


def arrears(organisation: Organisation, actor: Actor, day: date, search: str = "", page: int = 1) -> Arrears:
    """The members with charges past their due day; only what is still open of a part-paid one counts."""
    bodies = [body.id for body in bodies_under(organisation, actor, Permission.SEE_ALL_DUES)]
    overdue = (
        select(
            Charge.membership_id.label("member"),
            Charge.currency.label("currency"),
            Charge.due_on.label("due_on"),
            (Charge.amount_minor - paid_on()).label("open"),
        )
        .join(DuesPlan, DuesPlan.id == Charge.plan_id)
        .outerjoin(ChargeReversal, ChargeReversal.charge_id == Charge.id)
        .where(
            Charge.organisation_id == organisation.id,
            Charge.due_on < day,
            ChargeReversal.id.is_(None),
            DuesPlan.body_id.in_(bodies),
        )
        .subquery()
    )
    query = (
        select(
            Membership.number,
            Membership.name,
            overdue.c.currency,
            total(overdue.c.open).label("owed"),
            func.count(),
            func.min(overdue.c.due_on),
        )
        .join(Membership, Membership.id == overdue.c.member)
        .where(overdue.c.open > 0)
        .group_by(Membership.id, Membership.number, Membership.name, overdue.c.currency)
    )
    if search.strip():
        wanted = search.strip()
        by_name = Membership.name.icontains(wanted, autoescape=True)
        query = query.where(
            or_(by_name, Membership.number == int(wanted))
            if wanted.isdecimal() and len(wanted) < 10
            else and_(by_name)
        )
    count = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    pages = max(1, -(-count // PAGE))
    number = min(max(1, page), pages)
    rows = db.session.execute(
        query.order_by(total(overdue.c.open).desc(), Membership.number)
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    )
    debts = tuple(
        Debt(member, name, currency, int(owed), charges, since)
        for member, name, currency, owed, charges, since in rows
    )
    return Arrears(debts, count, number, pages)
