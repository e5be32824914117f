"""Organisations, their bodies, offices and terms."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    false,
    or_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.extensions import Base
from coop.models.columns import Instant, key, points_to


class Organisation(Base):
    """The legal body, a tenant. Zone and currency are provisions, copied here when a version comes into force."""

    __tablename__ = "organisations"
    __table_args__ = (UniqueConstraint("slug"),)

    id: Mapped[int] = key()
    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    parent_id: Mapped[int | None] = points_to("organisations", nullable=True)
    summary: Mapped[str] = mapped_column(Text, default="")  # what the co-op is, for its one public page
    contact: Mapped[str] = mapped_column(String(254), default="")
    language: Mapped[str] = mapped_column(String(10), default="en")
    zone: Mapped[str] = mapped_column(String(60), default="UTC")
    currency: Mapped[str] = mapped_column(String(3), default="EUR")
    # The day from which zone and currency are those of the next version of the constitution.
    changes_on: Mapped[date | None] = mapped_column()
    founded_at: Mapped[datetime] = mapped_column(Instant)
    # "founding" or "moving" until it opens: before, nobody decides anything but what its beginning needs.
    unopened: Mapped[str] = mapped_column(String(10), default="", server_default="")
    # Tells members apart in public bundles without their numbers; never leaves the server.
    secret: Mapped[str] = mapped_column(String(64))

    bodies: Mapped[list["Body"]] = relationship(back_populates="organisation", order_by="Body.id")

    def day_of(self, now: datetime) -> date:
        """Return the organisation's own day at an instant."""
        return now.astimezone(ZoneInfo(self.zone)).date()


class Body(Base):
    """An organ: the general assembly (all members, one per organisation), a board, a branch, a working group."""

    __tablename__ = "bodies"
    __table_args__ = (
        UniqueConstraint("organisation_id", "slug"),
        CheckConstraint("kind IN ('assembly', 'board', 'committee', 'branch', 'group')", name="kind"),
        Index(
            "uq_bodies_assembly",
            "organisation_id",
            unique=True,
            sqlite_where=text("kind = 'assembly'"),
            postgresql_where=text("kind = 'assembly'"),
        ),
    )

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    kind: Mapped[str] = mapped_column(String(20))
    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))

    organisation: Mapped[Organisation] = relationship(back_populates="bodies")
    offices: Mapped[list["Office"]] = relationship(back_populates="body", order_by="Office.id")


class BodyMembership(Base):
    """Who belongs to a board, branch or group, from when to when; the assembly is all members."""

    __tablename__ = "body_memberships"
    __table_args__ = (
        UniqueConstraint("body_id", "membership_id", "starts_on"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="days"),
    )

    id: Mapped[int] = key()
    body_id: Mapped[int] = points_to("bodies")
    membership_id: Mapped[int] = points_to("memberships")
    starts_on: Mapped[date] = mapped_column()
    ends_on: Mapped[date | None] = mapped_column()  # the last day
    decision_id: Mapped[int | None] = points_to("decisions", nullable=True)


class Office(Base):
    """A role in a body. An office of the assembly covers the whole organisation, any other its own body."""

    __tablename__ = "offices"
    __table_args__ = (UniqueConstraint("body_id", "kind"), CheckConstraint("seats >= 1", name="seats"))

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    body_id: Mapped[int] = points_to("bodies")
    # secretary, treasurer, chair, librarian, auditor, returning_officer, delegate, board_member
    kind: Mapped[str] = mapped_column(String(30))
    title: Mapped[str] = mapped_column(String(120))
    seats: Mapped[int] = mapped_column(default=1)

    body: Mapped[Body] = relationship(back_populates="offices")
    terms: Mapped[list["OfficeTerm"]] = relationship(back_populates="office", order_by="OfficeTerm.starts_on")


class OfficeTerm(Base):
    """Who holds an office from when to when, and because of what. Never more at once than it has seats."""

    __tablename__ = "office_terms"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="days"),
        CheckConstraint("decision_id IS NOT NULL OR because <> ''", name="because"),
    )

    id: Mapped[int] = key()
    office_id: Mapped[int] = points_to("offices")
    membership_id: Mapped[int] = points_to("memberships")
    starts_on: Mapped[date] = mapped_column()
    ends_on: Mapped[date | None] = mapped_column()  # the last day
    decision_id: Mapped[int | None] = points_to("decisions", nullable=True)
    because: Mapped[str] = mapped_column(
        Text, default=""
    )  # without a decision here: the operator's reason, or how it was given before
    # Given before the organisation opened here: elected at its founding, or held when it moved in.
    from_beginning: Mapped[bool] = mapped_column(default=False, server_default=false())
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    # When it ended within its last day: by recall or resignation. From this instant on nobody holds it by this term.
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    # Under what it was given, so that the tables refuse what the constitution forbids: how many terms one after
    # another, counted from which day (0: no limit), and the ids of the offices it excludes (",3,7,").
    most_terms: Mapped[int] = mapped_column(default=0, server_default="0")
    counted_from: Mapped[date | None] = mapped_column()
    excludes: Mapped[str] = mapped_column(String(200), default="", server_default="")

    office: Mapped[Office] = relationship(back_populates="terms")

    @classmethod
    def held_on(cls, day: Any) -> ColumnElement[bool]:
        """Ask within a query whether the term is held on a day, and was not ended in the course of that day."""
        lasts = or_(
            cls.ends_on.is_(None), cls.ends_on > day, and_(cls.ends_on == day, cls.ended_at.is_(None))
        )
        return and_(cls.starts_on <= day, lasts)


class EmergencyAppointment(Base):
    """A term that the operator gave: the next general meeting confirms it by a vote, or it ends."""

    __tablename__ = "emergency_appointments"
    __table_args__ = (UniqueConstraint("ballot_id"),)

    term_id: Mapped[int] = points_to("office_terms", primary_key=True, index=False)
    ballot_id: Mapped[int | None] = points_to("ballots", nullable=True, index=False)  # that confirms it

    term: Mapped[OfficeTerm] = relationship()
