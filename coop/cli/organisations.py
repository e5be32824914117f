"""`coop organisations …`: the operator lets an organisation begin here."""

from datetime import UTC, datetime

import click
from flask import current_app

from coop.access import OPERATOR
from coop.app import create_app
from coop.services import beginnings
from coop.transaction import writing


@click.group("organisations")
def command() -> None:
    """Organisations that begin here."""


@command.command("invite")
def invite() -> None:
    """Print a link by which one organisation is founded or moves in; it works once, within thirty days."""
    with create_app().app_context():
        with writing():
            code = beginnings.invite(OPERATOR, datetime.now(UTC))
        print(f"{current_app.config['COOP'].base_url}/found?code={code}")
