"""An officer admits a motion or rules it out, the meeting hears appeals, and it is put or referred."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from coop.access import Actor, Permission, authorize
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, Decision
from coop.models.organisations import Body, Organisation
from coop.rules.calendar import closing_of
from coop.services import ballots
from coop.services.motions.amended import end_amendments
from coop.services.motions.moving import take_step
from coop.services.motions.news import tell_mover
from coop.services.motions.reading import Told, locked
from coop.services.records import record


def admit(told: Told, organisation: Organisation, actor: Actor, now: datetime) -> None:
    """Let the motion be debated: its mover has the seconders, and nothing in the constitution forbids it."""
    authorize(actor, Permission.RULE_ON_MOTION, told)
    told = locked(told, now)
    refuse_own(told, actor)
    refuse_unless_it_may(told, "admitted")
    if told.moved is None:
        raise Missing
    days = told.moved.rule["debate_days"]
    until = closing_of(now, days, organisation.zone) if days else now
    take_step(told, "admitted", actor, now, until=until)
    facts = {"debate_until": until.isoformat()}
    record(organisation, actor, "admitted", f"motion {told.motion.number}", now, facts)
    tell_mover(told, organisation, now, "admitted")


def rule_out(told: Told, organisation: Organisation, actor: Actor, now: datetime, *, reason: str) -> None:
    """Refuse to let a motion be debated, with a reason that members read; the mover may appeal."""
    authorize(actor, Permission.RULE_ON_MOTION, told)
    told, reason = locked(told, now), reason.strip()
    refuse_own(told, actor)
    refuse_unless_it_may(told, "ruled_out")
    if not reason:
        raise Refusal(_("Say why. Members will read it."))
    take_step(told, "ruled_out", actor, now, reason=reason)
    _note(told, organisation, actor, "ruled out", reason, now)
    tell_mover(told, organisation, now, "ruled_out")


def appeal(told: Told, organisation: Organisation, actor: Actor, now: datetime, *, reason: str) -> None:
    """Ask the meeting to hear a motion that was ruled out."""
    authorize(actor, Permission.KEEP_OWN_MOTION, told)
    told, reason = locked(told, now), reason.strip()
    refuse_unless_it_may(told, "appealed")
    if not reason:
        raise Refusal(_("Say why. Members will read it."))
    take_step(told, "appealed", actor, now, reason=reason)
    _note(told, organisation, actor, "appealed for", reason, now)


def put_appeal(told: Told, organisation: Organisation, actor: Actor, now: datetime) -> Ballot:
    """Draft the vote on an appeal: an ordinary resolution of the same body, whatever the motion's own class."""
    authorize(actor, Permission.SET_UP_BALLOT, told)
    told = locked(told, now)
    refuse_unless_it_may(told, "appeal_put")
    ruled, asked = told.step("ruled_out"), told.step("appealed")
    ballot = ballots.propose_motion(
        organisation,
        actor,
        now,
        title=_("Appeal: shall motion %(number)d be heard?", number=told.motion.number),
        text=_(
            "Motion %(number)d, “%(title)s”, shall be heard.\n\nRuled out because: %(ruled)s\n\n"
            "The mover answers: %(asked)s",
            number=told.motion.number,
            title=told.motion.title,
            ruled=ruled.reason if ruled else "",
            asked=asked.reason if asked else "",
        ),
        body=told.body,
        procedural=True,
    )
    take_step(told, "appeal_put", actor, now, ballot_id=ballot.id)
    facts = {"ballot": ballot.number}
    record(organisation, actor, "put the appeal for", f"motion {told.motion.number}", now, facts)
    return ballot


def put(told: Told, organisation: Organisation, actor: Actor, now: datetime, *, secrecy: str = "") -> Ballot:
    """Draft the vote on a motion that was debated, in the words of its latest version."""
    authorize(actor, Permission.SET_UP_BALLOT, told)
    told = locked(told, now)
    if told.stage == "put" and told.steps[-1].ballot is not None:
        return told.steps[-1].ballot
    if told.stage == "debate":
        raise Refusal(_still_debated(told))
    refuse_unless_it_may(told, "put")
    end_amendments(told, organisation, now)
    ballot = ballots.propose_motion(
        organisation,
        actor,
        now,
        title=told.motion.title,
        text=told.motion.text,
        decision_class=told.motion.kind,
        body=told.body,
        secrecy=secrecy,
        motion=told.motion,
    )
    take_step(told, "put", actor, now, ballot_id=ballot.id)
    facts = {"ballot": ballot.number, "version": len(told.versions)}
    record(organisation, actor, "put", f"motion {told.motion.number}", now, facts)
    return ballot


