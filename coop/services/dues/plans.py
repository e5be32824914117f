"""Plans, bands and waivers: each because of a decision."""

from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from coop.access import Actor, Permission, authorize, may
from coop.errors import Forbidden, Missing, Refusal
from coop.extensions import db
from coop.models.ballots import Decision
from coop.models.dues import BandChoice, Charge, ChargeReversal, DuesBand, DuesPlan, Waiver
from coop.models.members import Membership
from coop.models.organisations import Body, Organisation
from coop.services import constitution, records

# A stricter class than the one the constitution asks for serves too.
_STRICTNESS = ("ordinary", "special", "constitutional")


def bodies_under(organisation: Organisation, actor: Actor, permission: Permission) -> list[Body]:
    """The bodies for whose money the actor has the permission; Forbidden if there is none."""
    found = [body for body in organisation.bodies if may(actor, permission, body)]
    if not found:
        raise Forbidden(permission)
    return found


def find_member(organisation: Organisation, number: int) -> Membership:
    """The membership of that number here; raises Missing."""
    found = db.session.scalar(
        select(Membership).where(Membership.organisation_id == organisation.id, Membership.number == number)
    )
    if found is None:
        raise Missing
    return found


def plans_of(organisation: Organisation, actor: Actor) -> list[DuesPlan]:
    """All plan versions, latest first; what dues are is no secret among members."""
    authorize(actor, Permission.SEE_MEMBER_PAGES, organisation)
    rows = db.session.scalars(
        select(DuesPlan)
        .where(DuesPlan.organisation_id == organisation.id)
        .order_by(DuesPlan.name, DuesPlan.starts_on.desc())
        .options(selectinload(DuesPlan.bands))
    )
    return list(rows)


def plans_on(organisation: Organisation, day: date) -> list[DuesPlan]:
    """What every member pays from a day on, for anyone who asks before joining; no actor is needed."""
    rows = db.session.scalars(
        select(DuesPlan)
        .join(Body, Body.id == DuesPlan.body_id)
        .where(
            DuesPlan.organisation_id == organisation.id,
            Body.kind == "assembly",
            DuesPlan.starts_on <= day,
            (DuesPlan.ends_on.is_(None)) | (DuesPlan.ends_on >= day),
        )
        .order_by(DuesPlan.name, DuesPlan.starts_on.desc())
        .options(selectinload(DuesPlan.bands))
    )
    latest: dict[str, DuesPlan] = {}
    for plan in rows:
        latest.setdefault(plan.name, plan)
    return list(latest.values())


def decision_class(organisation: Organisation, day: date) -> tuple[str, str, int]:
    """Which class of decision sets dues, by which article and version."""
    version = constitution.in_force(organisation, day)
    if version is None:
        raise Refusal(_("No constitution is in force, so nothing says how dues are set."))
    rule = constitution.rule(version, "dues.decision")
    return str(rule.value), rule.article or "", version.id


def dues_decisions(organisation: Organisation, day: date) -> list[Decision]:
    """The carried decisions that may set dues, latest first."""
    asked, _article, _version = decision_class(organisation, day)
    rows = db.session.scalars(
        select(Decision)
        .where(
            Decision.organisation_id == organisation.id,
            Decision.outcome == "carried",
            ~Decision.is_void,
            Decision.decision_class.in_(_serving(asked)),
        )
        .order_by(Decision.decided_at.desc())
        .limit(50)
    )
    return list(rows)


def _serving(asked: str) -> tuple[str, ...]:
    return _STRICTNESS[_STRICTNESS.index(asked) :] if asked in _STRICTNESS else (asked,)


def set_plan(
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    name: str,
    interval: str,
    bands: Sequence[tuple[str, int]],
    starts_on: date,
    decision: Decision,
    body: Body | None = None,
    ends_on: date | None = None,
) -> DuesPlan:
    """Set what members owe from a day on, as a decision says.

    `bands` are (name, minor units); the first is for whoever chose none. A plan of the same name is
    replaced from that day; what has been charged is never touched.
    """
    body = body or next(body for body in organisation.bodies if body.kind == "assembly")
    authorize(actor, Permission.SET_DUES, body)
    asked, article, version_id = decision_class(organisation, organisation.day_of(now))
    _check_decision(organisation, decision, asked, version_id)
    names = [band.strip() for band, _amount in bands]
    if not names or "" in names or len(set(names)) < len(names):
        raise Refusal(_("Give each band a name of its own, and at least one."))
    if any(amount < 0 for _band, amount in bands):
        raise Refusal(_("An amount of dues cannot be less than nothing."))
    latest = _latest_charged(organisation, name)
    if latest is not None and starts_on <= latest:
        raise Refusal(
            _(
                "“%(name)s” has been charged from %(day)s already, and a new price never changes past "
                "charges. Choose a later day.",
                name=name,
                day=format_date(latest, "d MMMM y"),
            )
        )
    if db.session.scalar(
        select(DuesPlan.id).where(
            DuesPlan.organisation_id == organisation.id,
            DuesPlan.name == name,
            DuesPlan.starts_on == starts_on,
        )
    ):
        raise Refusal(_("“%(name)s” has a version from that day already. Choose another day.", name=name))
    plan = DuesPlan(
        organisation_id=organisation.id,
        body_id=body.id,
        name=name,
        interval=interval,
        currency=organisation.currency,
        starts_on=starts_on,
        ends_on=ends_on,
        decision_id=decision.id,
        version_id=version_id,
        article=article,
        recorded_at=now,
        bands=[
            DuesBand(position=position, name=band.strip(), amount_minor=amount)
            for position, (band, amount) in enumerate(bands)
        ],
    )
    db.session.add(plan)
    db.session.flush()
    facts = {"plan": plan.id, "decision": decision.label, "starts_on": starts_on.isoformat()}
    records.record(organisation, actor, "set dues", f"dues plan {plan.id}", now, facts)
    return plan


