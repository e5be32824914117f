"""`coop ballots …`: with the shell, count a ballot again, or remove the traces of secret votes."""

import json
import sys
from datetime import UTC, datetime

import click
from sqlalchemy.exc import OperationalError

from coop import background
from coop.access import OPERATOR
from coop.app import create_app
from coop.errors import Missing, Refusal
from coop.services import ballots, organisations
from coop.services.ballots import Recount
from coop.traces import READ


@click.group("ballots")
def command() -> None:
    """Count a ballot again; remove traces of secret votes."""


@command.command("recount")
@click.argument("slug")
@click.argument("number", type=int)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def recount(slug: str, number: int, *, as_json: bool) -> None:
    """Count ballot NUMBER of the organisation SLUG again from its stored votes.

    Exit codes: 0 it is the same, to the last digit; 1 it is not, or there is nothing to count.
    """
    with create_app().test_request_context():  # sentences are said in a language
        try:
            ballot = ballots.find(organisations.find_organisation(slug), number)
            found = ballots.recount(ballot, OPERATOR)
        except Missing:
            sys.exit(f"“{slug}” has no ballot {number}.")
        except Refusal as refusal:
            sys.exit(str(refusal))
    print(json.dumps(_plain(found), indent=2) if as_json else _report(found))
    sys.exit(0 if found.same else 1)


@command.command("traces")
def traces() -> None:
    """Remove from the disk what could tell who voted how in secret ballots that ended.

    The server does so by itself. Exit codes: 0 nothing is left; 1 something is, and what keeps it.
    """
    with create_app().app_context():
        try:
            left = background.remove_traces(datetime.now(UTC))
        except OperationalError:
            left = READ
    if left:
        sys.exit(f"The database's log may still tell: {left}. See docs/unlinkability.md.")
    print("Of the secret ballots that ended, nothing is left in the database or its log that could tell.")


def _plain(found: Recount) -> dict[str, object]:
    return {"ok": found.same, "votes": vars(found.votes), "result": vars(found.result)}


def _report(found: Recount) -> str:
    lines = []
    for title, one in (("votes", found.votes), ("result and every round", found.result)):
        lines += [f"{title}:", f"  at the count  {one.stored}", f"  just now      {one.anew}"]
    return "\n".join([*lines, found.says])
