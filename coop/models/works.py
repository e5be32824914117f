"""Works, their versions, authorship, holdings of rights, licences and grants: different facts with their own dates."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.extensions import Base
from coop.models.columns import Instant, key, points_to


class Work(Base):
    __tablename__ = "works"
    __table_args__ = (UniqueConstraint("organisation_id", "number"),)

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    number: Mapped[int] = mapped_column()
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(30))  # text, image, music, software, design, film, data, other
    description: Mapped[str] = mapped_column(Text, default="")
    words: Mapped[str] = mapped_column(Text, default="")  # folded title, description and authors, for search
    registered_by_id: Mapped[int | None] = points_to("memberships", nullable=True)
    registered_at: Mapped[datetime] = mapped_column(Instant)

    versions: Mapped[list["WorkVersion"]] = relationship(order_by="WorkVersion.number", back_populates="work")
    contributions: Mapped[list["Contribution"]] = relationship(order_by="Contribution.id")
    holdings: Mapped[list["RightsHolding"]] = relationship(order_by="RightsHolding.id")
    offers: Mapped[list["LicenceOffer"]] = relationship(order_by="LicenceOffer.id")
    grants: Mapped[list["Grant"]] = relationship(order_by="Grant.id")


class WorkVersion(Base):
    """A file as it was handed in, known by its sha256. Append-only."""

    __tablename__ = "work_versions"
    __table_args__ = (UniqueConstraint("work_id", "number"),)

    id: Mapped[int] = key()
    work_id: Mapped[int] = points_to("works")
    number: Mapped[int] = mapped_column()
    file_name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(BigInteger)  # bytes
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    added_at: Mapped[datetime] = mapped_column(Instant)
    added_by: Mapped[str] = mapped_column(String(80))

    work: Mapped[Work] = relationship(back_populates="versions")


class Contribution(Base):
    """Authorship: an author and an exact share; a work's shares sum to one."""

    __tablename__ = "contributions"
    __table_args__ = (
        CheckConstraint("share_numerator > 0 AND share_denominator > 0", name="share"),
        CheckConstraint("share_numerator <= share_denominator", name="share_at_most_one"),
    )

    id: Mapped[int] = key()
    work_id: Mapped[int] = points_to("works")
    membership_id: Mapped[int | None] = points_to("memberships", nullable=True)
    author: Mapped[str] = mapped_column(String(200))
    share_numerator: Mapped[int] = mapped_column()
    share_denominator: Mapped[int] = mapped_column()


class RightsHolding(Base):
    """Who holds the rights from when to when: the organisation itself, a member, or somebody else by name."""

    __tablename__ = "rights_holdings"

    id: Mapped[int] = key()
    work_id: Mapped[int] = points_to("works")
    membership_id: Mapped[int | None] = points_to("memberships", nullable=True)
    holder: Mapped[str] = mapped_column(String(200))
    rights: Mapped[list[str]] = mapped_column(JSON)
    starts_on: Mapped[date] = mapped_column()
    ends_on: Mapped[date | None] = mapped_column()
    source: Mapped[str] = mapped_column(Text)  # why: "author", a contract, a decision
    decision_id: Mapped[int | None] = points_to("decisions", nullable=True)


class LicenceOffer(Base):
    """A public licence (SPDX expression) from a day on; it cannot be revoked. Append-only."""

    __tablename__ = "licence_offers"

    id: Mapped[int] = key()
    work_id: Mapped[int] = points_to("works")
    expression: Mapped[str] = mapped_column(String(300))
    offered_on: Mapped[date] = mapped_column()
    offered_by: Mapped[str] = mapped_column(String(80))
    decision_id: Mapped[int | None] = points_to("decisions", nullable=True)
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class Grant(Base):
    """A licence to someone: rights, territory, field, period, exclusivity, and the decision that approved it."""

    __tablename__ = "grants"
    __table_args__ = (
        UniqueConstraint("work_id", "number"),
        CheckConstraint("exclusivity IN ('exclusive', 'sole', 'non-exclusive')", name="exclusivity"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="days"),
    )

    id: Mapped[int] = key()
    work_id: Mapped[int] = points_to("works")
    number: Mapped[int] = mapped_column()
    grantor: Mapped[str] = mapped_column(String(200))
    grantee: Mapped[str] = mapped_column(String(200))
    grantee_membership_id: Mapped[int | None] = points_to("memberships", nullable=True)
    rights: Mapped[list[str]] = mapped_column(JSON)
    territory: Mapped[list[Any]] = mapped_column(JSON)  # ["world"] or ISO 3166 codes
    field: Mapped[str] = mapped_column(String(120), default="")  # empty: any field of use
    starts_on: Mapped[date] = mapped_column()
    ends_on: Mapped[date | None] = mapped_column()
    exclusivity: Mapped[str] = mapped_column(String(20))
    royalty: Mapped[str] = mapped_column(Text, default="")
    decision_id: Mapped[int | None] = points_to("decisions", nullable=True)
    version_id: Mapped[int | None] = points_to("constitution_versions", nullable=True)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(String(80))
