"""The tickets of a lot from a file: one a line, or a CSV file with a header and a column of strata."""

import csv
from collections.abc import Iterable, Iterator

Row = tuple[int, str, str]  # line of the file, ticket, stratum


class BadRoll(ValueError):  # noqa: N818 - it is a sentence about a line
    """What a line of the roll should have held."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line}: {what}")


def read_tickets(content: bytes, stratum: str | None = None, ticket: str | None = None) -> dict[str, str]:
    """Read ticket → stratum; raise BadRoll, with the line, for anything but tickets that differ.

    With a column named the file is CSV, its cells apart by comma, semicolon or tab; without `ticket` the
    tickets are in the first column that isn't the stratum's. Space around a ticket is no part of it.
    """
    lines = _text(content).split("\n")
    rows = _lines(lines) if stratum is None and ticket is None else _table(lines, stratum, ticket)
    return _differing(rows)


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BadRoll(line, "expected UTF-8 text.") from None


def _lines(lines: list[str]) -> Iterator[Row]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield number, line.strip(), ""


def _table(lines: list[str], stratum: str | None, ticket: str | None) -> Iterator[Row]:
    wanted = [name for name in (stratum, ticket) if name is not None]
    delimiter = next((d for d in ",;\t" if set(wanted) <= set(_header(lines[0], d))), ",")
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter)
    try:
        header = [name.strip() for name in next(reader)]
        for name in wanted:
            if name not in header:
                raise BadRoll(1, f"expected a column “{name}”; there are {', '.join(header) or 'none'}.")
        name_of_tickets = ticket or next((name for name in header if name != stratum), None)
        if name_of_tickets is None:
            raise BadRoll(1, "expected a column for the tickets beside the one for the strata.")
        for cells in reader:
            row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
            if not any(row.values()):
                continue
            for needed in (name_of_tickets, stratum):
                if needed is not None and not row.get(needed):
                    raise BadRoll(reader.line_num, f"expected something under “{needed}”.")
            yield reader.line_num, row[name_of_tickets], row[stratum] if stratum else ""
    except csv.Error as error:
        raise BadRoll(reader.line_num, f"expected CSV ({error}).") from None


def _header(line: str, delimiter: str) -> list[str]:
    try:
        return [name.strip() for name in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []


def _differing(rows: Iterable[Row]) -> dict[str, str]:
    lines: dict[str, int] = {}
    strata: dict[str, str] = {}
    for line, ticket, stratum in rows:
        if any(mark in ticket for mark in "\n\r\0"):
            raise BadRoll(line, "expected a ticket on one line, without line breaks.")
        if ticket in lines:
            raise BadRoll(
                line, f"expected tickets that differ; “{ticket}” is on line {lines[ticket]} already."
            )
        lines[ticket], strata[ticket] = line, stratum
    if not strata:
        raise BadRoll(1, "expected tickets; there are none.")
    return strata
