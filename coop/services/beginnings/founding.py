"""Founding: answer the questions, read the draft, accept it, meet, vote for officers; each for themselves.

No founder decides for another: what counts is what every one of them has done, and a text that changes has to
be accepted anew by all.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import delete, select

from coop.access import OPERATOR, PROGRAM, Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.gateways.model_texts import model_text, with_name
from coop.models.accounts import Person
from coop.models.beginnings import Beginning, Founder, FounderVote
from coop.models.constitution import ConstitutionVersion
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.rules.calendar import add_months
from coop.rules.founding import QUESTIONS, check_answer, defaults_of, fill
from coop.rules.provisions import BadValue
from coop.services import accounts, constitution, members, offices, organisations
from coop.services.beginnings.reading import (
    NEEDED,
    OFFICES,
    Founding,
    find_beginning,
    founding_of,
    my_founder,
)
from coop.services.records import record, send

FEWEST_FOUNDERS = 3
MOST_FOUNDERS = 50
ANSWERED = "answered"  # among the answers, once somebody has looked at the questions


def begin_founding(
    slug: str,
    name: str,
    model: str,
    *,
    founder: tuple[str, Person],
    zone: str,
    currency: str,
    now: datetime,
    summary: str = "",
) -> Organisation:
    """Begin a founding from a model, with the first founder; whoever calls has seen the operator's invitation."""
    organisation = organisations.found_organisation(slug, name, summary=summary, actor=OPERATOR, now=now)
    organisation.unopened = "founding"
    own, person = founder
    beginning = Beginning(
        organisation_id=organisation.id,
        kind="founding",
        model=model,
        answers=defaults_of(model_text(model)) | {"zone": zone, "currency": currency},
        by_id=person.id,
        begun_at=now,
    )
    first = Founder(organisation_id=organisation.id, person_id=person.id, name=_tidy(own), invited_at=now)
    db.session.add_all([beginning, first])
    db.session.flush()
    _write_text(organisation, beginning)
    facts = {"kind": "founding", "model": model}
    record(organisation, OPERATOR, "began a founding", "beginning", now, facts)
    return organisation


def draft_of(beginning: Beginning, name: str) -> str:
    """The model with name and answers written into it."""
    return with_name(fill(model_text(beginning.model), beginning.answers), name)


def answer_questions(
    organisation: Organisation, actor: Actor, now: datetime, *, name: str, answers: Mapping[str, str]
) -> None:
    """Answer the questions: words and values of the text change together, and everyone accepts it anew."""
    authorize(actor, Permission.FOUND_TOGETHER, organisation)
    beginning = _unopened(organisation)
    name = _tidy(name)
    if not name:
        raise Refusal(_("Give the organisation a name."))
    try:
        checked = {one.name: check_answer(one, answers.get(one.name, "")) for one in QUESTIONS}
    except BadValue as why:
        raise Refusal(str(why)) from why
    before = beginning.sha256
    organisation.name, beginning.answers = name, checked | {ANSWERED: "yes"}
    _write_text(organisation, beginning)
    if beginning.sha256 == before:
        return
    record(
        organisation, actor, "changed the draft of the constitution", "beginning", now,
        {"sha256": beginning.sha256},
    )  # fmt: skip
    for one in founding_of(organisation).founders:
        if one.accepted_at is not None and one.person_id != actor.person_id:
            key = f"founding-changed:{one.id}:{beginning.sha256}"
            send(organisation, "founding-changed", key, now, person_id=one.person_id, path="/beginning")


def invite_founder(
    organisation: Organisation, actor: Actor, now: datetime, *, name: str, email: str
) -> Founder:
    """Ask somebody to found with the others: a mail leads them to the draft."""
    authorize(actor, Permission.FOUND_TOGETHER, organisation)
    _unopened(organisation)
    person = accounts.find_or_create(email, now)
    founding = founding_of(organisation)
    if len(founding.founders) >= MOST_FOUNDERS:
        raise Refusal(
            _("At most %(n)s people found together. Let the others join afterwards.", n=MOST_FOUNDERS)
        )
    known = db.session.scalar(
        select(Founder).where(Founder.organisation_id == organisation.id, Founder.person_id == person.id)
    )
    if known is not None and known.withdrew_at is None:
        raise Refusal(_("%(name)s was invited already, with this address.", name=known.name))
    founder = known or Founder(organisation_id=organisation.id, person_id=person.id)
    founder.name, founder.invited_at, founder.withdrew_at = _tidy(name), now, None
    db.session.add(founder)
    db.session.flush()
    record(
        organisation, actor, "invited a founder", f"founder {founder.id}", now,
        personal={"name": founder.name}, about_person_id=person.id,
    )  # fmt: skip
    key = f"founding-invitation:{founder.id}:{now.isoformat()}"
    send(organisation, "founding-invitation", key, now, person_id=person.id, path="/beginning")
    return founder


