"""Audit events, their chain, and the outbox: every deed leaves a trace in its own transaction."""

import secrets
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Select, Table, func, insert, select, text

from coop.access import Actor
from coop.extensions import db
from coop.models.organisations import Organisation
from coop.models.records import AuditEvent, AuditLink, AuditParticulars, OutboxMail
from coop.rules.chain import START, canonical, event_hash, personal_digest

# Every vote is a deed: built once, and past the session's bookkeeping.
EVENT = insert(cast("Table", AuditEvent.__table__))
_LINK = insert(cast("Table", AuditLink.__table__))

# Events are linked as they come, so only the latest are looked through. On PostgreSQL a transaction may commit
# after later ones, with earlier ids: hence a look back, and now and then over everything.
LOOK_BACK = 10_000


def record(
    organisation: Organisation | int | None,
    actor: Actor,
    verb: str,
    subject: str,
    now: datetime,
    facts: dict[str, Any] | None = None,
    personal: dict[str, Any] | None = None,
    about_person_id: int | None = None,
) -> None:
    """Write down a deed; `facts` hold nothing personal, `personal` can be erased without breaking the chain."""
    event = event_of(organisation, actor, verb, subject, now, facts)
    if not personal:
        db.session.execute(EVENT, event)
        return
    salt, payload = secrets.token_bytes(32), canonical(personal)
    written = AuditEvent(**event, personal_digest=personal_digest(salt, payload))
    db.session.add(written)
    db.session.flush()
    db.session.add(
        AuditParticulars(event_id=written.id, salt=salt.hex(), payload=payload, person_id=about_person_id)
    )


def event_of(
    organisation: Organisation | int | None,
    actor: Actor,
    verb: str,
    subject: str,
    now: datetime,
    facts: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the values that `EVENT` inserts, for a deed that writes its event in a statement of its own."""
    return {
        "organisation_id": organisation.id if isinstance(organisation, Organisation) else organisation,
        "at": now,
        "actor": actor.label,
        "verb": verb,
        "subject": subject,
        "facts": canonical(facts or {}),
    }


def send(
    organisation: Organisation | None,
    template: str,
    key: str,
    now: datetime,
    *,
    person_id: int | None = None,
    membership_id: int | None = None,
    **ids: Any,
) -> None:
    """Queue a mail with the deed that causes it; the same key queues it once."""
    if db.session.scalar(select(OutboxMail.id).where(OutboxMail.key == key)) is not None:
        return
    db.session.add(
        OutboxMail(
            organisation_id=organisation.id if organisation else None,
            key=key,
            template=template,
            person_id=person_id,
            membership_id=membership_id,
            ids=ids,
            queued_at=now,
        )
    )


def chain_events(organisation_id: int | None, *, everything: bool = False) -> str:
    """Link the unchained events in order of their ids and return the head; call inside a write transaction.

    Looks back a little, or over `everything`: see LOOK_BACK.
    """
    chain = organisation_id or 0
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(7210, :chain)"), {"chain": chain})
    last, position, head = _last_link(chain)
    waiting = db.session.execute(
        _unchained(*AuditEvent.__table__.columns, since=0 if everything else last)
        .where(_of(organisation_id))
        .order_by(AuditEvent.id)
    ).all()
    links = []
    for event in waiting:
        position += 1
        link = event_hash(head, as_record(event))
        links.append(
            {"event_id": event.id, "chain": chain, "position": position, "previous": head, "hash": link}
        )
        head = link
    if links:
        db.session.execute(_LINK, links)
    return head


def organisations_with_unchained_events(*, everything: bool = False) -> list[int | None]:
    """Name the organisations whose chain is behind; None stands for the server's own."""
    last = 0 if everything else db.session.scalar(select(func.max(AuditLink.event_id)))
    return list(db.session.scalars(_unchained(AuditEvent.organisation_id, since=last or 0).distinct()))


def head_of(organisation_id: int | None) -> tuple[int, str]:
    """Return the length and head of the chain as linked so far."""
    _event_id, position, head = _last_link(organisation_id or 0)
    return position, head


def _last_link(chain: int) -> tuple[int, int, str]:
    """Return the id of the event linked last, its place, and the head."""
    row = db.session.execute(
        select(AuditLink.event_id, AuditLink.position, AuditLink.hash)
        .where(AuditLink.chain == chain)
        .order_by(AuditLink.position.desc())
        .limit(1)
    ).first()
    return (row[0], row[1], row[2]) if row else (0, 0, START)


def _unchained(*columns: Any, since: int) -> Select[Any]:
    """Select of the events without a link, from a little before the one that was linked last."""
    return (
        select(*columns)
        .outerjoin(AuditLink, AuditLink.event_id == AuditEvent.id)
        .where(AuditLink.event_id.is_(None), AuditEvent.id > since - LOOK_BACK)
    )


def as_record(event: AuditEvent | Row[Any]) -> dict[str, Any]:
    """Return what of an event enters the chain."""
    return {
        "id": event.id,
        "organisation": event.organisation_id,
        "at": event.at.isoformat(),
        "actor": event.actor,
        "verb": event.verb,
        "subject": event.subject,
        "facts": event.facts,
        "personal": event.personal_digest,
    }


def verify_chain(organisation_id: int | None) -> dict[str, Any]:
    """Walk the chain: `{"ok", "events", "unchained", "head", "first_bad"}`; `first_bad` is an event's id or null."""
    head, first_bad = START, None
    rows = db.session.execute(
        select(AuditLink, AuditEvent, AuditParticulars)
        .join(AuditEvent, AuditEvent.id == AuditLink.event_id)
        .outerjoin(AuditParticulars, AuditParticulars.event_id == AuditEvent.id)
        .where(AuditLink.chain == (organisation_id or 0))
        .order_by(AuditLink.position)
    )
    for position, (link, event, particulars) in enumerate(rows.yield_per(1000), start=1):
        right = (
            link.position == position
            and link.previous == head
            and link.hash == event_hash(head, as_record(event))
            and _particulars_agree(event, particulars)
        )
        head = link.hash
        if not right:
            first_bad = event.id
            break
    events = db.session.scalar(select(func.count()).select_from(AuditEvent).where(_of(organisation_id))) or 0
    linked = (
        db.session.scalar(
            select(func.count()).select_from(AuditLink).where(AuditLink.chain == (organisation_id or 0))
        )
        or 0
    )
    return {
        "ok": first_bad is None,
        "events": events,
        "unchained": events - linked,
        "head": head,
        "first_bad": first_bad,
    }


def _particulars_agree(event: AuditEvent, particulars: AuditParticulars | None) -> bool:
    """Erased particulars are no break; changed ones are."""
    if particulars is None:
        return True
    return event.personal_digest == personal_digest(bytes.fromhex(particulars.salt), particulars.payload)


def _of(organisation_id: int | None) -> Any:
    column = AuditEvent.organisation_id
    return column.is_(None) if organisation_id is None else column == organisation_id
