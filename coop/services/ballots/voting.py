"""Casting: one vote per roll entry, changed until closing."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, RollEntry, Vote
from coop.models.members import Membership
from coop.models.proxies import Proxy
from coop.rules.tally.motion import Choice
from coop.services.ballots import papers
from coop.services.ballots.proxies import end_by_voting, holder_for
from coop.services.ballots.reading import closing_words
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
        Proxy.holder_id,
    )
    .outerjoin(
        RollEntry, (RollEntry.ballot_id == Ballot.id) & (RollEntry.membership_id == bindparam("voter"))
    )
    .outerjoin(
        Proxy,
        (Proxy.ballot_id == Ballot.id) & (Proxy.giver_id == bindparam("voter")) & (Proxy.state == "named"),
    )
    .where(Ballot.id == bindparam("ballot"))
    .with_for_update(read=True, of=Ballot)
)


def _upsert(insert: Callable[..., Any]) -> Any:
    """Insert or change in one statement, so that two clicks at once are one vote on either engine."""
    vote = insert(Vote)
    changed = {name: vote.excluded[name] for name in ("choice", "cast_at", "cast_by_id")}
    return vote.on_conflict_do_update(index_elements=["roll_entry_id"], set_=changed)


def _upsert_by_proxy(insert: Callable[..., Any]) -> Any:
    """The same for the holder of a proxy, but for what the giver cast themselves: that stays, whoever was first."""
    vote = insert(Vote)
    changed = {name: vote.excluded[name] for name in ("choice", "cast_at")}
    mine = Vote.cast_by_id == vote.excluded.cast_by_id
    return vote.on_conflict_do_update(index_elements=["roll_entry_id"], set_=changed, where=mine).returning(
        Vote.id
    )


_CAST = {"sqlite": _upsert(sqlite.insert), "postgresql": _upsert(postgresql.insert)}
_CAST_BY_PROXY = {
    "sqlite": _upsert_by_proxy(sqlite.insert),
    "postgresql": _upsert_by_proxy(postgresql.insert),
}


def cast_vote(
    ballot: Ballot,
    voter: Actor,
    choice: str | papers.Choice,
    now: datetime,
    *,
    giver: Membership | None = None,
) -> None:
    """Record the voter's choice, or change it while the ballot is open.

    With `giver` it is that member's vote, which the voter holds as their proxy; a vote of one's own ends a proxy.
    """
    authorize(voter, Permission.VOTE, ballot)
    paper = _motion_paper(choice) if ballot.kind == "motion" else papers.checked(ballot, choice)

    whose = giver.id if giver else voter.membership_id
    row = db.session.execute(_PLACE, {"ballot": ballot.id, "voter": whose}).one()
    _refuse_outside_voting(ballot, row.opened_at, row.sealed_at, row.void_at, now)
    if not row.entitled:
        why = row.reason or why_not(ballot, voter.membership)
        raise Refusal(_("You can't vote on “%(title)s”. %(why)s", title=ballot.title, why=why))
    vote = {"ballot_id": ballot.id, "roll_entry_id": row.id, "choice": paper, "cast_at": now}
    if giver is not None:
        _cast_by_proxy(ballot, voter, giver, vote, now)
        return
    if row.holder_id is not None:
        end_by_voting(ballot, voter, now)
    db.session.execute(_CAST[db.engine.dialect.name], vote | {"cast_by_id": None})
    # That somebody voted is a deed; what they chose stands nowhere but in the vote.
    record(ballot.organisation_id, voter, "voted on", f"ballot {ballot.number}", now)


def _cast_by_proxy(
    ballot: Ballot, voter: Actor, giver: Membership, vote: dict[str, Any], now: datetime
) -> None:
    # Asked once the ballot's row is held: what the first statement saw may have been taken back while it waited.
    held = holder_for(ballot, giver) == voter.membership_id
    by_proxy = vote | {"cast_by_id": voter.membership_id}
    if not held or db.session.scalar(_CAST_BY_PROXY[db.engine.dialect.name], by_proxy) is None:
        raise Refusal(
            _(
                "You hold no proxy of member %(number)d now. They may have voted themselves, or taken it back.",
                number=giver.number,
            )
        )
    facts = {"member": giver.number}
    record(ballot.organisation_id, voter, "voted as proxy on", f"ballot {ballot.number}", now, facts)


def vote_of(ballot: Ballot, membership_id: int | None) -> str | list[Any] | None:
    """Return what a member has chosen so far."""
    choice: str | list[Any] | None = db.session.scalar(
        select(Vote.choice)
        .join(RollEntry, RollEntry.id == Vote.roll_entry_id)
        .where(RollEntry.ballot_id == ballot.id, RollEntry.membership_id == membership_id)
    )
    return choice


def _motion_paper(choice: str | papers.Choice) -> str:
    if not isinstance(choice, str) or choice not in set(Choice):
        raise Refusal(_("Choose first: for, against, or abstain."))
    return choice


def _refuse_outside_voting(
    ballot: Ballot,
    opened_at: datetime | None,
    sealed_at: datetime | None,
    void_at: datetime | None,
    now: datetime,
) -> None:
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
