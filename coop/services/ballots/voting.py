"""Casting: one vote per roll entry, changed until closing."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from flask_babel import gettext as _
from sqlalchemy import Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from coop.access import Actor, Permission, authorize
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, RollEntry, Vote
from coop.models.members import Membership
from coop.models.proxies import Proxy
from coop.models.tellers import PaperBatch, PaperVoter
from coop.rules.tally.motion import Choice
from coop.services import constitution
from coop.services.ballots import papers
from coop.services.ballots.proxies import end_by_voting, holder_for
from coop.services.ballots.reading import closing_words, handed_in_words
from coop.services.ballots.roll import why_not
from coop.services.records import EVENT, event_of, record

# When a poll opens, casting is the busy road: its statements are built once, and they are few.

# Whose paper was handed in, and who holds a proxy: rare, and asked apart they are planned in half the time.
_BATCH = select(PaperVoter.batch_id).where(PaperVoter.roll_entry_id == RollEntry.id).scalar_subquery()
_HOLDER = (
    select(Proxy.holder_id)
    .where(Proxy.ballot_id == Ballot.id, Proxy.giver_id == bindparam("voter"), Proxy.state == "named")
    .scalar_subquery()
)

# Casting shares the ballot's row, sealing takes it alone: no vote slips in behind the count.
_PLACE = (
    select(
        Ballot,
        RollEntry.id,
        RollEntry.entitled,
        RollEntry.reason,
        _BATCH.label("batch_id"),
        _HOLDER.label("holder_id"),
    )
    .outerjoin(
        RollEntry, (RollEntry.ballot_id == Ballot.id) & (RollEntry.membership_id == bindparam("voter"))
    )
    .where(Ballot.organisation_id == bindparam("organisation"), Ballot.number == bindparam("number"))
    .with_for_update(read=True, of=Ballot)
    .execution_options(populate_existing=True)
)


def _upsert(insert: Callable[..., Any]) -> Any:
    """Insert or change in one statement, so that two clicks at once are one vote on either engine."""
    votes = cast("Table", Vote.__table__)
    given = ("ballot_id", "roll_entry_id", "choice", "cast_at", "cast_by_id")
    vote = insert(votes).values({name: bindparam(f"vote_{name}", type_=votes.c[name].type) for name in given})
    changed = {name: vote.excluded[name] for name in ("choice", "cast_at", "given", "cast_by_id")}
    return vote.on_conflict_do_update(index_elements=["roll_entry_id"], set_=changed)


def _upsert_by_proxy(insert: Callable[..., Any]) -> Any:
    """The same for the holder of a proxy, but for what the giver cast themselves: that stays, whoever was first."""
    vote = insert(Vote)
    changed = {name: vote.excluded[name] for name in ("choice", "cast_at")}
    mine = Vote.cast_by_id == vote.excluded.cast_by_id
    return vote.on_conflict_do_update(index_elements=["roll_entry_id"], set_=changed, where=mine).returning(
        Vote.id
    )


# The vote and its event: PostgreSQL writes both in one statement, SQLite can't.
_CAST = {
    "sqlite": (_upsert(sqlite.insert), EVENT),
    "postgresql": (EVENT.add_cte(_upsert(postgresql.insert).cte("vote")),),
}
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
    _cast(ballot.organisation_id, ballot.number, voter, choice, now, giver)


def cast_on(
    number: int,
    voter: Actor,
    choice: str | papers.Choice,
    now: datetime,
    *,
    giver: Membership | None = None,
) -> None:
    """Do the same on the ballot of that number in the voter's organisation, which nobody has read yet."""
    _cast(voter.organisation_id, number, voter, choice, now, giver)


def _cast(
    organisation_id: int | None,
    number: int,
    voter: Actor,
    choice: str | papers.Choice,
    now: datetime,
    giver: Membership | None,
) -> None:
    whose = giver.id if giver else voter.membership_id
    asked = {"organisation": organisation_id, "number": number, "voter": whose}
    place = db.session.execute(_PLACE, asked).one_or_none()
    if place is None:
        raise Missing
    ballot = place.Ballot
    authorize(voter, Permission.VOTE, ballot)
    if ballot.secrecy == "secret":
        raise Refusal(
            _("This is a secret ballot, and a vote sent this way would carry your name. Vote on its page.")
        )
    paper = motion_paper(choice) if ballot.kind == "motion" else papers.checked(ballot, choice)

    refuse_outside_voting(ballot, ballot.opened_at, ballot.sealed_at, ballot.void_at, now)
    if not place.entitled:
        why = place.reason or why_not(ballot, voter.membership)
        raise Refusal(_("You can't vote on “%(title)s”. %(why)s", title=ballot.title, why=why))
    batch = db.session.get(PaperBatch, place.batch_id) if place.batch_id else None
    if batch and batch.entered_at is not None:
        raise Refusal(handed_in_words(ballot, batch.entered_at, batch.channel))
    vote = {"ballot_id": ballot.id, "roll_entry_id": place.id, "choice": paper, "cast_at": now}
    if giver is not None:
        _cast_by_proxy(ballot, voter, giver, vote, now)
        return
    if place.holder_id is not None:
        end_by_voting(ballot, voter, now)
    # That somebody voted is a deed; what they chose stands nowhere but in the vote.
    event = event_of(ballot.organisation_id, voter, "voted on", f"ballot {ballot.number}", now)
    own = {f"vote_{name}": value for name, value in vote.items()} | {"vote_cast_by_id": None}
    for statement in _CAST[db.engine.dialect.name]:
        db.session.execute(statement, own | event)


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
                "Voting on “%(title)s” closed on %(when)s (%(source)s).",
                title=ballot.title,
                when=closing_words(ballot),
                source=_source_of_period(ballot),
            )
        )


def _source_of_period(ballot: Ballot) -> str:
    key = "election.voting_period" if ballot.office_id else f"decision.{ballot.decision_class}.voting_period"
    return constitution.source_under(ballot.version_id, key, ballot.body_id)
