"""`coop audit …`: walk the hash chain."""

import json
import sys

import click
from sqlalchemy import select

from coop.app import create_app
from coop.extensions import db
from coop.models.organisations import Organisation
from coop.services import records
from coop.transaction import chain_events


@click.group("audit")
def command() -> None:
    """The audit trail."""


@command.command()
@click.option("--organisation", "slug", help="Only this organisation's chain.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def verify(slug: str | None, as_json: bool) -> None:  # noqa: FBT001 - click passes a flag
    """Recompute every link; exit 1 if one is broken."""
    with create_app().app_context():
        query = select(Organisation).order_by(Organisation.slug)
        organisations = list(db.session.scalars(query.where(Organisation.slug == slug) if slug else query))
        if slug and not organisations:
            click.echo(f"There is no organisation “{slug}” here.", err=True)
            sys.exit(2)
        answers = []
        for one_slug, one_id in [(one.slug, one.id) for one in organisations]:
            chain_events(lambda one_id=one_id: records.chain_events(one_id, everything=True))
            answers.append({"organisation": one_slug, **records.verify_chain(one_id)})
    ok = all(answer["ok"] for answer in answers)
    if as_json:
        click.echo(json.dumps(answers[0] if slug else {"ok": ok, "organisations": answers}, indent=2))
    else:
        for answer in answers:
            word = "unbroken" if answer["ok"] else f"BROKEN at event {answer['first_bad']}"
            click.echo(f"{answer['organisation']}: {word}, {answer['events']} events, head {answer['head']}")
    sys.exit(0 if ok else 1)
