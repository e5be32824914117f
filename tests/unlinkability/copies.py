"""Servers, and copies of all that one keeps, as somebody could take them: files, backups, dumps, mails and logs."""

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import psycopg
import sqlalchemy as sa

from coop.extensions import db
from coop.gateways import mail
from tests.conftest import Database, recreate

FRAME_HEADER = 24


class Copier:
    """Copies what a running server keeps: `{what it is: its bytes}`."""

    page_size: int
    tables: tuple[str, ...]  # the files in which sealed votes lie
    backups: tuple[str, ...]
    logs: tuple[str, ...]  # what was written as votes came: of no use once the ballot is sealed

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder

    def meanwhile(self) -> None:
        """Do what somebody could while people vote."""

    def written(self, log: list[str]) -> dict[str, bytes]:
        """Copy what lies outside the database: the server's log, letters, and all other files."""
        letters = mail.mail_folder(self.database.instance)
        others = [path for path in files_in(self.database.instance) if letters not in path.parents]
        return {
            "log": "\n".join(log).encode(),
            "mails": b"\n".join(path.read_bytes() for path in files_in(letters)),
            "instance": b"".join(path.read_bytes() for path in others),
        }

    def stored(self) -> dict[str, bytes]:
        """Copy the database and what lies beside it, and disturb nothing."""
        raise NotImplementedError

    def backed_up(self) -> dict[str, bytes]:
        """Take backups."""
        raise NotImplementedError

    def written_by_one_who_never_knew(self) -> dict[str, bytes]:
        """Have the engine write the same votes anew, so that only their keys can set their places."""
        raise NotImplementedError

    def spoilt(self, *statements: str) -> AbstractContextManager[tuple[sa.Engine, dict[str, bytes]]]:
        """Copy the database, run statements in the copy, guards asleep, and give an engine on it and its files."""
        raise NotImplementedError


class OfSqlite(Copier):
    page_size = 4096
    tables, backups = ("database",), ("backup",)
    logs = ("write-ahead log", "write-ahead log, copied all along")
    ticks = 0

    def __init__(self, database: Database, folder: Path) -> None:
        super().__init__(database, folder)
        self.wal = database.path.with_name("coop.db-wal")
        self.frames: dict[tuple[int, int], bytes] = {}

    def meanwhile(self) -> None:
        self.frames |= frames_of(self.wal.read_bytes())
        self.ticks += 1
        if self.ticks == 3:
            with closing(sqlite3.connect(self.database.path, isolation_level=None)) as there:
                count_rows_keeping_samples(there)

    def stored(self) -> dict[str, bytes]:
        self.ticks = 0
        frames = frames_of(self.wal.read_bytes()) if self.wal.exists() else {}
        index = self.database.path.with_name("coop.db-shm")
        found = {
            "database": self.database.path.read_bytes(),
            "write-ahead log": in_order(frames),
            "write-ahead log, copied all along": in_order(self.frames | frames),
            "index of the log": index.read_bytes() if index.exists() else b"",
        }
        self.frames = {}
        return found

    def backed_up(self) -> dict[str, bytes]:
        copy = self.folder / "backup.db"
        with closing(sqlite3.connect(self.database.path)) as source:
            dump = "\n".join(source.iterdump()).encode()
            with closing(sqlite3.connect(copy)) as backup:
                source.backup(backup)
        content = copy.read_bytes()
        copy.unlink()
        return {"backup": content, "dump": dump}

    def written_by_one_who_never_knew(self) -> dict[str, bytes]:
        copy = self.folder / "anew.db"
        with closing(sqlite3.connect(self.database.path)) as source:
            source.execute("VACUUM INTO ?", (str(copy),))
        with closing(sqlite3.connect(copy, isolation_level=None)) as there:
            if there.execute("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat4'").fetchone():
                there.execute("DELETE FROM sqlite_stat4")
                there.execute("VACUUM")
        content = copy.read_bytes()
        copy.unlink()
        return {"database": content}

    @contextmanager
    def spoilt(self, *statements: str) -> Iterator[tuple[sa.Engine, dict[str, bytes]]]:
        copy = self.folder / "spoilt.db"
        shutil.copy(self.database.path, copy)
        with closing(sqlite3.connect(copy, isolation_level=None)) as there:
            there.execute("PRAGMA secure_delete = OFF")
            triggers = there.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall()
            for (trigger,) in triggers:
                there.execute(f"DROP TRIGGER {trigger}")
            for statement in statements:
                there.execute(statement)
            there.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        engine = sa.create_engine(f"sqlite:///{copy}")
        yield engine, {"database": copy.read_bytes()}
        engine.dispose()
        copy.unlink()


def count_rows_keeping_samples(there: sqlite3.Connection) -> None:
    """Run ANALYZE as a build of SQLite with STAT4 does: it keeps the keys of some rows beside their numbers."""
    there.execute("ANALYZE")
    if not there.execute("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat4'").fetchone():
        # This build has no STAT4 and lets nobody make its table by that name.
        there.execute("CREATE TABLE samples (tbl, idx, neq, nlt, ndlt, sample)")
        there.execute("PRAGMA writable_schema = ON")
        there.execute(
            "UPDATE sqlite_schema SET name = 'sqlite_stat4', tbl_name = 'sqlite_stat4', "
            "sql = replace(sql, 'samples', 'sqlite_stat4') WHERE name = 'samples'"
        )
        there.execute("PRAGMA writable_schema = RESET")
    for table, key in (("secret_votes", "serial"), ("tokens_issued", "roll_entry_id")):
        there.execute(
            f"INSERT INTO sqlite_stat4 SELECT '{table}', '{table}', '1', '1', '1', CAST({key} AS BLOB) FROM {table}"
        )


