"""Amending: a member drafts it article by article, hands it in, and its vote alone makes the next version."""

from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import func, or_, select
from sqlalchemy.orm import selectinload

from coop.access import PROGRAM, Actor, Permission, authorize
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.constitution import AmendedArticle, Amendment, ConstitutionVersion
from coop.models.organisations import Organisation
from coop.rules.amendments import Change, body_of, source_of
from coop.services.constitution.adopting import adopt_version
from coop.services.constitution.coming import day_in_force, locked
from coop.services.constitution.previewing import Preview, changes_of, preview, preview_of, why_stale
from coop.services.constitution.reading import latest
from coop.services.constitution.seconding import ask_seconders
from coop.services.records import record

LONGEST_ARTICLE = 20_000  # characters


def draft_amendment(
    organisation: Organisation, actor: Actor, now: datetime, *, title: str, reasons: str = ""
) -> Amendment:
    """Begin a change of the constitution, against its latest version; only its drafter sees it yet."""
    authorize(actor, Permission.PROPOSE_AMENDMENT, organisation)
    title = " ".join(title.split())
    if not title:
        raise Refusal(_("Say in a few words what this change is about."))
    locked(organisation)
    base = latest(organisation, void=False)
    if base is None:
        raise Refusal(_("No constitution is in force yet, so there is nothing to change."))
    last = db.session.scalar(
        select(func.max(Amendment.number)).where(Amendment.organisation_id == organisation.id)
    )
    amendment = Amendment(
        organisation_id=organisation.id,
        number=(last or 0) + 1,
        base_id=base.id,
        title=title,
        reasons=reasons.strip(),
        drafted_by_id=actor.membership_id,
        drafted_at=now,
    )
    db.session.add(amendment)
    db.session.flush()
    record(organisation, actor, "drafted", f"amendment {amendment.number}", now, {"base": base.number})
    return amendment


def describe(
    amendment: Amendment, organisation: Organisation, actor: Actor, now: datetime, *, title: str, reasons: str
) -> None:
    """Change what a draft is called, and why it is proposed."""
    _change(amendment, actor)
    title = " ".join(title.split())
    if not title:
        raise Refusal(_("Say in a few words what this change is about."))
    amendment.title, amendment.reasons = title, reasons.strip()
    record(organisation, actor, "redrafted", f"amendment {amendment.number}", now)


def write_article(
    amendment: Amendment,
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    number: str,
    body: str,
    new: bool = False,
) -> None:
    """Give an article other words, or add one with a new number; refused with the line if they can't be read.

    With `new` the number must be free.
    """
    _change(amendment, actor)
    change = change_to(amendment.base, number, body)
    if new and (change.replaces or any(one.number == change.number for one in amendment.articles)):
        raise Refusal(
            _("There is an article %(number)s already. Choose a free number.", number=change.number)
        )
    _refuse_problems(with_change(amendment, organisation, change))
    _keep(amendment, change, organisation, actor, now)


def remove_article(
    amendment: Amendment, organisation: Organisation, actor: Actor, now: datetime, *, number: str
) -> None:
    """Take an article out."""
    _change(amendment, actor)
    replaced = _replaced(amendment.base, number)
    if not replaced:
        raise Refusal(_("There is no article %(number)s to remove.", number=number))
    change = Change(number, "", replaced)
    _refuse_problems(with_change(amendment, organisation, change))
    _keep(amendment, change, organisation, actor, now)


def leave_article(
    amendment: Amendment, organisation: Organisation, actor: Actor, now: datetime, *, number: str
) -> None:
    """Leave an article as it is after all."""
    _change(amendment, actor)
    kept = [one for one in amendment.articles if one.number != number]
    others = [change for change in changes_of(amendment) if change.number != number]
    _refuse_problems(preview_of(organisation, amendment.base, others))
    amendment.articles = kept
    db.session.flush()
    record(organisation, actor, "redrafted", f"amendment {amendment.number}", now, {"article": number})


def hand_in(amendment: Amendment, organisation: Organisation, actor: Actor, now: datetime) -> None:
    """Show it to all members; its words stand from here on."""
    _change(amendment, actor)
    if not amendment.articles:
        raise Refusal(_("This changes no article yet. Choose an article and write what it shall say."))
    _refuse_problems(preview(amendment, organisation))
    refuse_stale(amendment, organisation)
    asked = ask_seconders(amendment, organisation, now)
    amendment.handed_in_at = now
    facts = {"sha256": preview(amendment, organisation).sha256, "base": amendment.base.number}
    facts |= {"seconders": asked.seconders, "second_until": asked.until.isoformat()}
    record(organisation, actor, "handed in", f"amendment {amendment.number}", now, facts)


def withdraw_amendment(amendment: Amendment, organisation: Organisation, actor: Actor, now: datetime) -> None:
    """Take it back before anybody votes on it."""
    authorize(actor, Permission.CHANGE_AMENDMENT, amendment)
    db.session.refresh(amendment, with_for_update=True)
    if amendment.ballot_id is not None:
        raise Refusal(_("This is put to the vote already. Vote against it if you have changed your mind."))
    if amendment.withdrawn_at is not None:
        raise Refusal(_("This was withdrawn before."))
    amendment.withdrawn_at = now
    record(organisation, actor, "withdrew", f"amendment {amendment.number}", now)


