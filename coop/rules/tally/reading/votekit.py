"""A profile as VoteKit writes it to CSV: rankings or scores, each row a paper with its weight.

Candidates stand in line 3 as `(name:sign)`, or `(name:type:sign)` in its second version; the columns of
the papers end with `&`, then the weight. A rank is a set of signs, `{'A', 'B'}`; `{}` or nothing is skipped.
"""

import re
from collections.abc import Iterator

from coop.rules.tally.election import Election
from coop.rules.tally.papers import LEVEL, SKIPPED, Scores, Weight, letter_of
from coop.rules.tally.reading.cells import rows, weight_in
from coop.rules.tally.reading.source import Unreadable, named, number, shown

_CANDIDATE = re.compile(r"\((.*?)(?::(?:str|int))?:([^:]*)\)", re.DOTALL)
_SET = re.compile(r"\{([^{}]*)\}")


def read(data: bytes) -> Election:
    """Read tidy bytes; the file doesn't say how many seats there are, so there is one."""
    table = rows(data)
    line, first = next(table)
    scored = first[0].strip() == "VoteKit ScoreProfile"
    if not scored and first[0].strip() != "VoteKit RankProfile":
        raise Unreadable(line, f"a VoteKit RankProfile or ScoreProfile, found {shown(first[0])}")
    names: list[str] = []
    signs: dict[str, int] = {}
    for line, row in table:
        if row[0].startswith("("):
            names, signs = _candidates(row, line)
        if "&" in row:
            break
    else:
        raise Unreadable(line, "the line of columns, with & before the weight")
    if not names:
        raise Unreadable(line, "a line of candidates before, each (name:sign)")
    ends = row.index("&")
    candidates = named(names, line)
    if scored:
        return Election.scored(candidates, _scores(table, ends, len(names)))
    return Election(candidates, _papers(table, ends, signs))


def _candidates(row: list[str], line: int) -> tuple[list[str], dict[str, int]]:
    names, signs = [], {}
    for n, cell in enumerate(row, 1):
        found = _CANDIDATE.fullmatch(cell.strip())
        if not found or found[2] in signs:
            raise Unreadable(line, f"a candidate as (name:sign), no sign twice, found {shown(cell)}")
        names.append(found[1].strip())
        signs[found[2]] = n
    return names, signs


def _papers(
    table: Iterator[tuple[int, list[str]]], ends: int, signs: dict[str, int]
) -> dict[Weight, list[str]]:
    spelt: dict[str, str] = {"": SKIPPED}
    papers: dict[Weight, list[str]] = {}
    for line, row in table:
        weight = _weight(row, ends, line)
        for cell in set(row[:ends]) - spelt.keys():
            spelt[cell] = _rank(cell, signs, line)
        word = "".join(map(spelt.__getitem__, row[:ends])).rstrip(SKIPPED)
        papers.setdefault(weight, []).append(word)
    papers.pop(0, None)
    return papers


def _rank(cell: str, signs: dict[str, int], line: int) -> str:
    found = _SET.fullmatch(cell.strip())
    level = [sign.strip().strip("'\"") for sign in found[1].split(",")] if found and found[1].strip() else []
    if not found or not signs.keys() >= set(level):
        raise Unreadable(line, f"a set of candidates' signs, found {shown(cell)}")
    return LEVEL.join(letter_of(signs[sign]) for sign in level) or SKIPPED


def _scores(table: Iterator[tuple[int, list[str]]], ends: int, candidates: int) -> dict[Scores, Weight]:
    given: dict[Scores, Weight] = {}
    for line, row in table:
        weight = _weight(row, ends, line)
        scores = tuple(number(cell) if cell.strip() else None for cell in row[:ends])
        if ends != candidates or any(s is None and c.strip() for s, c in zip(scores, row, strict=False)):
            raise Unreadable(line, f"a score of 0 or more for each of {candidates} candidates, or nothing")
        given[scores] = given.get(scores, 0) + weight
    return given


def _weight(row: list[str], ends: int, line: int) -> Weight:
    if len(row) < ends + 2 or row[ends] != "&":
        raise Unreadable(line, f"{ends} cells, & and a weight, found {shown(','.join(row))}")
    return weight_in(row[ends + 1], line)
