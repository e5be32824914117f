"""Sending a delegate, binding them and calling them back: each by a decision of the organisation."""

from datetime import date, datetime, timedelta

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import func, select

from coop.access import Actor, Permission, authorize
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, Decision
from coop.models.mandates import Affiliation, Mandate, MandateInstruction
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.rules.mandates import How
from coop.services.mandates.reading import in_force, locked
from coop.services.records import record


def name_delegate(
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    delegate: Membership,
    decision: Decision,
    starts_on: date,
    ends_on: date | None = None,
    sent_to: str = "",
    parent: Organisation | None = None,
) -> Mandate:
    """Send a member to a body outside, or to the federation, as a decision names them.

    Of two delegates to one federation the earlier is called back by the same decision, the day before.
    """
    authorize(actor, Permission.KEEP_MANDATES, organisation)
    sent_to = parent.name if parent else " ".join(sent_to.split())
    if not sent_to:
        raise Refusal(_("Say where the delegate is sent."))
    if delegate.organisation_id != organisation.id:
        raise Missing
    if delegate.status_on(organisation.day_of(now)) != "active":
        raise Refusal(_("%(name)s is not an active member. Send someone who is.", name=delegate.name))
    refuse_unless_carried(decision, organisation)
    if not names(decision, delegate):
        raise Refusal(
            _(
                "Decision %(label)s does not name %(name)s. Choose the decision that does.",
                label=decision.label,
                name=delegate.name,
            )
        )
    if ends_on is not None and ends_on < starts_on:
        raise Refusal(_("The last day can't be before the first."))
    db.session.execute(select(Organisation.id).where(Organisation.id == organisation.id).with_for_update())
    if parent is not None:
        _refuse_unless_affiliated(organisation, parent, delegate)
        _make_way(organisation, parent, decision, starts_on, ends_on, actor, now)
    last = db.session.scalar(
        select(func.max(Mandate.number)).where(Mandate.organisation_id == organisation.id)
    )
    mandate = Mandate(
        organisation_id=organisation.id,
        number=(last or 0) + 1,
        delegate=delegate,
        sent_to=sent_to,
        parent_id=parent.id if parent else None,
        decision=decision,
        starts_on=starts_on,
        ends_on=ends_on,
        named_at=now,
        named_by=actor.label,
    )
    db.session.add(mandate)
    db.session.flush()
    facts = {
        "member": delegate.number,
        "decision": decision.label,
        "from": starts_on.isoformat(),
        "until": ends_on.isoformat() if ends_on else None,
    }
    record(organisation, actor, "sent a delegate", f"mandate {mandate.number}", now, facts)
    return mandate


def end_mandate(
    mandate: Mandate,
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    decision: Decision,
    last_day: date,
) -> None:
    """Call a delegate back by a decision."""
    authorize(actor, Permission.KEEP_MANDATES, organisation)
    mandate = locked(mandate)
    refuse_unless_carried(decision, organisation)
    _end(mandate, organisation, decision, last_day, actor, now)


def instruct(
    mandate: Mandate,
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    decision: Decision,
    matter: str,
    how: str,
    instead_of: int | None = None,
) -> MandateInstruction:
    """Write down how a decision binds the delegate in a matter; `instead_of` is the number it takes the place of."""
    authorize(actor, Permission.KEEP_MANDATES, organisation)
    mandate, matter = locked(mandate), " ".join(matter.split())
    refuse_unless_carried(decision, organisation)
    if decision.outcome != "carried":
        raise Refusal(_("An election binds nobody in a matter. Choose the resolution that does."))
    if how not in set(How):
        raise Refusal(_("Choose how the delegate is to act."))
    if not matter:
        raise Refusal(_("Say what the matter is."))
    standing = in_force(mandate)
    former = next((one for one in standing if one.number == instead_of), None)
    if instead_of is not None and former is None:
        raise Refusal(_("Instruction %(number)s is not in force any more.", number=instead_of))
    twin = next(
        (one for one in standing if one.matter.casefold() == matter.casefold() and one is not former), None
    )
    if twin is not None:
        raise Refusal(
            _(
                "Instruction %(number)s is about this matter already. Choose it as the one that is replaced.",
                number=twin.number,
            )
        )
    made = MandateInstruction(
        mandate_id=mandate.id,
        number=max((one.number for one in mandate.instructions), default=0) + 1,
        decision=decision,
        matter=matter,
        how=how,
        supersedes_id=former.id if former else None,
        recorded_at=now,
        recorded_by=actor.label,
    )
    db.session.add(made)
    db.session.flush()
    db.session.expire(mandate, ["instructions"])
    facts = {"instruction": made.number, "decision": decision.label, "how": how, "instead_of": instead_of}
    record(organisation, actor, "instructed", f"mandate {mandate.number}", now, facts)
    return made


