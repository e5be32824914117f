"""Who may bring a motion to a vote: its movers, its seconders, and how long after a loss it waits."""

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import format_date, ngettext
from flask_babel import gettext as _
from sqlalchemy import select

from coop.access import Actor
from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Decision
from coop.models.constitution import ConstitutionVersion
from coop.models.organisations import Body, Organisation
from coop.predicates import bodies_of
from coop.rules.motions import again_on, same_words
from coop.rules.provisions import CLASSES
from coop.services import constitution
from coop.services.constitution import source_of


@dataclass(frozen=True)
class MovingRule:
    """What the constitution in force asks of a motion before its vote."""

    decision_class: str
    proposers: constitution.Rule
    seconders: constitution.Rule
    again: constitution.Rule
    version: ConstitutionVersion


def moving_rule(organisation: Organisation, decision_class: str, body: Body, now: datetime) -> MovingRule:
    """Look up who may move and must second a motion of this class in this body, and when it may come again."""
    version = constitution.in_force(organisation, organisation.day_of(now))
    if version is None:
        raise Refusal(_("No constitution is in force yet, so nothing says how to decide. Adopt one first."))
    if decision_class not in CLASSES:
        raise Refusal(_("There is no such kind of resolution. Choose one from the list."))
    return MovingRule(
        decision_class,
        constitution.rule(version, f"decision.{decision_class}.proposers", body=body),
        constitution.rule(version, f"decision.{decision_class}.seconders", body=body),
        constitution.rule(version, f"decision.{decision_class}.again", body=body),
        version,
    )


def why_not_move(rule: MovingRule, actor: Actor, body: Body) -> str:
    """Say why the actor can't move such a motion here; "" if they can."""
    if actor.founding or actor.operator:
        return ""
    if actor.membership_id is None or actor.status != "active":
        return str(_("Only active members propose motions."))
    if not belongs(actor, body):
        return str(_("%(body)s decides this, and only those who belong to it propose.", body=body.name))
    return why_not_propose(rule, actor, body)


def why_not_propose(rule: MovingRule, actor: Actor, body: Body) -> str:
    """Say why the actor, whoever they may act for, can't propose such a motion; "" if they can."""
    return why_not_among(rule.proposers.value, source_of(rule.proposers), actor, body)


def why_not_among(asked: str, source: str, actor: Actor, body: Body) -> str:
    """Say why the actor is none of those who propose here: any member, officers, or the members of a board."""
    in_office = any(seat.body_kind == "assembly" or seat.body_id == body.id for seat in actor.seats)
    if actor.founding or actor.operator or asked == "member":
        return ""
    if asked == "officer" and not in_office:
        return str(_("Only whoever holds an office proposes this (%(source)s).", source=source))
    if asked == "board" and not _on_a_board(actor):
        return str(_("Only whoever belongs to a board proposes this (%(source)s).", source=source))
    return ""


def belongs(actor: Actor, body: Body) -> bool:
    """Whether the actor is of the body; the assembly is every member."""
    return body.kind == "assembly" or body.id in bodies_of(actor.membership_id or 0)


def refuse_unmoved(rule: MovingRule, mover: Actor, body: Body, *, seconded: bool = False) -> None:
    """Refuse to put a motion straight to the vote where another must move it, or members second it first."""
    if why_not := why_not_propose(rule, mover, body):
        raise Refusal(why_not)
    needed = rule.seconders.value.n
    if needed and not seconded:
        raise Refusal(
            ngettext(
                "%(num)d member must second such a motion first (%(source)s). Propose it under Motions.",
                "%(num)d members must second such a motion first (%(source)s). Propose it under Motions.",
                needed,
                source=source_of(rule.seconders),
            )
        )


def refuse_again(organisation: Organisation, body: Body, rule: MovingRule, text: str, now: datetime) -> None:
    """Refuse the words of a motion that was lost so lately that they can't be put again yet."""
    months, today = rule.again.value.n, organisation.day_of(now)
    if not months:
        return
    for title, lost_on in _lost(organisation, body, rule.decision_class, text):
        if today < (day := again_on(lost_on, months)):
            raise Refusal(
                _(
                    "The same motion, “%(title)s”, was lost on %(lost)s. It can be put again from %(day)s "
                    "(%(source)s).",
                    title=title,
                    lost=format_date(lost_on, "d MMMM y"),
                    day=format_date(day, "d MMMM y"),
                    source=source_of(rule.again),
                )
            )


def _lost(organisation: Organisation, body: Body, decision_class: str, text: str) -> list[tuple[str, date]]:
    rows = db.session.scalars(
        select(Decision).where(
            Decision.organisation_id == organisation.id,
            Decision.body_id == body.id,
            Decision.decision_class == decision_class,
            Decision.outcome == "lost",
            ~Decision.is_void,
        )
    )
    return [(one.title, one.decided_on) for one in rows if same_words(one.text, text)]


def _on_a_board(actor: Actor) -> bool:
    if actor.membership_id is None:
        return False
    of_mine = select(Body.id).where(Body.id.in_(bodies_of(actor.membership_id)), Body.kind == "board")
    return db.session.scalar(of_mine.limit(1)) is not None
