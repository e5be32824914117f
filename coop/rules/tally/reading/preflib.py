"""PrefLib's orders: .soc, .soi, .toc and .toi, in today's format and the one before September 2022.

Source: PrefLib, “Format Specification”. Today: lines `# KEY: value`, then `count: 1,{2,3},4`. Before: the
number of alternatives, a line `number,name` for each, `voters,sum of counts,orders`, then `count,1,{2,3}`.
Some files number their alternatives from 0; here the first of them is candidate 1 all the same.
"""

import re

from coop.rules.tally.election import Election
from coop.rules.tally.papers import LEVEL, MOST_CANDIDATES, SKIPPED, Weight, letter_of
from coop.rules.tally.reading.source import Unreadable, decoded, named, number, shown

_KEY = re.compile(r"#\s*([A-Z ]+?)(?:\s+([0-9]{1,6}))?\s*:(.*)")
_RANK = re.compile(r"\{([^{}]*)\}|([^{},]+)")
_SHAPE = re.compile(r"(?:\{[0-9,]*\}|[0-9]+)(?:,(?:\{[0-9,]*\}|[0-9]+))*,?")
_ORDERS = {"soc", "soi", "toc", "toi"}


def read(data: bytes) -> Election:
    """Read tidy bytes; elections here fill one seat, for the format doesn't say how many."""
    lines = [(at, line) for at, line in enumerate(decoded(data).split("\n"), 1) if line.strip(" \t\x1a")]
    if lines[0][1].lstrip().startswith("#"):
        names, orders, start = _metadata(lines)
        mark = ":"
    else:
        names, orders, start = _old_head(lines)
        mark = ","
    return Election(names, _papers(lines[orders:], mark, range(start, start + len(names))))


def _metadata(lines: list[tuple[int, str]]) -> tuple[tuple[str, ...], int, int]:
    """Read the lines of metadata: the names, where the orders begin, and the first alternative's number."""
    names: dict[int, str] = {}
    size = last = place = 0
    for place, (at, line) in enumerate(lines):  # noqa: B007 - the place is where the orders begin
        found = _KEY.match(line.strip())
        if not line.lstrip().startswith("#"):
            break
        last = at
        if not found:
            continue
        key, digits, value = found[1], found[2], found[3].strip()
        if key == "ALTERNATIVE NAME" and digits:
            names[int(digits)] = value
        elif key == "NUMBER ALTERNATIVES":
            if not value.isascii() or not value.isdigit() or not 1 <= int(value[:9]) <= MOST_CANDIDATES:
                raise Unreadable(at, f"1 to {MOST_CANDIDATES} alternatives, found {shown(value)}")
            size = int(value)
        elif key == "DATA TYPE" and value.lower() not in _ORDERS | {""}:
            raise Unreadable(at, f"orders (soc, soi, toc or toi), found {shown(value)}")
    else:
        place += 1
    first = min(names, default=1)
    first = min(first, 1)
    size = size or max(names, default=0) + 1 - first
    if not size:
        raise Unreadable(last, "the number of alternatives and their names")
    beyond = [n for n in names if not first <= n < first + size]
    if beyond:
        raise Unreadable(last, f"names of {size} alternatives, found one numbered {beyond[0]}")
    return named([names.get(n, "") for n in range(first, first + size)], last), place, first


def _old_head(lines: list[tuple[int, str]]) -> tuple[tuple[str, ...], int, int]:
    """Read the head of the old format: the names, where the orders begin, and the first alternative's number."""
    at, first = lines[0]
    size = first.strip().rstrip(",").strip()
    if not size.isascii() or not size.isdigit() or not 1 <= int(size[:9]) <= MOST_CANDIDATES:
        raise Unreadable(at, f"the number of alternatives, found {shown(first)}")
    names = []
    start = 0 if len(lines) > 1 and re.match(r"\s*0\s*,", lines[1][1]) else 1
    for n in range(1, int(size) + 1):
        if n >= len(lines):
            raise Unreadable(lines[-1][0], f"the names of {size} alternatives, found {n - 1}")
        at, line = lines[n]
        digits, comma, name = line.partition(",")
        if not comma or digits.strip() != str(n - 1 + start):
            raise Unreadable(at, f"alternative {n - 1 + start} and its name, found {shown(line)}")
        names.append(" ".join(name.strip().strip('"').split()))
    if int(size) + 1 >= len(lines):
        raise Unreadable(at, "the numbers of voters and of orders after the names, but the file ends")
    at, line = lines[int(size) + 1]
    if not re.fullmatch(r"\s*[0-9.]+\s*,\s*[0-9.]+\s*,\s*[0-9]+\s*,?\s*", line):
        raise Unreadable(at, f"the numbers of voters and of orders, found {shown(line)}")
    return named(names, at), int(size) + 2, start


def _papers(lines: list[tuple[int, str]], mark: str, numbers: range) -> dict[Weight, list[str]]:
    """Spell the orders, each `count`, the mark, and the alternatives."""
    letters = {str(n): letter_of(place) for place, n in enumerate(numbers, 1)}
    papers: dict[Weight, list[str]] = {}
    for at, line in lines:
        if line.lstrip().startswith("#"):
            continue
        count, marked, order = line.partition(mark)
        order = re.sub(r"\s", "", order)
        weight = number(count)
        if weight is None or not marked or not (_SHAPE.fullmatch(order) or not order):
            raise Unreadable(at, f"an order (count{mark}1,{{2,3}},4), found {shown(line)}")
        try:
            spelt = "".join(_rank(several, one, letters) for several, one in _RANK.findall(order))
        except KeyError:
            told = f"alternatives numbered from {numbers[0]} to {numbers[-1]}, found {shown(order)}"
            raise Unreadable(at, told) from None
        if weight:
            papers.setdefault(weight, []).append(spelt)
    return papers


def _rank(several: str, one: str, letters: dict[str, str]) -> str:
    """Spell a rank: one alternative, or those in braces, of which there may be none."""
    if one:
        return letters[one]
    return LEVEL.join(letters[n] for n in several.split(",") if n) or SKIPPED
