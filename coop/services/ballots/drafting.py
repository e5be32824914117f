"""Setting up a ballot: drafted, announced, opened; afterwards rule, options and roll stand."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _

from coop.access import PROGRAM, Actor, Permission, actor_of, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, Motion
from coop.models.members import Membership
from coop.models.motions import MovedMotion
from coop.models.organisations import Body, Office, Organisation
from coop.rules.calendar import closing_of, reminder_of
from coop.rules.secrecy import less_secret, more_secret
from coop.rules.tally import METHODS
from coop.services import constitution, offices
from coop.services.ballots import mailings, secret
from coop.services.ballots.admitting import application_on
from coop.services.ballots.amended_motions import motion_amendment_on
from coop.services.ballots.candidates import (
    Candidate,
    put_on_paper,
    refuse_another_rule_for_too_few,
    refuse_candidates,
)
from coop.services.ballots.moving import moving_rule, refuse_again, refuse_unmoved
from coop.services.ballots.numbering import next_motion, next_number, one_number_at_a_time
from coop.services.ballots.proxies import settle_proxies
from coop.services.ballots.reading import locked
from coop.services.ballots.roll import Room, draw_roll, freeze_roll
from coop.services.ballots.rule import OF_PEOPLE, RECALL, UNOPPOSED, Lawful, lawful, lawful_for
from coop.services.ballots.secrecy import chosen_secrecy
from coop.services.ballots.transcript import opening_record, sha256_of
from coop.services.ballots.voiding import make_void, refuse_members_own
from coop.services.organisations import assembly_of
from coop.services.records import record

Keys = Sequence[secret.NewKey]
ON_TIME = timedelta(minutes=1)


def propose_motion(
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    title: str,
    text: str,
    decision_class: str = "ordinary",
    body: Body | None = None,
    proposer: Membership | None = None,
    secrecy: str = "",
    motion: Motion | None = None,
    procedural: bool = False,
    seconded: bool = False,
) -> Ballot:
    """Draft a motion and its ballot; how it is decided comes from the constitution alone.

    `secrecy` may ask for more than the constitution does. `motion` is one that members moved, seconded and
    debated before; without it the constitution must ask for no seconders, unless its words were `seconded`
    before. A `procedural` one, as an appeal to the meeting, needs none ever and may come again.
    """
    body = body or assembly_of(organisation)
    authorize(actor, Permission.SET_UP_BALLOT, body)
    title, text = " ".join(title.split()), text.strip()
    if not (title and text):
        raise Refusal(_("A motion needs a title and its text: what exactly shall be decided?"))
    if decision_class == RECALL and actor != PROGRAM:
        raise Refusal(_("A vote on a recall comes from a petition of the members. Begin one."))
    if decision_class in OF_PEOPLE and actor != PROGRAM:
        raise Refusal(_("There is no such kind of resolution. Choose one from the list."))
    found = lawful(organisation, decision_class, body, now, None)
    if not procedural and decision_class != RECALL:  # a recall was asked for by signatures
        rule, day = moving_rule(organisation, decision_class, body, now), organisation.day_of(now)
        refuse_again(organisation, body, rule, text, now)
        if motion is None:
            mover = actor_of(proposer, proposer.status_on(day), day) if proposer else actor
            refuse_unmoved(rule, mover, body, seconded=seconded)

    one_number_at_a_time(organisation)
    motion = motion or Motion(
        organisation_id=organisation.id,
        number=next_motion(organisation),
        body_id=body.id,
        kind=decision_class,
        title=title,
        text=text,
        proposer_id=proposer.id if proposer else actor.membership_id,
        proposed_at=now,
    )
    ballot = _draft(organisation, body, found, now, kind="motion", decision_class=decision_class, title=title)
    ballot.motion, ballot.text = motion, text
    ballot.secrecy = chosen_secrecy(found, secrecy)
    db.session.add(ballot)
    db.session.flush()
    facts = {"kind": decision_class, "motion": motion.number, "secrecy": ballot.secrecy}
    record(organisation, actor, "drafted", f"ballot {ballot.number}", now, facts)
    return ballot


def set_up_election(
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    office: Office,
    candidates: Sequence[Candidate],
    seats: int | None = None,
    body: Body | None = None,
    title: str = "",
    reopen: bool = False,
    secrecy: str = "",
    without_vote: bool = False,
    call: Any = None,
) -> Ballot:
    """Draft an election for an office; the assembly elects, unless `body` is the office's own.

    With `reopen` each candidate must beat the option to reopen nominations, which stands last. `without_vote`
    is for no more candidates than seats: nobody votes, and they are elected unopposed when voting would close.
    Whoever runs the `call` for nominations it is drawn up from may draft it.
    """
    body = body or assembly_of(organisation)
    authorize(actor, Permission.SET_UP_BALLOT, call or body)
    if not actor.founding and any(one.membership.id == actor.membership_id for one in candidates):
        raise Refusal(_("You stand yourself, so another must run this election. Call nominations for it."))
    if office.organisation_id != organisation.id or (body.kind != "assembly" and body.id != office.body_id):
        raise Refusal(
            _("%(body)s does not elect to this office. Choose another body or office.", body=body.name)
        )
    seats = office.seats if seats is None else seats
    if not 1 <= seats <= office.seats:
        raise Refusal(
            _("This office has %(seats)d seats. Elect for one at least and for no more.", seats=office.seats)
        )
    refuse_candidates(organisation, candidates, now)
    found = lawful(organisation, "election", body, now, office, without_vote=without_vote)
    for one in candidates:
        offices.refuse_unfit(office, one.membership, _would_start(organisation, found, now))
    if METHODS[found.method].one_seat and seats > 1 and not reopen:
        method = METHODS[found.method].title
        raise Refusal(
            _(
                "The constitution counts elections by %(method)s, which fills one seat. Elect for one.",
                method=method,
            )
        )

    one_number_at_a_time(organisation)
    title = " ".join(title.split()) or _("Election: %(office)s", office=office.title)
    ballot = _draft(organisation, body, found, now, kind="election", decision_class="election", title=title)
    ballot.office_id, ballot.seats = office.id, seats
    ballot.secrecy = chosen_secrecy(found, secrecy)
    put_on_paper(ballot, candidates, reopen=reopen)
    db.session.add(ballot)
    db.session.flush()
    facts = {"kind": "election", "office": office.kind, "seats": seats, "candidates": len(candidates)}
    facts["secrecy"] = ballot.secrecy
    record(organisation, actor, "drafted", f"ballot {ballot.number}", now, facts)
    return ballot


def why_unfit(office: Office, body: Body, membership: Membership, now: datetime) -> str:
    """Say why a member could not take an office that is voted on from now on; "" if nothing stands against it."""
    organisation = body.organisation
    found = lawful(organisation, "election", body, now, office)
    return offices.why_unfit(office, membership, _would_start(organisation, found, now))


def _would_start(organisation: Organisation, found: Lawful, now: datetime) -> date:
    closes_at = closing_of(now, found.period_days, organisation.zone)
    return organisation.day_of(closes_at) + timedelta(days=1)


def change_draft(
    ballot: Ballot, organisation: Organisation, actor: Actor, now: datetime, *, title: str, text: str
) -> None:
    """Change the words of a ballot that nobody was told of yet."""
    authorize(actor, Permission.SET_UP_BALLOT, ballot)
    ballot = locked(ballot)
    refuse_unless_draft(ballot, now)
    if constitution.amendment_on(ballot.id) is not None:
        raise Refusal(_("These words follow from the amendment. Void this vote if another is wanted."))
    if application_on(ballot) is not None:
        raise Refusal(_("These words follow from the application, so they stand."))
    title, text = " ".join(title.split()), text.strip()
    if not title or (ballot.motion and not text):
        raise Refusal(_("A motion needs a title and its text: what exactly shall be decided?"))
    ballot.title, ballot.text = title, text
    if ballot.motion:
        ballot.motion.title, ballot.motion.text = title, text
    record(organisation, actor, "redrafted", f"ballot {ballot.number}", now)


def refuse_unless_draft(ballot: Ballot, now: datetime) -> None:
    """Refuse to change words that members were told of, on the ballot or as a motion they seconded."""
    if ballot.motion_id and db.session.get(MovedMotion, ballot.motion_id):
        raise Refusal(_("These are the words that were seconded and debated, so they stand."))
    if motion_amendment_on(ballot) is not None:
        raise Refusal(_("These words follow from the amendment. Void this vote if another is wanted."))
    if ballot.stage_at(now) != "drafted":
        raise Refusal(
            _("This ballot was announced, so its words stand. Void it and draft another to change them.")
        )


def announce(
    ballot: Ballot,
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    opens_at: datetime,
    keys: Keys = (),
) -> None:
    """Tell the members that a ballot will come; it opens by itself at its time.

    `keys` come from `secret.prepare_keys`, before the write lock: a secret ballot needs them.
    """
    authorize(actor, Permission.SET_UP_BALLOT, ballot)
    ballot = locked(ballot)
    if ballot.stage_at(now) != "drafted":
        raise Refusal(_("This ballot is announced already."))
    if opens_at <= now:
        raise Refusal(_("A ballot that is announced opens later. Give a time to come, or open it now."))
    found = lawful_for(ballot, organisation, now)
    ballot.opens_at, ballot.zone = opens_at, organisation.zone
    ballot.closes_at = closing_of(opens_at, found.period_days, organisation.zone)
    _announce(ballot, organisation, actor, now, found, keys)


def open_ballot(
    ballot: Ballot,
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    keys: Keys = (),
    room: Room | None = None,
) -> None:
    """Open the vote: rule, options and roll are frozen as they stand, and the voters are told."""
    authorize(actor, Permission.SET_UP_BALLOT, ballot)
    ballot = locked(ballot)
    refuse_members_own(ballot, actor)
    if ballot.stage_at(now) == "drafted":
        _announce(ballot, organisation, actor, now, lawful_for(ballot, organisation, now), keys)
    if ballot.stage_at(now) != "announced":
        raise Refusal(_("This ballot was opened before. Its rule, options and roll stand."))
    _open(ballot, organisation, actor, now, opens_at=now, room=room)


def open_due(ballot_id: int, now: datetime) -> None:
    """Open an announced ballot whose time has come; one that can't be opened is void, with the reason."""
    secret.one_at_a_time(ballot_id)
    ballot = locked(db.session.get_one(Ballot, ballot_id))
    if ballot.stage_at(now) != "announced" or now < ballot.opens_at:
        return
    organisation = db.session.get_one(Organisation, ballot.organisation_id)
    # After a standstill the period begins when members can vote, so that it is never shorter than promised.
    opens_at = ballot.opens_at if now - ballot.opens_at < ON_TIME else now
    try:
        _open(ballot, organisation, PROGRAM, now, opens_at=opens_at)
    except Refusal as why:
        make_void(ballot, str(why), now)
        record(organisation, PROGRAM, "voided", f"ballot {ballot.number}", now)


