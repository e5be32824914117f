"""A voter in a secret ballot, as their browser does it: for the demonstration, tests and benchmarks.

The names are those of RFC 9474: encode, blind, finalize.
"""

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

import gmpy2
from cryptography.hazmat.primitives.asymmetric import ec

from coop.gateways.blind_signatures import (
    PREFIX_BYTES,
    SALT_BYTES,
    Jwk,
    b64u,
    class_key_numbers,
    random_unit,
    raw_ecdsa,
    serial_of,
    token_is_good,
)
from coop.rules.chain import canonical
from coop.rules.secret_messages import token_message, vote_message

_HASH_BYTES = 48


class Voter:
    """One member's key, blinding and token for one ballot."""

    def __init__(self, ballot_id: str, voting_class: str, keys: Mapping[str, Jwk]) -> None:
        self.ballot_id, self._class_key = ballot_id, keys[voting_class]
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.serial = serial_of(self._key.public_key())
        self._prefix = secrets.token_bytes(PREFIX_BYTES)
        self._message = token_message(ballot_id, voting_class, self.serial)
        self._n, e = class_key_numbers(self._class_key)
        r, self._inverse = random_unit(self._n)
        salt = secrets.token_bytes(SALT_BYTES)
        self.blinded = blind(self._n, e, self._prefix + self._message, salt, r)
        self._token = ""

    def take(self, signature: bytes) -> None:
        """Take the server's signature off its blinding; ValueError if it isn't by the ballot's key."""
        token = b64u(finalize(self._n, signature, self._inverse))
        if not token_is_good(self._class_key, b64u(self._prefix), self._message, token):
            raise ValueError("The server's signature is not by the key of this ballot.")
        self._token = token

    def cast(self, choice: Any, n: int = 1) -> dict[str, Any]:
        """Sign a choice; what is posted. The n of a changed vote is higher."""
        if not self._token:
            raise ValueError("There is no token yet.")
        vote = canonical(choice)
        return {
            "serial": self.serial,
            "prefix": b64u(self._prefix),
            "token": self._token,
            "n": n,
            "vote": vote,
            "sig": b64u(raw_ecdsa(self._key, vote_message(self.ballot_id, n, vote))),
        }


def blind(n: int, e: int, message: bytes, salt: bytes, r: int) -> bytes:
    """Encode the prepared message and multiply it by r^e."""
    encoded = int.from_bytes(encode(message, n.bit_length() - 1, salt), "big")
    if gmpy2.gcd(encoded, n) != 1:
        raise ValueError("The encoded message shares a factor with the key.")
    return int(encoded * gmpy2.powmod(r, e, n) % n).to_bytes(-(-n.bit_length() // 8), "big")


def finalize(n: int, blind_signature: bytes, inverse: int) -> bytes:
    """Multiply by the inverse of r; the signature it gives is still to be verified."""
    signed = int.from_bytes(blind_signature, "big")
    length = -(-n.bit_length() // 8)
    if len(blind_signature) != length or signed >= n:
        raise ValueError("This is not a signature by a key of this size.")
    return int(signed * inverse % n).to_bytes(length, "big")


def encode(message: bytes, bits: int, salt: bytes) -> bytes:
    """EMSA-PSS-ENCODE of RFC 8017, 9.1.1, with SHA-384 and MGF1."""
    length = -(-bits // 8)
    digest = hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + salt).digest()
    block = bytes(length - len(salt) - _HASH_BYTES - 2) + b"\x01" + salt
    masked = int.from_bytes(block, "big") ^ int.from_bytes(_mask(digest, len(block)), "big")
    masked &= (1 << (bits - 8 * (length - len(block)))) - 1
    return masked.to_bytes(len(block), "big") + digest + b"\xbc"


def _mask(seed: bytes, length: int) -> bytes:
    """MGF1 of RFC 8017, B.2.1."""
    rounds = -(-length // _HASH_BYTES)
    parts = (hashlib.sha384(seed + at.to_bytes(4, "big")).digest() for at in range(rounds))
    return b"".join(parts)[:length]
