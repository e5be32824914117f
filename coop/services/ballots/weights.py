"""What a member's vote weighs: the constitution's rule, the reason on the roll, and the class in the register."""

from datetime import date, datetime
from typing import Any

from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.constitution import ConstitutionVersion
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.rules.weights import CLASS, EVEN, MOST, SIZE, Weighed, Weights
from coop.services import constitution
from coop.services.members import Size, add_size_report, size_reports_of, sizes_on
from coop.services.records import record


def weights_of(version: ConstitutionVersion) -> Weights:
    """Read from a version how many votes members have."""
    scopes = [
        scope
        for key, scope in constitution.values_of(version)
        if key == "member.votes" and scope.startswith("class=")
    ]
    named = {scope.partition("=")[2] for scope in scopes}
    found = {name: constitution.rule(version, "member.votes", voting_class=name) for name in {"", *named}}
    size = constitution.rule(version, "delegate.members_per_vote")
    most = constitution.rule(version, "delegate.most_votes")
    return Weights(
        {name: rule.value.n for name, rule in found.items()},
        {name: rule.article for name, rule in found.items()} | {SIZE: size.article},
        size.value.n,
        most.value.n,
    )


def classes_of(organisation: Organisation, now: datetime) -> dict[str, int]:
    """Name the voting classes of today with their votes: the one everybody begins in, then the constitution's."""
    version = constitution.in_force(organisation, organisation.day_of(now))
    rule = weights_of(version) if version else EVEN
    return {name: rule.weigh(name).votes for name in (CLASS, *sorted(set(rule.classes) - {"", CLASS}))}


def weigh(rule: Weights, membership_kind: str, voting_class: str, represents: int | None) -> Weighed:
    """Weigh one member; refuse what no file to check could hold."""
    found = rule.weigh(voting_class, delegate=membership_kind == "organisation", represents=represents)
    if found.votes > MOST:
        raise Refusal(
            _(
                "A member would have %(votes)d votes, and no more than %(most)d can be counted for one. The "
                "constitution has to set a limit.",
                votes=found.votes,
                most=MOST,
            )
        )
    return found


def why_so_many(
    rule: Weights, found: Weighed, voting_class: str, represents: int | None, report: Size | None = None
) -> str:
    """Say how a member's votes come about, and from which report; "" for the one vote that everybody has."""
    said = _how_many(rule, found, voting_class, represents)
    if not said or report is None or found.by_size is None:
        return said
    day = format_date(report.counted_on, "d MMMM y")
    return said + " " + str(_("By its report for %(day)s.", day=day))


def _how_many(rule: Weights, found: Weighed, voting_class: str, represents: int | None) -> str:
    source = _(" (article %(article)s)", article=found.article) if found.article else ""
    facts: dict[str, Any] = {"votes": found.votes, "source": source}
    if found.by_size is None:
        if found.votes == 1:
            return ""
        if voting_class in rule.classes:
            return str(_("Votes with %(votes)d, as %(name)s%(source)s.", name=voting_class, **facts))
        return str(_("Votes with %(votes)d%(source)s.", **facts))
    if found.capped:
        return str(_("Votes with %(votes)d, the most that size can give%(source)s.", **facts))
    if represents is None:
        return str(_("Votes with %(votes)d: how many members it has is not on record%(source)s.", **facts))
    first = _("one") if found.of_class == 1 else str(found.of_class)
    return str(
        _(
            "Votes with %(votes)d: %(first)s, and one for each %(per)d of its %(represents)d members%(source)s.",
            first=first,
            per=rule.members_per_vote,
            represents=represents,
            **facts,
        )
    )


def set_votes(
    membership: Membership,
    actor: Actor,
    now: datetime,
    *,
    voting_class: str,
    represents: int | None = None,
    represents_on: date | None = None,
) -> None:
    """Put a member into a voting class, and note how many members an organisation reported, and when.

    Only later rolls go by it: one that is frozen stands.
    """
    organisation = db.session.get_one(Organisation, membership.organisation_id)
    authorize(actor, Permission.CHANGE_MEMBER, organisation)  # a branch does not weigh its own members
    db.session.refresh(membership, with_for_update=True)
    if voting_class not in classes_of(organisation, now) and voting_class != membership.voting_class:
        raise Refusal(
            _(
                "The constitution in force names no voting class “%(name)s”. Choose another.",
                name=voting_class,
            )
        )
    facts = {
        "class": voting_class,
        "represents": represents,
        "on": represents_on.isoformat() if represents_on else None,
    }
    before = (membership.voting_class, membership.represents, membership.represents_on)
    if before == (voting_class, represents, represents_on):
        return
    _report(membership, actor, now, represents, represents_on)
    membership.voting_class = voting_class
    record(organisation, actor, "set the votes", f"member {membership.number}", now, facts)


def votes_today(membership: Membership, organisation: Organisation, now: datetime) -> str:
    """Say how many votes a member would have in what opens now, and why."""
    version = constitution.in_force(organisation, organisation.day_of(now))
    if version is None:
        return votes_words(1)
    rule = weights_of(version)
    report = sizes_on(organisation, organisation.day_of(now)).get(membership.id)
    found = rule.weigh(
        membership.voting_class,
        delegate=membership.kind == "organisation",
        represents=membership.represents,
    )
    why = why_so_many(rule, found, membership.voting_class, membership.represents, report)
    return why or votes_words(found.votes)


def votes_of(membership: Membership, organisation: Organisation, now: datetime) -> int:
    """Count the votes that a member would have in what opens now."""
    version = constitution.in_force(organisation, organisation.day_of(now))
    rule = weights_of(version) if version else EVEN
    is_delegate = membership.kind == "organisation"
    return rule.weigh(membership.voting_class, delegate=is_delegate, represents=membership.represents).votes


def votes_words(votes: int) -> str:
    return str(ngettext("%(num)d vote", "%(num)d votes", votes))


def _report(
    membership: Membership, actor: Actor, now: datetime, represents: int | None, on: date | None
) -> None:
    """Keep what an organisation reported on paper; what it reported before stands beside it."""
    if (membership.represents, membership.represents_on) == (represents, on):
        return
    if membership.kind != "organisation":
        raise Refusal(_("Only a member that is an organisation has members of its own."))
    if represents is None and on is None and size_reports_of(membership):
        raise Refusal(_("What it reported stands. Enter the number that it has now."))
    if represents is None and on is None:
        membership.represents = membership.represents_on = None
        return
    if represents is None or on is None:
        raise Refusal(_("Give both: how many members it reported, and on which day."))
    organisation = db.session.get_one(Organisation, membership.organisation_id)
    add_size_report(
        membership,
        actor.label,
        now,
        size=represents,
        counted_on=on,
        source=_("As it reported; entered in the register."),
        today=organisation.day_of(now),
    )
