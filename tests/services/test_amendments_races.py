"""Two at the same moment: amendments are counted to one line of versions, and none is seconded by too many."""

import pytest

from coop.errors import Refusal
from coop.extensions import db
from coop.models.constitution import Amendment
from coop.models.organisations import Organisation
from coop.services import ballots, constitution
from coop.transaction import writing
from tests.amendment_house import RULES
from tests.scale import scale
from tests.services.test_ballots_races import at_once

RACES = scale(5, 100)


def notice_of(days):
    return f'Notice of a general meeting is [{days} clear days]{{provision="meeting.notice" value="{days} days"}}.'


def term_of(months):
    return f'A term lasts [{months} months]{{provision="office.term" value="{months} months"}}.'


@pytest.fixture
def race(app, make, now):
    """Count two amendments at once, each of them carried; gives their outcomes and what was thrown."""
    here = make.organisation(text=RULES).id
    organisation = make._load(Organisation, here)
    officer = make.actor(make.officer(organisation, "returning_officer"))
    voters = [make.actor(one) for one in make.members(organisation, 2)]

    def draw_up(edits):
        with writing():
            coop = db.session.get(Organisation, here)
            amendment = constitution.draft_amendment(coop, voters[0], now, title="Another rule")
            for number, body in edits.items():
                constitution.write_article(amendment, coop, voters[0], now, number=number, body=body)
            constitution.hand_in(amendment, coop, voters[0], now)
            ballot = ballots.put_amendment(amendment, coop, officer, now)
            ballots.open_ballot(ballot, coop, officer, now)
            for voter in voters:
                ballots.cast_vote(ballot, voter, "for", now)
            return amendment.id, ballot.id, ballot.closes_at + ballots.GRACE

    def run(*both):
        with app.app_context():
            drawn = [draw_up(edits) for edits in both]
            db.session.remove()
        answers = at_once(app, *(lambda one=one, at=at: bool(ballots.seal(one, at)) for _, one, at in drawn))
        with app.app_context():
            made = [db.session.get(Amendment, amendment) for amendment, *_ in drawn]
            outcomes = [one.outcome for one in made]
            versions = [one.version.number for one in made if one.version]
            days = [version.in_force_on for version in reversed(constitution.versions(_here(here)))]
            db.session.remove()
        return answers, outcomes, versions, days

    return run


def _here(organisation_id):
    return db.session.get(Organisation, organisation_id)


def test_of_two_amendments_to_the_same_article_one_passes_and_one_is_stale(race, evidence):
    for n in range(RACES):
        answers, outcomes, versions, days = race({"2": notice_of(30 + n % 50)}, {"2": notice_of(90 + n % 50)})
        assert answers == [True, True]
        assert sorted(outcomes) == ["passed", "stale"]
        assert versions == [n + 2]
        assert days == sorted(set(days))
    evidence(races=RACES)


def test_two_amendments_to_different_articles_both_apply(race, evidence):
    for n in range(RACES):
        answers, outcomes, versions, days = race({"2": notice_of(30 + n % 50)}, {"9": term_of(13 + n % 50)})
        assert answers == [True, True]
        assert outcomes == ["passed", "passed"]
        assert sorted(versions) == [2 * n + 2, 2 * n + 3]
        assert days == sorted(set(days))
    evidence(races=RACES)


def test_of_two_who_want_to_be_the_last_seconder_at_once_one_is(app, make, now):
    asks = '\n6. [Two]{provision="decision.constitutional.seconders" value="2"} second a change of these rules.\n'
    organisation = make.organisation(text=RULES + asks)
    mover, *others = (make.actor(one) for one in make.members(organisation, 5))
    officer = make.actor(make.officer(organisation, "returning_officer"))

    def run(service, actor):
        def deed():
            coop = _here(organisation.id)
            service(constitution.find_amendment(coop, 1, mover), coop, actor, now)

        return deed

    with app.app_context(), writing():
        coop = _here(organisation.id)
        amendment = constitution.draft_amendment(coop, mover, now, title="Another rule")
        constitution.write_article(amendment, coop, mover, now, number="2", body=notice_of(30))
        constitution.hand_in(amendment, coop, mover, now)
    assert at_once(app, run(ballots.second_amendment, others[0])) == [None]
    answers = at_once(app, *(run(ballots.second_amendment, one) for one in others[1:]))
    assert sorted(type(one).__name__ for one in answers) == ["NoneType", "Refusal", "Refusal"]
    assert all("needs no more seconders" in str(one) for one in answers if isinstance(one, Refusal))
    with app.app_context():
        assert len(constitution.find_amendment(_here(organisation.id), 1, mover).seconders) == 2
    answers = at_once(app, run(ballots.put_amendment, officer), run(constitution.withdraw_amendment, mover))
    assert sum(one is None for one in answers) == 1
