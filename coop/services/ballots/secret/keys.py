"""A secret ballot's keys: made before its announcement, opened in memory while it is open, destroyed after."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.gateways import blind_signatures
from coop.models.ballots import Ballot, SigningKey
from coop.models.organisations import Body, Organisation
from coop.rules.chain import canonical
from coop.rules.secrecy import more_secret
from coop.rules.secret_messages import fingerprint
from coop.services.ballots.roll import draw_roll
from coop.services.ballots.rule import lawful_for
from coop.services.ballots.secret.roll import refuse_unfit

RECEIPT = "receipt"
CLASS = "class:"


@dataclass(frozen=True)
class NewKey:
    """A key that is not in the database yet; its private half is sealed already."""

    purpose: str
    public: dict[str, str]
    private_sealed: bytes


def ballot_id(ballot: Ballot, organisation: Organisation) -> str:
    """Name the ballot as bundles and signatures do."""
    return f"{organisation.slug}/{ballot.number}"


def prepare_keys(
    ballot: Ballot, organisation: Organisation, actor: Actor, now: datetime, ballot_key: str
) -> tuple[NewKey, ...]:
    """Make the keys a draft is announced with; none if it isn't secret. Takes seconds: before the write lock."""
    authorize(actor, Permission.SET_UP_BALLOT, ballot)
    found = lawful_for(ballot, organisation, now)
    if ballot.stage_at(now) != "drafted" or more_secret(ballot.secrecy, found.secrecy) != "secret":
        return ()
    body = db.session.get_one(Body, ballot.body_id)
    roll = draw_roll(organisation, body, organisation.day_of(now), found.frozen)
    refuse_unfit(roll, found.secret_minimum, found.sources["minimum"])
    here = ballot_id(ballot, organisation)
    classes = sorted({entry.voting_class for entry in roll})
    made = [(CLASS + name, *blind_signatures.new_class_key()) for name in classes]
    made.append((RECEIPT, *blind_signatures.new_receipt_key()))
    return tuple(
        NewKey(purpose, public, blind_signatures.seal_key(ballot_key, private, here, purpose))
        for purpose, public, private in made
    )


def store_keys(ballot: Ballot, keys: Sequence[NewKey]) -> str:
    """Fix the keys of a ballot that is being announced, and return their fingerprint."""
    if not keys:
        raise Refusal(_("This ballot became a secret one a moment ago, and its keys are missing. Try again."))
    db.session.add_all(
        SigningKey(
            ballot_id=ballot.id,
            purpose=key.purpose,
            public_jwk=canonical(key.public),
            private_sealed=key.private_sealed,
        )
        for key in keys
    )
    db.session.flush()
    return fingerprint_of(ballot)


def public_keys(ballot: Ballot) -> tuple[dict[str, Any], Any]:
    """Return the public key of each class and the one that signs receipts; none for other ballots."""
    rows = db.session.execute(
        select(SigningKey.purpose, SigningKey.public_jwk)
        .where(SigningKey.ballot_id == ballot.id)
        .order_by(SigningKey.purpose)
    )
    found = {purpose: json.loads(jwk) for purpose, jwk in rows}
    receipt_key = found.pop(RECEIPT, None)
    return {purpose.removeprefix(CLASS): jwk for purpose, jwk in found.items()}, receipt_key


def fingerprint_of(ballot: Ballot) -> str:
    """Name the keys of a ballot shortly, to compare; "" where it has none."""
    keys, receipt_key = public_keys(ballot)
    return fingerprint(keys, receipt_key) if keys else ""


# Opened private keys of ballots still open, by what they are sealed as, and until when they are needed.
_opened: dict[bytes, tuple[bytes, datetime]] = {}


def private_key(ballot: Ballot, organisation: Organisation, purpose: str, ballot_key: str) -> bytes:
    """Open a private key, in memory only; refuse once it is destroyed."""
    sealed = db.session.scalar(
        select(SigningKey.private_sealed).where(
            SigningKey.ballot_id == ballot.id, SigningKey.purpose == purpose
        )
    )
    if sealed is None:
        raise Refusal(_("Voting on “%(title)s” is over, and its keys are destroyed.", title=ballot.title))
    if sealed not in _opened:
        here = ballot_id(ballot, organisation)
        private = blind_signatures.open_key(ballot_key, sealed, here, purpose)
        _opened[sealed] = (private, ballot.closes_at)
    return _opened[sealed][0]


def destroy_keys(ballot: Ballot) -> None:
    """Destroy the private halves; the public ones stand for ever."""
    for key in db.session.scalars(select(SigningKey).where(SigningKey.ballot_id == ballot.id)):
        if key.private_sealed is not None:
            _opened.pop(key.private_sealed, None)
        key.private_sealed = None
    db.session.flush()


def forget_closed(now: datetime) -> None:
    """Drop the opened keys of ballots that closed: this process may not be the one that seals them."""
    for sealed, (_private, until) in list(_opened.items()):
        if until <= now:
            _opened.pop(sealed, None)
