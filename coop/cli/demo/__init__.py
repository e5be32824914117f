"""`coop demo`: the practice co-op, two years of history, made through the same services as everyone's."""

import sys
from datetime import UTC, datetime

import click


@click.command("demo")
def command() -> None:
    """Load the demonstration into an empty database."""
    from coop.app import create_app  # noqa: PLC0415 - loaded when the command runs

    with create_app().app_context():
        load()
    click.echo("The practice co-op is loaded.")


def load(now: datetime | None = None) -> None:
    """Load both practice organisations; refuses a database that holds anything else, or production."""
    from flask import current_app  # noqa: PLC0415
    from sqlalchemy import select  # noqa: PLC0415

    from coop import background  # noqa: PLC0415
    from coop.cli.demo import orchard, pioneers  # noqa: PLC0415
    from coop.cli.demo.story import Story  # noqa: PLC0415
    from coop.extensions import db  # noqa: PLC0415
    from coop.models.accounts import Person  # noqa: PLC0415
    from coop.models.organisations import Organisation  # noqa: PLC0415

    if current_app.config["COOP"].production:
        sys.exit("The demonstration is refused in production: its passwords are known to everyone.")
    held = db.session.scalar(select(Organisation.id).limit(1)) or db.session.scalar(
        select(Person.id).limit(1)
    )
    db.session.rollback()
    if held is not None:
        sys.exit("This database holds something already. The demonstration is loaded into an empty one only.")
    story = Story(now or datetime.now(UTC))
    pioneers.tell(story)
    orchard.tell(story)
    story.settle_old_mail()
    background.scrub_secret_ballots(current_app)
