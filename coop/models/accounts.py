"""People and how they sign in."""

from datetime import datetime

from flask_login import UserMixin
from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coop.extensions import Base
from coop.models.columns import Instant, key, points_to


class Person(Base, UserMixin):
    """A sign-in and nothing else; names and addresses belong to memberships."""

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("email"),)

    id: Mapped[int] = key()
    email: Mapped[str | None] = mapped_column(String(254))  # folded to lower case; empty once erased
    password_hash: Mapped[str | None] = mapped_column(String(200))
    # Raised by a reset or "sign out everywhere": older sessions end.
    session_version: Mapped[int] = mapped_column(default=1)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)

    def get_id(self) -> str:
        return f"{self.id}.{self.session_version}"


class SignInToken(Base):
    """A secret sent by mail, kept as its sha256; used once."""

    __tablename__ = "sign_in_tokens"
    __table_args__ = (UniqueConstraint("digest"),)

    id: Mapped[int] = key()
    person_id: Mapped[int] = points_to("people")
    purpose: Mapped[str] = mapped_column(String(20))  # sign-in, reset, welcome, confirm
    digest: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class SignInAttempt(Base):
    """A failed attempt only, by keyed digest of account or address; successes are never counted."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (Index("ix_sign_in_attempts_whom", "whom", "at"),)

    id: Mapped[int] = key()
    whom: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)
