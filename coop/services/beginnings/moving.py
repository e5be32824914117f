"""Moving in: what an organisation is already comes here as it is, and opens without an amendment.

Its members, its officers with the source of their office, its registered text with every word as it is, its
balances. Officers say which words rule what, two of them stand for it, and members have time to question it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from coop.access import OPERATOR, PROGRAM, Actor, Permission, authorize
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.gateways import markdown
from coop.models.accounts import Person
from coop.models.beginnings import Beginning, TextAttestation, TextQuestion
from coop.models.constitution import ConstitutionVersion
from coop.models.members import Membership
from coop.models.organisations import Office, OfficeTerm, Organisation
from coop.rules.offering import Offer, marked, offers_for, own_mark
from coop.rules.provisions import BadValue
from coop.services import constitution, meetings, members, organisations
from coop.services.beginnings.founding import titles
from coop.services.beginnings.reading import NEEDED, find_beginning
from coop.services.records import record, send

QUESTIONS_LAST = timedelta(days=14)
ATTESTING = 2


@dataclass(frozen=True)
class Moving:
    """Everything about a moving-in that is recorded."""

    beginning: Beginning
    members: int
    held: frozenset[str]  # kinds of offices that somebody holds today
    attested: tuple[TextAttestation, ...]  # of the text as it is marked now
    questions: tuple[TextQuestion, ...]

    @property
    def until(self) -> datetime | None:
        """Until when members can question the marks."""
        at = self.beginning.attested_at
        return at + QUESTIONS_LAST if at else None

    @property
    def unanswered(self) -> int:
        return sum(one.answered_at is None for one in self.questions)


def begin_moving(
    slug: str, name: str, *, person: Person, zone: str, currency: str, now: datetime, summary: str = ""
) -> Organisation:
    """Begin the moving-in of an organisation that exists; whoever calls has seen the operator's invitation."""
    organisation = organisations.found_organisation(slug, name, summary=summary, actor=OPERATOR, now=now)
    organisation.unopened, organisation.zone, organisation.currency = "moving", zone, currency
    beginning = Beginning(organisation_id=organisation.id, kind="moving", by_id=person.id, begun_at=now)
    db.session.add(beginning)
    assembly = organisations.assembly_of(organisation)
    for kind, title in titles().items():
        organisations.add_office(assembly, kind, title, actor=PROGRAM, now=now)
    db.session.flush()
    record(organisation, OPERATOR, "began a moving-in", "beginning", now, {"kind": "moving"})
    return organisation


def moving_of(organisation: Organisation, now: datetime) -> Moving:
    """Gather how far a moving-in has come."""
    beginning = find_beginning(organisation)
    if beginning.kind != "moving":
        raise Missing
    today = organisation.day_of(now)
    attested = db.session.scalars(
        select(TextAttestation)
        .where(TextAttestation.organisation_id == organisation.id, TextAttestation.sha256 == beginning.sha256)
        .order_by(TextAttestation.id)
    )
    questions = db.session.scalars(
        select(TextQuestion).where(TextQuestion.organisation_id == organisation.id).order_by(TextQuestion.id)
    )
    held = {one.office.kind for one in organisations.holders_on(organisation, today) if one.holder}
    return Moving(
        beginning,
        members.count_active(organisation, today),
        frozenset(held),
        tuple(attested),
        tuple(questions),
    )


def name_officer(
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    kind: str,
    number: int,
    starts_on: date,
    ends_on: date | None,
    source: str,
) -> OfficeTerm:
    """Enter who holds an office, and by which decision of which meeting."""
    authorize(actor, Permission.PREPARE_MOVE, organisation)
    _unopened(organisation)
    if not source.strip():
        raise Refusal(_("Say which meeting decided it, and when. Every member reads it."))
    today = organisation.day_of(now)
    if starts_on > today or (ends_on is not None and ends_on < today):
        raise Refusal(_("Enter who holds the office today: the term has begun and is not over."))
    office: Office = organisations.find_office(organisation, kind)
    membership = _member(organisation, number)
    term = organisations.begin_term(
        office,
        membership,
        starts_on,
        ends_on,
        decision_id=None,
        because=source,
        from_beginning=True,
        actor=PROGRAM,
        now=now,
    )
    facts = {"office": kind, "member": number}
    record(organisation, actor, "entered an officer", f"office {office.id}", now, facts)
    return term


def take_text(
    organisation: Organisation, actor: Actor, now: datetime, *, text: str, registered_on: date
) -> None:
    """Take the registered text as it is; marks are offered for its words next."""
    authorize(actor, Permission.PREPARE_MOVE, organisation)
    beginning = _unopened(organisation)
    if registered_on > organisation.day_of(now):
        raise Refusal(_("Give the day since which the text holds: not one to come."))
    text = markdown.plain_lines(text).strip() + "\n"
    _refuse_problems(text)
    beginning.registered, beginning.registered_on, beginning.answers = text, registered_on, {}
    _set_text(beginning, text)
    record(organisation, actor, "brought the registered text", "beginning", now, {"sha256": beginning.sha256})


