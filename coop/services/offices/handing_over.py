"""Handing an office over: what was received, signed off by both, or by the incoming alone with a reason."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import aliased

from coop.access import Actor, Permission, authorize
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.handovers import Handover, HandoverItem
from coop.models.members import Membership
from coop.models.organisations import OfficeTerm, Organisation
from coop.services.records import head_of, record

WAITED = timedelta(days=30)  # for the signature of whoever left; then the incoming signs alone
MOST_WORDS = 2000
MOST_ITEMS = 60
_LEFT = aliased(OfficeTerm)


def find_handover(organisation: Organisation, number: int) -> Handover:
    found = db.session.get(Handover, number)
    if found is None or found.organisation_id != organisation.id:
        raise Missing
    return found


def has_to_sign(membership_id: int) -> ColumnElement[bool]:
    """Whether a hand-over waits for a member's signature: a condition within another query."""
    return exists(_waiting(membership_id).with_only_columns(Handover.id))


def to_sign(membership_id: int | None) -> list[Handover]:
    """List the hand-overs that wait for a member's signature."""
    return list(db.session.scalars(_waiting(membership_id or 0).order_by(Handover.id)))


def handovers_by_term(organisation: Organisation) -> dict[int, Handover]:
    """Give the hand-overs of the latest terms by the term's id."""
    rows = select(Handover).where(Handover.organisation_id == organisation.id)
    return {one.term_id: one for one in db.session.scalars(rows.order_by(Handover.id.desc()).limit(200))}


def parties_of(handover: Handover) -> tuple[Membership, Membership]:
    """Name whoever leaves and whoever takes over."""
    left = db.session.get_one(Membership, handover.left_term.membership_id)
    return left, db.session.get_one(Membership, handover.term.membership_id)


def write_items(
    handover: Handover, actor: Actor, now: datetime, *, notes: Mapping[int, str], received: frozenset[int]
) -> None:
    """Keep the notes and what was received, by the item's position; either of the two writes."""
    handover = _open(handover, actor)
    for item in handover.items:
        item.note = notes.get(item.position, item.note).strip()[:MOST_WORDS]
        item.received = item.position in received
    _note(handover, actor, "wrote down the hand-over of", now, {"received": len(received)})


def add_item(handover: Handover, actor: Actor, now: datetime, *, what: str) -> None:
    """Put something more on the list."""
    handover, what = _open(handover, actor), " ".join(what.split())
    if not what:
        raise Refusal(_("Say what is to be handed over."))
    if len(handover.items) >= MOST_ITEMS:
        raise Refusal(_("This list is long enough. Put several things on one line."))
    handover.items.append(HandoverItem(position=len(handover.items) + 1, what=what[:200]))
    _note(handover, actor, "added to the hand-over of", now, {})


def why_alone(handover: Handover, organisation: Organisation, now: datetime) -> str:
    """Say why the incoming can sign alone; "" while whoever left is there to sign."""
    left, _incoming = parties_of(handover)
    day = organisation.day_of(now)
    if handover.given_at is not None:
        return ""
    if left.status_on(day) not in ("active", "suspended"):
        return str(_("%(name)s is no member any more.", name=left.name))
    first = handover.term.starts_on + WAITED
    if day >= first:
        since = format_date(handover.term.starts_on, "d MMMM y")
        return str(_("%(name)s has not signed since %(day)s.", name=left.name, day=since))
    return ""


def sign_handover(
    handover: Handover,
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    tasks: Sequence[Mapping[str, Any]],
    statement: str,
    alone_because: str = "",
) -> None:
    """Put one's name to it; with the last one it is closed, and what then stood open and proved is kept in it."""
    handover, why = _open(handover, actor), alone_because.strip()
    taking = actor.membership_id == handover.term.membership_id
    if taking and organisation.day_of(now) < handover.term.starts_on:
        day = format_date(handover.term.starts_on, "d MMMM y")
        raise Refusal(_("Your term begins on %(day)s. Sign from that day on.", day=day))
    if why and not (taking and why_alone(handover, organisation, now)):
        raise Refusal(_("Whoever left can still sign. Ask them to."))
    if (handover.taken_at if taking else handover.given_at) is not None and not why:
        raise Refusal(_("You have signed this already."))
    if taking:
        handover.taken_at, handover.alone_because = handover.taken_at or now, why
    else:
        handover.given_at = now
    if handover.taken_at is not None and (handover.given_at is not None or why):
        events, head = head_of(organisation.id)
        handover.closed_at = now
        handover.proof = {
            "tasks": [dict(one) for one in tasks],
            "statement": statement,
            "head": head,
            "events": events,
        }
    db.session.flush()
    facts = {
        "side": "taken" if taking else "given",
        "alone": bool(why),
        "closed": handover.closed_at is not None,
    }
    _note(handover, actor, "signed the hand-over of", now, facts)


def _open(handover: Handover, actor: Actor) -> Handover:
    authorize(actor, Permission.HAND_OVER, handover)
    db.session.refresh(handover, with_for_update=True)
    if handover.closed_at is not None:
        raise Refusal(_("This hand-over is signed off, so it stands as it is."))
    return handover


def _waiting(membership_id: int) -> Any:
    return (
        select(Handover)
        .join(OfficeTerm, OfficeTerm.id == Handover.term_id)
        .join(_LEFT, _LEFT.id == Handover.left_term_id)
        .where(
            Handover.closed_at.is_(None),
            or_(
                (OfficeTerm.membership_id == membership_id) & Handover.taken_at.is_(None),
                (_LEFT.membership_id == membership_id) & Handover.given_at.is_(None),
            ),
        )
    )


def _note(handover: Handover, actor: Actor, verb: str, now: datetime, facts: Mapping[str, object]) -> None:
    office = handover.term.office
    record(
        office.body.organisation, actor, verb, f"office {office.id}", now, {"handover": handover.id, **facts}
    )
