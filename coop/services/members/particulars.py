"""A member's own particulars: changing them, seeing all that is held, having them erased."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ForeignKey, Table, or_, select

from coop.access import Actor, Permission, authorize, may
from coop.errors import Refusal
from coop.extensions import Base, db
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.models.records import AuditEvent, AuditParticulars
from coop.services import accounts, records

# What would let somebody sign in or work out a secret is not handed out, not even to the person it is about.
_WITHHELD_COLUMNS = {"password_hash", "session_version", "digest", "secret", "salt"}
_WITHHELD_TABLES = {"sign_in_tokens", "audit_particulars"}


@dataclass(frozen=True)
class Particulars:
    """How a member is called and reached; `notices` is "mail" or "post"."""

    name: str
    email: str
    postal_address: str
    notices: str


def change_particulars(membership: Membership, wished: Particulars, actor: Actor, now: datetime) -> None:
    """Change how a member is called and reached; the address used to sign in stays as it is."""
    permission = Permission.CHANGE_OWN_PARTICULARS
    if not may(actor, permission, membership):
        permission = Permission.CHANGE_MEMBER
    authorize(actor, permission, membership)
    db.session.refresh(membership, with_for_update=True)
    if wished.notices == "mail" and not wished.email.strip():
        raise Refusal(_("Notices by mail need an e-mail address. Give one, or choose notices by post."))
    if wished.notices == "post" and not wished.postal_address.strip():
        raise Refusal(_("Notices by post need a postal address. Give one, or choose notices by mail."))
    before = {
        "name": membership.name,
        "email": membership.email,
        "postal_address": membership.postal_address,
        "notices": membership.notices,
    }
    after = {
        "name": " ".join(wished.name.split()),
        "email": accounts.folded(wished.email),
        "postal_address": wished.postal_address.strip(),
        "notices": wished.notices,
    }
    changed = [field for field in before if before[field] != after[field]]
    if not changed:
        return
    for field in changed:
        setattr(membership, field, after[field])
    if "name" in changed and membership.kind == "person":
        for holder in membership.holders:
            holder.name = after["name"]
    records.record(
        db.session.get_one(Organisation, membership.organisation_id),
        actor,
        "changed particulars",
        f"member {membership.number}",
        now,
        facts={"changed": changed},
        personal={"before": {field: before[field] for field in changed}},
        about_person_id=_person_of(membership),
    )


def set_reminders(membership: Membership, actor: Actor, now: datetime, *, wanted: bool) -> None:
    """Switch a member's own reminders to vote on or off; notices come anyway."""
    authorize(actor, Permission.CHANGE_OWN_PARTICULARS, membership)
    db.session.refresh(membership, with_for_update=True)
    if membership.reminders == wanted:
        return
    membership.reminders = wanted
    organisation = db.session.get_one(Organisation, membership.organisation_id)
    what = {"changed": ["reminders"]}
    records.record(organisation, actor, "changed particulars", f"member {membership.number}", now, what)


def held_about(membership: Membership, actor: Actor) -> dict[str, Any]:
    """Everything held about a member, table by table.

    Found by following every foreign key to the membership and to the people who hold it, so that a table
    added later cannot be forgotten.
    """
    authorize(actor, Permission.SEE_OWN_RECORD, membership)
    person_ids = [actor.person_id] if actor.person_id else []
    application = membership.application_id
    roll = Base.metadata.tables["roll_entries"]  # votes hang on the roll, not on the member
    held: dict[str, Any] = {}
    for table in Base.metadata.sorted_tables:
        if table.name in _WITHHELD_TABLES:
            continue
        conditions = [column.in_([membership.id]) for column in _pointing(table, "memberships.id")]
        conditions += [column.in_(person_ids) for column in _pointing(table, "people.id")]
        if _pointing(table, "roll_entries.id"):
            mine = select(roll.c.id).where(roll.c.membership_id == membership.id)
            conditions += [column.in_(mine) for column in _pointing(table, "roll_entries.id")]
        if "organisation_id" in table.c and conditions:
            conditions = [or_(*conditions) & (table.c.organisation_id == membership.organisation_id)]
        if table.name == "memberships":
            conditions = [table.c.id == membership.id]
        elif table.name == "people":
            conditions = [table.c.id.in_(person_ids)]
        elif table.name == "applications" and application is not None:
            conditions.append(table.c.id == application)
        if conditions:
            rows = [_told(table, row) for row in db.session.execute(select(table).where(or_(*conditions)))]
            if rows:
                held[table.name] = rows
    held["deeds"] = _deeds(membership)
    return held


def _deeds(membership: Membership) -> list[dict[str, Any]]:
    """What the audit trail says that the member did, or that was done to the membership."""
    label = f"member {membership.number}"
    rows = db.session.execute(
        select(AuditEvent, AuditParticulars.payload)
        .outerjoin(AuditParticulars, AuditParticulars.event_id == AuditEvent.id)
        .where(
            AuditEvent.organisation_id == membership.organisation_id,
            or_(AuditEvent.actor == label, AuditEvent.subject == label),
        )
        .order_by(AuditEvent.id)
    )
    return [
        {
            "at": event.at.isoformat(),
            "who": event.actor,
            "what": event.verb,
            "of": event.subject,
            "facts": event.facts,
            "particulars": payload if event.subject == label else None,
        }
        for event, payload in rows
    ]


def _pointing(table: Table, target: str) -> list[Any]:
    def points(key: ForeignKey) -> bool:
        return key.target_fullname == target

    return [column for column in table.columns if any(points(key) for key in column.foreign_keys)]


def _told(table: Table, row: Any) -> dict[str, Any]:
    return {
        column.name: _plain(row._mapping[column])  # noqa: SLF001 - the documented way to a row's columns
        for column in table.columns
        if column.name not in _WITHHELD_COLUMNS
    }


def _plain(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return value


def _person_of(membership: Membership) -> int | None:
    return next((holder.person_id for holder in membership.holders if holder.person_id is not None), None)
