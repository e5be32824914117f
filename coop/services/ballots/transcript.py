"""What anyone needs to check a ballot: the records that opening and closing hash, and the bundle of both."""

import hashlib
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, Decision, RollEntry, Vote
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.models.records import AuditEvent, AuditLink
from coop.rules.chain import canonical
from coop.rules.tally.motion import Choice
from coop.services.ballots import by_tellers, secret
from coop.services.ballots.marks import member_mark
from coop.services.records import as_record

FORMAT = 1


def sha256_of(value: dict[str, Any]) -> str:
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def opening_record(ballot: Ballot, organisation: Organisation) -> dict[str, Any]:
    """Gather what opening froze; its hash stands in the opening event."""
    rule = dict(ballot.rule or {})
    keys, receipt_key = secret.public_keys(ballot)
    options: list[Any] = [choice.value for choice in Choice]
    if ballot.kind == "election":
        options = [{"number": option.position, "name": option.name} for option in ballot.options]
    return {
        "format": FORMAT,
        "ballot": {
            "id": f"{organisation.slug}/{ballot.number}",
            "title": ballot.title,
            "text": ballot.text,
            "kind": ballot.kind,
            "secrecy": ballot.secrecy,
            "method": ballot.method,
            "seats": ballot.seats,
            "opens_at": ballot.opens_at.isoformat(),
            "closes_at": ballot.closes_at.isoformat(),
            "zone": ballot.zone,
        },
        "rule": rule,
        "constitution": {
            "version": rule.get("version"),
            "sha256": rule.get("version_sha256"),
            "articles": rule.get("articles", []),
        },
        "options": options,
        "roll": _roll(ballot),
        "keys": keys,  # class → public key: secret ballots alone have them
        "receipt_key": receipt_key,
    }


def closing_record(ballot: Ballot) -> dict[str, Any]:
    """Gather what sealing froze; its hash stands in the closing event.

    A private vote stands without its member, as often as it weighs: nothing else joins a weight to it. So does
    what tellers entered; the marks of those voters are `struck`, and votes that were spoilt are counted apart.
    A secret vote stands by its serial, with what shows that it is of a voter of its class.
    """
    votes, issued = _secret_votes(ballot) if ballot.secrecy == "secret" else _named_votes(ballot)
    closed = {"votes": votes, "issued": sorted(issued), "seed": ballot.seed}
    struck = sorted(member_mark(ballot, number) for number in by_tellers.struck_numbers(ballot))
    spoilt = by_tellers.spoilt_votes(ballot)
    return closed | ({"struck": struck} if struck else {}) | ({"spoilt": spoilt} if spoilt else {})


def voters_in(closed: dict[str, Any], secrecy: str) -> int:
    """Count who voted: in a secret ballot a token may have been issued and not used."""
    cast = [vote for vote in closed["votes"] if "serial" in vote] if secrecy == "secret" else closed["issued"]
    return len(cast) + len(closed.get("struck", ()))


def bundle(ballot: Ballot, organisation: Organisation, actor: Actor, now: datetime) -> dict[str, Any]:
    """Put together what checks a sealed ballot, for members and the auditor; it is a list of members.

    The closing event must be in the chain: call chain_events before. The bundle is then the same for ever.
    """
    authorize(actor, Permission.SEE_BUNDLE, ballot)
    decision = db.session.scalar(select(Decision).where(Decision.ballot_id == ballot.id))
    if ballot.sealed_at is None or decision is None or _came_to_nothing(ballot, now):
        raise Refusal(_("There is nothing to check yet: the votes are counted after voting closes."))
    closing = sealing_event(ballot)
    link = db.session.get(AuditLink, closing.id)
    if link is None:
        raise Refusal(_("The count was recorded a moment ago. Ask for the file again in a few seconds."))
    opened, closed = opening_record(ballot, organisation), closing_record(ballot)
    voted, struck = set(closed["issued"]), set(closed.get("struck", ()))
    roll = [
        entry | {"issued": entry["member"] in voted} | ({"struck": True} if entry["member"] in struck else {})
        for entry in opened["roll"]
    ]
    spoilt = {"spoilt": closed["spoilt"]} if "spoilt" in closed else {}
    return (
        opened
        | spoilt
        | {
            "roll": roll,
            "votes": closed["votes"],
            "result": decision.result,
            "seed": ballot.seed,
            "events": [as_record(opening_event(ballot)), as_record(closing) | {"previous": link.previous}],
            "decision": {
                "number": decision.label,
                "outcome": decision.outcome,
                "reasoning": decision.reasoning,
                "decided_on": decision.decided_on.isoformat(),
            },
            "head": link.hash,
        }
    )


