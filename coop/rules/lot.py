"""The lot: an order anyone can re-run from a published seed, and a seed nobody could choose.

The order follows the verifiable selection of RFC 3797 in spirit (a seed of public values, a hash per
ticket), with HMAC-SHA256 (RFC 2104) in the place of MD5. The seed is made in this order, each step published
before the next: the roll is frozen; several people each commit to a secret by its SHA-256; they reveal the
secrets; a public value named beforehand (a state lottery's draw, say), which nobody knows until the last
reveal is in, is added. Commitments keep the last to speak from choosing; the public value keeps anyone from
gaining by silence: who withholds a secret can't know yet what that does. So a withheld secret is left out,
named and counted, and the lot goes on.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Commitment:
    """Whose secret it is, and its SHA-256 in hexadecimal: `printf '%s' SECRET | sha256sum`."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Seed:
    """The seed, the text it is the SHA-256 of, and whose secrets were withheld."""

    value: bytes
    text: str
    withheld: tuple[str, ...]
    says: str

    def plain(self) -> dict[str, Any]:
        """Give the seed as JSON values."""
        return {
            "seed": self.value.hex(),
            "text": self.text,
            "withheld": list(self.withheld),
            "says": self.says,
        }


def lot_order(seed: bytes, occasion: str, tickets: Sequence[str]) -> tuple[str, ...]:
    """Order the tickets by HMAC-SHA256(seed, "occasion:ticket"), the smallest digest first.

    To re-run it: `printf '%s' 'occasion:ticket' | openssl dgst -sha256 -mac HMAC -macopt hexkey:SEED`.
    """
    if len(set(tickets)) != len(tickets):
        raise ValueError("A lot needs tickets that differ.")
    return tuple(sorted(tickets, key=lambda ticket: _digest(seed, occasion, ticket)))


def draw(seed: bytes, occasion: str, tickets: Sequence[str]) -> str:
    """Draw one ticket: the first in the order of the lot."""
    return lot_order(seed, occasion, tickets)[0]


def seed_from(commitments: Sequence[Commitment], reveals: Mapping[str, str], public: str) -> Seed:
    r"""Make the seed of the revealed secrets, in the order of the commitments, and the public value.

    It is the SHA-256 of a text of one line each: “reveal 1: …” or “withheld 2: COMMITMENT”, and at last
    “public: …”. To re-run it: `printf '%s\n' 'reveal 1: …' 'withheld 2: …' 'public: …' | sha256sum`.
    A reveal that doesn't match its commitment raises ValueError, and says whose it is.
    """
    _refuse_unusable(commitments, reveals, public)
    lines = []
    for number, commitment in enumerate(commitments, 1):
        secret = reveals.get(commitment.name)
        if secret is None:
            lines.append(f"withheld {number}: {commitment.sha256.lower()}")
        elif hashlib.sha256(secret.encode()).hexdigest() == commitment.sha256.lower():
            lines.append(f"reveal {number}: {secret}")
        else:
            raise ValueError(f"What {commitment.name} revealed doesn't match the commitment.")
    withheld = tuple(commitment.name for commitment in commitments if commitment.name not in reveals)
    if len(withheld) == len(commitments):
        raise ValueError("Nobody revealed a secret, so there is no seed.")
    text = "".join(f"{line}\n" for line in [*lines, f"public: {public}"])
    says = (
        f"The seed is made of {len(reveals)} revealed secrets, {len(withheld)} withheld, and a public value."
    )
    if withheld:
        says += f" Withheld by: {', '.join(withheld)}."
    return Seed(hashlib.sha256(text.encode()).digest(), text, withheld, says)


def _refuse_unusable(commitments: Sequence[Commitment], reveals: Mapping[str, str], public: str) -> None:
    names = [commitment.name for commitment in commitments]
    digests = [commitment.sha256.lower() for commitment in commitments]
    for name, digest in zip(names, digests, strict=True):
        if not _SHA256.fullmatch(digest):
            raise ValueError(f"The commitment of {name} is not a SHA-256: 64 hexadecimal digits.")
        if digests.count(digest) > 1:
            raise ValueError(f"The commitment of {name} is also another's; each needs a secret of their own.")
        if names.count(name) > 1:
            raise ValueError(f"{name} made two commitments.")
    for name, secret in reveals.items():
        if name not in names:
            raise ValueError(f"{name} reveals a secret, but made no commitment.")
        if secret.splitlines() != [secret]:
            raise ValueError(f"The secret of {name} must be one line, and not empty.")
    if public.splitlines() != [public]:
        raise ValueError("The public value must be one line, and not empty.")


def _digest(seed: bytes, occasion: str, ticket: str) -> bytes:
    return hmac.digest(seed, f"{occasion}:{ticket}".encode(), "sha256")
