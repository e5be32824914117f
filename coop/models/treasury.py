"""The ledger, bank statements and their matches, payments, card events."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.extensions import Base
from coop.models.columns import Instant, key, points_to


class LedgerAccount(Base):
    __tablename__ = "ledger_accounts"
    __table_args__ = (
        UniqueConstraint("organisation_id", "code"),
        CheckConstraint("kind IN ('asset', 'liability', 'equity', 'income', 'expense')", name="kind"),
    )

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    body_id: Mapped[int | None] = points_to("bodies", nullable=True)
    code: Mapped[str] = mapped_column(String(20))
    # bank, card_clearing, receivable, credit, suspense, dues, donations, fees, capital …: what the program books to
    role: Mapped[str] = mapped_column(String(30), default="")
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120))
    bank_account: Mapped[str] = mapped_column(String(64), default="")  # its IBAN, for a bank account


class LedgerEntry(Base):
    """One booking. Its closing row, due at commit, checks that its postings sum to zero per currency."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        CheckConstraint("closing_id = id", name="closing"),
        UniqueConstraint("reverses_id"),
        Index("ix_ledger_entries_day", "organisation_id", "on"),
    )

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations", index=False)
    body_id: Mapped[int | None] = points_to("bodies", nullable=True)
    on: Mapped[date] = mapped_column()
    says: Mapped[str] = mapped_column(Text)  # what happened, in a sentence
    cause: Mapped[str] = mapped_column(String(80))  # "charge 12", "line 80"
    reverses_id: Mapped[int | None] = points_to("ledger_entries", nullable=True, index=False)
    decision_id: Mapped[int | None] = points_to("decisions", nullable=True)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Instant)
    closing_id: Mapped[int] = mapped_column(
        Integer,
        ForeignKey("ledger_closings.id", deferrable=True, initially="DEFERRED", use_alter=True),
    )

    postings: Mapped[list["Posting"]] = relationship(back_populates="entry", order_by="Posting.id")


class LedgerClosing(Base):
    """Closes the entry of the same id: inserting it refuses postings that don't sum to zero."""

    __tablename__ = "ledger_closings"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)


class Posting(Base):
    __tablename__ = "postings"
    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="amount"),
        Index("ix_postings_account", "account_id", "currency"),
        Index("ix_postings_member", "membership_id", "account_id"),
    )

    id: Mapped[int] = key()
    entry_id: Mapped[int] = points_to("ledger_entries")
    account_id: Mapped[int] = points_to("ledger_accounts", index=False)
    membership_id: Mapped[int | None] = points_to("memberships", nullable=True, index=False)
    amount_minor: Mapped[int] = mapped_column(BigInteger)  # signed: + debit, − credit
    currency: Mapped[str] = mapped_column(String(3))

    entry: Mapped[LedgerEntry] = relationship(back_populates="postings")


class Statement(Base):
    """A bank's file as it came, with its bytes."""

    __tablename__ = "statements"

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    account_id: Mapped[int] = points_to("ledger_accounts")
    file_name: Mapped[str] = mapped_column(String(200))
    format: Mapped[str] = mapped_column(String(20))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    bank_account: Mapped[str] = mapped_column(String(64), default="")
    currency: Mapped[str] = mapped_column(String(3), default="")
    opening_minor: Mapped[int | None] = mapped_column(BigInteger)
    closing_minor: Mapped[int | None] = mapped_column(BigInteger)
    starts_on: Mapped[date | None] = mapped_column()
    ends_on: Mapped[date | None] = mapped_column()
    refused: Mapped[list[Any]] = mapped_column(JSON)  # [{"where", "why"}]: rows that could not be read
    known: Mapped[int] = mapped_column(default=0)  # lines that were here already
    imported_at: Mapped[datetime] = mapped_column(Instant)
    imported_by: Mapped[str] = mapped_column(String(80))
    undone_at: Mapped[datetime | None] = mapped_column(Instant)


class StatementLine(Base):
    """One booked line. Its identity keeps the same money from coming twice."""

    __tablename__ = "statement_lines"
    __table_args__ = (
        # A line of an import that was undone gives its identity back.
        Index(
            "uq_statement_lines_identity",
            "organisation_id",
            "identity",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
        CheckConstraint("amount_minor <> 0", name="amount"),
        Index("ix_statement_lines_likeness", "organisation_id", "booked_on", "amount_minor"),
    )

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations", index=False)
    statement_id: Mapped[int] = points_to("statements")
    identity: Mapped[str] = mapped_column(String(80))  # "1:" + sha256, the version of the rule before it
    position: Mapped[int] = mapped_column()
    booked_on: Mapped[date] = mapped_column()
    amount_minor: Mapped[int] = mapped_column(BigInteger)  # + is money in
    currency: Mapped[str] = mapped_column(String(3))
    counterparty: Mapped[str] = mapped_column(Text, default="")
    counterparty_account: Mapped[str] = mapped_column(String(64), default="")
    purpose: Mapped[str] = mapped_column(Text, default="")
    reference: Mapped[str] = mapped_column(String(140), default="")
    bank_id: Mapped[str] = mapped_column(String(140), default="")
    # Set at import when another format or a partial file probably brought it already.
    like_line_id: Mapped[int | None] = points_to("statement_lines", nullable=True)
    entry_id: Mapped[int | None] = points_to("ledger_entries", nullable=True)  # bank against suspense
    undone_at: Mapped[datetime | None] = mapped_column(Instant)

    matches: Mapped[list["Match"]] = relationship(back_populates="line", order_by="Match.id")


class Payment(Base):
    """Money received: from a statement line, by card or in cash. Allocations say what it paid."""

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("line_id"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("way IN ('bank', 'card', 'cash')", name="way"),
    )

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    way: Mapped[str] = mapped_column(String(10))
    line_id: Mapped[int | None] = points_to("statement_lines", nullable=True, index=False)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    received_on: Mapped[date] = mapped_column()


class Match(Base):
    """What a line was recognised as; at most one stands at a time. Undone by reversing rows, never deleted."""

    __tablename__ = "matches"
    __table_args__ = (
        CheckConstraint("kind IN ('dues', 'other', 'returned', 'held', 'ignored', 'duplicate')", name="kind"),
        Index(
            "uq_matches_standing",
            "line_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    id: Mapped[int] = key()
    line_id: Mapped[int] = points_to("statement_lines")
    kind: Mapped[str] = mapped_column(String(20))
    membership_id: Mapped[int | None] = points_to("memberships", nullable=True)
    account_id: Mapped[int | None] = points_to("ledger_accounts", nullable=True)
    returns_match_id: Mapped[int | None] = points_to("matches", nullable=True)
    entry_id: Mapped[int | None] = points_to("ledger_entries", nullable=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    evidence: Mapped[list[Any]] = mapped_column(JSON)  # [{"says", "points"}]
    automatic: Mapped[bool] = mapped_column(default=False)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Instant)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)
    undone_by: Mapped[str] = mapped_column(String(80), default="")

    line: Mapped[StatementLine] = relationship(back_populates="matches")


class WebhookEvent(Base):
    """A card processor's event: its unique id makes a second delivery a no-op. Append-only."""

    __tablename__ = "webhook_events"
    __table_args__ = (UniqueConstraint("event_id"),)

    id: Mapped[int] = key()
    event_id: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(80))
    payload: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(Instant)
