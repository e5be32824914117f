"""Offering a vacant seat: to whom the papers give it, or to whom a member of the body names."""

from datetime import datetime, timedelta

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import select

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.constitution import ConstitutionVersion
from coop.models.members import Membership
from coop.models.organisations import Body, Office, Organisation
from coop.models.vacancies import SeatOffer
from coop.rules.calendar import add_months
from coop.services import constitution, offices, organisations
from coop.services.records import record, send
from coop.services.vacancies.recounting import seat_left, take

ANSWER = timedelta(days=14)


def way_of(office: Office, organisation: Organisation, now: datetime) -> constitution.Rule:
    """Read how the constitution has a vacancy of the office filled today."""
    return constitution.rule(version_on(organisation, now), "office.vacancy", office=office)


def is_vacant(office: Office, organisation: Organisation, now: datetime) -> bool:
    """Whether a seat of the office is free today, and nobody takes it tomorrow."""
    day = organisation.day_of(now)
    return all(
        len(organisations.holders_of(office, one)) < office.seats for one in (day, day + timedelta(days=1))
    )


def count_back(office: Office, organisation: Organisation, actor: Actor, now: datetime) -> SeatOffer:
    """Count the election again without whoever left, and offer the seat to whom it goes; whoever asks, it is one."""
    authorize(actor, Permission.FILL_VACANCY, office)
    rule = _refuse_unless(office, organisation, now, "countback")
    seat = seat_left(office, organisation, now)
    taken = take(seat, office, organisation, now)
    left = db.session.get_one(Membership, seat.term.membership_id)
    said = _(
        "The papers of decision %(label)s counted again without %(left)s: the seat goes to %(name)s.",
        label=seat.decision.label,
        left=left.name,
        name=taken.membership.name,
    )
    return _offer(
        SeatOffer(
            organisation_id=organisation.id,
            office=office,
            kind="countback",
            membership=taken.membership,
            left_term_id=seat.term.id,
            election_id=seat.ballot.id,
            ends_on=seat.ends_on,
            result=taken.result,
            reasoning=f"{said} {_by(rule)}",
        ),
        rule,
        organisation,
        actor,
        now,
    )


def co_opt(
    office: Office, who: Membership, organisation: Organisation, actor: Actor, now: datetime
) -> SeatOffer:
    """Name a member whom the remaining members of the body could co-opt; they vote once the member agrees."""
    authorize(actor, Permission.FILL_VACANCY, office)
    rule = _refuse_unless(office, organisation, now, "co-option")
    body, day = co_opting_body(office, organisation), organisation.day_of(now)
    sits = {member.id for _seat, member in organisations.seats_of(body, day)}
    if actor.membership_id not in sits:
        raise Refusal(_("Only members of this body co-opt: %(body)s.", body=body.name))
    if who.status_on(day) != "active":
        raise Refusal(_("%(name)s is no active member today.", name=who.name))
    offices.refuse_unfit(office, who, day + timedelta(days=1))
    months = constitution.rule(version_on(organisation, now), "office.term", office=office).value.n
    said = _(
        "Named by %(by)s for co-option by %(body)s, until the next general meeting.",
        by=actor.membership.name if actor.membership else "",
        body=body.name,
    )
    return _offer(
        SeatOffer(
            organisation_id=organisation.id,
            office=office,
            kind="co-option",
            membership=who,
            offered_by_id=actor.membership_id,
            ends_on=add_months(day, months),
            result={},
            reasoning=f"{said} {_by(rule)}",
        ),
        rule,
        organisation,
        actor,
        now,
    )


def co_opting_body(office: Office, organisation: Organisation) -> Body:
    """The body whose remaining members co-opt: the office's own, for an office of the assembly the one board."""
    if office.body.kind != "assembly":
        return office.body
    boards = [body for body in organisations.bodies_of(organisation) if body.kind == "board"]
    if len(boards) != 1:
        raise Refusal(_("There is no one board that could co-opt. Members nominate for a by-election."))
    return boards[0]


def version_on(organisation: Organisation, now: datetime) -> ConstitutionVersion:
    version = constitution.in_force(organisation, organisation.day_of(now))
    if version is None:
        raise Refusal(_("No constitution is in force yet, so nothing says how to fill it. Adopt one first."))
    return version


def _refuse_unless(office: Office, organisation: Organisation, now: datetime, way: str) -> constitution.Rule:
    """Take the office's row, and refuse unless it is vacant, the way is the constitution's, and none other is on."""
    db.session.execute(select(Office.id).where(Office.id == office.id).with_for_update())
    rule = way_of(office, organisation, now)
    if rule.value != way:
        raise Refusal(_("The constitution has it filled otherwise: by %(way)s.", way=rule.spelled))
    if not is_vacant(office, organisation, now):
        raise Refusal(_("%(office)s: this office is held.", office=office.title))
    waiting = db.session.scalar(
        select(SeatOffer).where(SeatOffer.office_id == office.id, SeatOffer.answered_at.is_(None))
    )
    if waiting is not None and now < waiting.answer_until:
        raise Refusal(
            _(
                "%(name)s has been asked and can answer until %(day)s.",
                name=waiting.membership.name,
                day=format_date(organisation.day_of(waiting.answer_until), "d MMMM y"),
            )
        )
    if waiting is not None:
        waiting.answered_at, waiting.accepted = now, False
        db.session.flush()
    voted_on = (
        select(Ballot.number)
        .join(SeatOffer, SeatOffer.ballot_id == Ballot.id)
        .where(SeatOffer.office_id == office.id, Ballot.sealed_at.is_(None), Ballot.void_at.is_(None))
    )
    if (number := db.session.scalar(voted_on)) is not None:
        raise Refusal(_("The body votes on a co-option already: ballot %(number)s.", number=number))
    return rule


def _offer(
    offer: SeatOffer, rule: constitution.Rule, organisation: Organisation, actor: Actor, now: datetime
) -> SeatOffer:
    offer.articles = [rule.article] if rule.article else []
    offer.version_id = version_on(organisation, now).id
    offer.offered_at, offer.answer_until = now, now + ANSWER
    db.session.add(offer)
    db.session.flush()
    send(
        organisation,
        "seat-offered",
        f"seat-offered:{offer.id}",
        now,
        membership_id=offer.membership.id,
        path=f"/vacancies/{offer.office_id}",
        office=offer.office.title,
    )
    facts = {
        "kind": offer.kind,
        "member": offer.membership.number,
        "articles": offer.articles,
        "election": offer.election_id,
    }
    record(organisation, actor, "offered a seat in", f"office {offer.office_id}", now, facts)
    return offer


def _by(rule: constitution.Rule) -> str:
    version = rule.version_number
    if rule.article:
        return str(_("By article %(article)s (version %(version)s).", article=rule.article, version=version))
    return str(_("By the constitution (version %(version)s).", version=version))
