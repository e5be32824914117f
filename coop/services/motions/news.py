"""Mails about motions, few and neutral: to the mover what became of it, to officers when they must rule."""

from datetime import datetime

from sqlalchemy import or_, select

from coop.extensions import db
from coop.models.members import Membership
from coop.models.organisations import Body, Office, OfficeTerm, Organisation
from coop.services.motions.reading import Told
from coop.services.records import send

RULE = ("chair", "secretary", "returning_officer")


def tell_mover(told: Told, organisation: Organisation, now: datetime, what: str) -> None:
    """Tell the mover of a motion what became of it; `what` may go on with ":" and what tells it from the like."""
    if told.mover is not None and _by_mail(told.mover):
        kind, _colon, _which = what.partition(":")
        send(
            organisation,
            "motion-news",
            f"motion:{told.motion.id}:{len(told.steps)}:{what}",
            now,
            membership_id=told.mover.id,
            path=f"/motions/{told.motion.number}",
            what=kind,
        )


def tell_officers(told: Told, organisation: Organisation, now: datetime) -> None:
    """Tell those who can rule on a motion that it waits for them; never its mover."""
    day = organisation.day_of(now)
    rows = db.session.scalars(
        select(Membership)
        .join(OfficeTerm, OfficeTerm.membership_id == Membership.id)
        .join(Office, Office.id == OfficeTerm.office_id)
        .join(Body, Body.id == Office.body_id)
        .where(
            Body.organisation_id == organisation.id,
            or_(Body.id == told.body.id, Body.kind == "assembly"),
            Office.kind.in_(RULE),
            OfficeTerm.held_on(day),
            Membership.id != told.motion.proposer_id,
        )
        .distinct()
    )
    for officer in rows:
        if _by_mail(officer) and officer.status_on(day) == "active":
            send(
                organisation,
                "motion-to-rule",
                f"motion-to-rule:{told.motion.id}:{officer.id}",
                now,
                membership_id=officer.id,
                path=f"/motions/{told.motion.number}",
            )


def _by_mail(member: Membership) -> bool:
    return bool(member.email) and member.notices == "mail"
