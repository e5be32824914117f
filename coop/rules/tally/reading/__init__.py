"""Reading election files: bytes in, an `Election` out, or `Unreadable` with the line.

Each format gives itself away by its first line; the name's extension decides only where that one doesn't.
A reader is loaded when its format is met.
"""

import importlib
import re

from coop.rules.tally.election import Election
from coop.rules.tally.reading.source import Unreadable, tidy

__all__ = ["Unreadable", "read"]

_PREFLIB = {"soc", "soi", "toc", "toi"}
_OTHER_DATA = {  # what else the same collection of data holds
    "cat": "categories",
    "wmd": "a weighted graph",
    "tog": "a tournament",
    "mjg": "a majority graph",
    "wmg": "a weighted majority graph",
    "pwg": "pairwise comparisons",
}

# The first line that isn't blank or a comment → the format.
_SIGNS = (
    (re.compile(rb"VoteKit "), "votekit"),
    (re.compile(rb"[0-9./]+\s*:"), "preflib"),
    (re.compile(rb"-?[0-9]+(?:\s+[0-9]+|\s*,?\s*#)"), "blt"),
    (re.compile(rb"[0-9]+\s*,\s*[0-9]+\s*,?\s*$"), "wards"),
    (re.compile(rb"[0-9]+\s*,?\s*$"), "preflib"),
)
_COMMENTED = re.compile(rb"\s*(?:#[^\n]*\n\s*)*")
_METADATA = re.compile(rb"^#\s*(?:FILE NAME|DATA TYPE|NUMBER ALTERNATIVES)\s*:", re.MULTILINE)


def read(data: bytes, name: str = "") -> Election:
    """Read an election; `name` is the file's, for its extension."""
    extension = name.lower().rpartition(".")[2]
    if extension in _OTHER_DATA:
        raise Unreadable(1, f"rankings, but a .{extension} file holds {_OTHER_DATA[extension]}")
    data = tidy(data)
    reader = importlib.import_module(f"coop.rules.tally.reading.{_format(data, extension)}")
    election: Election = reader.read(data)
    return election


def _format(data: bytes, extension: str) -> str:
    start = _COMMENTED.match(data)
    at = start.end() if start else 0
    if extension in _PREFLIB or _METADATA.search(data, 0, at):
        return "preflib"
    first = data[at : at + 1000].partition(b"\n")[0]
    kind = next((kind for sign, kind in _SIGNS if sign.match(first)), "")
    if extension == "blt":
        return "blt"
    if kind == "wards" and re.match(rb"1\s*,\s*2\s*$", first) and b"Candidate 1" not in data:
        return "tables"  # two columns of ranks
    return kind or "tables"
