"""The charge run, and what follows from it in the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.dues import Allocation, Charge, ChargeReversal, DuesPlan
from coop.models.organisations import Body, Organisation
from coop.services import dues, records
from coop.services.treasury import allocating, ledger
from coop.services.treasury.ledger import Draft, Move


@dataclass(frozen=True)
class ChargeRun:
    """What one run did."""

    added: int
    reversed: int
    paid_from_credit: int


def preview_charges(organisation: Organisation, actor: Actor, until: date) -> list[dues.MemberChange]:
    """What a charge run would do, for the bodies whose dues the actor may charge."""
    bodies = dues.bodies_under(organisation, actor, Permission.CHARGE_DUES)
    return dues.changes(organisation, bodies, until)


def charge_dues(organisation: Organisation, actor: Actor, until: date, now: datetime) -> ChargeRun:
    """Make the books say what members owe for all periods begun by the day; a second run changes nothing."""
    bodies = dues.bodies_under(organisation, actor, Permission.CHARGE_DUES)
    if until > organisation.day_of(now):
        raise Refusal(_("Charge periods that have begun: choose today or an earlier day."))
    # Two runs at once would both find the same charges missing: the second waits for the first.
    db.session.scalar(select(Organisation.id).where(Organisation.id == organisation.id).with_for_update())
    found = dues.changes(organisation, bodies, until)
    wrong = [charge.id for change in found for charge in change.to_reverse]
    for number in wrong:
        reason = _("What should be charged has changed.")
        _reverse(organisation, db.session.get_one(Charge, number), actor, now, reason)
    charges = dues.add_charges(organisation, found, actor, now)
    _book(organisation, charges, actor, now)
    used = 0
    if found:
        used = sum(allocating.use_credit(organisation, body, actor, now) for body in bodies)
    if charges or wrong:
        facts = {"until": until.isoformat(), "charged": len(charges), "reversed": len(wrong)}
        records.record(organisation, actor, "charged dues", "dues", now, facts)
    return ChargeRun(len(charges), len(wrong), used)


def reverse_charge(
    organisation: Organisation, charge: Charge, actor: Actor, now: datetime, reason: str
) -> None:
    """Take a charge back; what was paid on it becomes the member's credit.

    The next charge run makes it again unless a waiver or an event stands behind the reversal.
    """
    authorize(actor, Permission.CHARGE_DUES, db.session.get_one(DuesPlan, charge.plan_id))
    if not reason.strip():
        raise Refusal(_("Give a reason: somebody will ask one day."))
    db.session.scalar(select(Charge.id).where(Charge.id == charge.id).with_for_update())
    if db.session.scalar(select(ChargeReversal.id).where(ChargeReversal.charge_id == charge.id)):
        raise Refusal(_("This charge was taken back already."))
    _reverse(organisation, charge, actor, now, reason.strip())
    records.record(organisation, actor, "took back charge", f"charge {charge.id}", now, {})


def _reverse(organisation: Organisation, charge: Charge, actor: Actor, now: datetime, reason: str) -> None:
    plan = db.session.get_one(DuesPlan, charge.plan_id)
    accounts = ledger.accounts_of(db.session.get_one(Body, plan.body_id), now)
    for allocation in allocating.standing(Allocation.charge_id == charge.id):
        allocating.move_to_credit(organisation, accounts, allocation, actor, now)
    draft = Draft(
        organisation.day_of(now),
        _("Taken back: %(label)s. %(reason)s", label=dues.label_of(plan.name, charge), reason=reason),
        f"charge {charge.id}",
        (
            Move(accounts["dues"], charge.amount_minor, charge.currency),
            Move(accounts["receivable"], -charge.amount_minor, charge.currency, charge.membership_id),
        ),
        reverses_id=charge.entry_id,
        decision_id=charge.decision_id,
    )
    (entry,) = ledger.book(organisation, plan.body_id, actor, now, [draft])
    dues.take_back(charge, reason, actor, now, entry.id)


def _book(organisation: Organisation, charges: Sequence[Charge], actor: Actor, now: datetime) -> None:
    """Book each charge: the member owes it, the co-op earns it."""
    plans = {
        plan.id: plan
        for plan in db.session.scalars(select(DuesPlan).where(DuesPlan.organisation_id == organisation.id))
    }
    for body_id in sorted({plan.body_id for plan in plans.values()}):
        theirs = [charge for charge in charges if plans[charge.plan_id].body_id == body_id]
        if not theirs:
            continue
        accounts = ledger.accounts_of(db.session.get_one(Body, body_id), now)
        drafts = [
            Draft(
                max(charge.period_starts_on, min(organisation.day_of(now), charge.period_ends_on)),
                dues.label_of(plans[charge.plan_id].name, charge),
                f"charge {charge.id}",
                (
                    Move(accounts["receivable"], charge.amount_minor, charge.currency, charge.membership_id),
                    Move(accounts["dues"], -charge.amount_minor, charge.currency),
                ),
                decision_id=charge.decision_id,
            )
            for charge in theirs
        ]
        entries = ledger.book(organisation, body_id, actor, now, drafts)
        for charge, entry in zip(theirs, entries, strict=True):
            charge.entry_id = entry.id
    db.session.flush()
