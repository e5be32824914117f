"""Audit events and their chain, the outbox, issued documents."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coop.extensions import Base
from coop.models.columns import Instant, key, points_to


class AuditEvent(Base):
    """One deed. Never changed; its place in the chain and its personal part are rows of their own."""

    __tablename__ = "audit_events"

    id: Mapped[int] = key()
    organisation_id: Mapped[int | None] = points_to("organisations", nullable=True)
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    actor: Mapped[str] = mapped_column(String(80))  # "member 12", "operator", "coop" (the program itself)
    verb: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(120))  # "ballot 3": what the deed was done to
    facts: Mapped[str] = mapped_column(Text)  # canonical JSON without personal data
    personal_digest: Mapped[str | None] = mapped_column(String(64))


class AuditLink(Base):
    """Where an event stands in its organisation's chain: sha256(previous ‖ event)."""

    __tablename__ = "audit_links"
    # Events of no organisation (the server's own) are chained under chain 0.
    __table_args__ = (UniqueConstraint("chain", "position"), UniqueConstraint("chain", "previous"))

    event_id: Mapped[int] = points_to("audit_events", primary_key=True, index=False)
    chain: Mapped[int] = mapped_column()
    position: Mapped[int] = mapped_column()
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditParticulars(Base):
    """The personal part of an event: the only table of the chain that erasure touches."""

    __tablename__ = "audit_particulars"

    event_id: Mapped[int] = points_to("audit_events", primary_key=True, index=False)
    salt: Mapped[str] = mapped_column(String(64))
    payload: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int | None] = points_to("people", nullable=True)


class OutboxMail(Base):
    """A mail to be sent after its deed: a template's name and ids, never a secret."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_outbox_waiting", "not_before", "id"),
    )

    id: Mapped[int] = key()
    organisation_id: Mapped[int | None] = points_to("organisations", nullable=True)
    key: Mapped[str] = mapped_column(String(200))
    batch: Mapped[str | None] = mapped_column(String(80), index=True)  # of mails that are counted together
    template: Mapped[str] = mapped_column(String(80))
    person_id: Mapped[int | None] = points_to("people", nullable=True)
    membership_id: Mapped[int | None] = points_to("memberships", nullable=True)
    ids: Mapped[dict[str, Any]] = mapped_column(JSON)
    queued_at: Mapped[datetime] = mapped_column(Instant)
    not_before: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    failed: Mapped[str | None] = mapped_column(Text)


class Document(Base):
    """What was issued: the bytes themselves, never made again. Append-only."""

    __tablename__ = "documents"
    __table_args__ = (UniqueConstraint("organisation_id", "number"),)

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    number: Mapped[int] = mapped_column()
    kind: Mapped[str] = mapped_column(String(40))  # "minutes"
    subject: Mapped[str] = mapped_column(String(120))  # "meeting 4"
    title: Mapped[str] = mapped_column(String(300))
    media_type: Mapped[str] = mapped_column(String(80))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str] = mapped_column(String(64))
    record: Mapped[str] = mapped_column(Text, deferred=True)  # the canonical JSON it was made from
    audit_head: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime] = mapped_column(Instant)
    issued_by: Mapped[str] = mapped_column(String(80))
