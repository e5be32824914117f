"""Council wards as one CSV each, the form in which researchers keep the Scottish elections since 2007.

`candidates,seats`; papers `weight,n,n,…`; then `"Candidate n","name","party"` for each; the ward's name.
"""

from coop.rules.tally.election import Election
from coop.rules.tally.papers import MOST_CANDIDATES, Weight, letter_of
from coop.rules.tally.reading.cells import rows
from coop.rules.tally.reading.source import Unreadable, named, number, shown


def read(data: bytes) -> Election:
    """Read tidy bytes."""
    candidates = seats = line = 0
    papers: dict[Weight, list[str]] = {}
    names: list[str] = []
    letters: dict[str, str] = {}
    for line, cells in rows(data):
        row = [cell.strip() for cell in cells]
        while row and not row[-1]:
            row.pop()
        if not row:
            continue
        if not candidates:
            candidates, seats = _head(row, line)
            letters = {str(n): letter_of(n) for n in range(1, candidates + 1)}
        elif row[0].startswith("Candidate "):
            names.append(_name(row, line, len(names) + 1, candidates))
        elif len(names) == candidates:
            break  # the ward's name
        else:
            weight = number(row[0])
            if weight is None or names or not letters.keys() >= set(row[1:]):
                told = f"a paper (weight, candidates from 1 to {candidates}), found {shown(','.join(row))}"
                raise Unreadable(line, told)
            papers.setdefault(weight, []).append("".join(map(letters.__getitem__, row[1:])))
    if len(names) < candidates:
        raise Unreadable(line, f"the names of {candidates} candidates, found {len(names)}")
    papers.pop(0, None)
    return Election(named(names, line), papers, seats)


def _head(row: list[str], line: int) -> tuple[int, int]:
    if len(row) != 2 or not all(cell.isascii() and cell.isdigit() and len(cell) < 6 for cell in row):
        raise Unreadable(line, f"the numbers of candidates and of seats, found {shown(','.join(row))}")
    candidates, seats = map(int, row)
    if not 1 <= candidates <= MOST_CANDIDATES or not seats:
        told = f"1 to {MOST_CANDIDATES} candidates and at least one seat, found {shown(','.join(row))}"
        raise Unreadable(line, told)
    return candidates, seats


def _name(row: list[str], line: int, expected: int, candidates: int) -> str:
    if row[0] != f"Candidate {expected}" or len(row) < 2 or expected > candidates:
        told = f"“Candidate {min(expected, candidates)}” and the name, found {shown(','.join(row))}"
        raise Unreadable(line, told)
    return " ".join(row[1].split())
