"""What rows and bytes tell about the order of voters and of votes: every clue that an attacker could sort by.

Nothing here knows a table of ours by name but those that voters are named by: a column that somebody adds
tomorrow is a clue tomorrow. The name of a clue begins with its kind: row order, page order, time, size or value.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa

from coop.rules.chain import canonical

KINDS = ("row order", "page order", "time", "size", "value")
TEXTS = {"dump", "log", "server log", "mails", "instance", "pg_wal", "backup: pg_wal"}  # not made of pages
SERIAL = re.compile(rb"B[A-P][A-Za-z0-9_-]{85}")  # base64url of 04 and 64 bytes


@dataclass
class Clues:
    """Two families of clues, each {name: {member or serial: value}}."""

    of_voters: dict[str, dict] = field(default_factory=dict)
    of_votes: dict[str, dict] = field(default_factory=dict)

    def add(self, other: "Clues", where: str = "") -> None:
        self.of_voters |= {name + where: clue for name, clue in other.of_voters.items()}
        self.of_votes |= {name + where: clue for name, clue in other.of_votes.items()}


@dataclass(frozen=True)
class Known:
    """How to recognise voters and votes: what everybody knows about members, and the list of serials."""

    rows: Mapping[tuple[str, int], int]  # (table, id) of a person, a membership, an entry of the roll: the member
    words: Mapping[str, int]  # "member 7", their name, their address, the hash of their blinded value
    pattern: re.Pattern  # what such a word looks like
    serials: frozenset[str]

    def voters_in(self, row: Mapping, keys: Mapping[str, str]) -> set[int]:
        named = {self.rows.get((table, row.get(column))) for column, table in keys.items()}
        said = {self.words.get(value) for value in row.values() if isinstance(value, str)}
        return (named | said) - {None}

    def votes_in(self, row: Mapping, _keys: Mapping[str, str]) -> set[str]:
        texts = "\n".join(value for value in row.values() if isinstance(value, str))
        return set(places(texts.encode(), SERIAL, {one: one for one in self.serials}))


def in_rows(engine: sa.Engine, known: Known) -> Clues:
    """Read every row of every table, and sort whatever names one voter or one vote by each of its columns."""
    found = Clues()
    with engine.connect() as connection:
        tables = sa.inspect(connection)
        for table in tables.get_table_names():
            keys = {one["constrained_columns"][0]: one["referred_table"] for one in tables.get_foreign_keys(table)}
            keys["id"] = table
            columns = tables.get_columns(table)
            times = {one["name"] for one in columns if isinstance(one["type"], sa.DateTime | sa.Date)}
            keys = {column: keys[column] for column in keys if any(column == one["name"] for one in columns)}
            rows = [plain(row) for row in stored(connection, table)]
            for family, finder in ((found.of_voters, known.voters_in), (found.of_votes, known.votes_in)):
                family.update(_of_table(table, rows, lambda row, find=finder: find(row, keys), times))
    return found


def stored(connection: sa.Connection, table: str) -> Iterator[dict]:
    """Give the rows of a table as they lie, with all that the engine itself notes beside them."""
    hidden = ""
    if connection.dialect.name == "postgresql":
        hidden = "ctid::text AS ctid, xmin::text::bigint AS xmin, cmin::text::bigint AS cmin, xmax::text::bigint AS xmax, "
    for place, row in enumerate(connection.exec_driver_sql(f'SELECT {hidden}* FROM "{table}"').mappings()):
        ctid = {"ctid": tuple(map(int, row["ctid"].strip("()").split(",")))} if hidden else {}
        yield {**row, **ctid, "row": place}


def plain(row: Mapping) -> dict:
    """Make the values of a row such that those of one column can be sorted."""
    return {
        name: canonical(value) if isinstance(value, dict | list) else value
        for name, value in row.items()
        if value is not None
    }


def _of_table(table: str, rows: list[dict], whose: Callable[[dict], set], times: set[str]) -> dict[str, dict]:
    told = defaultdict(lambda: defaultdict(list))
    for row in rows:
        about = whose(row)
        if len(about) > 1:
            for column, value in row.items():
                for one in about if isinstance(value, str) else ():
                    told[f"row order: within {table}.{column}"][one].append((row["row"], value.find(str(one))))
            continue
        for one in about:
            for column, value in row.items():
                told[f"{_kind_of(column, value, times)}: {table}.{column}"][one].append(value)
                if isinstance(value, str | bytes | memoryview):
                    told[f"size: {table}.{column}"][one].append(len(value))
    first = {f"{name} (first)": {one: min(told) for one, told in clue.items()} for name, clue in told.items()}
    last = {f"{name} (last)": {one: max(told) for one, told in clue.items()} for name, clue in told.items()}
    return first | last


def _kind_of(column: str, value: object, times: set[str]) -> str:
    if column in ("row", "ctid"):
        return "row order"
    if column in times or column in ("xmin", "xmax", "cmin") or isinstance(value, datetime | date):
        return "time"
    return "value"


def in_bytes(files: Mapping[str, bytes], known: Known, page_size: int) -> Clues:
    """Search files for whatever names a voter or a vote, and sort by where, where in its page, and how often."""
    found = Clues()
    for name, content in files.items():
        for family, pattern, keys in (
            (found.of_votes, SERIAL, {serial: serial for serial in known.serials}),
            (found.of_voters, known.pattern, known.words),
        ):
            if lying := places(content, pattern, keys):
                family.update(_of_file(name, lying, 0 if name in TEXTS else page_size))
    return found


def places(content: bytes, pattern: re.Pattern, keys: Mapping[str, Hashable]) -> dict[Hashable, list[int]]:
    """Say at which offsets each thing is named; what is named nowhere is not in the answer."""
    found = defaultdict(list)
    hit = pattern.search(content)
    while hit:
        if (key := keys.get(hit[0].decode())) is not None:
            found[key].append(hit.start())
        hit = pattern.search(content, hit.start() + 1)  # a name may begin within what looks like one
    return dict(found)


def _of_file(name: str, lying: Mapping[Hashable, list[int]], page_size: int) -> dict[str, dict]:
    found = {
        f"page order: {name} (first)": {one: where[0] for one, where in lying.items()},
        f"page order: {name} (last)": {one: where[-1] for one, where in lying.items()},
        f"size: times in {name}": {one: len(where) for one, where in lying.items()},
    }
    if page_size:
        in_page = {one: where[0] % page_size for one, where in lying.items()}
        found[f"page order: {name} (in the page)"] = in_page
    return found


def layout(content: bytes, known: Known, page_size: int) -> list[tuple[int, int, str]]:
    """Say where serials lie: in the how manieth page that holds any, and where in it."""
    found = places(content, SERIAL, {serial: serial for serial in known.serials})
    pages = {at // page_size for where in found.values() for at in where}
    nth = {page: n for n, page in enumerate(sorted(pages))}
    return sorted((nth[at // page_size], at % page_size, one) for one, where in found.items() for at in where)
