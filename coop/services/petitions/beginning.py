"""Beginning a petition: its words, its roll and the number it needs are fixed from then on."""

from datetime import date, datetime
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import func, select

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Decision
from coop.models.constitution import ConstitutionVersion
from coop.models.members import Membership
from coop.models.organisations import Body, Office, OfficeTerm, Organisation
from coop.models.petitions import Petition
from coop.rules.calendar import add_months, closing_of
from coop.services import ballots, constitution
from coop.services.organisations import assembly_of
from coop.services.petitions.signing import add_signature
from coop.services.records import record

MOST_WORDS = 4000


def begin_recall(
    term: OfficeTerm, organisation: Organisation, actor: Actor, now: datetime, *, grounds: str
) -> Petition:
    """Ask the members to vote on ending a term of office; whoever begins signs first."""
    authorize(actor, Permission.PETITION, organisation)
    db.session.execute(select(Office.id).where(Office.id == term.office_id).with_for_update())
    if why := why_no_recall(term, organisation, actor, now):
        raise Refusal(why)
    body = _who_elected(term, organisation)
    version = _version(organisation, now)
    rules = {
        "threshold": constitution.rule(version, "recall.threshold", body=body),
        "reply": constitution.rule(version, "recall.reply", body=body),
        "cool_down": constitution.rule(version, "recall.cool_down", body=body),
    }
    holder = db.session.get_one(Membership, term.membership_id)
    return _begin(
        organisation,
        body,
        version,
        rules,
        actor,
        now,
        kind="recall",
        term_id=term.id,
        title=_("Recall: %(office)s, %(name)s", office=term.office.title, name=holder.name),
        text=grounds,
        more={
            "reply_days": rules["reply"].value.n,
            "term_ends_on": term.ends_on.isoformat() if term.ends_on else None,
        },
    )


def begin_meeting(
    organisation: Organisation, actor: Actor, now: datetime, *, title: str, text: str, place: str, hour: int
) -> Petition:
    """Ask for a general meeting on one matter; with enough signatures it is called, whoever holds office."""
    authorize(actor, Permission.PETITION, organisation)
    title, place = " ".join(title.split()), place.strip()
    if not title or not place:
        raise Refusal(_("Say what the meeting is to decide, and where it would be."))
    version = _version(organisation, now)
    return _begin(
        organisation,
        assembly_of(organisation),
        version,
        {"threshold": constitution.rule(version, "meeting.petition")},
        actor,
        now,
        kind="meeting",
        title=title,
        text=text,
        place=place,
        hour=hour,
    )


def why_no_recall(term: OfficeTerm, organisation: Organisation, actor: Actor, now: datetime) -> str:
    """Say why the actor can't begin a petition about a term; "" if they can."""
    today = organisation.day_of(now)
    if term.ended_at is not None or term.starts_on > today or (term.ends_on and term.ends_on < today):
        return str(_("Nobody holds this term of office today, so there is nothing to recall from."))
    if actor.membership_id == term.membership_id:
        return str(_("This is your own office. You can resign from it."))
    last = db.session.scalar(
        select(Petition).where(Petition.term_id == term.id).order_by(Petition.number.desc()).limit(1)
    )
    if last is None:
        return ""
    if last.stage_at(now) == "open":
        return str(_("Members sign a petition on this already: petition %(number)s.", number=last.number))
    if last.ballot is None:
        return ""
    if last.ballot.sealed_at is None and last.ballot.void_at is None:
        return str(_("A vote on this recall is on its way: ballot %(number)s.", number=last.ballot.number))
    return _too_soon(term, last, organisation, today)


def _too_soon(term: OfficeTerm, last: Petition, organisation: Organisation, today: date) -> str:
    decision = db.session.scalar(select(Decision).where(Decision.ballot_id == last.ballot_id))
    version = constitution.in_force(organisation, today)
    if decision is None or decision.is_void or version is None:
        return ""
    rule = constitution.rule(version, "recall.cool_down", body=_who_elected(term, organisation))
    again = add_months(decision.decided_on, rule.value.n)
    if today >= again:
        return ""
    source = _("article %(article)s", article=rule.article) if rule.article else _("the constitution")
    said = _(
        "The members voted on this recall on %(day)s (decision %(label)s). By %(source)s another petition can be "
        "begun from %(again)s.",
        day=format_date(decision.decided_on, "d MMMM y"),
        label=decision.label,
        source=source,
        again=format_date(again, "d MMMM y"),
    )
    return str(said)


def _begin(
    organisation: Organisation,
    body: Body,
    version: ConstitutionVersion,
    rules: dict[str, constitution.Rule],
    actor: Actor,
    now: datetime,
    *,
    more: dict[str, Any] | None = None,
    text: str,
    **fields: Any,
) -> Petition:
    text = text.strip()
    if not text:
        raise Refusal(_("Say why. Everybody who is asked to sign reads it."))
    if len(text) > MOST_WORDS:
        raise Refusal(_("Say it in %(most)d characters at most.", most=MOST_WORDS))
    period = constitution.rule(version, "petition.period")
    roll = ballots.draw_roll(
        organisation, body, organisation.day_of(now), _roll_rule(organisation, body, now)
    )
    eligible = sum(one.entitled for one in roll)
    threshold = rules["threshold"].value
    articles = dict.fromkeys(one.article for one in (*rules.values(), period) if one.article)
    db.session.execute(select(Organisation.id).where(Organisation.id == organisation.id).with_for_update())
    last = db.session.scalar(
        select(func.max(Petition.number)).where(Petition.organisation_id == organisation.id)
    )
    petition = Petition(
        organisation_id=organisation.id,
        number=(last or 0) + 1,
        body=body,
        text=text,
        begun_by_id=actor.membership_id,
        begun_at=now,
        sign_until=closing_of(now, period.value.n, organisation.zone),
        zone=organisation.zone,
        eligible=eligible,
        needed=max(1, threshold.needed(eligible)),
        rule={
            "threshold": threshold.text,
            "cutoff": _roll_rule(organisation, body, now),
            "articles": list(articles),
            "version": version.number,
        }
        | (more or {}),
        version_id=version.id,
        **fields,
    )
    db.session.add(petition)
    db.session.flush()
    facts = {
        "kind": petition.kind,
        "eligible": eligible,
        "needed": petition.needed,
        "version": version.number,
    }
    record(organisation, actor, "began a petition", f"petition {petition.number}", now, facts)
    add_signature(petition, organisation, actor, now)
    return petition


def _roll_rule(organisation: Organisation, body: Body, now: datetime) -> dict[str, Any]:
    """What decides who stands on the roll, as for a vote of the same body."""
    frozen = ballots.lawful(organisation, "recall", body, now, None).frozen
    return {key: frozen[key] for key in ("cutoff_days", "cutoff_article", "weights")}


def _version(organisation: Organisation, now: datetime) -> ConstitutionVersion:
    version = constitution.in_force(organisation, organisation.day_of(now))
    if version is None:
        raise Refusal(_("No constitution is in force yet, so nothing says how to decide. Adopt one first."))
    return version


def _who_elected(term: OfficeTerm, organisation: Organisation) -> Body:
    """The body whose decision gave the office, and so whose members can take it back; else the assembly."""
    decision = db.session.get(Decision, term.decision_id) if term.decision_id else None
    return db.session.get_one(Body, decision.body_id) if decision else assembly_of(organisation)
