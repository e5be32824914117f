"""Casting in secret: whoever holds a token votes. No name, no address, no time, no audit event."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from coop.errors import Refusal
from coop.extensions import db
from coop.gateways import blind_signatures
from coop.models.ballots import Ballot, SecretVote
from coop.models.organisations import Organisation
from coop.rules.chain import canonical
from coop.rules.secret_messages import receipt_message, token_message, vote_digest, vote_message
from coop.services.ballots import papers
from coop.services.ballots.secret.keys import RECEIPT, ballot_id, private_key, public_keys
from coop.services.ballots.voting import motion_paper, refuse_outside_voting

MOST_CHANGES = 1_000_000
# From and to how many characters each text may have. Anyone may post anything, so what costs least is looked at first:
# form and lengths, then keys and signatures.
_LENGTHS = {"serial": (87, 87), "prefix": (43, 43), "token": (512, 683), "vote": (1, 4_000), "sig": (86, 86)}


@dataclass(frozen=True)
class Paper:
    """A vote whose token and signature are good, and whose choice the ballot allows."""

    voting_class: str
    serial: str
    prefix: str
    token: str
    n: int
    vote: str
    sig: str


# Casting shares the ballot's row, sealing takes it alone: no vote slips in behind the count.
_STATE = select(Ballot.opened_at, Ballot.sealed_at, Ballot.void_at).with_for_update(read=True)


def _upsert(insert: Callable[..., Any]) -> Any:
    """Insert, or replace by a higher n, in one statement, so that many at once are one vote on either engine."""
    vote = insert(SecretVote)
    new, old = vote.excluded, SecretVote
    later = vote.on_conflict_do_update(
        index_elements=["serial", "ballot_id"],
        set_={"n": new.n, "vote": new.vote, "signature": new.signature},
        where=(new.n > old.n) & (new.token == old.token),
    )
    return later.returning(SecretVote.n)


_CAST = {"sqlite": _upsert(sqlite.insert), "postgresql": _upsert(postgresql.insert)}


def checked(ballot: Ballot, organisation: Organisation, given: object) -> Paper:
    """Check what was posted, before the write lock; a token is all that anyone must show."""
    if ballot.secrecy != "secret":
        raise Refusal(_("“%(title)s” is not a secret ballot.", title=ballot.title))
    if not isinstance(given, Mapping) or not _is_shaped(given):
        raise Refusal(_("This is not a vote as a browser sends it. Reload the page and try again."))
    here, serial = ballot_id(ballot, organisation), given["serial"]
    voting_class = next(
        (
            name
            for name, jwk in public_keys(ballot)[0].items()
            if blind_signatures.token_is_good(
                jwk, given["prefix"], token_message(here, name, serial), given["token"]
            )
        ),
        None,
    )
    if voting_class is None:
        raise Refusal(_("The voting token is not one of this ballot, so the vote was not counted."))
    if not blind_signatures.vote_is_signed(
        serial, vote_message(here, given["n"], given["vote"]), given["sig"]
    ):
        raise Refusal(
            _("The signature doesn't fit the vote, so it was not counted. Reload the page and try again.")
        )
    _refuse_another_paper(ballot, given["vote"])
    return Paper(voting_class, *(given[name] for name in ("serial", "prefix", "token", "n", "vote", "sig")))


def cast(ballot: Ballot, paper: Paper, now: datetime) -> None:
    """Put a checked vote in the box: a higher n replaces, the same again changes nothing, even after closing."""
    state = db.session.execute(_STATE.where(Ballot.id == ballot.id)).one()
    try:
        refuse_outside_voting(ballot, state.opened_at, state.sealed_at, state.void_at, now)
    except Refusal:
        if state.void_at is None and _stands(ballot, paper):
            return  # it came in time, and its answer was lost
        raise
    row = {name: getattr(paper, name) for name in ("voting_class", "serial", "prefix", "token", "n", "vote")}
    row |= {"ballot_id": ballot.id, "signature": paper.sig}
    if db.session.scalar(_CAST[db.engine.dialect.name], row) is not None:
        return
    if not _stands(ballot, paper):
        raise Refusal(
            _("A later vote with this token is counted already. Reload the page to see it or to change it.")
        )


def is_counted(ballot: Ballot, paper: Paper) -> bool:
    """Whether this very vote was counted: all that can be said once the key that signs receipts is destroyed."""
    return ballot.sealed_at is not None and ballot.void_at is None and _stands(ballot, paper)


def receipt_for(
    ballot: Ballot, organisation: Organisation, paper: Paper, ballot_key: str
) -> dict[str, str | int]:
    """Sign that the server has the vote: made before it is cast, given out only after the commit."""
    here, digest = ballot_id(ballot, organisation), vote_digest(paper.vote)
    private = private_key(ballot, organisation, RECEIPT, ballot_key)
    signed = blind_signatures.sign_receipt(private, receipt_message(here, paper.serial, paper.n, digest))
    return {
        "ballot": here,
        "serial": paper.serial,
        "n": paper.n,
        "vote_sha256": digest,
        "signature": blind_signatures.b64u(signed),
    }


def _stands(ballot: Ballot, paper: Paper) -> bool:
    there = db.session.execute(
        select(SecretVote.n, SecretVote.vote, SecretVote.token).where(
            SecretVote.serial == paper.serial, SecretVote.ballot_id == ballot.id
        )
    ).one_or_none()
    return there is not None and tuple(there) == (paper.n, paper.vote, paper.token)


def _is_shaped(given: Mapping[Any, Any]) -> bool:
    n = given.get("n")
    return (
        given.keys() == {*_LENGTHS, "n"}
        and all(_is_text(given[name], *sizes) for name, sizes in _LENGTHS.items())
        and type(n) is int
        and 1 <= n <= MOST_CHANGES
    )


def _is_text(text: object, least: int, most: int) -> bool:
    return isinstance(text, str) and least <= len(text) <= most and text.isascii()


def _refuse_another_paper(ballot: Ballot, vote: str) -> None:
    """Refuse a choice that the paper doesn't allow, or that isn't spelt in the one canonical way."""
    try:
        choice = json.loads(vote)
        whole = canonical(choice) == vote
    except (ValueError, RecursionError):
        choice, whole = None, False
    if ballot.kind == "motion":
        whole = whole and motion_paper(choice) == choice
    else:
        plain = isinstance(choice, list) and all(one is None or type(one) is int for one in choice)
        whole = whole and plain and papers.checked(ballot, choice) == choice
    if not whole:
        raise Refusal(_("This is not a vote that the paper allows. Reload the page and choose again."))
