"""From draft to open: announced, opened, or void; afterwards rule, options, roll and keys stand."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import JSON, String, cast, insert, literal, select

from coop.access import PROGRAM, Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, RollEntry
from coop.models.columns import Instant
from coop.models.members import Membership
from coop.models.organisations import Body, Organisation
from coop.models.records import OutboxMail
from coop.rules.calendar import closing_of
from coop.rules.secrecy import less_secret, more_secret
from coop.rules.tally import METHODS
from coop.services.ballots import secret
from coop.services.ballots.reading import locked
from coop.services.ballots.roll import draw_roll, freeze_roll
from coop.services.ballots.rule import Lawful, lawful_for
from coop.services.ballots.transcript import opening_record, sha256_of
from coop.services.records import record

Keys = Sequence[secret.NewKey]
ON_TIME = timedelta(minutes=1)


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
    ballot: Ballot, organisation: Organisation, actor: Actor, now: datetime, *, keys: Keys = ()
) -> None:
    """Open the vote: rule, options and roll are frozen as they stand, and the voters are told."""
    authorize(actor, Permission.SET_UP_BALLOT, ballot)
    ballot = locked(ballot)
    if ballot.stage_at(now) == "drafted":
        _announce(ballot, organisation, actor, now, lawful_for(ballot, organisation, now), keys)
    if ballot.stage_at(now) != "announced":
        raise Refusal(_("This ballot was opened before. Its rule, options and roll stand."))
    _open(ballot, organisation, actor, now, opens_at=now)


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
        _make_void(ballot, str(why), now)
        record(organisation, PROGRAM, "voided", f"ballot {ballot.number}", now)


def void(ballot: Ballot, organisation: Organisation, actor: Actor, reason: str, now: datetime) -> None:
    """Call a ballot off, with a reason that is kept; a result already counted stands."""
    authorize(actor, Permission.SET_UP_BALLOT, ballot)
    secret.one_at_a_time(ballot.id)
    ballot, reason = locked(ballot), reason.strip()
    if not reason:
        raise Refusal(_("Say why this ballot is void. Members will read it."))
    if ballot.sealed_at is not None or ballot.stage_at(now) == "closed":
        raise Refusal(
            _("Voting has closed, so the result stands. Only another decision can undo a decision.")
        )
    if ballot.void_at is not None:
        raise Refusal(_("This ballot is void already."))
    _make_void(ballot, reason, now)
    record(organisation, actor, "voided", f"ballot {ballot.number}", now, personal={"reason": reason})


def _make_void(ballot: Ballot, reason: str, now: datetime) -> None:
    if ballot.secrecy == "secret":
        secret.end(ballot)
    ballot.void_at, ballot.void_reason = now, reason


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
    ballot: Ballot, organisation: Organisation, actor: Actor, now: datetime, *, opens_at: datetime
) -> None:
    body = db.session.get_one(Body, ballot.body_id)
    found = lawful_for(ballot, organisation, opens_at)
    entries = draw_roll(organisation, body, organisation.day_of(opens_at), found.frozen)
    if not any(entry.entitled for entry in entries):
        raise Refusal(_("Nobody could vote: %(body)s has no member who may vote today.", body=body.name))
    if less_secret(ballot.secrecy, found.secrecy):
        raise Refusal(
            _("The constitution asks for more secrecy than was announced. Void this and draft it again.")
        )
    if ballot.secrecy == "secret":
        secret.refuse_unfit(entries, found.secret_minimum, secret.public_keys(ballot)[0])
    rule = _rule_to_freeze(ballot, found)
    freeze_roll(ballot, entries)
    ballot.rule, ballot.version_id = rule, found.version.id
    ballot.method = found.method
    ballot.zone, ballot.opens_at, ballot.opened_at = organisation.zone, opens_at, now
    ballot.closes_at = closing_of(opens_at, found.period_days, organisation.zone)
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
    _tell_voters(ballot, organisation, now)


def _rule_to_freeze(ballot: Ballot, found: Lawful) -> dict[str, Any]:
    if ballot.kind != "election":
        return dict(found.frozen)
    if METHODS[found.method].one_seat and ballot.seats > 1:
        raise Refusal(_("The constitution now counts elections by a method for one seat. Draft this again."))
    return found.frozen | {"seats": ballot.seats}


def _tell_voters(ballot: Ballot, organisation: Organisation, now: datetime) -> None:
    """Queue one mail a voter; in one statement, since a roll can be long."""
    subject = {"path": f"/ballots/{ballot.number}", "number": ballot.number}
    if ballot.secrecy == "secret":
        subject["fingerprint"] = secret.fingerprint_of(ballot)
    mails = (
        select(
            literal(organisation.id),
            literal(f"ballot-open:{ballot.id}:") + cast(Membership.id, String),
            literal("ballot-open"),
            Membership.id,
            literal(subject, JSON),
            literal(now, Instant),
        )
        .join(RollEntry, RollEntry.membership_id == Membership.id)
        .where(
            RollEntry.ballot_id == ballot.id,
            RollEntry.entitled,
            Membership.notices == "mail",
            Membership.email != "",
        )
    )
    columns = ["organisation_id", "key", "template", "membership_id", "ids", "queued_at"]
    db.session.execute(insert(OutboxMail).from_select(columns, mails))
