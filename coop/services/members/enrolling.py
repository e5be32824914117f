"""Entering a membership by hand: held jointly, by an organisation, or by somebody who asked on paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.services import accounts, records
from coop.services.members.register import active_membership_of, add_membership, next_number


@dataclass(frozen=True)
class HeldBy:
    """One of the people who hold a membership, or the delegate of the organisation that does."""

    name: str
    email: str = ""


def enrol(
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    name: str,
    holders: Sequence[HeldBy],
    kind: str = "person",
    on: date | None = None,
    postal_address: str = "",
    article: str = "",
    version_id: int | None = None,
) -> Membership:
    """Make a member from a day on; notices go by mail to the first holder with an address, else by post."""
    authorize(actor, Permission.ADMIT_MEMBER, organisation)
    db.session.execute(select(Organisation.id).where(Organisation.id == organisation.id).with_for_update())
    if not holders or (kind == "joint") != (len(holders) > 1):
        raise Refusal(_("A joint membership names all who hold it, any other names one person."))
    email = next((holder.email for holder in holders if holder.email), "")
    people = [accounts.find_or_create(one.email, now).id if one.email else None for one in holders]
    day = on or organisation.day_of(now)
    for person_id in people:
        if person_id and active_membership_of(organisation, person_id, day):
            raise Refusal(_("One of them is a member already."))
    membership = add_membership(
        organisation,
        actor,
        now,
        number=next_number(organisation),
        name=name,
        email=accounts.folded(email) if email else "",
        holders=[(one.name, person_id) for one, person_id in zip(holders, people, strict=True)],
        kind=kind,
        on=day,
        article=article,
        version_id=version_id,
    )
    membership.postal_address = postal_address.strip()
    db.session.flush()
    records.record(
        organisation,
        actor,
        "entered a member",
        f"member {membership.number}",
        now,
        {"kind": kind, "on": day.isoformat(), "article": article},
        {"name": name},
    )
    return membership