def refuse_unless_carried(decision: Decision, organisation: Organisation) -> None:
    """Only what the organisation itself has decided, and what stands, sends or binds anybody."""
    if decision.organisation_id != organisation.id:
        raise Missing
    if decision.is_void or decision.outcome not in ("carried", "elected"):
        raise Refusal(_("Decision %(label)s was not carried, or is void.", label=decision.label))


def names(decision: Decision, delegate: Membership) -> bool:
    """Whether the words of a decision name a member, or its election elected them."""
    if decision.outcome == "elected":
        ballot = db.session.get_one(Ballot, decision.ballot_id)
        elected = {one["number"] for one in decision.result["elected"]}
        return any(one.position in elected and one.membership_id == delegate.id for one in ballot.options)
    said = " ".join(f"{decision.title} {decision.text}".split()).casefold()
    return " ".join(delegate.name.split()).casefold() in said


def _refuse_unless_affiliated(organisation: Organisation, parent: Organisation, delegate: Membership) -> None:
    joined = select(Affiliation.id).where(
        Affiliation.organisation_id == organisation.id, Affiliation.parent_id == parent.id
    )
    if db.session.scalar(joined) is None:
        raise Refusal(
            _("%(name)s is not your federation. Record first that you joined it.", name=parent.name)
        )
    if not any(holder.person_id for holder in delegate.holders):
        raise Refusal(_("%(name)s can't sign in, and a delegate votes by signing in.", name=delegate.name))


def _make_way(
    organisation: Organisation,
    parent: Organisation,
    decision: Decision,
    starts_on: date,
    ends_on: date | None,
    actor: Actor,
    now: datetime,
) -> None:
    rows = db.session.scalars(
        select(Mandate)
        .where(
            Mandate.organisation_id == organisation.id,
            Mandate.parent_id == parent.id,
            Mandate.ends_on.is_(None) | (Mandate.ends_on >= starts_on),
        )
        .order_by(Mandate.starts_on)
    ).all()
    for former in rows:
        if ends_on is not None and former.starts_on > ends_on:
            continue
        if former.starts_on >= starts_on:
            raise Refusal(
                _(
                    "%(name)s is sent there from %(day)s. Call them back first, or choose a later day.",
                    name=former.delegate.name,
                    day=format_date(former.starts_on, "d MMMM y"),
                )
            )
        _end(former, organisation, decision, starts_on - timedelta(days=1), actor, now)


def _end(
    mandate: Mandate,
    organisation: Organisation,
    decision: Decision,
    last_day: date,
    actor: Actor,
    now: datetime,
) -> None:
    if mandate.ended_by_id is not None:
        raise Refusal(_("This mandate was ended already by another decision."))
    if last_day < mandate.starts_on or (mandate.ends_on is not None and last_day > mandate.ends_on):
        raise Refusal(_("The last day must lie within the mandate."))
    if any(act.held_on > last_day for act in mandate.acts):
        raise Refusal(_("Acts after that day are on record. Choose a later last day."))
    mandate.ends_on, mandate.ended_by = last_day, decision
    db.session.flush()
    facts = {"decision": decision.label, "until": last_day.isoformat()}
    record(organisation, actor, "called back the delegate of", f"mandate {mandate.number}", now, facts)
