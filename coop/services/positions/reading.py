"""What can be read of positions, and by whom."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from coop.access import Actor, Permission, may
from coop.errors import Missing
from coop.extensions import db
from coop.models.ballots import Decision
from coop.models.organisations import Organisation
from coop.models.positions import Position
from coop.services import constitution

PAGE_SIZE = 20


@dataclass(frozen=True)
class Listing:
    """One page of the positions."""

    rows: list[Position]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def may_read(organisation: Organisation, actor: Actor, now: datetime) -> bool:
    """Whether the reader may: a member, or anyone where the constitution says so."""
    if may(actor, Permission.SEE_POSITIONS, organisation):
        return True
    version = constitution.in_force(organisation, organisation.day_of(now))
    return version is not None and constitution.rule(version, "positions.public").value == "public"


def find(organisation: Organisation, number: int) -> Position:
    position = db.session.scalar(
        select(Position).where(Position.organisation_id == organisation.id, Position.number == number)
    )
    if position is None:
        raise Missing(_("There is no position %(number)s.", number=number))
    return position


def positions_of(organisation: Organisation, *, words: str = "", state: str = "", page: int = 1) -> Listing:
    """Search the positions, the latest first; `state` is "holds", "replaced" or empty for all."""
    replaced = select(Position.supersedes_id).where(Position.supersedes_id.is_not(None))
    where = [Position.organisation_id == organisation.id]
    if state == "holds":
        where += [Position.id.not_in(replaced), Decision.is_void.is_(False)]
    elif state == "replaced":
        where.append(Position.id.in_(replaced))
    if words.strip():
        said = words.strip()
        where.append(
            or_(
                Decision.title.icontains(said, autoescape=True),
                Decision.text.icontains(said, autoescape=True),
            )
        )
    query = select(Position).join(Position.decision).where(*where)
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    page = max(1, page)
    rows = db.session.scalars(
        query.options(joinedload(Position.decision), joinedload(Position.superseded_by))
        .order_by(Position.number.desc())
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    return Listing(list(rows), total, page)


def standing(organisation: Organisation) -> list[Position]:
    """The positions that nothing has replaced."""
    return positions_of(organisation, state="holds").rows


def overdue(organisation: Organisation, now: datetime) -> list[Position]:
    """The positions that hold and whose day of review is past, the oldest first."""
    today, later = (
        organisation.day_of(now),
        select(Position.supersedes_id).where(Position.supersedes_id.is_not(None)),
    )
    rows = db.session.scalars(
        select(Position)
        .join(Position.decision)
        .where(
            Position.organisation_id == organisation.id,
            Position.review_on < today,
            Position.id.not_in(later),
            Decision.is_void.is_(False),
        )
        .options(joinedload(Position.decision))
        .order_by(Position.review_on)
    )
    return list(rows)


def position_of(decision: Decision) -> Position | None:
    """The position that a decision states."""
    return db.session.scalar(select(Position).where(Position.decision_id == decision.id))


def as_data(organisation: Organisation, actor: Actor, now: datetime) -> dict[str, Any]:
    """Every position as JSON values; who dissents is told to members only."""
    day, inside = organisation.day_of(now), may(actor, Permission.SEE_POSITIONS, organisation)
    rows = db.session.scalars(
        select(Position).where(Position.organisation_id == organisation.id).order_by(Position.number)
    )
    return {
        "format": 1,
        "organisation": {"slug": organisation.slug, "name": organisation.name},
        "positions": [_plain(one, day, inside=inside) for one in rows],
    }


def _plain(position: Position, day: date, *, inside: bool) -> dict[str, Any]:
    told = {
        "number": position.number,
        "title": position.decision.title,
        "text": position.decision.text,
        "decision": position.decision.label,
        "adopted_on": position.adopted_on.isoformat(),
        "review_on": position.review_on.isoformat(),
        "state": position.stage_on(day),
        "supersedes": position.supersedes.number if position.supersedes else None,
        "superseded_by": position.superseded_by.number if position.superseded_by else None,
    }
    if inside:
        told["dissent"] = [{"name": one.membership.name, "text": one.text} for one in position.dissents]
    return told