def offers_of(beginning: Beginning) -> list[Offer]:
    """The marks that are offered for the registered text, in the order of its words."""
    return offers_for(beginning.registered, markdown.parse(beginning.registered).articles)


def own_marks_of(beginning: Beginning) -> list[Offer]:
    """The marks that an officer made for words that were not offered."""
    articles = markdown.parse(beginning.registered).articles
    return [own_mark(beginning.registered, articles, asked) for asked in beginning.answers.get("own", ())]


def choose_marks(
    organisation: Organisation, actor: Actor, now: datetime, *, yes: Sequence[int], no: Sequence[int]
) -> None:
    """Say of each offered mark whether the words rule it; attestations of another text fall away."""
    authorize(actor, Permission.PREPARE_MOVE, organisation)
    beginning = _unopened(organisation)
    if len(set(yes) | set(no)) != len(offers_of(beginning)) or set(yes) & set(no):
        raise Refusal(_("Answer every one of the offered marks with yes or no."))
    _mark(organisation, beginning, actor, now, beginning.answers | {"yes": sorted(yes), "no": sorted(no)})


def mark_words(organisation: Organisation, actor: Actor, now: datetime, *, asked: Mapping[str, str]) -> None:
    """Mark words that were not offered: `article`, `words`, `key`, `value`, `body`."""
    authorize(actor, Permission.PREPARE_MOVE, organisation)
    beginning = _unopened(organisation)
    own = [*beginning.answers.get("own", ()), dict(asked)]
    try:
        _mark(organisation, beginning, actor, now, beginning.answers | {"own": own})
    except BadValue as why:
        raise Refusal(str(why)) from why


def unmark_words(organisation: Organisation, actor: Actor, now: datetime, *, at: int) -> None:
    """Take a mark of one's own away."""
    authorize(actor, Permission.PREPARE_MOVE, organisation)
    beginning = _unopened(organisation)
    own = [one for place, one in enumerate(beginning.answers.get("own", ())) if place != at]
    _mark(organisation, beginning, actor, now, beginning.answers | {"own": own})


def attest(organisation: Organisation, actor: Actor, now: datetime, *, sha256: str) -> None:
    """Stand for the marks as an officer; with the second, members can question them."""
    authorize(actor, Permission.ATTEST_TEXT, organisation)
    beginning = _unopened(organisation)
    if not beginning.sha256 or "yes" not in beginning.answers:
        raise Refusal(_("Say first of every offered mark whether the words rule it."))
    if sha256 != beginning.sha256:
        raise Refusal(_("The marks were changed since you read them. Read them again, then attest them."))
    done = moving_of(organisation, now).attested
    if any(one.membership_id == actor.membership_id for one in done):
        raise Refusal(_("You have attested these marks already. Another officer must do it too."))
    db.session.add(
        TextAttestation(
            organisation_id=organisation.id, membership_id=actor.membership_id, sha256=sha256, at=now
        )
    )
    db.session.flush()
    record(organisation, actor, "attested the marks", "beginning", now, {"sha256": sha256})
    if len(done) + 1 == ATTESTING:
        beginning.attested_at = now
        assembly = organisations.assembly_of(organisation)
        for one in meetings.invited(assembly, organisation.day_of(now)):
            key = f"marks-to-question:{one.id}:{sha256}"
            send(organisation, "marks-to-question", key, now, membership_id=one.id, path="/beginning/text")


def ask(organisation: Organisation, actor: Actor, now: datetime, *, article: str, text: str) -> TextQuestion:
    """Question the marks before they are obeyed."""
    authorize(actor, Permission.ASK_ABOUT_TEXT, organisation)
    _unopened(organisation)
    until = moving_of(organisation, now).until
    if until is None:
        raise Refusal(_("Two officers attest the marks first. Then there are fourteen days for questions."))
    if now >= until:
        raise Refusal(_("The time for questions is over. A wrong value can be corrected once it is open."))
    if not text.strip():
        raise Refusal(_("Say what you ask."))
    asked = TextQuestion(
        organisation_id=organisation.id,
        membership_id=actor.membership_id,
        article=article.strip().rstrip(".")[:20],
        text=text.strip(),
        asked_at=now,
    )
    db.session.add(asked)
    db.session.flush()
    record(
        organisation, actor, "questioned the marks", f"question {asked.id}", now,
        personal={"text": asked.text}, about_person_id=actor.person_id,
    )  # fmt: skip
    return asked