def _check_decision(organisation: Organisation, decision: Decision, asked: str, version_id: int) -> None:
    if decision.organisation_id != organisation.id:
        raise Missing
    if decision.outcome_now != "carried":
        raise Refusal(_("Decision %(label)s was not carried, so it sets nothing.", label=decision.label))
    if decision.decision_class not in _serving(asked):
        raise Refusal(
            _(
                "Decision %(label)s is of the class “%(given)s”; the constitution lets dues be set by "
                "“%(asked)s” (%(source)s).",
                label=decision.label,
                given=decision.decision_class,
                asked=asked,
                source=constitution.source_under(version_id, "dues.decision"),
            )
        )


def _latest_charged(organisation: Organisation, name: str) -> date | None:
    """The first day of the last period charged under the name and not taken back."""
    return db.session.scalar(
        select(Charge.period_starts_on)
        .join(DuesPlan, DuesPlan.id == Charge.plan_id)
        .outerjoin(ChargeReversal, ChargeReversal.charge_id == Charge.id)
        .where(Charge.organisation_id == organisation.id, DuesPlan.name == name, ChargeReversal.id.is_(None))
        .order_by(Charge.period_starts_on.desc())
        .limit(1)
    )


def put_in_band(membership: Membership, actor: Actor, now: datetime, band_name: str, starts_on: date) -> None:
    """Put the member in a band from a day on; the charge run follows."""
    authorize(actor, Permission.CHARGE_DUES, membership)
    organisation = db.session.get_one(Organisation, membership.organisation_id)
    plans = db.session.scalars(
        select(DuesPlan)
        .join(DuesBand, DuesBand.plan_id == DuesPlan.id)
        .where(DuesPlan.organisation_id == organisation.id, DuesBand.name == band_name)
    ).all()
    if not plans:
        raise Refusal(_("No plan has a band “%(name)s”.", name=band_name))
    for plan in plans:
        # A band holds in every plan that has it, so it takes the right over each of them.
        authorize(actor, Permission.CHARGE_DUES, plan)
    there = db.session.scalar(
        select(BandChoice).where(BandChoice.membership_id == membership.id, BandChoice.starts_on == starts_on)
    )
    if there is None:
        there = BandChoice(membership_id=membership.id, starts_on=starts_on)
        db.session.add(there)
    there.band_name = band_name
    there.by = actor.label
    db.session.flush()
    facts = {"band": band_name, "starts_on": starts_on.isoformat()}
    records.record(organisation, actor, "put in band", f"member {membership.number}", now, facts)


def waive(
    membership: Membership,
    actor: Actor,
    now: datetime,
    *,
    plan_name: str,
    share: Fraction,
    starts_on: date,
    ends_on: date | None,
    reason: str,
    decision: Decision | None = None,
) -> Waiver:
    """Waive a share of a plan's dues for the periods that touch these days; the charge run follows."""
    authorize(actor, Permission.WAIVE_DUES, membership)
    organisation = db.session.get_one(Organisation, membership.organisation_id)
    if not 0 < share <= 1:
        raise Refusal(_("Waive more than nothing and at most the whole."))
    if ends_on is not None and ends_on < starts_on:
        raise Refusal(_("The last day lies before the first."))
    if decision is not None and (
        decision.organisation_id != organisation.id or decision.outcome_now != "carried"
    ):
        raise Refusal(_("Only a carried decision of this organisation can waive dues."))
    if not reason.strip() and decision is None:
        raise Refusal(_("Give a reason or a decision: somebody will ask one day."))
    plans = db.session.scalars(
        select(DuesPlan).where(DuesPlan.organisation_id == organisation.id, DuesPlan.name == plan_name)
    ).all()
    if not plans:
        raise Refusal(_("There are no dues called “%(name)s”.", name=plan_name))
    for plan in plans:
        authorize(actor, Permission.WAIVE_DUES, plan)
    waiver = Waiver(
        membership_id=membership.id,
        plan_name=plan_name,
        starts_on=starts_on,
        ends_on=ends_on,
        share_numerator=share.numerator,
        share_denominator=share.denominator,
        reason=reason.strip(),
        decision_id=decision.id if decision else None,
        by=actor.label,
        recorded_at=now,
    )
    db.session.add(waiver)
    db.session.flush()
    # The reason may be hardship: it stays out of the facts.
    facts = {"waiver": waiver.id, "share": str(share), "starts_on": starts_on.isoformat()}
    records.record(organisation, actor, "waived dues", f"member {membership.number}", now, facts)
    return waiver
