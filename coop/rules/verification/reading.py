"""Reading a bundle: whatever is not one is refused with a sentence, never guessed at."""

import json
import re
from typing import Any, NoReturn

from coop.rules.chain import canonical
from coop.rules.verification.bundle import FORMAT, Bundle, Unreadable
from coop.rules.verification.shape import (
    BUNDLE,
    CLASS_KEY,
    CLOSING_FACTS,
    ELECTION_RULE,
    MOTION_RULE,
    OPENING_FACTS,
    RECEIPT_KEY,
    SECRET_VOTE,
    TOLD_VOTE,
    require,
)

MOST_DIGITS, DEEPEST, MOST_OPTIONS = 15, 20, 200  # far more than any ballot needs
_EVENTS = 2  # opening and closing


def read(data: bytes) -> Bundle:
    """Read a bundle; raise Unreadable with a sentence."""
    if not data.strip():
        raise Unreadable("The file is empty.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("The file is not text in UTF-8.") from None
    given = _json(text, "The file")
    if isinstance(given, dict) and type(given.get("format")) is int and given["format"] != FORMAT:
        raise Unreadable(f"The file has format {given['format']}; this program reads format {FORMAT}.")
    require(given, BUNDLE)
    _require_one_we_can_check(given)
    if len(given["events"]) != _EVENTS:
        raise Unreadable("events are not the opening and the closing.")
    require(given["events"][1], {"previous": str}, "events[1]")
    opening, closing = (
        _json(event["facts"], f"events[{place}].facts") for place, event in enumerate(given["events"])
    )
    require(opening, OPENING_FACTS, "events[0].facts")
    require(closing, CLOSING_FACTS, "events[1].facts")
    return Bundle(given, opening, closing)


def _require_one_we_can_check(given: dict[str, Any]) -> None:
    ballot = given["ballot"]
    if ballot["kind"] not in {"motion", "election"}:
        raise Unreadable("ballot.kind is neither motion nor election.")
    if ballot["secrecy"] not in {"open", "private", "secret"}:
        raise Unreadable("ballot.secrecy is neither open, private nor secret.")
    if len(given["options"]) > MOST_OPTIONS:
        raise Unreadable(f"The ballot has more than {MOST_OPTIONS} options.")
    election = ballot["kind"] == "election"
    require(given["rule"], ELECTION_RULE if election else MOTION_RULE, "rule")
    for place, entry in enumerate(given["roll"]):
        if entry.get("struck", True) is not True:
            raise Unreadable(f"roll[{place}].struck is not true; it stands only where it is.")
    if (
        not all(type(votes) is int for votes in given.get("spoilt", {"": 0}).values())
        or given.get("spoilt") == {}
    ):
        raise Unreadable(
            "spoilt is not a number of votes for each class; it stands only where there are any."
        )
    if "reopen" in given["rule"]:
        require(given["rule"]["reopen"], int, "rule.reopen")
    if given["rule"].get("none", True) is not True:
        raise Unreadable("rule.none is not true; it stands only where it is.")
    if ballot["secrecy"] == "secret":
        require(given["votes"], [(SECRET_VOTE, TOLD_VOTE)], "votes")
        require(given["receipt_key"], RECEIPT_KEY, "receipt_key")
        for voting_class, key in given["keys"].items():
            require(key, CLASS_KEY, f"keys.{voting_class[:40]}")
    require(given["options"], [{"number": int, "name": str} if election else str], "options")


def _json(text: str, what: str) -> Any:
    """Parse JSON that any two programs read alike: no fractions, no name twice, nothing huge."""
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_float=_no_fraction,
            parse_constant=_no_fraction,
            parse_int=_whole,
        )
        _refuse_depth(value, what)
        canonical(value).encode()
    except Unreadable:
        raise
    except RecursionError:
        raise Unreadable(f"{what} is nested too deeply.") from None
    except UnicodeEncodeError:
        raise Unreadable(f"{what} holds half a character.") from None
    except ValueError as error:
        place = re.sub(r"^.*(line \d+ column \d+).*$", r" (\1)", str(error), flags=re.DOTALL)
        raise Unreadable(f"{what} is not JSON{place if place.startswith(' (') else ''}.") from None
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise Unreadable("The file gives a name twice in one object.")
    return made


def _whole(digits: str) -> int:
    if len(digits.lstrip("-")) > MOST_DIGITS:
        raise Unreadable(f"The file holds a number of more than {MOST_DIGITS} digits.")
    return int(digits)


def _no_fraction(_text: str) -> NoReturn:
    raise Unreadable("The file holds a number that is not whole; a bundle has none.")


def _refuse_depth(value: Any, what: str) -> None:
    level = [value]
    for _depth in range(DEEPEST):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return
    raise Unreadable(f"{what} is nested too deeply.")
