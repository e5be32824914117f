"""Casting: one vote per roll entry, changed until closing."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from flask_babel import gettext as _
from sqlalchemy import Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, RollEntry, Vote
from coop.models.tellers import PaperBatch, PaperVoter
from coop.rules.tally.motion import Choice
from coop.services.ballots import papers
from coop.services.ballots.reading import closing_words, handed_in_words
from coop.services.ballots.roll import why_not
from coop.services.records import record

# When a poll opens, casting is the busy road: its statements are built once.

# Casting shares the ballot's row, sealing takes it alone: no vote slips in behind the count.
_PLACE = (
    select(
        Ballot.opened_at,
        Ballot.sealed_at,
        Ballot.void_at,
        RollEntry.id,
        RollEntry.entitled,
        RollEntry.reason,
        PaperBatch.entered_at.label("handed_in_at"),
        PaperBatch.channel,
    )
    .outerjoin(
        RollEntry, (RollEntry.ballot_id == Ballot.id) & (RollEntry.membership_id == bindparam("voter"))
    )
    .outerjoin(PaperVoter, PaperVoter.roll_entry_id == RollEntry.id)
    .outerjoin(PaperBatch, PaperBatch.id == PaperVoter.batch_id)
    .where(Ballot.id == bindparam("ballot"))
    .with_for_update(read=True, of=Ballot)
)


def _upsert(insert: Callable[..., Any]) -> Any:
    """Insert or change in one statement, so that two clicks at once are one vote on either engine."""
    vote = insert(cast("Table", Vote.__table__))
    changed = {name: vote.excluded[name] for name in ("choice", "cast_at", "given")}
    return vote.on_conflict_do_update(index_elements=["roll_entry_id"], set_=changed)


_CAST = {"sqlite": _upsert(sqlite.insert), "postgresql": _upsert(postgresql.insert)}


def cast_vote(ballot: Ballot, voter: Actor, choice: str | papers.Choice, now: datetime) -> None:
    """Record the voter's choice, or change it while the ballot is open."""
    authorize(voter, Permission.VOTE, ballot)
    if ballot.secrecy == "secret":
        raise Refusal(
            _("This is a secret ballot, and a vote sent this way would carry your name. Vote on its page.")
        )
    paper = motion_paper(choice) if ballot.kind == "motion" else papers.checked(ballot, choice)

    row = db.session.execute(_PLACE, {"ballot": ballot.id, "voter": voter.membership_id}).one()
    refuse_outside_voting(ballot, row.opened_at, row.sealed_at, row.void_at, now)
    if not row.entitled:
        why = row.reason or why_not(ballot, voter.membership)
        raise Refusal(_("You can't vote on “%(title)s”. %(why)s", title=ballot.title, why=why))
    if row.handed_in_at is not None:
        raise Refusal(handed_in_words(ballot, row.handed_in_at, row.channel))
    vote = {"ballot_id": ballot.id, "roll_entry_id": row.id, "choice": paper, "cast_at": now}
    db.session.execute(_CAST[db.engine.dialect.name], vote)
    # That somebody voted is a deed; what they chose stands nowhere but in the vote.
    record(ballot.organisation_id, voter, "voted on", f"ballot {ballot.number}", now)


def vote_of(ballot: Ballot, membership_id: int | None) -> str | list[Any] | None:
    """Return what a member has chosen so far."""
    choice: str | list[Any] | None = db.session.scalar(
        select(Vote.choice)
        .join(RollEntry, RollEntry.id == Vote.roll_entry_id)
        .where(RollEntry.ballot_id == ballot.id, RollEntry.membership_id == membership_id)
    )
    return choice


def motion_paper(choice: object) -> str:
    """Give the choice on a motion as it is kept; refuse any other."""
    if not isinstance(choice, str) or choice not in set(Choice):
        raise Refusal(_("Choose first: for, against, or abstain."))
    return choice


def refuse_outside_voting(
    ballot: Ballot,
    opened_at: datetime | None,
    sealed_at: datetime | None,
    void_at: datetime | None,
    now: datetime,
) -> None:
    """Refuse a vote that comes before the opening, after the closing, or into a void ballot."""
    if void_at is not None:
        raise Refusal(_("“%(title)s” is void: %(why)s", title=ballot.title, why=ballot.void_reason))
    if opened_at is None or now < ballot.opens_at:
        raise Refusal(_("Voting on “%(title)s” has not opened yet.", title=ballot.title))
    if sealed_at is not None or now >= ballot.closes_at:
        raise Refusal(
            _(
                "Voting on “%(title)s” closed on %(when)s.",
                title=ballot.title,
                when=closing_words(ballot),
            )
        )
