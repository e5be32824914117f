"""Organisations, their bodies and offices."""

import re
import secrets
from collections.abc import Sequence
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import func, or_, select, text
from sqlalchemy.exc import IntegrityError

from coop.access import Actor, Permission, authorize
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.members import Membership
from coop.models.organisations import Body, BodyMembership, Office, Organisation
from coop.services import records

# Words of addresses that no organisation can be called by.
RESERVED = frozenset(
    {"account", "accounts", "admin", "api", "assets", "audit", "ballots", "bootstrap", "constitution", "demo"}
    | {"dues", "found", "healthz", "join", "library", "link", "meetings", "members", "more", "offices"}
    | {"decisions", "desk", "forgotten", "login", "logout", "me", "open", "password", "register"}
    | {"organisations", "privacy", "settings", "sign-in", "sign-out", "static", "treasury", "welcome"}
)
SLUG = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


def any_exists() -> bool:
    return db.session.scalar(select(Organisation.id).limit(1)) is not None


def refuse_unless_first() -> None:
    """Refuse if an organisation exists; of two founded at the same moment, the second waits and is refused."""
    if db.engine.dialect.name == "postgresql":  # where several write at once, and there is no row to lock yet
        db.session.execute(text("SELECT pg_advisory_xact_lock(7211, 0)"))
    if any_exists():
        raise Refusal(_("Somebody has founded an organisation here in the meantime."))


def find_organisation(slug: str) -> Organisation:
    organisation = db.session.scalar(select(Organisation).where(Organisation.slug == slug))
    if organisation is None:
        raise Missing
    return organisation


def found_organisation(
    slug: str,
    name: str,
    *,
    actor: Actor,
    now: datetime,
    summary: str = "",
    contact: str = "",
    language: str = "en",
    assembly: str = "",
) -> Organisation:
    """Begin an organisation with its general assembly; its constitution and members come next."""
    authorize(actor, Permission.FOUND_ORGANISATION, None)
    slug, name = slug.strip(), " ".join(name.split())
    if not name:
        raise Refusal(_("Give the organisation a name."))
    if not SLUG.fullmatch(slug) or len(slug) > 40:
        raise Refusal(_("The address is made of small letters, digits and hyphens, as in “toad-lane”."))
    taken = db.session.scalar(select(Organisation.id).where(Organisation.slug == slug))
    if slug in RESERVED or taken is not None:
        raise Refusal(_("The address “%(slug)s” is taken. Choose another one.", slug=slug))
    organisation = Organisation(
        slug=slug,
        name=name,
        summary=summary.strip(),
        contact=contact.strip(),
        language=language,
        founded_at=now,
        secret=secrets.token_hex(32),
    )
    db.session.add(organisation)
    db.session.flush()
    db.session.add(
        Body(
            organisation_id=organisation.id,
            kind="assembly",
            slug="assembly",
            name=assembly or _("General assembly"),
        )
    )
    db.session.flush()
    records.record(organisation, actor, "founded the organisation", "organisation", now, {"slug": slug})
    return organisation


def change_settings(
    organisation: Organisation, *, name: str, summary: str, contact: str, actor: Actor, now: datetime
) -> None:
    """Change what is a setting and no provision: the name shown, the summary, the contact."""
    authorize(actor, Permission.CHANGE_SETTINGS, organisation)
    wanted = {"name": " ".join(name.split()), "summary": summary.strip(), "contact": contact.strip()}
    if not wanted["name"]:
        raise Refusal(_("Give the organisation a name."))
    changed = {key: value for key, value in wanted.items() if getattr(organisation, key) != value}
    if not changed:
        return
    for key, value in changed.items():
        setattr(organisation, key, value)
    records.record(organisation, actor, "changed the settings", "settings", now, {"changed": sorted(changed)})


def bodies_of(organisation: Organisation) -> list[Body]:
    """All bodies, the assembly first."""
    rows = db.session.scalars(
        select(Body).where(Body.organisation_id == organisation.id).order_by(Body.id)
    ).all()
    return sorted(rows, key=lambda body: body.kind != "assembly")


def find_body(organisation: Organisation, slug: str) -> Body:
    body = db.session.scalar(select(Body).where(Body.organisation_id == organisation.id, Body.slug == slug))
    if body is None:
        raise Missing
    return body


def assembly_of(organisation: Organisation) -> Body:
    return db.session.scalars(
        select(Body).where(Body.organisation_id == organisation.id, Body.kind == "assembly")
    ).one()


