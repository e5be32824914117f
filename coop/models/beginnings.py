"""How an organisation begins here: founded by its founders together, or moving in with what it is already."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.extensions import Base
from coop.models.accounts import Person
from coop.models.columns import Instant, key, points_to
from coop.models.members import Membership
from coop.models.organisations import Organisation


class Beginning(Base):
    """What is prepared before an organisation opens; it stands as it was once it is open."""

    __tablename__ = "beginnings"
    __table_args__ = (
        UniqueConstraint("organisation_id"),
        CheckConstraint("kind IN ('founding', 'moving')", name="kind"),
        CheckConstraint("(kind = 'founding') = (model <> '')", name="model"),
        CheckConstraint("opened_at IS NULL OR sha256 <> ''", name="text"),
    )

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations", index=False)
    kind: Mapped[str] = mapped_column(String(10))
    model: Mapped[str] = mapped_column(String(20), default="")
    # Of a founding {question: value}; of a moving-in {"offers": {number of the offer: "yes" or "no"}}.
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    text: Mapped[str] = mapped_column(Text, default="")  # Markdown with its marks
    sha256: Mapped[str] = mapped_column(String(64), default="")
    registered: Mapped[str] = mapped_column(Text, default="")  # of a moving-in: the text as it was uploaded
    registered_on: Mapped[date | None] = mapped_column()  # from when that text holds
    meets: Mapped[str] = mapped_column(Text, default="")  # of a founding: when and where the founders meet
    by_id: Mapped[int] = points_to("people")  # who had the invitation
    begun_at: Mapped[datetime] = mapped_column(Instant)
    attested_at: Mapped[datetime | None] = mapped_column(
        Instant
    )  # by the second officer: members can ask from here
    balances_entry_id: Mapped[int | None] = points_to("ledger_entries", nullable=True)
    opened_at: Mapped[datetime | None] = mapped_column(Instant)

    organisation: Mapped[Organisation] = relationship()


class Founder(Base):
    """Somebody who founds: invited, has accepted a text, met the others, adopted it; nobody does it for them."""

    __tablename__ = "founders"
    __table_args__ = (
        UniqueConstraint("organisation_id", "person_id"),
        CheckConstraint("(accepted_at IS NULL) = (accepted_sha256 = '')", name="accepted"),
        CheckConstraint("(adopted_at IS NULL) = (adopted_sha256 = '')", name="adopted"),
    )

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    person_id: Mapped[int] = points_to("people")
    name: Mapped[str] = mapped_column(String(200))
    invited_at: Mapped[datetime] = mapped_column(Instant)
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    accepted_sha256: Mapped[str] = mapped_column(String(64), default="")
    adopted_at: Mapped[datetime | None] = mapped_column(Instant)  # at the meeting, being there
    adopted_sha256: Mapped[str] = mapped_column(String(64), default="")
    withdrew_at: Mapped[datetime | None] = mapped_column(Instant)

    person: Mapped[Person] = relationship()


class FounderVote(Base):
    """Whom a founder votes for as an officer; everyone can see it. Without a choice: leave it vacant."""

    __tablename__ = "founder_votes"
    __table_args__ = (UniqueConstraint("founder_id", "office"),)

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    founder_id: Mapped[int] = points_to("founders", index=False)
    office: Mapped[str] = mapped_column(String(30))
    choice_id: Mapped[int | None] = points_to("founders", nullable=True)
    cast_at: Mapped[datetime] = mapped_column(Instant)


class TextAttestation(Base):
    """An officer who compared the marks with the words of the registered text and stands for it."""

    __tablename__ = "text_attestations"
    __table_args__ = (UniqueConstraint("organisation_id", "membership_id", "sha256"),)

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    membership_id: Mapped[int] = points_to("memberships")
    sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)

    membership: Mapped[Membership] = relationship()


class TextQuestion(Base):
    """A member asks about the marks before they are obeyed; an officer answers."""

    __tablename__ = "text_questions"
    __table_args__ = (
        CheckConstraint("text <> ''", name="text"),
        CheckConstraint("(answered_at IS NULL) = (answer = '')", name="answered"),
    )

    id: Mapped[int] = key()
    organisation_id: Mapped[int] = points_to("organisations")
    membership_id: Mapped[int] = points_to("memberships")
    article: Mapped[str] = mapped_column(String(20), default="")
    text: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_by_id: Mapped[int | None] = points_to("memberships", nullable=True)

    membership: Mapped[Membership] = relationship(foreign_keys=[membership_id])
    answered_by: Mapped[Membership | None] = relationship(foreign_keys=[answered_by_id])


class Invitation(Base):
    """The operator lets somebody begin an organisation here, once; only the hash of the code is kept."""

    __tablename__ = "invitations"
    __table_args__ = (UniqueConstraint("code_sha256"),)

    id: Mapped[int] = key()
    code_sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
