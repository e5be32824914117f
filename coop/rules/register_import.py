"""Reading a register kept in a spreadsheet: rows that can be members, and what is wrong with the others."""

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

COLUMNS = ("number", "name", "email", "joined_on", "kind")
REQUIRED = ("name", "joined_on")
KINDS = ("person", "organisation", "joint")
LARGEST_FILE = 15 * 1024 * 1024
LONGEST_NAME = 200
HIGHEST_NUMBER = 2_000_000_000
_ADDRESS = re.compile(r"[^@\s,;<>\"()\[\]\\]+@[^@\s,;<>\"()\[\]\\.]+(\.[^@\s,;<>\"()\[\]\\.]+)+")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class RegisterRow:
    """One member as the file tells; `number` is None where the co-op is to give the next one."""

    line: int
    name: str
    joined_on: date
    email: str | None = None
    number: int | None = None
    kind: str = "person"
    holders: tuple[str, ...] = ()  # the names of those who hold a joint membership


@dataclass(frozen=True)
class Problem:
    """What is wrong with a line, in a sentence; line 0 is the file as a whole."""

    line: int
    sentence: str


@dataclass(frozen=True)
class Reading:
    """What a file says, once it has been read."""

    rows: tuple[RegisterRow, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Whether nothing at all can be taken from this file."""
        return not self.rows


@dataclass
class _Seen:
    """What earlier lines, and the register itself, already use."""

    numbers: dict[int, int] = field(default_factory=dict)
    emails: dict[str, int] = field(default_factory=dict)


def read_register(
    data: bytes, *, today: date, numbers: Collection[int] = (), emails: Collection[str] = ()
) -> Reading:
    """Read a CSV of members.

    `numbers` are those ever given, since a number is never reused; `emails` those of members already in the
    register, in lower case. A bad line never loses the good ones, and never passes silently.
    """
    try:
        text = _text_of(data)
        header, lines = _split(text)
    except _Unreadable as reason:
        return Reading(problems=(Problem(reason.line, str(reason)),))

    seen = _Seen(dict.fromkeys(numbers, 0), dict.fromkeys(emails, 0))
    rows: list[RegisterRow] = []
    problems: list[Problem] = []
    try:
        for line, cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            row, sentences = _row(line, header, cells, today, seen)
            problems += [Problem(line, sentence) for sentence in sentences]
            if row:
                rows.append(row)
    except csv.Error as reason:
        problems.append(Problem(0, f"The file could not be read to its end: {reason}."))
    if not rows and not problems:
        problems.append(Problem(0, "The file has a header and no members under it."))
    return Reading(tuple(rows), tuple(problems))


class _Unreadable(Exception):  # noqa: N818
    def __init__(self, sentence: str, line: int = 0) -> None:
        super().__init__(sentence)
        self.line = line


def _text_of(data: bytes) -> str:
    if not data.removeprefix(codecs.BOM_UTF8).strip():
        raise _Unreadable("The file is empty.")
    if len(data) > LARGEST_FILE:
        raise _Unreadable(
            f"The file is larger than {LARGEST_FILE // 1024 // 1024} MB. Split it and import the parts."
        )
    if b"\0" in data:
        raise _Unreadable("This is not a text file. Save the table as CSV (UTF-8) and choose that file.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        line = data.count(b"\n", 0, reason.start) + 1
        raise _Unreadable(
            f"Line {line} has a character that is not UTF-8. Save the table as CSV (UTF-8).",
            line,
        ) from None


def _split(text: str) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    first_line = text.splitlines()[0]
    delimiter = max(",;\t", key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = [cell.strip().lower().replace(" ", "_").replace("-", "") for cell in next(reader)]
    except csv.Error as reason:
        raise _Unreadable(f"Line 1 could not be read: {reason}.", 1) from None
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        raise _Unreadable(
            f"Line 1 must name the columns. Missing: {', '.join(missing)}. "
            f"The columns are {', '.join(COLUMNS)}; only {' and '.join(REQUIRED)} must be there.",
            1,
        )
    twice = sorted({name for name in header if name in COLUMNS and header.count(name) > 1})
    if twice:
        raise _Unreadable(f"Line 1 names the column {', '.join(twice)} more than once.", 1)
    return header, _numbered(reader)


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line it starts on, as an editor counts them."""
    start = reader.line_num + 1
    for cells in reader:
        yield start, cells
        start = reader.line_num + 1


def _row(
    line: int, header: list[str], cells: list[str], today: date, seen: _Seen
) -> tuple[RegisterRow | None, list[str]]:
    if len(cells) > len(header):
        return None, [f"There are {len(cells)} cells, but line 1 names {len(header)} columns."]
    told = dict(zip(header, (_plain(cell) for cell in cells), strict=False))
    problems: list[str] = []

    name = _name(told.get("name", ""), problems)
    kind = _kind(told.get("kind", ""), problems)
    holders = tuple(part.strip() for part in re.split(r"\s*(?:&|\+|\band\b)\s*", name) if part.strip())
    if kind == "joint" and len(holders) < 2:
        problems.append("A joint membership needs the names of two or more people, joined by “and”.")
    joined_on = _day(told.get("joined_on", ""), today, problems)
    number = _number(told.get("number", ""), seen, problems)
    email = _email(told.get("email", ""), seen, problems)

    if problems or joined_on is None:
        return None, problems
    if number is not None:
        seen.numbers[number] = line
    if email:
        seen.emails[email] = line
    return RegisterRow(line, name, joined_on, email, number, kind, holders if kind == "joint" else ()), []


def _plain(cell: str) -> str:
    """The cell without the apostrophe that an export puts before anything like a formula."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULA else cell


def _name(text: str, problems: list[str]) -> str:
    name = " ".join(text.split())
    if not name:
        problems.append("There is no name.")
    elif len(name) > LONGEST_NAME:
        problems.append(f"The name is longer than {LONGEST_NAME} characters.")
    elif not name.isprintable():
        problems.append("The name has a character that cannot be printed.")
    return name


def _kind(text: str, problems: list[str]) -> str:
    kind = text.lower() or "person"
    if kind not in KINDS:
        problems.append(f"“{_short(text)}” is no kind of membership. Write person, organisation or joint.")
    return kind


def _day(text: str, today: date, problems: list[str]) -> date | None:
    if not text:
        problems.append("There is no date of joining.")
        return None
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            raise ValueError(text)  # noqa: TRY301 - the two ways to be no date get one answer
        day = date.fromisoformat(text)
    except ValueError:
        problems.append(f"“{_short(text)}” is no date. Write it as 2024-03-31: year, month, day.")
        return None
    if day > today:
        problems.append(f"The date of joining, {text}, has not come yet.")
    elif day.year < 1800:
        problems.append(f"The date of joining, {text}, is too long ago to be right.")
    return day


def _number(text: str, seen: _Seen, problems: list[str]) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"\d{1,10}", text, re.ASCII) or not 1 <= int(text) <= HIGHEST_NUMBER:
        problems.append(
            f"“{_short(text)}” is no member number. Write a whole number from 1, or leave it empty."
        )
        return None
    number = int(text)
    earlier = seen.numbers.get(number)
    if earlier == 0:
        problems.append(f"Number {number} was given to a member before, and a number is never used again.")
    elif earlier:
        problems.append(f"Number {number} is already on line {earlier}.")
    return number


def _email(text: str, seen: _Seen, problems: list[str]) -> str | None:
    if not text:
        return None
    email = text.lower()
    if len(email) > 254 or not _ADDRESS.fullmatch(email) or not email.isprintable():
        problems.append(f"“{_short(text)}” is no e-mail address. Correct it, or leave it empty.")
        return None
    earlier = seen.emails.get(email)
    if earlier == 0:
        problems.append(f"{email} belongs to a member who is in the register already.")
    elif earlier:
        problems.append(
            f"{email} is also on line {earlier}. Each member has an own address: leave one of them empty."
        )
    return email


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"
