"""How many members an organisation that is a member has, as it reports them: the history, and what holds on a day."""

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select

from coop.errors import Refusal
from coop.extensions import db
from coop.models.members import Membership, SizeReport
from coop.models.organisations import Organisation

MOST_REPRESENTED = 100_000_000


@dataclass(frozen=True)
class Size:
    """What a member organisation last reported by a day."""

    members: int
    counted_on: date


def add_size_report(
    membership: Membership,
    reported_by: str,
    now: datetime,
    *,
    size: int,
    counted_on: date,
    source: str,
    today: date,
) -> SizeReport:
    """Keep a report beside the earlier ones; the register shows the latest. The caller has authorised it."""
    source = " ".join(source.split())
    if membership.kind != "organisation":
        raise Refusal(_("Only a member that is an organisation has members of its own."))
    if not 0 <= size <= MOST_REPRESENTED:
        raise Refusal(_("Give the number of its members, from 0 to %(most)d.", most=MOST_REPRESENTED))
    if counted_on > today:
        raise Refusal(_("That day has not come yet. Give the day on which the members were counted."))
    if not source:
        raise Refusal(_("Say where the number comes from: a register, a return, minutes."))
    db.session.refresh(membership, with_for_update=True)
    report = SizeReport(
        membership_id=membership.id,
        size=size,
        counted_on=counted_on,
        source=source,
        reported_by=reported_by,
        reported_at=now,
    )
    db.session.add(report)
    if membership.represents_on is None or counted_on >= membership.represents_on:
        membership.represents, membership.represents_on = size, counted_on
    db.session.flush()
    return report


def size_reports_of(membership: Membership) -> list[SizeReport]:
    """Every report, the latest day first."""
    return list(
        db.session.scalars(
            select(SizeReport)
            .where(SizeReport.membership_id == membership.id)
            .order_by(SizeReport.counted_on.desc(), SizeReport.id.desc())
        )
    )


def sizes_on(organisation: Organisation, day: date) -> dict[int, Size]:
    """What each member organisation had reported for a day not after this one, by the membership's id."""
    rows = db.session.execute(
        select(SizeReport.membership_id, SizeReport.size, SizeReport.counted_on)
        .join(Membership, Membership.id == SizeReport.membership_id)
        .where(Membership.organisation_id == organisation.id, SizeReport.counted_on <= day)
        .order_by(SizeReport.counted_on, SizeReport.id)
    )
    return {membership_id: Size(size, counted_on) for membership_id, size, counted_on in rows}
