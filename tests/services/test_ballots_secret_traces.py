"""Traces of secret votes are called gone only where they were seen to be: in the log of either engine."""

import logging
import sqlite3
from contextlib import closing, contextmanager
from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa
import time_machine
from click.testing import CliRunner

from coop import background, traces
from coop.cli import main
from coop.extensions import db
from coop.services import ballots
from coop.services.ballots import secret
from tests.ballot_house import after
from tests.unlinkability.copies import count_rows_keeping_samples

FIVE = ("for", "for", "for", "against", "abstain")


@pytest.fixture
def sealed(booth_of, deed):
    """A sealed secret ballot of five votes; gives it and the serials of its votes."""
    booth, members, _officer = booth_of()
    serials = [voter.serial.encode() for voter in booth.votes(members, FIVE)]
    return lambda: deed(ballots.seal, booth.ballot.id, after(booth.ballot)), booth.ballot, serials


@pytest.fixture
def log_of(database):
    """The bytes of the log that lies beside the tables."""
    if database.engine == "sqlite":
        return lambda: database.path.with_name("coop.db-wal").read_bytes()
    folder = database.cluster.folder / "data" / "pg_wal"

    def read():
        database.cluster.run("SELECT pg_switch_wal()")  # writes what is still in memory
        return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())

    return read


def scrubbed(ballot):
    db.session.expire_all()
    since = secret.sealing_of(ballot).scrubbed_at
    db.session.rollback()  # whoever reads hinders
    return since


@contextmanager
def recycling(cluster):
    """A server as it is set up by default: it keeps old files of its log for new use."""

    def say(value):
        cluster.run(f"ALTER SYSTEM SET wal_recycle = {value}", "SELECT pg_reload_conf()")
        while cluster_says(cluster) != value:
            pass

    say("on")
    try:
        yield lambda: say("off")
    finally:
        say("off")


def cluster_says(cluster):
    """Ask in a connection of its own, which reads the configuration anew."""
    with psycopg.connect(host=str(cluster.folder), user=cluster.user, dbname="postgres") as one:
        return one.execute("SHOW wal_recycle").fetchone()[0]


@contextmanager
def as_role(name):
    """Do what follows in a role that may less."""

    def lower(connection, *_):
        connection.execute(f"SET ROLE {name}")
        connection.commit()

    engine = db.engine
    db.session.rollback()
    engine.dispose()
    sa.event.listen(engine, "connect", lower)
    try:
        yield
    finally:
        sa.event.remove(engine, "connect", lower)
        engine.dispose()


def ready_files(cluster):
    """The bytes of those files of the log that wait to be written."""
    with psycopg.connect(host=str(cluster.folder), user=cluster.user, dbname="postgres") as one:
        (here,) = one.execute("SELECT pg_walfile_name(pg_current_wal_insert_lsn())").fetchone()
    folder = cluster.folder / "data" / "pg_wal"
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name > here)


def postgres_only(database):
    if database.engine != "postgresql":
        pytest.skip("SQLite needs nobody's leave to empty its log")


def test_votes_are_gone_from_the_log_when_they_are_called_gone(sealed, log_of):
    seal, ballot, serials = sealed
    assert all(one in log_of() for one in serials), "a search that finds nothing shows nothing"
    seal()
    assert background.remove_traces(after(ballot)) == ""
    assert scrubbed(ballot) is not None
    assert not any(one in log_of() for one in serials)


def test_samples_of_votes_that_were_kept_while_voting_are_gone(sealed, database):
    if database.engine != "sqlite":
        pytest.skip("PostgreSQL is told to keep none: a migration, and tests/unlinkability")
    seal, ballot, serials = sealed

    def kept():
        found = there.execute("SELECT tbl, sample FROM sqlite_stat4").fetchall()
        return {sample for table, sample in found if table == "secret_votes"}, len(found)

    with closing(sqlite3.connect(database.path, isolation_level=None)) as there:
        count_rows_keeping_samples(there)
        there.execute("INSERT INTO sqlite_stat4 VALUES ('members', 'members', '1', '1', '1', 'x')")
        assert kept() == (set(serials), 11)
        seal()
        assert background.remove_traces(after(ballot)) == ""
        assert kept() == (set(), 1)
        there.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = database.path.read_bytes()
    assert {content.count(one) for one in serials} == {2}, "in its row, and in the index of ballots"


