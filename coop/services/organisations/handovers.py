"""A new term opens a hand-over from whoever held the office before, with a list of what to receive."""

from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import or_, select

from coop.extensions import db
from coop.models.handovers import Handover, HandoverItem
from coop.models.organisations import Office, OfficeTerm


def open_handover(term: OfficeTerm, now: datetime) -> Handover | None:
    """Open the hand-over of a term that has just begun to stand; none where nobody else held the office before."""
    office = db.session.get_one(Office, term.office_id)
    before = _before(term)
    if before is None:
        return None
    handover = Handover(
        organisation_id=office.organisation_id, term_id=term.id, left_term_id=before.id, opened_at=now
    )
    handover.items = [
        HandoverItem(position=at, what=what) for at, what in enumerate(things_of(office.kind), 1)
    ]
    db.session.add(handover)
    db.session.flush()
    return handover


def things_of(kind: str) -> list[str]:
    """List what is handed over with an office: its own things, and those of every office."""
    own = {
        "secretary": [_("The statutory register and the papers of meetings"), _("The seal and headed paper")],
        "treasurer": [
            _("Access to the bank accounts, and the signatures changed at the bank"),
            _("Receipts, invoices and contracts"),
            _("The cash box, counted"),
        ],
        "chair": [_("What has been promised to others, and to whom")],
        "librarian": [_("Contracts and licences, and the files of works")],
        "auditor": [_("Reports and working papers of earlier years")],
        "returning_officer": [_("Paper votes and sealed envelopes that must still be kept")],
    }
    every = [_("Keys"), _("Mailboxes, and passwords changed"), _("Letters that wait for an answer")]
    return [str(one) for one in own.get(kind, [_("Papers of the office")]) + every]


def _before(term: OfficeTerm) -> OfficeTerm | None:
    """Find whose term of the office ended last, and was handed over to nobody; none where the holder goes on."""
    last_day = term.starts_on - timedelta(days=1)
    of_office = (OfficeTerm.office_id == term.office_id, OfficeTerm.id != term.id)
    goes_on = select(OfficeTerm.id).where(
        *of_office, OfficeTerm.membership_id == term.membership_id, OfficeTerm.ends_on == last_day
    )
    if db.session.scalar(goes_on) is not None:
        return None
    return db.session.scalar(
        select(OfficeTerm)
        .where(
            *of_office,
            OfficeTerm.membership_id != term.membership_id,
            or_(
                OfficeTerm.ends_on < term.starts_on,
                OfficeTerm.ended_at.is_not(None) & (OfficeTerm.ends_on <= term.starts_on),
            ),
            OfficeTerm.id.not_in(select(Handover.left_term_id)),
        )
        .order_by(OfficeTerm.ends_on.desc(), OfficeTerm.id.desc())
        .limit(1)
    )
