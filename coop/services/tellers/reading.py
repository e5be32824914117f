"""Finding tellers, requests, batches and the voters on a roll, and saying when it is too late."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import joinedload

from coop.access import Actor
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, RollEntry, TokenIssued, Vote
from coop.models.members import Membership
from coop.models.tellers import ROLL_CALL, PaperBatch, PaperRequest, PaperVoter, Teller
from coop.rules.chain import canonical
from coop.services import ballots

FEWEST = 2  # papers are entered by two people
MOST_FOUND = 20


@dataclass(frozen=True)
class Asked:
    """A request for a paper, as tellers see it; `state` is "waits", "sent", "online" or "in"."""

    number: int
    name: str
    way: str
    address: str
    asked_at: datetime
    sent_at: datetime | None
    state: str


@dataclass(frozen=True)
class Voter:
    """Somebody on the roll; `state` is "" while no vote is known, else "online" or "in"."""

    number: int
    name: str
    state: str = ""


def in_office(ballot: Ballot) -> list[Teller]:
    """List the tellers of a ballot, the first appointed first."""
    return list(
        db.session.scalars(
            select(Teller)
            .where(Teller.ballot_id == ballot.id, Teller.ended_at.is_(None))
            .options(joinedload(Teller.membership))
            .order_by(Teller.id)
        )
    )


def teller_of(ballot: Ballot, actor: Actor) -> Teller:
    """Return the actor as a teller of this ballot."""
    found = db.session.scalar(
        select(Teller).where(
            Teller.ballot_id == ballot.id,
            Teller.membership_id == actor.membership_id,
            Teller.ended_at.is_(None),
        )
    )
    if found is None:
        raise Missing
    return found


def refuse_when_over(ballot: Ballot, now: datetime) -> None:
    """Refuse what comes after the count, or after the time to enter papers."""
    if ballot.void_at is not None:
        raise Refusal(_("“%(title)s” is void: %(why)s", title=ballot.title, why=ballot.void_reason))
    if ballot.sealed_at is not None:
        raise Refusal(_("The votes are counted, so nothing more can be entered."))
    if ballot.opened_at is not None and now >= last_instant(ballot):
        when = ballots.wall_words(last_instant(ballot), ballot.zone)
        raise Refusal(_("The time to enter papers ended on %(when)s.", when=when))


def last_instant(ballot: Ballot) -> datetime:
    """Return until when papers can be entered."""
    return ballot.papers_until or ballot.closes_at


def request_of(ballot: Ballot, actor: Actor) -> PaperRequest | None:
    """Return what this member asked the tellers for."""
    return db.session.scalar(
        select(PaperRequest)
        .join(RollEntry, RollEntry.id == PaperRequest.roll_entry_id)
        .where(PaperRequest.ballot_id == ballot.id, RollEntry.membership_id == actor.membership_id)
    )


def requests_of(ballot: Ballot) -> list[Asked]:
    """List who asked for a paper, the first first, with what became of it."""
    rows = db.session.execute(
        select(PaperRequest, Membership, PaperVoter.batch_id, _has_voted())
        .join(RollEntry, RollEntry.id == PaperRequest.roll_entry_id)
        .join(Membership, Membership.id == RollEntry.membership_id)
        .outerjoin(PaperVoter, PaperVoter.roll_entry_id == RollEntry.id)
        .where(PaperRequest.ballot_id == ballot.id)
        .order_by(PaperRequest.asked_at, Membership.number)
    )
    return [
        Asked(
            member.number,
            member.name,
            asked.way,
            member.postal_address if asked.way == "post" else "",
            asked.asked_at,
            asked.sent_at,
            "in" if batch_id else "online" if voted else "sent" if asked.sent_at else "waits",
        )
        for asked, member, batch_id, voted in rows
    ]


def batches_of(ballot: Ballot) -> list[PaperBatch]:
    """List the batches, in the order they were entered."""
    return list(
        db.session.scalars(
            select(PaperBatch)
            .where(PaperBatch.ballot_id == ballot.id)
            .options(
                joinedload(PaperBatch.entered_by).joinedload(Teller.membership),
                joinedload(PaperBatch.repeated_by).joinedload(Teller.membership),
            )
            .order_by(PaperBatch.number)
        )
    )


def running_batches(ballot: Ballot) -> list[int]:
    """Name the batches that are neither confirmed nor cancelled."""
    return list(
        db.session.scalars(
            select(PaperBatch.number).where(
                PaperBatch.ballot_id == ballot.id,
                PaperBatch.confirmed_at.is_(None),
                PaperBatch.cancelled_at.is_(None),
            )
        )
    )


def batch_of(ballot: Ballot, number: int) -> PaperBatch:
    """Return a batch by its number."""
    found = db.session.scalar(
        select(PaperBatch).where(PaperBatch.ballot_id == ballot.id, PaperBatch.number == number)
    )
    if found is None:
        raise Missing
    return found


def voters_of(batch: PaperBatch) -> list[Voter]:
    """List the members kept or struck for a batch, by number."""
    rows = db.session.execute(
        select(Membership.number, Membership.name)
        .join(RollEntry, RollEntry.membership_id == Membership.id)
        .join(PaperVoter, PaperVoter.roll_entry_id == RollEntry.id)
        .where(PaperVoter.batch_id == batch.id)
        .order_by(Membership.number)
    )
    return [Voter(number, name) for number, name in rows]


def edition_of(batch: PaperBatch) -> str:
    """Stand for what a batch holds: whoever confirms names what they have read."""
    held = [batch.entered, batch.repeated, [voter.number for voter in voters_of(batch)]]
    return hashlib.sha256(canonical(held).encode()).hexdigest()[:16]


def on_the_roll(ballot: Ballot, words: str) -> list[Voter]:
    """Find members on the roll by name or number, the first twenty."""
    query = (
        select(Membership.number, Membership.name, PaperVoter.batch_id, _has_voted())
        .join(RollEntry, RollEntry.membership_id == Membership.id)
        .outerjoin(PaperVoter, PaperVoter.roll_entry_id == RollEntry.id)
        .where(RollEntry.ballot_id == ballot.id, RollEntry.entitled)
    )
    for word in words.split()[:8]:
        is_number = word.isascii() and word.isdigit() and len(word) < 10
        named = Membership.name.icontains(word, autoescape=True)
        query = query.where(named | (Membership.number == int(word)) if is_number else named)
    rows = db.session.execute(query.order_by(Membership.name, Membership.number).limit(MOST_FOUND))
    return [
        Voter(number, name, "in" if batch_id else "online" if voted else "")
        for number, name, batch_id, voted in rows
    ]


def next_to_call(ballot: Ballot, called: set[int]) -> tuple[Voter | None, int]:
    """Return the next by name who has not voted and was not called, and how many of these are left."""
    left = (
        select(Membership.number, Membership.name)
        .join(RollEntry, RollEntry.membership_id == Membership.id)
        .outerjoin(PaperVoter, PaperVoter.roll_entry_id == RollEntry.id)
        .where(
            RollEntry.ballot_id == ballot.id,
            RollEntry.entitled,
            PaperVoter.roll_entry_id.is_(None),
            ~_has_voted(),
            Membership.number.not_in(called),
        )
    )
    first = db.session.execute(left.order_by(Membership.name, Membership.number).limit(1)).first()
    many = db.session.scalar(select(func.count()).select_from(left.subquery())) or 0
    return (Voter(*first) if first else None), many


def own_roll_call(ballot: Ballot, teller: Teller) -> PaperBatch | None:
    """Return the roll-call that this teller is recording."""
    return db.session.scalar(
        select(PaperBatch).where(
            PaperBatch.ballot_id == ballot.id,
            PaperBatch.channel == ROLL_CALL,
            PaperBatch.entered_by_id == teller.id,
            PaperBatch.confirmed_at.is_(None),
            PaperBatch.cancelled_at.is_(None),
        )
    )


def names_of(ballot: Ballot, numbers: set[int]) -> dict[int, str]:
    """Return the names of members on the roll by number."""
    rows = db.session.execute(
        select(Membership.number, Membership.name)
        .join(RollEntry, and_(RollEntry.membership_id == Membership.id, RollEntry.ballot_id == ballot.id))
        .where(Membership.number.in_(numbers))
    )
    return dict(rows.all())


def _has_voted() -> ColumnElement[bool]:
    """Ask beside a roll entry whether its member voted, or may have, through the browser."""
    voted = select(Vote.id).where(Vote.roll_entry_id == RollEntry.id)
    issued = select(TokenIssued.roll_entry_id).where(TokenIssued.roll_entry_id == RollEntry.id)
    return voted.exists() | issued.exists()
