"""Who acts: a member with the offices held today, the operator, or the program itself."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import bindparam, select

from coop.duties import with_vacant_duties
from coop.extensions import db
from coop.models.accounts import Person
from coop.models.mandates import Affiliation, Mandate
from coop.models.members import Holder, Membership, status_of
from coop.models.organisations import Body, Office, OfficeTerm, Organisation


@dataclass(frozen=True)
class Seat:
    """An office held today. A seat in the assembly covers the whole organisation, any other its own body."""

    office: str
    body_id: int
    body_kind: str


@dataclass(frozen=True)
class Actor:
    """Who acts, in which organisation, with which offices today."""

    person_id: int | None = None
    organisation_id: int | None = None
    membership: Membership | None = field(default=None, compare=False)
    membership_id: int | None = None
    label: str = "visitor"  # as the audit trail names them: "member 12", "operator"
    status: str = "none"  # of the membership today
    seats: frozenset[Seat] = frozenset()
    founding: bool = False  # of a demonstration or test, before any office was ever held; see `beginnings`
    operator: bool = False


OPERATOR = Actor(label="operator", operator=True)
PROGRAM = Actor(label="coop", operator=True)


# A member organisation on this server acts through the delegate whom its own decision names, and nobody else.
_TIED = select(Affiliation.id).where(Affiliation.membership_id == Membership.id).exists()
# Asked at every request, so built once.
_MEMBERSHIP = (
    select(Membership, Membership.latest_kind_on(bindparam("day")))
    .join(Holder, Holder.membership_id == Membership.id)
    .where(
        Holder.organisation_id == bindparam("organisation"),
        Holder.person_id == bindparam("person"),
        ~_TIED,
    )
    .order_by(Membership.id.desc())
    .limit(1)
)
_SENT = (
    select(Mandate, Membership, Membership.latest_kind_on(bindparam("day")))
    .join(Affiliation, Affiliation.organisation_id == Mandate.organisation_id)
    .join(Membership, Membership.id == Affiliation.membership_id)
    .join(Holder, Holder.membership_id == Mandate.membership_id)
    .where(
        Mandate.parent_id == bindparam("organisation"),
        Affiliation.parent_id == bindparam("organisation"),
        Holder.person_id == bindparam("person"),
        Mandate.held_on(bindparam("day")),
    )
    .order_by(Mandate.id.desc())
)
_EVER_HELD = (
    select(OfficeTerm.id)
    .join(Office, Office.id == OfficeTerm.office_id)
    .where(Office.organisation_id == bindparam("organisation"))
    .correlate(None)
    .exists()
)
_NOT_OPEN = (
    select(Organisation.id)
    .where(Organisation.id == bindparam("organisation"), Organisation.unopened != "")
    .correlate(None)
    .exists()
)
# One row without an office for whoever holds none: how many others do costs nothing.
_SEATS = (
    select(_EVER_HELD | _NOT_OPEN, Office.kind, Body.id, Body.kind)
    .select_from(Membership)
    .outerjoin(
        OfficeTerm,
        (OfficeTerm.membership_id == Membership.id) & OfficeTerm.held_on(bindparam("day")),
    )
    .outerjoin(
        Office,
        (Office.id == OfficeTerm.office_id) & (Office.organisation_id == bindparam("organisation")),
    )
    .outerjoin(Body, Body.id == Office.body_id)
    .where(Membership.id == bindparam("membership"))
)


def actor_for(person: Person | None, organisation: Organisation | None, day: date) -> Actor:
    """Gather who acts: two queries, whatever the size of the organisation."""
    if person is None:
        return Actor(organisation_id=organisation.id if organisation else None)
    if organisation is None:
        return Actor(person_id=person.id, label=f"person {person.id}")
    row = db.session.execute(
        _MEMBERSHIP, {"organisation": organisation.id, "person": person.id, "day": day}
    ).first()
    found = (row[0], row[1]) if row else _sent_here(person, organisation, day)
    if found is None:
        return Actor(person_id=person.id, organisation_id=organisation.id, label=f"person {person.id}")
    membership, kind = found
    return actor_of(membership, status_of(kind), day, person_id=person.id)


def _sent_here(person: Person, organisation: Organisation, day: date) -> tuple[Membership, str] | None:
    """The member organisation that a person acts for today, while its own member, by a decision that stands."""
    asked = {"organisation": organisation.id, "person": person.id, "day": day}
    for mandate, membership, kind in db.session.execute(_SENT, asked):
        if not mandate.decision.is_void and mandate.delegate.status_on(day) == "active":
            return membership, kind
    return None


def actor_of(membership: Membership, status: str, day: date, *, person_id: int | None = None) -> Actor:
    """Return a member as an actor, with the offices held on a day; one query."""
    asked = {"membership": membership.id, "organisation": membership.organisation_id, "day": day}
    rows = db.session.execute(_SEATS, asked).all()
    return Actor(
        person_id=person_id,
        organisation_id=membership.organisation_id,
        membership=membership,
        membership_id=membership.id,
        label=f"member {membership.number}",
        status=status,
        seats=with_vacant_duties(
            frozenset(
                Seat(office, body_id, body_kind)
                for _ever_held, office, body_id, body_kind in rows
                if office is not None
            ),
            membership.organisation_id,
            day,
        ),
        founding=not rows[0][0],
    )
