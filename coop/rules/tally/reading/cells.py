"""The rows of a CSV file, each with its line, and what a cell may say besides a name or a number."""

import csv
import io
from collections.abc import Iterator

from coop.rules.tally.papers import Weight
from coop.rules.tally.reading.source import Unreadable, decoded, number, shown

DELIMITERS = ",;\t"


def rows(data: bytes, delimiter: str = ",") -> Iterator[tuple[int, list[str]]]:
    """Give each row's cells and the line it ends on; blank lines are passed over."""
    reader = csv.reader(io.StringIO(decoded(data), newline=""), delimiter=delimiter)
    after = 0
    try:
        for row in reader:
            before, after = after, reader.line_num
            if after > before + 1 and before and any("\n" in cell for cell in row):
                raise Unreadable(before + 1, "a closing quote on the same line")
            if row and row != ["\x1a"]:
                yield after, row
    except csv.Error as error:
        raise Unreadable(after + 1, f"a row of cells, but the {error}") from None


def sniff(data: bytes) -> str:
    """Tell the delimiter: the one the first line has most of, outside quotes."""
    first = decoded(data.lstrip().partition(b"\n")[0])
    bare = "".join(first.split('"')[::2])
    return max(DELIMITERS, key=bare.count)


def weight_in(cell: str, line: int) -> Weight:
    """Read a paper's weight."""
    weight = number(cell)
    if weight is None:
        raise Unreadable(line, f"a paper's weight, found {shown(cell)}")
    return weight