def add_body(
    organisation: Organisation, kind: str, slug: str, name: str, *, actor: Actor, now: datetime
) -> Body:
    """Form a board, committee, branch or working group."""
    authorize(actor, Permission.KEEP_BODIES, organisation)
    if not SLUG.fullmatch(slug) or len(slug) > 40:
        raise Refusal(_("A body's short name is made of small letters, digits and hyphens, as in “board”."))
    if kind == "assembly":
        raise Refusal(_("An organisation has one general assembly: all its members."))
    body = Body(organisation_id=organisation.id, kind=kind, slug=slug, name=" ".join(name.split()))
    _add(body, _("There is a body “%(slug)s” already.", slug=slug))
    records.record(organisation, actor, "formed a body", f"body {slug}", now, {"kind": kind})
    return body


def join_body(
    body: Body,
    membership: Membership,
    starts_on: date,
    *,
    ends_on: date | None = None,
    decision_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> BodyMembership:
    """Put a member on a board or into a branch or group, from a day on."""
    authorize(actor, Permission.KEEP_BODIES, body)
    if body.kind == "assembly":
        raise Refusal(_("Every member belongs to the general assembly."))
    if membership.organisation_id != body.organisation_id:
        raise Missing
    seat = BodyMembership(
        body_id=body.id,
        membership_id=membership.id,
        starts_on=starts_on,
        ends_on=ends_on,
        decision_id=decision_id,
    )
    _add(seat, _("Member %(number)s joined that day already.", number=membership.number))
    facts = {"member": membership.number, "from": starts_on.isoformat(), "decision": decision_id}
    records.record(body.organisation, actor, "joined a body", f"body {body.slug}", now, facts)
    return seat


def add_office(body: Body, kind: str, title: str, *, seats: int = 1, actor: Actor, now: datetime) -> Office:
    """Create a role in a body; somebody holds it from their first term on."""
    authorize(actor, Permission.KEEP_BODIES, body)
    office = Office(
        organisation_id=body.organisation_id,
        body_id=body.id,
        kind=kind,
        title=" ".join(title.split()),
        seats=seats,
    )
    _add(office, _("%(body)s has that office already.", body=body.name))
    facts = {"office": kind, "seats": seats}
    records.record(body.organisation, actor, "created an office", f"body {body.slug}", now, facts)
    return office


def find_office(organisation: Organisation, kind: str, body: Body | None = None) -> Office:
    """The office of that kind in a body, else in the assembly."""
    body = body or assembly_of(organisation)
    office = db.session.scalar(
        select(Office).where(
            Office.organisation_id == organisation.id, Office.body_id == body.id, Office.kind == kind
        )
    )
    if office is None:
        raise Missing
    return office


def offices_of(organisation: Organisation) -> list[Office]:
    return list(
        db.session.scalars(
            select(Office)
            .where(Office.organisation_id == organisation.id)
            .order_by(Office.body_id, Office.id)
        )
    )


def sizes_of(organisation: Organisation, bodies: Sequence[Body], day: date) -> dict[int, int]:
    """How many members sit in each body on a day, by the body's id; the assembly is not counted."""
    rows = db.session.execute(
        select(BodyMembership.body_id, func.count())
        .join(Body, Body.id == BodyMembership.body_id)
        .where(
            Body.organisation_id == organisation.id,
            BodyMembership.starts_on <= day,
            or_(BodyMembership.ends_on.is_(None), BodyMembership.ends_on >= day),
        )
        .group_by(BodyMembership.body_id)
    )
    counted: dict[int, int] = {row[0]: row[1] for row in rows}
    return {body.id: counted.get(body.id, 0) for body in bodies if body.kind != "assembly"}


def _add(row: Body | Office | BodyMembership, taken: str) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError as error:
        raise Refusal(taken) from error


def seats_of(body: Body, day: date) -> list[tuple[BodyMembership, Membership]]:
    """Who belongs to a body beside the assembly on a day, by number."""
    rows = db.session.execute(
        select(BodyMembership, Membership)
        .join(Membership, Membership.id == BodyMembership.membership_id)
        .where(
            BodyMembership.body_id == body.id,
            BodyMembership.starts_on <= day,
            or_(BodyMembership.ends_on.is_(None), BodyMembership.ends_on >= day),
        )
        .order_by(Membership.number)
    )
    return [(seat, membership) for seat, membership in rows]
