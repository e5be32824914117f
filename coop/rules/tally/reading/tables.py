"""CSV with a header and a row for each paper: a column for each rank, or one for each candidate.

Columns named after ranks (“Rank 1”, “choice_2”, “3rd choice”, “1”) hold candidates' names or numbers.
Otherwise each column of numbers is a candidate's: scores, the higher the better, unless every such header
says “rank” or “place”, or the cells say “1st”. A column `weight` (or `count`, `votes`) weighs the papers.
Other columns, such as an id or a precinct, are passed over.
"""

import re
from collections.abc import Sequence

from coop.rules.tally.election import Election
from coop.rules.tally.papers import LEVEL, MOST_CANDIDATES, SKIPPED, UNCLEAR, Scores, Weight, letter_of
from coop.rules.tally.reading.cells import rows, sniff, weight_in
from coop.rules.tally.reading.source import Unreadable, named, number, shown

Row = tuple[int, list[str]]

_WEIGHTS = {"weight", "wt", "count", "votes", "frequency", "freq", "multiplicity", "number of votes"}
_PASSED_OVER = re.compile(
    r"|#|n|no|nr|row|index|name|date|time|timestamp|token|e-?mail.*|.*\b(?:id|ids)|.*_id|id_.*|"
    r"(?:voter|ballot|precinct|ward|district|paper|record|serial|batch|tabulator|unnamed|cvr|respondent)\b.*",
    re.IGNORECASE,
)
_ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
_RANK = re.compile(
    r"(?:.*[^a-z])?(?:rank|ranking|choice|preference|pref|vote)[\s_.:#-]*([0-9]{1,4})(?:[^0-9].*)?"
    r"|(?:.*[^0-9a-z])?([0-9]{1,4})(?:st|nd|rd|th)(?:[^a-z].*)?|r?([0-9]{1,4})"
    rf"|(?:.*[^a-z])?({'|'.join(_ORDINALS)})(?:[^a-z].*)?",
    re.IGNORECASE,
)
_ONE_RANK = {"vote", "choice", "candidate", "preference", "ballot"}
_SKIPS = {
    "",
    "-",
    "skipped",
    "skip",
    "undervote",
    "under vote",
    "exhausted",
    "blank",
    "none",
    "n/a",
    "na",
    "nan",
    "null",
    "no vote",
    "no selection",
    "0",
}
_OVERVOTES = {"overvote", "overvoted", "over vote", "over-vote"}
_MARKS = {"x": 1, "yes": 1, "y": 1, "true": 1, "✓": 1, "✔": 1, "no": 0, "n": 0, "false": 0}
_PLACE = re.compile(
    rf"(?:rank )?(?:([0-9]{{1,4}})(?:st|nd|rd|th)?|({'|'.join(_ORDINALS)}))(?: (?:choice|preference|place|rank))?"
)
_SAYS_RANK = re.compile(
    r"^(?:rank|ranking|place)\b[\s_.:-]*|[\s_.:(-]*\b(?:rank|ranking|place)\)?$", re.IGNORECASE
)
_SAYS_SCORE = re.compile(
    r"^(?:score|rating|points|stars)\b[\s_.:-]*|[\s_.:(-]*\b(?:score|rating|points|stars)\)?$", re.IGNORECASE
)


def read(data: bytes) -> Election:
    """Read tidy bytes; such a table fills one seat, for it doesn't say how many there are."""
    if data.startswith(b"sep=") and data[5:6] == b"\n":  # a spreadsheet's own note on its delimiter
        table = list(rows(data, chr(data[4])))[1:]
    else:
        table = list(rows(data, sniff(data)))
    if not table:
        raise Unreadable(1, "a header and a row for each paper")
    line, header = table[0]
    titles = [_title(cell) for cell in header]
    weights = [i for i, title in enumerate(titles) if title.lower() in _WEIGHTS]
    if len(weights) > 1:
        raise Unreadable(line, f"one column of weights, found {len(weights)}")
    weigh = weights[0] if weights else None
    ranked = _rank_columns(titles, line, weigh)
    if ranked:
        return _ranked(table, ranked, weigh)
    return _by_candidate(table, titles, weigh)


def _title(cell: str) -> str:
    """Take a column's name; a survey's “Rank these [Ada]” is Ada's column."""
    bracketed = re.fullmatch(r".*\[([^\[\]]+)\]\s*", cell, re.DOTALL)
    return " ".join((bracketed[1] if bracketed else cell).split())


def _rank_columns(titles: list[str], line: int, weigh: int | None) -> list[int]:
    """Find the columns of ranks, the first rank first."""
    places: dict[int, int] = {}
    for i, title in enumerate(titles):
        found = _RANK.fullmatch(title)
        if not found or i == weigh:
            continue
        digits = found[1] or found[2] or found[3]
        rank = int(digits) if digits else _ORDINALS.index(found[4].lower()) + 1
        if rank in places:
            raise Unreadable(line, f"one column for each rank, but rank {rank} has two")
        places[rank] = i
    if not places:
        return [i for i, title in enumerate(titles) if title.lower() in _ONE_RANK][:1]
    if len(places) == 1 and titles[next(iter(places.values()))].isdigit():
        return []
    return [places[rank] for rank in sorted(places)]