def refer(
    told: Told,
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    to: Body,
    reason: str,
    decision: str = "",
) -> None:
    """Hand a motion to another body instead of a vote: by its mover, or by an officer whom a decision told to.

    `decision` is the number of one that the motion's body carried after the motion was submitted: "2026/14".
    """
    authorize(
        actor, Permission.KEEP_OWN_MOTION if _is_mover(told, actor) else Permission.RULE_ON_MOTION, told
    )
    told, reason = locked(told, now), reason.strip()
    refuse_unless_it_may(told, "referred")
    if not reason:
        raise Refusal(_("Say why. Members will read it."))
    if to.organisation_id != organisation.id or to.id == told.body.id:
        raise Refusal(_("Choose another body, one that can look into it."))
    by_decision = None if _is_mover(told, actor) else _decision_to_refer(told, decision)
    take_step(
        told,
        "referred",
        actor,
        now,
        reason=reason,
        body_id=to.id,
        decision_id=by_decision.id if by_decision else None,
    )
    _note(told, organisation, actor, "referred", reason, now)


def refuse_own(told: Told, actor: Actor) -> None:
    """Let nobody rule on the motion they moved, but the founders, who act jointly."""
    if _is_mover(told, actor) and not actor.founding:
        raise Refusal(_("You moved this motion yourself, so another officer must rule on it."))


def refuse_unless_it_may(told: Told, step: str) -> None:
    """Refuse a step that does not follow, saying where the motion stands."""
    if told.can_be(step):
        return
    if told.stage == "submitted" and told.moved is not None:
        raise Refusal(
            _(
                "Seconded by %(have)d, and it needs %(needed)d (%(source)s).",
                have=len(told.seconders),
                needed=told.moved.seconders,
                source=told.moved.rule["sources"]["seconders"],
            )
        )
    if told.stage == "lapsed" and told.moved is not None:
        over = "seconding" if told.steps[-1].kind == "submitted" else "lapse"
        raise Refusal(_("This motion has lapsed (%(source)s).", source=told.moved.rule["sources"][over]))
    raise Refusal(_("This motion is at another stage by now. Read its page again."))


def _still_debated(told: Told) -> str:
    admitted = told.step("admitted")
    if admitted is None or admitted.until is None or told.moved is None:
        raise Missing
    return str(
        _(
            "It is debated until %(when)s (%(source)s). Put it to the vote then.",
            when=ballots.wall_words(admitted.until, told.moved.zone),
            source=told.moved.rule["sources"]["debate"],
        )
    )


def _decision_to_refer(told: Told, label: str) -> Decision:
    year, _slash, number = label.strip().partition("/")
    found = None
    if year.isdecimal() and number.isdecimal() and len(label) < 20:
        found = db.session.scalar(
            select(Decision).where(
                Decision.organisation_id == told.organisation_id,
                Decision.year == int(year),
                Decision.number == int(number),
            )
        )
    submitted = told.moved.submitted_at if told.moved else None
    if (
        found is None
        or found.body_id != told.body.id
        or found.outcome_now != "carried"
        or submitted is None
        or found.decided_at < submitted
    ):
        raise Refusal(
            _(
                "Only its mover refers a motion alone. Give the number of the decision that refers it, as 2026/14: "
                "carried by %(body)s since the motion was submitted.",
                body=told.body.name,
            )
        )
    return found


def _is_mover(told: Told, actor: Actor) -> bool:
    return actor.membership_id is not None and told.motion.proposer_id == actor.membership_id


def _note(
    told: Told, organisation: Organisation, actor: Actor, verb: str, reason: str, now: datetime
) -> None:
    record(organisation, actor, verb, f"motion {told.motion.number}", now, personal={"reason": reason})
