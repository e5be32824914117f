"""Whether a ballot's frozen rule agrees with the provisions beside it."""

from collections.abc import Iterator

from coop.rules.calendar import closing_of
from coop.rules.tally import METHODS
from coop.rules.tally.motion import TieRule
from coop.rules.thresholds import Majority, Quorum
from coop.rules.verification.bundle import Bundle, instant

_MOST_SEATS = 10_000


def faults_of_rule(bundle: Bundle) -> Iterator[tuple[str, str]]:
    rule, law = bundle.rule, bundle["constitution"]
    frozen = {"version": rule["version"], "sha256": rule["version_sha256"], "articles": rule["articles"]}
    for name, value in frozen.items():
        if law[name] != value:
            yield f"constitution.{name}", f"Rule and constitution name another {name}."
    yield from _unprovided(bundle)
    try:
        if rule["quorum"]:
            Quorum.parse(rule["quorum"])
    except ValueError as error:
        yield "rule.quorum", str(error)
    yield from _election(bundle) if bundle.is_election else _motion(bundle)
    yield from _period(bundle)


def _unprovided(bundle: Bundle) -> Iterator[tuple[str, str]]:
    """Name the values of the rule that no provision beside it gives."""
    rule = bundle.rule
    given = {str(key): value for key, value in rule["provisions"].items()}
    names = {"quorum": "quorum", "period_days": "voting_period"}
    if "reopen" in rule:  # too few candidates, so the paper asks whether to reopen nominations
        names |= {"too_few": "election.too_few"}
        rule = rule | {"too_few": "reopen"}
    elif bundle.is_unopposed:  # too few candidates, so nobody votes
        names |= {"too_few": "election.too_few"}
        rule = rule | {"too_few": "unopposed"}
    elif bundle.is_election:
        names |= {"method": "election.method"}
    else:
        names |= {"majority": "majority", "tie": "tie"}
    if "order" in rule:
        names |= {"order": "ballot.order"}
    if "none" in rule or any(key.endswith("election.none_of_these") for key in given):
        names |= {"none": "election.none_of_these"}
        rule = rule | {"none": "yes" if "none" in rule else "no"}
    for name, ending in names.items():
        texts = [value for key, value in given.items() if key.endswith(ending)]
        value = f"{rule[name]} days" if name == "period_days" else rule[name]
        if value not in texts and value:
            yield f"rule.{name}", f"No provision gives the {ending.replace('_', ' ')} that the rule has."


def _motion(bundle: Bundle) -> Iterator[tuple[str, str]]:
    rule, ballot = bundle.rule, bundle.ballot
    if ballot["method"] != "motion":
        yield "ballot.method", "A motion is counted as a motion, not as an election."
    if rule["tie"] not in set(TieRule):
        yield "rule.tie", "There is no such way to settle a tie."
    try:
        Majority.parse(rule["majority"])
    except ValueError as error:
        yield "rule.majority", str(error)


def _election(bundle: Bundle) -> Iterator[tuple[str, str]]:
    rule, ballot = bundle.rule, bundle.ballot
    if ballot["method"] != rule["method"]:
        yield "ballot.method", "Ballot and rule name two methods."
    if ballot["secrecy"] == "open":
        yield "ballot.secrecy", "An election of people is never open."
    if ballot["method"] not in METHODS:
        yield "ballot.method", "There is no such method."
    elif METHODS[ballot["method"]].one_seat and ballot["seats"] > 1:
        yield "ballot.seats", "The method fills one seat."
    if "reopen" in rule and (ballot["method"], rule["reopen"]) != ("approval", len(bundle["options"])):
        yield "rule.reopen", "Reopening nominations is the last option of a paper that asks for approval."
    if ballot["seats"] != rule["seats"] or not 1 <= ballot["seats"] <= _MOST_SEATS:
        yield "ballot.seats", "Ballot and rule don't agree on the seats."


def _period(bundle: Bundle) -> Iterator[tuple[str, str]]:
    ballot = bundle.ballot
    try:
        promised = closing_of(instant(ballot["opens_at"]), bundle.rule["period_days"], ballot["zone"])
    except (ValueError, KeyError, OSError, OverflowError):  # no such zone here, or no such day
        yield "ballot.zone", "The voting period can't be reckoned in this zone."
        return
    if promised != instant(ballot["closes_at"]):
        days = bundle.rule["period_days"]
        yield "ballot.closes_at", f"Voting did not last the {days} days of the rule."
