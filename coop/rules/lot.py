"""The lot: an order anyone can re-run from a published seed."""

import hashlib
import hmac
from collections.abc import Sequence


def lot_order(seed: bytes, occasion: str, tickets: Sequence[str]) -> tuple[str, ...]:
    """Order the tickets by HMAC-SHA256(seed, "occasion:ticket"), the smallest digest first.

    To re-run it: `printf 'occasion:ticket' | openssl dgst -sha256 -mac HMAC -macopt hexkey:SEED`.
    """
    if len(set(tickets)) != len(tickets):
        raise ValueError("A lot needs tickets that differ.")
    return tuple(sorted(tickets, key=lambda ticket: _digest(seed, occasion, ticket)))


def draw(seed: bytes, occasion: str, tickets: Sequence[str]) -> str:
    """Draw one ticket: the first in the order of the lot."""
    return lot_order(seed, occasion, tickets)[0]


def _digest(seed: bytes, occasion: str, ticket: str) -> bytes:
    return hmac.new(seed, f"{occasion}:{ticket}".encode(), hashlib.sha256).digest()
