"""Motions, ballots, rolls, votes, tallies and decisions."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, LargeBinary, String, Text, UniqueConstraint, exists
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from coop.extensions import Base
from coop.models.columns import Instant, key, points_to


class Motion(Base):
    """A proposal in words. What becomes of it follows from its ballot and decision."""

    __tablename__ = "motions"
    __table_args__ = (UniqueConstraint("organisation_id", "number"),)

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    number: Mapped[int] = mapped_column()
    body_id: Mapped[int] = points_to("bodies")
    kind: Mapped[str] = mapped_column(String(30))  # class of decision: ordinary, special, constitutional, …
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    proposer_id: Mapped[int | None] = points_to("memberships", nullable=True)
    proposed_at: Mapped[datetime] = mapped_column(Instant)


class Ballot(Base):
    """Drafted → announced → open → closed → sealed and counted → certified, or void with a reason.

    Opening freezes rule, options and roll; sealing freezes the votes. The database refuses the rest.
    """

    __tablename__ = "ballots"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        CheckConstraint("kind IN ('motion', 'election')", name="kind"),
        CheckConstraint("secrecy IN ('open', 'private', 'secret')", name="secrecy"),
        CheckConstraint("kind <> 'election' OR secrecy <> 'open'", name="people_never_open"),
        CheckConstraint("opens_at < closes_at", name="period"),
        CheckConstraint("opened_at IS NULL OR rule IS NOT NULL", name="rule_frozen"),
        CheckConstraint("sealed_at IS NULL OR opened_at IS NOT NULL", name="sealed_after_opening"),
        CheckConstraint("void_at IS NULL OR void_reason <> ''", name="void_reason"),
    )

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    number: Mapped[int] = mapped_column()
    kind: Mapped[str] = mapped_column(String(20))
    decision_class: Mapped[str] = mapped_column(String(30))  # ordinary, special, …, election
    body_id: Mapped[int] = points_to("bodies")
    motion_id: Mapped[int | None] = points_to("motions", nullable=True)
    office_id: Mapped[int | None] = points_to("offices", nullable=True)
    meeting_id: Mapped[int | None] = points_to("meetings", nullable=True)
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text, default="")
    secrecy: Mapped[str] = mapped_column(String(10))
    method: Mapped[str] = mapped_column(String(30))  # "motion", "irv", "scottish-stv"
    seats: Mapped[int] = mapped_column(default=1)
    # Frozen at opening: majority, quorum, tie rule, articles and the version they stand in, canonical text.
    rule: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    version_id: Mapped[int | None] = points_to("constitution_versions", nullable=True)
    opens_at: Mapped[datetime] = mapped_column(Instant)
    closes_at: Mapped[datetime] = mapped_column(Instant, index=True)
    zone: Mapped[str] = mapped_column(String(60))  # of the promise "closes at"
    announced_at: Mapped[datetime | None] = mapped_column(Instant)
    opened_at: Mapped[datetime | None] = mapped_column(Instant)
    sealed_at: Mapped[datetime | None] = mapped_column(Instant)
    certified_at: Mapped[datetime | None] = mapped_column(Instant)
    certified_by: Mapped[str] = mapped_column(String(80), default="")
    void_at: Mapped[datetime | None] = mapped_column(Instant)
    void_reason: Mapped[str] = mapped_column(Text, default="")
    seed: Mapped[str] = mapped_column(
        String(64), default=""
    )  # for lots; its hash is announced, it is told at sealing
    salt: Mapped[str] = mapped_column(String(64), default="")  # never leaves the server
    papers_until: Mapped[datetime | None] = mapped_column(
        Instant
    )  # till then tellers enter what came in time
    # Where papers are handed in: told once there are tellers, so that without it nothing is asked about papers.
    papers_to: Mapped[str] = mapped_column(Text, default="", server_default="")

    options: Mapped[list["BallotOption"]] = relationship(
        back_populates="ballot", order_by="BallotOption.position"
    )
    motion: Mapped[Motion | None] = relationship()
    named_officers: Mapped[list["BallotOfficer"]] = relationship(order_by="BallotOfficer.id")

    def is_open(self, now: datetime) -> bool:
        return (
            self.opened_at is not None
            and self.sealed_at is None
            and self.void_at is None
            and self.opens_at <= now < self.closes_at
        )

    @property
    def was_overturned(self) -> bool:
        """Whether it was counted first and made void by an upheld challenge afterwards."""
        return self.sealed_at is not None and self.void_at is not None and self.void_at > self.sealed_at

    def stage_at(self, now: datetime) -> str:
        """Return "void", "certified", "sealed", "closed", "open", "announced" or "drafted"."""
        if self.void_at is not None:
            return "void"
        if self.certified_at is not None:
            return "certified"
        if self.sealed_at is not None:
            return "sealed"
        if self.opened_at is not None:
            return "open" if now < self.closes_at else "closed"
        return "announced" if self.announced_at is not None else "drafted"


class BallotOption(Base):
    """A choice: for, against, abstain; or a candidate."""

    __tablename__ = "ballot_options"
    __table_args__ = (UniqueConstraint("ballot_id", "position"),)

    id: Mapped[int] = key()
    ballot_id: Mapped[int] = points_to("ballots")
    position: Mapped[int] = mapped_column()  # 1-based: the candidate's number in the count
    name: Mapped[str] = mapped_column(String(200))
    membership_id: Mapped[int | None] = points_to("memberships", nullable=True)
    statement: Mapped[str] = mapped_column(Text, default="")

    ballot: Mapped[Ballot] = relationship(back_populates="options")


class BallotOfficer(Base):
    """Who was named to run one election, or the call before it, because its officer stands. The latest row holds."""

    __tablename__ = "ballot_officers"
    __table_args__ = (CheckConstraint("(ballot_id IS NULL) <> (call_id IS NULL)", name="one_thing"),)

    id: Mapped[int] = key()
    ballot_id: Mapped[int | None] = points_to("ballots", nullable=True)
    call_id: Mapped[int | None] = points_to("nomination_calls", nullable=True)
    membership_id: Mapped[int] = points_to("memberships")
    named_by_id: Mapped[int] = points_to("memberships")
    named_at: Mapped[datetime] = mapped_column(Instant)


class RollEntry(Base):
    """The frozen roll: who may vote, with the weight; and who asked why not, with the reason (entitled false)."""

    __tablename__ = "roll_entries"
    __table_args__ = (
        UniqueConstraint("ballot_id", "membership_id"),
        CheckConstraint("weight >= 1", name="weight"),
    )

    id: Mapped[int] = key()
    ballot_id: Mapped[int] = points_to("ballots", index=False)
    membership_id: Mapped[int] = points_to("memberships")
    entitled: Mapped[bool] = mapped_column()
    weight: Mapped[int] = mapped_column(default=1)
    voting_class: Mapped[str] = mapped_column(String(40), default="member")
    reason: Mapped[str] = mapped_column(Text)


class Vote(Base):
    """An open or private vote: one per roll entry, changed until sealing. Secret votes never come here."""

    __tablename__ = "votes"
    __table_args__ = (
        UniqueConstraint("roll_entry_id"),
        CheckConstraint("given IN ('online', 'roll-call')", name="given"),
    )

    id: Mapped[int] = key()
    ballot_id: Mapped[int] = points_to("ballots")
    roll_entry_id: Mapped[int] = points_to("roll_entries", index=False)
    choice: Mapped[Any] = mapped_column(JSON)  # "for" | "against" | "abstain", or option positions in order
    cast_at: Mapped[datetime] = mapped_column(Instant)
    given: Mapped[str] = mapped_column(
        String(10), server_default="online"
    )  # by the voter's hand, or called out
    # By whom, if not by the member of the roll entry: the holder of their proxy.
    cast_by_id: Mapped[int | None] = points_to("memberships", nullable=True, index=False)


class SigningKey(Base):
    """A secret ballot's key for one weight class; the private half is encrypted and destroyed at sealing."""

    __tablename__ = "signing_keys"
    __table_args__ = (UniqueConstraint("ballot_id", "purpose"),)

    id: Mapped[int] = key()
    ballot_id: Mapped[int] = points_to("ballots")
    purpose: Mapped[str] = mapped_column(String(60))  # "class:member", "receipt"
    public_jwk: Mapped[str] = mapped_column(Text)
    private_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class TokenIssued(Base):
    """A secret ballot's issuance: one token per roll entry, known by the hash of its blinded value."""

    __tablename__ = "tokens_issued"

    roll_entry_id: Mapped[int] = points_to("roll_entries", primary_key=True, index=False)
    ballot_id: Mapped[int] = points_to("ballots")
    blinded_sha256: Mapped[str] = mapped_column(String(64))


