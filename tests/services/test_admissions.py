"""Admission by the constitution's way: at once, by sponsors, by a vote."""

from datetime import timedelta

import pytest

from coop.access import Actor
from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.models.accounts import Person
from coop.models.members import Membership, Sponsor
from coop.models.records import OutboxMail
from coop.services import admissions, ballots, constitution, members
from tests.admission_house import OPEN, SPONSORS, VOTE, applicant_of
from tests.ballot_house import cast
from tests.make import RULES


@pytest.fixture
def asked(make, deed, now, context):
    """Make a co-op with this article and members, and somebody who applied: (organisation, members, application)."""

    def build(article, count=4, *, confirmed=True):
        organisation = make.organisation(text=RULES + article)
        people = make.members(organisation, count)
        return organisation, people, applicant_of(make, deed, organisation, now, confirmed=confirmed)

    return build


def act(make, member):
    return make.actor(member)


def oneself(application):
    return Actor(person_id=application.person_id, organisation_id=application.organisation_id, label="person")


def admitted(application):
    db.session.refresh(application)
    event = application.membership.events[0] if application.membership else None
    return (event.kind, event.article) if event else None


# by sponsors


@pytest.mark.parametrize(("sponsors", "is_member"), [(1, False), (2, True)])
def test_the_sponsor_who_completes_the_number_admits(asked, make, deed, now, sponsors, is_member):
    _, people, application = asked(SPONSORS)
    for member in people[:sponsors]:
        deed(admissions.sponsor, application, act(make, member), now)
    assert (admitted(application) is not None) == is_member


def test_an_admission_by_sponsors_names_its_articles_and_version(asked, make, deed, now):
    organisation, people, application = asked(SPONSORS)
    for member in people[:2]:
        deed(admissions.sponsor, application, act(make, member), now)
    version = constitution.in_force(organisation, organisation.day_of(now))
    [event] = application.membership.events
    assert (event.article, event.version_id) == ("8, 9", version.id)
    assert admissions.sources_of(application.membership)[event.id] == "articles 8, 9, version 1"
    assert [one.id for one in admissions.sponsors_of(application)] == [one.id for one in people[:2]]
    assert db.session.query(OutboxMail).filter_by(template="welcome").count() == 1


def test_a_third_sponsor_comes_too_late(asked, make, deed, now):
    _, people, application = asked(SPONSORS)
    for member in people[:2]:
        deed(admissions.sponsor, application, act(make, member), now)
    with pytest.raises(Refusal, match="does not wait for sponsors"):
        deed(admissions.sponsor, application, act(make, people[2]), now)


def test_sponsoring_twice_counts_once(asked, make, deed, now):
    _, people, application = asked(SPONSORS)
    for _ in range(2):
        deed(admissions.sponsor, application, act(make, people[0]), now)
    assert db.session.query(Sponsor).count() == 1
    assert admitted(application) is None


@pytest.mark.parametrize(("days", "entitled"), [(29, False), (30, True), (31, True)])
def test_who_may_not_vote_yet_does_not_sponsor(asked, make, deed, now, days, entitled):
    article = (
        SPONSORS + '\n10. A member votes after [thirty days]{provision="roll.cutoff" value="30 days"}.\n'
    )
    organisation, _, application = asked(article)
    newcomer = make.member(organisation, since=make.today - timedelta(days=days))
    if entitled:
        deed(admissions.sponsor, application, act(make, newcomer), now)
    else:
        with pytest.raises(Refusal, match="article 10"):
            deed(admissions.sponsor, application, act(make, newcomer), now)


def test_a_suspended_member_does_not_sponsor(asked, make, deed, now):
    _, people, application = asked(SPONSORS)
    make.event(people[0], "suspended", make.today)
    with pytest.raises(Forbidden):
        deed(admissions.sponsor, application, act(make, people[0]), now)


def test_nobody_sponsors_themselves(asked, make, deed, now):
    organisation, _, application = asked(SPONSORS)
    entered_by_hand = make.member(organisation, person=db.session.get(Person, application.person_id))
    with pytest.raises(Refusal, match="your own application"):
        deed(admissions.sponsor, application, act(make, entered_by_hand), now)


def test_members_see_the_names_of_those_alone_who_confirmed_their_address(asked, make, deed, now):
    organisation, people, application = asked(SPONSORS)
    applicant_of(make, deed, organisation, now, "Nobody Yet", confirmed=False)
    deed(admissions.sponsor, application, act(make, people[0]), now)
    [one] = admissions.waiting_for_sponsors(organisation, act(make, people[0]))
    assert (one.name, one.sponsors, one.is_mine) == ("Cleo Marsh", 1, True)
    [one] = admissions.waiting_for_sponsors(organisation, act(make, people[1]))
    assert not one.is_mine


@pytest.mark.parametrize(
    ("article", "why"), [(SPONSORS, "by sponsoring"), (OPEN, "nobody answers"), (VOTE, "the members vote")]
)
def test_an_officer_does_not_answer_where_the_constitution_says_otherwise(
    asked, make, deed, now, article, why
):
    organisation, _, application = asked(article)
    secretary = make.actor(make.officer(organisation, "secretary"))
    with pytest.raises(Refusal, match=f"articles? 8.*{why}"):
        deed(admissions.admit, application, secretary, now)
    with pytest.raises(Refusal, match=r"articles? 8"):
        deed(admissions.refuse, application, "We are full.", secretary, now)


