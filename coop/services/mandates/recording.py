"""What delegates did elsewhere, their replies and their reports. Nothing on record is changed: it is corrected."""

from datetime import date, datetime

from flask_babel import gettext as _

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.mandates import Mandate, MandateAct, MandateReply, MandateReport
from coop.models.organisations import Organisation
from coop.models.records import Document
from coop.rules.mandates import Act, How, acts_on, report_due
from coop.services import constitution
from coop.services.mandates.reading import in_force, locked, sittings_of
from coop.services.records import record

MOST_TEXT = 8000
MOST_EVIDENCE = 1000


def record_act(
    mandate: Mandate,
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    held_on: date,
    act: str,
    instruction: int | None = None,
    matter: str = "",
    evidence: str = "",
    document: Document | None = None,
    corrects: MandateAct | None = None,
) -> MandateAct:
    """Put on record what the delegate did in a matter on the day of a sitting, with its source.

    `instruction` is the number of the one that binds them in it; without one the `matter` is named.
    """
    authorize(actor, Permission.RECORD_ACT, mandate)
    mandate, evidence = locked(mandate), " ".join(evidence.split())
    bound = next((one for one in in_force(mandate) if one.number == instruction), None)
    if instruction is not None and bound is None:
        raise Refusal(_("Instruction %(number)s is not in force any more.", number=instruction))
    matter = bound.matter if bound else " ".join(matter.split())
    if not matter:
        raise Refusal(_("Say what the matter is, or choose the instruction about it."))
    if act not in acts_on(How(bound.how) if bound else None):
        raise Refusal(_not_an_answer(How(bound.how)) if bound else _("Choose what the delegate did."))
    if act != Act.UNRECORDED and not evidence and document is None:
        raise Refusal(
            _("Say how you know: the minutes, a roll call, the delegate's word. Or name a document.")
        )
    _refuse_day(mandate, held_on, organisation.day_of(now))
    _refuse_twice(mandate, matter, held_on, corrects)
    due_on, article, version_id = _report_rule(mandate, organisation, held_on, now)
    made = MandateAct(
        mandate_id=mandate.id,
        number=max((one.number for one in mandate.acts), default=0) + 1,
        instruction=bound,
        matter=matter,
        act=act,
        held_on=held_on,
        evidence=evidence,
        document=document,
        report_due_on=due_on,
        article=article,
        version_id=version_id,
        supersedes_id=corrects.id if corrects else None,
        recorded_at=now,
        recorded_by=actor.label,
    )
    db.session.add(made)
    db.session.flush()
    db.session.expire(mandate, ["acts"])
    facts = {
        "act": made.number,
        "did": act,
        "on": held_on.isoformat(),
        "instruction": instruction,
        "corrects": corrects.number if corrects else None,
    }
    record(organisation, actor, "recorded an act of", f"mandate {mandate.number}", now, facts)
    return made


def reply(
    mandate: Mandate, act: MandateAct, organisation: Organisation, actor: Actor, now: datetime, *, text: str
) -> None:
    """Say something of an act on record; it stands beside it."""
    authorize(actor, Permission.ANSWER_ACT, mandate)
    text = _words(text)
    db.session.add(MandateReply(act_id=act.id, text=text, replied_at=now))
    db.session.flush()
    db.session.expire(act, ["replies"])
    record(organisation, actor, "replied to an act of", f"mandate {mandate.number}", now, {"act": act.number})


def report(
    mandate: Mandate, organisation: Organisation, actor: Actor, now: datetime, *, held_on: date, text: str
) -> None:
    """Report on a sitting, as the delegate."""
    authorize(actor, Permission.ANSWER_ACT, mandate)
    mandate, text = locked(mandate), _words(text)
    if held_on not in {sitting.held_on for sitting in sittings_of(mandate)}:
        raise Refusal(_("No sitting of that day is on record. Record first what you did there."))
    db.session.add(MandateReport(mandate_id=mandate.id, held_on=held_on, text=text, reported_at=now))
    db.session.flush()
    db.session.expire(mandate, ["reports"])
    facts = {"on": held_on.isoformat()}
    record(organisation, actor, "reported on", f"mandate {mandate.number}", now, facts)


def _words(text: str) -> str:
    text = text.strip()
    if not text or len(text) > MOST_TEXT:
        raise Refusal(_("Write it in %(most)d characters at most.", most=MOST_TEXT))
    return text


def _not_an_answer(how: How) -> str:
    if how is How.RAISE:
        return str(_("The instruction is to raise the matter. Say whether it was raised."))
    return str(_("The instruction is about a vote. Say how the delegate voted."))


def _refuse_day(mandate: Mandate, held_on: date, today: date) -> None:
    if held_on > today:
        raise Refusal(_("That day has not come yet."))
    if held_on < mandate.starts_on or (mandate.ends_on is not None and held_on > mandate.ends_on):
        raise Refusal(
            _("The delegate was not sent there on that day. Only what they did while sent is recorded.")
        )


def _refuse_twice(mandate: Mandate, matter: str, held_on: date, corrects: MandateAct | None) -> None:
    """An act in one matter on one day stands once; another entry corrects it."""
    corrected = {one.supersedes_id for one in mandate.acts}
    if corrects is not None and corrects.id in corrected:
        raise Refusal(
            _("Act %(number)s was corrected already. Correct the later one.", number=corrects.number)
        )
    for one in mandate.acts:
        same = one.held_on == held_on and one.matter.casefold() == matter.casefold()
        if same and one.id not in corrected and (corrects is None or one.id != corrects.id):
            raise Refusal(
                _("Act %(number)s is about this matter on that day. Correct it.", number=one.number)
            )


def _report_rule(
    mandate: Mandate, organisation: Organisation, held_on: date, now: datetime
) -> tuple[date, str, int]:
    """By when a report is due: as was told with the first act of that day, else by the constitution of today."""
    for one in mandate.acts:
        if one.held_on == held_on:
            return one.report_due_on, one.article, one.version_id
    version = constitution.in_force(organisation, organisation.day_of(now))
    if version is None:
        raise Refusal(_("No constitution is in force yet, so nothing says how to decide. Adopt one first."))
    rule = constitution.rule(version, "mandate.report")
    return report_due(held_on, rule.value.n), rule.article, version.id