def answer(organisation: Organisation, actor: Actor, now: datetime, *, question_id: int, answer: str) -> None:
    """Answer a question as an officer; where it shows a wrong mark, change the mark and attest anew."""
    authorize(actor, Permission.ATTEST_TEXT, organisation)
    _unopened(organisation)
    question = db.session.get(TextQuestion, question_id, with_for_update=True)
    if question is None or question.organisation_id != organisation.id:
        raise Missing
    if question.answered_at is not None:
        raise Refusal(_("This question was answered already."))
    if question.membership_id == actor.membership_id:
        raise Refusal(_("You asked this yourself, so another officer must answer."))
    if not answer.strip():
        raise Refusal(_("Write the answer. Every member reads it."))
    question.answer, question.answered_at = answer.strip(), now
    question.answered_by_id = actor.membership_id
    db.session.flush()
    record(organisation, actor, "answered a question", f"question {question.id}", now)


def open_moved(organisation: Organisation, actor: Actor, now: datetime) -> ConstitutionVersion:
    """Open: the registered text is in force with the marks that two officers attested and members questioned."""
    authorize(actor, Permission.PREPARE_MOVE, organisation)
    beginning = _unopened(organisation)
    missing = why_not_open(organisation, now)
    if missing:
        raise Refusal(missing[0])
    beginning.opened_at = now
    db.session.flush()
    today, registered = organisation.day_of(now), beginning.registered_on
    version = constitution.adopt_version(
        organisation,
        beginning.text,
        passed_on=registered or today,
        registered_on=registered,
        in_force_on=today,
        decision_id=None,
        unwritten={"organisation.zone": organisation.zone, "organisation.currency": organisation.currency},
        now=now,
    )
    organisation.unopened = ""
    db.session.flush()
    facts = {"kind": "moving", "sha256": beginning.sha256, "version": version.number}
    record(organisation, actor, "opened the organisation", "beginning", now, facts)
    return version


def why_not_open(organisation: Organisation, now: datetime) -> list[str]:
    """What is still missing, in sentences."""
    moving = moving_of(organisation, now)
    beginning, until = moving.beginning, moving.until
    checks: list[tuple[Any, str]] = [
        (moving.members, _("Bring the list of members first.")),
        *(
            (kind in moving.held, _("Enter who holds the office: %(office)s.", office=titles()[kind].lower()))
            for kind in NEEDED
        ),
        (beginning.registered, _("Bring the registered text.")),
        ("yes" in beginning.answers, _("Say of every offered mark whether the words rule it.")),
        (len(moving.attested) >= ATTESTING, _("Two officers must attest the marks as they are now.")),
        (until and now >= until, _("Members still have time to question the marks.")),
        (not moving.unanswered, _("Answer every question that members asked.")),
        (beginning.balances_entry_id, _("The treasurer must enter the opening balances.")),
    ]
    return [said for is_met, said in checks if not is_met]


def _mark(
    organisation: Organisation, beginning: Beginning, actor: Actor, now: datetime, answers: dict[str, Any]
) -> None:
    offers = offers_of(beginning)
    articles = markdown.parse(beginning.registered).articles
    chosen = [offers[at] for at in answers.get("yes", ()) if at < len(offers)]
    chosen += [own_mark(beginning.registered, articles, asked) for asked in answers.get("own", ())]
    chosen.sort(key=lambda one: one.start)
    for one, after in pairwise(chosen):
        if one.end > after.start:
            raise Refusal(_("“%(one)s” and “%(other)s” share words.", one=one.words, other=after.words))
    text = marked(beginning.registered, chosen)
    _refuse_problems(text)
    beginning.answers = answers
    _set_text(beginning, text)
    facts = {"sha256": beginning.sha256, "marks": len(chosen)}
    record(organisation, actor, "marked the registered text", "beginning", now, facts)


def _set_text(beginning: Beginning, text: str) -> None:
    """Keep the text with its marks; other marks need new attestations, and new time for questions."""
    digest = sha256(text.encode()).hexdigest()
    if digest != beginning.sha256:
        beginning.text, beginning.sha256, beginning.attested_at = text, digest, None
    db.session.flush()


def _refuse_problems(text: str) -> None:
    problems = constitution.read(text).problems
    if problems:
        raise Refusal(_("Line %(line)s: %(what)s", line=problems[0].line, what=problems[0].what))


def _member(organisation: Organisation, number: int) -> Membership:
    found = db.session.scalar(
        select(Membership).where(Membership.organisation_id == organisation.id, Membership.number == number)
    )
    if found is None:
        raise Refusal(_("There is no member %(number)s. Bring the list of members first.", number=number))
    return found


def _unopened(organisation: Organisation) -> Beginning:
    """The moving-in, alone for this deed; once open it stands."""
    beginning = find_beginning(organisation, lock=True)
    if beginning.kind != "moving":
        raise Missing
    if beginning.opened_at is not None:
        raise Refusal(_("%(name)s is open already.", name=organisation.name))
    return beginning
