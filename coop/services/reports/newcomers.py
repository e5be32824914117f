"""What a newcomer should know: from when they can vote, what dues they pay and why, whom to ask."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import or_, select

from coop.extensions import db
from coop.models.ballots import Decision
from coop.models.dues import Charge, DuesBand, DuesPlan
from coop.models.members import Membership
from coop.models.organisations import Body, Office, OfficeTerm, Organisation
from coop.rules.provisions.registry import REGISTRY
from coop.rules.provisions.values import Days


@dataclass(frozen=True)
class VotesFrom:
    """A member too new to vote can from this day on."""

    day: date
    article: str


@dataclass(frozen=True)
class Newcomer:
    """The three cards of the first days."""

    currency: str
    helper: str
    helper_office: str
    band: str = ""
    amount_minor: int | None = None  # None where no dues are set
    interval: str = ""
    decision: str = ""
    why: str = ""  # the charge's own explanation, once there is one


def votes_from(
    organisation: Organisation, admitted_on: date | None, rule: tuple[str, str] | None, day: date
) -> VotesFrom | None:
    """Say from when a member can vote who is too new to it; None for everybody else."""
    if admitted_on is None or rule is None or admitted_on == organisation.day_of(organisation.founded_at):
        return None  # whoever founded it is not new to it
    wait: Any = REGISTRY["roll.cutoff"].parse(rule[0])
    first = admitted_on + timedelta(days=wait.n) if isinstance(wait, Days) else admitted_on
    return VotesFrom(first, rule[1]) if day < first else None


def newcomer_of(organisation: Organisation, membership: Membership, day: date) -> Newcomer:
    """One's dues and why: the last charge explains itself; without one, the plan's first band."""
    dues = db.session.execute(
        select(DuesBand, DuesPlan, Charge, Decision)
        .join(DuesPlan, DuesPlan.id == DuesBand.plan_id)
        .join(Decision, Decision.id == DuesPlan.decision_id)
        .outerjoin(Charge, (Charge.band_id == DuesBand.id) & (Charge.membership_id == membership.id))
        .where(
            DuesPlan.organisation_id == organisation.id,
            DuesPlan.starts_on <= day,
            or_(DuesPlan.ends_on.is_(None), DuesPlan.ends_on >= day),
        )
        .order_by(Charge.id.is_(None), Charge.id.desc(), DuesPlan.starts_on.desc(), DuesBand.position)
        .limit(1)
    ).first()
    helper = db.session.execute(
        select(Membership.name, Office.title)
        .join(OfficeTerm, OfficeTerm.membership_id == Membership.id)
        .join(Office, Office.id == OfficeTerm.office_id)
        .join(Body, Body.id == Office.body_id)
        .where(
            Office.organisation_id == organisation.id,
            Office.kind.in_(("secretary", "chair")),
            Body.kind == "assembly",
            OfficeTerm.held_on(day),
        )
        .order_by(Office.kind.desc())
        .limit(1)
    ).first()
    name, office = helper or ("", "")
    if dues is None:
        return Newcomer(currency=organisation.currency, helper=name, helper_office=office)
    band, plan, charge, decision = dues
    return Newcomer(
        currency=plan.currency,
        helper=name,
        helper_office=office,
        band=band.name,
        amount_minor=charge.amount_minor if charge else band.amount_minor,
        interval=plan.interval,
        decision=decision.label,
        why=" ".join(str(part.get("says", "")) for part in charge.explanation) if charge else "",
    )