def _secret_votes(ballot: Ballot) -> tuple[list[Any], list[str]]:
    """Give the votes by serial, then the tellers' papers, and the marks of those who were issued a token."""
    told = [
        {"class": one.voting_class, "vote": canonical(one.choice)}
        for one in by_tellers.told_votes(ballot)
        for _paper in range(one.papers)
    ]
    return secret.votes_by_serial(ballot) + sorted(told, key=canonical), secret.marks_issued(ballot)


def _named_votes(ballot: Ballot) -> tuple[list[Any], list[str]]:
    """Give open or private votes, tellers' among them, and the marks of those who voted through the browser."""
    rows = db.session.execute(
        select(Membership.number, Vote.choice, RollEntry.weight)
        .join(RollEntry, RollEntry.id == Vote.roll_entry_id)
        .join(Membership, Membership.id == RollEntry.membership_id)
        .where(Vote.ballot_id == ballot.id)
    ).all()
    marked = [(member_mark(ballot, number), choice, weight) for number, choice, weight in rows]
    told = [one.choice for one in by_tellers.told_votes(ballot) for _paper in range(one.papers * one.weight)]
    if ballot.secrecy == "open":
        votes: list[Any] = [{"member": mark, "choice": choice} for mark, choice, _weight in marked]
        votes += [{"choice": choice} for choice in told]
    else:
        votes = [choice for _mark, choice, weight in marked for _paper in range(weight)] + told
    return sorted(votes, key=canonical), [mark for mark, _choice, _weight in marked]


def _came_to_nothing(ballot: Ballot, now: datetime) -> bool:
    """Whether it is void without a count; a count that a challenge overturned can still be checked."""
    return ballot.stage_at(now) == "void" and not ballot.was_overturned


def head_of_bundle(ballot: Ballot) -> str:
    """Return the head to print beside the result; "" while the closing event is not in the chain."""
    linked = select(AuditLink.hash).join(AuditEvent, AuditEvent.id == AuditLink.event_id)
    return db.session.scalar(linked.where(*_of(ballot, "sealed"))) or ""


def opening_event(ballot: Ballot) -> AuditEvent:
    return _event(ballot, "opened")


def sealing_event(ballot: Ballot) -> AuditEvent:
    return _event(ballot, "sealed")


def _event(ballot: Ballot, verb: str) -> AuditEvent:
    return db.session.scalars(select(AuditEvent).where(*_of(ballot, verb))).one()


def _of(ballot: Ballot, verb: str) -> tuple[Any, ...]:
    """Find the one event of its kind that a ballot has."""
    return (
        AuditEvent.organisation_id == ballot.organisation_id,
        AuditEvent.subject == f"ballot {ballot.number}",
        AuditEvent.verb == verb,
    )


def _roll(ballot: Ballot) -> list[dict[str, Any]]:
    rows = db.session.execute(
        select(Membership.number, RollEntry.voting_class, RollEntry.weight)
        .join(Membership, Membership.id == RollEntry.membership_id)
        .where(RollEntry.ballot_id == ballot.id, RollEntry.entitled)
    )
    entries = [
        {"member": member_mark(ballot, number), "class": voting_class, "weight": weight}
        for number, voting_class, weight in rows
    ]
    return sorted(entries, key=lambda entry: entry["member"])
