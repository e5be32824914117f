"""Dues of two years: charged each quarter, paid through imported statements, partly open today."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from coop.cli.demo import bank
from coop.cli.demo.bank import Booked
from coop.cli.demo.people import TREASURER
from coop.cli.demo.story import Story
from coop.extensions import db
from coop.models.dues import Charge
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.models.treasury import StatementLine
from coop.services import dues, organisations, treasury

SLUG = "pioneers"
PART_TIME = (13, 16, 19, 24)
OPENING_MINOR = 120_000
# Of the last quarter: who paid with the reference, and who did not pay yet.
PAID_AT_LAST = (1, 2, 3, 4, 5, 7, 9, 10, 11, 12, 14, 16, 17, 20)


def collect_dues(story: Story, decision_id: int) -> None:
    starts = quarter_after(story.on(131).date())
    set_plan(story, decision_id, starts)
    opening = OPENING_MINOR
    quarters = list(quarters_until(starts, story.now.date()))
    for number, quarter in enumerate(quarters, start=1):
        charged = charge(story, quarter)
        last = number == len(quarters)
        paid_on = min(quarter + timedelta(days=20), story.now.date())
        lines = payments(charged, paid_on, PAID_AT_LAST if last else None)
        lines += others(paid_on, last=last)
        content, opening = bank.statement(number, opening, lines)
        import_statement(
            story, content, f"statement-{paid_on:%Y-%m}.xml", _evening(story, paid_on), settle_rent=not last
        )


def quarter_after(day: date) -> date:
    """Return the first day of the next quarter."""
    month = 3 * ((day.month - 1) // 3) + 4
    return date(day.year + (month > 12), (month - 1) % 12 + 1, 1)


def quarters_until(first: date, until: date) -> Iterator[date]:
    quarter = first
    while quarter <= until:
        yield quarter
        quarter = quarter_after(quarter)


def set_plan(story: Story, decision_id: int, starts: date) -> None:
    at = story.on(132)
    with story.deed(SLUG) as organisation:
        actor = story.acting(organisation, TREASURER, at)
        dues.set_plan(
            organisation,
            actor,
            at,
            name="Dues",
            interval="quarter",
            bands=[("Full", 3600), ("Part-time", 1800)],
            starts_on=starts,
            decision=story.decision(decision_id),
        )
        for number in PART_TIME:
            dues.put_in_band(story.member(organisation, number), actor, at, "Part-time", starts)


def charge(story: Story, quarter: date) -> list[tuple[Charge, Membership]]:
    """Charge the quarter and return what each member owes for it."""
    at = _evening(story, quarter)
    with story.deed(SLUG) as organisation:
        actor = story.acting(organisation, TREASURER, at)
        treasury.charge_dues(organisation, actor, quarter, at)
    rows = db.session.execute(
        select(Charge, Membership)
        .join(Membership, Membership.id == Charge.membership_id)
        .join(Organisation, Organisation.id == Charge.organisation_id)
        .where(Organisation.slug == SLUG, Charge.period_starts_on == quarter)
        .order_by(Membership.number)
    )
    return [(charge, membership) for charge, membership in rows]


def payments(
    charged: list[tuple[Charge, Membership]], on: date, only: tuple[int, ...] | None
) -> list[Booked]:
    """Most members pay with the reference they were given."""
    return [
        Booked(on, charge.amount_minor, membership.name, reference=charge.reference)
        for charge, membership in charged
        if only is None or membership.number in only
    ]


def others(on: date, *, last: bool) -> list[Booked]:
    """What else comes and goes; of the last statement some lines wait for a person."""
    rent = Booked(on, -24_000, "Weavers’ Hall Trust", purpose="Rent of the hall")
    if not last:
        return [rent]
    return [
        rent,
        Booked(on, 3600, "Jurgen Koehler", purpose="dues this quarter"),
        Booked(on, 2000, "Mary Scowcroft", purpose="part of my dues, rest next month"),
        Booked(on, 5000, "A friend of the bakery", purpose="for the oven"),
        Booked(on, 7200, "Leila Rahman", purpose="two quarters"),
    ]


def import_statement(story: Story, content: bytes, name: str, at: datetime, *, settle_rent: bool) -> None:
    parsed = treasury.read(content, name)
    with story.deed(SLUG) as organisation:
        account = treasury.accounts_of(organisations.assembly_of(organisation), at)["bank"]
        actor = story.acting(organisation, TREASURER, at)
        imported = treasury.import_statement(
            account, actor, at, content=content, file_name=name, parsed=parsed
        )
        if settle_rent:
            rent = next(one for one in treasury.accounts_to_choose(account.body_id) if one.role == "rent")
            lines = select(StatementLine).where(
                StatementLine.statement_id == imported.statements[0].id, StatementLine.amount_minor < 0
            )
            for line in db.session.scalars(lines):
                treasury.book_as(line, rent, actor, at, "The Weavers’ Hall")


def _evening(story: Story, day: date) -> datetime:
    return min(datetime.combine(day, time(20, 0), tzinfo=ZoneInfo("UTC")), story.now)
