"""One request, one transaction; one writer at a time."""

import threading
import time

import pytest
from sqlalchemy import select

from coop.extensions import db
from coop.models.organisations import Organisation
from coop.transaction import writing


def test_nothing_is_written_outside_a_write_transaction(make, context):
    organisation = make.organisation(text=None)
    organisation.name = "Changed behind the door"
    with pytest.raises(RuntimeError, match="inside transaction"):
        db.session.flush()
    db.session.rollback()


def test_an_error_takes_back_the_whole_deed(make, context):
    organisation = make.organisation(text=None)

    def half_a_deed():
        with writing():
            organisation.name = "Half done"
            db.session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_a_deed()
    assert db.session.scalar(select(Organisation.name)) == "Toad Lane Pioneers"


def test_deeds_compose_and_only_the_edge_commits(context):
    with pytest.raises(RuntimeError, match="entered twice"), writing(), writing():
        pass


def test_two_writers_take_turns_and_lose_nothing(make, app, database, context):
    organisation_id = make.organisation(text=None, summary="").id
    db.session.remove()
    rounds, writers = 20, 2

    def write(letter):
        for _ in range(rounds):
            with app.app_context():
                with writing():
                    row = db.session.scalar(
                        select(Organisation).where(Organisation.id == organisation_id).with_for_update()
                    )
                    seen = row.summary
                    time.sleep(0.001)
                    row.summary = seen + letter
                db.session.remove()

    threads = [threading.Thread(target=write, args=(letter,)) for letter in "ab"[:writers]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    summary = db.session.scalar(select(Organisation.summary))
    assert sorted(summary) == ["a"] * rounds + ["b"] * rounds


def test_a_sqlite_connection_keeps_what_the_promises_stand_on(context):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("SQLite's own settings")
    with db.engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("foreign_keys", "recursive_triggers", "synchronous", "journal_mode")
        }
    assert pragmas == {"foreign_keys": 1, "recursive_triggers": 1, "synchronous": 2, "journal_mode": "wal"}
