"""Counting a bundle's votes again, and comparing every value with what the file says."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from coop.rules.chain import canonical
from coop.rules.tally.decide import Counted, decide_election, decide_motion
from coop.rules.verification.bundle import Bundle
from coop.rules.verification.papers import faults_of_votes, weighed
from coop.rules.verification.rule import faults_of_rule

_SHOWN = 60


def faults_of_result(bundle: Bundle) -> Iterator[tuple[str, str]]:
    counted = count_again(bundle)
    if isinstance(counted, str):
        yield "votes", f"The votes can't be counted. {counted}"
        return
    yield from differences(bundle["result"], counted.result, "result")


def faults_of_decision(bundle: Bundle) -> Iterator[tuple[str, str]]:
    decision, closing = bundle["decision"], bundle.closing
    counted = count_again(bundle)
    if isinstance(counted, str):
        yield "votes", f"The votes can't be counted. {counted}"
    else:
        follows = {"outcome": counted.outcome, "reasoning": counted.reasoning}
        yield from differences(decision, decision | follows, "decision")
    for name, told in {"number": "decision", "decided_on": "decided_on", "outcome": "outcome"}.items():
        if decision[name] != closing[told]:
            yield f"decision.{name}", f"The closing event says {_short(closing[told])}."


@lru_cache(maxsize=1)  # result and decision ask for the same count
def count_again(bundle: Bundle) -> Counted | str:
    """Count the votes, or say in a sentence why they can't be."""
    fault = next(
        (says for faults in (faults_of_rule, faults_of_votes) for _where, says in faults(bundle)), ""
    )
    if fault:
        return fault
    votes, seed = weighed(bundle), bytes.fromhex(bundle["seed"])
    eligible, members = sum(entry["weight"] for entry in bundle.roll), len(bundle.roll)
    spoilt = sum(bundle.spoilt.values())
    try:
        if not bundle.is_election:
            return decide_motion(bundle.rule, votes, eligible, seed, spoilt=spoilt, members=members)
        names = tuple(option["name"] for option in bundle["options"])
        method, seats = bundle.ballot["method"], bundle.ballot["seats"]
        return decide_election(
            bundle.rule,
            votes,
            eligible,
            seed,
            method=method,
            names=names,
            seats=seats,
            spoilt=spoilt,
            members=members,
        )
    except (ValueError, ArithmeticError) as error:
        return str(error)


def differences(given: Any, right: Any, where: str) -> Iterator[tuple[str, str]]:
    """Name the places where two JSON values differ; true is not 1, and a name too many differs too."""
    if isinstance(given, dict) and isinstance(right, dict):
        for name in sorted(given.keys() | right.keys()):
            inside = f"{where}.{name[:_SHOWN]}"
            if name not in given or name not in right:
                yield inside, f"{inside} is {'too many' if name in given else 'missing'}."
            else:
                yield from differences(given[name], right[name], inside)
    elif isinstance(given, list) and isinstance(right, list) and len(given) == len(right):
        for place, (one, other) in enumerate(zip(given, right, strict=True)):
            yield from differences(one, other, f"{where}[{place}]")
    elif canonical(given) != canonical(right):
        yield where, f"{where} is {_short(given)}, but counted again it is {_short(right)}."


def _short(value: Any) -> str:
    text = canonical(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
