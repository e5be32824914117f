"""What can be read of mandates: one, all, what was done and whether it kept to its instruction, reports due."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import selectinload

from coop.access import Actor
from coop.errors import Missing
from coop.extensions import db
from coop.models.ballots import Decision
from coop.models.mandates import Mandate, MandateAct, MandateInstruction, MandateReport
from coop.models.organisations import Organisation
from coop.rules.mandates import Act, How, Verdict, is_overdue, verdict

MOST = 100


@dataclass(frozen=True)
class InMatter:
    """One act on record, whether it kept to its instruction, and the acts that it corrects."""

    act: MandateAct
    verdict: Verdict
    earlier: tuple[MandateAct, ...]


@dataclass(frozen=True)
class Sitting:
    """A day elsewhere: what was done, what was reported, and by when that was due."""

    held_on: date
    lines: tuple[InMatter, ...]
    reports: tuple[MandateReport, ...]
    due_on: date
    article: str

    def is_overdue_on(self, today: date) -> bool:
        return not self.reports and is_overdue(self.due_on, today)


@dataclass(frozen=True)
class Due:
    """A report that a delegate still owes."""

    mandate: Mandate
    held_on: date
    due_on: date
    overdue: bool


def find(organisation: Organisation, number: int) -> Mandate:
    mandate = db.session.scalar(
        select(Mandate).where(Mandate.organisation_id == organisation.id, Mandate.number == number)
    )
    if mandate is None:
        raise Missing(_("There is no mandate %(number)s.", number=number))
    return mandate


def locked(mandate: Mandate) -> Mandate:
    """Take the mandate's row, so that of two entries the second sees what the first has put in."""
    db.session.refresh(mandate, with_for_update=True)
    db.session.expire(mandate, ["instructions", "acts", "reports"])
    return mandate


def find_act(mandate: Mandate, number: int) -> MandateAct:
    found = next((one for one in mandate.acts if one.number == number), None)
    if found is None:
        raise Missing(_("There is no act %(number)s.", number=number))
    return found


def mandates_of(organisation: Organisation, *, words: str = "") -> list[Mandate]:
    """List the mandates, the latest first; `words` are searched in where they lead."""
    query = (
        select(Mandate)
        .where(Mandate.organisation_id == organisation.id)
        .options(
            selectinload(Mandate.delegate), selectinload(Mandate.decision), selectinload(Mandate.reports)
        )
        .options(selectinload(Mandate.acts).selectinload(MandateAct.instruction))
        .order_by(Mandate.number.desc())
        .limit(MOST)
    )
    if words.strip():
        query = query.where(Mandate.sent_to.icontains(words.strip(), autoescape=True))
    return list(db.session.scalars(query))


def in_force(mandate: Mandate) -> list[MandateInstruction]:
    """The instructions that nothing has replaced and whose decision stands."""
    replaced = {one.supersedes_id for one in mandate.instructions}
    return [one for one in mandate.instructions if one.id not in replaced and not one.decision.is_void]


def verdict_of(act: MandateAct) -> Verdict:
    """Compute whether an act kept to its instruction; one whose decision became void bound nobody."""
    bound = act.instruction
    if bound is None or bound.decision.is_void:
        return verdict(None, Act(act.act))
    return verdict(How(bound.how), Act(act.act), instructed_on=bound.decision.decided_on, held_on=act.held_on)


def sittings_of(mandate: Mandate) -> list[Sitting]:
    """What is on record, by the day of the sitting, the latest first."""
    by_id = {act.id: act for act in mandate.acts}
    corrected = {act.supersedes_id for act in mandate.acts}
    days: dict[date, list[InMatter]] = {}
    for act in mandate.acts:
        if act.id not in corrected:
            days.setdefault(act.held_on, []).append(InMatter(act, verdict_of(act), _earlier(act, by_id)))
    return [_sitting(mandate, day, lines) for day, lines in sorted(days.items(), reverse=True)]