def _announce(
    ballot: Ballot, organisation: Organisation, actor: Actor, now: datetime, found: Lawful, keys: Keys
) -> None:
    """Fix secrecy, keys, and the seed for lots: whoever could choose it later could choose who wins a tie."""
    ballot.secrecy = more_secret(ballot.secrecy, found.secrecy)
    ballot.seed, ballot.salt = secrets.token_hex(32), secrets.token_hex(32)
    commitment = hashlib.sha256(bytes.fromhex(ballot.seed)).hexdigest()
    facts = {"seed_sha256": commitment, "secrecy": ballot.secrecy}
    if ballot.secrecy == "secret":
        facts["keys"] = secret.store_keys(ballot, keys)
    ballot.announced_at = now
    record(organisation, actor, "announced", f"ballot {ballot.number}", now, facts)


def _open(
    ballot: Ballot,
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    opens_at: datetime,
    room: Room | None = None,
) -> None:
    body = db.session.get_one(Body, ballot.body_id)
    if (amendment := constitution.amendment_on(ballot.id)) is not None:
        constitution.refuse_stale(amendment, organisation)
    found = lawful_for(ballot, organisation, opens_at)
    among = room.present if room else None
    entries = draw_roll(organisation, body, organisation.day_of(opens_at), found.frozen, among=among)
    if not any(entry.entitled for entry in entries) and found.method != UNOPPOSED:
        raise Refusal(_("Nobody could vote: %(body)s has no member who may vote today.", body=body.name))
    if less_secret(ballot.secrecy, found.secrecy):
        raise Refusal(
            _(
                "The constitution asks for more secrecy than was announced (%(source)s). Void this and draft it again.",
                source=found.sources["secrecy"],
            )
        )
    if ballot.secrecy == "secret":
        keys = secret.public_keys(ballot)[0]
        secret.refuse_unfit(entries, found.secret_minimum, found.sources["minimum"], keys)
    rule = _rule_to_freeze(ballot, found)
    freeze_roll(ballot, entries)
    ballot.rule, ballot.version_id = rule, found.version.id
    ballot.method = found.method
    ballot.zone, ballot.opens_at, ballot.opened_at = organisation.zone, opens_at, now
    ballot.closes_at = closing_of(opens_at, found.period_days, organisation.zone)
    ballot.closes_at = opens_at + room.lasts if room else ballot.closes_at
    ballot.papers_until = closing_of(ballot.closes_at, rule["paper_count_days"], organisation.zone)
    db.session.flush()
    facts = {
        "closes_at": ballot.closes_at.isoformat(),
        "eligible": sum(entry.entitled for entry in entries),
        "version": found.version.number,
        "opening_sha256": sha256_of(opening_record(ballot, organisation)),
        "seed_sha256": hashlib.sha256(bytes.fromhex(ballot.seed)).hexdigest(),
    }
    record(organisation, actor, "opened", f"ballot {ballot.number}", now, facts)
    settle_proxies(ballot, organisation, now)
    if room is None:
        _tell_voters(ballot, now)


