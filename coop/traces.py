"""What a database keeps on the disk besides its rows, and which could tell in which order secret votes came.

The rows themselves are in order already; see `services.ballots.secret.sealing`.
"""

from typing import Any

from coop.extensions import db
from coop.transaction import alone_on_sqlite

# Why the log may still tell. For whoever runs the server: docs/unlinkability.md says what to do.
READ = "somebody is still reading the database"
NO_LEAVE = "the role of this program may not move PostgreSQL's log on, or not look at its files"
RECYCLED = "PostgreSQL keeps old files of its log for new use (wal_recycle is on)"
KEPT = "old files of PostgreSQL's log are still there; if they stay, an archive, a replica or a setting holds them"

MAY_EMPTY_THE_LOG = (
    "SELECT has_function_privilege('pg_switch_wal()', 'EXECUTE') "
    "AND has_function_privilege('pg_ls_waldir()', 'EXECUTE') "
    "AND EXISTS (SELECT 1 FROM pg_roles WHERE (rolname = current_user AND rolsuper) "
    "OR (rolname = 'pg_checkpoint' AND pg_has_role(oid, 'USAGE')))"
)
# The file being written, the first and the last one there, by their places in the log.
_FILES = (
    "SELECT substr(pg_walfile_name(pg_current_wal_insert_lsn()), 9), min(substr(name, 9, 16)), "
    "max(substr(name, 9, 16)) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}([.]partial)?$'"
)
_MOST_READY = 100
_OF_SECRETS = ("tokens_issued", "secret_votes")


def write_database_anew() -> None:
    """Leave no row's former place in the database: what is deleted, and in which order rows came."""
    if db.engine.dialect.name == "sqlite":
        with alone_on_sqlite() as connection:
            _forget_samples(connection)
            connection.execute("VACUUM")
        return
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM FULL signing_keys")


def empty_write_ahead_log() -> str:
    """Leave nothing older than the database itself beside it; where that can't be, or not be seen, say why."""
    return _empty_on_sqlite() if db.engine.dialect.name == "sqlite" else _empty_on_postgresql()


def _forget_samples(connection: Any) -> None:
    """ANALYZE run by hand, in a build with STAT4, keeps serials that came early; SQLite does well without."""
    for (table,) in connection.execute(
        "SELECT name FROM sqlite_schema WHERE name IN ('sqlite_stat1', 'sqlite_stat3', 'sqlite_stat4')"
    ).fetchall():
        connection.execute(f"DELETE FROM {table} WHERE tbl IN (?, ?)", _OF_SECRETS)


def _empty_on_sqlite() -> str:
    with alone_on_sqlite() as connection:
        (busy, _pages, _moved) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return READ if busy else ""


def _empty_on_postgresql() -> str:
    """Move the log on to a new file and have those before it removed.

    A file used again holds, behind what is new, what it held before. So the log is moved on until it stands in a
    file that did not lie ready, and then all files that were there must be gone.
    """
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.exec_driver_sql(MAY_EMPTY_THE_LOG).scalar():
            return NO_LEAVE
        if connection.exec_driver_sql("SHOW wal_recycle").scalar() == "on":
            return RECYCLED
        for _ in range(_MOST_READY):
            here, _first, last = connection.exec_driver_sql(_FILES).one()
            connection.exec_driver_sql("SELECT pg_switch_wal()")
            connection.exec_driver_sql("CHECKPOINT")
            there, first, _last = connection.exec_driver_sql(_FILES).one()
            if last <= here < first:
                return ""
            if first <= here < there:  # a file in which nothing stands yet is not left: once more then
                return KEPT
    return KEPT
