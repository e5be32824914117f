"""What every test stands on: an application with a fresh, migrated database, builders, and a client that looks."""

import os
import shutil
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from flask_migrate import upgrade
from hypothesis import settings

from config import Settings
from coop.app import create_app
from coop.extensions import db
from coop.transaction import writing
from tests.loaded import pristine  # noqa: F401 - the loaded demonstration, for every test that asks
from tests.make import Make
from tests.postgres import Emptier, postgres_cluster

pytest_plugins = ["tests.evidence"]

settings.register_profile("house", deadline=None)  # a busy machine makes no property false
settings.load_profile("house")

ON_BOTH_ENGINES = ("services", "promises", "models", "faults")


def pytest_generate_tests(metafunc):
    """Tests of services and promises run on SQLite and on PostgreSQL, the others on SQLite."""
    if "database" in metafunc.fixturenames:
        both = metafunc.definition.path.parent.name in ON_BOTH_ENGINES
        engines = [
            pytest.param("sqlite", id="sqlite"),
            pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgres),
        ]
        metafunc.parametrize("database", engines if both else engines[:1], indirect=True, scope="session")


@pytest.fixture(scope="session")
def instance(tmp_path_factory):
    folder = tmp_path_factory.mktemp("instance")
    os.environ["INSTANCE"] = str(folder)
    return folder


def settings_for(instance, url):
    return Settings(
        instance=instance,
        production=False,
        demo=True,
        secret_key="test-only-" + "x" * 40,
        ballot_key="test-only-" + "b" * 40,
        database_url=url,
        base_url="http://127.0.0.1:5000",
        mail_url="",
        mail_from="coop@pioneers.example",
    )


class Database:
    """One application on one engine; `fresh()` gives it an empty migrated database."""

    def __init__(self, engine, instance, tmp_path_factory, cluster=None):
        self.engine, self.instance = engine, instance
        if engine == "postgresql":
            self.cluster = cluster
        folder = tmp_path_factory.mktemp("database")
        self.path, self.template = folder / "coop.db", folder / "template.db"
        url = f"sqlite:///{self.path}" if engine == "sqlite" else self.cluster.url("coop_test")
        if engine == "postgresql":
            recreate(cluster, "coop_test")
        self.app = create_app(settings_for(instance, url))
        self.app.testing = True
        with self.app.app_context():
            upgrade()
            db.engine.dispose()
        if engine == "sqlite":
            shutil.copy(self.path, self.template)
        else:
            recreate(cluster, "coop_template", "coop_test")
            self.emptier = Emptier(cluster, "coop_test", list(db.metadata.tables))

    def fresh(self):
        with self.app.app_context():
            db.session.remove()
            if self.engine == "sqlite":
                db.engine.dispose()
                for leftover in self.path.parent.glob("coop.db-*"):
                    leftover.unlink()
                shutil.copy(self.template, self.path)
            elif not self.emptier.empty():
                self.emptier.close()
                db.engine.dispose()
                recreate(self.cluster, "coop_test", "coop_template")
        for folder in ("mail", "files"):
            shutil.rmtree(self.instance / folder, ignore_errors=True)
        return self.app


def recreate(cluster, name, template="template1"):
    cluster.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name} TEMPLATE {template}")


@pytest.fixture(scope="session")
def cluster():
    with postgres_cluster() as running:
        yield running


@pytest.fixture(scope="session")
def database(request, instance, tmp_path_factory):
    cluster = request.getfixturevalue("cluster") if request.param == "postgresql" else None
    made = Database(request.param, instance, tmp_path_factory, cluster)
    yield made
    if made.engine == "postgresql":
        made.emptier.close()
    with made.app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def app(database):
    return database.fresh()


@pytest.fixture
def now():
    return datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def context(app):
    """An application context for tests of services; tests of pages never hold one."""
    with app.app_context():
        yield app
        db.session.remove()


@pytest.fixture
def deed(context):
    """Run a service as a request would: inside one write transaction. `deed(fn, *args)` returns its answer."""

    def run(service, *args, **kwargs):
        with writing():
            return service(*args, **kwargs)

    return run


@pytest.fixture
def make(app, now):
    return Make(app, now)


@pytest.fixture
def client(app):
    from tests.pages.client import PageClient

    return PageClient(app)


@pytest.fixture
def count_queries(app):
    """`with count_queries() as n: …; n.count` counts the statements sent to the database."""
    from sqlalchemy import event

    class Count:
        count = 0
        statements: list

    @contextmanager
    def counting():
        seen = Count()
        seen.statements = []
        with app.app_context():
            engine = db.engine

        def saw(_connection, _cursor, statement, *_):
            if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT")):
                seen.count += 1
                seen.statements.append(statement)

        event.listen(engine, "before_cursor_execute", saw)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", saw)

    return counting
