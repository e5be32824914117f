"""What ends when a counted ballot becomes void: the terms it gave and the versions that are not in force yet."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from coop.access import PROGRAM
from coop.errors import Refusal
from coop.extensions import Base, db
from coop.models.ballots import Ballot, Decision
from coop.models.constitution import ConstitutionVersion
from coop.models.members import Membership
from coop.models.organisations import Body, BodyMembership, Office, OfficeTerm, Organisation
from coop.services import organisations
from coop.services.ballots.amended_motions import words_made
from coop.services.ballots.seating import seat_again
from coop.services.records import record

# Settled here one by one, or no effect at all: what an agenda or a provision says of where it came from. Mandates,
# instructions and positions look themselves whether their decision stands.
_SETTLED = frozenset(
    {"office_terms", "body_memberships", "constitution_versions", "provisions", "agenda_items"}
    | {"mandates", "mandate_instructions", "positions"}
)


@dataclass(frozen=True)
class Effects:
    """What a decision has caused; `stands` are tables with the number of rows that another decision must undo."""

    terms: list[tuple[OfficeTerm, Office, Membership]]
    seats: list[tuple[BodyMembership, Body, Membership]]
    to_come: list[ConstitutionVersion]
    in_the_way: list[ConstitutionVersion]  # in force, or gone into a later version
    stands: dict[str, int]


def effects_of(ballot: Ballot, organisation: Organisation, now: datetime) -> Effects:
    """Gather what the decision of a ballot has caused and what of it lasts beyond today."""
    decision = db.session.scalars(select(Decision).where(Decision.ballot_id == ballot.id)).one()
    day = organisation.day_of(now)
    to_come, in_the_way = _versions(decision, organisation, day)
    return Effects(
        _terms(decision, day),
        _seats(decision, day),
        to_come,
        in_the_way,
        _others(decision) | words_made(ballot),
    )


def undo(ballot: Ballot, organisation: Organisation, now: datetime) -> dict[str, Any]:
    """End today what a void ballot has caused, and say what; refused where its version of the rules has effect.

    Whoever is elected and takes office tomorrow holds it for that one day: a term can't end before it begins.
    """
    effects, day = effects_of(ballot, organisation, now), organisation.day_of(now)
    if effects.in_the_way:
        raise Refusal(_in_the_way(effects.in_the_way[0], day))
    for term, _office, _who in effects.terms:
        last_day = max(day, term.starts_on)
        organisations.end_term(term, last_day, actor=PROGRAM, now=now, why="the election is void")
    for seat, body, who in effects.seats:
        seat.ends_on = max(day, seat.starts_on)
        facts = {"member": who.number, "until": seat.ends_on.isoformat(), "why": "the election is void"}
        record(organisation, PROGRAM, "left a body", f"body {body.slug}", now, facts)
    seat_again(ballot, now)
    for version in effects.to_come:
        version.void_at, version.in_force_on = now, None
        record(organisation, PROGRAM, "voided", f"constitution {version.number}", now)
    db.session.flush()
    return {
        "terms_ended": len(effects.terms),
        "versions_void": [version.number for version in effects.to_come],
        "still_standing": effects.stands,
    }


def _terms(decision: Decision, day: date) -> list[tuple[OfficeTerm, Office, Membership]]:
    rows = db.session.execute(
        select(OfficeTerm, Office, Membership)
        .join(Office, Office.id == OfficeTerm.office_id)
        .join(Membership, Membership.id == OfficeTerm.membership_id)
        .where(
            OfficeTerm.decision_id == decision.id, or_(OfficeTerm.ends_on.is_(None), OfficeTerm.ends_on > day)
        )
        .order_by(OfficeTerm.id)
    )
    return [(term, office, who) for term, office, who in rows]


def _seats(decision: Decision, day: date) -> list[tuple[BodyMembership, Body, Membership]]:
    rows = db.session.execute(
        select(BodyMembership, Body, Membership)
        .join(Body, Body.id == BodyMembership.body_id)
        .join(Membership, Membership.id == BodyMembership.membership_id)
        .where(
            BodyMembership.decision_id == decision.id,
            or_(BodyMembership.ends_on.is_(None), BodyMembership.ends_on > day),
        )
        .order_by(BodyMembership.id)
    )
    return [(seat, body, who) for seat, body, who in rows]


def _versions(
    decision: Decision, organisation: Organisation, day: date
) -> tuple[list[ConstitutionVersion], list[ConstitutionVersion]]:
    """Tell the versions that this decision made and that can still be stopped from those that can't."""
    rows = db.session.scalars(
        select(ConstitutionVersion)
        .where(ConstitutionVersion.organisation_id == organisation.id, ConstitutionVersion.void_at.is_(None))
        .order_by(ConstitutionVersion.number)
        .with_for_update()
    ).all()
    own = [version for version in rows if version.decision_id == decision.id]
    later = [version for version in rows if version.decision_id != decision.id]
    in_the_way = [
        version
        for version in own
        if (version.in_force_on is not None and version.in_force_on <= day)
        or any(other.number > version.number for other in later)
    ]
    return [version for version in own if version not in in_the_way], in_the_way


def _in_the_way(version: ConstitutionVersion, day: date) -> str:
    if version.in_force_on is not None and version.in_force_on <= day:
        said = _(
            "This decision made version %(n)d of the constitution, in force since %(day)s. Only another "
            "constitutional decision can undo that: dismiss the challenge and put that motion.",
            n=version.number,
            day=format_date(version.in_force_on, "d MMMM y"),
        )
    else:
        said = _(
            "A later version of the constitution was made from version %(n)d, which this decision passed. Only "
            "another constitutional decision can undo that: dismiss the challenge and put that motion.",
            n=version.number,
        )
    return str(said)


def _others(decision: Decision) -> dict[str, int]:
    """Count what else names the decision, in whatever table, so that a table added later is not forgotten."""
    found = {}
    for table in Base.metadata.sorted_tables:
        columns = [key.parent for key in table.foreign_keys if key.target_fullname == "decisions.id"]
        if not columns or table.name in _SETTLED:
            continue
        named = or_(*(column == decision.id for column in columns))
        count = db.session.scalar(select(func.count()).select_from(table).where(named))
        if count:
            found[table.name] = count
    return found
