"""What a mail about a ballot says, asked at its sending: whoever voted since it was queued is not reminded."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from coop.extensions import db
from coop.models.ballots import Ballot, RollEntry
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.models.records import OutboxMail
from coop.services.ballots.challenges import challenged_until
from coop.services.ballots.mailings import told_by
from coop.services.ballots.reading import decision_on
from coop.services.ballots.transcript import head_of_bundle

Told = dict[str, Any] | None


def reminder(row: OutboxMail, now: datetime) -> Told:
    """Until when one can vote; nothing to whoever has voted, left, or wants no reminders."""
    ballot = _ballot_of(row)
    organisation = db.session.get_one(Organisation, ballot.organisation_id)
    still = (
        select(RollEntry.id)
        .join(Membership, Membership.id == RollEntry.membership_id)
        .where(
            RollEntry.membership_id == row.membership_id,
            told_by(ballot, "reminder", organisation.day_of(now)),
        )
    )
    if not ballot.is_open(now) or db.session.scalar(still) is None:
        return None
    return {"closes_at": ballot.closes_at, "zone": ballot.zone}


def outcome(row: OutboxMail, _now: datetime) -> Told:
    """The reasoning, the head to compare, and until when the result can be challenged."""
    ballot = _ballot_of(row)
    decision = decision_on(ballot)
    if ballot.void_at is not None or decision is None:
        return None
    return {
        "reasoning": decision.reasoning,
        "head": head_of_bundle(ballot),
        "until": challenged_until(ballot),
        "zone": ballot.zone,
    }


def void(row: OutboxMail, _now: datetime) -> Told:
    return {"reason": _ballot_of(row).void_reason}


TOLD_AT_SENDING: dict[str, Callable[[OutboxMail, datetime], Told]] = {
    "ballot-reminder": reminder,
    "ballot-outcome": outcome,
    "ballot-void": void,
}


def _ballot_of(row: OutboxMail) -> Ballot:
    return db.session.scalars(
        select(Ballot).where(
            Ballot.organisation_id == row.organisation_id, Ballot.number == row.ids["number"]
        )
    ).one()
