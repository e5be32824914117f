"""`coop offices …`: the operator's one power over an organisation, told to every member."""

import sys
from datetime import UTC, date, datetime

import click

from coop.access import OPERATOR
from coop.app import create_app
from coop.errors import Missing, Refusal
from coop.models.organisations import Office, Organisation
from coop.services import meetings, members, offices, organisations
from coop.transaction import writing


@click.group("offices")
def command() -> None:
    """Who holds which office."""


@command.command("list")
@click.option("--organisation", "slug", required=True, help="The organisation's address, as in pioneers.")
def list_offices(slug: str) -> None:
    """List the offices and who holds them today."""
    with create_app().app_context():
        organisation = _organisation(slug)
        for holding in organisations.holders_on(organisation, organisation.day_of(datetime.now(UTC))):
            who = f"member {holding.holder.number}" if holding.holder else "vacant"
            print(f"{holding.office.body.slug}/{holding.office.kind}: {who}")


@command.command("appoint")
@click.option("--organisation", "slug", required=True, help="The organisation's address, as in pioneers.")
@click.option("--office", "kind", required=True, help="The office, as in secretary.")
@click.option("--body", "body_slug", default="assembly", show_default=True, help="The body it belongs to.")
@click.option("--member", "number", required=True, type=int, help="The member's number.")
@click.option("--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The last day.")
@click.option("--because", required=True, help="The reason, which every member reads.")
def appoint(slug: str, kind: str, body_slug: str, number: int, until: datetime, because: str) -> None:
    """Fill a vacant office in an emergency. Every member is told; the next meeting confirms it."""
    app = create_app()
    with app.test_request_context():  # sentences and dates are said in the organisation's language
        organisation = _organisation(slug)
        now = datetime.now(UTC)
        try:
            with writing():
                told = _appoint(organisation, (kind, body_slug, number), until.date(), because, now)
        except Refusal as refusal:
            sys.exit(str(refusal))
    print(f"Member {number} is {kind} until {until.date()}. {told} members are told by mail.")


def _organisation(slug: str) -> Organisation:
    try:
        return organisations.find_organisation(slug)
    except Missing:
        sys.exit(f"There is no organisation “{slug}”.")


def _appoint(
    organisation: Organisation, whom: tuple[str, str, int], until: date, because: str, now: datetime
) -> int:
    kind, body_slug, number = whom
    try:
        office: Office = organisations.find_office(
            organisation, kind, organisations.find_body(organisation, body_slug)
        )
        membership = members.find(organisation, number)
    except Missing:
        sys.exit(f"{organisation.name} has no office “{kind}” in “{body_slug}”, or no member {number}.")
    assembly = organisations.assembly_of(organisation)
    tell = [member.id for member in meetings.invited(assembly, organisation.day_of(now))]
    offices.refuse_unfit(office, membership, organisation.day_of(now))
    organisations.appoint_in_emergency(office, membership, until, because, tell=tell, actor=OPERATOR, now=now)
    return len(tell)
