"""How many members must second an amendment: by the rule of the day on which it is handed in, kept with it."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Exists, ScalarSelect, and_, func, select

from coop.errors import Refusal
from coop.extensions import db
from coop.models.constitution import Amendment, AmendmentSeconder, AmendmentSeconding
from coop.models.organisations import Organisation
from coop.rules.calendar import closing_of
from coop.services.constitution.naming import source_under
from coop.services.constitution.reading import in_force, rule
from coop.services.organisations import assembly_of

MOST_SHOWN = 5
SECONDERS, TIME = "decision.constitutional.seconders", "motion.seconding"


@dataclass(frozen=True)
class ToSecond:
    """An amendment that a member can second: `lacking` more must, until an instant."""

    number: int
    title: str
    lacking: int
    until: datetime
    zone: str


def ask_seconders(amendment: Amendment, organisation: Organisation, now: datetime) -> AmendmentSeconding:
    """Fix how many must second it and until when, just before it is handed in."""
    version, assembly = in_force(organisation, organisation.day_of(now)), assembly_of(organisation)
    if version is None:
        raise Refusal(_("No constitution is in force yet, so nothing says who must second this."))
    seconders, days = (rule(version, key, body=assembly) for key in (SECONDERS, TIME))
    seconding = AmendmentSeconding(
        seconders=seconders.value.n,
        until=closing_of(now, days.value.n, organisation.zone),
        zone=organisation.zone,
        articles=sorted({one.article for one in (seconders, days) if one.article}),
        version_id=version.id,
    )
    amendment.seconding = seconding
    db.session.flush()
    return seconding


def source_of_seconders(amendment: Amendment, organisation: Organisation, key: str = SECONDERS) -> str:
    """Name the article by which an amendment is seconded, or by which its time is over."""
    version_id = amendment.seconding.version_id if amendment.seconding else None
    return source_under(version_id, key, assembly_of(organisation))


def source_of_time_to_second(amendment: Amendment, organisation: Organisation) -> str:
    """Name the article that says how long members have."""
    return source_of_seconders(amendment, organisation, TIME)


def count_of_seconders() -> ScalarSelect[int]:
    """Count in a query how many have seconded an amendment."""
    return (
        select(func.count())
        .where(AmendmentSeconder.amendment_id == Amendment.id)
        .correlate(Amendment)
        .scalar_subquery()
    )


def amendments_to_second(organisation: Organisation, membership_id: int, now: datetime) -> list[ToSecond]:
    """List the amendments that a member can second, the most urgent first; one query."""
    rows = db.session.execute(
        select(Amendment.number, Amendment.title, AmendmentSeconding, count_of_seconders())
        .join(AmendmentSeconding, AmendmentSeconding.amendment_id == Amendment.id)
        .where(_open_to(organisation.id, membership_id, now))
        .order_by(AmendmentSeconding.until, Amendment.number)
        .limit(MOST_SHOWN)
    )
    return [
        ToSecond(number, title, asked.seconders - have, asked.until, asked.zone)
        for number, title, asked, have in rows
    ]


def has_amendments_to_second(organisation_id: int, membership_id: int, now: datetime) -> Exists:
    """Say in a query whether there is any such amendment."""
    return (
        select(Amendment.id)
        .join(AmendmentSeconding, AmendmentSeconding.amendment_id == Amendment.id)
        .where(_open_to(organisation_id, membership_id, now))
        .exists()
    )


def _open_to(organisation_id: int, membership_id: int, now: datetime) -> ColumnElement[bool]:
    mine = select(AmendmentSeconder.amendment_id).where(
        AmendmentSeconder.amendment_id == Amendment.id, AmendmentSeconder.membership_id == membership_id
    )
    return and_(
        Amendment.organisation_id == organisation_id,
        Amendment.handed_in_at.is_not(None),
        Amendment.withdrawn_at.is_(None),
        Amendment.ballot_id.is_(None),
        Amendment.drafted_by_id != membership_id,
        AmendmentSeconding.until > now,
        AmendmentSeconding.seconders > count_of_seconders(),
        ~mine.exists(),
    )
