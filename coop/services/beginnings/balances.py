"""The opening balances of an organisation that moves in: one entry that sums to zero, booked by the treasurer."""

from collections.abc import Mapping
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select

from coop.access import Actor, Permission, authorize
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.beginnings import Beginning
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.models.treasury import LedgerAccount, LedgerEntry
from coop.rules.money import format_amount
from coop.services import organisations
from coop.services.beginnings.reading import find_beginning
from coop.services.records import record
from coop.services.treasury.ledger import Draft, Move, accounts_of, book

# What a co-op has and owes on the day it moves in, beside what single members owe: (role, whether it is owed).
BALANCES = (("bank", False), ("credit", True), ("suspense", True), ("capital", True), ("opening", True))


def enter_balances(
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    on: date,
    amounts: Mapping[str, int],
    owed: Mapping[int, int],
) -> LedgerEntry:
    """Book what stands on the accounts and what each member owes; entered again, the first is reversed.

    `amounts`: role → minor units as people say them (money in the bank and capital are both positive);
    `owed`: the member's number → minor units of dues that are owed already.
    """
    authorize(actor, Permission.ENTER_OPENING_BALANCES, organisation)
    beginning = find_beginning(organisation, lock=True)
    if beginning.kind != "moving" or beginning.opened_at is not None:
        raise Missing
    if on > organisation.day_of(now):
        raise Refusal(_("The day of the balances can't be one to come."))
    assembly = organisations.assembly_of(organisation)
    moves = _moves(organisation, accounts_of(assembly, now), amounts, owed)
    _refuse_unbalanced(moves, organisation.currency)
    drafts = [*_back(beginning), Draft(on, _("Opening balances"), "opening", moves)]
    entry = book(organisation, assembly.id, actor, now, drafts)[-1]
    beginning.balances_entry_id = entry.id
    db.session.flush()
    facts = {"entry": entry.id, "members": sum(bool(minor) for minor in owed.values())}
    record(organisation, actor, "entered the opening balances", f"entry {entry.id}", now, facts)
    return entry


def _moves(
    organisation: Organisation,
    accounts: Mapping[str, LedgerAccount],
    amounts: Mapping[str, int],
    owed: Mapping[int, int],
) -> tuple[Move, ...]:
    rows = db.session.execute(
        select(Membership.number, Membership.id).where(
            Membership.organisation_id == organisation.id, Membership.number.in_(owed)
        )
    )
    ids = {row.number: row.id for row in rows}
    if unknown := sorted(set(owed) - set(ids)):
        raise Refusal(_("There is no member %(number)s.", number=unknown[0]))
    if min(owed.values(), default=0) < 0:
        raise Refusal(_("What a member owes is not negative. What they paid ahead is members’ credit."))
    currency = organisation.currency
    moves = [
        Move(accounts[role], -amounts[role] if is_owed else amounts[role], currency)
        for role, is_owed in BALANCES
        if amounts.get(role)
    ]
    moves += [
        Move(accounts["receivable"], minor, currency, ids[number]) for number, minor in owed.items() if minor
    ]
    return tuple(moves)


def _refuse_unbalanced(moves: tuple[Move, ...], currency: str) -> None:
    if not moves:
        raise Refusal(_("Enter at least what is in the bank, and where it comes from."))
    rest = sum(move.amount_minor for move in moves)
    if rest:
        have = sum(move.amount_minor for move in moves if move.amount_minor > 0)
        raise Refusal(
            _(
                "The balances do not sum to zero: there is %(have)s on one side and %(owed)s on the other. The "
                "difference is %(rest)s. What is left when all is paid stands under “Opening balances”.",
                have=format_amount(have, currency),
                owed=format_amount(have - rest, currency),
                rest=format_amount(abs(rest), currency),
            )
        )


def _back(beginning: Beginning) -> list[Draft]:
    """The earlier balances the other way round."""
    if beginning.balances_entry_id is None:
        return []
    entry = db.session.get_one(LedgerEntry, beginning.balances_entry_id)
    moves = tuple(
        Move(
            db.session.get_one(LedgerAccount, one.account_id),
            -one.amount_minor,
            one.currency,
            one.membership_id,
        )
        for one in entry.postings
    )
    return [Draft(entry.on, _("Opening balances, taken back"), "opening", moves, reverses_id=entry.id)]
