"""The end of a secret ballot: keys destroyed, rows written again without their order, votes weighed.

What is left on the disk is removed afterwards by `coop.transaction`; until then `scrubbed` says no.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select, text, update

from coop.extensions import db
from coop.models.ballots import Ballot, RollEntry, Sealing, SecretVote
from coop.rules.secrecy import FEWEST_VOTES
from coop.services.ballots.secret.keys import destroy_keys

_SEALING = 7211  # the advisory lock
_WAIT = "5s"  # for readers of the tables; then the next try, a second later
# Before the tables, as everyone else does: a row that comes back asks whether its ballot is there.
_THEIR_BALLOTS = "SELECT id FROM ballots WHERE secrecy = 'secret' ORDER BY id FOR KEY SHARE"
_KEYS = {"tokens_issued": "roll_entry_id", "secret_votes": "serial, ballot_id"}


def one_at_a_time(ballot_id: int) -> None:
    """Let one secret ballot of the database end at a time: call it before the ballot's row is locked."""
    secrecy = db.session.scalar(select(Ballot.secrecy).where(Ballot.id == ballot_id))
    if secrecy == "secret" and db.engine.dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:sealing)"), {"sealing": _SEALING})


def end(ballot: Ballot) -> None:
    """Destroy the private keys and forget in which order tokens and votes came.

    Call it before the ballot becomes sealed or void. On SQLite both tables lie in the order of their keys,
    and VACUUM writes the file anew; PostgreSQL would keep the order in its pages and transaction numbers.
    """
    if ballot.announced_at is None:
        return
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text(f"SET LOCAL lock_timeout = '{_WAIT}'"))
        db.session.execute(text(_THEIR_BALLOTS))
        db.session.execute(text("LOCK TABLE tokens_issued, secret_votes IN ACCESS EXCLUSIVE MODE"))
    db.session.add(Sealing(ballot_id=ballot.id))
    db.session.flush()
    destroy_keys(ballot)
    if db.engine.dialect.name == "postgresql":
        for table, key in _KEYS.items():
            _write_again(table, key)


def too_few(ballot: Ballot) -> str:
    """Say why the votes of a ballot must stay untold: so few that they could tell how somebody voted."""
    rows = db.session.execute(
        select(SecretVote.voting_class, func.count())
        .where(SecretVote.ballot_id == ballot.id)
        .group_by(SecretVote.voting_class)
    )
    if all(votes >= FEWEST_VOTES for _name, votes in rows):
        return ""
    return str(
        _(
            "Fewer than %(fewest)d members of one class voted. Their votes could be guessed from the result, so "
            "it is not counted, and nobody will see the votes. Draft the question again, openly or in private.",
            fewest=FEWEST_VOTES,
        )
    )


def weighed(ballot: Ballot) -> list[tuple[Any, int]]:
    """Give each choice with the weight of its class."""
    rows = db.session.execute(
        select(RollEntry.voting_class, func.max(RollEntry.weight))
        .where(RollEntry.ballot_id == ballot.id, RollEntry.entitled)
        .group_by(RollEntry.voting_class)
    )
    weights = dict(iter(rows))
    return [(json.loads(one.vote), weights[one.voting_class]) for one in _votes(ballot)]


def votes_by_serial(ballot: Ballot) -> list[dict[str, Any]]:
    """Give the votes as the bundle has them."""
    return [
        {
            "class": one.voting_class,
            "serial": one.serial,
            "prefix": one.prefix,
            "token": one.token,
            "n": one.n,
            "vote": one.vote,
            "sig": one.signature,
        }
        for one in _votes(ballot)
    ]


def unscrubbed() -> list[Sealing]:
    """List the sealings of which traces may still lie on the disk."""
    return list(db.session.scalars(select(Sealing).where(Sealing.scrubbed_at.is_(None))))


def mark_sorted(ballot_ids: Sequence[int], now: datetime) -> None:
    """Note that the database was written anew since these ballots ended."""
    _mark(ballot_ids, "sorted_at", now)


def mark_scrubbed(ballot_ids: Sequence[int], now: datetime) -> None:
    """Note that nothing of what was written while these ballots were open is left on the disk."""
    _mark(ballot_ids, "scrubbed_at", now)


def sealing_of(ballot: Ballot) -> Sealing | None:
    """Return how a secret ballot ended, and since when a copy of the database tells nothing; None while it runs."""
    return db.session.get(Sealing, ballot.id)


def _mark(ballot_ids: Sequence[int], column: str, now: datetime) -> None:
    """Set an instant once: another process may have been quicker."""
    unset = getattr(Sealing, column).is_(None)
    db.session.execute(update(Sealing).where(Sealing.ballot_id.in_(ballot_ids), unset).values({column: now}))


def _votes(ballot: Ballot) -> list[Any]:
    rows = db.session.execute(
        select(
            SecretVote.voting_class,
            SecretVote.serial,
            SecretVote.prefix,
            SecretVote.token,
            SecretVote.n,
            SecretVote.vote,
            SecretVote.signature,
        ).where(SecretVote.ballot_id == ballot.id)
    )
    return sorted(rows, key=lambda row: row.serial)  # by code point on any engine


def _write_again(table: str, key: str) -> None:
    """Empty a table into a new file and put every row back in order: none keeps its place or its age."""
    for statement in (
        f"CREATE TEMPORARY TABLE sorting_{table} ON COMMIT DROP AS TABLE {table}",
        f"TRUNCATE {table}",
        f"INSERT INTO {table} SELECT * FROM sorting_{table} ORDER BY {key}",
    ):
        db.session.execute(text(statement))
