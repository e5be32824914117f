"""Challenging a counted result: kept for ever, answered once; upheld, the ballot is void from that day."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from coop.access import Actor, Permission, authorize, may
from coop.duties import candidates_of
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.members import Membership
from coop.models.objections import Challenge
from coop.models.organisations import Organisation
from coop.rules.calendar import closing_of
from coop.services import constitution
from coop.services.ballots import mailings
from coop.services.ballots.reading import locked, wall_words
from coop.services.ballots.undoing import undo
from coop.services.records import record, send

MOST_REASON = 4000


def challenged_until(ballot: Ballot) -> datetime | None:
    """Find until when the result can be challenged; None where it can't be at all."""
    days = (ballot.rule or {}).get("challenge_days", 0)
    if ballot.sealed_at is None or ballot.void_at is not None or not days:
        return None
    return closing_of(ballot.sealed_at, days, ballot.zone)


def challenges_of(ballot: Ballot) -> list[tuple[Challenge, Membership]]:
    """List the challenges of a result, the first first."""
    rows = db.session.execute(
        select(Challenge, Membership)
        .join(Membership, Membership.id == Challenge.membership_id)
        .where(Challenge.ballot_id == ballot.id)
        .order_by(Challenge.id)
    )
    return [(challenge, membership) for challenge, membership in rows]


def challenges_to_answer(organisation: Organisation) -> list[tuple[Ballot, int]]:
    """List the unanswered challenges of results that stand, with the number of the member."""
    rows = db.session.execute(
        select(Ballot, Membership.number)
        .join(Challenge, Challenge.ballot_id == Ballot.id)
        .join(Membership, Membership.id == Challenge.membership_id)
        .where(
            Ballot.organisation_id == organisation.id, Ballot.void_at.is_(None), Challenge.outcome.is_(None)
        )
        .order_by(Challenge.id)
    )
    return [(ballot, number) for ballot, number in rows]


def find_challenge(ballot: Ballot, number: int) -> Challenge:
    """Return the challenge that member `number` made."""
    for challenge, membership in challenges_of(ballot):
        if membership.number == number:
            return challenge
    raise Missing


def refuse_unless_challengeable(ballot: Ballot, now: datetime) -> None:
    """Refuse outside the time to challenge, with the reason."""
    if ballot.void_at is not None:
        raise Refusal(_("This ballot is void, so there is no result to challenge."))
    if ballot.sealed_at is None:
        raise Refusal(_("There is no result yet. It can be challenged once the votes are counted."))
    until = challenged_until(ballot)
    if until is None:
        raise Refusal(
            _(
                "The constitution gives no time to challenge a result (%(source)s). Only another decision can undo it.",
                source=_source(ballot),
            )
        )
    if now >= until:
        raise Refusal(
            _(
                "This result could be challenged until %(when)s (%(source)s). Only another decision can undo it now.",
                when=wall_words(until, ballot.zone),
                source=_source(ballot),
            )
        )


def _source(ballot: Ballot) -> str:
    return constitution.source_under(ballot.version_id, "ballot.challenge_period", ballot.body_id)


def challenge(
    ballot: Ballot, organisation: Organisation, actor: Actor, now: datetime, *, reason: str, named: bool
) -> Challenge:
    """Challenge a counted result, once, with a reason that members read; with `named`, the name too."""
    authorize(actor, Permission.CHALLENGE_RESULT, ballot)
    ballot, reason = locked(ballot), reason.strip()
    refuse_unless_challengeable(ballot, now)
    if not reason:
        raise Refusal(_("Say what was wrong with this ballot. Members will read it."))
    if len(reason) > MOST_REASON:
        raise Refusal(_("Say it in %(most)d characters at most.", most=MOST_REASON))
    made = select(Challenge.id).where(
        Challenge.ballot_id == ballot.id, Challenge.membership_id == actor.membership_id
    )
    if db.session.scalar(made) is not None:
        raise Refusal(_("You have challenged this result already. It is kept on its page as you wrote it."))
    challenged = Challenge(
        ballot_id=ballot.id, membership_id=actor.membership_id, reason=reason, named=named, made_at=now
    )
    db.session.add(challenged)
    db.session.flush()
    words = {"reason": reason}
    record(organisation, actor, "challenged the result of", f"ballot {ballot.number}", now, personal=words)
    return challenged


def may_answer(challenged: Challenge, actor: Actor) -> bool:
    """Whether the actor may answer: an officer of ballots who neither made it nor stood in the election."""
    ballot = challenged.ballot
    if not may(actor, Permission.ANSWER_OBJECTION, ballot) or actor.membership_id == challenged.membership_id:
        return False
    return actor.membership_id not in candidates_of(ballot)


def answer_challenge(
    challenged: Challenge,
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    upheld: bool,
    answer: str,
) -> None:
    """Dismiss a challenge with a reason, or uphold it: the ballot is void for ever, and what it caused ends."""
    authorize(actor, Permission.ANSWER_OBJECTION, challenged.ballot)
    ballot, answer = locked(challenged.ballot), answer.strip()
    challenged = db.session.get_one(Challenge, challenged.id, populate_existing=True)
    if actor.membership_id in candidates_of(ballot):  # a founder: others the table keeps out
        raise Refusal(_("You stood in this election, so another officer must answer."))
    if actor.membership_id == challenged.membership_id:
        raise Refusal(_("This is your own challenge, so another officer must answer."))
    if challenged.outcome is not None:
        raise Refusal(_("This challenge was answered already, and the answer stands."))
    if ballot.void_at is not None:
        raise Refusal(_("This ballot is void already, so there is nothing left to answer."))
    if not answer:
        raise Refusal(_("Give the reason for your answer. Members will read it."))
    challenged.outcome = "upheld" if upheld else "dismissed"
    challenged.answer, challenged.answered_at, challenged.answered_by = answer, now, actor.label
    db.session.flush()
    member = db.session.get_one(Membership, challenged.membership_id)
    subject, words = f"ballot {ballot.number}", {"reason": answer}
    facts = {"member": member.number, "outcome": challenged.outcome}
    record(organisation, actor, "answered a challenge of", subject, now, facts, words)
    if upheld:
        ballot.void_at, ballot.void_reason = now, answer
        db.session.flush()
        record(organisation, actor, "voided", subject, now, undo(ballot, organisation, now), words)
        mailings.plan(ballot, "void", now)
    if member.email and member.notices == "mail":
        send(
            organisation,
            "objection-answered",
            f"challenge-answered:{challenged.id}",
            now,
            membership_id=member.id,
            path=f"/ballots/{ballot.number}",
            number=ballot.number,
        )