def draft_again(
    amendment: Amendment, organisation: Organisation, actor: Actor, now: datetime
) -> tuple[Amendment, list[str]]:
    """Draft the same against the latest text; give the numbers of the articles that can't be taken along."""
    find_amendment(organisation, amendment.number, actor)
    again = draft_amendment(organisation, actor, now, title=amendment.title, reasons=amendment.reasons)
    left = []
    for one in sorted(amendment.articles, key=lambda one: int(one.number)):
        replaced = _replaced(again.base, one.number)
        change = Change(one.number, one.text, replaced)
        if not (one.text or replaced) or with_change(again, organisation, change).problems:
            left.append(one.number)
        elif one.text != article_text(again.base, one.number):
            _keep(again, change, organisation, actor, now)
    return again, left


def refuse_unless_drafted(amendment: Amendment) -> None:
    """Refuse to change what members have been shown."""
    if amendment.stage != "drafted":
        raise Refusal(_("This was handed in, so its words stand. Withdraw it and draft it again."))


def refuse_stale(amendment: Amendment, organisation: Organisation) -> None:
    """Refuse to go on with an amendment that can't take effect any more."""
    if why := why_stale(amendment, organisation):
        raise Refusal(_("%(why)s Draft it again on the latest text.", why=why))


def settle_amendment(
    amendment: Amendment,
    organisation: Organisation,
    law: ConstitutionVersion,
    now: datetime,
    *,
    carried: bool,
    decision_id: int,
    passed_on: date,
) -> None:
    """Make the next version of what was carried, or record that it is stale and why; called by its decision."""
    locked(organisation)
    db.session.refresh(amendment, with_for_update=True)
    if amendment.outcome is not None:
        return
    if not carried:
        amendment.outcome, amendment.settled_at = "lost", now
        return
    if why := why_stale(amendment, organisation):
        amendment.outcome, amendment.settled_at, amendment.why = "stale", now, why
        facts = {"decision": decision_id, "why": why}
        record(organisation, PROGRAM, "stale", f"amendment {amendment.number}", now, facts)
        return
    previous = latest(organisation, void=False)
    version = adopt_version(
        organisation,
        preview(amendment, organisation, on=previous).text,
        passed_on=passed_on,
        registered_on=None,
        in_force_on=day_in_force(
            law, previous, organisation.day_of(now), passed_on=passed_on, registered_on=None
        ),
        decision_id=decision_id,
        now=now,
    )
    amendment.outcome, amendment.settled_at, amendment.version_id = "passed", now, version.id
    db.session.flush()


def amendments_of(organisation: Organisation, actor: Actor) -> list[Amendment]:
    """What was handed in, and one's own drafts; the latest first."""
    return list(
        db.session.scalars(
            select(Amendment)
            .where(
                Amendment.organisation_id == organisation.id,
                or_(Amendment.handed_in_at.is_not(None), Amendment.drafted_by_id == actor.membership_id),
            )
            .options(
                selectinload(Amendment.articles),
                selectinload(Amendment.seconding),
                selectinload(Amendment.seconders),
            )
            .order_by(Amendment.number.desc())
        )
    )


def find_amendment(organisation: Organisation, number: int, actor: Actor) -> Amendment:
    """Find an amendment; a draft exists only for its drafter."""
    amendment = db.session.scalar(
        select(Amendment).where(Amendment.organisation_id == organisation.id, Amendment.number == number)
    )
    if amendment is None:
        raise Missing
    if amendment.handed_in_at is None and amendment.drafted_by_id != actor.membership_id:
        raise Missing
    return amendment


def amendment_on(ballot_id: int) -> Amendment | None:
    """The amendment that a ballot decides on; None for other ballots."""
    return db.session.scalar(select(Amendment).where(Amendment.ballot_id == ballot_id))


def change_to(base: ConstitutionVersion, number: str, body: str) -> Change:
    """What an article becomes with these words; refused if the words are none, or as they were."""
    if not (number.isascii() and number.isdigit() and 0 < int(number) < 10**9):
        raise Refusal(_("“%(number)s” is not the number of an article. Write it in digits.", number=number))
    number, body = str(int(number)), body.strip()
    if not body:
        raise Refusal(_("Write what the article shall say, or remove it."))
    if len(body) > LONGEST_ARTICLE:
        raise Refusal(_("This is too long for one article. Make two of it."))
    text = source_of(number, body)
    if body_of(article_text(base, number)) == body_of(text):
        raise Refusal(_("These are the words that article %(number)s has already.", number=number))
    return Change(number, text, _replaced(base, number))


def with_change(amendment: Amendment, organisation: Organisation, change: Change) -> Preview:
    """What the text would be with one more change."""
    others = [one for one in changes_of(amendment) if one.number != change.number]
    return preview_of(organisation, amendment.base, [*others, change])


def article_text(base: ConstitutionVersion, number: str) -> str:
    """The source of an article of a version; "" where it has none."""
    return next((article.text for article in base.articles if article.number == number), "")


def _replaced(base: ConstitutionVersion, number: str) -> str:
    return next((article.sha256 for article in base.articles if article.number == number), "")


def _change(amendment: Amendment, actor: Actor) -> None:
    """Lock a draft of the actor's own."""
    authorize(actor, Permission.CHANGE_AMENDMENT, amendment)
    db.session.refresh(amendment, with_for_update=True)
    refuse_unless_drafted(amendment)


def _keep(
    amendment: Amendment, change: Change, organisation: Organisation, actor: Actor, now: datetime
) -> None:
    row = next((one for one in amendment.articles if one.number == change.number), None)
    if row is None:
        row = AmendedArticle(number=change.number)
        amendment.articles.append(row)
    row.text, row.replaces = change.text, change.replaces
    db.session.flush()
    facts = {"article": change.number, "change": change.kind}
    record(organisation, actor, "redrafted", f"amendment {amendment.number}", now, facts)


def _refuse_problems(found: Preview) -> None:
    if found.problems:
        raise Refusal(found.problems[0])
