"""What waits for somebody before the constitution changes, or a change of it stands: asked by the desk."""

from collections.abc import Sequence

from sqlalchemy import or_, select

from coop.extensions import Base, db
from coop.models.constitution import (
    Amendment,
    AmendmentSeconding,
    ConstitutionVersion,
    CorrectionChallenge,
    MarkCorrection,
)
from coop.models.organisations import Organisation
from coop.services.constitution.coming import awaits_registration
from coop.services.constitution.seconding import count_of_seconders


def amendments_to_put(organisation: Organisation) -> Sequence[Amendment]:
    """Those handed in and seconded that nobody has put to the vote, or whose vote became void; the oldest first."""
    ballots = Base.metadata.tables["ballots"]  # by name: ballots stand above this subject
    void = select(ballots.c.id).where(ballots.c.id == Amendment.ballot_id, ballots.c.void_at.is_not(None))
    return db.session.scalars(
        select(Amendment)
        .where(
            Amendment.organisation_id == organisation.id,
            Amendment.handed_in_at.is_not(None),
            Amendment.withdrawn_at.is_(None),
            Amendment.outcome.is_(None),
            or_(Amendment.ballot_id.is_(None), void.exists()),
            Amendment.seconding.has(AmendmentSeconding.seconders <= count_of_seconders()),
        )
        .order_by(Amendment.handed_in_at)
    ).all()


def versions_to_register(organisation: Organisation) -> list[ConstitutionVersion]:
    """Those passed that a regulator must register first, in the order in which they are registered."""
    rows = db.session.scalars(
        select(ConstitutionVersion)
        .where(
            ConstitutionVersion.organisation_id == organisation.id,
            ConstitutionVersion.registered_on.is_(None),
            ConstitutionVersion.in_force_on.is_(None),
            ConstitutionVersion.void_at.is_(None),
        )
        .order_by(ConstitutionVersion.number)
    )
    return [version for version in rows if awaits_registration(version)]


def corrections_to_confirm(organisation: Organisation, membership_id: int | None) -> Sequence[MarkCorrection]:
    """Those that another officer than this one proposed, and nobody has confirmed or put aside."""
    return db.session.scalars(
        select(MarkCorrection)
        .where(
            MarkCorrection.organisation_id == organisation.id,
            MarkCorrection.confirmed_at.is_(None),
            MarkCorrection.dropped_at.is_(None),
            MarkCorrection.proposed_by_id != membership_id,
        )
        .order_by(MarkCorrection.number)
    ).all()


def challenges_of_corrections(
    organisation: Organisation, membership_id: int | None
) -> list[tuple[MarkCorrection, int]]:
    """The unanswered challenges that this officer is no party to, with the number of the member who made each."""
    rows = db.session.scalars(
        select(CorrectionChallenge)
        .join(MarkCorrection, MarkCorrection.id == CorrectionChallenge.correction_id)
        .where(
            MarkCorrection.organisation_id == organisation.id,
            MarkCorrection.proposed_by_id != membership_id,
            MarkCorrection.confirmed_by_id != membership_id,
            CorrectionChallenge.membership_id != membership_id,
            CorrectionChallenge.outcome.is_(None),
        )
        .order_by(CorrectionChallenge.id)
    )
    return [(db.session.get_one(MarkCorrection, one.correction_id), one.membership.number) for one in rows]
