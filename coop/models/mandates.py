"""Mandates: who is sent where, with which instructions, what they did there and reported; and federations."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, String, Text, UniqueConstraint, and_, or_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.extensions import Base
from coop.models.ballots import Decision
from coop.models.columns import Instant, key, points_to
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.models.records import Document


class Affiliation(Base):
    """A member organisation on this server: its own decision to join, and the membership its parent recognises."""

    __tablename__ = "affiliations"
    __table_args__ = (
        UniqueConstraint("organisation_id", "parent_id"),
        UniqueConstraint("membership_id"),
        CheckConstraint("organisation_id <> parent_id", name="two_organisations"),
        CheckConstraint("(membership_id IS NULL) = (recognised_at IS NULL)", name="recognised"),
    )

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations", index=False)  # the child
    parent_id: Mapped[int] = points_to("organisations")
    decision_id: Mapped[int] = points_to("decisions")  # of the child
    stated_at: Mapped[datetime] = mapped_column(Instant)
    membership_id: Mapped[int | None] = points_to("memberships", nullable=True, index=False)  # in the parent
    recognised_at: Mapped[datetime | None] = mapped_column(Instant)

    organisation: Mapped[Organisation] = relationship(foreign_keys=[organisation_id])
    parent: Mapped[Organisation] = relationship(foreign_keys=[parent_id])
    decision: Mapped[Decision] = relationship()
    membership: Mapped[Membership | None] = relationship()


class Mandate(Base):
    """A member sent by a decision to act for the organisation in a body outside it or above it."""

    __tablename__ = "mandates"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        CheckConstraint("sent_to <> ''", name="sent_to"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="days"),
        CheckConstraint("ended_by_id IS NULL OR ends_on IS NOT NULL", name="ended"),
    )

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    number: Mapped[int] = mapped_column()
    membership_id: Mapped[int] = points_to("memberships")  # the delegate
    sent_to: Mapped[str] = mapped_column(String(200))
    parent_id: Mapped[int | None] = points_to(
        "organisations", nullable=True
    )  # where it is sent to its federation
    decision_id: Mapped[int] = points_to("decisions")  # that names the delegate
    starts_on: Mapped[date] = mapped_column()
    ends_on: Mapped[date | None] = mapped_column()  # the last day
    ended_by_id: Mapped[int | None] = points_to("decisions", nullable=True)  # earlier than it was named for
    named_at: Mapped[datetime] = mapped_column(Instant)
    named_by: Mapped[str] = mapped_column(String(80))

    delegate: Mapped[Membership] = relationship()
    decision: Mapped[Decision] = relationship(foreign_keys=[decision_id])
    ended_by: Mapped[Decision | None] = relationship(foreign_keys=[ended_by_id])
    instructions: Mapped[list["MandateInstruction"]] = relationship(order_by="MandateInstruction.number")
    acts: Mapped[list["MandateAct"]] = relationship(order_by="MandateAct.held_on, MandateAct.number")
    reports: Mapped[list["MandateReport"]] = relationship(order_by="MandateReport.id")

    @classmethod
    def held_on(cls, day: Any) -> ColumnElement[bool]:
        """Ask within a query whether the delegate is sent on a day."""
        return and_(cls.starts_on <= day, or_(cls.ends_on.is_(None), cls.ends_on >= day))

    def stage_on(self, day: date) -> str:
        """Return "coming", "current", "ended" or "void"."""
        if self.decision.is_void:
            return "void"
        if day < self.starts_on:
            return "coming"
        return "ended" if self.ends_on is not None and self.ends_on < day else "current"


class MandateInstruction(Base):
    """How a decision binds the delegate in one matter. Append-only; a later one takes its place."""

    __tablename__ = "mandate_instructions"
    __table_args__ = (
        UniqueConstraint("mandate_id", "number"),
        UniqueConstraint("supersedes_id"),
        CheckConstraint("matter <> ''", name="matter"),
        CheckConstraint("how IN ('for', 'against', 'abstain', 'raise')", name="how"),
    )

    id: Mapped[int] = key()
    mandate_id: Mapped[int] = points_to("mandates", index=False)
    number: Mapped[int] = mapped_column()
    decision_id: Mapped[int] = points_to("decisions")  # its words are the text of the instruction
    matter: Mapped[str] = mapped_column(String(200))
    how: Mapped[str] = mapped_column(String(10))
    supersedes_id: Mapped[int | None] = points_to("mandate_instructions", nullable=True, index=False)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(80))

    decision: Mapped[Decision] = relationship()


class MandateAct(Base):
    """What the delegate did in one matter at one sitting, with its evidence. Append-only; a correction supersedes."""

    __tablename__ = "mandate_acts"
    __table_args__ = (
        UniqueConstraint("mandate_id", "number"),
        UniqueConstraint("supersedes_id"),
        CheckConstraint("matter <> ''", name="matter"),
        CheckConstraint(
            "act IN ('for', 'against', 'abstained', 'raised', 'not-raised', 'absent', 'unrecorded')",
            name="act",
        ),
        CheckConstraint("act = 'unrecorded' OR evidence <> '' OR document_id IS NOT NULL", name="evidence"),
    )

    id: Mapped[int] = key()
    mandate_id: Mapped[int] = points_to("mandates", index=False)
    number: Mapped[int] = mapped_column()
    instruction_id: Mapped[int | None] = points_to("mandate_instructions", nullable=True)
    matter: Mapped[str] = mapped_column(String(200))
    act: Mapped[str] = mapped_column(String(12))
    held_on: Mapped[date] = mapped_column()  # the day of the sitting
    evidence: Mapped[str] = mapped_column(Text, default="")
    document_id: Mapped[int | None] = points_to("documents", nullable=True)
    # By when the delegate owes a report on the sitting, and what says so.
    report_due_on: Mapped[date] = mapped_column()
    article: Mapped[str] = mapped_column(String(20), default="")
    version_id: Mapped[int] = points_to("constitution_versions")
    supersedes_id: Mapped[int | None] = points_to("mandate_acts", nullable=True, index=False)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(80))

    instruction: Mapped[MandateInstruction | None] = relationship()
    document: Mapped[Document | None] = relationship()
    replies: Mapped[list["MandateReply"]] = relationship(order_by="MandateReply.id")


class MandateReply(Base):
    """What the delegate says of an act on record. Append-only."""

    __tablename__ = "mandate_replies"
    __table_args__ = (CheckConstraint("text <> ''", name="text"),)

    id: Mapped[int] = key()
    act_id: Mapped[int] = points_to("mandate_acts")
    text: Mapped[str] = mapped_column(Text)
    replied_at: Mapped[datetime] = mapped_column(Instant)


class MandateReport(Base):
    """The delegate's report on a sitting. Append-only."""

    __tablename__ = "mandate_reports"
    __table_args__ = (CheckConstraint("text <> ''", name="text"),)

    id: Mapped[int] = key()
    mandate_id: Mapped[int] = points_to("mandates")
    held_on: Mapped[date] = mapped_column()
    text: Mapped[str] = mapped_column(Text)
    reported_at: Mapped[datetime] = mapped_column(Instant)
