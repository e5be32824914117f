"""A member drafts a motion, submits it with the deadlines of that day, and may withdraw it until it is put."""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Motion
from coop.models.motions import MotionStep, MotionVersion, MovedMotion
from coop.models.organisations import Body, Organisation
from coop.rules.calendar import closing_after_months, closing_of
from coop.services import ballots, constitution
from coop.services.motions.news import tell_officers
from coop.services.motions.reading import Told, locked, tell
from coop.services.records import record

CLASSES = ("ordinary", "special")  # constitutional motions change articles and come with them


def asked(organisation: Organisation, decision_class: str, body: Body, now: datetime) -> str:
    """Say what the constitution in force asks of a motion of this class before its vote."""
    rule = ballots.moving_rule(organisation, decision_class, body, now)
    times = _times(rule, body)
    needed = rule.seconders.value.n
    parts = [
        _("Proposed by %(who)s.", who=rule.proposers.spelled),
        ngettext(
            "%(num)d other member must second it within %(time)s.",
            "%(num)d other members must second it within %(time)s.",
            needed,
            time=times["seconding"].spelled,
        )
        if needed
        else _("Nobody need second it."),
        _("Debated for %(time)s once an officer admits it.", time=times["debate"].spelled)
        if times["debate"].value.n
        else _("It can be put to the vote as soon as an officer admits it."),
        _("Amendments close %(time)s before the debate does.", time=_amending(rule, body)["close"].spelled)
        if times["debate"].value.n
        else "",
        _("It lapses after %(time)s.", time=times["lapse"].spelled),
    ]
    return " ".join(str(part) for part in parts if part)


def draft_motion(
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    title: str,
    text: str,
    decision_class: str,
    body: Body,
) -> Motion:
    """Keep a motion that only its mover sees until it is submitted."""
    authorize(actor, Permission.PROPOSE_MOTION, organisation)
    title, text = _words(title, text)
    rule = ballots.moving_rule(organisation, decision_class, body, now)
    if why_not := ballots.why_not_move(rule, actor, body):
        raise Refusal(why_not)
    motion = Motion(
        organisation_id=organisation.id,
        number=ballots.next_motion(organisation),
        body_id=body.id,
        kind=decision_class,
        title=title,
        text=text,
        proposer_id=actor.membership_id,
        proposed_at=now,
    )
    db.session.add(motion)
    db.session.flush()
    record(organisation, actor, "drafted", f"motion {motion.number}", now, {"kind": decision_class})
    return motion


def redraft(
    told: Told, organisation: Organisation, actor: Actor, now: datetime, *, title: str, text: str
) -> None:
    """Change the words of a motion that wasn't submitted yet."""
    authorize(actor, Permission.KEEP_OWN_MOTION, told)
    told = locked(told, now)
    refuse_submitted(told)
    told.motion.title, told.motion.text = _words(title, text)
    record(organisation, actor, "redrafted", f"motion {told.motion.number}", now)


def refuse_submitted(told: Told) -> None:
    """Refuse to change the words that members were told of."""
    if told.stage != "draft":
        raise Refusal(_("This motion was submitted, so its words stand. Withdraw it and propose another."))


def submit(told: Told, organisation: Organisation, actor: Actor, now: datetime) -> None:
    """Show the motion to the members: its words stand, and its time to be seconded begins."""
    authorize(actor, Permission.KEEP_OWN_MOTION, told)
    told = locked(told, now)
    if told.stage != "draft":
        raise Refusal(_("This motion was submitted already."))
    rule = ballots.moving_rule(organisation, told.motion.kind, told.body, now)
    if why_not := ballots.why_not_move(rule, actor, told.body):
        raise Refusal(why_not)
    ballots.refuse_again(organisation, told.body, rule, told.motion.text, now)
    moved = _moved(told, organisation, rule, now)
    db.session.add(moved)
    db.session.add(MotionVersion(motion_id=told.motion.id, number=1, text=told.motion.text, made_at=now))
    db.session.flush()
    take_step(told, "submitted", actor, now)
    facts = {
        "kind": told.motion.kind,
        "seconders": moved.seconders,
        "second_until": moved.second_until.isoformat(),
        "version": rule.version.number,
    }
    record(organisation, actor, "submitted", f"motion {told.motion.number}", now, facts)
    if not moved.seconders:
        take_step(tell(told.motion, now), "seconded", None, now)
        tell_officers(told, organisation, now)


def withdraw(told: Told, organisation: Organisation, actor: Actor, now: datetime) -> None:
    """Take one's motion back while it isn't put to the vote."""
    authorize(actor, Permission.KEEP_OWN_MOTION, told)
    told = locked(told, now)
    if not told.can_be("withdrawn"):
        raise Refusal(_("This motion can't be withdrawn any more: it was put to the vote, or has ended."))
    take_step(told, "withdrawn", actor, now)
    record(organisation, actor, "withdrew", f"motion {told.motion.number}", now)


def take_step(told: Told, kind: str, actor: Actor | None, now: datetime, **more: Any) -> None:
    """Write down the next step; the database refuses one that doesn't follow."""
    db.session.add(
        MotionStep(
            motion_id=told.motion.id,
            position=len(told.steps) + 1,
            kind=kind,
            at=now,
            by_id=actor.membership_id if actor else None,
            **more,
        )
    )
    db.session.flush()


def _moved(told: Told, organisation: Organisation, rule: ballots.MovingRule, now: datetime) -> MovedMotion:
    times, amending = _times(rule, told.body), _amending(rule, told.body)
    found = {
        **times,
        **amending,
        "seconders": rule.seconders,
        "proposers": rule.proposers,
        "again": rule.again,
    }
    frozen = {
        "debate_days": times["debate"].value.n,
        "amendments": {
            "proposers": amending["amenders"].value,
            "close_days": amending["close"].value.n,
            "fall_days": amending["fall"].value.n,
        },
        "sources": {name: ballots.source_of(one) for name, one in found.items()},
        "articles": sorted({one.article for one in found.values() if one.article}),
        "version": rule.version.number,
    }
    return MovedMotion(
        motion_id=told.motion.id,
        seconders=rule.seconders.value.n,
        rule=frozen,
        version_id=rule.version.id,
        zone=organisation.zone,
        submitted_at=now,
        second_until=closing_of(now, times["seconding"].value.n, organisation.zone),
        lapses_at=closing_after_months(now, times["lapse"].value.n, organisation.zone),
    )


def _times(rule: ballots.MovingRule, body: Body) -> dict[str, constitution.Rule]:
    return {
        "seconding": constitution.rule(rule.version, "motion.seconding", body=body),
        "debate": constitution.rule(rule.version, "motion.debate", body=body),
        "lapse": constitution.rule(rule.version, "motion.lapse", body=body),
    }


def _amending(rule: ballots.MovingRule, body: Body) -> dict[str, constitution.Rule]:
    return {
        "amenders": constitution.rule(rule.version, "motion.amendments.proposers", body=body),
        "close": constitution.rule(rule.version, "motion.amendments.close", body=body),
        "fall": constitution.rule(rule.version, "motion.amendments.fall", body=body),
    }


def _words(title: str, text: str) -> tuple[str, str]:
    title, text = " ".join(title.split()), text.strip()
    if not title or not text:
        raise Refusal(_("A motion needs a title and its text: what exactly shall be decided?"))
    return title, text
