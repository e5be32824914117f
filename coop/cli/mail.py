"""`coop mail …`: the outbox from the shell."""

import click

from coop import background
from coop.app import create_app


@click.group("mail")
def command() -> None:
    """Letters that wait to be sent."""


@command.command()
def send() -> None:
    """Send what waits, as the server does by itself every second."""
    app = create_app()
    with app.app_context():
        sent = background.send_mail(app)
    click.echo(f"{sent.sent} sent, {sent.delayed} to be tried again, {sent.failed} that cannot be sent.")
