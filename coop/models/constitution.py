"""Versions of the constitution, their articles and provisions."""

from datetime import date, datetime

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.extensions import Base
from coop.models.columns import Instant, key, points_to


class ConstitutionVersion(Base):
    """One Markdown document. Passed, registered and in force are three dates; at most one is in force at a time."""

    __tablename__ = "constitution_versions"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        UniqueConstraint("organisation_id", "in_force_on"),
    )

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    number: Mapped[int] = mapped_column()
    text: Mapped[str] = mapped_column(Text, deferred=True)
    sha256: Mapped[str] = mapped_column(String(64))
    passed_on: Mapped[date] = mapped_column()
    registered_on: Mapped[date | None] = mapped_column()
    in_force_on: Mapped[date | None] = mapped_column()
    decision_id: Mapped[int | None] = points_to("decisions", nullable=True, circle=True)
    adopted_at: Mapped[datetime] = mapped_column(Instant)
    void_at: Mapped[datetime | None] = mapped_column(Instant)  # with its decision, before it came into force

    articles: Mapped[list["Article"]] = relationship(order_by="Article.position", back_populates="version")
    provisions: Mapped[list["ProvisionRow"]] = relationship(
        order_by="ProvisionRow.id", back_populates="version"
    )


class Article(Base):
    __tablename__ = "articles"
    __table_args__ = (UniqueConstraint("version_id", "number"), UniqueConstraint("version_id", "position"))

    id: Mapped[int] = key()
    version_id: Mapped[int] = points_to("constitution_versions")
    position: Mapped[int] = mapped_column()
    number: Mapped[str] = mapped_column(String(20))  # the marker as typed
    heading: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text)  # source Markdown of this article
    sha256: Mapped[str] = mapped_column(String(64))

    version: Mapped[ConstitutionVersion] = relationship(back_populates="articles")


class ProvisionRow(Base):
    """An effective value of a version: from an article, or the default adopted with it (article empty)."""

    __tablename__ = "provisions"
    __table_args__ = (UniqueConstraint("version_id", "key", "scope"),)

    id: Mapped[int] = key()
    version_id: Mapped[int] = points_to("constitution_versions")
    key: Mapped[str] = mapped_column(String(80))
    scope: Mapped[str] = mapped_column(String(80), default="")  # canonical: "body=board", "" for general
    value: Mapped[str] = mapped_column(Text)  # canonical text
    article: Mapped[str] = mapped_column(String(20), default="")
    words: Mapped[str] = mapped_column(Text, default="")  # the marked words of the article
    line: Mapped[int | None] = mapped_column()
    decision_id: Mapped[int | None] = points_to(
        "decisions", nullable=True
    )  # the decision that set this value

    version: Mapped[ConstitutionVersion] = relationship(back_populates="provisions")
