"""Meetings: notice, agenda, attendance, minutes."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.extensions import Base
from coop.models.columns import Instant, key, points_to


class Meeting(Base):
    __tablename__ = "meetings"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        CheckConstraint("kind IN ('ordinary', 'extraordinary', 'founding', 'adjourned')", name="kind"),
    )

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    number: Mapped[int] = mapped_column()
    body_id: Mapped[int] = points_to("bodies")
    kind: Mapped[str] = mapped_column(String(20), default="ordinary")
    title: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    # A time promised to people keeps its wall time and zone.
    wall_time: Mapped[str] = mapped_column(String(16))  # "2026-12-12 14:00"
    zone: Mapped[str] = mapped_column(String(60))
    place: Mapped[str] = mapped_column(String(300))
    called_at: Mapped[datetime | None] = mapped_column(Instant)
    called_by: Mapped[str] = mapped_column(String(80), default="")
    notice_article: Mapped[str] = mapped_column(String(20), default="")
    notice_reasoning: Mapped[str] = mapped_column(Text, default="")
    version_id: Mapped[int] = points_to("constitution_versions")
    opened_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    cancelled_reason: Mapped[str] = mapped_column(Text, default="")

    agenda: Mapped[list["AgendaItem"]] = relationship(
        back_populates="meeting", order_by="AgendaItem.position"
    )


class Notice(Base):
    """Who was told of a meeting, how, and when. Append-only."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("meeting_id", "membership_id"),
        CheckConstraint("way IN ('mail', 'post')", name="way"),
    )

    id: Mapped[int] = key()
    meeting_id: Mapped[int] = points_to("meetings")
    membership_id: Mapped[int] = points_to("memberships")
    way: Mapped[str] = mapped_column(String(10))
    given_at: Mapped[datetime] = mapped_column(Instant)
    deemed_on: Mapped[date] = mapped_column()


class AgendaItem(Base):
    __tablename__ = "agenda_items"

    id: Mapped[int] = key()
    meeting_id: Mapped[int] = points_to("meetings")
    position: Mapped[int] = mapped_column()
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text, default="")
    ballot_id: Mapped[int | None] = points_to("ballots", nullable=True)
    decision_id: Mapped[int | None] = points_to("decisions", nullable=True)
    prose: Mapped[str] = mapped_column(Text, default="")  # the minutes of this item, Markdown
    prose_edition: Mapped[int] = mapped_column(default=0)  # raised by each saving: two writers lose nothing

    meeting: Mapped[Meeting] = relationship(back_populates="agenda")


class MeetingChair(Base):
    """Whom the members present were asked to have chair a meeting that no officer leads. Append-only."""

    __tablename__ = "meeting_chairs"

    ballot_id: Mapped[int] = points_to("ballots", primary_key=True, index=False)
    meeting_id: Mapped[int] = points_to("meetings")
    membership_id: Mapped[int] = points_to("memberships")


class Attendance(Base):
    """Someone's being there, in and out. A second coming is a second row."""

    __tablename__ = "attendances"
    __table_args__ = (
        CheckConstraint("way IN ('in person', 'online', 'by proxy')", name="way"),
        CheckConstraint("left_at IS NULL OR left_at >= came_at", name="times"),
        UniqueConstraint("meeting_id", "membership_id", "came_at"),
    )

    id: Mapped[int] = key()
    meeting_id: Mapped[int] = points_to("meetings")
    membership_id: Mapped[int] = points_to("memberships")
    way: Mapped[str] = mapped_column(String(20))
    proxy_id: Mapped[int | None] = points_to("memberships", nullable=True)
    came_at: Mapped[datetime] = mapped_column(Instant)
    left_at: Mapped[datetime | None] = mapped_column(Instant)


class Answer(Base):
    """What a member said to the invitation."""

    __tablename__ = "meeting_answers"
    __table_args__ = (
        UniqueConstraint("meeting_id", "membership_id"),
        CheckConstraint("answer IN ('coming', 'apologies')", name="answer"),
    )

    id: Mapped[int] = key()
    meeting_id: Mapped[int] = points_to("meetings")
    membership_id: Mapped[int] = points_to("memberships")
    answer: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(Instant)


class Minutes(Base):
    """Draft → circulated → approved by a later decision; issued as a document."""

    __tablename__ = "minutes"
    __table_args__ = (UniqueConstraint("meeting_id"),)

    id: Mapped[int] = key()
    meeting_id: Mapped[int] = points_to("meetings", index=False)
    opening: Mapped[str] = mapped_column(Text, default="")
    closing: Mapped[str] = mapped_column(Text, default="")
    edition: Mapped[int] = mapped_column(default=0)
    circulated_at: Mapped[datetime | None] = mapped_column(Instant)
    approved_by_decision_id: Mapped[int | None] = points_to("decisions", nullable=True)
    document_id: Mapped[int | None] = points_to("documents", nullable=True)
