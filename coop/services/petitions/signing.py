"""Signing a petition, what comes of it once enough have signed, and the office-holder's reply."""

from datetime import datetime, time, timedelta

from flask_babel import format_date
from flask_babel import gettext as _

from coop.access import PROGRAM, Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.meetings import Meeting
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.models.petitions import Petition, PetitionSignature
from coop.rules.calendar import closing_of
from coop.services import ballots, constitution, meetings
from coop.services.petitions.reading import count_of, has_signed, locked
from coop.services.records import record, send

MOST_REPLY = 4000


def sign(petition: Petition, organisation: Organisation, actor: Actor, now: datetime) -> None:
    """Put one's name to a petition; pressed twice it is the same, and it stands."""
    authorize(actor, Permission.PETITION, organisation)
    petition = locked(petition)
    if has_signed(petition, actor):
        return
    add_signature(petition, organisation, actor, now)


def add_signature(petition: Petition, organisation: Organisation, actor: Actor, now: datetime) -> None:
    """Add a signature to a petition whose row is locked or new, and act once the number is reached."""
    if why := why_not_sign(petition, organisation, actor, now):
        raise Refusal(why)
    db.session.add(
        PetitionSignature(petition_id=petition.id, membership_id=actor.membership_id, signed_at=now)
    )
    db.session.flush()
    # Every member reads the trail, and only those who may see a roll who signed.
    who = {"member": actor.label}
    record(organisation, PROGRAM, "recorded a signature on", f"petition {petition.number}", now, personal=who)
    if count_of(petition) >= petition.needed:
        _reach(petition, organisation, now)


def why_not_sign(petition: Petition, organisation: Organisation, actor: Actor, now: datetime) -> str:
    """Say why the actor can't sign; "" if they can."""
    stage = petition.stage_at(now)
    if stage == "reached":
        return str(_("Enough members have signed. The signatures are frozen."))
    if stage == "lapsed":
        day = format_date(organisation.day_of(petition.sign_until), "d MMMM y")
        source = constitution.source_under(petition.version_id, "petition.period")
        return str(
            _(
                "This petition has lapsed: it could be signed until %(day)s (%(source)s).",
                day=day,
                source=source,
            )
        )
    if actor.membership_id is None or actor.status != "active":
        return str(_("Only active members sign."))
    if petition.term is not None and not _is_held(petition, organisation, now):
        return str(_("Nobody holds this term of office any more, so there is nothing to recall from."))
    if petition.term is not None and petition.term.membership_id == actor.membership_id:
        return str(_("This petition is about your own office. You can reply once enough have signed."))
    begun_on = organisation.day_of(petition.begun_at)
    roll = ballots.draw_roll(
        organisation, petition.body, begun_on, petition.rule["cutoff"], among=[actor.membership_id]
    )
    if not roll:
        return str(_("You were not on the roll on the day this petition was begun."))
    return "" if roll[0].entitled else roll[0].reason


def _is_held(petition: Petition, organisation: Organisation, now: datetime) -> bool:
    term = petition.term
    if term is None or term.ended_at is not None:
        return False
    return term.ends_on is None or term.ends_on >= organisation.day_of(now)


def _reach(petition: Petition, organisation: Organisation, now: datetime) -> None:
    """Do once what the signatures ask for: whoever locks the petition first does it."""
    if petition.kind == "recall":
        petition.ballot, petition.reached_at = _put_recall(petition, organisation, now), now
    else:
        petition.meeting, petition.reached_at = _call_meeting(petition, organisation, now), now
    db.session.flush()
    facts = {
        "signatures": petition.needed,
        "ballot": petition.ballot.number if petition.ballot else None,
        "meeting": petition.meeting.number if petition.meeting else None,
    }
    record(organisation, PROGRAM, "found enough signatures on", f"petition {petition.number}", now, facts)


def _put_recall(petition: Petition, organisation: Organisation, now: datetime) -> Ballot:
    """Announce the vote for when the time to reply is over, and give the office-holder notice of it."""
    ballot = ballots.propose_motion(
        organisation,
        PROGRAM,
        now,
        title=petition.title,
        text=_words(petition),
        decision_class="recall",
        body=petition.body,
        proposer=petition.begun_by,
        procedural=True,
    )
    opens_at = closing_of(now, petition.rule["reply_days"], petition.zone)
    ballots.announce(ballot, organisation, PROGRAM, now, opens_at=opens_at)
    if petition.term is not None:
        send(
            organisation,
            "recall-notice",
            f"recall-notice:{petition.id}",
            now,
            membership_id=petition.term.membership_id,
            path=f"/petitions/{petition.number}",
        )
    return ballot


def _call_meeting(petition: Petition, organisation: Organisation, now: datetime) -> Meeting:
    """Call the meeting for the first day that lawful notice allows, and not for today."""
    at = time(petition.hour)
    today = organisation.day_of(now)
    rule = meetings.notice_on(petition.body, datetime.combine(today, at), now)
    wall = datetime.combine(max(rule.check.earliest, today + timedelta(days=1)), at)
    meeting = meetings.plan_meeting(
        petition.body,
        PROGRAM,
        now,
        title=_("General meeting on petition %(number)s", number=petition.number),
        wall=wall,
        place=petition.place,
        kind="extraordinary",
        items=[(petition.title, petition.text)],
    )
    meetings.call_meeting(meeting, PROGRAM, now)
    return meeting


def reply_until(petition: Petition) -> datetime | None:
    """Until when the office-holder can reply: the vote opens then."""
    return petition.ballot.opens_at if petition.ballot else None


def why_not_reply(petition: Petition, actor: Actor, now: datetime) -> str:
    """Say why the actor can't reply; "" if they can."""
    if petition.term is None or petition.term.membership_id != actor.membership_id:
        return str(_("Only the office-holder replies."))
    if petition.ballot is None:
        return str(_("You can reply once enough members have signed."))
    if petition.ballot.stage_at(now) != "announced" or now >= petition.ballot.opens_at:
        source = constitution.source_under(petition.version_id, "recall.reply", petition.body)
        return str(
            _(
                "The time to reply is over (%(source)s): the vote has begun, and its words stand.",
                source=source,
            )
        )
    return ""


def reply(petition: Petition, organisation: Organisation, actor: Actor, now: datetime, *, text: str) -> None:
    """Say what every voter reads beside the grounds; until the vote opens it can be changed."""
    authorize(actor, Permission.ANSWER_PETITION, petition.term)
    petition, text = locked(petition), text.strip()
    if why := why_not_reply(petition, actor, now):
        raise Refusal(why)
    if not text or len(text) > MOST_REPLY:
        raise Refusal(_("Say it in %(most)d characters at most.", most=MOST_REPLY))
    petition.reply, petition.replied_at = text, now
    ballot = ballots.locked(db.session.get_one(Ballot, petition.ballot_id))
    ballot.text = _words(petition)
    if ballot.motion is not None:
        ballot.motion.text = ballot.text
    record(organisation, actor, "replied to", f"petition {petition.number}", now)


def _words(petition: Petition) -> str:
    """What is voted on, in the words of both sides."""
    term = petition.term
    holder = db.session.get_one(Membership, term.membership_id) if term else None
    said = _(
        "%(name)s (member %(number)s) is recalled as %(office)s. If this is carried, the term ends when the votes "
        "are counted.",
        name=holder.name if holder else "",
        number=holder.number if holder else "",
        office=term.office.title if term else "",
    )
    parts = [said, _("The grounds of the petition:"), petition.text]
    if petition.reply:
        parts += [_("The reply of the office-holder:"), petition.reply]
    return "\n\n".join(parts)
