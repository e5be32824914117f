"""The certificate of a counted ballot: head, reasoning and drawing on paper, without the roll and the votes."""

import json
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy import select

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, Decision
from coop.models.organisations import Organisation
from coop.models.records import AuditEvent, AuditLink
from coop.rules.tally.drawing import Drawing, draw_election, draw_motion
from coop.services import documents
from coop.services.ballots.by_tellers import ways_of
from coop.services.ballots.challenges import challenges_of
from coop.services.ballots.reading import closing_words, decision_on, turnout, wall_words
from coop.services.ballots.rule import explain

FORMAT = 1


def drawing_of(kind: str, result: dict[str, Any], names: dict[int, str]) -> Drawing:
    """Give what page and paper draw of a result, equally."""
    return draw_motion(result) if kind == "motion" else draw_election(result, names)


def certificate(ballot: Ballot, organisation: Organisation, actor: Actor) -> bytes:
    """Set the certificate; the same state gives the same bytes. Call it once the audit events are chained."""
    authorize(actor, Permission.SEE_BALLOTS, ballot)
    decision = decision_on(ballot)
    if ballot.void_at is not None:
        raise Refusal(_("This ballot is void, so there is no certificate of it."))
    if decision is None:
        raise Refusal(_("There is no certificate yet: the votes are counted after voting closes."))
    return _set(json.dumps(certificate_record(ballot, decision, organisation), sort_keys=True))


def certificate_record(ballot: Ballot, decision: Decision, organisation: Organisation) -> dict[str, Any]:
    """Gather everything the paper says as plain data in the organisation's language; no member's vote is in it."""
    rule = ballot.rule or {}
    sealing, link = _sealing(ballot)
    with force_locale(organisation.language):
        certified = None
        if ballot.certified_at is not None:
            certified = {
                "by": ballot.certified_by,
                "at": ballot.certified_at.isoformat(),
                "words": wall_words(ballot.certified_at, ballot.zone),
            }
        return {
            "format": FORMAT,
            "kind": "certificate",
            "title": _("Certificate: %(title)s", title=ballot.title),
            "lang": organisation.language,
            "organisation": {"name": organisation.name, "slug": organisation.slug},
            "ballot": {
                "id": f"{organisation.slug}/{ballot.number}",
                "number": ballot.number,
                "title": ballot.title,
                "text": ballot.text,
                "kind": ballot.kind,
                "secrecy": ballot.secrecy,
                "method": ballot.method,
                "seats": ballot.seats,
                "opens_at": ballot.opens_at.isoformat(),
                "closes_at": ballot.closes_at.isoformat(),
            },
            "options": [{"number": one.position, "name": one.name} for one in ballot.options],
            "rule": rule,
            "result": decision.result,
            "decision": {
                "number": decision.label,
                "outcome": decision.outcome,
                "text": decision.text,
                "reasoning": decision.reasoning,
                "decided_on": decision.decided_on.isoformat(),
            },
            "words": {
                "opened": wall_words(ballot.opens_at, ballot.zone),
                "closed": closing_words(ballot),
                "rule": explain(rule, decision.result["eligible"], decision.result.get("members")),
                "took_part": took_part(ballot, decision.result),
                "challenges": _challenges(ballot),
            },
            "ways": _ways(ballot),
            "certified": certified,
            "dated": (ballot.certified_at or ballot.sealed_at or ballot.closes_at).isoformat(),
            "seed": ballot.seed,
            "closing_sha256": json.loads(sealing.facts)["closing_sha256"],
            "audit": {"head": link.hash, "events": link.position},
            "data_file": "certificate.json",
        }


def took_part(ballot: Ballot, result: dict[str, Any]) -> str:
    """Say how many voted of how many, in members and, where these have unequal votes, in votes."""
    if "members" not in result:
        return str(
            _(
                "%(voted)s of %(eligible)s members who could vote did.",
                voted=result["voted"],
                eligible=result["eligible"],
            )
        )
    voters, could = turnout(ballot)
    return str(
        _(
            "%(votes)s votes of %(voters)s members were given, of %(eligible)s votes that %(could)s members have.",
            votes=result["voted"],
            voters=voters,
            eligible=result["eligible"],
            could=could,
        )
    )


def _ways(ballot: Ballot) -> dict[str, Any] | None:
    """Say by which ways votes came, and which tellers entered those that did not come through the browser."""
    ways = ways_of(ballot)
    if ways is None:
        return None
    tellers = [f"{name} ({number})" for name, number in ways.tellers]
    return {"counts": ways.counts, "spoilt": ways.spoilt, "tellers": tellers}


def _challenges(ballot: Ballot) -> list[str]:
    """Say how many challenged the result and what each was answered, without naming anybody."""
    made = [challenge for challenge, _who in challenges_of(ballot)]
    if not made:
        return []
    said = [str(ngettext("%(num)d challenge.", "%(num)d challenges.", len(made)))]
    for one in made:
        reason = " ".join(one.reason.split())
        if one.outcome is None:
            said.append(_("Not answered yet: “%(reason)s”.", reason=reason))
        else:
            answer = " ".join(one.answer.split())
            said.append(_("“%(reason)s” Dismissed: %(answer)s", reason=reason, answer=answer))
    return said


def _sealing(ballot: Ballot) -> tuple[AuditEvent, AuditLink]:
    """Find the event of sealing and its place in the chain: the head that never changes for this ballot."""
    row = db.session.execute(
        select(AuditEvent, AuditLink)
        .join(AuditLink, AuditLink.event_id == AuditEvent.id)
        .where(
            AuditEvent.organisation_id == ballot.organisation_id,
            AuditEvent.subject == f"ballot {ballot.number}",
            AuditEvent.verb == "sealed",
        )
    ).first()
    if row is None:
        raise Refusal(_("The count is not in the audit chain yet. Try again in a minute."))
    return row[0], row[1]


@lru_cache(maxsize=32)
def _set(text: str) -> bytes:
    """Set a record once: setting takes seconds, and members look at the same paper."""
    record = json.loads(text)
    names = {one["number"]: one["name"] for one in record["options"]}
    drawing = drawing_of(record["ballot"]["kind"], record["result"], names)
    dated = datetime.fromisoformat(record["dated"])
    return documents.set_paper(record, dated, drawing=drawing, names=names)[1]
