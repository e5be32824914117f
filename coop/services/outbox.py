"""The postman: takes letters from the outbox after their deeds, and delivers them at least once."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, or_, select

from coop.extensions import db
from coop.gateways.mail import Letter, MailDelayed, MailRefused, MailUnreachable, Post
from coop.models.records import OutboxMail
from coop.transaction import writing

log = logging.getLogger("coop.outbox")

HANDFUL = 20
# A postman who dies with letters in hand gives them back after this time; the key lets a reader know a copy.
LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 12
LONGEST_PAUSE = timedelta(hours=6)
NOT_NEEDED = "It was not needed any more."

Outcome = str | MailDelayed | None  # why never, why later, or delivered
Writer = Callable[[OutboxMail, datetime], Letter | str | None]


@dataclass
class Round:
    """What became of the letters of one round."""

    sent: int = 0
    delayed: int = 0
    failed: int = 0
    not_needed: int = 0

    @property
    def handled(self) -> int:
        return self.sent + self.delayed + self.failed + self.not_needed


def deliver_waiting(post: Post, write: Writer, now: datetime) -> Round:
    """Deliver what waits now. `write` makes the letter of a row, and mints its link, as it is taken.

    It returns NOT_NEEDED for a letter that has become needless since it was queued.

    Not a deed of a request, so it owns its transactions: the network is never reached inside one.
    """
    total = Round()
    while _waiting(now):
        with writing():
            taken = [(row.id, row.attempts, _written(row, write, now)) for row in _take(now)]
        outcomes: list[tuple[int, int, Outcome]] = []
        down: MailUnreachable | None = None
        for row_id, attempts, letter in taken:
            outcome = down or _delivered(post, letter)
            down = outcome if isinstance(outcome, MailUnreachable) else down
            outcomes.append((row_id, attempts, outcome))
        with writing():
            for row_id, attempts, outcome in outcomes:
                _note(db.session.get_one(OutboxMail, row_id), attempts, outcome, now, total)
        if down is not None:
            return total
    return total


def _waiting(now: datetime) -> bool:
    """Whether there is anything to take; asked first, so that an idle postman never holds up a vote."""
    return db.session.scalar(_due(now).limit(1)) is not None


def _take(now: datetime) -> list[OutboxMail]:
    rows = db.session.scalars(_due(now).limit(HANDFUL).with_for_update(skip_locked=True)).all()
    for row in rows:
        row.attempts += 1
        row.not_before = now + LEASE
    return list(rows)


def _due(now: datetime) -> Select[Any]:
    return (
        select(OutboxMail)
        .where(
            OutboxMail.sent_at.is_(None),
            OutboxMail.failed.is_(None),
            or_(OutboxMail.not_before.is_(None), OutboxMail.not_before <= now),
        )
        .order_by(OutboxMail.id)
    )


def _written(row: OutboxMail, write: Writer, now: datetime) -> Letter | str:
    """The letter, or why there is none; one bad row holds up no other."""
    try:
        with db.session.begin_nested():
            letter = write(row, now)
    except Exception as fault:  # noqa: BLE001 - whatever one template does wrong, the others must go out
        log.error("mail %s (%s) could not be written: %s", row.id, row.template, type(fault).__name__)  # noqa: TRY400
        return f"It could not be written ({type(fault).__name__})."
    return letter or "There is no address to send it to."


def _delivered(post: Post, letter: Letter | str) -> Outcome:
    """None if it was delivered, MailDelayed if it is to be tried again, or why it never will be."""
    if isinstance(letter, str):
        return letter
    try:
        post.deliver(letter)
    except MailDelayed as delay:
        return delay
    except MailRefused as refusal:
        return str(refusal)
    return None


def _note(row: OutboxMail, attempts: int, outcome: Outcome, now: datetime, total: Round) -> None:
    if outcome is None:
        row.sent_at = now
        total.sent += 1
    elif isinstance(outcome, MailUnreachable) or (
        isinstance(outcome, MailDelayed) and attempts < MOST_ATTEMPTS
    ):
        row.not_before = now + min(timedelta(minutes=2 ** min(attempts, 12)), LONGEST_PAUSE)
        total.delayed += 1
    else:
        row.failed = str(outcome)
        total.not_needed += outcome == NOT_NEEDED
        total.failed += outcome != NOT_NEEDED