class SecretVote(Base):
    """A secret vote, keyed by its serial alone: no member, no time, no order."""

    __tablename__ = "secret_votes"
    __table_args__ = (CheckConstraint("n >= 1", name="n"), {"sqlite_with_rowid": False})

    serial: Mapped[str] = mapped_column(String(200), primary_key=True)
    ballot_id: Mapped[int] = points_to("ballots", primary_key=True)
    voting_class: Mapped[str] = mapped_column(String(40))
    prefix: Mapped[str] = mapped_column(Text)
    token: Mapped[str] = mapped_column(Text)
    n: Mapped[int] = mapped_column()
    vote: Mapped[str] = mapped_column(Text)
    signature: Mapped[str] = mapped_column(Text)


class Sealing(Base):
    """That a secret ballot ended: its keys are destroyed, and its tokens and votes are written again in order.

    PostgreSQL itself fills in what the two tables held and in which transaction, and compares at the commit.
    """

    __tablename__ = "sealings"

    ballot_id: Mapped[int] = points_to("ballots", primary_key=True, index=False)
    rows_digest: Mapped[str] = mapped_column(String(64), default="")
    in_transaction: Mapped[str] = mapped_column(String(30), default="")
    sorted_at: Mapped[datetime | None] = mapped_column(Instant)  # the database was written anew
    scrubbed_at: Mapped[datetime | None] = mapped_column(Instant)  # and nothing older is on the disk


