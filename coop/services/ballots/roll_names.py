"""The names on a roll, for members where the constitution shows them: who may vote, and never why."""

from dataclasses import dataclass

from sqlalchemy import func, select

from coop.access import Actor, Permission, authorize, may
from coop.errors import Forbidden
from coop.extensions import db
from coop.models.ballots import Ballot, RollEntry
from coop.models.constitution import ConstitutionVersion
from coop.models.members import Membership
from coop.models.organisations import Body
from coop.services import constitution
from coop.services.ballots.reading import PAGE_SIZE, contains


@dataclass(frozen=True)
class NameLine:
    number: int
    name: str


def visible_by(ballot: Ballot) -> constitution.Rule | None:
    """The rule that shows the roll to members, of the version the ballot opened under; None if none does."""
    version = db.session.get(ConstitutionVersion, ballot.version_id) if ballot.opened_at else None
    if version is None:
        return None
    rule = constitution.rule(version, "roll.visible", body=db.session.get_one(Body, ballot.body_id))
    return rule if rule.value == "members" else None


def shows_names(ballot: Ballot, actor: Actor) -> bool:
    """Whether the actor may read the names on the frozen roll."""
    return may(actor, Permission.SEE_NAMES_ON_ROLL, ballot) and visible_by(ballot) is not None


def roll_names(ballot: Ballot, actor: Actor, *, words: str = "", page: int = 1) -> tuple[list[NameLine], int]:
    """List a page of those who may vote, and how many they are."""
    authorize(actor, Permission.SEE_NAMES_ON_ROLL, ballot)
    if visible_by(ballot) is None:
        raise Forbidden(Permission.SEE_NAMES_ON_ROLL)
    query = (
        select(Membership.number, Membership.name)
        .join(RollEntry, RollEntry.membership_id == Membership.id)
        .where(RollEntry.ballot_id == ballot.id, RollEntry.entitled)
    )
    if words.strip():
        query = query.where(contains(words, Membership.name))
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = query.order_by(Membership.number).offset((max(1, page) - 1) * PAGE_SIZE).limit(PAGE_SIZE)
    return [NameLine(*row) for row in db.session.execute(rows)], total
