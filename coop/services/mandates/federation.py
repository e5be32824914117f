"""Federations: an organisation joins one by its own decision, reports how many members it has, sends a delegate."""

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select

from coop.access import Actor, Permission, authorize, may
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.ballots import Decision
from coop.models.mandates import Affiliation, Mandate
from coop.models.members import Membership, SizeReport
from coop.models.organisations import Organisation
from coop.rules.weights import may_tell
from coop.services import ballots, members
from coop.services.mandates.naming import refuse_unless_carried
from coop.services.records import record


@dataclass(frozen=True)
class Child:
    """A member organisation as its federation sees it: numbers and the delegate, never its register."""

    membership: Membership
    size: members.Size | None
    told: bool  # whether the reader may be told the number
    votes: str
    mandate: Mandate | None


def join(
    organisation: Organisation, actor: Actor, now: datetime, *, parent: Organisation, decision: Decision
) -> Affiliation:
    """Record that the organisation has decided to belong to a federation on this server."""
    authorize(actor, Permission.KEEP_MANDATES, organisation)
    refuse_unless_carried(decision, organisation)
    if decision.outcome != "carried":
        raise Refusal(_("An election is no decision to join. Choose the resolution."))
    if parent.name.casefold() not in f"{decision.title} {decision.text}".casefold():
        said = _("Decision %(label)s does not name %(name)s.", label=decision.label, name=parent.name)
        raise Refusal(said)
    db.session.refresh(organisation, with_for_update=True)
    if parent.id in _line_below(organisation):
        raise Refusal(_("%(name)s is this organisation, or one of its members.", name=parent.name))
    if organisation.parent_id is not None:
        raise Refusal(_("This organisation belongs to a federation already."))
    made = Affiliation(organisation=organisation, parent=parent, decision=decision, stated_at=now)
    db.session.add(made)
    organisation.parent_id = parent.id
    db.session.flush()
    facts = {"federation": parent.slug, "decision": decision.label}
    record(organisation, actor, "joined a federation", "organisation", now, facts)
    return made


def recognise(
    parent: Organisation, actor: Actor, now: datetime, *, child: str, membership: Membership
) -> None:
    """Say which membership of the federation an organisation on this server holds."""
    authorize(actor, Permission.CHANGE_MEMBER, parent)
    found = next((one for one in waiting(parent) if one.organisation.slug == child), None)
    if found is None or membership.organisation_id != parent.id:
        raise Missing
    db.session.refresh(found, with_for_update=True)
    if found.membership_id is not None:
        raise Refusal(_("Somebody has done this already."))
    taken = select(Affiliation.id).where(Affiliation.membership_id == membership.id)
    if membership.kind != "organisation" or db.session.scalar(taken) is not None:
        raise Refusal(_("Choose a membership that an organisation holds, and no other has."))
    found.membership, found.recognised_at = membership, now
    db.session.flush()
    facts = {"organisation": child}
    record(parent, actor, "recognised a member organisation", f"member {membership.number}", now, facts)


def report_size(
    organisation: Organisation, actor: Actor, now: datetime, *, size: int, counted_on: date, source: str
) -> SizeReport:
    """Tell the federation how many members the organisation has; who they are stays at home."""
    authorize(actor, Permission.REPORT_SIZE, organisation)
    tie = affiliation_of(organisation)
    if tie is None or tie.membership is None:
        raise Refusal(_("The federation has not recognised this organisation yet. Ask its secretary."))
    made = members.add_size_report(
        tie.membership,
        f"{actor.label} of {organisation.slug}",
        now,
        size=size,
        counted_on=counted_on,
        source=source,
        today=organisation.day_of(now),
    )
    facts = {"size": size, "on": counted_on.isoformat()}
    record(organisation, actor, "reported its size", "organisation", now, facts)
    # The federation's own trail is read by all its members, and a small number by few.
    told = {"on": counted_on.isoformat()} | ({"size": size} if may_tell(size) else {})
    reporter = Actor(label=made.reported_by)
    record(tie.parent, reporter, "reported its size", f"member {tie.membership.number}", now, told)
    return made


def affiliation_of(organisation: Organisation) -> Affiliation | None:
    """The federation that the organisation belongs to."""
    return db.session.scalar(
        select(Affiliation).where(
            Affiliation.organisation_id == organisation.id, Affiliation.parent_id == organisation.parent_id
        )
    )


def waiting(parent: Organisation) -> list[Affiliation]:
    """The organisations that say they joined and that the federation has not recognised."""
    rows = select(Affiliation).where(Affiliation.parent_id == parent.id, Affiliation.membership_id.is_(None))
    return list(db.session.scalars(rows.order_by(Affiliation.id)))


def to_recognise(parent: Organisation) -> list[Membership]:
    """The memberships held by organisations that nothing is tied to."""
    tied = select(Affiliation.membership_id).where(Affiliation.membership_id.is_not(None))
    rows = select(Membership).where(
        Membership.organisation_id == parent.id,
        Membership.kind == "organisation",
        Membership.erased_at.is_(None),
        Membership.id.not_in(tied),
    )
    return list(db.session.scalars(rows.order_by(Membership.number)))


def children_of(parent: Organisation, actor: Actor, now: datetime) -> list[Child]:
    """The member organisations with what they reported, their votes today, and their delegates."""
    authorize(actor, Permission.SEE_MANDATES, parent)
    day = parent.day_of(now)
    rows = db.session.execute(
        select(Membership, Membership.latest_kind_on(day), Affiliation)
        .outerjoin(Affiliation, Affiliation.membership_id == Membership.id)
        .where(Membership.organisation_id == parent.id, Membership.kind == "organisation")
        .order_by(Membership.name)
    ).all()
    sizes, sent = members.sizes_on(parent, day), _delegates_to(parent, day)
    found = []
    for membership, kind, tie in rows:
        if kind not in ("admitted", "reinstated", "suspended"):
            continue
        size = sizes.get(membership.id) or _in_register(membership)
        told = size is None or may_tell(size.members) or may(actor, Permission.SEE_MEMBER, membership)
        votes = ballots.votes_words(ballots.votes_of(membership, parent, now))
        found.append(Child(membership, size, told, votes, sent.get(tie.organisation_id) if tie else None))
    return found


def _in_register(membership: Membership) -> members.Size | None:
    if membership.represents is None or membership.represents_on is None:
        return None
    return members.Size(membership.represents, membership.represents_on)


def _delegates_to(parent: Organisation, day: date) -> dict[int, Mandate]:
    rows = db.session.scalars(select(Mandate).where(Mandate.parent_id == parent.id, Mandate.held_on(day)))
    return {one.organisation_id: one for one in rows if one.stage_on(day) == "current"}


def _line_below(organisation: Organisation) -> set[int]:
    """The organisation and all that belong to it, so that no federation belongs to itself."""
    found, more = set[int](), {organisation.id}
    while more:
        found |= more
        rows = db.session.scalars(select(Organisation.id).where(Organisation.parent_id.in_(more)))
        more = set(rows) - found
    return found
