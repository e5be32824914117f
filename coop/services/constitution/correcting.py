"""Correcting a wrong mark: two officers give the same words their right value; every member is told, and may object.

Words never change here: that is what amendments and their votes are for.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select

from coop.access import Actor, Permission, authorize
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.gateways import markdown
from coop.models.constitution import ConstitutionVersion, CorrectionChallenge, MarkCorrection
from coop.models.organisations import Organisation
from coop.rules.amendments import Change, combine
from coop.rules.marking import join_marks, split_marks
from coop.rules.provisions import BadValue
from coop.services.constitution.adopting import store_version
from coop.services.constitution.coming import locked
from coop.services.constitution.previewing import Preview, preview_of
from coop.services.constitution.reading import in_force, latest, rule
from coop.services.records import record, send


def propose_correction(
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    article: str,
    values: Sequence[str],
    reason: str,
) -> MarkCorrection:
    """Say which values stand behind the words of an article, and why; another officer must confirm it."""
    authorize(actor, Permission.CORRECT_MARK, organisation)
    reason = reason.strip()
    if not reason:
        raise Refusal(_("Say why the value is wrong. Every member will read it."))
    locked(organisation)
    base = _standing(organisation)
    old = next((one for one in base.articles if one.number == article), None)
    if old is None:
        raise Missing
    words, marks = split_marks(old.text)
    try:
        text = join_marks(words, marks, values)
    except BadValue as why:
        raise Refusal(str(why)) from why
    if text == old.text:
        raise Refusal(_("These are the values it has already."))
    _refuse_problems(preview_of(organisation, base, [Change(article, text, old.sha256)]))
    made = _add(organisation, base, article, text, old.sha256, reason, actor.membership_id or 0, now)
    record(
        organisation, actor, "proposed a correction", f"correction {made.number}", now, {"article": article}
    )
    return made


def confirm_correction(
    correction: MarkCorrection,
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    tell: Iterable[int],
) -> ConstitutionVersion:
    """Confirm what another officer proposed: it holds from tomorrow, and every member (`tell`: their ids) is told."""
    authorize(actor, Permission.CORRECT_MARK, organisation)
    locked(organisation)
    db.session.refresh(correction, with_for_update=True)
    if correction.confirmed_at is not None or correction.dropped_at is not None:
        raise Refusal(_("This correction is settled already."))
    if actor.membership_id == correction.proposed_by_id:
        raise Refusal(_("You proposed this, so another officer must confirm it."))
    return _make(correction, organisation, actor, now, tell)


def drop_correction(
    correction: MarkCorrection, organisation: Organisation, actor: Actor, now: datetime
) -> None:
    """Put a proposed correction aside."""
    authorize(actor, Permission.CORRECT_MARK, organisation)
    db.session.refresh(correction, with_for_update=True)
    if correction.confirmed_at is not None or correction.dropped_at is not None:
        raise Refusal(_("This correction is settled already."))
    correction.dropped_at = now
    record(organisation, actor, "dropped a correction", f"correction {correction.number}", now)


def challenge_correction(
    correction: MarkCorrection, organisation: Organisation, actor: Actor, now: datetime, *, reason: str
) -> CorrectionChallenge:
    """Object to a correction, once; an officer who did not make it answers."""
    authorize(actor, Permission.CHALLENGE_CORRECTION, organisation)
    reason = reason.strip()
    if not reason:
        raise Refusal(_("Say what is wrong with this correction. Members will read it."))
    until = challenged_until(correction, organisation)
    if until is None or now >= until:
        raise Refusal(
            _("This correction can't be challenged any more. Propose a change of the article instead.")
        )
    if any(one.membership_id == actor.membership_id for one in correction.challenges):
        raise Refusal(_("You have challenged this correction already."))
    made = CorrectionChallenge(membership_id=actor.membership_id, reason=reason, made_at=now)
    correction.challenges.append(made)
    db.session.flush()
    subject = f"correction {correction.number}"
    record(organisation, actor, "challenged", subject, now, personal={"reason": reason})
    return made


def answer_correction(
    challenge: CorrectionChallenge,
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    upheld: bool,
    answer: str,
    tell: Iterable[int],
) -> None:
    """Dismiss a challenge with a reason, or uphold it: the values are again what they were."""
    authorize(actor, Permission.CORRECT_MARK, organisation)
    locked(organisation)
    db.session.refresh(challenge, with_for_update=True)
    correction = db.session.get_one(MarkCorrection, challenge.correction_id)
    parties = (correction.proposed_by_id, correction.confirmed_by_id, challenge.membership_id)
    if actor.membership_id in parties:
        raise Refusal(_("You are a party to this, so another officer must answer."))
    if challenge.outcome is not None:
        raise Refusal(_("This challenge was answered already, and the answer stands."))
    if not answer.strip():
        raise Refusal(_("Give the reason for your answer. Members will read it."))
    challenge.outcome = "upheld" if upheld else "dismissed"
    challenge.answer, challenge.answered_at, challenge.answered_by = answer.strip(), now, actor.label
    db.session.flush()
    facts = {"outcome": challenge.outcome}
    record(organisation, actor, "answered a challenge of", f"correction {correction.number}", now, facts)
    if upheld:
        _undo(correction, challenge, organisation, actor, now, tell)


def challenged_until(correction: MarkCorrection, organisation: Organisation) -> datetime | None:
    """Until when members can object; None before it is confirmed."""
    if correction.confirmed_at is None:
        return None
    law = in_force(organisation, organisation.day_of(correction.confirmed_at)) or correction.base
    return correction.confirmed_at + timedelta(days=rule(law, "ballot.challenge_period").value.n)


def corrections_of(organisation: Organisation) -> list[MarkCorrection]:
    """Every correction that was proposed, the latest first."""
    rows = select(MarkCorrection).where(MarkCorrection.organisation_id == organisation.id)
    return list(db.session.scalars(rows.order_by(MarkCorrection.number.desc())))


def find_correction(organisation: Organisation, number: int) -> MarkCorrection:
    found = db.session.scalar(
        select(MarkCorrection).where(
            MarkCorrection.organisation_id == organisation.id, MarkCorrection.number == number
        )
    )
    if found is None:
        raise Missing
    return found


def preview_correction(correction: MarkCorrection, organisation: Organisation) -> Preview:
    """What the software does differently by it."""
    change = Change(correction.article, correction.text, correction.replaces)
    return preview_of(organisation, correction.base, [change])


def _undo(
    correction: MarkCorrection,
    challenge: CorrectionChallenge,
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    tell: Iterable[int],
) -> None:
    """Give the article back the values it had: a correction by the challenger and the officer who agrees."""
    base = _standing(organisation)
    now_there = next((one for one in base.articles if one.number == correction.article), None)
    before = next(one for one in correction.base.articles if one.number == correction.article)
    if now_there is None or now_there.text != correction.text:
        raise Refusal(_("The article was changed since, so there is nothing to undo: dismiss the challenge."))
    back = _add(
        organisation,
        base,
        correction.article,
        before.text,
        now_there.sha256,
        challenge.answer,
        challenge.membership_id,
        now,
    )
    _make(back, organisation, actor, now, tell)


def _make(
    correction: MarkCorrection, organisation: Organisation, actor: Actor, now: datetime, tell: Iterable[int]
) -> ConstitutionVersion:
    base = _standing(organisation)
    article = next((one for one in base.articles if one.number == correction.article), None)
    if article is None or article.sha256 != correction.replaces:
        raise Refusal(_("The article was changed since. Propose the correction again."))
    plain = markdown.plain_lines(base.text)
    change = Change(correction.article, correction.text, correction.replaces)
    before = markdown.parse(plain).articles
    text = combine(plain, before, [change])
    after = markdown.parse(text).articles
    if [(one.number, one.text) for one in before] != [(one.number, one.text) for one in after]:
        raise Refusal(_("A correction changes no word. Propose a change of the article instead."))
    _refuse_problems(preview_of(organisation, base, [change]))
    correction.confirmed_by_id, correction.confirmed_at = actor.membership_id, now
    db.session.flush()
    today = organisation.day_of(now)
    version = store_version(
        organisation,
        text,
        passed_on=today,
        registered_on=base.registered_on,
        in_force_on=max(today, base.in_force_on or today) + timedelta(days=1),
        decision_id=None,
        now=now,
        actor=actor,
    )
    correction.version_id = version.id
    db.session.flush()
    for membership_id in tell:
        send(
            organisation,
            "mark-corrected",
            f"mark-corrected:{correction.id}:{membership_id}",
            now,
            membership_id=membership_id,
            path=f"/constitution/corrections/{correction.number}",
        )
    return version


def _standing(organisation: Organisation) -> ConstitutionVersion:
    base = latest(organisation, void=False)
    if base is None:
        raise Missing
    if base.in_force_on is None:
        raise Refusal(_("Version %(n)d waits for its registration: correct it afterwards.", n=base.number))
    return base


def _add(
    organisation: Organisation,
    base: ConstitutionVersion,
    article: str,
    text: str,
    replaces: str,
    reason: str,
    by: int,
    now: datetime,
) -> MarkCorrection:
    last = db.session.scalar(
        select(func.max(MarkCorrection.number)).where(MarkCorrection.organisation_id == organisation.id)
    )
    made = MarkCorrection(
        organisation_id=organisation.id,
        number=(last or 0) + 1,
        base_id=base.id,
        article=article,
        text=text,
        replaces=replaces,
        reason=reason,
        proposed_by_id=by,
        proposed_at=now,
    )
    db.session.add(made)
    db.session.flush()
    return made


def _refuse_problems(found: Preview) -> None:
    if found.problems:
        raise Refusal(found.problems[0])
