"""Runs migrations on the application's own engine, one transaction for all of them."""

from alembic import context
from sqlalchemy import text

from coop.extensions import db


def run() -> None:
    engine = db.engine
    with engine.connect().execution_options(coop_writing=True) as connection:
        if engine.dialect.name == "postgresql":
            # A migration that cannot have its lock gives up instead of stopping the whole co-op.
            connection.execute(text("SET lock_timeout = '10s'"))
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            transactional_ddl=True,
            compare_type=True,
            compare_server_default=False,
            render_as_batch=False,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
