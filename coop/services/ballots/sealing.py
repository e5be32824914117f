"""Closing a ballot: sealed and counted at the first need after its closing, and so a numbered decision."""

from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import and_, func, not_, or_, select

from coop.access import PROGRAM, Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, Decision
from coop.models.organisations import Organisation
from coop.rules.tally.decide import Counted, decide_election, decide_motion
from coop.services.ballots import (
    admitting,
    amended_motions,
    amendments,
    appointing,
    by_tellers,
    mailings,
    secret,
)
from coop.services.ballots.reading import locked
from coop.services.ballots.roll import size_of
from coop.services.ballots.seating import seat_elected
from coop.services.ballots.transcript import closing_record, opening_event, sha256_of, voters_in
from coop.services.ballots.votes import spoilt_on, votes_of
from coop.services.records import as_record, record

GRACE = timedelta(seconds=10)  # for requests that came in time and wait for the lock


def ids_due(now: datetime, organisation_id: int | None = None) -> tuple[list[int], list[int]]:
    """Name the announced ballots whose time has come, and those that closed and are not counted yet."""
    due = or_(
        and_(Ballot.opens_at <= now, Ballot.announced_at.is_not(None), Ballot.opened_at.is_(None)),
        and_(
            Ballot.closes_at <= now - GRACE,
            Ballot.opened_at.is_not(None),
            Ballot.sealed_at.is_(None),
            not_(by_tellers.awaits_papers(now)),
        ),
    )
    query = select(Ballot.id, Ballot.opened_at).where(due, Ballot.void_at.is_(None))
    if organisation_id is not None:
        query = query.where(Ballot.organisation_id == organisation_id)
    rows = db.session.execute(query.order_by(Ballot.closes_at, Ballot.id)).all()
    to_open = [ballot_id for ballot_id, opened_at in rows if opened_at is None]
    return to_open, [ballot_id for ballot_id, opened_at in rows if opened_at is not None]


def seal(ballot_id: int, now: datetime) -> Decision | None:
    """Seal and count a ballot that is due; again it gives the same decision, too early none.

    A secret ballot in which so few voted that the result could tell how is void instead.
    """
    secret.one_at_a_time(ballot_id)
    ballot = locked(db.session.get_one(Ballot, ballot_id))
    if ballot.sealed_at is not None:
        return db.session.scalar(select(Decision).where(Decision.ballot_id == ballot.id))
    if ballot.opened_at is None or ballot.void_at is not None or now < ballot.closes_at + GRACE:
        return None
    if by_tellers.is_awaiting_papers(ballot, now):
        return None
    by_tellers.drop_unconfirmed(ballot, now)
    amended_motions.hold(ballot)
    organisation = db.session.get_one(Organisation, ballot.organisation_id, with_for_update=True)
    if ballot.secrecy == "secret":
        secret.end(ballot)
        if why := secret.too_few(ballot):
            ballot.void_at, ballot.void_reason = now, why
            record(organisation, PROGRAM, "voided", f"ballot {ballot.number}", now)
            mailings.plan(ballot, "void", now)
            return None
    votes = votes_of(ballot)
    ballot.sealed_at = now
    decision = _decide(ballot, organisation, votes, now)
    closing = closing_record(ballot)
    facts = {
        "decision": decision.label,
        "decided_on": decision.decided_on.isoformat(),
        "outcome": decision.outcome,
        "votes": voters_in(closing, ballot.secrecy),
        "opening_event_sha256": sha256_of(as_record(opening_event(ballot))),
        "closing_sha256": sha256_of(closing),
        "seed": ballot.seed,
    }
    record(organisation, PROGRAM, "sealed", f"ballot {ballot.number}", now, facts)
    if decision.outcome == "elected":
        seat_elected(ballot, decision, now)
    amendments.settle(ballot, decision, organisation, now)
    amended_motions.settle(ballot, decision, organisation, now)
    appointing.settle(ballot, decision, now)
    admitting.settle(ballot, decision, organisation, now)
    mailings.plan(ballot, "outcome", now)
    return decision


def certify(ballot: Ballot, organisation: Organisation, actor: Actor, now: datetime) -> None:
    """Put the returning officer's name to a counted result."""
    authorize(actor, Permission.CERTIFY_BALLOT, ballot)
    ballot = locked(ballot)
    if ballot.sealed_at is None:
        raise Refusal(_("The votes are not counted yet. A result can be certified after voting has closed."))
    if ballot.void_at is not None:
        raise Refusal(_("This ballot is void, so there is no result to certify."))
    if ballot.certified_at is not None:
        raise Refusal(_("This result is certified already, by %(who)s.", who=ballot.certified_by))
    ballot.certified_at, ballot.certified_by = now, actor.label
    record(organisation, actor, "certified", f"ballot {ballot.number}", now)


def _decide(
    ballot: Ballot, organisation: Organisation, votes: list[tuple[Any, int]], now: datetime
) -> Decision:
    """Count, and write the decision down; the only place where decisions are made."""
    counted, text = _count(ballot, votes)
    day = organisation.day_of(ballot.closes_at)
    last = db.session.scalar(
        select(func.max(Decision.number)).where(
            Decision.organisation_id == organisation.id, Decision.year == day.year
        )
    )
    decision = Decision(
        organisation_id=organisation.id,
        year=day.year,
        number=(last or 0) + 1,
        ballot_id=ballot.id,
        decision_class=ballot.decision_class,
        body_id=ballot.body_id,
        title=ballot.title,
        text=text,
        outcome=counted.outcome,
        reasoning=counted.reasoning,
        result=counted.result,
        version_id=ballot.version_id,
        articles=list((ballot.rule or {})["articles"]),
        decided_on=day,
        decided_at=now,
    )
    db.session.add(decision)
    db.session.flush()
    return decision


def _count(ballot: Ballot, votes: list[tuple[Any, int]]) -> tuple[Counted, str]:
    """Count the votes, and say in the decision's words what they came to."""
    rule, size, seed = ballot.rule or {}, size_of(ballot), bytes.fromhex(ballot.seed)
    spoilt = spoilt_on(ballot)
    if ballot.kind == "motion":
        motion = decide_motion(rule, votes, size.votes, seed, spoilt=spoilt, members=size.members)
        return motion, ballot.text
    names = tuple(option.name for option in ballot.options)
    counted = decide_election(
        rule,
        votes,
        size.votes,
        seed,
        method=ballot.method,
        names=names,
        seats=ballot.seats,
        spoilt=spoilt,
        members=size.members,
    )
    elected = ", ".join(one["name"] for one in counted.result["elected"])
    text = _("Elected: %(names)s.", names=elected) if elected else _("Nobody is elected.")
    return counted, text


def count_again(ballot: Ballot) -> Counted:
    """Count the stored votes by the very lines that sealing counts by."""
    return _count(ballot, votes_of(ballot))[0]
