"""The audit chain's arithmetic: canonical JSON and sha256(previous ‖ event)."""

import hashlib
import json
from typing import Any

START = "0" * 64


def canonical(value: Any) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, no floats."""
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("A record holds no floats: two programs would write them differently.")
    if isinstance(value, dict):
        for inner in value.values():
            _refuse_floats(inner)
    if isinstance(value, list | tuple):
        for inner in value:
            _refuse_floats(inner)


def event_hash(previous: str, event: dict[str, Any]) -> str:
    """Return the hex sha256 of the previous hash followed by the event's canonical JSON."""
    return hashlib.sha256((previous + canonical(event)).encode()).hexdigest()


def personal_digest(salt: bytes, payload: str) -> str:
    """Return what stands in the chain for a personal payload: without its salt it says nothing."""
    return hashlib.sha256(salt + payload.encode()).hexdigest()
