"""The audit trail in words: who did what, when, and where it stands in the chain.

Everyone sees what was done. Who it was done to, when that is a member, and with what particulars, is shown to
that member, to the officers who keep the register, and to the auditor.
"""

import json
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from coop.access import Actor, Permission, authorize, may
from coop.extensions import db
from coop.models.organisations import Organisation
from coop.models.records import AuditEvent, AuditLink, AuditParticulars
from coop.services.records import head_of
from coop.services.reports.spoken import sentence

PAGE = 50
_FINGERPRINT = re.compile("[0-9a-f]{64}")
# Nobody learns from the trail who has voted, who is coming, or who objects.
OWN_ONLY = (
    "voted",
    "voted on",
    "voted as proxy on",
    "named a proxy for",
    "revoked a proxy for",
    "declined a proxy for",
    "lapsed a proxy for",
    "invitation answered",
    "contested the roll of",
    "challenged the result of",
)
ABOUT_SOMEBODY = ("member", "application", "charge", "waiver", "payment", "line", "person")
# What the auditor does not read either.
NEVER_SHOWN = frozenset(
    {"email", "address", "postal_address", "phone", "birth_date", "born_on", "hardship", "complaint"}
)
NAMES_SOMEBODY = frozenset({"member", "members", "membership", "who", "proxy"})


@dataclass(frozen=True)
class Search:
    subject: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def is_narrowed(self) -> bool:
        return bool(self.subject.strip() or self.since or self.until)


@dataclass(frozen=True)
class Entry:
    at: datetime
    says: str
    facts: list[tuple[str, str]]
    personal: list[tuple[str, str]]
    position: int | None
    hash: str


@dataclass(frozen=True)
class Trail:
    entries: list[Entry]
    total: int
    page: int
    pages: int
    head: str
    length: int


def read_trail(organisation: Organisation, actor: Actor, search: Search, page: int) -> Trail:
    """One page of the trail, newest first: three queries."""
    authorize(actor, Permission.SEE_AUDIT, organisation)
    sees_all = may(actor, Permission.SEE_AUDIT_PARTICULARS, organisation)
    sees_members = sees_all or may(actor, Permission.SEE_REGISTER, organisation)
    found = _matching(organisation, actor, search, sees_members=sees_members, sees_all=sees_all)
    total = db.session.scalar(select(func.count()).select_from(found.subquery())) or 0
    pages = max(1, ceil(total / PAGE))
    page = min(max(page, 1), pages)
    rows = db.session.execute(
        found.add_columns(AuditLink, AuditParticulars)
        .outerjoin(AuditLink, AuditLink.event_id == AuditEvent.id)
        .outerjoin(AuditParticulars, AuditParticulars.event_id == AuditEvent.id)
        .order_by(AuditEvent.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    length, head = head_of(organisation.id)
    entries = [
        _entry(event, link, particulars, actor, sees_members=sees_members, sees_all=sees_all)
        for event, link, particulars in rows
    ]
    return Trail(entries, total, page, pages, head, length)


def _matching(
    organisation: Organisation, actor: Actor, search: Search, *, sees_members: bool, sees_all: bool
) -> Select[Any]:
    found = select(AuditEvent).where(AuditEvent.organisation_id == organisation.id)
    if not sees_all:
        found = found.where(or_(AuditEvent.verb.not_in(OWN_ONLY), AuditEvent.actor == actor.label))
    subject = " ".join(search.subject.casefold().split())
    if subject:
        found = found.where(_about(subject, actor, sees_members=sees_members))
    zone = ZoneInfo(organisation.zone)
    if search.since:
        found = found.where(AuditEvent.at >= datetime.combine(search.since, time(), zone))
    if search.until and search.until < date.max:
        found = found.where(AuditEvent.at < datetime.combine(search.until + timedelta(days=1), time(), zone))
    return found


def _about(subject: str, actor: Actor, *, sees_members: bool) -> ColumnElement[bool]:
    """Events about "ballot 3", or about any "ballot"; a search does not find what the reader may not see."""
    theirs = or_(AuditEvent.subject == subject, AuditEvent.subject.startswith(f"{subject} ", autoescape=True))
    if sees_members or subject.split(maxsplit=1)[0] not in ABOUT_SOMEBODY or " " not in subject:
        return theirs
    return and_(theirs, or_(AuditEvent.actor == actor.label, AuditEvent.subject == actor.label))


def _entry(
    event: AuditEvent,
    link: AuditLink | None,
    particulars: AuditParticulars | None,
    reader: Actor,
    *,
    sees_members: bool,
    sees_all: bool,
) -> Entry:
    kind = event.subject.partition(" ")[0]
    own = reader.label in (event.actor, event.subject)
    hidden = kind in ABOUT_SOMEBODY and not own and not sees_members
    who, what = event.actor, event.subject
    if hidden:
        what = in_words_of(kind)
        who = in_words_of("member") if event.actor == event.subject else who
    return Entry(
        at=event.at,
        says=sentence(who, event.verb, what),
        facts=[]
        if hidden
        else _pairs(event.facts, NEVER_SHOWN if sees_members else NEVER_SHOWN | NAMES_SOMEBODY),
        personal=_pairs(particulars.payload) if particulars and sees_all else [],
        position=link.position if link else None,
        hash=link.hash if link else "",
    )


def in_words_of(kind: str) -> str:
    words: dict[str, str] = {
        "member": _("a member"),
        "application": _("an application"),
        "charge": _("a charge"),
        "waiver": _("a waiver"),
        "payment": _("a payment"),
        "line": _("a line"),
        "person": _("a person"),
    }
    return words[kind]


def _pairs(text: str, hidden: frozenset[str] = NEVER_SHOWN) -> list[tuple[str, str]]:
    values = json.loads(text)
    if not isinstance(values, dict):
        return []
    return [
        (name.replace("_", " "), _said(value))
        for name, value in values.items()
        if value not in (None, "", [], {}) and name not in hidden
    ]


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, list):
        return ", ".join(_said(one) for one in value)
    if isinstance(value, dict):
        return "; ".join(f"{name.replace('_', ' ')} {_said(one)}" for name, one in value.items())
    return f"{value[:12]}…" if isinstance(value, str) and _FINGERPRINT.fullmatch(value) else str(value)
