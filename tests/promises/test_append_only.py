"""Decisions, ledger entries, share entries, audit events, issued documents and their like are never changed."""

import pytest
import sqlalchemy as sa

APPEND_ONLY = {
    "audit_events": "verb",
    "audit_links": "hash",
    "documents": "title",
    "membership_events": "reason",
    "decisions": "reasoning",
    "share_entries": "kind",
    "allocations": "at",
    "charge_reversals": "reason",
    "payments": "received_on",
    "notices": "way",
    "webhook_events": "payload",
    "articles": "text",
    "provisions": "value",
    "work_versions": "file_name",
    "licence_offers": "expression",
}
# Rows that may gain a date or be hidden, but never go away.
NEVER_DELETED = [
    "memberships",
    "organisations",
    "people",
    "constitution_versions",
    "charges",
    "statements",
    "statement_lines",
    "matches",
    "grants",
    "office_terms",
    "dues_plans",
    "dues_bands",
    "works",
    "nomination_calls",
    "nominations",
]


def key_column(rows, table):
    return rows.tables[table].primary_key.columns[0].name


@pytest.fixture
def row(rows):
    def put(table):
        if table == "decisions":
            return rows.decision()
        if table == "allocations":
            payment = rows.add("payments", amount_minor=100)
            return rows.add("allocations", payment_id=payment, amount_minor=40)
        return rows.add(table)

    return put


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_a_row_that_is_kept_for_ever_cannot_be_updated(rows, refused, row, table):
    row(table)
    column = APPEND_ONLY[table]
    refused(f"UPDATE {table} SET {column} = {column}")


@pytest.mark.parametrize("table", [*APPEND_ONLY, *NEVER_DELETED])
def test_a_row_that_is_kept_for_ever_cannot_be_deleted(rows, refused, row, table):
    row(table)
    before = rows.one(f"SELECT COUNT(*) FROM {table}")
    refused(f"DELETE FROM {table}")
    assert rows.one(f"SELECT COUNT(*) FROM {table}") == before > 0


@pytest.mark.parametrize("table", [*APPEND_ONLY, *NEVER_DELETED])
def test_a_row_that_is_kept_for_ever_cannot_be_replaced(rows, row, table):
    key = row(table)
    name = key_column(rows, table)
    with rows.engine.connect() as connection:
        old = (
            connection.execute(sa.text(f"SELECT * FROM {table} WHERE {name} = :key"), {"key": key})
            .mappings()
            .one()
        )
    columns = ", ".join(f'"{column}"' for column in old)
    marks = ", ".join(f":{column}" for column in old)
    if rows.on_sqlite:
        statement = f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({marks})"
    else:
        column = APPEND_ONLY.get(table, name)
        statement = (
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} WHERE {name} = :{name} "
            f"ON CONFLICT ({name}) DO UPDATE SET {column} = EXCLUDED.{column}"
        )
    if rows.on_sqlite or table in APPEND_ONLY:
        with pytest.raises(sa.exc.IntegrityError):
            rows.run(statement, **dict(old))
    else:
        rows.run(statement, **dict(old))  # an update to the same values, which changes nothing
    with rows.engine.connect() as connection:
        new = (
            connection.execute(sa.text(f"SELECT * FROM {table} WHERE {name} = :key"), {"key": key})
            .mappings()
            .one()
        )
    assert dict(new) == dict(old)


def test_a_table_that_is_kept_for_ever_cannot_be_emptied_at_once(rows, refused):
    if rows.on_sqlite:
        pytest.skip("SQLite has no TRUNCATE; DELETE is tried above")
    for table in [*APPEND_ONLY, *NEVER_DELETED, "ledger_entries", "ledger_closings", "postings", "votes"]:
        assert "never" in refused(f"TRUNCATE {table} CASCADE"), table


@pytest.mark.parametrize(
    ("table", "column"),
    [("ledger_entries", "says"), ("ledger_closings", "id"), ("postings", "amount_minor")],
)
def test_a_booking_cannot_be_changed_or_deleted(rows, refused, table, column):
    rows.entry(100, -100)
    refused(f"UPDATE {table} SET {column} = {column}")
    refused(f"DELETE FROM {table}")


def test_a_booking_cannot_be_replaced(rows, refused):
    if not rows.on_sqlite:
        pytest.skip("INSERT OR REPLACE is SQLite's own")
    entry = rows.entry(100, -100)
    refused("INSERT OR REPLACE INTO ledger_closings (id) VALUES (:id)", id=entry)
    refused("INSERT OR REPLACE INTO postings SELECT * FROM postings")
    refused("INSERT OR REPLACE INTO ledger_entries SELECT * FROM ledger_entries")


def test_erasing_the_particulars_of_an_event_leaves_the_event(rows, refused):
    event = rows.add("audit_events")
    rows.add("audit_particulars", event_id=event)
    refused("UPDATE audit_particulars SET payload = 'other'")
    rows.run("DELETE FROM audit_particulars")
    assert rows.one("SELECT COUNT(*) FROM audit_events") == 1


def test_a_member_number_stays_with_its_member(rows, refused):
    rows.add("memberships")
    refused("UPDATE memberships SET number = number + 1")


def test_an_adopted_constitution_keeps_its_text(rows, refused):
    rows.add("constitution_versions")
    refused("UPDATE constitution_versions SET text = 'other'")


def test_a_charge_is_reversed_never_changed(rows, refused):
    rows.add("charges")
    refused("UPDATE charges SET amount_minor = amount_minor + 1")
