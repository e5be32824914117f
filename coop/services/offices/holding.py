"""Who can hold an office: terms one after another, offices that exclude each other; and giving one up."""

from datetime import date, datetime, timedelta

from flask_babel import format_date, ngettext
from flask_babel import gettext as _
from sqlalchemy import or_, select

from coop.access import PROGRAM, Actor, Permission, authorize
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.constitution import ConstitutionVersion
from coop.models.members import Membership
from coop.models.organisations import Office, OfficeTerm, Organisation
from coop.rules.calendar import add_months
from coop.services import constitution, organisations
from coop.services.records import record


def find_term(organisation: Organisation, term_id: int) -> OfficeTerm:
    term = db.session.get(OfficeTerm, term_id)
    if term is None or term.office.organisation_id != organisation.id:
        raise Missing
    return term


def holder_of(term: OfficeTerm) -> Membership:
    return db.session.get_one(Membership, term.membership_id)


def conditions_of(office: Office, membership: Membership, starts_on: date) -> organisations.Conditions:
    """Gather under what a term is given, for the tables to hold it to."""
    version = _version(office, starts_on)
    if version is None:
        return organisations.NO_CONDITIONS
    most = constitution.rule(version, "office.most_terms", office=office).value.n
    counted = _terms_before(version, office, membership, starts_on)
    return organisations.Conditions(
        most_terms=most,
        counted_from=(counted[-1].starts_on if counted else starts_on) if most else None,
        excluded=frozenset(_excluded(version, office)),
    )


def refuse_unfit(office: Office, membership: Membership, starts_on: date) -> None:
    """Refuse a member who could not take the office on that day, naming the article."""
    if why := why_unfit(office, membership, starts_on):
        raise Refusal(why)


def why_unfit(office: Office, membership: Membership, starts_on: date) -> str:
    """Say why a member could not take the office on a day; "" if nothing stands against it."""
    version = _version(office, starts_on)
    if version is None:
        return ""
    return _over_limit(version, office, membership, starts_on) or _holds_excluded(
        version, office, membership, starts_on
    )


def resign(term: OfficeTerm, actor: Actor, now: datetime, *, last_day: date) -> None:
    """Give up one's own office after a last day, and stay a member."""
    authorize(actor, Permission.RESIGN_OFFICE, term)
    db.session.refresh(term, with_for_update=True)
    today = term.office.body.organisation.day_of(now)
    if not _lasts(term, today):
        raise Refusal(_("This term is over already."))
    if last_day < today:
        raise Refusal(_("This day is over. Choose today or a later day."))
    if term.ends_on is not None and last_day >= term.ends_on:
        day = format_date(term.ends_on, "d MMMM y")
        raise Refusal(_("The term ends on %(day)s anyway. Choose an earlier day.", day=day))
    organisations.end_term(term, last_day, actor=PROGRAM, now=now, why="resignation")
    organisation = term.office.body.organisation
    record(
        organisation, actor, "resigned from", f"office {term.office_id}", now, {"until": last_day.isoformat()}
    )


def _lasts(term: OfficeTerm, day: date) -> bool:
    return term.ended_at is None and (term.ends_on is None or term.ends_on >= day)


def _version(office: Office, day: date) -> ConstitutionVersion | None:
    return constitution.in_force(office.body.organisation, day)


def _over_limit(version: ConstitutionVersion, office: Office, membership: Membership, starts_on: date) -> str:
    rule = constitution.rule(version, "office.most_terms", office=office)
    counted = _terms_before(version, office, membership, starts_on) if rule.value.n else []
    if not rule.value.n or len(counted) < rule.value.n:
        return ""
    again = add_months(_day_after(counted[0], starts_on), _term_months(version, office))
    said = ngettext(
        "%(name)s has been elected to this office (%(office)s) for %(num)d term, and %(source)s allows no more "
        "one after another. A term that starts on %(day)s or later would be lawful.",
        "%(name)s has been elected to this office (%(office)s) for %(num)d terms, and %(source)s allows no more "
        "one after another. A term that starts on %(day)s or later would be lawful.",
        len(counted),
        name=membership.name,
        office=office.title,
        source=_source(rule),
        day=format_date(again, "d MMMM y"),
    )
    return str(said)


def _holds_excluded(
    version: ConstitutionVersion, office: Office, membership: Membership, starts_on: date
) -> str:
    excluded = _excluded(version, office)
    held = db.session.scalar(
        select(OfficeTerm)
        .where(
            OfficeTerm.membership_id == membership.id,
            or_(OfficeTerm.office_id.in_(excluded), OfficeTerm.excludes.contains(f",{office.id},")),
            OfficeTerm.ended_at.is_(None),
            or_(OfficeTerm.ends_on.is_(None), OfficeTerm.ends_on >= starts_on),
        )
        .limit(1)
    )
    if held is None:
        return ""
    said = _(
        "%(name)s holds an office (%(held)s) that %(source)s excludes beside this one (%(office)s). They must "
        "resign from it first.",
        name=membership.name,
        held=held.office.title,
        office=office.title,
        source=_source(excluded[held.office_id]) if held.office_id in excluded else _("the rule of its day"),
    )
    return str(said)


def _terms_before(
    version: ConstitutionVersion, office: Office, membership: Membership, starts_on: date
) -> list[OfficeTerm]:
    """List the member's terms by decision one after another before a day, the latest first.

    A break as long as a term begins the count anew.
    """
    months = _term_months(version, office)
    terms = db.session.scalars(
        select(OfficeTerm)
        .where(
            OfficeTerm.office_id == office.id,
            OfficeTerm.membership_id == membership.id,
            OfficeTerm.decision_id.is_not(None),
            OfficeTerm.starts_on < starts_on,
        )
        .order_by(OfficeTerm.starts_on.desc())
    )
    found: list[OfficeTerm] = []
    begins = starts_on
    for term in terms:
        if begins >= add_months(_day_after(term, begins), months):
            break
        found.append(term)
        begins = term.starts_on
    return found


def _day_after(term: OfficeTerm, otherwise: date) -> date:
    return otherwise if term.ends_on is None else term.ends_on + timedelta(days=1)


def _term_months(version: ConstitutionVersion, office: Office) -> int:
    return int(constitution.rule(version, "office.term", office=office).value.n)


def _excluded(version: ConstitutionVersion, office: Office) -> dict[int, constitution.Rule]:
    """Name the offices that exclude this one or are excluded by it, by id, with the rule that says so."""
    own = constitution.rule(version, "office.excludes", office=office)
    found = {}
    for other in organisations.offices_of(office.body.organisation):
        theirs = constitution.rule(version, "office.excludes", office=other)
        if other.id == office.id:
            continue
        if _name(other) in own.value:
            found[other.id] = own
        elif _name(office) in theirs.value:
            found[other.id] = theirs
    return found


def _name(office: Office) -> str:
    return office.kind.replace("_", " ")


def _source(rule: constitution.Rule) -> str:
    if rule.article:
        return str(_("article %(article)s", article=rule.article))
    return str(_("the constitution (version %(version)s)", version=rule.version_number))
