"""What an amendment makes of a motion's words, once its mover accepts it or its own vote carries."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select

from coop.access import PROGRAM, Actor
from coop.extensions import db
from coop.models.ballots import Ballot, Decision, Motion
from coop.models.motions import MotionAmendment, MotionAmendmentStep, MotionStep, MotionVersion, MovedMotion
from coop.models.organisations import Organisation
from coop.rules.motion_amendments import Change, applied, stands_in
from coop.services.records import record, send


def motion_amendment_on(ballot: Ballot) -> MotionAmendment | None:
    """Return the amendment to a motion that this ballot decides; None for other ballots."""
    return db.session.scalar(
        select(MotionAmendment)
        .join(MotionAmendmentStep, MotionAmendmentStep.amendment_id == MotionAmendment.id)
        .where(MotionAmendmentStep.ballot_id == ballot.id, MotionAmendmentStep.kind == "put")
    )


def hold(ballot: Ballot) -> None:
    """Lock the motion whose amendment this ballot decides, before the organisation: as all deeds on motions do."""
    if found := motion_amendment_on(ballot):
        lock_motion(found.motion_id)


def lock_motion(motion_id: int) -> Motion:
    """Keep the row of a motion until the end of the transaction."""
    return db.session.get_one(Motion, motion_id, with_for_update=True, populate_existing=True)


def settle(ballot: Ballot, decision: Decision, organisation: Organisation, now: datetime) -> None:
    """Let a counted vote on an amendment to a motion take its effect; other ballots have none here."""
    amendment = motion_amendment_on(ballot)
    if amendment is None or last_step(amendment) != "put":
        return
    if _has_ended(amendment.motion_id, now):
        take_amendment_step(amendment, "fell", None, now, says=_("The motion ended before the vote did."))
    elif decision.outcome == "carried":
        make_version(amendment, "carried", organisation, PROGRAM, now, ballot=ballot)
    else:
        take_amendment_step(amendment, "lost", None, now, ballot_id=ballot.id)


def make_version(
    amendment: MotionAmendment,
    kind: str,
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    ballot: Ballot | None = None,
) -> int:
    """Write the next version of the motion's words, and say of which other amendments no passage stands any more."""
    motion = lock_motion(amendment.motion_id)
    before = db.session.scalar(
        select(func.max(MotionVersion.number)).where(MotionVersion.motion_id == motion.id)
    )
    number, text = (before or 0) + 1, applied(motion.text, change_in(amendment))
    take_amendment_step(amendment, kind, actor, now, ballot_id=ballot.id if ballot else None, version=number)
    db.session.add(MotionVersion(motion_id=motion.id, number=number, text=text, made_at=now))
    db.session.flush()
    motion.text = text
    db.session.flush()
    facts = {"amendment": amendment.number, "version": number}
    record(organisation, actor, f"{kind} an amendment to", f"motion {motion.number}", now, facts)
    for other in undecided(motion.id):
        if not stands_in(text, other.passage):
            why = _(
                "Amendment %(n)d made version %(version)d of the motion, in which these words do not stand once.",
                n=amendment.number,
                version=number,
            )
            take_amendment_step(other, "stale", None, now, says=why)
            tell_amender(other, organisation, now, "stale")
    return number


def undecided(motion_id: int) -> list[MotionAmendment]:
    """List the amendments to a motion that wait or are voted on, in the order of moving."""
    over = select(MotionAmendmentStep.id).where(
        MotionAmendmentStep.amendment_id == MotionAmendment.id, MotionAmendmentStep.kind != "put"
    )
    rows = select(MotionAmendment).where(MotionAmendment.motion_id == motion_id, ~over.exists())
    return list(db.session.scalars(rows.order_by(MotionAmendment.number)))


def take_amendment_step(
    amendment: MotionAmendment,
    kind: str,
    actor: Actor | None,
    now: datetime,
    *,
    ballot_id: int | None = None,
    version: int | None = None,
    says: str = "",
) -> None:
    """Write down what became of an amendment; the database refuses what doesn't follow."""
    steps = select(func.count()).where(MotionAmendmentStep.amendment_id == amendment.id)
    db.session.add(
        MotionAmendmentStep(
            motion_id=amendment.motion_id,
            amendment_id=amendment.id,
            position=(db.session.scalar(steps) or 0) + 1,
            kind=kind,
            at=now,
            by_id=actor.membership_id if actor else None,
            ballot_id=ballot_id,
            version=version,
            says=says,
        )
    )
    db.session.flush()


def tell_amender(amendment: MotionAmendment, organisation: Organisation, now: datetime, what: str) -> None:
    """Write to whoever moved an amendment that something became of it."""
    if amendment.proposer.email and amendment.proposer.notices == "mail":
        send(
            organisation,
            "motion-news",
            f"motion-amendment:{amendment.id}:{what}",
            now,
            membership_id=amendment.proposer_id,
            path=f"/motions/{amendment.motion.number}",
            what=f"amendment_{what}",
        )


def words_made(ballot: Ballot) -> dict[str, int]:
    """Count, by table, what a carried vote on an amendment made: the version of the motion's words stands."""
    made = select(func.count()).where(
        MotionAmendmentStep.ballot_id == ballot.id, MotionAmendmentStep.version.is_not(None)
    )
    count = db.session.scalar(made)
    return {"motion_versions": count} if count else {}


def last_step(amendment: MotionAmendment) -> str:
    """Name the last step of an amendment, "" if it only was moved."""
    steps = select(MotionAmendmentStep.kind).where(MotionAmendmentStep.amendment_id == amendment.id)
    return db.session.scalar(steps.order_by(MotionAmendmentStep.position.desc()).limit(1)) or ""


def change_in(amendment: MotionAmendment) -> Change:
    return Change(amendment.passage, amendment.becomes)


def _has_ended(motion_id: int, now: datetime) -> bool:
    steps = select(MotionStep.kind).where(MotionStep.motion_id == motion_id)
    last = db.session.scalar(steps.order_by(MotionStep.position.desc()).limit(1))
    return last != "admitted" or now >= db.session.get_one(MovedMotion, motion_id).lapses_at
