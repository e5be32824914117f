"""Naming candidates, and what they and the returning officer answer, until the call's deadlines."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from coop.access import Actor, Permission, authorize
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.members import Membership
from coop.models.nominations import Nomination, NominationCall
from coop.models.organisations import Organisation
from coop.services import ballots
from coop.services.nominations.reading import eligibility, locked, mine_in, source_of, who_may_nominate
from coop.services.records import record, send

MOST_STATEMENT = 2000


def nominate(
    call: NominationCall, organisation: Organisation, actor: Actor, now: datetime, *, number: int
) -> Nomination:
    """Name another member by their number; they stand only once they accept."""
    authorize(actor, Permission.NOMINATE, organisation)
    call = _running(call, actor, now)
    member = db.session.scalar(
        select(Membership).where(Membership.organisation_id == organisation.id, Membership.number == number)
    )
    if member is None:
        raise Refusal(
            _("There is no member with the number %(number)d. Look it up and try again.", number=number)
        )
    if member.id == actor.membership_id:
        raise Refusal(_("That is your own number. To stand yourself, press “Stand as a candidate”."))
    found = eligibility(member, organisation.day_of(now))
    if not found.eligible:
        raise Refusal(_("Member %(number)d can't be a candidate. %(why)s", number=number, why=found.reason))
    if any(one.membership_id == member.id for one in call.nominations):
        raise Refusal(_("Member %(number)d is nominated already.", number=number))
    made = _name(call, member.id, actor, now, "named")
    record(organisation, actor, "nominated", _subject(call), now, {"member": number})
    if member.email and member.notices == "mail":
        send(
            organisation,
            "nominated",
            f"nominated:{made.id}",
            now,
            membership_id=member.id,
            path=f"/nominations/{call.number}",
            number=call.number,
        )
    return made


def stand(
    call: NominationCall, organisation: Organisation, actor: Actor, now: datetime, *, statement: str
) -> None:
    """Stand as a candidate: oneself, or by accepting a nomination; or change one's own statement."""
    authorize(actor, Permission.NOMINATE, organisation)
    call, statement = locked(call), statement.strip()
    if len(statement) > MOST_STATEMENT:
        raise Refusal(_("Say it in %(most)d characters at most.", most=MOST_STATEMENT))
    mine = mine_in(call, actor)
    if mine is None:
        call = _running(call, actor, now)
        mine = _name(call, actor.membership_id or 0, actor, now, "accepted")
    else:
        authorize(actor, Permission.ANSWER_NOMINATION, mine)
        refuse_unless_answers(call, now)
        if mine.state == "refused":
            raise Refusal(_("This nomination was refused: %(why)s", why=mine.reason))
        if mine.state in ("declined", "withdrawn") and now >= call.closes_at:
            raise Refusal(
                _(
                    "Nominations have closed (%(source)s), and you had stepped back before. You can't stand again.",
                    source=source_of(call, "nomination.period"),
                )
            )
    if why := ballots.why_unfit(call.office, call.body, mine.membership, call.answers_until):
        raise Refusal(why)
    again = mine.state == "accepted" and mine.changed_at != now
    mine.state, mine.statement, mine.changed_at = "accepted", statement, now
    verb = "changed the statement of" if again else "accepted"
    record(organisation, actor, verb, _subject(call), now, {"member": _number(actor)})


def decline(call: NominationCall, organisation: Organisation, actor: Actor, now: datetime) -> None:
    """Decline a nomination, or withdraw after accepting; pressed twice it is the same answer."""
    call = locked(call)
    mine = mine_in(call, actor)
    if mine is None:
        raise Missing
    authorize(actor, Permission.ANSWER_NOMINATION, mine)
    refuse_unless_answers(call, now)
    if mine.state in ("declined", "withdrawn"):
        return
    if mine.state == "refused":
        raise Refusal(_("This nomination was refused: %(why)s", why=mine.reason))
    mine.state = "declined" if mine.state == "named" else "withdrawn"
    mine.changed_at = now
    record(organisation, actor, mine.state, _subject(call), now, {"member": _number(actor)})


def refuse(
    nomination: Nomination, organisation: Organisation, actor: Actor, now: datetime, *, reason: str
) -> None:
    """Keep a nominee off the ballot, with a reason that members read."""
    authorize(actor, Permission.SET_UP_BALLOT, nomination.call)
    call, reason = locked(nomination.call), reason.strip()
    mine = mine_in(call, actor)
    if mine is not None and mine.state == "named":
        raise Refusal(_("You are nominated yourself. Decline first, or let another officer judge this."))
    if call.stage_at(now) not in ("open", "answers", "over"):
        raise Refusal(_("The ballot is drawn up, or the call is off. Nominations stand as they are."))
    if not reason:
        raise Refusal(_("Say why this nomination is refused. Members will read it."))
    if nomination.state == "refused":
        raise Refusal(_("This nomination is refused already: %(why)s", why=nomination.reason))
    number = nomination.membership.number
    nomination.state, nomination.reason, nomination.changed_at = "refused", reason, now
    record(
        organisation,
        actor,
        "refused a nomination",
        _subject(call),
        now,
        {"member": number},
        personal={"reason": reason},
    )
    if nomination.membership.email and nomination.membership.notices == "mail":
        send(
            organisation,
            "nomination-refused",
            f"nomination-refused:{nomination.id}",
            now,
            membership_id=nomination.membership_id,
            path=f"/nominations/{call.number}",
            number=call.number,
        )


def refuse_unless_answers(call: NominationCall, now: datetime) -> None:
    """Refuse once the time to accept or withdraw is over."""
    if call.stage_at(now) not in ("open", "answers"):
        source = source_of(call, "nomination.withdrawal")
        raise Refusal(_("The time to accept or withdraw is over (%(source)s).", source=source))


def _running(call: NominationCall, actor: Actor, now: datetime) -> NominationCall:
    """Lock a call that still takes nominations from the actor."""
    call = locked(call)
    if call.stage_at(now) != "open":
        raise Refusal(
            _(
                "Nominations have closed (%(source)s). The next call is announced by mail.",
                source=source_of(call, "nomination.period"),
            )
        )
    if why_not := who_may_nominate(call, actor):
        raise Refusal(why_not)
    return call


def _name(call: NominationCall, membership_id: int, actor: Actor, now: datetime, state: str) -> Nomination:
    made = Nomination(
        call=call,
        membership_id=membership_id,
        proposer_id=actor.membership_id,
        named_at=now,
        state=state,
        changed_at=now,
    )
    db.session.add(made)
    db.session.flush()
    return made


def _subject(call: NominationCall) -> str:
    return f"nominations {call.number}"


def _number(actor: Actor) -> int | None:
    return actor.membership.number if actor.membership else None
