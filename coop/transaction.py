"""One request, one transaction; the SQLite writer lock.

A writing request prepares first (reads, hashes passwords, renders, parses files), then enters
`writing()`, where it reads again what matters, changes it, and commits once at the edge.
Anything flushed outside `writing()` is a bug and raises: every GET rolls back.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from coop.extensions import db

T = TypeVar("T")
log = logging.getLogger("coop")
_BUSY_MS = 30_000
_WAITED_IN_VAIN = frozenset({"55P03", "40P01"})  # PostgreSQL: lock not available, deadlock detected

# SQLite's own busy handler is unfair: without this lock p99 of a vote exceeds a second.
_writer_lock = threading.Lock()


@contextmanager
def writing() -> Iterator[None]:
    """Own the one write transaction of this request; commits on leaving, rolls back on any exception."""
    session = db.session()
    if session.info.get("writing"):
        raise RuntimeError("writing() was entered twice: a deed composes, its edge commits.")
    session.rollback()
    one_writer = db.engine.dialect.name == "sqlite"
    if one_writer:
        _writer_lock.acquire()
    session.info["writing"] = True
    try:
        session.connection(execution_options={"coop_writing": True})
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["writing"] = False
        if one_writer:
            _writer_lock.release()


def _in_its_own_transaction(deed: Callable[[], T]) -> T:
    with writing():
        return deed()


def record_attempt(deed: Callable[[], T]) -> T:
    """Count a failed sign-in although its answer is an error."""
    return _in_its_own_transaction(deed)


def record_view(deed: Callable[[], T]) -> T:
    """Record a look at private particulars, although looking is a GET."""
    return _in_its_own_transaction(deed)


def seal_ballot(deed: Callable[[], T]) -> T | None:
    """Seal and count a ballot at the first need after its closing, before the page is read.

    A secret one takes its tables alone. Where somebody reads them for long, as a backup does, nothing is
    done now: the next page or the next second tries again.
    """
    try:
        return _in_its_own_transaction(deed)
    except OperationalError as error:
        if not waited_in_vain(error):
            raise
        log.warning("a ballot waits to be sealed: its tables are being read")
        return None


def waited_in_vain(error: OperationalError) -> bool:
    """Whether the database gave up waiting for somebody else's lock: nothing was done, and trying again helps."""
    return getattr(error.orig, "sqlstate", None) in _WAITED_IN_VAIN


def come_into_force(deed: Callable[[], T]) -> T:
    """Take over zone and currency on the day a version of the constitution begins, before a page is read."""
    return _in_its_own_transaction(deed)


def chain_events(deed: Callable[[], T]) -> T:
    """Link the unchained audit events before the head is read."""
    return _in_its_own_transaction(deed)


@contextmanager
def alone_on_sqlite() -> Iterator[Any]:
    """Own a connection outside any transaction, with the writer lock; it doesn't wait long for readers."""
    db.session.rollback()
    with _writer_lock:
        connection = db.engine.raw_connection()
        try:
            connection.execute("PRAGMA busy_timeout = 100")
            yield connection
        finally:
            connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
            connection.close()


def bind_transactions(app: Flask) -> None:
    """Prepare the engine's connections and end every request without a trace of what it did not commit."""
    with app.app_context():
        _prepare_engine(db.engine)

    if not app.extensions.get("coop_flush_guard"):
        app.extensions["coop_flush_guard"] = True
        if not event.contains(Session, "before_flush", _refuse_flush_outside_writing):
            event.listen(Session, "before_flush", _refuse_flush_outside_writing)


def _refuse_flush_outside_writing(session: Session, *_: Any) -> None:
    if session.get_bind() is db.engine and not session.info.get("writing"):
        raise RuntimeError("Rows may be changed inside transaction.writing() only.")


def _prepare_engine(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        # First, so that the others may wait for a shell command.
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "recursive_triggers = ON",  # else INSERT OR REPLACE passes the delete triggers
            "secure_delete = ON",  # what a secret ballot leaves behind is written over
            "cache_size = -32000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "reset")
    def _reset(connection: Any, _record: Any, _state: Any) -> None:
        # A commit that SQLite refuses leaves its transaction open, and with it the write lock.
        if connection.in_transaction:
            connection.rollback()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("coop_writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
