"""The votes of a secret ballot: each under a serial that no roll knows, with a token and a signature.

The standard library has no signatures, so whoever calls brings the functions that check them.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from coop.rules.chain import canonical
from coop.rules.secret_messages import token_message, vote_message
from coop.rules.verification.bundle import Bundle

LONGEST_VOTE = 10_000  # characters
_CUT = 16
Faults = Iterator[tuple[str, str]]


class Signatures(Protocol):
    """What checks signatures; each answers, and never raises, whatever the file holds."""

    def token_is_good(self, jwk: Mapping[str, Any], prefix: str, message: bytes, token: str) -> bool: ...

    def vote_is_signed(self, serial: str, message: bytes, signature: str) -> bool: ...


def faults_of_keys(bundle: Bundle, _signatures: Signatures | None) -> Faults:
    """One key for each class of the roll, all of one class weighing the same."""
    weights: dict[str, set[int]] = {}
    for entry in bundle.roll:
        weights.setdefault(entry["class"], set()).add(entry["weight"])
    for name in sorted(weights):
        if name not in bundle["keys"]:
            yield "keys", f"The class {name[:_CUT]} of the roll has no key."
        if len(weights[name]) > 1:
            yield "roll", f"In the class {name[:_CUT]} some votes weigh more than others."
    if bundle["receipt_key"] is None:
        yield "receipt_key", "There is no key for receipts."


def faults_of_tokens(bundle: Bundle, signatures: Signatures | None) -> Faults:
    """Each vote's token is signed by the key of its class, for this ballot and this serial."""
    if signatures is None:
        yield "votes", "Nothing here can check signatures."
        return
    ballot_id = bundle.ballot["id"]
    for place, vote in bundle.serials:
        key = bundle["keys"].get(vote["class"])
        message = token_message(ballot_id, vote["class"], vote["serial"])
        if key is None or not signatures.token_is_good(key, vote["prefix"], message, vote["token"]):
            yield (
                f"votes[{place}].token",
                f"The token of {_name(vote)} is not signed by the key of its class.",
            )


def faults_of_signatures(bundle: Bundle, signatures: Signatures | None) -> Faults:
    """Each vote is signed by the key that its serial is."""
    if signatures is None:
        yield "votes", "Nothing here can check signatures."
        return
    ballot_id = bundle.ballot["id"]
    for place, vote in bundle.serials:
        message = vote_message(ballot_id, vote["n"], vote["vote"])
        if not signatures.vote_is_signed(vote["serial"], message, vote["sig"]):
            yield f"votes[{place}].sig", f"The vote of {_name(vote)} is not signed by that serial."


def faults_of_serials(bundle: Bundle) -> Faults:
    """Each serial votes once; no class has more votes than tokens, nor other papers than its struck could give."""
    cast = [vote for _place, vote in bundle.serials]
    for serial, times in Counter(vote["serial"] for vote in cast).items():
        if times > 1:
            yield "votes", f"The serial {serial[:_CUT]}… votes {times} times."
    issued = Counter(entry["class"] for entry in bundle.issued)
    for name, votes in sorted(Counter(vote["class"] for vote in cast).items()):
        if votes > issued[name]:
            yield (
                "votes",
                f"The class {name[:_CUT]} has {votes} votes, but {issued[name]} tokens were issued.",
            )
    weights = weights_of_classes(bundle)
    told = Counter(vote["class"] for vote in bundle["votes"] if "serial" not in vote)
    struck = Counter(entry["class"] for entry in bundle.struck)
    for name in sorted(told.keys() | struck.keys()):
        weight = weights.get(name, 1)
        if told[name] * weight + bundle.spoilt.get(name, 0) != struck[name] * weight:
            given, could = told[name], struck[name]
            yield (
                "votes",
                f"The class {name[:_CUT]} has {given} votes by tellers, but {could} members are struck.",
            )


def choice_of(vote: Mapping[str, Any]) -> Any:
    """Read the choice in a vote's text; None, which no paper allows, unless it is spelled in the one way."""
    text = vote["vote"]
    if len(text) > LONGEST_VOTE:
        return None
    try:
        choice = json.loads(text)
        return choice if canonical(choice) == text else None
    except (ValueError, TypeError, RecursionError):  # no JSON, a fraction, or nested too deeply
        return None


def weights_of_classes(bundle: Bundle) -> dict[str, int]:
    """Say what a vote of each class weighs; call only where the keys have no faults."""
    return {entry["class"]: entry["weight"] for entry in bundle.roll}


def _name(vote: Mapping[str, Any]) -> str:
    return f"the serial {vote['serial'][:_CUT]}…"
