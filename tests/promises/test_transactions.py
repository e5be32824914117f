"""One request, one transaction: all of a deed or nothing of it, and no lock left behind."""

import pytest
import sqlalchemy as sa

from coop.extensions import db
from coop.models.accounts import Person
from coop.models.treasury import LedgerEntry
from coop.transaction import writing
from tests.promises.rows import NOW, Rows


@pytest.fixture
def held(app):
    with app.app_context():
        yield Rows(db.engine)
        db.session.remove()
        db.engine.dispose()


def people():
    count = db.session.scalar(sa.select(sa.func.count()).select_from(Person))
    db.session.rollback()
    return count


def test_a_commit_that_the_database_refuses_leaves_nothing_and_the_next_one_goes_on(held):
    organisation = held.add("organisations")
    with pytest.raises(sa.exc.IntegrityError), writing():  # noqa: PT012 - the commit is at its end
        # The closing row never comes, which only the commit can see.
        entry = {"on": NOW.date(), "says": "x", "cause": "x", "by": "member 1", "at": NOW}
        db.session.add(LedgerEntry(id=1, closing_id=1, organisation_id=organisation, **entry))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LedgerEntry)) == 0
    for number in range(3):
        with writing():
            db.session.add(Person(email=f"p{number}@pioneers.example", created_at=NOW))
    assert people() == 3


def test_an_exception_takes_back_all_of_a_deed(held):
    with pytest.raises(ZeroDivisionError), writing():  # noqa: PT012 - a deed is more than a line
        db.session.add(Person(email="a@pioneers.example", created_at=NOW))
        db.session.flush()
        1 / 0  # noqa: B018
    assert people() == 0


def test_nothing_is_written_outside_a_write_transaction(held):
    db.session.add(Person(email="a@pioneers.example", created_at=NOW))
    with pytest.raises(RuntimeError, match="inside transaction"):
        db.session.flush()
    db.session.rollback()
    assert people() == 0


def test_a_deed_composes_and_its_edge_commits(held):
    with pytest.raises(RuntimeError, match="twice"), writing(), writing():
        pass
    with writing():
        db.session.add(Person(email="a@pioneers.example", created_at=NOW))
    assert people() == 1


def test_every_connection_keeps_the_promises_switched_on(held):
    if held.on_sqlite:
        with held.engine.connect() as first, held.engine.connect() as second:
            for connection in (first, second):
                for pragma, value in (("foreign_keys", 1), ("recursive_triggers", 1), ("synchronous", 2)):
                    assert connection.execute(sa.text(f"PRAGMA {pragma}")).scalar() == value
            assert first.execute(sa.text("PRAGMA journal_mode")).scalar() == "wal"
    else:
        with held.engine.connect() as connection:
            assert connection.execute(sa.text("SHOW transaction_isolation")).scalar() == "read committed"


def test_on_postgresql_a_sum_is_never_compared_with_an_old_picture(held):
    if held.on_sqlite:
        pytest.skip("SQLite has one writer at a time")
    organisation, member = held.add("organisations"), held.add("memberships")
    statement = (
        'INSERT INTO share_entries (organisation_id, membership_id, kind, shares, "on", by, at)'
        " VALUES (:organisation, :member, 'subscribed', 5, '2026-11-21', 'member 1', :now)"
    )
    values = {"organisation": organisation, "member": member, "now": str(NOW)}
    for level in ("REPEATABLE READ", "SERIALIZABLE"):
        with held.connect(isolation_level=level) as connection, pytest.raises(sa.exc.IntegrityError):
            connection.execute(sa.text(statement), values)
    held.run(statement, **values)