def test_nobody_sponsors_where_an_officer_admits(asked, make, deed, now):
    _, people, application = asked("")
    with pytest.raises(Refusal, match="not admitted by sponsors"):
        deed(admissions.sponsor, application, act(make, people[0]), now)


def test_an_officer_admits_by_the_article_and_version_in_force(asked, make, deed, now):
    article = '\n8. The [secretary]{provision="membership.admission" value="officer"} admits.\n'
    organisation, _, application = asked(article)
    deed(admissions.admit, application, make.actor(make.officer(organisation, "secretary")), now)
    [event] = application.membership.events
    assert (event.article, event.version_id is not None) == ("8", True)


# at once


def test_whoever_declares_it_is_a_member_at_once_where_admission_is_open(asked, deed, now):
    _, _, application = asked(OPEN)
    deed(admissions.enter, application, oneself(application), now)
    assert admitted(application) == ("admitted", "8")


def test_nobody_enters_before_the_address_is_confirmed(asked, deed, now):
    _, _, application = asked(OPEN, confirmed=False)
    with pytest.raises(Refusal, match="not confirmed yet"):
        deed(admissions.enter, application, oneself(application), now)


def test_nobody_enters_by_themselves_where_others_answer(asked, deed, now):
    _, _, application = asked(SPONSORS)
    with pytest.raises(Refusal, match="articles 8, 9 others answer"):
        deed(admissions.enter, application, oneself(application), now)


def test_nobody_enters_by_anothers_application(asked, make, deed, now):
    _, people, application = asked(OPEN)
    with pytest.raises(Forbidden):
        deed(admissions.enter, application, act(make, people[0]), now)


# by a vote


@pytest.fixture
def voted(asked, make, deed, now):
    """Put an application to the vote, cast these choices and seal: (secretary, application, decision)."""

    def build(choices, *, before_sealing=None):
        organisation, people, application = asked(VOTE)
        secretary = make.actor(make.officer(organisation, "secretary"))
        ballot = deed(admissions.put_to_vote, application, secretary, now)
        cast(deed, make, ballot, people, choices, now)
        if before_sealing:
            before_sealing(application)
        at = ballot.closes_at + ballots.GRACE
        return secretary, application, deed(ballots.seal, ballot.id, at)

    return build


def test_a_carried_vote_admits_by_that_decision(voted):
    _, application, decision = voted(["for", "for", "against"])
    assert admitted(application) == ("admitted", "8")
    [event] = application.membership.events
    assert (event.decision_id, event.version_id) == (decision.id, decision.version_id)
    assert admissions.sources_of(application.membership)[event.id].endswith(f"decision {decision.label}")


def test_a_lost_vote_refuses_with_the_decision_as_the_reason(voted):
    _, application, decision = voted(["for", "against"])
    assert application.outcome == "refused"
    assert decision.label in application.reason


def test_where_too_few_vote_the_application_waits_and_can_be_put_again(voted, deed, now):
    secretary, application, decision = voted([])
    assert (decision.outcome, application.outcome) == ("inquorate", None)
    again = deed(admissions.put_to_vote, application, secretary, now)
    assert admissions.vote_on(application).id == again.id


def test_who_withdraws_while_the_members_vote_is_not_admitted(voted, deed, now):
    withdraw = lambda one: deed(members.withdraw, one, oneself(one), now)  # noqa: E731
    _, application, decision = voted(["for", "for"], before_sealing=withdraw)
    assert (decision.outcome, application.outcome) == ("carried", "withdrawn")
    assert db.session.query(Membership).filter_by(application_id=application.id).count() == 0


def test_the_vote_is_private_and_its_words_that_stay_name_nobody(asked, make, deed, now):
    organisation, _, application = asked(VOTE)
    secretary = make.actor(make.officer(organisation, "secretary"))
    ballot = deed(admissions.put_to_vote, application, secretary, now)
    assert (ballot.secrecy, ballot.opened_at) == ("private", now)
    assert "Cleo" not in ballot.title + ballot.text
    assert ballots.application_on(ballot).id == application.id
    with pytest.raises(Refusal, match="vote on this already"):
        deed(admissions.put_to_vote, application, secretary, now)


# what is declared


@pytest.mark.parametrize(("age", "declared"), [(0, False), (1, True), (16, True)])
def test_a_minimum_age_is_declared_and_no_date_of_birth_is_asked(make, context, now, age, declared):
    text = RULES + f'\n8. Whoever is [{age}]{{provision="membership.minimum_age" value="{age}"}} may apply.\n'
    organisation = make.organisation(text=text)
    said = admissions.declared(constitution.in_force(organisation, organisation.day_of(now)))
    age_said = [one for one in said if one["text"] == f"I am at least {age} years old"]
    assert age_said == ([{"text": f"I am at least {age} years old", "article": "8", "version": 1}] * declared)
    assert len(said) == 1 + declared
