"""Amendments to a motion: a member moves one, the mover of the motion accepts it, or the body votes on it."""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from coop.access import Actor, Permission, authorize
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.motions import MotionAmendment, MotionAmendmentOrder
from coop.models.organisations import Organisation
from coop.rules.motion_amendments import KINDS, Change, applied, change_of, now_there, places_of, stands_in
from coop.services import ballots
from coop.services.motions.amended import (
    UNDECIDED,
    Amended,
    amendments_of,
    deadlines_of,
    find_amendment,
    to_be_put,
)
from coop.services.motions.news import tell_mover
from coop.services.motions.reading import Told, locked
from coop.services.motions.ruling import refuse_own
from coop.services.records import record

MOST_WAITING = 3  # amendments of one member to one motion at a time
MOST_WORDS, MOST_REASON = 4000, 600


def why_not_amend(told: Told, actor: Actor, now: datetime, *, again: bool = False) -> str:
    """Say why the actor can't move an amendment now; "" if they can. A stale one comes again until the end."""
    if told.moved is None or told.stage not in ("seconded", "debate", *(["debated"] if again else [])):
        return str(_("Amendments are moved once a motion is seconded, and until they close."))
    rule, until = told.moved.rule, deadlines_of(told)
    end = until.fall_at if again else until.closes_at
    if end is not None and now >= end:
        source = rule["sources"]["fall" if again else "close"]
        when = ballots.wall_words(end, told.moved.zone)
        return str(_("Amendments closed %(when)s (%(source)s).", when=when, source=source))
    if actor.status != "active":
        return str(_("Only active members move amendments."))
    if not ballots.belongs(actor, told.body):
        return str(
            _("%(body)s decides this, and only those who belong to it move amendments.", body=told.body.name)
        )
    return ballots.why_not_among(
        rule["amendments"]["proposers"], rule["sources"]["amenders"], actor, told.body
    )


def drafted(told: Told, *, kind: str, passage: str, words: str) -> Change:
    """Work out the change that an amendment makes of the latest words; refused where it isn't plain."""
    text = told.motion.text
    if kind not in KINDS:
        raise Refusal(_("Say whether words are replaced, deleted or inserted."))
    places = places_of(text, passage)
    if not places:
        raise Refusal(_("These words do not stand in the motion. Copy them exactly as they are there."))
    if len(places) > 1 or not stands_in(text, places[0]):
        raise Refusal(
            _("These words stand in the motion more than once. Quote a few more, so that it is clear which.")
        )
    if kind != "delete" and not words.strip():
        raise Refusal(_("Write the new words."))
    if len(words) > MOST_WORDS:
        raise Refusal(_("Say it in %(max)d characters at most.", max=MOST_WORDS))
    change = change_of(kind, text, places[0], words.replace("\r\n", "\n"))
    if change.passage == change.becomes or not stands_in(text, change.passage):
        raise Refusal(_("This changes nothing. Write other words than those that stand there."))
    if not applied(text, change).strip():
        raise Refusal(_("Nothing would be left of the motion. Vote against it instead."))
    return change


def move_amendment(
    told: Told,
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    kind: str,
    passage: str,
    words: str = "",
    reason: str = "",
    again_of: int | None = None,
) -> MotionAmendment:
    """Move an amendment to the latest words of a motion; `again_of` is the number of a stale one of one's own."""
    authorize(actor, Permission.AMEND_MOTION, organisation)
    told, reason = locked(told, now), reason.strip()
    found = amendments_of(told)
    stale = _stale(found, again_of, actor) if again_of else None
    if why_not := why_not_amend(told, actor, now, again=stale is not None):
        raise Refusal(why_not)
    waiting = [one for one in found if one.stage in UNDECIDED and one.row.proposer_id == actor.membership_id]
    if len(waiting) >= MOST_WAITING:
        raise Refusal(
            ngettext(
                "%(num)d amendment of yours waits already. Withdraw it first.",
                "%(num)d amendments of yours wait already. Withdraw one first.",
                len(waiting),
            )
        )
    if len(reason) > MOST_REASON:
        raise Refusal(_("Say it in %(max)d characters at most.", max=MOST_REASON))
    change = drafted(told, kind=kind, passage=passage, words=words)
    made = MotionAmendment(
        motion_id=told.motion.id,
        number=len(found) + 1,
        version=len(told.versions),
        kind=kind,
        passage=change.passage,
        becomes=change.becomes,
        reason=reason,
        proposer_id=actor.membership_id,
        moved_at=now,
        again_of_id=stale.row.id if stale else None,
    )
    db.session.add(made)
    db.session.flush()
    facts = {"amendment": made.number, "version": made.version, "kind": kind}
    record(organisation, actor, "moved an amendment to", f"motion {told.motion.number}", now, facts)
    if actor.membership_id != told.motion.proposer_id:
        tell_mover(told, organisation, now, f"amendment_moved:{made.number}")
    return made


def once_more(told: Told, number: int) -> dict[str, str]:
    """Word a stale amendment for the latest version: the same change of the words that stand in its place now."""
    old = find_amendment(told, number)
    was = next(one.text for one in told.versions if one.number == old.row.version)
    there = now_there(was, told.motion.text, old.row.passage.strip())
    return {"kind": old.row.kind, "passage": there, "words": old.new_words, "reason": old.row.reason}


