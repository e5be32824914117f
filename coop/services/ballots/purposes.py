"""What a motion's ballot is about besides its words: asked at every page of a ballot, so in one question."""

from sqlalchemy import exists, select

from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.members import AdmissionBallot
from coop.models.motions import MotionAmendmentStep, MovedMotion


def purposes_of(ballot: Ballot) -> set[str]:
    """Name what it decides: "moved" a motion of members, "amends" one, "admits" an applicant; often nothing."""
    step = MotionAmendmentStep
    asked = {
        "moved": exists().where(MovedMotion.motion_id == ballot.motion_id),
        "amends": exists().where(step.ballot_id == ballot.id, step.kind == "put"),
        "admits": exists().where(AdmissionBallot.ballot_id == ballot.id),
    }
    row = db.session.execute(select(*asked.values())).one()
    return {name for name, is_so in zip(asked, row, strict=True) if is_so}
