"""A PostgreSQL server of the tests' own: one cluster a session, one database a test."""

import atexit
import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest


@dataclass(frozen=True)
class Cluster:
    """A running server that listens on a unix socket only."""

    binaries: Path
    folder: Path
    user: str

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{self.user}@/{database}?host={self.folder}"

    def run(self, *statements: str) -> None:
        """Run statements that stand outside any transaction, such as CREATE DATABASE."""
        with psycopg.connect(
            host=str(self.folder), user=self.user, dbname="postgres", autocommit=True
        ) as connection:
            for statement in statements:
                connection.execute(statement)


class Emptier:
    """Takes every row out of a database and starts every number again: much quicker than a new one.

    One connection and one function in it serve all tests, so that nothing is planned twice. Triggers rest meanwhile,
    else they would refuse.
    """

    def __init__(self, cluster: Cluster, database: str, tables: list[str]) -> None:
        self.cluster, self.database, self.tables = cluster, database, tables
        self.connection: psycopg.Connection | None = None

    def empty(self) -> bool:
        """Empty it; False if someone still holds a lock."""
        try:
            self._connected().execute("SELECT pg_temp.empty_everything()")
        except psycopg.errors.LockNotAvailable:
            return False
        return True

    def close(self) -> None:
        """Let go of the database, so that it can be dropped."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _connected(self) -> psycopg.Connection:
        if self.connection is None:
            self.connection = psycopg.connect(
                host=str(self.cluster.folder), user=self.cluster.user, dbname=self.database, autocommit=True
            )
            deletions = " ".join(
                f"IF EXISTS (SELECT FROM {table}) THEN DELETE FROM {table}; END IF;" for table in self.tables
            )
            self.connection.execute(
                f"SET lock_timeout = '2s'; SET session_replication_role = replica;"
                f" CREATE FUNCTION pg_temp.empty_everything() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {deletions}"
                " PERFORM setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'; END $$"
            )
        return self.connection


def server_binaries() -> Path | None:
    """Where initdb and postgres are, the newest version first; None if they are not installed."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if folders:
        return max(folders, key=lambda folder: int(folder.parent.name.split(".")[0]))
    found = shutil.which("initdb")
    return Path(found).parent if found else None


def skip_or_fail(sentence: str) -> None:
    """Skip, unless this machine promised to have PostgreSQL."""
    if os.environ.get("COOP_REQUIRE_POSTGRES") == "1":
        pytest.fail(sentence)
    pytest.skip(sentence)


def _identity() -> dict:
    """PostgreSQL refuses to run as root, so root's tests hand it to a lesser user."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    return {}


@contextlib.contextmanager
def postgres_cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """Start a throwaway server and stop it at the end of the session.

    Tests need not wait for the disk; `durable` is for measuring what a real one costs.
    """
    binaries = server_binaries()
    if binaries is None:
        skip_or_fail("PostgreSQL's server binaries (initdb, postgres) are not installed.")
    # A short path: a unix socket's name may have 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="coop-pg-", dir="/tmp"))
    identity = _identity()
    if identity:
        os.chown(folder, identity["user"], identity["group"])
    data = folder / "data"

    def command(*words: str) -> None:
        subprocess.run(
            [str(binaries / words[0]), *words[1:]],
            check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **identity,
        )  # fmt: skip

    def stop() -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            command("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    try:
        command("initdb", "-D", str(data), "-U", "coop", "-A", "trust", "-E", "UTF8",
                "--locale=C", "--no-sync", "--no-instructions")  # fmt: skip
        options = (
            f"-k {folder} -c listen_addresses='' -c max_connections=60 -c shared_buffers=64MB -c timezone=UTC"
        )
        if not durable:
            options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        with (data / "postgresql.conf").open("a") as configuration:
            configuration.write("wal_recycle = off\n")  # as docs/unlinkability.md asks for
        command("pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-o", options, "-w", "start")
        yield Cluster(binaries=binaries, folder=folder, user="coop")
    finally:
        stop()
        atexit.unregister(stop)
