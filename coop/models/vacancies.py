"""Vacant seats offered to a member: by counting an election again, or by co-option."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.extensions import Base
from coop.models.ballots import Ballot
from coop.models.columns import Instant, key, points_to
from coop.models.members import Membership
from coop.models.organisations import Office, OfficeTerm


class SeatOffer(Base):
    """Offered → accepted (a countback seats at once, a co-option is voted on), declined, or lapsed."""

    __tablename__ = "seat_offers"
    __table_args__ = (
        UniqueConstraint("ballot_id"),
        UniqueConstraint("left_term_id", "membership_id"),  # asked once, whatever the answer
        CheckConstraint("kind IN ('countback', 'co-option')", name="kind"),
        CheckConstraint("(kind = 'countback') = (left_term_id IS NOT NULL)", name="whose_seat"),
        CheckConstraint("(kind = 'countback') = (election_id IS NOT NULL)", name="whose_papers"),
        CheckConstraint("(answered_at IS NULL) = (accepted IS NULL)", name="answered"),
        Index(
            "uq_seat_offers_waiting",
            "office_id",
            unique=True,
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    office_id: Mapped[int] = points_to("offices")
    kind: Mapped[str] = mapped_column(String(10))
    membership_id: Mapped[int] = points_to("memberships")  # to whom it is offered
    left_term_id: Mapped[int | None] = points_to(
        "office_terms", nullable=True
    )  # whose seat a countback fills
    election_id: Mapped[int | None] = points_to("ballots", nullable=True)  # whose papers it counts again
    offered_by_id: Mapped[int | None] = points_to(
        "memberships", nullable=True
    )  # who named them for co-option
    ends_on: Mapped[date] = mapped_column()  # the last day of the seat
    result: Mapped[dict[str, Any]] = mapped_column(JSON)  # every round of the countback
    reasoning: Mapped[str] = mapped_column(Text)
    articles: Mapped[list[str]] = mapped_column(JSON)
    version_id: Mapped[int] = points_to("constitution_versions")
    offered_at: Mapped[datetime] = mapped_column(Instant)
    answer_until: Mapped[datetime] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    accepted: Mapped[bool | None] = mapped_column()  # false also where the time to answer went by
    ballot_id: Mapped[int | None] = points_to(
        "ballots", nullable=True, index=False
    )  # the vote on a co-option

    office: Mapped[Office] = relationship()
    membership: Mapped[Membership] = relationship(foreign_keys=[membership_id])
    left_term: Mapped[OfficeTerm | None] = relationship()
    election: Mapped[Ballot | None] = relationship(foreign_keys=[election_id])
    ballot: Mapped[Ballot | None] = relationship(foreign_keys=[ballot_id])
