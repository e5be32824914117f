"""Tokens: one for each entry of the roll, signed without seeing what is signed.

Three steps, because signing takes long and the write lock is short: ask (read and check), issue (write who
was given a token), sign (after the commit, so that no signature leaves without its row).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.gateways import blind_signatures
from coop.models.ballots import Ballot, RollEntry, TokenIssued
from coop.models.organisations import Organisation
from coop.models.tellers import PaperBatch, PaperVoter
from coop.services.ballots.reading import handed_in_words
from coop.services.ballots.roll import why_not
from coop.services.ballots.secret.keys import CLASS, private_key, public_keys
from coop.services.ballots.voting import refuse_outside_voting
from coop.services.records import record


@dataclass(frozen=True)
class Asked:
    """A blinded value that the class's key can sign."""

    voting_class: str
    blinded: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.blinded).hexdigest()


# Issuing shares the ballot's row, sealing takes it alone: no token slips in behind the count.
_PLACE = (
    select(
        Ballot.secrecy,
        Ballot.opened_at,
        Ballot.sealed_at,
        Ballot.void_at,
        RollEntry.id,
        RollEntry.entitled,
        RollEntry.reason,
        RollEntry.voting_class,
        PaperBatch.entered_at.label("handed_in_at"),
        PaperBatch.channel,
    )
    .outerjoin(
        RollEntry, (RollEntry.ballot_id == Ballot.id) & (RollEntry.membership_id == bindparam("voter"))
    )
    .outerjoin(PaperVoter, PaperVoter.roll_entry_id == RollEntry.id)
    .outerjoin(PaperBatch, PaperBatch.id == PaperVoter.batch_id)
    .where(Ballot.id == bindparam("ballot"))
)
_PLACE_KEPT = _PLACE.with_for_update(read=True, of=Ballot)


def _once(insert: Callable[..., Any]) -> Any:
    once = insert(TokenIssued).on_conflict_do_nothing(index_elements=["roll_entry_id"])
    return once.returning(TokenIssued.roll_entry_id)


_ISSUE = {"sqlite": _once(sqlite.insert), "postgresql": _once(postgresql.insert)}


def ask(ballot: Ballot, voter: Actor, blinded: object, now: datetime) -> Asked:
    """Check what a member asks to have signed, before anything is written."""
    authorize(voter, Permission.VOTE, ballot)
    entry = _entry_of(_PLACE, ballot, voter, now)
    jwk = public_keys(ballot)[0][entry.voting_class]
    modulus, _exponent = blind_signatures.class_key_numbers(jwk)
    try:
        value = blind_signatures.from_b64u(blinded, -(-modulus.bit_length() // 8))
    except ValueError:
        value = b""
    if not 0 < int.from_bytes(value, "big") < modulus:
        raise Refusal(_("Your browser sent something that can't be signed. Reload the page and try again."))
    return Asked(entry.voting_class, value)


def issue(ballot: Ballot, voter: Actor, asked: Asked, now: datetime) -> None:
    """Write down that a member was given a token; the same value again is the same token."""
    authorize(voter, Permission.VOTE, ballot)
    entry = _entry_of(_PLACE_KEPT, ballot, voter, now)
    row = {"roll_entry_id": entry.id, "ballot_id": ballot.id, "blinded_sha256": asked.sha256}
    if db.session.scalar(_ISSUE[db.engine.dialect.name], row) is not None:
        record(ballot.organisation_id, voter, "was given a voting token on", f"ballot {ballot.number}", now)
        return
    known = db.session.scalar(select(TokenIssued.blinded_sha256).where(TokenIssued.roll_entry_id == entry.id))
    if known != asked.sha256:
        raise Refusal(
            _(
                "You were given a voting token for this ballot before, on another device or in another browser. "
                "Vote there, or load the file you saved."
            )
        )


def sign(
    ballot: Ballot, organisation: Organisation, voter: Actor, asked: Asked, ballot_key: str
) -> dict[str, str]:
    """Sign what was issued and committed: `{"class", "signature"}` for the member's browser."""
    authorize(voter, Permission.VOTE, ballot)
    private = private_key(ballot, organisation, CLASS + asked.voting_class, ballot_key)
    signed = blind_signatures.sign_blinded(private, asked.blinded)
    return {"class": asked.voting_class, "signature": blind_signatures.b64u(signed)}


def _entry_of(place: Any, ballot: Ballot, voter: Actor, now: datetime) -> Any:
    row = db.session.execute(place, {"ballot": ballot.id, "voter": voter.membership_id}).one()
    if row.secrecy != "secret":
        raise Refusal(_("“%(title)s” is not a secret ballot.", title=ballot.title))
    refuse_outside_voting(ballot, row.opened_at, row.sealed_at, row.void_at, now)
    if not row.entitled:
        why = row.reason or why_not(ballot, voter.membership)
        raise Refusal(_("You can't vote on “%(title)s”. %(why)s", title=ballot.title, why=why))
    if row.handed_in_at is not None:
        raise Refusal(handed_in_words(ballot, row.handed_in_at, row.channel))
    return row
