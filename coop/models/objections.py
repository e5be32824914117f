"""How members object: to the roll before a ballot opens, to its result after sealing."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.extensions import Base
from coop.models.ballots import Ballot
from coop.models.columns import Instant, key, points_to
from coop.models.members import Membership


class RollContest(Base):
    """A member contests the roll of an announced ballot; answered once, before it opens.

    Its words are personal: erasing empties them, and nothing else of the row ever changes.
    """

    __tablename__ = "roll_contests"
    __table_args__ = (
        UniqueConstraint("ballot_id", "membership_id"),
        CheckConstraint("outcome IS NULL OR outcome IN ('upheld', 'dismissed')", name="outcome"),
        CheckConstraint("(outcome IS NULL) = (answered_at IS NULL)", name="answered"),
        CheckConstraint("outcome IS NULL OR answer <> '' OR text = ''", name="answer"),
    )

    id: Mapped[int] = key()
    ballot_id: Mapped[int] = points_to("ballots", index=False)
    membership_id: Mapped[int] = points_to("memberships")
    text: Mapped[str] = mapped_column(Text)
    contested_at: Mapped[datetime] = mapped_column(Instant)
    outcome: Mapped[str | None] = mapped_column(String(10))
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_by: Mapped[str] = mapped_column(String(80), default="")

    ballot: Mapped[Ballot] = relationship()
    membership: Mapped[Membership] = relationship()


class Challenge(Base):
    """A member challenges a counted result. Kept for ever; answered once; upheld, the ballot is void."""

    __tablename__ = "challenges"
    __table_args__ = (
        UniqueConstraint("ballot_id", "membership_id"),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("outcome IS NULL OR outcome IN ('upheld', 'dismissed')", name="outcome"),
        CheckConstraint("(outcome IS NULL) = (answered_at IS NULL)", name="answered"),
        CheckConstraint("(outcome IS NULL) = (answer = '')", name="answer"),
    )

    id: Mapped[int] = key()
    ballot_id: Mapped[int] = points_to("ballots", index=False)
    membership_id: Mapped[int] = points_to("memberships")
    reason: Mapped[str] = mapped_column(Text)
    named: Mapped[bool] = mapped_column()  # whether members may read who challenges; officers always do
    made_at: Mapped[datetime] = mapped_column(Instant)
    outcome: Mapped[str | None] = mapped_column(String(10))
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_by: Mapped[str] = mapped_column(String(80), default="")

    ballot: Mapped[Ballot] = relationship()
    membership: Mapped[Membership] = relationship()
