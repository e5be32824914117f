"""A bundle that was read: its parts by the names that the checks use."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from coop.rules.chain import canonical

FORMAT = 1
OPENED = ("format", "ballot", "rule", "constitution", "options", "roll", "keys", "receipt_key")


class Unreadable(ValueError):  # noqa: N818 - it is a sentence about a file, not a fault
    """The file is no bundle; the message is a sentence."""


@dataclass(frozen=True, eq=False)
class Bundle:
    """A file of the right shape (see shape.py); `opening` and `closing` are the facts of its two events."""

    given: dict[str, Any]
    opening: dict[str, Any]
    closing: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.given[name]

    @property
    def ballot(self) -> dict[str, Any]:
        found: dict[str, Any] = self.given["ballot"]
        return found

    @property
    def rule(self) -> dict[str, Any]:
        found: dict[str, Any] = self.given["rule"]
        return found

    @property
    def roll(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.given["roll"]
        return found

    @property
    def is_election(self) -> bool:
        return bool(self.ballot["kind"] == "election")

    @property
    def is_unopposed(self) -> bool:
        """Whether nobody was to vote, since no more stand than there are seats."""
        return self.is_election and bool(self.ballot["method"] == "unopposed")

    @property
    def is_open(self) -> bool:
        return bool(self.ballot["secrecy"] == "open")

    @property
    def is_secret(self) -> bool:
        return bool(self.ballot["secrecy"] == "secret")

    @property
    def struck(self) -> list[dict[str, Any]]:
        """The entries of those whose votes two tellers entered."""
        return [entry for entry in self.roll if "struck" in entry]

    @property
    def spoilt(self) -> dict[str, int]:
        """The votes that spoilt papers would have been, by class."""
        found: dict[str, int] = self.given.get("spoilt", {})
        return found

    @property
    def issued(self) -> list[dict[str, Any]]:
        """The entries of those who voted through the browser, or in a secret ballot were given a token."""
        return [entry for entry in self.roll if entry["issued"]]

    @property
    def serials(self) -> list[tuple[int, dict[str, Any]]]:
        """The votes of a secret ballot that were cast under a serial, each with its place in the file."""
        return [(place, vote) for place, vote in enumerate(self.given["votes"]) if "serial" in vote]

    @property
    def voters(self) -> int:
        """How many voted: in a secret ballot a token may have been issued and not used."""
        return len(self.serials if self.is_secret else self.issued) + len(self.struck)

    @property
    def opened(self) -> dict[str, Any]:
        """What the opening event hashes."""
        roll = [
            {name: entry[name] for name in entry if name not in {"issued", "struck"}} for entry in self.roll
        ]
        return {name: self.given[name] for name in OPENED} | {"roll": roll}

    @property
    def closed(self) -> dict[str, Any]:
        """What the closing event hashes."""
        issued = sorted(entry["member"] for entry in self.issued)
        closed = {"votes": self.given["votes"], "issued": issued, "seed": self.given["seed"]}
        struck = sorted(entry["member"] for entry in self.struck)
        closed |= {"struck": struck} if struck else {}
        return closed | ({"spoilt": self.spoilt} if "spoilt" in self.given else {})

    @property
    def opening_event(self) -> dict[str, Any]:
        event: dict[str, Any] = self.given["events"][0]
        return event

    @property
    def closing_event(self) -> dict[str, Any]:
        """The closing event as it stands in the chain: without the link before it."""
        event = self.given["events"][1]
        return {name: event[name] for name in event if name != "previous"}

    @property
    def previous(self) -> str:
        return str(self.given["events"][1]["previous"])


def sha256_of(value: dict[str, Any]) -> str:
    """Return the hex SHA-256 of a value's canonical JSON."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def instant(text: str) -> datetime:
    """Read an instant with its offset from UTC."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("An instant needs its offset from UTC.")
    try:
        return found.astimezone(UTC)
    except OverflowError:
        raise ValueError("An instant lies within the years 1 to 9999.") from None
