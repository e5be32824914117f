"""`coop db …`: bring the database to this release's shape."""

import click
from flask_migrate import upgrade

from coop.app import create_app


@click.group("db")
def command() -> None:
    """The database."""


@command.command("upgrade")
def upgrade_database() -> None:
    """Migrate to this release; keeps all data."""
    with create_app().app_context():
        upgrade()
    click.echo("The database is up to date.")
