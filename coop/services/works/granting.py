"""Licences to the public and grants to someone: refused where they promise what is given away already."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from flask_babel import gettext as _
from sqlalchemy import select

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Decision
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.models.works import Grant, LicenceOffer, RightsHolding, Work
from coop.rules import rights
from coop.rules.licences import given_to_everyone, terms_of
from coop.rules.provisions import CLASSES
from coop.services import constitution
from coop.services.constitution import Rule
from coop.services.records import record
from coop.services.works.expressions import read_expression, written

WORLD = "world"


@dataclass(frozen=True)
class Terms:
    """What a grant gives, as it was asked for."""

    grantee: str
    rights: Sequence[str]
    starts_on: date
    ends_on: date | None = None
    exclusivity: str = "non-exclusive"
    territory: str = WORLD
    field: str = ""
    royalty: str = ""
    grantee_number: int | None = None


def offer_licence(
    work: Work,
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    text: str,
    *,
    decision: Decision | None = None,
) -> LicenceOffer:
    """Offer the work to everyone under a public licence, for good."""
    authorize(actor, Permission.CHANGE_WORK, work)
    expression = written(read_expression(text))
    _lock(work)
    if expression in {offer.expression for offer in work.offers}:
        raise Refusal(_("This work is offered under %(licence)s already.", licence=expression))
    offer = LicenceOffer(
        expression=expression,
        offered_on=organisation.day_of(now),
        offered_by=actor.label,
        decision_id=_of(organisation, decision).id if decision else None,
        recorded_at=now,
    )
    _refuse_collisions(public_grants([offer]), [as_rule(grant) for grant in work.grants], settled="")
    work.offers.append(offer)
    db.session.flush()
    facts = {"licence": expression, "decision": decision.label if decision else None}
    record(organisation, actor, "offered a public licence for", f"work {work.number}", now, facts)
    return offer


def record_grant(
    work: Work,
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    terms: Terms,
    *,
    decision: Decision | None = None,
    settled: str = "",
) -> Grant:
    """Write down a licence to someone.

    An exclusive grant needs the carried decision that the constitution asks for. What the rules cannot tell
    is refused with the question, until `settled` says who answered it and how.
    """
    authorize(actor, Permission.RECORD_GRANT, work)
    asked = _read_terms(terms)
    version = constitution.in_force(organisation, organisation.day_of(now))
    if version is None:
        raise Refusal(_("No constitution is in force yet, so no grant can be made under it."))
    approval = constitution.rule(version, "grant.exclusive.approval")
    if decision:
        _of(organisation, decision)
    if asked.exclusivity is rights.Exclusivity.EXCLUSIVE:
        _refuse_without_approval(approval, decision)

    _lock(work)
    holders = _holders_on(work.holdings, asked.starts_on)
    _refuse_not_held(work, organisation, asked, holders, settled)
    earlier = [*(as_rule(grant) for grant in work.grants), *public_grants(work.offers)]
    _refuse_collisions([asked], earlier, settled)
    grant = Grant(
        number=max((grant.number for grant in work.grants), default=0) + 1,
        grantor=", ".join(holders)[:200],
        grantee=asked.licensee,
        grantee_membership_id=_member_id(organisation, terms.grantee_number),
        rights=[right.value for right in rights.Right if right in asked.rights],
        territory=sorted(asked.territory) or [WORLD],
        field=asked.field,
        starts_on=asked.starts_on,
        ends_on=asked.ends_on,
        exclusivity=asked.exclusivity.value,
        royalty=" ".join(terms.royalty.split()),
        decision_id=decision.id if decision else None,
        version_id=version.id,
        recorded_at=now,
        recorded_by=actor.label,
    )
    work.grants.append(grant)
    db.session.flush()
    record(
        organisation,
        actor,
        "recorded a grant of",
        f"work {work.number}",
        now,
        {
            "grant": grant.number,
            "rights": grant.rights,
            "exclusivity": grant.exclusivity,
            "from": grant.starts_on.isoformat(),
            "until": grant.ends_on.isoformat() if grant.ends_on else None,
            "decision": decision.label if decision else None,
            "article": approval.article,
        },
        {"grantee": grant.grantee, "settled": settled},
    )
    return grant


def decisions_to_name(organisation: Organisation) -> list[Decision]:
    """The latest carried decisions, of which a grant can name the one that approved it."""
    rows = db.session.scalars(
        select(Decision)
        .where(Decision.organisation_id == organisation.id, Decision.outcome == "carried", ~Decision.is_void)
        .order_by(Decision.id.desc())
        .limit(200)
    )
    return list(rows)


def decision_labels(work: Work) -> dict[int, str]:
    """The decisions that approved grants of this work, as people quote them."""
    ids = {grant.decision_id for grant in work.grants if grant.decision_id}
    if not ids:
        return {}
    return {one.id: one.label for one in db.session.scalars(select(Decision).where(Decision.id.in_(ids)))}


def sources_of_grants(work: Work) -> dict[int, str]:
    """Where the version of its day says what must approve an exclusive grant, by the grant's id."""
    return {
        grant.id: constitution.source_under(grant.version_id, "grant.exclusive.approval")
        for grant in work.grants
        if grant.exclusivity == "exclusive"
    }


def as_rule(grant: Grant) -> rights.Grant:
    """A recorded grant as the rules read it."""
    return rights.Grant(
        label=_("grant %(number)s to %(grantee)s", number=grant.number, grantee=grant.grantee),
        rights=frozenset(rights.Right(right) for right in grant.rights),
        starts_on=grant.starts_on,
        ends_on=grant.ends_on,
        exclusivity=rights.Exclusivity(grant.exclusivity),
        territory=frozenset(grant.territory) - {WORLD},
        field=grant.field,
        licensee=grant.grantee,
    )


