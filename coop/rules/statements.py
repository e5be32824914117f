"""Bank statements as plain values, and how a line is known again.

Two layers keep money from being booked twice. Identity drops exact repeats; likeness pairs what another
file tells of the same day and amount, and leaves it to a person.
"""

import datetime as dt
import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

# Written before every hash: a later rule for identity gets a new number, and the old hashes stay valid.
IDENTITY_VERSION = 1


@dataclass(frozen=True)
class Line:
    """One movement on the account: positive came in, negative went out."""

    booked_on: dt.date
    amount_minor: int
    currency: str
    value_on: dt.date | None = None
    name: str = ""
    account: str = ""  # the counterparty's
    purpose: str = ""
    reference: str = ""  # a structured creditor reference
    mandate: str = ""
    bank_ids: tuple[str, ...] = ()
    is_return: bool = False
    fee_minor: int = 0  # the part of a return that the banks took for it, where the file says so
    where: str = ""  # "line 4", "Ntry 3 of Stmt 1"


@dataclass(frozen=True)
class Problem:
    """What could not be booked, where it stands and why."""

    where: str
    sentence: str


@dataclass(frozen=True)
class Statement:
    """What a bank said about one account: balances where it gave them, and the booked lines."""

    account: str  # ours; empty where the file does not name it
    currency: str
    lines: tuple[Line, ...]
    number: str = ""
    opening_minor: int | None = None
    closing_minor: int | None = None
    closing_currency: str = ""
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    whole_days: bool = False  # the bank closes the day with this statement, so nothing of it can follow
    notes: tuple[str, ...] = ()

    @property
    def difference_minor(self) -> int | None:
        """Closing less (opening + lines); None where the file lacks one in the account's currency."""
        if self.opening_minor is None or self.closing_minor is None or self.closing_currency != self.currency:
            return None
        total = sum(line.amount_minor for line in self.lines if line.currency == self.currency)
        return self.closing_minor - self.opening_minor - total

    def covers(self, day: dt.date) -> bool:
        """Whether nothing more of that day can come in another file.

        A file without balances may have been made in the middle of its first or last day.
        """
        days = [line.booked_on for line in self.lines]
        if self.whole_days or not days:
            return self.whole_days
        return min(days) < day < max(days)


@dataclass(frozen=True)
class StatementFile:
    """Everything one uploaded file held."""

    format: str
    statements: tuple[Statement, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def lines(self) -> int:
        return sum(len(statement.lines) for statement in self.statements)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _content(account: str, line: Line) -> str:
    told = [
        _plain(account).replace(" ", "").upper(),
        line.booked_on.isoformat(),
        line.value_on.isoformat() if line.value_on else "",
        line.amount_minor,
        line.currency,
        _plain(line.name),
        line.account.replace(" ", "").upper(),
        _plain(line.purpose),
        _plain(line.reference),
        _plain(line.mandate),
        sorted(line.bank_ids),
    ]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def identities(account: str, lines: Sequence[Line]) -> list[str]:
    """Each line's identity: a versioned hash of what it tells and its ordinal among the day's identical lines.

    Give all lines that one file has of the account, so that genuine twins get different ordinals.
    """
    seen: Counter[str] = Counter()
    result = []
    for line in lines:
        content = _content(account, line)
        ordinal = seen[content]
        seen[content] += 1
        digest = hashlib.sha256(f"{IDENTITY_VERSION}\n{ordinal}\n{content}".encode()).hexdigest()
        result.append(f"{IDENTITY_VERSION}:{digest}")
    return result


class Fate(StrEnum):
    """What becomes of a line that a file brings."""

    NEW = "new"
    REPEAT = "repeat"  # exactly the line that is here: dropped
    PROBABLY_HERE = "probably here"  # like a line that is here: held for a person


@dataclass(frozen=True)
class Known:
    """A line that is here already."""

    id: int
    identity: str
    booked_on: dt.date
    amount_minor: int
    currency: str
    day_is_whole: bool  # the file it came from covered the whole day


@dataclass(frozen=True)
class Arrival:
    """A line that a file brings, with its identity and whether the file covers its whole day."""

    identity: str
    booked_on: dt.date
    amount_minor: int
    currency: str
    day_is_whole: bool


@dataclass(frozen=True)
class Sifted:
    """The fate of one arriving line, and the known line it repeats or resembles."""

    fate: Fate
    known_id: int | None = None


def sift(arrivals: Sequence[Arrival], known: Iterable[Known]) -> list[Sifted]:
    """Decide for each arriving line of one account whether it is new, a repeat or probably here.

    An identical line is dropped if either file covered the whole day; if both may have been made in the
    middle of it, two equal payments cannot be told from one, so a person decides. What is left is paired
    one to one with the lines here of the same day, amount and currency that nothing has been paired with.
    """
    here = list(known)
    by_identity = {line.identity: line for line in here}
    result: list[Sifted | None] = [None] * len(arrivals)
    paired: set[int] = set()
    for place, arrival in enumerate(arrivals):
        twin = by_identity.get(arrival.identity)
        if twin is not None:
            paired.add(twin.id)
            sure = arrival.day_is_whole or twin.day_is_whole
            result[place] = Sifted(Fate.REPEAT if sure else Fate.PROBABLY_HERE, twin.id)
    alike: defaultdict[tuple[dt.date, int, str], list[int]] = defaultdict(list)
    for line in here:
        if line.id not in paired:
            alike[line.booked_on, line.amount_minor, line.currency].append(line.id)
    for place, arrival in enumerate(arrivals):
        if result[place] is None:
            candidates = alike[arrival.booked_on, arrival.amount_minor, arrival.currency]
            result[place] = Sifted(Fate.PROBABLY_HERE, candidates.pop(0)) if candidates else Sifted(Fate.NEW)
    return [sifted for sifted in result if sifted is not None]