class Decision(Base):
    """What was decided, numbered per organisation and year, with counts and reasoning. Append-only."""

    __tablename__ = "decisions"
    __table_args__ = (
        UniqueConstraint("organisation_id", "year", "number"),
        UniqueConstraint("ballot_id"),
        CheckConstraint("outcome IN ('carried', 'lost', 'inquorate', 'elected', 'void')", name="outcome"),
        Index("ix_decisions_recent", "organisation_id", "decided_at"),
    )

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations", index=False)
    year: Mapped[int] = mapped_column()
    number: Mapped[int] = mapped_column()
    ballot_id: Mapped[int] = points_to("ballots", index=False)  # no decision without counts
    decision_class: Mapped[str] = mapped_column(String(30))
    body_id: Mapped[int] = points_to("bodies")
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(String(20))
    reasoning: Mapped[str] = mapped_column(Text)
    result: Mapped[dict[str, Any]] = mapped_column(JSON)  # counts, and every round of an election
    version_id: Mapped[int] = points_to("constitution_versions")
    articles: Mapped[list[str]] = mapped_column(JSON)
    decided_on: Mapped[date] = mapped_column()
    decided_at: Mapped[datetime] = mapped_column(Instant)
    # The row stays as it was counted; its ballot can become void by an upheld challenge.
    is_void: Mapped[bool] = column_property(
        exists().where(Ballot.id == ballot_id, Ballot.void_at.is_not(None)).correlate_except(Ballot)
    )

    @property
    def outcome_now(self) -> str:
        """The outcome as counted, or "void"."""
        return "void" if self.is_void else self.outcome

    @property
    def label(self) -> str:
        """The number as people quote it: 2026/14."""
        return f"{self.year}/{self.number}"
