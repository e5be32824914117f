"""By what something happened to a membership: article, version of the constitution, and decision."""

from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy import select

from coop.extensions import db
from coop.models.ballots import Decision
from coop.models.constitution import ConstitutionVersion
from coop.models.members import Membership
from coop.services.admissions.way import named


def sources_of(membership: Membership) -> Mapping[int, str]:
    """Say it of every event that has a source: `{id of the event: words}`."""
    versions = {event.version_id for event in membership.events if event.version_id}
    decisions = {event.decision_id for event in membership.events if event.decision_id}
    numbers: dict[int, int] = {}
    labels: dict[int, str] = {}
    if versions:
        query = select(ConstitutionVersion.id, ConstitutionVersion.number)
        rows = db.session.execute(query.where(ConstitutionVersion.id.in_(versions)))
        numbers = {row.id: row.number for row in rows}
    if decisions:
        found = db.session.scalars(select(Decision).where(Decision.id.in_(decisions)))
        labels = {one.id: one.label for one in found}
    said = {}
    for event in membership.events:
        parts = [named(event.article)] if event.article else []
        if event.version_id in numbers:
            parts.append(_("version %(number)s", number=numbers[event.version_id]))
        if event.decision_id in labels:
            parts.append(_("decision %(label)s", label=labels[event.decision_id]))
        said[event.id] = ", ".join(parts)
    return said