def _ranked(table: list[Row], columns: list[int], weigh: int | None) -> Election:
    """Read rows whose cells are candidates."""
    needed = max(columns if weigh is None else [*columns, weigh]) + 1
    found: dict[str, None] = {}
    for line, row in table[1:]:
        _check(row, needed, len(table[0][1]), line)
        cells = [row[i] for i in columns]
        found.update(dict.fromkeys(cells))
        texts = [_text(cell).lower() for cell in cells] if any("0" in cell for cell in cells) else []
        if "0" in texts and not _SKIPS.issuperset(texts[texts.index("0") :]):
            raise Unreadable(line, "candidates numbered from 1; a 0 before further choices is unclear")
    names = _names_in(found)
    numbers = {name: n for n, name in enumerate(names, 1)}
    signs = {cell: _sign(cell, numbers) for cell in found}
    papers: dict[Weight, list[str]] = {}
    for line, row in table[1:]:
        word = "".join([signs[row[i]] for i in columns]).rstrip(SKIPPED)
        weight = 1 if weigh is None else weight_in(row[weigh], line)
        papers.setdefault(weight, []).append(word)
    papers.pop(0, None)
    return Election(named(names, table[-1][0]), papers)


def _check(row: list[str], needed: int, titles: int, line: int) -> None:
    if len(row) < needed or any(cell.strip() for cell in row[titles:]):
        raise Unreadable(line, f"{titles} cells, found {len(row)}")


def _names_in(cells: dict[str, None]) -> list[str]:
    """Gather the candidates: by number where every cell is one, else in the order in which they turn up."""
    texts = dict.fromkeys(text for cell in cells for text in map(_text, cell.split(LEVEL)))
    names = [text for text in texts if text.lower() not in _SKIPS | _OVERVOTES]
    if all(name.isascii() and name.isdigit() and len(name) < 4 for name in names):
        return [str(n) for n in range(1, max(map(int, names), default=0) + 1)]
    return names


def _sign(cell: str, numbers: dict[str, int]) -> str:
    texts = [_text(part) for part in cell.split(LEVEL)]
    if any(text.lower() in _OVERVOTES for text in texts):
        return UNCLEAR
    level = [numbers[text] for text in texts if text.lower() not in _SKIPS]
    return LEVEL.join(map(letter_of, level)) or SKIPPED


def _text(cell: str) -> str:
    text = " ".join(cell.split())
    return text.lstrip("0") or "0" if text.isascii() and text.isdigit() else text


def _by_candidate(table: list[Row], titles: list[str], weigh: int | None) -> Election:
    """Read rows with a cell for each candidate."""
    line = table[0][0]
    columns = [i for i, t in enumerate(titles) if i != weigh and not _PASSED_OVER.fullmatch(t)]
    columns = [i for i in columns if any(_cell(row[i]) is not None for _, row in table[1:] if i < len(row))]
    if len(columns) < 2:  # one number a row says nothing about who is preferred
        told = "a header with a column for each rank (“Rank 1”, “Rank 2”) or for each candidate (scores)"
        raise Unreadable(line, f"{told}, found {shown(', '.join(titles))}")
    ranked = all(_SAYS_RANK.search(titles[i]) for i in columns) or _says_first(table, columns)
    needed = max(columns if weigh is None else [*columns, weigh]) + 1
    given: dict[Scores, Weight] = {}
    for line, row in table[1:]:
        _check(row, needed, len(table[0][1]), line)
        scores = tuple([_score(row[i], line) for i in columns])
        given[scores] = given.get(scores, 0) + (1 if weigh is None else weight_in(row[weigh], line))
    names = _candidates([titles[i] for i in columns], _SAYS_RANK if ranked else _SAYS_SCORE, table[0][0])
    if not ranked:
        return Election.scored(names, given)
    papers: dict[Weight, list[str]] = {}
    for ranks, weight in given.items():
        papers.setdefault(weight, []).append(_word(ranks))
    papers.pop(0, None)
    return Election(names, papers)


def _says_first(table: list[Row], columns: list[int]) -> bool:
    """Whether the cells speak of places: “1st”, “first choice”."""
    cells = {row[i].strip().lower() for _, row in table[1:] for i in columns if i < len(row)}
    return any(re.match(r"1st\b|first\b|rank 1\b", cell) for cell in cells)


def _candidates(titles: list[str], said: re.Pattern[str], line: int) -> tuple[str, ...]:
    if all(said.search(title) and said.sub("", title) for title in titles):
        titles = [said.sub("", title) for title in titles]
    twice = next((title for i, title in enumerate(titles) if title in titles[:i]), None)
    if twice is not None:
        raise Unreadable(line, f"each candidate in one column, but {shown(twice)} has two")
    if len(titles) > MOST_CANDIDATES:
        raise Unreadable(line, f"at most {MOST_CANDIDATES} candidates, found {len(titles)}")
    return named(titles, line)


def _cell(cell: str) -> Weight | None:
    """Read a score, a mark or a place."""
    text = cell.strip().lower()
    if text in _MARKS:
        return _MARKS[text]
    value = number(text.removeprefix("-"))
    if value is not None:
        return -value if text.startswith("-") else value
    place = _PLACE.fullmatch(text)
    if not place:
        return None
    return int(place[1]) if place[1] else _ORDINALS.index(place[2]) + 1


def _score(cell: str, line: int) -> Weight | None:
    value = _cell(cell)
    if value is None and (cell.strip().lower() not in _SKIPS or cell.strip() == "0"):
        raise Unreadable(line, f"a score, a rank or nothing, found {shown(cell)}")
    return value


def _word(ranks: Sequence[Weight | None]) -> str:
    """Spell places as a ranking: the lowest first, equal ones level; 0 is none."""
    levels: dict[Weight, list[str]] = {}
    for n, rank in enumerate(ranks, 1):
        if rank:
            levels.setdefault(rank, []).append(letter_of(n))
    return "".join(LEVEL.join(levels[rank]) for rank in sorted(levels))
