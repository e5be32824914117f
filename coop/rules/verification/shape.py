"""What a bundle looks like: names, kinds of values, and nothing else where no hash would cover it."""

import re
from dataclasses import dataclass, field
from typing import Any

from coop.rules.verification.bundle import Unreadable, instant

_HEX = re.compile("[0-9a-f]{64}")


class Digest:
    """64 hexadecimal digits."""


class Instant:
    """A date and time with its offset from UTC."""


@dataclass(frozen=True)
class Only:
    """An object with these names, perhaps those that may be there, and no others."""

    names: dict[str, Any]
    perhaps: dict[str, Any] = field(default_factory=dict)


# A dict may hold more than its names: a hash covers the rest. A list holds one shape, a tuple gives several.
_EVENT = {
    "id": int,
    "organisation": int,
    "at": Instant,
    "actor": str,
    "verb": str,
    "subject": str,
    "facts": str,
    "personal": (Digest, None),
}
_RULE = {
    "quorum": (str, None),
    "period_days": int,
    "articles": [str],
    "version": int,
    "version_sha256": Digest,
    "provisions": {},
}
MOTION_RULE = _RULE | {"majority": str, "tie": str}
ELECTION_RULE = _RULE | {"method": str, "seats": int}
OPENING_FACTS = {
    "closes_at": Instant,
    "eligible": int,
    "version": int,
    "opening_sha256": Digest,
    "seed_sha256": Digest,
}
CLOSING_FACTS = {
    "decision": str,
    "decided_on": str,
    "outcome": str,
    "votes": int,
    "opening_event_sha256": Digest,
    "closing_sha256": Digest,
    "seed": Digest,
}
BUNDLE = Only(
    {
        "format": int,
        "ballot": {
            "id": str,
            "title": str,
            "kind": str,
            "secrecy": str,
            "method": str,
            "seats": int,
            "opens_at": Instant,
            "closes_at": Instant,
            "zone": str,
        },
        "rule": {},
        "constitution": {"version": int, "sha256": Digest, "articles": [str]},
        "options": [(str, {"number": int, "name": str})],
        "roll": [{"member": Digest, "class": str, "weight": int, "issued": bool}],
        "keys": {},
        "receipt_key": (str, {}, None),
        "votes": [object],
        "result": {},
        "seed": Digest,
        "events": [_EVENT],
        "decision": Only({"number": str, "outcome": str, "reasoning": str, "decided_on": str}),
        "head": Digest,
    },
    perhaps={"spoilt": {}},
)
SECRET_VOTE = Only(
    {"class": str, "serial": str, "prefix": str, "token": str, "n": int, "vote": str, "sig": str}
)
TOLD_VOTE = Only({"class": str, "vote": str})  # by tellers
CLASS_KEY = Only({"kty": str, "n": str, "e": str})
RECEIPT_KEY = Only({"kty": str, "crv": str, "x": str, "y": str})

_NAMES = {
    int: "a whole number",
    str: "a text",
    bool: "true or false",
    Digest: "64 hexadecimal digits",
    Instant: "a date and time with its offset",
}


def require(value: Any, shape: Any, where: str = "") -> None:
    """Refuse a value that hasn't the shape, naming the first place."""
    if isinstance(shape, tuple):
        if not any(_fits(value, one) for one in shape):
            raise Unreadable(f"{where} is not what a bundle holds there.")
    elif isinstance(shape, dict | Only):
        _require_object(value, shape, where)
    elif isinstance(shape, list):
        if not isinstance(value, list):
            raise Unreadable(f"{where} is not a list.")
        for place, one in enumerate(value):
            require(one, shape[0], f"{where}[{place}]")
    elif not _is(value, shape):
        raise Unreadable(f"{where} is not {_NAMES[shape]}.")


def _require_object(value: Any, shape: dict[str, Any] | Only, where: str) -> None:
    names = shape.names if isinstance(shape, Only) else shape
    perhaps = shape.perhaps if isinstance(shape, Only) else {}
    if not isinstance(value, dict):
        raise Unreadable(f"{where or 'The file'} is not an object.")
    inside = f"{where}." if where else ""
    missing = [name for name in names if name not in value]
    if missing:
        raise Unreadable(f"{inside}{missing[0]} is missing.")
    names = names | {name: perhaps[name] for name in perhaps if name in value}
    if isinstance(shape, Only) and len(value) > len(names):
        stranger = next(name for name in value if name not in names)
        raise Unreadable(f"A bundle has no “{inside}{stranger[:40]}”.")
    for name, inner in names.items():
        require(value[name], inner, f"{inside}{name}")


def _fits(value: Any, shape: Any) -> bool:
    if shape is None:
        return value is None
    try:
        require(value, shape)
    except Unreadable:
        return False
    return True


def _is(value: Any, kind: Any) -> bool:
    if kind is object:
        return True
    if kind is Digest:
        return isinstance(value, str) and _HEX.fullmatch(value) is not None
    if kind is Instant:
        return isinstance(value, str) and _is_instant(value)
    return type(value) is kind  # true is no whole number


def _is_instant(text: str) -> bool:
    try:
        instant(text)
    except ValueError:
        return False
    return True
