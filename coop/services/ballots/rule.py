"""What the constitution says of a ballot: read before it, frozen into it when it opens."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.constitution import ConstitutionVersion
from coop.models.organisations import Body, Office, Organisation
from coop.rules.calendar import add_months
from coop.rules.provisions import CLASSES
from coop.rules.tally import METHODS, unopposed
from coop.rules.tally.motion import sources
from coop.rules.thresholds import Basis, Majority, Quorum
from coop.services import constitution
from coop.services.ballots.weights import weights_of

UNOPPOSED = unopposed.NAME
RECALL = "recall"
CO_OPTION, CONFIRMATION, MEETING_CHAIR = "co-option", "confirmation", "meeting-chair"
OF_PEOPLE = (CO_OPTION, CONFIRMATION, MEETING_CHAIR)  # decided as an ordinary resolution, but privately
_OF_RECALL = {
    "majority": "decision.recall.majority",
    "quorum": "decision.recall.quorum",
    "period": "decision.recall.voting_period",
    "secrecy": "election.secrecy",
}


@dataclass(frozen=True)
class Lawful:
    """What the constitution in force gives a ballot; `frozen` is what the ballot keeps."""

    version: ConstitutionVersion
    period_days: int
    secrecy: str
    method: str
    secret_minimum: int
    sources: dict[str, str]  # where secrecy and its minimum are set
    frozen: dict[str, Any]


def lawful(
    organisation: Organisation,
    decision_class: str,
    body: Body,
    now: datetime,
    office: Office | None,
    *,
    reopen: int | None = None,
    without_vote: bool = False,
) -> Lawful:
    """Look the rules of a ballot up in the constitution in force; nobody types them.

    `without_vote`: no more stand than there are seats, and nobody votes. `reopen` is the position of the
    option to reopen nominations: with it an election asks for approval, since transferable votes know no
    option that candidates must beat.
    """
    version = constitution.in_force(organisation, organisation.day_of(now))
    if version is None:
        raise Refusal(_("No constitution is in force yet, so nothing says how to decide. Adopt one first."))
    if decision_class == RECALL:
        return replace(_motion(version, decision_class, body), secrecy="private")
    if decision_class in OF_PEOPLE:
        return replace(_motion(version, "ordinary", body), secrecy="private")
    if office is None and decision_class not in CLASSES:
        raise Refusal(_("There is no such kind of resolution. Choose one from the list."))
    if office is None:
        return _motion(version, decision_class, body)
    found = _election(version, body, office, reopen, without_vote=without_vote)
    return replace(found, secrecy="private") if without_vote else found


def lawful_for(ballot: Ballot, organisation: Organisation, now: datetime) -> Lawful:
    """Look the rules of a drafted ballot up, with those for reopening nominations if its paper has that."""
    body = db.session.get_one(Body, ballot.body_id)
    office = db.session.get_one(Office, ballot.office_id) if ballot.office_id else None
    reopen = next((one.position for one in ballot.options if office and one.membership_id is None), None)
    without_vote = ballot.method == UNOPPOSED
    return lawful(
        organisation, ballot.decision_class, body, now, office, reopen=reopen, without_vote=without_vote
    )


def rule_of(ballot: Ballot, organisation: Organisation, now: datetime) -> dict[str, Any]:
    """Return the rule frozen at opening; before, the one that would be frozen now."""
    if ballot.rule is not None:
        return ballot.rule
    return lawful_for(ballot, organisation, now).frozen


def explain(rule: dict[str, Any], eligible: int | None = None, members: int | None = None) -> str:
    """Say the rule in a sentence for the paper: what carries it, or how it is counted.

    `eligible` are the votes on the roll, `members` its heads.
    """
    quorum = Quorum.parse(rule["quorum"]) if rule["quorum"] else None
    parts = []
    if "majority" in rule:
        majority = Majority.parse(rule["majority"])
        share = f"{majority.share.numerator}/{majority.share.denominator}"
        least = _("more than") if majority.strict else _("at least")
        parts.append(
            _(
                "Carried by %(least)s %(share)s of %(whole)s.",
                least=least,
                share=share,
                whole=_whole(majority.basis),
            )
        )
    else:
        seats = ngettext("%(num)d seat", "%(num)d seats", rule["seats"])
        counted = (
            _("%(seats)s. No more stand, so nobody votes.", seats=seats)
            if rule["method"] == UNOPPOSED
            else _("%(seats)s, counted by %(method)s.", seats=seats, method=METHODS[rule["method"]].title)
        )
        parts.append(counted)
    if rule.get("none"):
        parts.append(_none_of_these(rule))
    if quorum is not None:
        parts.append(_must_vote(quorum, eligible, members))
    parts.append(sources(rule["articles"], rule["version"]))
    return " ".join(part for part in parts if part)


def term_of(rule: dict[str, Any], starts_on: Any) -> Any:
    """Find the last day of the term that an election gives."""
    return add_months(starts_on, rule["term_months"]) - timedelta(days=1)


def _must_vote(quorum: Quorum, eligible: int | None, members: int | None) -> str:
    """Say the quorum: in heads (or votes) once the roll is known, before as the constitution has it."""
    if not quorum.needed(1):
        return ""
    if quorum.basis is Basis.ELIGIBLE and eligible is not None and members not in (None, eligible):
        least = _(
            "At least %(needed)d of the %(eligible)d votes must be given.",
            needed=quorum.needed(eligible),
            eligible=eligible,
        )
        return str(least)
    if quorum.basis is Basis.ELIGIBLE and eligible is not None:
        least = _(
            "At least %(needed)d of the %(eligible)d members must vote.",
            needed=quorum.needed(eligible),
            eligible=eligible,
        )
        return str(least)
    shares = [f"{quorum.share.numerator}/{quorum.share.denominator}"] if quorum.share else []
    numbers = [str(quorum.number)] if quorum.number else []
    whole = _whole(quorum.basis)
    return str(
        _("At least %(least)s of %(whole)s must vote.", least=_(" and ").join(shares + numbers), whole=whole)
    )


def _none_of_these(rule: dict[str, Any]) -> str:
    said = _(
        "Voters may vote for none of these (article %(article)s): that counts for the quorum and elects nobody.",
        article=rule["none_article"],
    )
    return str(said)


def _whole(basis: Basis) -> str:
    words = {
        Basis.CAST: _("the votes cast"),
        Basis.PRESENT: _("the members who take part"),
        Basis.ELIGIBLE: _("all members who may vote"),
    }
    return str(words[basis])


def _motion(version: ConstitutionVersion, decision_class: str, body: Body) -> Lawful:
    keys = {
        "majority": f"decision.{decision_class}.majority",
        "quorum": f"decision.{decision_class}.quorum",
        "tie": "decision.tie",
        "period": f"decision.{decision_class}.voting_period",
        "secrecy": "ballot.secrecy",
        "minimum": "ballot.secret.minimum",
        "cutoff": "roll.cutoff",
        "paper_count": "ballot.paper_count",
        "proxies": "proxy.limit",
        "reminder": "ballot.reminder",
        "challenge": "ballot.challenge_period",
    }
    keys |= _OF_RECALL if decision_class == RECALL else {}
    found = {name: constitution.rule(version, key, body=body) for name, key in keys.items()}
    frozen = _frozen(version, found, ("majority", "quorum"))
    frozen |= {"majority": found["majority"].value.text, "tie": found["tie"].value}
    return _lawful(version, found, "motion", frozen)


def _election(
    version: ConstitutionVersion, body: Body, office: Office, reopen: int | None, *, without_vote: bool
) -> Lawful:
    keys = {
        "method": "election.too_few" if reopen or without_vote else "election.method",
        "quorum": "election.quorum",
        "period": "election.voting_period",
        "secrecy": "election.secrecy",
        "minimum": "ballot.secret.minimum",
        "cutoff": "roll.cutoff",
        "paper_count": "ballot.paper_count",
        "proxies": "proxy.limit",
        "order": "ballot.order",
        "reminder": "ballot.reminder",
        "challenge": "ballot.challenge_period",
    }
    keys |= {} if without_vote else {"none": "election.none_of_these"}
    found = {name: constitution.rule(version, key, body=body) for name, key in keys.items()}
    found["term"] = constitution.rule(version, "office.term", body=office.body, office=office)
    frozen = _frozen(version, found, ("method", "term") if without_vote else ("method", "quorum", "term"))
    method = UNOPPOSED if without_vote else "approval" if reopen else found["method"].value
    frozen |= {"quorum": None} if without_vote else {}
    frozen |= {"reopen": reopen} if reopen else {}
    if not without_vote and found["none"].value == "yes":
        frozen |= {"none": True, "none_article": found["none"].article or ""}
    frozen |= {"order": found["order"].value, "order_article": found["order"].article or ""}
    frozen |= {"method": method, "term_months": found["term"].value.n, "seats": office.seats}
    return _lawful(version, found, method, frozen)


def _lawful(
    version: ConstitutionVersion, found: dict[str, constitution.Rule], method: str, frozen: dict[str, Any]
) -> Lawful:
    secrecy, minimum = str(found["secrecy"].value), found["minimum"].value.n
    sources = {name: constitution.source_of(found[name]) for name in ("secrecy", "minimum")}
    return Lawful(version, found["period"].value.n, secrecy, method, minimum, sources, frozen)


def _frozen(version: ConstitutionVersion, found: dict[str, Any], named: tuple[str, ...]) -> dict[str, Any]:
    """Gather what the paper names; `named` are the rules whose articles the decision quotes."""
    articles = dict.fromkeys(found[name].article for name in named if found[name].article)
    return {
        "quorum": found["quorum"].value.text,
        "period_days": found["period"].value.n,
        "cutoff_days": found["cutoff"].value.n,
        "cutoff_article": found["cutoff"].article or "",
        "paper_count_days": found["paper_count"].value.n,
        "weights": weights_of(version).plain(),
        "proxies": {"limit": found["proxies"].value.n, "article": found["proxies"].article},
        "reminder_days": found["reminder"].value.n,
        "challenge_days": found["challenge"].value.n,
        "articles": sorted(articles, key=_natural),
        "version": version.number,
        "version_sha256": version.sha256,
        "provisions": {rule.key: rule.text for rule in found.values()},
    }


def _natural(article: str) -> tuple[tuple[int, str], ...]:
    """Put article 9 before article 10, and 10 before 10a."""
    return tuple(
        (int(part or 0), "") if part.isdigit() else (0, part) for part in re.findall(r"\d+|\D+", article)
    )
