"""What all readers of election files share: bytes made tidy, exact weights, and the sentence of refusal."""

import re
from fractions import Fraction

from coop.rules.tally.papers import MOST_CANDIDATES, Weight

_NUMBER = re.compile(r"(?=\.?[0-9])([0-9]{0,18})(?:\.([0-9]{0,18})|/0*([1-9][0-9]{0,17}))?", re.ASCII)
_SHOWN = 40  # characters of a file quoted in a refusal


class Unreadable(ValueError):  # noqa: N818 - it says what the file is
    """A file that can't be read: the line, counted from 1, and what was expected there."""

    def __init__(self, line: int, expected: str) -> None:
        super().__init__(f"line {line}: expected {expected}")
        self.line = line
        self.expected = expected


def tidy(data: bytes) -> bytes:
    """Take off the byte-order mark and end lines with a line feed; refuse what is no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data.decode("utf-16", "replace").encode()
    elif data[:4:2] == b"\0\0" or data[1:4:2] == b"\0\0":
        data = data.decode("utf-16-be" if data[0] == 0 else "utf-16-le", "replace").encode()
    data = data.removeprefix(b"\xef\xbb\xbf")
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not data or data.isspace():
        raise Unreadable(1, "an election, but the file is empty")
    if b"\0" in data:
        raise Unreadable(data.count(b"\n", 0, data.index(b"\0")) + 1, "text, but this is a binary file")
    return data


def decoded(data: bytes) -> str:
    """Decode as UTF-8, else as Windows-1252, in which no byte is wrong but five are unused."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        try:
            return data.decode("cp1252")
        except UnicodeDecodeError:
            return data.decode("latin-1")


def number(text: str) -> Weight | None:
    """Read an exact number of 0 or more: “3”, “2.50” or “1/3”; None where it is none."""
    found = _NUMBER.fullmatch(text.strip())
    if not found:
        return None
    whole, places, denominator = found.groups()
    if places:
        return narrow(Fraction(int(whole + places), 10 ** len(places)))
    if not whole:
        return None
    return narrow(Fraction(int(whole), int(denominator or 1)))


def narrow(value: Fraction) -> Weight:
    """Give a whole number as an int: counts are faster with them."""
    return value.numerator if value.denominator == 1 else value


def shown(text: str) -> str:
    """Quote what was found, on one line and cut short."""
    printable = " ".join("".join(sign if sign.isprintable() else " " for sign in text[:200]).split())
    return f"“{printable[:_SHOWN]}{'…' if len(printable) > _SHOWN else ''}”"


def named(names: list[str], line: int) -> tuple[str, ...]:
    """Check the candidates' names; one without a name goes by its number."""
    if not 1 <= len(names) <= MOST_CANDIDATES:
        raise Unreadable(line, f"1 to {MOST_CANDIDATES} candidates, found {len(names)}")
    return tuple(name or f"Candidate {n}" for n, name in enumerate(names, 1))
