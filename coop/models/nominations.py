"""Calls for nominations before an election, and who was named for it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.extensions import Base
from coop.models.ballots import Ballot, BallotOfficer
from coop.models.columns import Instant, key, points_to
from coop.models.members import Membership
from coop.models.organisations import Body, Office


class NominationCall(Base):
    """Open → answers only → over → drawn up as a ballot; or called off with a reason.

    Deadlines and rule are frozen when the call is made; an office has one call at a time.
    """

    __tablename__ = "nomination_calls"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        UniqueConstraint("ballot_id"),
        CheckConstraint("seats >= 1", name="seats"),
        CheckConstraint("called_at < closes_at AND closes_at <= answers_until", name="period"),
        CheckConstraint("(off_at IS NULL) = (off_reason = '')", name="off_reason"),
        CheckConstraint("ballot_id IS NULL OR off_at IS NULL", name="drawn_or_off"),
        Index(
            "uq_nomination_calls_running",
            "office_id",
            unique=True,
            sqlite_where=text("ballot_id IS NULL AND off_at IS NULL"),
            postgresql_where=text("ballot_id IS NULL AND off_at IS NULL"),
        ),
    )

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    number: Mapped[int] = mapped_column()
    office_id: Mapped[int] = points_to("offices")
    body_id: Mapped[int] = points_to("bodies")  # who elects, and so who may nominate
    seats: Mapped[int] = mapped_column()
    # {"period_days", "answer_days", "seconders", "too_few", "articles", "version"} of the day of the call
    rule: Mapped[dict[str, Any]] = mapped_column(JSON)
    version_id: Mapped[int] = points_to("constitution_versions")
    zone: Mapped[str] = mapped_column(String(60))
    called_at: Mapped[datetime] = mapped_column(Instant)
    closes_at: Mapped[datetime] = mapped_column(Instant)  # for nominations
    answers_until: Mapped[datetime] = mapped_column(Instant)  # to accept or withdraw
    ballot_id: Mapped[int | None] = points_to("ballots", nullable=True, index=False)
    off_at: Mapped[datetime | None] = mapped_column(Instant)
    off_reason: Mapped[str] = mapped_column(Text, default="")

    office: Mapped[Office] = relationship()
    ballot: Mapped[Ballot | None] = relationship()
    body: Mapped[Body] = relationship()
    named_officers: Mapped[list[BallotOfficer]] = relationship(order_by=BallotOfficer.id)
    nominations: Mapped[list["Nomination"]] = relationship(back_populates="call", order_by="Nomination.id")

    def stage_at(self, now: datetime) -> str:
        """Return "off", "drawn", "open", "answers" or "over"."""
        if self.off_at is not None:
            return "off"
        if self.ballot_id is not None:
            return "drawn"
        if now < self.closes_at:
            return "open"
        return "answers" if now < self.answers_until else "over"


class Nomination(Base):
    """A member named for a call once; what they or the officer answered last."""

    __tablename__ = "nominations"
    __table_args__ = (
        UniqueConstraint("call_id", "membership_id"),
        CheckConstraint("state IN ('named', 'accepted', 'declined', 'withdrawn', 'refused')", name="state"),
        CheckConstraint("(state = 'refused') = (reason <> '')", name="reason"),
    )

    id: Mapped[int] = key()
    call_id: Mapped[int] = points_to("nomination_calls", index=False)
    membership_id: Mapped[int] = points_to("memberships")
    proposer_id: Mapped[int] = points_to("memberships")
    named_at: Mapped[datetime] = mapped_column(Instant)
    statement: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10), default="named")
    changed_at: Mapped[datetime] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(Text, default="")  # of a refusal

    call: Mapped[NominationCall] = relationship(back_populates="nominations")
    membership: Mapped[Membership] = relationship(foreign_keys=[membership_id])
    proposer: Mapped[Membership] = relationship(foreign_keys=[proposer_id])
    secondings: Mapped[list["Seconding"]] = relationship(order_by="Seconding.seconded_at")


class Seconding(Base):
    """A member who seconds a nomination; said once, it stands."""

    __tablename__ = "secondings"

    nomination_id: Mapped[int] = points_to("nominations", primary_key=True, index=False)
    membership_id: Mapped[int] = points_to("memberships", primary_key=True)
    seconded_at: Mapped[datetime] = mapped_column(Instant)

    membership: Mapped[Membership] = relationship()


class CandidatePhoto(Base):
    """The photo of a candidate who stands; gone with the candidacy, with an erasure, and once the votes are counted."""

    __tablename__ = "candidate_photos"

    nomination_id: Mapped[int] = points_to("nominations", primary_key=True, index=False)
    jpeg: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str] = mapped_column(String(64))
    kept_at: Mapped[datetime] = mapped_column(Instant)
