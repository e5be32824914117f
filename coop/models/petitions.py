"""Petitions of members: for the recall of an office-holder, or for a general meeting."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.extensions import Base
from coop.models.ballots import Ballot
from coop.models.columns import Instant, key, points_to
from coop.models.meetings import Meeting
from coop.models.members import Membership
from coop.models.organisations import Body, OfficeTerm


class Petition(Base):
    """Open → reached, and so a ballot or a meeting; or lapsed. Who may sign, and how many must, is frozen at first."""

    __tablename__ = "petitions"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        UniqueConstraint("ballot_id"),
        UniqueConstraint("meeting_id"),
        CheckConstraint("kind IN ('recall', 'meeting')", name="kind"),
        CheckConstraint("(kind = 'recall') = (term_id IS NOT NULL)", name="whose"),
        CheckConstraint("needed >= 1", name="needed"),
        CheckConstraint("begun_at < sign_until", name="period"),
        CheckConstraint(
            "(reached_at IS NULL) = (ballot_id IS NULL AND meeting_id IS NULL)", name="what_came_of_it"
        ),
    )

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    number: Mapped[int] = mapped_column()
    kind: Mapped[str] = mapped_column(String(10))
    body_id: Mapped[int] = points_to("bodies")  # whose members sign, and then vote or meet
    term_id: Mapped[int | None] = points_to("office_terms", nullable=True)  # the one to be recalled from
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(
        String(300), default=""
    )  # where the meeting would be, and at what hour
    hour: Mapped[int] = mapped_column(default=0)
    begun_by_id: Mapped[int] = points_to("memberships")
    begun_at: Mapped[datetime] = mapped_column(Instant)
    sign_until: Mapped[datetime] = mapped_column(Instant)
    zone: Mapped[str] = mapped_column(String(60))
    eligible: Mapped[int] = mapped_column()
    needed: Mapped[int] = mapped_column()
    # {"threshold", "articles", "version"}, and for a recall {"reply_days", "term_ends_on"}, of the day it was begun
    rule: Mapped[dict[str, Any]] = mapped_column(JSON)
    version_id: Mapped[int] = points_to("constitution_versions")
    reached_at: Mapped[datetime | None] = mapped_column(Instant)
    ballot_id: Mapped[int | None] = points_to("ballots", nullable=True, index=False)
    meeting_id: Mapped[int | None] = points_to("meetings", nullable=True, index=False)
    reply: Mapped[str] = mapped_column(Text, default="")  # of the office-holder
    replied_at: Mapped[datetime | None] = mapped_column(Instant)

    body: Mapped[Body] = relationship()
    term: Mapped[OfficeTerm | None] = relationship()
    ballot: Mapped[Ballot | None] = relationship()
    meeting: Mapped[Meeting | None] = relationship()
    begun_by: Mapped[Membership] = relationship()

    def stage_at(self, now: datetime) -> str:
        """Return "reached", "open" or "lapsed"."""
        if self.reached_at is not None:
            return "reached"
        return "open" if now < self.sign_until else "lapsed"


class PetitionSignature(Base):
    """A member who signed; once said it stands, and none comes after the number is reached."""

    __tablename__ = "petition_signatures"

    petition_id: Mapped[int] = points_to("petitions", primary_key=True, index=False)
    membership_id: Mapped[int] = points_to("memberships", primary_key=True)
    signed_at: Mapped[datetime] = mapped_column(Instant)
