"""Resigning, with the notice that the constitution asks for."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from coop.access import Actor, Permission, authorize
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.services import constitution, members


@dataclass(frozen=True)
class LastDay:
    """The day from which on one who resigns now is no member, and by which article and version."""

    ends_on: date
    is_today: bool
    article: str
    version_id: int | None


def last_day(organisation: Organisation, now: datetime) -> LastDay:
    """When the membership of somebody who resigns now would end."""
    today = organisation.day_of(now)
    version = constitution.in_force(organisation, today)
    if version is None:
        return LastDay(today, is_today=True, article="", version_id=None)
    notice = constitution.rule(version, "membership.resignation_notice")
    return LastDay(today + timedelta(days=notice.value.n), not notice.value.n, notice.article, version.id)


def resign(membership: Membership, organisation: Organisation, actor: Actor, now: datetime) -> LastDay:
    """Leave, once the notice is over; rights and dues go on until then."""
    authorize(actor, Permission.RESIGN, membership)
    end = last_day(organisation, now)
    members.resign(membership, actor, now, on=end.ends_on, article=end.article, version_id=end.version_id)
    return end
