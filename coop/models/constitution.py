"""Versions of the constitution, their articles and provisions."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.extensions import Base
from coop.models.columns import Instant, key, points_to
from coop.models.members import Membership


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


class Amendment(Base):
    """A change of the constitution: drafted → handed in → put to the vote → passed, lost or stale; or withdrawn.

    Where the constitution asks for seconders, members second it before it is put, or it lapses.

    Once it is handed in, its words stand. The database refuses the rest.
    """

    __tablename__ = "amendments"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        UniqueConstraint("ballot_id"),
        CheckConstraint("outcome IN ('passed', 'lost', 'stale')", name="outcome"),
        CheckConstraint("(outcome IS NULL) = (settled_at IS NULL)", name="settled"),
        CheckConstraint("(COALESCE(outcome, '') = 'passed') = (version_id IS NOT NULL)", name="version"),
        CheckConstraint("(COALESCE(outcome, '') = 'stale') = (why <> '')", name="why"),
        CheckConstraint("outcome IS NULL OR ballot_id IS NOT NULL", name="by_vote"),
        CheckConstraint("ballot_id IS NULL OR handed_in_at IS NOT NULL", name="put_when_handed_in"),
    )

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    number: Mapped[int] = mapped_column()
    base_id: Mapped[int] = points_to("constitution_versions")  # the text it was written against
    title: Mapped[str] = mapped_column(String(200))
    reasons: Mapped[str] = mapped_column(Text, default="")
    drafted_by_id: Mapped[int] = points_to("memberships")
    drafted_at: Mapped[datetime] = mapped_column(Instant)
    handed_in_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    ballot_id: Mapped[int | None] = points_to("ballots", nullable=True, index=False)
    outcome: Mapped[str | None] = mapped_column(String(10))
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    why: Mapped[str] = mapped_column(Text, default="")  # it is stale
    version_id: Mapped[int | None] = points_to("constitution_versions", nullable=True)  # that it became

    drafted_by: Mapped[Membership] = relationship()
    base: Mapped[ConstitutionVersion] = relationship(foreign_keys=[base_id])
    version: Mapped[ConstitutionVersion | None] = relationship(foreign_keys=[version_id])
    articles: Mapped[list["AmendedArticle"]] = relationship(cascade="all, delete-orphan")
    seconding: Mapped["AmendmentSeconding | None"] = relationship()
    seconders: Mapped[list["AmendmentSeconder"]] = relationship(
        order_by="AmendmentSeconder.seconded_at, AmendmentSeconder.membership_id"
    )

    @property
    def stage(self) -> str:
        """Return "withdrawn", "passed", "lost", "stale", "voting", "handed in" or "drafted"."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        if self.outcome is not None:
            return self.outcome
        if self.ballot_id is not None:
            return "voting"
        return "handed in" if self.handed_in_at is not None else "drafted"

    def stage_at(self, now: datetime) -> str:
        """Return the stage; of what was handed in and lacks seconders "seconding", or "lapsed" after its time."""
        if self.stage != "handed in" or self.seconding is None or not self.lacking:
            return self.stage
        return "seconding" if now < self.seconding.until else "lapsed"

    @property
    def lacking(self) -> int:
        """How many members must still second it."""
        return max(0, self.seconding.seconders - len(self.seconders)) if self.seconding else 0


class AmendedArticle(Base):
    """An article as an amendment wants it; without text it is removed, without `replaces` it is new."""

    __tablename__ = "amended_articles"
    __table_args__ = (
        UniqueConstraint("amendment_id", "number"),
        CheckConstraint("text <> '' OR replaces <> ''", name="does_something"),
    )

    id: Mapped[int] = key()
    amendment_id: Mapped[int] = points_to("amendments", index=False)
    number: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)  # source Markdown, number included
    replaces: Mapped[str] = mapped_column(String(64))  # SHA-256 of the article


class AmendmentSeconding(Base):
    """How many must second an amendment and until when, by the version in force when it was handed in."""

    __tablename__ = "amendment_secondings"
    __table_args__ = (CheckConstraint("seconders >= 0", name="seconders"),)

    amendment_id: Mapped[int] = points_to("amendments", primary_key=True, index=False)
    seconders: Mapped[int] = mapped_column()
    until: Mapped[datetime] = mapped_column(Instant)
    zone: Mapped[str] = mapped_column(String(60))
    articles: Mapped[list[str]] = mapped_column(JSON)  # that ask for them
    version_id: Mapped[int] = points_to("constitution_versions")


class AmendmentSeconder(Base):
    """A member who seconds an amendment; said once, it stands."""

    __tablename__ = "amendment_seconders"

    amendment_id: Mapped[int] = points_to("amendments", primary_key=True, index=False)
    membership_id: Mapped[int] = points_to("memberships", primary_key=True)
    seconded_at: Mapped[datetime] = mapped_column(Instant)

    membership: Mapped[Membership] = relationship()


class MarkCorrection(Base):
    """Another value behind the same words: proposed by one officer, confirmed by another, told to all members.

    Two officers make it, never one, and no word changes; the version it became has no decision of its own.
    """

    __tablename__ = "mark_corrections"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        UniqueConstraint("version_id"),
        CheckConstraint("proposed_by_id <> confirmed_by_id", name="two"),
        CheckConstraint("(confirmed_by_id IS NULL) = (confirmed_at IS NULL)", name="confirmed"),
        CheckConstraint("dropped_at IS NULL OR confirmed_at IS NULL", name="dropped_or_confirmed"),
        CheckConstraint("reason <> ''", name="reason"),
    )

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    number: Mapped[int] = mapped_column()
    base_id: Mapped[int] = points_to("constitution_versions")
    article: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)  # source Markdown of the article, with the right values
    replaces: Mapped[str] = mapped_column(String(64))  # SHA-256 of the article
    reason: Mapped[str] = mapped_column(Text)
    proposed_by_id: Mapped[int] = points_to("memberships")
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_by_id: Mapped[int | None] = points_to("memberships", nullable=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    dropped_at: Mapped[datetime | None] = mapped_column(Instant)
    version_id: Mapped[int | None] = points_to("constitution_versions", nullable=True, index=False)

    base: Mapped[ConstitutionVersion] = relationship(foreign_keys=[base_id])
    version: Mapped[ConstitutionVersion | None] = relationship(foreign_keys=[version_id])
    proposed_by: Mapped[Membership] = relationship(foreign_keys=[proposed_by_id])
    confirmed_by: Mapped[Membership | None] = relationship(foreign_keys=[confirmed_by_id])
    challenges: Mapped[list["CorrectionChallenge"]] = relationship(order_by="CorrectionChallenge.id")


class CorrectionChallenge(Base):
    """A member says why a correction is wrong; a third officer answers, and upheld it is undone."""

    __tablename__ = "correction_challenges"
    __table_args__ = (
        UniqueConstraint("correction_id", "membership_id"),
        CheckConstraint("outcome IN ('upheld', 'dismissed')", name="outcome"),
        CheckConstraint("(outcome IS NULL) = (answered_at IS NULL)", name="answered"),
    )

    id: Mapped[int] = key()
    correction_id: Mapped[int] = points_to("mark_corrections", index=False)
    membership_id: Mapped[int] = points_to("memberships")
    reason: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Instant)
    outcome: Mapped[str | None] = mapped_column(String(10))
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_by: Mapped[str] = mapped_column(String(80), default="")

    membership: Mapped[Membership] = relationship()
