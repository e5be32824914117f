"""Every migration goes up and comes down on both engines, and up gives what the models say."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask_migrate import downgrade, upgrade

from coop.app import create_app
from coop.extensions import db
from tests.conftest import recreate, settings_for


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_app(request, instance, tmp_path):
    """An application on a database without any table."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        cluster = request.getfixturevalue("cluster")
        recreate(cluster, "coop_empty")
        url = cluster.url("coop_empty")
    app = create_app(settings_for(instance, url))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def rows(statement):
    with db.engine.connect() as connection:
        return sorted(tuple(row) for row in connection.execute(sa.text(statement)))


def shape():
    """Everything in the database but its rows: tables, columns, keys, checks, indexes, triggers, functions."""
    if db.engine.dialect.name == "sqlite":
        return rows("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
    return [
        *rows(
            "SELECT table_name, column_name, data_type, is_nullable, coalesce(column_default, '')"
            " FROM information_schema.columns WHERE table_schema = 'public'"
        ),
        *rows(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace"
        ),
        *rows("SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"),
        *rows(
            "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
        ),
        *rows("SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace"),
    ]


def without_the_tools_own_table():
    return [row for row in shape() if "alembic" not in " ".join(str(value) for value in row)]


def test_the_migrations_give_what_the_models_say(empty_app):
    upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "target_metadata": db.metadata}
        )
        assert compare_metadata(context, db.metadata) == []


def test_every_check_and_key_of_the_models_is_in_the_database(empty_app):
    upgrade()
    inspector = sa.inspect(db.engine)
    for table in db.metadata.sorted_tables:
        checks = {one.name for one in table.constraints if isinstance(one, sa.CheckConstraint)}
        assert {one["name"] for one in inspector.get_check_constraints(table.name)} == checks, table.name
        keys = {(tuple(one.column_keys), one.referred_table.name) for one in table.foreign_key_constraints}
        there = {
            (tuple(one["constrained_columns"]), one["referred_table"])
            for one in inspector.get_foreign_keys(table.name)
        }
        assert there == keys, table.name


def test_all_that_goes_up_comes_down_and_goes_up_the_same(empty_app):
    upgrade()
    first = shape()
    assert len(first) > 100
    downgrade(revision="base")
    assert without_the_tools_own_table() == []
    upgrade()
    assert shape() == first


def test_each_step_comes_down_alone(empty_app):
    script = ScriptDirectory(current_app.extensions["migrate"].directory)
    revisions = [one.revision for one in script.walk_revisions()][::-1]
    shapes = []
    for revision in revisions:
        upgrade(revision=revision)
        shapes.append(without_the_tools_own_table())
    for expected in [*shapes[-2::-1], []]:
        downgrade(revision="-1")
        assert without_the_tools_own_table() == expected


def test_the_migrations_form_one_line_and_say_their_day(empty_app):
    script = ScriptDirectory(current_app.extensions["migrate"].directory)
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1
    for one in script.walk_revisions():
        assert one.path.rsplit("/", 1)[1].startswith("20")
        assert one.revision == one.path.rsplit("/", 1)[1].removesuffix(".py")
