"""The server's own first page: the organisations one belongs to, or those of the demonstration."""

from datetime import datetime

from sqlalchemy import Select, or_, select

from coop.extensions import db
from coop.models.accounts import Person
from coop.models.beginnings import Beginning, Founder
from coop.models.mandates import Mandate
from coop.models.members import Application, Holder, Membership, status_of
from coop.models.organisations import Organisation

DEMONSTRATION = ("pioneers", "orchard")


def organisations_of(person: Person, now: datetime) -> list[tuple[Organisation, str]]:
    """Where the person is a member, or waits to become one, with their standing there."""
    rows = db.session.execute(
        select(Organisation, Membership.latest_kind_on(now.date()))
        .join(Membership, Membership.organisation_id == Organisation.id)
        .join(Holder, Holder.membership_id == Membership.id)
        .where(Holder.person_id == person.id)
        .order_by(Organisation.name)
    )
    found = {organisation: status_of(kind) for organisation, kind in rows}
    sent = db.session.scalars(
        select(Organisation)
        .join(Mandate, Mandate.parent_id == Organisation.id)
        .join(Holder, Holder.membership_id == Mandate.membership_id)
        .where(Holder.person_id == person.id, Mandate.held_on(now.date()))
        .order_by(Organisation.name)
    )
    for organisation in sent:
        found.setdefault(organisation, "delegate")
    waiting = db.session.scalars(
        select(Organisation)
        .join(Application, Application.organisation_id == Organisation.id)
        .where(Application.person_id == person.id, Application.outcome.is_(None))
        .order_by(Organisation.name)
    )
    for organisation in waiting:
        found.setdefault(organisation, "applied")
    for organisation in db.session.scalars(_beginning_with(person)):
        found.setdefault(organisation, organisation.unopened)
    return list(found.items())


def _beginning_with(person: Person) -> Select[Organisation]:
    """Select what this person founds with others or moves in, until it is open."""
    founded = select(Founder.organisation_id).where(
        Founder.person_id == person.id, Founder.withdrew_at.is_(None)
    )
    moved = select(Beginning.organisation_id).where(Beginning.by_id == person.id)
    return (
        select(Organisation)
        .where(Organisation.unopened != "", or_(Organisation.id.in_(founded), Organisation.id.in_(moved)))
        .order_by(Organisation.name)
    )


def demonstration() -> list[Organisation]:
    """The co-ops of the demonstration, if they are loaded."""
    rows = db.session.scalars(
        select(Organisation).where(Organisation.slug.in_(DEMONSTRATION)).order_by(Organisation.id)
    )
    return list(rows)


def is_empty() -> bool:
    return db.session.scalar(select(Organisation.id).limit(1)) is None