def accept(told: Told, organisation: Organisation, actor: Actor, now: datetime, *, number: int) -> int:
    """Take another's amendment into one's own motion; return the version it makes."""
    authorize(actor, Permission.KEEP_OWN_MOTION, told)
    told = locked(told, now)
    found = amendments_of(told)
    amendment = _waiting(found, number)
    if amendment.row.proposer_id == actor.membership_id:
        raise Refusal(_("You moved this amendment yourself, so members vote on it."))
    if told.stage not in ("seconded", "debate", "debated"):
        raise Refusal(_("This motion is at another stage by now. Read its page again."))
    if any(one.stage == "put" for one in found):
        raise Refusal(_("Another amendment is being voted on. Accept this one when that vote is over."))
    version = ballots.make_version(amendment.row, "accepted", organisation, actor, now)
    ballots.tell_amender(amendment.row, organisation, now, "accepted")
    return version


def withdraw_amendment(
    told: Told, organisation: Organisation, actor: Actor, now: datetime, *, number: int
) -> None:
    """Take one's amendment back while it isn't put to the vote."""
    authorize(actor, Permission.AMEND_MOTION, organisation)
    told = locked(told, now)
    row = find_amendment(told, number).row
    authorize(actor, Permission.KEEP_OWN_MOTION, row)
    _waiting(amendments_of(told), number)
    ballots.take_amendment_step(row, "withdrawn", actor, now)
    facts = {"amendment": number}
    record(organisation, actor, "withdrew an amendment to", f"motion {told.motion.number}", now, facts)


def order_amendments(
    told: Told, organisation: Organisation, actor: Actor, now: datetime, *, numbers: list[int]
) -> None:
    """Say in which order the amendments are put: the farthest-reaching first, in the officer's judgement."""
    authorize(actor, Permission.RULE_ON_MOTION, told)
    told = locked(told, now)
    refuse_own(told, actor)
    waiting = to_be_put(told, amendments_of(told))
    if not actor.founding and any(one.row.proposer_id == actor.membership_id for one in waiting):
        raise Refusal(_("One of these amendments is yours, so another officer must order them."))
    if sorted(numbers) != sorted(one.row.number for one in waiting):
        raise Refusal(_("Give each amendment that waits a place of its own."))
    last = db.session.scalar(
        select(func.max(MotionAmendmentOrder.position)).where(
            MotionAmendmentOrder.motion_id == told.motion.id
        )
    )
    db.session.add(
        MotionAmendmentOrder(
            motion_id=told.motion.id,
            position=(last or 0) + 1,
            numbers=numbers,
            by_id=actor.membership_id,
            made_at=now,
        )
    )
    db.session.flush()
    facts = {"order": numbers}
    record(organisation, actor, "ordered the amendments to", f"motion {told.motion.number}", now, facts)


def put_next_amendment(told: Told, organisation: Organisation, actor: Actor, now: datetime) -> Ballot:
    """Draft the vote on the amendment whose turn it is: an ordinary resolution of the body that decides the motion."""
    authorize(actor, Permission.SET_UP_BALLOT, told)
    told = locked(told, now)
    found, until = amendments_of(told), deadlines_of(told)
    if under_way := next((one.ballot for one in found if one.stage == "put"), None):
        return under_way
    if told.stage not in ("debate", "debated") or until.closes_at is None or told.moved is None:
        raise Refusal(_("This motion is at another stage by now. Read its page again."))
    if now < until.closes_at:
        when = ballots.wall_words(until.closes_at, told.moved.zone)
        raise Refusal(
            _(
                "Amendments can be moved until %(when)s (%(source)s). Put them then, in their order.",
                when=when,
                source=told.moved.rule["sources"]["close"],
            )
        )
    waiting = to_be_put(told, found)
    if not waiting:
        raise Refusal(_("No amendment waits to be put."))
    amendment = waiting[0].row
    ballot = ballots.propose_motion(
        organisation,
        actor,
        now,
        title=_("Amendment %(n)d to motion %(number)d", n=amendment.number, number=told.motion.number),
        text=_words(told, waiting[0]),
        body=told.body,
        proposer=amendment.proposer,
        procedural=True,
    )
    ballots.take_amendment_step(amendment, "put", actor, now, ballot_id=ballot.id)
    facts = {"amendment": amendment.number, "ballot": ballot.number}
    record(organisation, actor, "put an amendment to", f"motion {told.motion.number}", now, facts)
    return ballot


def _words(told: Told, one: Amended) -> str:
    change = {
        "replace": _(
            "The words “%(old)s” are replaced by “%(new)s”.", old=one.row.passage, new=one.new_words
        ),
        "delete": _("The words “%(old)s” are deleted.", old=one.row.passage.strip()),
        "insert": _("After “%(old)s” is inserted: “%(new)s”.", old=one.row.passage, new=one.new_words),
    }[one.row.kind]
    parts = [
        _("Motion %(number)d, “%(title)s”, is amended.", number=told.motion.number, title=told.motion.title),
        change,
        _("It would then read:"),
        applied(told.motion.text, ballots.change_in(one.row)),
        *([_("The mover says: %(why)s", why=one.row.reason)] if one.row.reason else []),
    ]
    return "\n\n".join(str(part) for part in parts)


def _waiting(found: list[Amended], number: int) -> Amended:
    one = next((one for one in found if one.row.number == number), None)
    if one is None:
        raise Missing
    if one.stage != "waiting":
        raise Refusal(_("This amendment is being voted on, or is decided."))
    return one


def _stale(found: list[Amended], number: int, actor: Actor) -> Amended:
    one = next((one for one in found if one.row.number == number), None)
    if one is None or one.row.proposer_id != actor.membership_id:
        raise Missing
    if one.stage != "stale" or one.moved_again:
        raise Refusal(_("This amendment does not wait to be moved again."))
    return one
