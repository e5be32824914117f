"""Adopted positions: what the organisation says because it decided so, until when, and who dissents by name."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.extensions import Base
from coop.models.ballots import Decision
from coop.models.columns import Instant, key, points_to
from coop.models.members import Membership


class Position(Base):
    """A carried decision that states a position: title and words are the decision's own. Append-only."""

    __tablename__ = "positions"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        UniqueConstraint("decision_id"),
        UniqueConstraint("supersedes_id"),
        CheckConstraint("review_on > adopted_on", name="review"),
        CheckConstraint("dissent_until >= adopted_on", name="dissent"),
    )

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    number: Mapped[int] = mapped_column()
    decision_id: Mapped[int] = points_to("decisions", index=False)
    adopted_on: Mapped[date] = mapped_column()
    review_on: Mapped[date] = mapped_column()
    dissent_until: Mapped[date] = mapped_column()  # the last day on which a member can enter dissent
    articles: Mapped[str] = mapped_column(String(60), default="")  # that set review and dissent: "14, 15"
    version_id: Mapped[int] = points_to("constitution_versions")
    supersedes_id: Mapped[int | None] = points_to("positions", nullable=True, index=False)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(80))

    decision: Mapped[Decision] = relationship()
    supersedes: Mapped["Position | None"] = relationship(remote_side=[id], back_populates="superseded_by")
    superseded_by: Mapped["Position | None"] = relationship(back_populates="supersedes", uselist=False)
    dissents: Mapped[list["PositionDissent"]] = relationship(order_by="PositionDissent.entered_at")

    def stage_on(self, day: date) -> str:
        """Return "void", "superseded", "overdue" for review, or "holds"."""
        if self.decision.is_void:
            return "void"
        if self.superseded_by is not None:
            return "superseded"
        return "overdue" if self.review_on < day else "holds"


class PositionDissent(Base):
    """A member who wants it known, by name, that they disagree. Their own choice alone; it stands."""

    __tablename__ = "position_dissents"
    __table_args__ = (CheckConstraint("text <> ''", name="text"),)

    position_id: Mapped[int] = points_to("positions", primary_key=True, index=False)
    membership_id: Mapped[int] = points_to("memberships", primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    entered_on: Mapped[date] = mapped_column()
    entered_at: Mapped[datetime] = mapped_column(Instant)

    membership: Mapped[Membership] = relationship()
