"""Applications, memberships, their holders and dated events."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BindParameter,
    CheckConstraint,
    Index,
    ScalarSelect,
    String,
    Text,
    UniqueConstraint,
    and_,
    select,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.extensions import Base
from coop.models.columns import Instant, key, points_to

ACTIVE = ("admitted", "reinstated")
ENDED = ("resigned", "expelled", "lapsed", "died")


class Application(Base):
    """Someone asks to become a member. Decided once; the declarations keep their wording."""

    __tablename__ = "applications"
    __table_args__ = (
        CheckConstraint("outcome IS NULL OR outcome IN ('admitted', 'refused', 'withdrawn')", name="outcome"),
        CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name="decided"),
        # One open application a person and organisation: a second click is the same application.
        Index(
            "uq_applications_open",
            "organisation_id",
            "person_id",
            unique=True,
            sqlite_where=text("outcome IS NULL"),
            postgresql_where=text("outcome IS NULL"),
        ),
    )

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    person_id: Mapped[int] = points_to("people")
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254))
    # [{"text", "article", "version"}]: what was declared, in the words shown
    declarations: Mapped[list[Any]] = mapped_column(JSON)
    version_id: Mapped[int] = points_to("constitution_versions")
    applied_at: Mapped[datetime] = mapped_column(Instant)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str] = mapped_column(String(80), default="")

    membership: Mapped["Membership | None"] = relationship(back_populates="application")

    @property
    def is_decided(self) -> bool:
        return self.outcome is not None


class Sponsor(Base):
    """A member who sponsors an application; once said it stands, and none comes after the answer."""

    __tablename__ = "sponsors"

    application_id: Mapped[int] = points_to("applications", primary_key=True, index=False)
    membership_id: Mapped[int] = points_to("memberships", primary_key=True)
    sponsored_at: Mapped[datetime] = mapped_column(Instant)


class AdmissionBallot(Base):
    """That members vote on an application; another vote only where the last was void or too few took part."""

    __tablename__ = "admission_ballots"

    ballot_id: Mapped[int] = points_to("ballots", primary_key=True, index=False)
    application_id: Mapped[int] = points_to("applications")


class Membership(Base):
    """A membership with its number, never reused. Its status on any day follows from its events."""

    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        UniqueConstraint("application_id"),
        CheckConstraint("kind IN ('person', 'joint', 'organisation')", name="kind"),
        CheckConstraint("notices IN ('mail', 'post')", name="notices"),
        CheckConstraint("represents >= 0", name="represents"),
        Index("ix_memberships_name", "organisation_id", "name"),
    )

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    number: Mapped[int] = mapped_column()
    kind: Mapped[str] = mapped_column(String(20), default="person")
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254), default="")
    postal_address: Mapped[str] = mapped_column(Text, default="")
    notices: Mapped[str] = mapped_column(String(10), default="mail")  # how notices reach them
    reminders: Mapped[bool] = mapped_column(
        default=True, server_default=true()
    )  # to vote; notices come anyway
    voting_class: Mapped[str] = mapped_column(String(40), default="member")
    represents: Mapped[int | None] = mapped_column()  # an organisation's own members, as it reported them
    represents_on: Mapped[date | None] = mapped_column()
    application_id: Mapped[int | None] = points_to("applications", nullable=True)
    erasure_asked_at: Mapped[datetime | None] = mapped_column(Instant)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)

    application: Mapped[Application | None] = relationship(back_populates="membership")
    holders: Mapped[list["Holder"]] = relationship(back_populates="membership", order_by="Holder.id")
    events: Mapped[list["MembershipEvent"]] = relationship(
        back_populates="membership", order_by="MembershipEvent.on, MembershipEvent.id"
    )

    @staticmethod
    def latest_kind_on(day: date | BindParameter[date]) -> ScalarSelect[str]:
        """The kind of the latest event on a day, as a subquery beside `Membership`; NULL before admission."""
        return (
            select(MembershipEvent.kind)
            .where(and_(MembershipEvent.membership_id == Membership.id, MembershipEvent.on <= day))
            .order_by(MembershipEvent.on.desc(), MembershipEvent.id.desc())
            .limit(1)
            .correlate(Membership)
            .scalar_subquery()
        )

    @staticmethod
    def admitted_on() -> ScalarSelect[date]:
        """The day of the first admission, as a subquery beside `Membership`."""
        return (
            select(MembershipEvent.on)
            .where(MembershipEvent.membership_id == Membership.id, MembershipEvent.kind == "admitted")
            .order_by(MembershipEvent.on, MembershipEvent.id)
            .limit(1)
            .correlate(Membership)
            .scalar_subquery()
        )

    def status_on(self, day: date) -> str:
        """Return "active", "suspended", "ended" or "none" on a day, from the dated events."""
        kinds = [event.kind for event in self.events if event.on <= day]
        return status_of(kinds[-1] if kinds else None)


def status_of(kind: str | None) -> str:
    """The status that the latest event leaves."""
    if kind in ACTIVE:
        return "active"
    if kind == "suspended":
        return "suspended"
    return "ended" if kind in ENDED else "none"


class Holder(Base):
    """A person who holds a membership, or acts for the organisation that holds it (the delegate)."""

    __tablename__ = "holders"
    __table_args__ = (UniqueConstraint("membership_id", "person_id"),)

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    membership_id: Mapped[int] = points_to("memberships")
    person_id: Mapped[int | None] = points_to("people", nullable=True)
    name: Mapped[str] = mapped_column(String(200))

    membership: Mapped[Membership] = relationship(back_populates="holders")


class MembershipEvent(Base):
    """What happened to a membership, from which day, by whose decision. Append-only."""

    __tablename__ = "membership_events"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('admitted', 'suspended', 'reinstated', 'resigned', 'expelled', 'lapsed', 'died')",
            name="kind",
        ),
        Index("ix_membership_events_status", "membership_id", "on", "id"),
    )

    id: Mapped[int] = key()
    membership_id: Mapped[int] = points_to("memberships", index=False)
    kind: Mapped[str] = mapped_column(String(20))
    on: Mapped[date] = mapped_column()
    decision_id: Mapped[int | None] = points_to("decisions", nullable=True)
    article: Mapped[str] = mapped_column(String(20), default="")
    version_id: Mapped[int | None] = points_to("constitution_versions", nullable=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(String(80))
    recorded_at: Mapped[datetime] = mapped_column(Instant)

    membership: Mapped[Membership] = relationship(back_populates="events")


class SizeReport(Base):
    """How many members an organisation that is a member says it has, on which day, and by what source. Append-only."""

    __tablename__ = "size_reports"
    __table_args__ = (
        CheckConstraint("size >= 0", name="size"),
        CheckConstraint("source <> ''", name="source"),
        Index("ix_size_reports_latest", "membership_id", "counted_on", "id"),
    )

    id: Mapped[int] = key()
    membership_id: Mapped[int] = points_to("memberships", index=False)
    size: Mapped[int] = mapped_column()
    counted_on: Mapped[date] = mapped_column()
    source: Mapped[str] = mapped_column(String(300))
    reported_by: Mapped[str] = mapped_column(
        String(80)
    )  # "member 2 of orchard" where the child itself reports
    reported_at: Mapped[datetime] = mapped_column(Instant)
