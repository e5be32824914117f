"""Proxies: who may vote for whom in one ballot."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coop.extensions import Base
from coop.models.columns import Instant, key, points_to


class Proxy(Base):
    """A member's vote in one ballot, put into another's hands: named → declined, revoked or lapsed.

    One row a giver and ballot; who was named before, the audit trail tells. It says who may vote, and
    `votes.cast_by_id` who did.
    """

    __tablename__ = "proxies"
    __table_args__ = (
        UniqueConstraint("ballot_id", "giver_id"),
        CheckConstraint("giver_id <> holder_id", name="another"),
        CheckConstraint("state IN ('named', 'declined', 'revoked', 'lapsed')", name="state"),
        CheckConstraint("(state = 'lapsed') = (reason <> '')", name="reason"),
        Index("ix_proxies_holder", "ballot_id", "holder_id"),
    )

    id: Mapped[int] = key()
    ballot_id: Mapped[int] = points_to("ballots", index=False)
    giver_id: Mapped[int] = points_to("memberships")
    holder_id: Mapped[int] = points_to("memberships")
    named_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(10), default="named")
    changed_at: Mapped[datetime] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(Text, default="")  # why it lapsed when voting opened
