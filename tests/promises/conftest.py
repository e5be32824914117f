import pytest
import sqlalchemy as sa

from coop.extensions import db
from tests.promises.rows import Rows


@pytest.fixture
def rows(app):
    """Rows by plain SQL on a fresh, migrated database, through connections set up as the application's."""
    with app.app_context():
        engine = db.engine
    yield Rows(engine)
    engine.dispose()


@pytest.fixture
def refused(rows):
    """`refused(statement, **values)`: the database itself must say no, and nothing may stay."""

    def attempt(statement, /, **values):
        with pytest.raises(sa.exc.IntegrityError) as caught:
            rows.run(statement, **values)
        return str(caught.value.orig)

    return attempt
