"""Versions of the constitution and the values in force on any day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select, true

from coop.errors import Missing
from coop.extensions import db
from coop.models.constitution import ConstitutionVersion, ProvisionRow
from coop.models.organisations import Body, Office, Organisation
from coop.rules.constitution import Effective, Values, look_up, resolve
from coop.rules.provisions import REGISTRY

_FAMILIES = frozenset({"majority", "quorum", "voting_period"})


@dataclass(frozen=True)
class Rule:
    """A value in force and where it stands; ``article`` is empty for a default adopted with the version."""

    key: str
    value: Any  # of the types in coop.rules.provisions
    article: str
    version_number: int
    text: str  # canonical
    spelled: str  # in the words of a member


def latest(organisation: Organisation, *, void: bool = True) -> ConstitutionVersion | None:
    """The version adopted last, in force or not; with `void` also one whose decision became void."""
    return db.session.scalar(
        select(ConstitutionVersion)
        .where(
            ConstitutionVersion.organisation_id == organisation.id,
            ConstitutionVersion.void_at.is_(None) if not void else true(),
        )
        .order_by(ConstitutionVersion.number.desc())
        .limit(1)
    )


def in_force(organisation: Organisation, day: date) -> ConstitutionVersion | None:
    """The version in force on a day: the one that came into force last."""
    return db.session.scalar(
        select(ConstitutionVersion)
        .where(ConstitutionVersion.organisation_id == organisation.id, ConstitutionVersion.in_force_on <= day)
        .order_by(ConstitutionVersion.in_force_on.desc())
        .limit(1)
    )


def find_version(organisation: Organisation, number: int) -> ConstitutionVersion:
    version = db.session.scalar(
        select(ConstitutionVersion).where(
            ConstitutionVersion.organisation_id == organisation.id, ConstitutionVersion.number == number
        )
    )
    if version is None:
        raise Missing
    return version


def number_of(version_id: int) -> int:
    """The number of the version that something was made under."""
    return db.session.get_one(ConstitutionVersion, version_id).number


def versions(organisation: Organisation) -> list[ConstitutionVersion]:
    """All versions, the latest first."""
    return list(
        db.session.scalars(
            select(ConstitutionVersion)
            .where(ConstitutionVersion.organisation_id == organisation.id)
            .order_by(ConstitutionVersion.number.desc())
        )
    )


def in_force_of(all_versions: Sequence[ConstitutionVersion], day: date) -> ConstitutionVersion | None:
    """Of these versions, the one in force on a day."""
    begun = [version for version in all_versions if version.in_force_on and version.in_force_on <= day]
    return max(begun, key=lambda version: version.number, default=None)


# Adopted versions never change, so their values are kept for the life of the process.
_KEPT: dict[tuple[int, str, datetime], dict[tuple[str, str], Effective]] = {}
_MOST_KEPT = 200


def values_of(version: ConstitutionVersion) -> Values:
    """Every effective value of a version by key and scope; read from the database once a process."""
    identity = (version.id, version.sha256, version.adopted_at)
    kept = _KEPT.get(identity)
    if kept is None:
        rows = db.session.scalars(select(ProvisionRow).where(ProvisionRow.version_id == version.id))
        kept = {(row.key, row.scope): _effective(row) for row in rows if row.key in REGISTRY}
        if len(_KEPT) >= _MOST_KEPT:
            _KEPT.clear()
        _KEPT[identity] = kept
    return kept


def forget_values() -> None:
    """Let go of what is kept of versions, as a process that has just begun."""
    _KEPT.clear()


def _effective(row: ProvisionRow) -> Effective:
    value = REGISTRY[row.key].parse(row.value)
    return Effective(row.key, row.scope, value, row.value, row.article or None, row.line, row.words)


def rule(
    version: ConstitutionVersion,
    key: str,
    *,
    body: Body | str | None = None,
    decision: str | None = None,
    office: Office | None = None,
    voting_class: str = "",
) -> Rule:
    """The value that holds under a version, looked up from the specific to the general.

    ``body`` (or its short name) comes before its kind, ``office`` after the body; ``decision`` names the
    class where a key differs by it: ``rule(version, "decision.majority", decision="special")``, and
    ``voting_class`` that of the members it is for.
    """
    values = values_of(version)
    name = key
    if key.startswith("decision.") and key.partition(".")[2] in _FAMILIES:
        name = resolve(key, decision or "ordinary")
    if office is not None and body is None:
        body = office.body
    scopes = _scopes_of(version, values, name, body)
    if office is not None:
        scopes.append(f"office={office.kind}")
    if voting_class:
        scopes.append(f"class={voting_class}")
    found = look_up(values, name, scopes)
    spelled = REGISTRY[name].spell(found.value)
    return Rule(name, found.value, found.article or "", version.number, found.text, spelled)


def _scopes_of(version: ConstitutionVersion, values: Values, key: str, body: Body | str | None) -> list[str]:
    if body is None:
        return []
    if isinstance(body, Body):
        return [f"body={body.slug}", f"body={body.kind}"]
    own = f"body={body}"
    others = {scope for known, scope in values if known == key and scope.startswith("body=")}
    if own in others or not others:
        return [own]
    kind = db.session.scalar(
        select(Body.kind).where(Body.organisation_id == version.organisation_id, Body.slug == body)
    )
    return [own, f"body={kind}"]


@dataclass(frozen=True)
class Setting:
    """What one value was from a version on, and the decision that set it (None: the founders)."""

    text: str
    spelled: str
    version_number: int
    in_force_on: date | None
    decision_id: int | None


def history_of(version: ConstitutionVersion) -> dict[tuple[str, str], list[Setting]]:
    """How each value came about along the versions up to this one, the earliest first; one query."""
    before = func.lag(ProvisionRow.value).over(
        partition_by=(ProvisionRow.key, ProvisionRow.scope), order_by=ConstitutionVersion.number
    )
    every = (
        select(
            ProvisionRow.key,
            ProvisionRow.scope,
            ProvisionRow.value,
            ProvisionRow.decision_id,
            ConstitutionVersion.number,
            ConstitutionVersion.in_force_on,
            before.label("before"),
        )
        .join(ConstitutionVersion, ConstitutionVersion.id == ProvisionRow.version_id)
        .where(
            ConstitutionVersion.organisation_id == version.organisation_id,
            ConstitutionVersion.number <= version.number,
            ConstitutionVersion.void_at.is_(None) | (ConstitutionVersion.id == version.id),
        )
        .subquery()
    )
    # Most values stay from version to version: only those that changed are fetched.
    rows = db.session.execute(
        select(*list(every.c)[:-1])
        .where(every.c.before.is_(None) | (every.c.before != every.c.value))
        .order_by(every.c.number)
    )
    history: dict[tuple[str, str], list[Setting]] = {}
    for key, scope, text, decision_id, number, day in rows:
        settings = history.setdefault((key, scope), [])
        if key in REGISTRY:
            provision = REGISTRY[key]
            spelled = provision.spell(provision.parse(text))
            settings.append(Setting(text, spelled, number, day, decision_id))
    return history


def as_data(version: ConstitutionVersion) -> dict[str, Any]:
    """The version as JSON: its articles and every effective value."""
    return {
        "version": version.number,
        "sha256": version.sha256,
        "passed_on": version.passed_on.isoformat(),
        "registered_on": version.registered_on.isoformat() if version.registered_on else None,
        "in_force_on": version.in_force_on.isoformat() if version.in_force_on else None,
        "articles": [
            {
                "number": article.number,
                "heading": article.heading,
                "source": article.text,
                "sha256": article.sha256,
            }
            for article in version.articles
        ],
        "provisions": {
            effective.name: {"value": effective.text, "article": effective.article, "words": effective.words}
            for effective in values_of(version).values()
        },
    }


def summary_of(version: ConstitutionVersion) -> Sequence[str]:
    """The rules a newcomer asks for first, in ten short sentences at most."""

    def said(key: str, decision: str | None = None) -> str:
        return rule(version, key, decision=decision).spelled

    return [
        _admission_summed_up(version),
        _votes_summed_up(version),
        _("You can vote once you have been a member for %(days)s.", days=said("roll.cutoff"))
        if said("roll.cutoff") != "0 days"
        else _("You can vote from the day you are admitted."),
        _(
            "A motion is carried by %(majority)s, provided %(quorum)s vote.",
            majority=said("decision.majority"),
            quorum=said("decision.quorum"),
        ),
        _("Voting stays open for %(days)s and never closes early.", days=said("decision.voting_period")),
        _(
            "What matters more needs %(majority)s; a change of the rules needs %(most)s.",
            majority=said("decision.majority", "special"),
            most=said("decision.majority", "constitutional"),
        ),
        _(
            "Members are called to a general meeting with at least %(days)s of notice.",
            days=said("meeting.notice"),
        ),
        _("Officers are elected for %(term)s and can be elected again.", term=said("office.term")),
        _("Dues are set by a vote of the members and fall due within %(days)s.", days=said("dues.due")),
        _("You can leave at any time.")
        if said("membership.resignation_notice") == "0 days"
        else _(
            "You can leave at any time: your membership ends %(days)s later.",
            days=said("membership.resignation_notice"),
        ),
    ]


def _admission_summed_up(version: ConstitutionVersion) -> str:
    sponsors: Any = rule(version, "membership.sponsors").value
    days = rule(version, "membership.admission_time").spelled
    return str(
        {
            "officer": _("You ask to join, and an officer answers, usually within %(days)s.", days=days),
            "open": _("You ask to join, and are a member once your address is confirmed."),
            "sponsors": ngettext(
                "You ask to join, and %(num)d member must sponsor you.",
                "You ask to join, and %(num)d members must sponsor you.",
                sponsors.n,
            ),
            "ballot": _("You ask to join, and the members vote on it, usually within %(days)s.", days=days),
        }[rule(version, "membership.admission").text]
    )


def _votes_summed_up(version: ConstitutionVersion) -> str:
    votes = {found.text for (key, _scope), found in values_of(version).items() if key == "member.votes"}
    by_size = rule(version, "delegate.members_per_vote").text
    if votes <= {"1"} and by_size == "0":
        return str(_("Every member has one vote, whatever they have paid in."))
    return str(_("Members have unequal votes, by class or by size, and never by what they have paid in."))
