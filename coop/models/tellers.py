"""Votes that don't come through a browser: tellers, who asked for a paper, and batches that two of them entered."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.extensions import Base
from coop.models.columns import Instant, key, points_to
from coop.models.members import Membership

ROLL_CALL = "roll-call"
CHANNELS = ("room", "post", "paper", ROLL_CALL)


class Teller(Base):
    """A member appointed to one ballot, to enter with another what was voted on paper or aloud."""

    __tablename__ = "tellers"
    __table_args__ = (UniqueConstraint("ballot_id", "membership_id"),)

    id: Mapped[int] = key()
    ballot_id: Mapped[int] = points_to("ballots", index=False)
    membership_id: Mapped[int] = points_to("memberships")
    appointed_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(
        Instant
    )  # resigned or replaced; unset if appointed again
    finished_at: Mapped[datetime | None] = mapped_column(Instant)  # said that no paper is left

    membership: Mapped[Membership] = relationship()


class PaperRequest(Base):
    """A voter asks the tellers for a paper; taking it back deletes the row."""

    __tablename__ = "paper_requests"
    __table_args__ = (CheckConstraint("way IN ('post', 'hand')", name="way"),)

    roll_entry_id: Mapped[int] = points_to("roll_entries", primary_key=True, index=False)
    ballot_id: Mapped[int] = points_to("ballots")
    way: Mapped[str] = mapped_column(String(10))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)


class PaperBatch(Base):
    """A pile of papers of one class of voters: entered, entered again by another teller, confirmed by that one.

    Until then the two entries stand here; confirming moves the votes to `paper_votes` and forgets the
    entries, so that no batch of few says who voted how.
    """

    __tablename__ = "paper_batches"
    __table_args__ = (
        UniqueConstraint("ballot_id", "number"),
        CheckConstraint("channel IN ('room', 'post', 'paper', 'roll-call')", name="channel"),
        CheckConstraint("entered_by_id <> repeated_by_id", name="two_people"),
        CheckConstraint(
            "confirmed_at IS NULL OR (repeated_by_id IS NOT NULL AND spoilt IS NOT NULL AND cancelled_at IS NULL)",
            name="confirmed",
        ),
        CheckConstraint(
            "(confirmed_at IS NULL AND cancelled_at IS NULL) OR (entered IS NULL AND repeated IS NULL)",
            name="forgotten",
        ),
    )

    id: Mapped[int] = key()
    ballot_id: Mapped[int] = points_to("ballots", index=False)
    number: Mapped[int] = mapped_column()
    channel: Mapped[str] = mapped_column(String(10))
    voting_class: Mapped[str] = mapped_column(String(40))
    weight: Mapped[int] = mapped_column()
    entered_by_id: Mapped[int] = points_to("tellers")
    entered_at: Mapped[datetime] = mapped_column(Instant)
    # A pile of papers {"papers": [[canonical choice, count], …], "spoilt": n}; of a roll-call
    # {"spoken": {member's number: choice}, "absent": [member's number]}.
    entered: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    repeated_by_id: Mapped[int | None] = points_to("tellers", nullable=True)
    repeated: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    spoilt: Mapped[int | None] = mapped_column()
    voters: Mapped[int] = mapped_column()
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)

    entered_by: Mapped[Teller] = relationship(foreign_keys=[entered_by_id])
    repeated_by: Mapped[Teller | None] = relationship(foreign_keys=[repeated_by_id])

    @property
    def state(self) -> str:
        """Return "confirmed", "cancelled", "repeated" or "entered"."""
        if self.confirmed_at is not None:
            return "confirmed"
        if self.cancelled_at is not None:
            return "cancelled"
        return "repeated" if self.repeated is not None else "entered"

    @property
    def agrees(self) -> bool:
        """Whether both tellers read the same off the papers."""
        return self.entered is not None and self.entered == self.repeated


class PaperVoter(Base):
    """A voter kept for a batch, and struck from the electronic roll once it is confirmed."""

    __tablename__ = "paper_voters"

    roll_entry_id: Mapped[int] = points_to("roll_entries", primary_key=True, index=False)
    ballot_id: Mapped[int] = points_to("ballots")
    batch_id: Mapped[int] = points_to("paper_batches")


class PaperVote(Base):
    """How many confirmed papers of a ballot say this; nothing joins them to a batch or a voter."""

    __tablename__ = "paper_votes"
    __table_args__ = (CheckConstraint("papers >= 1", name="papers"),)

    ballot_id: Mapped[int] = points_to("ballots", primary_key=True, index=False)
    voting_class: Mapped[str] = mapped_column(String(40), primary_key=True)
    weight: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    choice: Mapped[str] = mapped_column(Text, primary_key=True)  # canonical JSON
    papers: Mapped[int] = mapped_column()
