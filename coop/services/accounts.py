"""Signing in: passwords, links by mail, failed attempts."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal, TooManyAttempts
from coop.extensions import db
from coop.gateways.passwords import password_matches
from coop.models.accounts import Person, SignInAttempt, SignInToken
from coop.services import records

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 500
ATTEMPTS_WITHIN = timedelta(minutes=15)
FAILURES_PER_ACCOUNT = 10
FAILURES_PER_ADDRESS = 100  # a whole meeting may share one address
LINKS_WITHIN = timedelta(hours=1)
LINKS_PER_ACCOUNT = 5
APPLICATIONS_PER_ADDRESS = 50  # an hour: each causes a mail to an address nobody has proved

TOKEN_LASTS = {
    "sign-in": timedelta(hours=1),
    "reset": timedelta(hours=1),
    "confirm": timedelta(days=30),
    "welcome": timedelta(days=30),
}


@dataclass(frozen=True)
class Tally:
    """Whose failures are counted together, and how many of them are too many."""

    whom: str
    most: int
    within: timedelta = ATTEMPTS_WITHIN


def folded(email: str) -> str:
    """The address as it is kept and compared."""
    return email.strip().lower()


def find_by_email(email: str) -> Person | None:
    return db.session.scalar(select(Person).where(Person.email == folded(email)))


def find_or_create(email: str, now: datetime) -> Person:
    """The sign-in of that address, made where there is none."""
    person = find_by_email(email)
    if person is not None:
        return person
    try:
        with db.session.begin_nested():
            person = Person(email=folded(email), created_at=now)
            db.session.add(person)
    except IntegrityError:  # somebody made it in this very moment
        return db.session.scalars(select(Person).where(Person.email == folded(email))).one()
    return person


def person_with(email: str, password: str) -> Person | None:
    """Whoever signs in with these, or None; an unknown address costs the same work as a wrong password."""
    person = find_by_email(email)
    return person if password_matches(person.password_hash if person else None, password) else None


def tallies(secret_key: str, email: str, address: str) -> tuple[Tally, Tally]:
    """The counts that one attempt to sign in adds to if it fails: of the account and of the address."""
    return (
        Tally(_whom(secret_key, "account", folded(email)), FAILURES_PER_ACCOUNT),
        Tally(_whom(secret_key, "address", address), FAILURES_PER_ADDRESS),
    )


def refuse_after_too_many(counts: Iterable[Tally], now: datetime) -> None:
    """Raise TooManyAttempts where too many attempts failed lately, whether or not the account exists."""
    for count in counts:
        failed = _attempts(count, now)
        if len(failed) >= count.most:
            wait = failed[-count.most] + count.within - now
            minutes = max(1, -(-int(wait.total_seconds()) // 60))
            raise TooManyAttempts(
                ngettext(
                    "Too many attempts failed. Try again in %(num)s minute, or ask for a link by mail.",
                    "Too many attempts failed. Try again in %(num)s minutes, or ask for a link by mail.",
                    minutes,
                )
            )


def count_application(secret_key: str, address: str, now: datetime) -> None:
    """Count an application by the address it came from; raise TooManyAttempts where a machine sends them."""
    count = Tally(_whom(secret_key, "join", address), APPLICATIONS_PER_ADDRESS, LINKS_WITHIN)
    if len(_attempts(count, now)) >= count.most:
        raise TooManyAttempts(
            _("Many applications came from where you are. Try again in an hour, or write to the secretary.")
        )
    db.session.add(SignInAttempt(whom=count.whom, at=now))


def count_failure(counts: Iterable[Tally], now: datetime) -> None:
    """Write a failed attempt down."""
    db.session.add_all(SignInAttempt(whom=count.whom, at=now) for count in counts)


def ask_for_link(email: str, purpose: str, secret_key: str, now: datetime, *, then: str = "") -> None:
    """Send a link to sign in or to choose a new password, if the address is known.

    A known and an unknown address cause the same writes but one, and get the same words.
    """
    count = Tally(_whom(secret_key, "link", folded(email)), LINKS_PER_ACCOUNT, LINKS_WITHIN)
    asked = len(_attempts(count, now))
    db.session.add(SignInAttempt(whom=count.whom, at=now))
    person = find_by_email(email)
    if person is None or asked >= count.most:
        return
    template = "password-reset" if purpose == "reset" else "sign-in-link"
    records.send(
        None, template, f"{template}:{person.id}:{now.isoformat()}", now, person_id=person.id, then=then
    )


def mint(person_id: int, purpose: str, now: datetime) -> str:
    """Make a secret that signs this person in once; only its digest is kept."""
    secret = secrets.token_urlsafe(32)
    db.session.add(
        SignInToken(
            person_id=person_id,
            purpose=purpose,
            digest=_digest(secret),
            expires_at=now + TOKEN_LASTS[purpose],
        )
    )
    return secret


def find_token(secret: str, now: datetime) -> SignInToken | None:
    """The token behind a link, if it can still be used."""
    return db.session.scalar(
        select(SignInToken).where(
            SignInToken.digest == _digest(secret), SignInToken.used_at.is_(None), SignInToken.expires_at > now
        )
    )


def use_token(secret: str, now: datetime) -> Person:
    """Sign in by a link from a mail; works once, and proves that the address is this person's."""
    token = db.session.scalar(
        select(SignInToken)
        .where(SignInToken.digest == _digest(secret))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if token is None or token.used_at is not None or token.expires_at <= now:
        raise Refusal(_("This link was used or is too old. Ask for a new one."))
    token.used_at = now
    person = db.session.get_one(Person, token.person_id)
    if person.erased_at is not None:
        raise Refusal(_("This link was used or is too old. Ask for a new one."))
    if person.confirmed_at is None:
        person.confirmed_at = now
    return person


def set_password(person: Person, password_hash: str, actor: Actor, now: datetime) -> None:
    """Set one's password, which ends every other session and every link still on its way."""
    authorize(actor, Permission.SET_PASSWORD, person)
    person = db.session.scalars(select(Person).where(Person.id == person.id).with_for_update()).one()
    person.password_hash = password_hash
    person.session_version += 1
    db.session.execute(
        update(SignInToken)
        .where(SignInToken.person_id == person.id, SignInToken.used_at.is_(None))
        .values(used_at=now)
    )
    records.record(None, actor, "set a password", f"person {person.id}", now)
    records.send(
        None, "password-changed", f"password-changed:{person.id}:{now.isoformat()}", now, person_id=person.id
    )


def forget(person: Person, now: datetime) -> None:
    """Take away the address and every way to sign in; the row stays, because others point to it.

    Who may ask for this is the caller's to say.
    """
    person.email = None
    person.password_hash = None
    person.session_version += 1
    person.erased_at = now
    db.session.execute(delete(SignInToken).where(SignInToken.person_id == person.id))


def forget_spent(now: datetime) -> None:
    """Drop the tokens and attempts that nothing asks for any more."""
    yesterday = now - timedelta(days=1)
    db.session.execute(delete(SignInToken).where(SignInToken.expires_at < yesterday))
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.at < yesterday))


def _attempts(count: Tally, now: datetime) -> list[datetime]:
    return list(
        db.session.scalars(
            select(SignInAttempt.at)
            .where(SignInAttempt.whom == count.whom, SignInAttempt.at > now - count.within)
            .order_by(SignInAttempt.at)
        )
    )


def _whom(secret_key: str, kind: str, value: str) -> str:
    """A keyed digest, so that the table of failures is no list of addresses."""
    return hmac.new(secret_key.encode(), f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