def _rule_to_freeze(ballot: Ballot, found: Lawful) -> dict[str, Any]:
    if ballot.kind != "election":
        return dict(found.frozen)
    refuse_another_rule_for_too_few(ballot, found)
    if METHODS[found.method].one_seat and ballot.seats > 1:
        raise Refusal(_("The constitution now counts elections by a method for one seat. Draft this again."))
    return found.frozen | {"seats": ballot.seats}


def _draft(
    organisation: Organisation,
    body: Body,
    found: Lawful,
    now: datetime,
    *,
    kind: str,
    decision_class: str,
    title: str,
) -> Ballot:
    return Ballot(
        organisation_id=organisation.id,
        number=next_number(Ballot, organisation),
        kind=kind,
        decision_class=decision_class,
        body_id=body.id,
        title=title,
        secrecy=found.secrecy,
        method=found.method,
        opens_at=now,
        closes_at=closing_of(now, found.period_days, organisation.zone),
        zone=organisation.zone,
    )


def _tell_voters(ballot: Ballot, now: datetime) -> None:
    """Tell the roll at once, in one statement, and plan the one reminder."""
    mailings.queue(mailings.plan(ballot, "opening", now).id, now, most=None)
    days = (ballot.rule or {})["reminder_days"]
    remind_at = reminder_of(ballot.opens_at, ballot.closes_at, days, ballot.zone)
    if remind_at is not None:
        mailings.plan(ballot, "reminder", remind_at)
