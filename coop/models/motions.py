"""What becomes of a motion that a member moved: its steps, seconders, words, and the reasons for and against."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKeyConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.extensions import Base
from coop.models.ballots import Ballot, Motion
from coop.models.columns import Instant, key, points_to
from coop.models.members import Membership
from coop.models.organisations import Body


class MovedMotion(Base):
    """That a motion was submitted, with the rule and deadlines of that day. A motion without it is a draft,
    or was drafted by an officer together with its ballot.
    """

    __tablename__ = "moved_motions"
    __table_args__ = (CheckConstraint("seconders >= 0", name="seconders"),)

    motion_id: Mapped[int] = points_to("motions", primary_key=True, index=False)
    seconders: Mapped[int] = mapped_column()  # how many must second
    # {"seconding_days", "debate_days", "lapse_months", "again_months", "articles": {key: article}, "version"}
    rule: Mapped[dict[str, Any]] = mapped_column(JSON)
    version_id: Mapped[int] = points_to("constitution_versions")
    zone: Mapped[str] = mapped_column(String(60))
    submitted_at: Mapped[datetime] = mapped_column(Instant)
    second_until: Mapped[datetime] = mapped_column(Instant)
    lapses_at: Mapped[datetime] = mapped_column(Instant)

    motion: Mapped[Motion] = relationship()


class MotionStep(Base):
    """One step in the life of a motion; append-only, and each follows from the last."""

    __tablename__ = "motion_steps"
    __table_args__ = (
        UniqueConstraint("motion_id", "position"),
        CheckConstraint(
            "kind IN ('submitted', 'seconded', 'admitted', 'ruled_out', 'appealed', 'appeal_put', 'put', "
            "'withdrawn', 'referred')",
            name="kind",
        ),
        CheckConstraint("kind NOT IN ('ruled_out', 'appealed', 'referred') OR reason <> ''", name="reason"),
        CheckConstraint("(kind IN ('put', 'appeal_put')) = (ballot_id IS NOT NULL)", name="ballot"),
        CheckConstraint("(kind = 'referred') = (body_id IS NOT NULL)", name="body"),
        CheckConstraint("(kind = 'admitted') = (until IS NOT NULL)", name="until"),
    )

    id: Mapped[int] = key()
    motion_id: Mapped[int] = points_to("motions", index=False)
    position: Mapped[int] = mapped_column()  # 1, 2, 3, …
    kind: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(Instant)
    by_id: Mapped[int | None] = points_to("memberships", nullable=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    until: Mapped[datetime | None] = mapped_column(Instant)  # till when an admitted motion is debated
    ballot_id: Mapped[int | None] = points_to("ballots", nullable=True)
    body_id: Mapped[int | None] = points_to("bodies", nullable=True)  # to whom it is referred
    decision_id: Mapped[int | None] = points_to("decisions", nullable=True)  # that referred it

    by: Mapped[Membership | None] = relationship()
    ballot: Mapped[Ballot | None] = relationship()
    body: Mapped[Body | None] = relationship()


class MotionSeconder(Base):
    """A member who seconds a motion; said once, it stands."""

    __tablename__ = "motion_seconders"

    motion_id: Mapped[int] = points_to("motions", primary_key=True, index=False)
    membership_id: Mapped[int] = points_to("memberships", primary_key=True)
    seconded_at: Mapped[datetime] = mapped_column(Instant)

    membership: Mapped[Membership] = relationship()


class MotionVersion(Base):
    """The words of a motion, kept: the first as submitted, the next by each amendment."""

    __tablename__ = "motion_versions"

    motion_id: Mapped[int] = points_to("motions", primary_key=True, index=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Instant)


class MotionAmendment(Base):
    """A change that a member wants in the words of a motion, quoting what stands in the version it was moved on."""

    __tablename__ = "motion_amendments"
    __table_args__ = (
        UniqueConstraint("motion_id", "number"),
        UniqueConstraint("again_of_id"),
        ForeignKeyConstraint(
            ["motion_id", "version"], ["motion_versions.motion_id", "motion_versions.number"]
        ),
        CheckConstraint("kind IN ('replace', 'delete', 'insert')", name="kind"),
        CheckConstraint("passage <> '' AND passage <> becomes", name="passage"),
        CheckConstraint("(kind = 'delete') = (becomes = '')", name="becomes"),
    )

    id: Mapped[int] = key()
    motion_id: Mapped[int] = points_to("motions", index=False)
    number: Mapped[int] = mapped_column()  # 1, 2, 3, … of its motion, in the order of moving
    version: Mapped[int] = mapped_column()  # of the motion's words
    kind: Mapped[str] = mapped_column(String(10))
    passage: Mapped[str] = mapped_column(Text)  # as it stands in that version, once
    becomes: Mapped[str] = mapped_column(Text)  # what stands in its place
    reason: Mapped[str] = mapped_column(Text, default="")
    proposer_id: Mapped[int] = points_to("memberships")
    moved_at: Mapped[datetime] = mapped_column(Instant)
    again_of_id: Mapped[int | None] = points_to("motion_amendments", nullable=True, index=False)

    proposer: Mapped[Membership] = relationship()
    motion: Mapped[Motion] = relationship(overlaps="motion")

    @property
    def organisation_id(self) -> int:
        return self.motion.organisation_id


class MotionAmendmentStep(Base):
    """What became of an amendment; append-only. `version` is the one it made, in the same transaction."""

    __tablename__ = "motion_amendment_steps"
    __table_args__ = (
        UniqueConstraint("amendment_id", "position"),
        UniqueConstraint("ballot_id", "kind"),
        ForeignKeyConstraint(
            ["motion_id", "version"],
            ["motion_versions.motion_id", "motion_versions.number"],
            deferrable=True,
            initially="DEFERRED",
        ),
        CheckConstraint(
            "kind IN ('put', 'accepted', 'carried', 'lost', 'stale', 'withdrawn', 'fell')", name="kind"
        ),
        CheckConstraint("(kind IN ('put', 'carried', 'lost')) = (ballot_id IS NOT NULL)", name="ballot"),
        CheckConstraint("(kind IN ('accepted', 'carried')) = (version IS NOT NULL)", name="version"),
        CheckConstraint("kind NOT IN ('stale', 'fell') OR says <> ''", name="says"),
    )

    id: Mapped[int] = key()
    motion_id: Mapped[int] = points_to("motions")
    amendment_id: Mapped[int] = points_to("motion_amendments", index=False)
    position: Mapped[int] = mapped_column()  # 1, 2, 3, …
    kind: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(Instant)
    by_id: Mapped[int | None] = points_to("memberships", nullable=True)
    ballot_id: Mapped[int | None] = points_to("ballots", nullable=True, index=False)
    version: Mapped[int | None] = mapped_column()
    says: Mapped[str] = mapped_column(Text, default="")  # why it is stale, or fell

    ballot: Mapped[Ballot | None] = relationship()


class MotionAmendmentOrder(Base):
    """In which order an officer puts the amendments to a motion; the latest stands."""

    __tablename__ = "motion_amendment_orders"
    __table_args__ = (UniqueConstraint("motion_id", "position"),)

    id: Mapped[int] = key()
    motion_id: Mapped[int] = points_to("motions", index=False)
    position: Mapped[int] = mapped_column()  # 1, 2, 3, …
    numbers: Mapped[list[int]] = mapped_column(JSON)
    by_id: Mapped[int] = points_to("memberships")
    made_at: Mapped[datetime] = mapped_column(Instant)

    by: Mapped[Membership] = relationship()


class MotionReason(Base):
    """One point for or against a motion with its source, or a reply to one. Frozen when the ballot opens."""

    __tablename__ = "motion_reasons"
    __table_args__ = (
        UniqueConstraint("motion_id", "number"),
        CheckConstraint("side IN ('for', 'against', 'reply')", name="side"),
        CheckConstraint("(side = 'reply') = (reply_to_id IS NOT NULL)", name="reply"),
        CheckConstraint("side = 'reply' OR source <> ''", name="source"),
        CheckConstraint("point <> ''", name="point"),
    )

    id: Mapped[int] = key()
    motion_id: Mapped[int] = points_to("motions", index=False)
    number: Mapped[int] = mapped_column()  # in the order of entry
    side: Mapped[str] = mapped_column(String(10))
    reply_to_id: Mapped[int | None] = points_to("motion_reasons", nullable=True)
    point: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int] = points_to("memberships")
    given_at: Mapped[datetime] = mapped_column(Instant)

    by: Mapped[Membership] = relationship()
    supports: Mapped[list["ReasonSupport"]] = relationship()


class ReasonSupport(Base):
    """A member who supports a reason; taken back while the ballot isn't open."""

    __tablename__ = "reason_supports"

    reason_id: Mapped[int] = points_to("motion_reasons", primary_key=True, index=False)
    membership_id: Mapped[int] = points_to("memberships", primary_key=True)
