"""Calling nominations with the constitution's deadlines, and drawing the ballot up when they are over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, insert, select

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.constitution import ConstitutionVersion
from coop.models.members import Membership
from coop.models.nominations import NominationCall
from coop.models.organisations import Body, BodyMembership, Office, Organisation
from coop.models.records import OutboxMail
from coop.rules.calendar import closing_of
from coop.rules.tally import METHODS
from coop.services import ballots, constitution
from coop.services.nominations.reading import eligibility, locked, source_of
from coop.services.nominations.seconding import unseconded
from coop.services.records import record


@dataclass(frozen=True)
class Deadlines:
    """When nominations close and answers end, by which rule."""

    closes_at: datetime
    answers_until: datetime
    rule: dict[str, Any]
    version: ConstitutionVersion


def deadlines(organisation: Organisation, body: Body, now: datetime) -> Deadlines:
    """Work the deadlines of a call made now out of the constitution in force; nobody types them."""
    version = constitution.in_force(organisation, organisation.day_of(now))
    if version is None:
        raise Refusal(_("No constitution is in force yet, so nothing says how to decide. Adopt one first."))
    period = constitution.rule(version, "nomination.period", body=body)
    answers = constitution.rule(version, "nomination.withdrawal", body=body)
    seconders = constitution.rule(version, "nomination.seconders", body=body)
    too_few = constitution.rule(version, "election.too_few", body=body)
    closes_at = closing_of(now, period.value.n, organisation.zone)
    rule = {
        "period_days": period.value.n,
        "answer_days": answers.value.n,
        "seconders": seconders.value.n,
        "seconders_article": seconders.article or "",
        "too_few": too_few.value,
        "articles": sorted({one.article for one in (period, answers, seconders, too_few)} - {""}),
        "version": version.number,
    }
    return Deadlines(closes_at, closing_of(closes_at, answers.value.n, organisation.zone), rule, version)


def call_nominations(
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    office: Office,
    body: Body,
    seats: int,
) -> NominationCall:
    """Call nominations for an office, and tell everyone who may nominate."""
    authorize(actor, Permission.SET_UP_BALLOT, body)
    if office.organisation_id != organisation.id or (body.kind != "assembly" and body.id != office.body_id):
        raise Refusal(
            _("%(body)s does not elect to this office. Choose another body or office.", body=body.name)
        )
    if not 1 <= seats <= office.seats:
        raise Refusal(
            _("This office has %(seats)d seats. Elect for one at least and for no more.", seats=office.seats)
        )
    found = deadlines(organisation, body, now)
    if seats > 1 and METHODS[ballots.lawful(organisation, "election", body, now, office).method].one_seat:
        raise Refusal(_("The constitution counts elections by a method that fills one seat. Call for one."))
    db.session.execute(select(Organisation.id).where(Organisation.id == organisation.id).with_for_update())
    running = select(NominationCall.number).where(
        NominationCall.office_id == office.id,
        NominationCall.ballot_id.is_(None),
        NominationCall.off_at.is_(None),
    )
    if db.session.scalar(running) is not None:
        raise Refusal(_("Nominations for this office are called already. See the list of calls."))
    last = db.session.scalar(
        select(func.max(NominationCall.number)).where(NominationCall.organisation_id == organisation.id)
    )
    call = NominationCall(
        organisation_id=organisation.id,
        number=(last or 0) + 1,
        office=office,
        body=body,
        seats=seats,
        rule=found.rule,
        version_id=found.version.id,
        zone=organisation.zone,
        called_at=now,
        closes_at=found.closes_at,
        answers_until=found.answers_until,
    )
    db.session.add(call)
    db.session.flush()
    facts = {
        "office": office.kind,
        "seats": seats,
        "closes_at": found.closes_at.isoformat(),
        "answers_until": found.answers_until.isoformat(),
        "version": found.version.number,
    }
    record(organisation, actor, "called nominations", f"nominations {call.number}", now, facts)
    _tell(call, organisation, now)
    return call


def call_off(
    call: NominationCall, organisation: Organisation, actor: Actor, now: datetime, *, reason: str
) -> None:
    """End a call without an election, with a reason that is kept."""
    authorize(actor, Permission.SET_UP_BALLOT, call)
    call, reason = locked(call), reason.strip()
    if not reason:
        raise Refusal(_("Say why the call is off. Members will read it."))
    if call.stage_at(now) not in ("open", "answers", "over"):
        raise Refusal(_("This call has ended already."))
    call.off_at, call.off_reason = now, reason
    record(
        organisation,
        actor,
        "called off nominations",
        f"nominations {call.number}",
        now,
        personal={"reason": reason},
    )


def draw_up(call: NominationCall, organisation: Organisation, actor: Actor, now: datetime) -> Ballot:
    """Draft the election from those who accepted and are eligible today; pressed twice it is one ballot.

    Where no more stand than there are seats, the constitution of today says whether the option to reopen
    nominations stands against them or they are elected unopposed. A draft that was declared void can be drawn
    up again.
    """
    authorize(actor, Permission.SET_UP_BALLOT, call)
    call = locked(call)
    drawn = call.ballot
    if drawn is not None and drawn.void_at is None:
        return drawn
    if drawn is None and call.stage_at(now) != "over":
        raise Refusal(
            _(
                "The ballot is drawn up when the time to accept or withdraw is over (%(source)s).",
                source=source_of(call, "nomination.withdrawal"),
            )
        )
    if call.off_at is not None:
        raise Refusal(_("This call has ended already."))
    day = organisation.day_of(now)
    accepted = [one for one in call.nominations if one.state == "accepted"]
    standing = []
    for one in accepted:
        found = eligibility(one.membership, day)
        lacking = unseconded(call, one) or ballots.why_unfit(call.office, call.body, one.membership, now)
        if found.eligible and not lacking:
            standing.append(ballots.Candidate(one.membership, one.statement))
        elif drawn is None:
            one.state, one.reason, one.changed_at = "refused", lacking or found.reason, now
    if not standing:
        raise Refusal(_("Nobody stands who can be elected. Call this off and call nominations again."))
    db.session.flush()
    too_few = _too_few(call, organisation, now) if len(standing) <= call.seats else ""
    ballot = ballots.set_up_election(
        organisation,
        actor,
        now,
        office=call.office,
        candidates=standing,
        seats=call.seats,
        body=call.body,
        reopen=too_few == "reopen",
        without_vote=too_few == "unopposed",
        call=call,
    )
    ballots.hand_over(call, ballot)
    call.ballot = ballot
    db.session.flush()
    facts = {"ballot": ballot.number, "candidates": len(standing), "left_out": len(accepted) - len(standing)}
    record(organisation, actor, "drew up the ballot of", f"nominations {call.number}", now, facts)
    return ballot


def _too_few(call: NominationCall, organisation: Organisation, now: datetime) -> str:
    """Look up what the constitution in force says where no more stand than there are seats."""
    return str(deadlines(organisation, call.body, now).rule["too_few"])


def _tell(call: NominationCall, organisation: Organisation, now: datetime) -> None:
    """Queue one mail for everyone who may nominate; in one statement, since a register can be long."""
    day = organisation.day_of(now)
    told = select(Membership.id).where(
        Membership.organisation_id == organisation.id,
        Membership.latest_kind_on(day).in_(("admitted", "reinstated")),
        Membership.notices == "mail",
        Membership.email != "",
    )
    if call.body.kind != "assembly":
        here = select(BodyMembership.membership_id).where(
            BodyMembership.body_id == call.body_id,
            BodyMembership.starts_on <= day,
            BodyMembership.ends_on.is_(None) | (BodyMembership.ends_on >= day),
        )
        told = told.where(Membership.id.in_(here))
    mails = [
        {
            "organisation_id": organisation.id,
            "key": f"nominations-open:{call.id}:{membership_id}",
            "template": "nominations-open",
            "membership_id": membership_id,
            "ids": {"path": f"/nominations/{call.number}", "number": call.number},
            "queued_at": now,
        }
        for membership_id in db.session.scalars(told)
    ]
    if mails:
        db.session.execute(insert(OutboxMail), mails)