def public_grants(offers: Iterable[LicenceOffer]) -> list[rights.Grant]:
    """What public licences have given to everyone; each licence named in an expression counts."""
    found = []
    for offer in offers:
        for term in terms_of(read_expression(offer.expression)):
            given = given_to_everyone(term)
            found.append(
                rights.Grant(
                    label=_("the public licence %(licence)s", licence=offer.expression),
                    rights=given.rights,
                    starts_on=offer.offered_on,
                    field=given.field,
                    public=True,
                    terms_known=given.terms_known,
                )
            )
    return found


def _read_terms(terms: Terms) -> rights.Grant:
    grantee, field = " ".join(terms.grantee.split()), " ".join(terms.field.split())
    if not grantee:
        raise Refusal(_("Name who gets the grant."))
    if len(grantee) > 200 or len(field) > 120:
        raise Refusal(_("A name has at most 200 characters, a field at most 120."))
    try:
        given = frozenset(rights.Right(right) for right in terms.rights)
        exclusivity = rights.Exclusivity(terms.exclusivity)
        territory = rights.parse_territory(terms.territory)
    except ValueError as why:
        raise Refusal(str(why)) from why
    if not given & rights.USES:
        raise Refusal(_("Choose at least one thing that may be done with the work."))
    if terms.ends_on and terms.ends_on < terms.starts_on:
        raise Refusal(_("The grant ends before it begins: change one of the days."))
    return rights.Grant(
        label=_("this grant"),
        rights=given,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        exclusivity=exclusivity,
        territory=territory,
        field=field,
        licensee=grantee,
    )


def _of(organisation: Organisation, decision: Decision) -> Decision:
    """The decision, if it is this organisation's and was carried."""
    if decision.organisation_id != organisation.id:
        raise Refusal(_("There is no such decision here."))
    if decision.outcome_now != "carried":
        raise Refusal(
            _(
                "Decision %(label)s was not carried; name the decision that approved this.",
                label=decision.label,
            )
        )
    return decision


def _refuse_without_approval(approval: Rule, decision: Decision | None) -> None:
    kind = str(approval.value)
    article = _(" (article %(article)s)", article=approval.article) if approval.article else ""
    if decision is None:
        raise Refusal(
            _(
                "An exclusive grant needs a carried %(kind)s resolution%(article)s. Name the decision, or "
                "make the grant non-exclusive.",
                kind=kind,
                article=article,
            )
        )
    taken = decision.decision_class
    if taken not in CLASSES or CLASSES.index(taken) < CLASSES.index(kind):
        raise Refusal(
            _(
                "Decision %(label)s is of the %(taken)s kind; an exclusive grant needs a carried %(kind)s "
                "resolution%(article)s.",
                label=decision.label,
                taken=taken,
                kind=kind,
                article=article,
            )
        )


def _lock(work: Work) -> None:
    """One grant on a work at a time; what was read before may be stale."""
    db.session.execute(select(Work.id).where(Work.id == work.id).with_for_update())
    db.session.expire(work, ["grants", "offers", "holdings"])


def _holders_on(holdings: Iterable[RightsHolding], day: date) -> list[str]:
    running = [
        one for one in holdings if one.starts_on <= day and (one.ends_on is None or one.ends_on >= day)
    ]
    return list(dict.fromkeys(one.holder for one in running))


def _refuse_not_held(
    work: Work, organisation: Organisation, asked: rights.Grant, holders: list[str], settled: str
) -> None:
    if not holders:
        first = rights.in_words(asked.starts_on)
        raise Refusal(_("Nobody is recorded as holding the rights on %(day)s.", day=first))
    held = [
        rights.Holding(
            holder=one.holder,
            rights=frozenset(rights.Right(right) for right in one.rights),
            starts_on=one.starts_on,
            ends_on=one.ends_on,
            share=Fraction(1, len(holders)),
            source=one.source,
        )
        for one in work.holdings
    ]
    for holder in holders:
        answer = rights.holds_rights(asked, holder, held)
        if answer.is_no:
            raise Refusal(_with_source(answer))
        if answer.verdict is rights.Verdict.ASK and not settled.strip():
            raise Refusal(_with_source(answer) + _ask())
    if holders != [organisation.name] and not settled.strip():
        raise Refusal(
            _("%(holders)s holds the rights, not the organisation: ask first.", holders=", ".join(holders))
            + _ask()
        )


def _refuse_collisions(new: Iterable[rights.Grant], earlier: Sequence[rights.Grant], settled: str) -> None:
    for grant in new:
        answer = rights.first_collision(grant, earlier)
        if answer is None:
            continue
        sentence = answer.reason[:1].upper() + answer.reason[1:]
        if answer.is_yes:
            raise Refusal(sentence)
        if not settled.strip():
            raise Refusal(sentence + _ask())


def _with_source(answer: rights.Answer) -> str:
    if not answer.source:
        return answer.reason
    return f"{answer.reason} {_('Source: %(source)s.', source=answer.source)}"


def _ask() -> str:
    return f" {_('When it is settled, say by whom and how, and send again.')}"


def _member_id(organisation: Organisation, number: int | None) -> int | None:
    if number is None:
        return None
    found = db.session.scalar(
        select(Membership.id).where(
            Membership.organisation_id == organisation.id, Membership.number == number
        )
    )
    if found is None:
        raise Refusal(_("There is no member %(number)s.", number=number))
    return int(found)
