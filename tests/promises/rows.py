"""Rows put in by plain SQL, past every service: what an attacker, a shell or a later programmer could do."""

import itertools
from datetime import UTC, date, datetime

import sqlalchemy as sa

from coop.extensions import db
from coop.models.columns import Instant

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LATER = datetime(2026, 12, 21, 12, 0, tzinfo=UTC)


class Rows:
    """`rows.add("votes", choice="for")` fills in what is not said, parents included, and returns the key."""

    def __init__(self, engine):
        self.engine = engine
        self.tables = db.metadata.tables
        self.numbers = itertools.count(1)

    @property
    def on_sqlite(self):
        return self.engine.dialect.name == "sqlite"

    def connect(self, **options):
        """A connection that writes as the application's do."""
        return self.engine.connect().execution_options(coop_writing=True, **options)

    def run(self, statement, /, **values):
        with self.connect() as connection:
            result = connection.execute(sa.text(statement), values)
            connection.commit()
            return result

    def one(self, statement, /, **values):
        with self.engine.connect() as connection:
            return connection.execute(sa.text(statement), values).scalar()

    def whole(self, table, **values):
        """The row as it would be inserted, its parents made."""
        row = {}
        for column in self.tables[table].columns:
            if column.name in values:
                row[column.name] = values[column.name]
            elif not (column.nullable or column.server_default is not None or self._counts(column)):
                row[column.name] = self._filled(column)
        return row

    def add(self, table, connection=None, **values):
        row = self.whole(table, **values)
        statement = sa.insert(self.tables[table]).values(**row)
        if connection is not None:
            return connection.execute(statement).inserted_primary_key[0]
        with self.connect() as own:
            key = own.execute(statement).inserted_primary_key[0]
            own.commit()
        return key

    def _counts(self, column):
        return column.primary_key and not column.foreign_keys and isinstance(column.type, sa.Integer)

    def _filled(self, column):
        if column.foreign_keys:
            return self.parent(next(iter(column.foreign_keys)).column.table.name)
        if (column.table.name, column.name) in FITTING:
            return FITTING[column.table.name, column.name]
        if column.name in FITTING:
            return FITTING[column.name]
        if column.default is not None and column.default.is_scalar:
            return column.default.arg
        number = next(self.numbers)
        for kind, fill in PLAIN:
            if isinstance(column.type, kind):
                return fill(number)
        return f"x{number}"[: column.type.length]

    # What takes more than one row

    def parent(self, table):
        match table:
            case "ledger_entries":
                return self.entry(100, -100)
            case "decisions":
                return self.decision()
        return self.add(table)

    def decision(self, **values):
        ballot, _ = self.ballot(sealed=True)
        organisation = self.one("SELECT organisation_id FROM ballots WHERE id = :id", id=ballot)
        return self.add("decisions", ballot_id=ballot, organisation_id=organisation, **values)

    def ballot(self, *, opened=True, sealed=False, entries=2, **values):
        """A ballot with its roll; returns (ballot, [roll entries])."""
        ballot = self.add("ballots", **values)
        roll = [self.add("roll_entries", ballot_id=ballot, entitled=True) for _ in range(entries)]
        for position in (1, 2):
            self.add("ballot_options", ballot_id=ballot, position=position)
        if opened:
            self.open(ballot)
        if sealed:
            self.seal(ballot)
        return ballot, roll

    def open(self, ballot):
        self.run("UPDATE ballots SET rule = '{}', opened_at = :now WHERE id = :id", now=str(NOW), id=ballot)

    def seal(self, ballot):
        self.run("UPDATE ballots SET sealed_at = :now WHERE id = :id", now=str(NOW), id=ballot)

    def entry(self, *amounts, connection=None, close=True, currencies=None):
        """A ledger entry with postings and its closing row, in one transaction; returns its id."""
        organisation = self.add("organisations")
        account = self.add("ledger_accounts", organisation_id=organisation)
        number = 1 + (self.one("SELECT MAX(id) FROM ledger_entries") or 0)

        def book(on):
            self.add("ledger_entries", on, id=number, closing_id=number, organisation_id=organisation)
            for amount, currency in zip(amounts, currencies or ["EUR"] * len(amounts), strict=True):
                self.add(
                    "postings",
                    on,
                    entry_id=number,
                    account_id=account,
                    amount_minor=amount,
                    currency=currency,
                )
            if close:
                self.add("ledger_closings", on, id=number)

        if connection is not None:
            book(connection)
            return number
        with self.connect() as own:
            book(own)
            own.commit()
        return number


# The order matters: LargeBinary and Instant are types of their own.
PLAIN = (
    (sa.JSON, lambda _: []),
    (sa.Boolean, lambda _: True),
    (sa.LargeBinary, lambda number: b"bytes %d" % number),
    (sa.Integer, lambda number: number),
    (sa.Date, lambda _: date(2026, 1, 1)),
    (Instant, lambda _: NOW),
)
# Values that the tables' own checks ask for, by the column's name.
FITTING = {
    ("ballots", "kind"): "motion",
    ("bodies", "kind"): "board",
    ("constitution_versions", "number"): 1,
    ("ledger_accounts", "kind"): "asset",
    ("membership_events", "kind"): "admitted",
    ("matches", "kind"): "other",
    ("notices", "way"): "mail",
    ("attendances", "way"): "in person",
    ("paper_batches", "channel"): "room",
    ("paper_requests", "way"): "post",
    "secrecy": "private",
    "outcome": "carried",
    "opens_at": NOW,
    "closes_at": LATER,
    "answers_until": LATER,
    "currency": "EUR",
    "interval": "year",
    "way": "bank",
    "exclusivity": "exclusive",
    "share_numerator": 1,
    "share_denominator": 1,
    "because": "for a test",
    "answer": "coming",
    "result": {},
    "ids": {},
    "amount_minor": 100,
    "weight": 1,
    "zone": "UTC",
}
