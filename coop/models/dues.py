"""Dues plans and bands, charges, waivers, allocations, member capital."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.extensions import Base
from coop.models.columns import Instant, key, points_to


class DuesPlan(Base):
    """What members owe from a day on, set by a decision. A later plan of the same name replaces it from its day."""

    __tablename__ = "dues_plans"
    __table_args__ = (
        UniqueConstraint("organisation_id", "name", "starts_on"),
        CheckConstraint("interval IN ('month', 'quarter', 'year', 'once')", name="interval"),
    )

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    body_id: Mapped[int] = points_to("bodies")
    name: Mapped[str] = mapped_column(String(120))
    interval: Mapped[str] = mapped_column(String(10))
    currency: Mapped[str] = mapped_column(String(3))
    starts_on: Mapped[date] = mapped_column()
    ends_on: Mapped[date | None] = mapped_column()
    decision_id: Mapped[int] = points_to("decisions")
    version_id: Mapped[int] = points_to("constitution_versions")
    article: Mapped[str] = mapped_column(String(20), default="")
    recorded_at: Mapped[datetime] = mapped_column(Instant)

    bands: Mapped[list["DuesBand"]] = relationship(back_populates="plan", order_by="DuesBand.position")


class DuesBand(Base):
    __tablename__ = "dues_bands"
    __table_args__ = (
        UniqueConstraint("plan_id", "name"),
        CheckConstraint("amount_minor >= 0", name="amount"),
    )

    id: Mapped[int] = key()
    plan_id: Mapped[int] = points_to("dues_plans")
    position: Mapped[int] = mapped_column()  # the first is for whoever chose none
    name: Mapped[str] = mapped_column(String(120))
    amount_minor: Mapped[int] = mapped_column(BigInteger)

    plan: Mapped[DuesPlan] = relationship(back_populates="bands")


class BandChoice(Base):
    """Which band (by name, across plans) a member is in from a day on."""

    __tablename__ = "band_choices"
    __table_args__ = (UniqueConstraint("membership_id", "starts_on"),)

    id: Mapped[int] = key()
    membership_id: Mapped[int] = points_to("memberships")
    band_name: Mapped[str] = mapped_column(String(120))
    starts_on: Mapped[date] = mapped_column()
    by: Mapped[str] = mapped_column(String(80))


class Waiver(Base):
    """What a member need not pay, by decision or by rule. Others see only "settled"."""

    __tablename__ = "waivers"
    __table_args__ = (CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="days"),)

    id: Mapped[int] = key()
    membership_id: Mapped[int] = points_to("memberships")
    plan_name: Mapped[str] = mapped_column(String(120))
    starts_on: Mapped[date] = mapped_column()
    ends_on: Mapped[date | None] = mapped_column()
    share_numerator: Mapped[int] = mapped_column(default=1)  # of the amount waived
    share_denominator: Mapped[int] = mapped_column(default=1)
    reason: Mapped[str] = mapped_column(Text, default="")
    decision_id: Mapped[int | None] = points_to("decisions", nullable=True)
    by: Mapped[str] = mapped_column(String(80))
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class Charge(Base):
    """Who owes what, for which period, and why. Never changed: a wrong one is reversed."""

    __tablename__ = "charges"
    __table_args__ = (
        UniqueConstraint("organisation_id", "reference"),
        CheckConstraint("amount_minor > 0", name="amount"),
        Index("ix_charges_desired", "membership_id", "plan_id", "period_starts_on"),
    )

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    membership_id: Mapped[int] = points_to("memberships", index=False)
    plan_id: Mapped[int] = points_to("dues_plans")
    band_id: Mapped[int | None] = points_to("dues_bands", nullable=True)
    period_starts_on: Mapped[date] = mapped_column()
    period_ends_on: Mapped[date] = mapped_column()
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    due_on: Mapped[date] = mapped_column(index=True)
    reference: Mapped[str] = mapped_column(String(25))  # ISO 11649, digits only
    # [{"what", "says"}]: plan, band, period, proration, waiver, decision, in sentences
    explanation: Mapped[list[Any]] = mapped_column(JSON)
    decision_id: Mapped[int] = points_to("decisions")
    entry_id: Mapped[int | None] = points_to("ledger_entries", nullable=True)
    charged_at: Mapped[datetime] = mapped_column(Instant)

    reversal: Mapped["ChargeReversal | None"] = relationship(back_populates="charge")


class ChargeReversal(Base):
    """A charge taken back: once, and only while nothing is allocated to it. Append-only."""

    __tablename__ = "charge_reversals"
    __table_args__ = (UniqueConstraint("charge_id"),)

    id: Mapped[int] = key()
    charge_id: Mapped[int] = points_to("charges", index=False)
    reason: Mapped[str] = mapped_column(Text)
    entry_id: Mapped[int | None] = points_to("ledger_entries", nullable=True)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Instant)

    charge: Mapped[Charge] = relationship(back_populates="reversal")


class Allocation(Base):
    """A part of a payment that pays a charge, becomes the member's credit, or is other money (its account).

    Append-only: undone by a row of the negative amount that names the one it reverses.
    The sums never exceed the payment or the charge.
    """

    __tablename__ = "allocations"
    __table_args__ = (
        UniqueConstraint("reverses_id"),
        CheckConstraint("amount_minor <> 0", name="amount"),
        CheckConstraint("(reverses_id IS NULL) = (amount_minor > 0)", name="reversal_is_negative"),
        CheckConstraint("charge_id IS NULL OR account_id IS NULL", name="one_use"),
    )

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    payment_id: Mapped[int] = points_to("payments")
    charge_id: Mapped[int | None] = points_to("charges", nullable=True)
    membership_id: Mapped[int | None] = points_to("memberships", nullable=True)  # whose charge or credit
    account_id: Mapped[int | None] = points_to("ledger_accounts", nullable=True)
    match_id: Mapped[int | None] = points_to("matches", nullable=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    reverses_id: Mapped[int | None] = points_to("allocations", nullable=True, index=False)
    entry_id: Mapped[int] = points_to("ledger_entries")
    at: Mapped[datetime] = mapped_column(Instant)


class ShareEntry(Base):
    """The register of member capital: holdings are sums and never negative. Append-only."""

    __tablename__ = "share_entries"
    __table_args__ = (CheckConstraint("shares <> 0", name="shares"),)

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    membership_id: Mapped[int] = points_to("memberships")
    kind: Mapped[str] = mapped_column(String(20))  # subscribed, transferred, redeemed, written down
    shares: Mapped[int] = mapped_column()  # signed
    on: Mapped[date] = mapped_column()
    decision_id: Mapped[int | None] = points_to("decisions", nullable=True)
    entry_id: Mapped[int | None] = points_to("ledger_entries", nullable=True)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Instant)
