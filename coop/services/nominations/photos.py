"""The photos of candidates: kept by the candidate while they stand, seen by members until the votes are counted."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select

from coop.access import Actor, Permission, authorize
from coop.errors import Missing
from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.members import Membership
from coop.models.nominations import CandidatePhoto, Nomination, NominationCall
from coop.models.organisations import Organisation
from coop.services.nominations.naming import refuse_unless_answers
from coop.services.nominations.reading import locked, mine_in
from coop.services.records import record


@dataclass(frozen=True)
class Photo:
    """A photo as a page points to it."""

    call: int
    member: int
    sha256: str


def keep_photo(
    call: NominationCall, organisation: Organisation, actor: Actor, now: datetime, *, jpeg: bytes
) -> None:
    """Keep one's own photo while one stands; a new one takes the place of the old."""
    nomination = _mine(call, actor)
    refuse_unless_answers(locked(call), now)
    if nomination.state != "accepted":
        raise Missing
    photo = db.session.get(CandidatePhoto, nomination.id) or CandidatePhoto(nomination_id=nomination.id)
    photo.jpeg, photo.sha256, photo.kept_at = jpeg, hashlib.sha256(jpeg).hexdigest(), now
    db.session.add(photo)
    db.session.flush()
    record(organisation, actor, "kept a photo for", f"nominations {call.number}", now)


def remove_photo(call: NominationCall, organisation: Organisation, actor: Actor, now: datetime) -> None:
    """Remove one's own photo, at any time."""
    nomination = _mine(call, actor)
    photo = db.session.get(CandidatePhoto, nomination.id)
    if photo is None:
        return
    db.session.delete(photo)
    db.session.flush()
    record(organisation, actor, "removed a photo from", f"nominations {call.number}", now)


def photo_bytes(call: NominationCall, member_number: int) -> CandidatePhoto:
    """Return the photo of a candidate by their member number."""
    found = next((one for one in call.nominations if one.membership.number == member_number), None)
    photo = found and db.session.get(CandidatePhoto, found.id)
    if not photo:
        raise Missing
    return photo


def photos_in(call: NominationCall) -> dict[int, Photo]:
    """Name the photos of a call, by membership."""
    return _photos(Nomination.call_id == call.id)


def photos_on(ballot: Ballot) -> dict[int, Photo]:
    """Name the photos of the candidates of an election drawn up from nominations, by membership."""
    return _photos(NominationCall.ballot_id == ballot.id) if ballot.kind == "election" else {}


def forget_photos() -> int:
    """Remove the photos that have served: of ballots counted or void, and of calls that are off; says how many."""
    over = (
        select(Nomination.id)
        .join(NominationCall, NominationCall.id == Nomination.call_id)
        .outerjoin(Ballot, Ballot.id == NominationCall.ballot_id)
        .where(NominationCall.off_at.is_not(None) | Ballot.sealed_at.is_not(None))
    )
    gone = delete(CandidatePhoto).where(CandidatePhoto.nomination_id.in_(over))
    ids = gone.returning(CandidatePhoto.nomination_id).execution_options(synchronize_session=False)
    return len(db.session.scalars(ids).all())


def _photos(which: ColumnElement[bool]) -> dict[int, Photo]:
    rows = db.session.execute(
        select(Membership.id, NominationCall.number, Membership.number, CandidatePhoto.sha256)
        .select_from(CandidatePhoto)
        .join(Nomination, Nomination.id == CandidatePhoto.nomination_id)
        .join(NominationCall, NominationCall.id == Nomination.call_id)
        .join(Membership, Membership.id == Nomination.membership_id)
        .where(which)
    )
    return {membership_id: Photo(call, member, sha256) for membership_id, call, member, sha256 in rows}


def _mine(call: NominationCall, actor: Actor) -> Nomination:
    nomination = mine_in(call, actor)
    if nomination is None:
        raise Missing
    authorize(actor, Permission.ANSWER_NOMINATION, nomination)
    return nomination
