"""What the voters of a ballot are told, by mail and by post."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.extensions import Base
from coop.models.ballots import Ballot
from coop.models.columns import Instant, key, points_to


class BallotMailing(Base):
    """One thing told to a ballot's voters, once: due → queued → its letters posted."""

    __tablename__ = "ballot_mailings"
    __table_args__ = (
        UniqueConstraint("ballot_id", "kind"),
        CheckConstraint("kind IN ('opening', 'reminder', 'outcome', 'void')", name="kind"),
        CheckConstraint("(posted_at IS NULL) = (posted_by = '')", name="posted_by"),
        Index(
            "ix_ballot_mailings_waiting",
            "due_at",
            sqlite_where=text("queued_at IS NULL"),
            postgresql_where=text("queued_at IS NULL"),
        ),
    )

    id: Mapped[int] = key()
    ballot_id: Mapped[int] = points_to("ballots", index=False)
    kind: Mapped[str] = mapped_column(String(10))
    due_at: Mapped[datetime] = mapped_column(Instant)
    queued_at: Mapped[datetime | None] = mapped_column(Instant)  # every mail and letter of it is written down
    posted_at: Mapped[datetime | None] = mapped_column(Instant)
    posted_by: Mapped[str] = mapped_column(String(80), default="")

    ballot: Mapped[Ballot] = relationship()

    @property
    def batch(self) -> str:
        """What its mails are called in the outbox."""
        return f"ballot:{self.ballot_id}:{self.kind}"


class BallotLetter(Base):
    """A letter of a mailing to a member who is reached by post. Append-only."""

    __tablename__ = "ballot_letters"
    __table_args__ = (UniqueConstraint("mailing_id", "membership_id"),)

    id: Mapped[int] = key()
    mailing_id: Mapped[int] = points_to("ballot_mailings", index=False)
    membership_id: Mapped[int] = points_to("memberships")
