"""What stands open in an office, and the last proof of its records: for the page of its hand-over."""

from datetime import datetime

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import func, select

from coop.access import Actor, Seat
from coop.extensions import db
from coop.models.members import Membership
from coop.models.organisations import Office, Organisation
from coop.models.treasury import LedgerEntry, Statement
from coop.services.reports.desk import Pile, desk_of


def open_tasks(office: Office, holder: Membership, organisation: Organisation, now: datetime) -> list[Pile]:
    """Gather what My desk lists of one office, whoever looks."""
    seat = Seat(office.kind, office.body_id, office.body.kind)
    who = Actor(
        organisation_id=organisation.id,
        membership=holder,
        membership_id=holder.id,
        label=f"member {holder.number}",
        status="active",
        seats=frozenset({seat}),
    )
    return [pile for pile in desk_of(organisation, who, now) if pile.waiting and pile.id != "hand-overs"]


def last_statement(office: Office, organisation: Organisation) -> str:
    """Say for a treasurer which bank statement and entry of the ledger are the last; "" for other offices."""
    if office.kind != "treasurer":
        return ""
    entries = db.session.scalar(
        select(func.count()).select_from(LedgerEntry).where(LedgerEntry.organisation_id == organisation.id)
    )
    statement = db.session.scalars(
        select(Statement)
        .where(Statement.organisation_id == organisation.id, Statement.undone_at.is_(None))
        .order_by(Statement.ends_on.desc().nulls_last(), Statement.id.desc())
        .limit(1)
    ).first()
    if statement is None:
        return str(_("No bank statement yet; %(entries)s entries in the ledger.", entries=entries))
    until = format_date(statement.ends_on, "d MMMM y") if statement.ends_on else statement.file_name
    return str(
        _(
            "The last bank statement goes to %(until)s (SHA-256 %(sha)s); %(entries)s entries in the ledger.",
            until=until,
            sha=statement.sha256,
            entries=entries,
        )
    )
