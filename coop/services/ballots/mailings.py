"""What voters are told, once: who by mail, who by letter; written down in chunks, so that no vote waits for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from coop.extensions import db
from coop.models.ballots import Ballot, RollEntry, TokenIssued, Vote
from coop.models.mailings import BallotLetter, BallotMailing
from coop.models.members import ENDED, Membership
from coop.models.organisations import Organisation
from coop.models.records import OutboxMail
from coop.models.tellers import PaperVoter
from coop.services.ballots import secret
from coop.services.ballots.transcript import head_of_bundle
from coop.services.outbox import NOT_NEEDED

CHUNK = 5_000  # of the roll, in one short transaction each
TEMPLATES = {
    "opening": "ballot-open",
    "reminder": "ballot-reminder",
    "outcome": "ballot-outcome",
    "void": "ballot-void",
}
_MAIL = ("organisation_id", "key", "batch", "template", "membership_id", "ids", "queued_at")
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
BY_MAIL = and_(Membership.notices == "mail", Membership.email != "")


@dataclass(frozen=True)
class Told:
    """What became of a mailing so far."""

    mailing: BallotMailing
    sent: int
    waiting: int
    failed: int
    not_needed: int
    letters: int

    @property
    def by_mail(self) -> int:
        return self.sent + self.waiting + self.failed


def plan(ballot: Ballot, kind: str, due_at: datetime) -> BallotMailing:
    """Write down that a ballot's voters are to be told something from an instant on."""
    mailing = BallotMailing(ballot_id=ballot.id, kind=kind, due_at=due_at)
    db.session.add(mailing)
    db.session.flush()
    return mailing


def ids_waiting(now: datetime) -> list[int]:
    """Name the mailings that are due and not written down yet."""
    waiting = select(BallotMailing.id).where(BallotMailing.queued_at.is_(None), BallotMailing.due_at <= now)
    return list(db.session.scalars(waiting.order_by(BallotMailing.due_at, BallotMailing.id)))


def queue(mailing_id: int, now: datetime, *, after: int = 0, most: int | None = CHUNK) -> int | None:
    """Queue the mails and letters of the next entries of the roll; gives where to go on, None at the end.

    Each has its own key, so whoever does it again, or at the same time, adds nothing.
    """
    mailing = db.session.get_one(BallotMailing, mailing_id, populate_existing=True)
    ballot = mailing.ballot
    if mailing.queued_at is not None or (mailing.kind == "outcome" and not head_of_bundle(ballot)):
        return None
    last = None
    if _still_told(mailing, ballot, now):
        last = _last_of_chunk(ballot, after, most)
        span = [RollEntry.id > after, RollEntry.id <= last] if last else [RollEntry.id > after]
        _queue_mails(mailing, ballot, now, span)
        if mailing.kind != "reminder":
            _queue_letters(mailing, ballot, now, span)
    if last is None:
        done = update(BallotMailing).where(BallotMailing.id == mailing_id, BallotMailing.queued_at.is_(None))
        db.session.execute(done.values(queued_at=now).execution_options(synchronize_session=False))
        db.session.expire(mailing)
    return last


def not_yet_voted(ballot: Ballot) -> ColumnElement[bool]:
    """Say of an entry of the ballot's roll that its vote can still be asked for; a condition beside `RollEntry`.

    Of a secret ballot the server knows only who took a token. A vote that tellers hold is a vote.
    """
    on_paper = select(PaperVoter.roll_entry_id).where(PaperVoter.roll_entry_id == RollEntry.id).exists()
    voted = select(Vote.id).where(Vote.roll_entry_id == RollEntry.id).exists()
    if ballot.secrecy == "secret":
        voted = select(TokenIssued.roll_entry_id).where(TokenIssued.roll_entry_id == RollEntry.id).exists()
    return and_(~voted, ~on_paper)


def told_by(ballot: Ballot, kind: str, day: date) -> ColumnElement[bool]:
    """Say of an entry that its member is told this; a condition beside `RollEntry` and `Membership`."""
    status = Membership.latest_kind_on(day)
    asked = and_(RollEntry.ballot_id == ballot.id, RollEntry.entitled)
    if kind != "reminder":
        return and_(asked, status != "died")
    return and_(asked, BY_MAIL, Membership.reminders, status.not_in(ENDED), not_yet_voted(ballot))