def frames_of(wal: bytes) -> dict[tuple[int, int], bytes]:
    """Give the page images of an SQLite WAL by round and place; older rounds may lie behind newer ones."""
    size = FRAME_HEADER + int.from_bytes(wal[8:12], "big")
    found = {}
    for at in range(32, len(wal) - size + 1, size):
        found[int.from_bytes(wal[at + 8 : at + 12], "big"), at] = wal[at + FRAME_HEADER : at + size]
    return found


def in_order(frames: dict[tuple[int, int], bytes]) -> bytes:
    return b"".join(frames[when] for when in sorted(frames))


class OfPostgres(Copier):
    page_size = 8192
    tables = ("secret_votes", "pk_secret_votes")
    backups = ("backup: secret_votes", "backup: pk_secret_votes")
    logs = ("pg_wal",)
    ticks = 0

    @property
    def data(self) -> Path:
        return self.database.cluster.folder / "data"

    def connect(self, name: str = "coop_test") -> psycopg.Connection:
        cluster = self.database.cluster
        return psycopg.connect(host=str(cluster.folder), user=cluster.user, dbname=name, autocommit=True)

    def meanwhile(self) -> None:
        """Count the rows early on, as autovacuum does by itself."""
        self.ticks += 1
        if self.ticks == 3:
            with self.connect() as there:
                there.execute("ANALYZE")

    def stored(self) -> dict[str, bytes]:
        """Copy all files of the cluster; those of other databases hold nothing of this one."""
        self.ticks = 0
        found = {"server log": self.data.with_name("log").read_bytes(), **self._log_of(self.data)}
        others = [path for path in files_in(self.data) if not {"base", "pg_wal"} & {*path.parts}]
        return found | self._relations(self.data) | {"other files": joined(others)}

    def backed_up(self) -> dict[str, bytes]:
        dump, base = self.folder / "dump.sql", self.folder / "base"
        shutil.rmtree(base, ignore_errors=True)
        self._flush()
        found = self._relations(self.data)
        self._command("pg_dump", "-f", str(dump), "coop_test")
        self._command("pg_basebackup", "-D", str(base), "-c", "fast", "-X", "stream")
        found["dump"] = dump.read_bytes()
        copied = self._relations(base) | self._log_of(base)
        return found | {f"backup: {name}": content for name, content in copied.items()}

    def written_by_one_who_never_knew(self) -> dict[str, bytes]:
        with self.connect() as there:
            there.execute("CREATE TABLE anew (LIKE secret_votes INCLUDING ALL)")
            there.execute("INSERT INTO anew SELECT * FROM secret_votes ORDER BY serial, ballot_id")
            self._flush()
            found = self._relations(self.data)
            there.execute("DROP TABLE anew")
        return {"secret_votes": found["anew"], "pk_secret_votes": found["anew_pkey"]}

    @contextmanager
    def spoilt(self, *statements: str) -> Iterator[tuple[sa.Engine, dict[str, bytes]]]:
        with self.database.app.app_context():
            db.session.remove()
            db.engine.dispose()
        self.database.emptier.close()  # a template has no visitors
        recreate(self.database.cluster, "spoilt", "coop_test")
        with self.connect("spoilt") as there:
            there.execute("SET session_replication_role = replica")
            for statement in statements:
                there.execute(statement)
        self._flush()
        engine = sa.create_engine(self.database.cluster.url("spoilt"))
        yield engine, self._relations(self.data, "spoilt")
        engine.dispose()
        self.database.cluster.run("DROP DATABASE spoilt WITH (FORCE)")

    def _command(self, name: str, *words: str) -> None:
        cluster = self.database.cluster
        subprocess.run(
            [str(cluster.binaries / name), "-h", str(cluster.folder), "-U", cluster.user, *words],
            check=True, capture_output=True,
        )  # fmt: skip

    def _flush(self) -> None:
        """Have what is still in memory only written to the files."""
        self.database.cluster.run("CHECKPOINT")

    def _log_of(self, data: Path) -> dict[str, bytes]:
        return {"pg_wal": joined(files_in(data / "pg_wal"))}

    def _relations(self, data: Path, name: str = "coop_test") -> dict[str, bytes]:
        """Join the files of each table and index, and the remaining ones of the database."""
        with self.connect(name) as there:
            (folder,) = there.execute("SELECT oid FROM pg_database WHERE datname = %s", (name,)).fetchone()
            named = dict(
                there.execute("SELECT pg_relation_filenode(oid)::text, relname FROM pg_class").fetchall()
            )
        found: dict[str, list[Path]] = {}
        for path in files_in(data / "base" / str(folder)):
            found.setdefault(named.get(path.name.partition(".")[0], "maps and leftovers"), []).append(path)
        return {relation: joined(paths) for relation, paths in found.items()}


def files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.exists() else []


def joined(paths: list[Path]) -> bytes:
    """Put files together, without the pages of nothing but zeroes that databases keep ready."""
    content = b"".join(path.read_bytes() for path in paths)
    pages = (content[at : at + 4096] for at in range(0, len(content), 4096))
    return b"".join(page for page in pages if page.strip(b"\0"))