def _sitting(mandate: Mandate, day: date, lines: list[InMatter]) -> Sitting:
    first = lines[0].act
    reports = tuple(one for one in mandate.reports if one.held_on == day)
    return Sitting(day, tuple(lines), reports, first.report_due_on, first.article)


def _earlier(act: MandateAct, by_id: dict[int, MandateAct]) -> tuple[MandateAct, ...]:
    found = []
    while act.supersedes_id is not None:
        act = by_id[act.supersedes_id]
        found.append(act)
    return tuple(found)


def as_data(organisation: Organisation, now: datetime) -> dict[str, Any]:
    """Every mandate as JSON values: what binds the delegate, what was done, and whether it kept to it."""
    today = organisation.day_of(now)
    rows = db.session.scalars(
        select(Mandate).where(Mandate.organisation_id == organisation.id).order_by(Mandate.number)
    )
    return {
        "format": 1,
        "organisation": {"slug": organisation.slug, "name": organisation.name},
        "mandates": [_plain(one, today) for one in rows],
    }


def _plain(mandate: Mandate, today: date) -> dict[str, Any]:
    return {
        "number": mandate.number,
        "sent_to": mandate.sent_to,
        "delegate": mandate.delegate.name,
        "decision": mandate.decision.label,
        "from": mandate.starts_on.isoformat(),
        "until": mandate.ends_on.isoformat() if mandate.ends_on else None,
        "state": mandate.stage_on(today),
        "instructions": [
            {"number": one.number, "matter": one.matter, "how": one.how, "decision": one.decision.label}
            for one in in_force(mandate)
        ],
        "acts": [_act(line) for sitting in sittings_of(mandate) for line in sitting.lines],
        "reports": [{"on": one.held_on.isoformat(), "text": one.text} for one in mandate.reports],
    }


def _act(line: InMatter) -> dict[str, Any]:
    act = line.act
    return {
        "number": act.number,
        "on": act.held_on.isoformat(),
        "matter": act.matter,
        "instruction": act.instruction.number if act.instruction else None,
        "act": act.act,
        "verdict": line.verdict.value,
        "evidence": act.evidence,
        "replies": [one.text for one in act.replies],
        "corrects": [one.number for one in line.earlier],
    }


def reports_due(organisation: Organisation, now: datetime, *, of: Actor | None = None) -> list[Due]:
    """The reports that are owed, the oldest first: of one delegate, or of all; four queries at most."""
    today = organisation.day_of(now)
    query = (
        select(Mandate)
        .where(Mandate.organisation_id == organisation.id)
        .options(selectinload(Mandate.acts), selectinload(Mandate.reports))
    )
    if of is not None:
        query = query.where(Mandate.membership_id == of.membership_id)
    found = []
    for mandate in db.session.scalars(query):
        corrected = {act.supersedes_id for act in mandate.acts}
        told = {report.held_on for report in mandate.reports}
        due = {act.held_on: act.report_due_on for act in mandate.acts if act.id not in corrected}
        found += [
            Due(mandate, held_on, due_on, is_overdue(due_on, today))
            for held_on, due_on in due.items()
            if held_on not in told and held_on <= today
        ]
    return sorted(found, key=lambda one: (one.due_on, one.mandate.number))


def is_sent(membership_id: int) -> ColumnElement[bool]:
    """Ask within a query whether a member was ever sent anywhere."""
    return exists().where(Mandate.membership_id == membership_id)


def decisions_to_cite(organisation: Organisation) -> list[Decision]:
    """The carried decisions and elections that stand, the latest first."""
    rows = db.session.scalars(
        select(Decision)
        .where(
            Decision.organisation_id == organisation.id,
            or_(Decision.outcome == "carried", Decision.outcome == "elected"),
            Decision.is_void.is_(False),
        )
        .order_by(Decision.decided_at.desc(), Decision.id.desc())
        .limit(MOST)
    )
    return list(rows)