def test_where_old_files_are_used_again_votes_are_called_gone_only_once_the_log_stands_in_a_new_one(
    sealed, log_of, database, cluster
):
    postgres_only(database)
    seal, ballot, serials = sealed
    with recycling(cluster) as end:
        # What was written while people voted lies in files that wait for new use, under later names.
        cluster.run("SELECT pg_switch_wal()", "CHECKPOINT")
        seal()
        for _ in range(2):
            assert background.remove_traces(after(ballot)) == traces.RECYCLED
        assert (scrubbed(ballot), secret.sealing_of(ballot).sorted_at is None) == (None, False)
        end()
        assert all(one in ready_files(cluster) for one in serials), "so a file that lies ready must not do"
        assert background.remove_traces(after(ballot)) == ""
    assert scrubbed(ballot) is not None
    assert not any(one in log_of() for one in serials)


def test_files_that_a_replica_may_still_ask_for_are_not_called_gone(sealed, log_of, database, cluster):
    postgres_only(database)
    seal, ballot, serials = sealed
    cluster.run("SELECT pg_create_physical_replication_slot('elsewhere', true)")
    try:
        seal()
        assert background.remove_traces(after(ballot)) == traces.KEPT
        assert scrubbed(ballot) is None
        assert all(one in log_of() for one in serials)
    finally:
        cluster.run("SELECT pg_drop_replication_slot('elsewhere')")
    assert background.remove_traces(after(ballot)) == ""
    assert not any(one in log_of() for one in serials)


def test_without_leave_nothing_is_called_gone_and_with_it_all_is(sealed, database, cluster, monkeypatch):
    postgres_only(database)
    seal, ballot, _serials = sealed
    cluster.run("CREATE ROLE keeper")

    def as_keeper():
        with as_role("keeper"):
            return traces.empty_write_ahead_log()

    try:
        monkeypatch.setattr(background, "empty_write_ahead_log", as_keeper)
        seal()
        assert background.remove_traces(after(ballot)) == traces.NO_LEAVE
        assert scrubbed(ballot) is None
        cluster.run("GRANT pg_checkpoint TO keeper")
        with db.engine.begin() as here:  # in the database of the co-op
            here.execute(sa.text("GRANT EXECUTE ON FUNCTION pg_switch_wal(), pg_ls_waldir() TO keeper"))
        assert background.remove_traces(after(ballot)) == ""
        assert scrubbed(ballot) is not None
    finally:
        with db.engine.begin() as here:
            here.execute(sa.text("DROP OWNED BY keeper"))
        cluster.run("DROP OWNED BY keeper", "DROP ROLE keeper")


def test_the_background_tries_again_after_growing_pauses_and_says_why(app, sealed, monkeypatch, caplog):
    seal, ballot, _serials = sealed
    tried = []
    monkeypatch.setattr(background, "_emptied_next", {"at": after(ballot), "pause": timedelta(0)})
    monkeypatch.setattr(background, "empty_write_ahead_log", lambda: tried.append(1) or traces.RECYCLED)
    seal()
    with time_machine.travel(after(ballot), tick=False) as clock, caplog.at_level(logging.INFO):
        for _ in range(8):
            background.scrub_secret_ballots(app)
            clock.shift(timedelta(seconds=1))
        assert len(tried) == 4  # at 0, 1, 3 and 7 seconds
        clock.shift(timedelta(days=1))
        background.scrub_secret_ballots(app)
    said = {record.getMessage() for record in caplog.records if record.name == "coop"}
    assert said == {
        f"the database's log may still tell who voted how in a sealed secret ballot: {traces.RECYCLED}"
    }
    monkeypatch.setattr(background, "empty_write_ahead_log", lambda: "")
    with time_machine.travel(after(ballot) + timedelta(days=2)):
        background.scrub_secret_ballots(app)
    assert scrubbed(ballot) is not None


def test_the_operator_is_told_what_keeps_the_traces(app, sealed, monkeypatch):
    seal, ballot, _serials = sealed
    seal()
    db.session.rollback()
    monkeypatch.setattr("coop.cli.ballots.create_app", lambda: app)
    with monkeypatch.context() as kept:
        kept.setattr(background, "empty_write_ahead_log", lambda: traces.NO_LEAVE)
        answer = CliRunner().invoke(main, ["ballots", "traces"])
        assert (answer.exit_code, traces.NO_LEAVE in answer.output) == (1, True)
    assert scrubbed(ballot) is None
    answer = CliRunner().invoke(main, ["ballots", "traces"])
    assert (answer.exit_code, "nothing is left" in answer.output) == (0, True), answer.output
    assert scrubbed(ballot) is not None
