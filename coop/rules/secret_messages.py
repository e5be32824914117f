"""What is signed in a secret ballot, byte for byte, and the short name of its keys.

`ballot_id` is “slug/number”; `serial` is the voter's public key for this ballot, base64url of its 65 bytes.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from coop.rules.chain import canonical

FINGERPRINT_DIGITS = (
    32  # whoever makes the keys may look for two sets of one name: half as many could be found
)
_SHAPES = {"serial": "[A-Za-z0-9_-]{87}", "vote_sha256": "[0-9a-f]{64}", "signature": "[A-Za-z0-9_-]{86}"}


def token_message(ballot_id: str, voting_class: str, serial: str) -> bytes:
    """Say that whoever holds the serial's key may cast a vote of that class; signed blindly."""
    return f"coop-ballot\n{ballot_id}\n{voting_class}\n{serial}".encode()


def vote_message(ballot_id: str, n: int, vote: str) -> bytes:
    """Say how the serial votes, for the n-th time; `vote` is the canonical JSON text of the choice."""
    return f"coop-vote\n{ballot_id}\n{n}\n{vote}".encode()


def receipt_message(ballot_id: str, serial: str, n: int, vote_sha256: str) -> bytes:
    """Say that the server has the serial's n-th vote; `vote_sha256` is in hexadecimal."""
    return f"coop-receipt\n{ballot_id}\n{serial}\n{n}\n{vote_sha256}".encode()


def vote_digest(vote: str) -> str:
    """Give the SHA-256 of a vote's text, as a receipt names it."""
    return hashlib.sha256(vote.encode()).hexdigest()


def receipt_lines(ballot_id: str, receipt: Any) -> str:
    """Give a receipt of that ballot as lines, the signature last; ValueError if it hasn't a receipt's shape."""
    if not isinstance(receipt, dict) or receipt.keys() != {"ballot", "n", *_SHAPES}:
        raise ValueError("This is not a receipt.")
    n, shaped = receipt["n"], all(_is_like(shape, receipt[name]) for name, shape in _SHAPES.items())
    if receipt["ballot"] != ballot_id or type(n) is not int or not 0 < n < 10**9 or not shaped:
        raise ValueError("This is not a receipt of this ballot.")
    message = receipt_message(ballot_id, receipt["serial"], n, receipt["vote_sha256"])
    return f"{message.decode()}\n{receipt['signature']}"


def _is_like(shape: str, text: Any) -> bool:
    return isinstance(text, str) and re.fullmatch(shape, text) is not None


def fingerprint(keys: Mapping[str, Any], receipt_key: Any) -> str:
    """Name the keys of a ballot so that people can compare them: groups of four hexadecimal digits."""
    text = canonical({"keys": dict(keys), "receipt_key": receipt_key})
    digits = hashlib.sha256(text.encode()).hexdigest()[:FINGERPRINT_DIGITS]
    return " ".join(digits[at : at + 4] for at in range(0, FINGERPRINT_DIGITS, 4))