def accept(organisation: Organisation, actor: Actor, now: datetime, *, sha256: str) -> None:
    """Accept the draft that was read: the text of this hash, for oneself."""
    authorize(actor, Permission.FOUND_TOGETHER, organisation)
    beginning = _unopened(organisation)
    founding = founding_of(organisation)
    founder = my_founder(founding, actor)
    _refuse_other_text(beginning, sha256)
    if founding.has_accepted(founder):
        raise Refusal(_("You have accepted this text already."))
    founder.accepted_at, founder.accepted_sha256 = now, sha256
    db.session.flush()
    record(organisation, actor, "accepted the draft", f"founder {founder.id}", now, {"sha256": sha256})


def withdraw(organisation: Organisation, actor: Actor, now: datetime) -> None:
    """Leave the founding; the others go on without."""
    authorize(actor, Permission.FOUND_TOGETHER, organisation)
    _unopened(organisation)
    founder = my_founder(founding_of(organisation), actor)
    for votes in (FounderVote.founder_id == founder.id, FounderVote.choice_id == founder.id):
        db.session.execute(delete(FounderVote).where(votes))
    founder.withdrew_at = now
    founder.accepted_at, founder.accepted_sha256 = None, ""
    founder.adopted_at, founder.adopted_sha256 = None, ""
    db.session.flush()
    record(organisation, actor, "withdrew from the founding", f"founder {founder.id}", now)


def set_meeting(organisation: Organisation, actor: Actor, now: datetime, *, meets: str) -> None:
    """Say when and where the founders meet."""
    authorize(actor, Permission.FOUND_TOGETHER, organisation)
    beginning = _unopened(organisation)
    if not meets.strip():
        raise Refusal(_("Say when and where you meet, so that every founder can be there."))
    beginning.meets = meets.strip()
    db.session.flush()
    record(organisation, actor, "set the founding meeting", "beginning", now)


def take_part(
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    sha256: str,
    votes: Mapping[str, int | None],
) -> None:
    """Be at the founding meeting, adopt the text and vote for officers; all of it is on the record.

    A vote can be changed until the organisation opens. `votes`: office → founder, or None to leave it vacant.
    """
    authorize(actor, Permission.FOUND_TOGETHER, organisation)
    beginning = _unopened(organisation)
    founding = founding_of(organisation)
    founder = my_founder(founding, actor)
    _refuse_meeting_too_early(founding)
    _refuse_other_text(beginning, sha256)
    if set(votes) != set(OFFICES):
        raise Refusal(_("Vote on every office, or say that it may stay vacant."))
    if any(choice not in {one.id for one in founding.founders} for choice in votes.values() if choice):
        raise Refusal(_("One of them does not found with you any more. Vote again."))
    db.session.execute(delete(FounderVote).where(FounderVote.founder_id == founder.id))
    db.session.add_all(
        FounderVote(
            organisation_id=organisation.id,
            founder_id=founder.id,
            office=office,
            choice_id=choice or None,
            cast_at=now,
        )
        for office, choice in votes.items()
    )
    founder.adopted_at, founder.adopted_sha256 = now, sha256
    db.session.flush()
    facts = {"sha256": sha256, "votes": {office: choice or 0 for office, choice in votes.items()}}
    record(organisation, actor, "took part in the founding meeting", f"founder {founder.id}", now, facts)


