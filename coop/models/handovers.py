"""Hand-overs: what whoever leaves an office gives to whoever takes it, signed off by both and kept."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.extensions import Base
from coop.models.columns import Instant, key, points_to
from coop.models.organisations import OfficeTerm


class Handover(Base):
    """Open until both have signed, or the incoming alone with a reason; then it stands for ever."""

    __tablename__ = "handovers"
    __table_args__ = (
        UniqueConstraint("term_id"),
        CheckConstraint("alone_because = '' OR taken_at IS NOT NULL", name="alone"),
        CheckConstraint("(closed_at IS NULL) = (proof IS NULL)", name="proof"),
        CheckConstraint(
            "closed_at IS NULL OR (taken_at IS NOT NULL AND (given_at IS NOT NULL OR alone_because <> ''))",
            name="signed",
        ),
    )

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    term_id: Mapped[int] = points_to("office_terms", index=False)  # of the incoming holder
    left_term_id: Mapped[int] = points_to("office_terms")
    opened_at: Mapped[datetime] = mapped_column(Instant)
    given_at: Mapped[datetime | None] = mapped_column(Instant)  # signed by whoever leaves
    taken_at: Mapped[datetime | None] = mapped_column(Instant)  # signed by whoever takes over
    alone_because: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    # What stood open and what proved the record when the last one signed: {"tasks", "head", "statement"}
    proof: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    term: Mapped[OfficeTerm] = relationship(foreign_keys=[term_id])
    left_term: Mapped[OfficeTerm] = relationship(foreign_keys=[left_term_id])
    items: Mapped[list["HandoverItem"]] = relationship(order_by="HandoverItem.position")


class HandoverItem(Base):
    """One thing to receive: bank access, papers, keys; with a note, and whether it was received."""

    __tablename__ = "handover_items"
    __table_args__ = (UniqueConstraint("handover_id", "position"),)

    id: Mapped[int] = key()
    handover_id: Mapped[int] = points_to("handovers", index=False)
    position: Mapped[int] = mapped_column()
    what: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text, default="")
    received: Mapped[bool] = mapped_column(default=False)
