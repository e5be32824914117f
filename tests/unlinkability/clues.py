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
# What PostgreSQL notes of each row: its place, and the transactions and the command that wrote it.
HIDDEN = (
    "ctid::text AS ctid, xmin::text::bigint AS xmin, xmax::text::bigint AS xmax, cmin::text::bigint AS cmin, "
)
SERIAL = re.compile(rb"B[A-P][A-Za-z0-9_-]{85}")  # base64url of 04 and 64 bytes


@dataclass
class Clues:
    """Two families of clues, each {name: {member or serial: value}}."""

    of_voters: dict[str, dict] = field(default_factory=dict)
    of_votes: dict[str, dict] = field(default_factory=dict)

    def __or__(self, other: "Clues") -> "Clues":
        return Clues(self.of_voters | other.of_voters, self.of_votes | other.of_votes)


@dataclass(frozen=True)
class Known:
    """How to recognise voters and votes: what everybody knows about members, and the list of serials."""

    rows: Mapping[tuple[str, int], int]  # {(table, id) of a membership or an entry of the roll: member}
    words: Mapping[str, int]  # {"member 7", a name, an address, the hash of a blinded value: member}
    pattern: re.Pattern  # what such a word looks like
    serials: Mapping[str, str]  # each by itself

    def voters_in(self, row: Mapping, keys: Mapping[str, str]) -> set[int]:
        named = {self.rows.get((table, row.get(column))) for column, table in keys.items()}
        said = {self.words.get(value) for value in row.values() if isinstance(value, str)}
        return (named | said) - {None}

    def votes_in(self, row: Mapping) -> set[str]:
        texts = "\n".join(value for value in row.values() if isinstance(value, str))
        return set(places(texts.encode(), SERIAL, self.serials))


def in_rows(engine: sa.Engine, known: Known) -> Clues:
    """Read every row of every table, and sort whatever names one voter or one vote by each of its columns."""
    found = Clues()
    with engine.connect() as connection:
        schema = sa.inspect(connection)
        for name in schema.get_table_names():
            keys = {
                one["constrained_columns"][0]: one["referred_table"] for one in schema.get_foreign_keys(name)
            }
            columns = {one["name"]: one["type"] for one in schema.get_columns(name)}
            if "id" in columns:
                keys["id"] = name
            times = {column for column, kind in columns.items() if isinstance(kind, sa.DateTime | sa.Date)}
            table = Table(name, list(stored(connection, name)), times)
            found.of_voters |= table.clues(lambda row, keys=keys: known.voters_in(row, keys))
            found.of_votes |= table.clues(known.votes_in)
    return found


def stored(connection: sa.Connection, table: str) -> Iterator[dict]:
    """Give the rows of a table as they lie, with what the engine itself notes beside them."""
    hidden = HIDDEN if connection.dialect.name == "postgresql" else ""
    for place, row in enumerate(connection.exec_driver_sql(f'SELECT {hidden}* FROM "{table}"').mappings()):
        values = {**row, "row": place}
        if hidden:
            values["ctid"] = tuple(map(int, row["ctid"].strip("()").split(",")))
        yield {
            name: canonical(value) if isinstance(value, dict | list) else value
            for name, value in values.items()
            if value is not None
        }


@dataclass(frozen=True)
class Table:
    """The rows of a table, and which of its columns are times."""

    name: str
    rows: list[dict]
    times: set[str]

    def clues(self, whose: Callable[[dict], set]) -> dict[str, dict]:
        """Sort what `whose` recognises by each column, by the first and by the last of several rows."""
        told: dict[str, dict] = defaultdict(lambda: defaultdict(list))
        for row in self.rows:
            about = whose(row)
            for column, value in row.items():
                size = len(value) if isinstance(value, str | bytes) else None
                for one in about:
                    if len(about) == 1:
                        told[f"{self._kind_of(column, value)}: {self.name}.{column}"][one].append(value)
                    elif size is not None:  # many in one text: their order in it
                        where = (row["row"], value.find(str(one)))
                        told[f"row order: {self.name}.{column} (within)"][one].append(where)
                    if size is not None:
                        told[f"size: {self.name}.{column}"][one].append(size)
        return {
            f"{name} ({which})": {one: pick(values) for one, values in clue.items()}
            for name, clue in told.items()
            for which, pick in (("first", min), ("last", max))
        }

    def _kind_of(self, column: str, value: object) -> str:
        if column in ("row", "ctid"):
            return "row order"
        if column in {"xmin", "xmax", "cmin"} | self.times or isinstance(value, datetime | date):
            return "time"
        return "value"


def in_bytes(files: Mapping[str, bytes], known: Known, page_size: int) -> Clues:
    """Search files for whatever names a voter or a vote, and sort by where, where in its page, and how often."""
    found = Clues()
    for name, content in files.items():
        for family, pattern, keys in (
            (found.of_votes, SERIAL, known.serials),
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
    found = places(content, SERIAL, known.serials)
    pages = {at // page_size for where in found.values() for at in where}
    nth = {page: n for n, page in enumerate(sorted(pages))}
    return sorted((nth[at // page_size], at % page_size, one) for one, where in found.items() for at in where)
