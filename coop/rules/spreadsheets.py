"""Tables for spreadsheets, whose programs take some cells for formulas."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r")

_NUMBER = re.compile(r"-?[0-9]+([.][0-9]+)?")


def as_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The table as CSV; text that a spreadsheet would run gets an apostrophe before it, numbers don't."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    for row in rows:
        writer.writerow([_safe(value) for value in row])
    return out.getvalue()


def _safe(value: object) -> object:
    if not isinstance(value, str) or _NUMBER.fullmatch(value):
        return value
    return "'" + value if value.startswith(_FORMULA) else value
