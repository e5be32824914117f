"""Vacant offices: since when, who acts and by which article, and how the constitution has them filled."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from coop.duties import ACTING, offices_on
from coop.extensions import db
from coop.models.members import Membership
from coop.models.organisations import Body, Office, OfficeTerm, Organisation
from coop.services import constitution

_KEYS = {office: key for key, office in ACTING.items()}


@dataclass(frozen=True)
class Vacancy:
    """An office that lacks a holder; `acting` are the members who have its duties, none where nobody has."""

    office: Office
    since: date | None  # None: never held
    acting: tuple[Membership, ...]
    acts_as: str  # the office by which they act
    article: str
    filling: constitution.Rule | None


def vacancies_on(organisation: Organisation, offices: list[Office], day: date) -> dict[int, Vacancy]:
    """Say of each office that nobody holds on a day how things stand, by its id."""
    if not offices:
        return {}
    held = offices_on(organisation.id, day)
    version = constitution.in_force(organisation, day)
    rows = db.session.execute(
        select(OfficeTerm.office_id, func.max(OfficeTerm.ends_on))
        .where(OfficeTerm.office_id.in_([one.id for one in offices]), OfficeTerm.ends_on <= day)
        .group_by(OfficeTerm.office_id)
    )
    ended = {office_id: last for office_id, last in rows if last is not None}
    holders = _holders(organisation, day)
    found = {}
    for office in offices:
        body_id = office.body_id
        acts_as = held.falls_to(body_id, office.kind)
        if not acts_as and held.is_vacant(held.assembly, office.kind):
            body_id, acts_as = held.assembly, held.falls_to(held.assembly, office.kind)
        rule = (
            constitution.rule(version, _KEYS[office.kind], body=office.body)
            if version and office.kind in _KEYS
            else None
        )
        last = ended.get(office.id)
        found[office.id] = Vacancy(
            office=office,
            since=_first_day_without(office, last, day) if last else None,
            acting=tuple(holders.get((body_id, acts_as), ())),
            acts_as=acts_as,
            article=rule.article if rule else "",
            filling=constitution.rule(version, "office.vacancy", office=office) if version else None,
        )
    return found


def _first_day_without(office: Office, last: date, day: date) -> date:
    """The day after the last one; that day itself where the term ended in the course of it."""
    at_once = select(OfficeTerm.id).where(
        OfficeTerm.office_id == office.id, OfficeTerm.ends_on == last, OfficeTerm.ended_at.is_not(None)
    )
    return last if db.session.scalar(at_once) is not None else min(last + timedelta(days=1), day)


def _holders(organisation: Organisation, day: date) -> dict[tuple[int, str], list[Membership]]:
    rows = db.session.execute(
        select(Office.body_id, Office.kind, Membership)
        .join(OfficeTerm, OfficeTerm.office_id == Office.id)
        .join(Membership, Membership.id == OfficeTerm.membership_id)
        .join(Body, Body.id == Office.body_id)
        .where(Office.organisation_id == organisation.id, OfficeTerm.held_on(day))
        .order_by(Membership.number)
    )
    found: dict[tuple[int, str], list[Membership]] = {}
    for body_id, kind, who in rows:
        found.setdefault((body_id, kind), []).append(who)
    return found