def told_of(ballot: Ballot) -> list[Told]:
    """Count for each mailing of a ballot what was sent, what waits, what failed, and the letters; three queries."""
    mailings = list(
        db.session.scalars(
            select(BallotMailing).where(BallotMailing.ballot_id == ballot.id).order_by(BallotMailing.due_at)
        )
    )
    if not mailings:
        return []
    failed = OutboxMail.failed
    mails = db.session.execute(
        select(
            OutboxMail.batch,
            func.count(OutboxMail.sent_at).label("sent"),
            func.count().filter(OutboxMail.sent_at.is_(None), failed.is_(None)).label("waiting"),
            func.count().filter(failed.is_not(None), failed != NOT_NEEDED).label("failed"),
            func.count().filter(failed == NOT_NEEDED).label("not_needed"),
        )
        .where(OutboxMail.batch.in_([one.batch for one in mailings]))
        .group_by(OutboxMail.batch)
    )
    counted: dict[str, Any] = {row.batch: row for row in mails}
    letters = db.session.execute(
        select(BallotLetter.mailing_id, func.count())
        .where(BallotLetter.mailing_id.in_([one.id for one in mailings]))
        .group_by(BallotLetter.mailing_id)
    )
    posted: dict[int, int] = {mailing_id: count for mailing_id, count in letters}  # noqa: C416 - rows are no pairs
    return [_told(one, counted.get(one.batch), posted.get(one.id, 0)) for one in mailings]


def _told(mailing: BallotMailing, mails: Any, letters: int) -> Told:
    if mails is None:
        return Told(mailing, 0, 0, 0, 0, letters)
    return Told(mailing, mails.sent, mails.waiting, mails.failed, mails.not_needed, letters)


def _still_told(mailing: BallotMailing, ballot: Ballot, now: datetime) -> bool:
    """Whether there is still something to tell: no reminder after closing, no outcome of what is void."""
    if mailing.kind == "reminder":
        return ballot.is_open(now)
    return mailing.kind == "void" or ballot.void_at is None


def _last_of_chunk(ballot: Ballot, after: int, most: int | None) -> int | None:
    """Find the entry that ends the next chunk; None where nothing is left behind it."""
    if most is None:
        return None
    chunk = select(RollEntry.id).where(RollEntry.ballot_id == ballot.id, RollEntry.id > after)
    return db.session.scalar(chunk.order_by(RollEntry.id).offset(most - 1).limit(1))


def _queue_mails(mailing: BallotMailing, ballot: Ballot, now: datetime, span: Sequence[Any]) -> None:
    template = TEMPLATES[mailing.kind]
    key = literal(f"{template}:{ballot.id}:").concat(cast(Membership.id, String))
    ids = {"path": f"/ballots/{ballot.number}", "number": ballot.number}
    if mailing.kind == "opening" and ballot.secrecy == "secret":
        ids["fingerprint"] = secret.fingerprint_of(ballot)
    values = (
        literal(ballot.organisation_id),
        key,
        literal(mailing.batch),
        literal(template),
        Membership.id,
        literal(ids, OutboxMail.__table__.c.ids.type),
        literal(now, OutboxMail.__table__.c.queued_at.type),
    )
    _add(OutboxMail, _MAIL, values, ["key"], (_asked(ballot, mailing.kind, now), BY_MAIL, *span))


def _queue_letters(mailing: BallotMailing, ballot: Ballot, now: datetime, span: Sequence[Any]) -> None:
    columns = ("mailing_id", "membership_id")
    where = (_asked(ballot, mailing.kind, now), ~BY_MAIL, *span)
    _add(BallotLetter, columns, (literal(mailing.id), Membership.id), list(columns), where)


def _asked(ballot: Ballot, kind: str, now: datetime) -> ColumnElement[bool]:
    organisation = db.session.get_one(Organisation, ballot.organisation_id)
    return told_by(ballot, kind, organisation.day_of(now))


def _add(table: Any, columns: Sequence[str], values: Sequence[Any], unique: list[str], where: Any) -> None:
    """Insert a row for each member of the roll that fits, in one statement; what is there already stays."""
    rows = select(*values).select_from(RollEntry).join(Membership, Membership.id == RollEntry.membership_id)
    wanted = rows.where(*where).order_by(RollEntry.id)
    statement = _INSERT[db.engine.dialect.name](table).from_select(list(columns), wanted)
    db.session.execute(statement.on_conflict_do_nothing(index_elements=unique))