def open_founded(organisation: Organisation, actor: Actor, now: datetime) -> list[Membership]:
    """Open what every founder has accepted, adopted and voted on: members, constitution in force, officers."""
    authorize(actor, Permission.FOUND_TOGETHER, organisation)
    beginning = _unopened(organisation)
    founding = founding_of(organisation)
    _refuse_unready(founding)
    beginning.opened_at = organisation.founded_at = now
    db.session.flush()
    today = organisation.day_of(now)
    version = constitution.adopt_version(
        organisation,
        beginning.text,
        passed_on=today,
        registered_on=None,
        in_force_on=today,
        decision_id=None,
        now=now,
    )
    joined = {one.id: _member(organisation, version, one, now) for one in founding.founders}
    assembly = organisations.assembly_of(organisation)
    for kind in OFFICES:
        office = organisations.add_office(assembly, kind, titles()[kind], actor=PROGRAM, now=now)
        elected = founding.elected(kind)
        if elected is None:
            continue
        months = constitution.rule(version, "office.term", office=office).value.n
        offices.refuse_unfit(office, joined[elected.id], today)
        organisations.begin_term(
            office,
            joined[elected.id],
            today,
            add_months(today, months) - timedelta(days=1),
            decision_id=None,
            because=_how_elected(founding, kind, organisation, now),
            from_beginning=True,
            conditions=offices.conditions_of(office, joined[elected.id], today),
            actor=PROGRAM,
            now=now,
        )
    organisation.unopened = ""
    db.session.flush()
    facts = {
        "kind": "founding",
        "founders": len(joined),
        "sha256": beginning.sha256,
        "version": version.number,
    }
    record(organisation, actor, "opened the organisation", "beginning", now, facts)
    return list(joined.values())


def titles() -> dict[str, str]:
    """What the offices are called."""
    return {
        "chair": _("Chair"),
        "secretary": _("Secretary"),
        "treasurer": _("Treasurer"),
        "librarian": _("Librarian"),
        "auditor": _("Auditor"),
        "returning_officer": _("Returning officer"),
    }


def _member(
    organisation: Organisation, version: ConstitutionVersion, founder: Founder, now: datetime
) -> Membership:
    """Make a founder a member, with what the text they accepted asks everyone to declare."""
    person = founder.person
    own = Actor(person_id=person.id, organisation_id=organisation.id, label=f"person {person.id}")
    declared = constitution.rule(version, "membership.declarations")
    application = members.apply(
        organisation,
        own,
        now,
        name=founder.name,
        email=person.email or "",
        declarations=[
            {"text": item, "article": declared.article or "", "version": version.number}
            for item in declared.value
        ],
        version_id=version.id,
    )
    if application is None:
        raise Refusal(_("%(name)s is a member already.", name=founder.name))
    article = constitution.rule(version, "membership.admission").article or ""
    return members.admit(application, PROGRAM, now, article=article, version_id=version.id)


def _how_elected(founding: Founding, kind: str, organisation: Organisation, now: datetime) -> str:
    (_who, votes), *_rest = founding.counted(kind).most_common(1)
    says: str = _(
        "elected at the founding meeting of %(day)s by %(votes)s of %(all)s founders, by recorded vote",
        day=format_date(organisation.day_of(now), "d MMMM y"),
        votes=votes,
        all=len(founding.founders),
    )
    return says


def _unopened(organisation: Organisation) -> Beginning:
    """The founding, alone for this deed; once open it stands."""
    beginning = find_beginning(organisation, lock=True)
    if beginning.opened_at is not None:
        raise Refusal(_("%(name)s is open already: its members decide now.", name=organisation.name))
    return beginning


def _write_text(organisation: Organisation, beginning: Beginning) -> None:
    text = draft_of(beginning, organisation.name)
    reading = constitution.read(text)
    if reading.problems:
        raise Refusal(reading.problems[0].what)
    beginning.text, beginning.sha256 = text, sha256(text.encode()).hexdigest()
    organisation.zone, organisation.currency = beginning.answers["zone"], beginning.answers["currency"]
    db.session.flush()


def _refuse_other_text(beginning: Beginning, read: str) -> None:
    if read != beginning.sha256:
        raise Refusal(_("The draft was changed since you read it. Read it again, then accept it."))


def _refuse_meeting_too_early(founding: Founding) -> None:
    if len(founding.founders) < FEWEST_FOUNDERS:
        raise Refusal(_("At least %(n)s people found together. Invite more.", n=FEWEST_FOUNDERS))
    if not founding.all_accepted:
        raise Refusal(_("Every founder must accept the draft first."))
    if not founding.beginning.meets:
        raise Refusal(_("Say first when and where you meet."))


def _refuse_unready(founding: Founding) -> None:
    _refuse_meeting_too_early(founding)
    if not founding.all_met:
        raise Refusal(_("Every founder must take part in the meeting first: adopt the text and vote."))
    for office in NEEDED:
        if founding.elected(office) is None:
            raise Refusal(
                _(
                    "Nobody is elected yet as %(office)s: more than half of the founders must vote for the same "
                    "person. Talk, and change your votes.",
                    office=titles()[office].lower(),
                )
            )


def _tidy(words: str) -> str:
    return " ".join(words.split())
