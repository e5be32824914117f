"""CSV statements: the plain header of our own, and the German one that many banks share."""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Sequence

from coop.gateways.statements.refused import Refused
from coop.rules.money import NotAnAmount, is_currency, parse_amount
from coop.rules.references import is_iban
from coop.rules.statements import Line, Problem, Statement, StatementFile

PLAIN = ("date", "amount", "currency", "name", "account", "purpose", "bank_id")
GERMAN = ("Kontonummer", "Buchungstag", "Betrag", "Währung")

_LONGEST = {"name": 300, "account": 64, "purpose": 4000, "bank_id": 200}


class _BadRow(ValueError):  # noqa: N818 - it becomes a line in a list, not an error
    """Why the row cannot be booked, as a sentence."""


_Reader = Callable[[dict[str, str], str], tuple[str, Line]]


def read(content: bytes) -> StatementFile:
    """The statements of a CSV file: one for each account and currency it tells of."""
    decoded = _decode(content)
    first = next((line for line in decoded.splitlines() if line.strip()), "")
    delimiter = ";" if first.count(";") > first.count(",") else ","
    rows = _rows(decoded, delimiter)
    header = [cell.strip() for cell in rows[0][1]]
    duplicates = {name for name in header if name and header.count(name) > 1}
    if duplicates:
        raise Refused(f"Line {rows[0][0]}: the column “{min(duplicates)[:40]}” stands there twice.")
    row_reader = _reader_for(header, rows[0][0])
    if len(rows) == 1:
        raise Refused(f"The file has a header in line {rows[0][0]} and no rows.")

    problems: list[Problem] = []
    found: dict[tuple[str, str], list[Line]] = {}
    for number, cells in rows[1:]:
        where = f"line {number}"
        try:
            account, line = row_reader(_named(header, cells), where)
        except _BadRow as why:
            problems.append(Problem(where, str(why)))
            continue
        found.setdefault((account, line.currency), []).append(line)
    if not found:
        raise Refused(f"No row can be read. {problems[0].where.capitalize()}: {problems[0].sentence}")
    statements = tuple(_statement(account, lines) for (account, _currency), lines in found.items())
    return StatementFile("csv", statements, tuple(problems))


def _decode(content: bytes) -> str:
    """UTF-8, or what German banks still write; a byte that is neither spoils its own row only."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    first = content.split(b"\n", 1)[0]
    if b"W\xe4hrung" in first:
        return content.decode("cp1252", "surrogateescape")
    return content.decode("utf-8", "surrogateescape")


def _rows(decoded: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """Every row that is not blank, with the number of the line it begins on."""
    reader = csv.reader(io.StringIO(decoded, newline=""), delimiter=delimiter, strict=True)
    rows = []
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((begins, cells))
            begins = reader.line_num + 1
    except csv.Error as why:
        raise Refused(
            f"The quotation marks from line {begins} on do not close, or a cell is too long."
        ) from why
    if not rows:
        raise Refused("The file holds no rows.")
    return rows


def _reader_for(header: Sequence[str], line: int) -> _Reader:
    if sorted(header) == sorted(PLAIN):
        return _plain_row
    if all(name in header for name in GERMAN):
        return _german_row
    missing = [name for name in PLAIN if name not in header]
    if len(missing) < len(PLAIN) - 1:
        wrong = f"the column “{missing[0]}” is missing" if missing else "it has columns beside these"
        raise Refused(f"Line {line} should read {','.join(PLAIN)}; {wrong}.")
    raise Refused(
        f"Line {line} is not a header that is known here. It should read {','.join(PLAIN)}, "
        "or upload the bank's CAMT.053."
    )


def _named(header: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    if len(cells) != len(header):
        have = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
        raise _BadRow(f"It has {have} where the header has {len(header)}.")
    for cell in cells:
        if any("\udc80" <= sign <= "\udcff" for sign in cell):
            raise _BadRow("It holds bytes that are not UTF-8.")
        if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", cell):
            raise _BadRow("It holds signs that are not text.")
    return {name: cell.strip() for name, cell in zip(header, cells, strict=True)}


def _plain_row(row: dict[str, str], where: str) -> tuple[str, Line]:
    for name, longest in _LONGEST.items():
        if len(row[name]) > longest:
            raise _BadRow(f"Its {name} is longer than {longest} signs.")
    line = Line(
        booked_on=_day(row["date"], r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)", "2026-11-03"),
        amount_minor=_amount(row["amount"], row["currency"], decimal_mark="."),
        currency=row["currency"],
        name=row["name"],
        account=row["account"].replace(" ", "").upper(),
        purpose=row["purpose"],
        bank_ids=(row["bank_id"],) if row["bank_id"] else (),
        where=where,
    )
    return "", line


def _german_row(row: dict[str, str], where: str) -> tuple[str, Line]:
    day = r"(?P<day>\d\d?)\.(?P<month>\d\d?)\.(?P<year>\d{4})"
    kind = row.get("Buchungstext", "")
    told = " ".join(row[name] for name in row if name.startswith("VWZ") and row[name])
    iban = re.search(r"IBAN:\s*([A-Z]{2}\d{2}[A-Z0-9]{11,30})", told)
    is_return = re.search(r"r(ü|ue)cklastschrift|retoure|lastschrift-?r(ü|ue)ckgabe", kind, re.IGNORECASE)
    amount = _amount(row["Betrag"], row["Währung"], decimal_mark=",", group_mark=".")
    line = Line(
        booked_on=_day(row["Buchungstag"], day, "30.11.2026"),
        value_on=_day(row["Wertstellung"], day, "30.11.2026") if row.get("Wertstellung") else None,
        amount_minor=amount,
        currency=row["Währung"],
        name=row.get("Auftraggeber/Empfänger", ""),
        account=iban[1] if iban and is_iban(iban[1]) else "",
        purpose=" ".join(filter(None, (told, f"({kind})" if kind else "")))[:4000],
        is_return=is_return is not None and amount < 0,
        fee_minor=_german_fee(told, amount, row["Währung"]) if is_return else 0,
        where=where,
    )
    return row["Kontonummer"].replace(" ", "").upper(), line


def _german_fee(told: str, amount_minor: int, currency: str) -> int:
    """What a returned debit cost, where the text names the amount returned and it is the smaller."""
    original = re.search(r"Originalbetr\w*\.?:?\s*([\d.]+,\d\d)", told)
    if original is None:
        return 0
    try:
        returned = parse_amount(original[1], currency, decimal_mark=",", group_mark=".")
    except NotAnAmount:
        return 0
    return max(0, -amount_minor - returned) if returned else 0


def _day(written: str, pattern: str, example: str) -> dt.date:
    found = re.fullmatch(pattern, written, re.ASCII)
    try:
        if found is not None:
            return dt.date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        pass
    raise _BadRow(f"“{written[:40]}” is not a day like {example}.")


def _amount(written: str, currency: str, *, decimal_mark: str, group_mark: str = "") -> int:
    if not is_currency(currency):
        raise _BadRow(f"“{currency[:20]}” is not a currency code of three capital letters.")
    try:
        minor = parse_amount(written, currency, decimal_mark=decimal_mark, group_mark=group_mark)
    except NotAnAmount as why:
        raise _BadRow(str(why)) from why
    if minor == 0:
        raise _BadRow("Its amount is zero, so there is nothing to book.")
    return minor


def _statement(account: str, lines: Sequence[Line]) -> Statement:
    days = [line.booked_on for line in lines]
    return Statement(
        account=account,
        currency=lines[0].currency,
        lines=tuple(lines),
        first_day=min(days),
        last_day=max(days),
    )
