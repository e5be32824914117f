"""Asking to become a member, and being answered."""

import threading

import pytest

from coop.access import Actor
from coop.errors import Forbidden, Missing, Refusal
from coop.extensions import db
from coop.models.accounts import Person
from coop.models.members import Application, Membership
from coop.models.records import AuditEvent, OutboxMail
from coop.services import members
from coop.transaction import writing

DECLARED = [{"text": "I have read the rules and accept them", "article": "3", "version": 1}]
VISITOR = Actor(label="visitor")


@pytest.fixture
def house(make, context):
    return make.organisation()


@pytest.fixture
def secretary(make, house):
    return make.actor(make.officer(house, "secretary"))


@pytest.fixture
def apply(deed, house, now):
    def ask(name="Cleo Marsh", email="cleo@home.example", actor=VISITOR, organisation=house):
        from coop.services import constitution

        version = constitution.in_force(organisation, organisation.day_of(now))
        return deed(
            members.apply,
            organisation,
            actor,
            now,
            name=name,
            email=email,
            declarations=DECLARED,
            version_id=version.id,
        )

    return ask


def count(model, **where):
    return db.session.query(model).filter_by(**where).count()


def applicant(application):
    return Actor(person_id=application.person_id, organisation_id=application.organisation_id, label="person")


def test_an_application_keeps_the_declarations_in_the_words_shown(apply):
    application = apply()
    assert (application.name, application.email) == ("Cleo Marsh", "cleo@home.example")
    assert application.declarations == DECLARED
    assert count(OutboxMail, template="application-received") == 1


def test_an_applicant_has_an_account_without_a_password(apply):
    person = db.session.get(Person, apply().person_id)
    assert (person.email, person.password_hash, person.confirmed_at) == ("cleo@home.example", None, None)


def test_applying_twice_is_one_application_and_one_mail_an_hour(apply):
    first = apply().id
    assert apply(email="CLEO@home.example").id == first
    assert (count(Application), count(OutboxMail)) == (1, 1)


def test_a_member_who_applies_is_told_by_mail_and_by_nothing_else(apply, make, house):
    make.member(house, email="ana@pioneers.example")
    assert apply(email="ana@pioneers.example") is None
    assert count(Application) == 0
    assert count(OutboxMail, template="already-member") == 1


def test_the_admitted_gets_the_number_after_the_highest_a_dated_event_and_a_welcome(
    apply, deed, secretary, house, now
):
    application = apply()
    membership = deed(members.admit, application, secretary, now, article="3")
    assert membership.number == 2
    assert [(event.kind, event.on, event.article) for event in membership.events] == [
        ("admitted", house.day_of(now), "3")
    ]
    assert membership.status_on(house.day_of(now)) == "active"
    assert [holder.person_id for holder in membership.holders] == [application.person_id]
    assert count(OutboxMail, template="welcome", membership_id=membership.id) == 1
    assert count(AuditEvent, verb="admitted a member", subject="member 2") == 1


def test_a_number_is_never_given_again(apply, deed, secretary, house, now):
    first = deed(members.admit, apply(), secretary, now)
    number = first.number
    deed(
        members.resign,
        first,
        Actor(
            person_id=first.holders[0].person_id,
            organisation_id=house.id,
            membership=first,
            membership_id=first.id,
            status="active",
            label="member",
        ),
        now,
    )
    again = deed(members.admit, apply(), secretary, now)
    assert again.number == number + 1


def test_a_refusal_needs_a_reason_which_the_applicant_reads(apply, deed, secretary, now):
    application = apply()
    with pytest.raises(Refusal, match="Say why"):
        deed(members.refuse, application, "  ", secretary, now)
    deed(members.refuse, application, "We are full until May.", secretary, now)
    assert (application.outcome, application.reason) == ("refused", "We are full until May.")
    assert count(OutboxMail, template="application-answered") == 1


def test_an_applicant_withdraws_and_may_come_back(apply, deed, now):
    application = apply()
    deed(members.withdraw, application, applicant(application), now)
    assert application.outcome == "withdrawn"
    assert apply().id != application.id


@pytest.mark.parametrize("first", ["admit", "refuse", "withdraw"])
@pytest.mark.parametrize("second", ["admit", "refuse", "withdraw"])
def test_an_application_is_answered_once(apply, deed, secretary, now, first, second):
    application = apply()
    deeds = {
        "admit": lambda: deed(members.admit, application, secretary, now),
        "refuse": lambda: deed(members.refuse, application, "No.", secretary, now),
        "withdraw": lambda: deed(members.withdraw, application, applicant(application), now),
    }
    deeds[first]()
    with pytest.raises(Refusal, match="Cleo Marsh"):
        deeds[second]()


def test_nobody_but_the_applicant_withdraws(apply, deed, make, house, secretary, now):
    application = apply()
    for actor in (secretary, make.actor(make.member(house)), VISITOR):
        with pytest.raises(Forbidden):
            deed(members.withdraw, application, actor, now)


@pytest.mark.parametrize("office", [None, "treasurer", "auditor", "chair"])
def test_only_the_secretary_answers(apply, deed, make, house, secretary, now, office):
    application = apply()
    member = make.officer(house, office) if office else make.member(house)
    for service, *more in ((members.admit,), (members.refuse, "No.")):
        with pytest.raises(Forbidden):
            deed(service, application, *more, make.actor(member), now)


def test_the_secretary_of_another_organisation_finds_nothing_here(apply, make, house, now):
    application = apply()
    other = make.organisation(slug="orchard", name="Orchard")
    stranger = make.actor(make.officer(other, "secretary"))
    with pytest.raises(Missing):
        members.find_application(other, application.id, stranger)
    with pytest.raises(Forbidden):
        members.find_application(house, application.id, stranger)


def test_two_admissions_at_once_make_one_member(app, apply, secretary, house, now):
    application_id, organisation_id = apply().id, house.id
    db.session.rollback()
    start, outcomes = threading.Barrier(2), []

    def admit():
        with app.app_context():
            application = db.session.get(Application, application_id)
            start.wait()
            try:
                with writing():
                    members.admit(application, secretary, now)
                outcomes.append("admitted")
            except Refusal:
                outcomes.append("refused")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=admit) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["admitted", "refused"]
    assert count(Membership, organisation_id=organisation_id, application_id=application_id) == 1


def test_two_applicants_admitted_at_once_get_two_numbers(app, apply, secretary, house, now):
    ids = [apply(email=f"new{n}@home.example", name=f"New {n}").id for n in range(2)]
    organisation_id = house.id
    db.session.rollback()
    start = threading.Barrier(2)

    def admit(application_id):
        with app.app_context():
            application = db.session.get(Application, application_id)
            start.wait()
            with writing():
                members.admit(application, secretary, now)
            db.session.remove()

    threads = [threading.Thread(target=admit, args=(one,)) for one in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = db.session.scalars(
        db.select(Membership.number).where(Membership.organisation_id == organisation_id)
    ).all()
    assert sorted(numbers) == [1, 2, 3]
