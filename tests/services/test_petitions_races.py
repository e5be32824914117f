"""Two at once: of two signatures that both reach the number, one gives notice and puts the vote."""

import pytest
from sqlalchemy import func, select

from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.meetings import Meeting
from coop.models.organisations import OfficeTerm, Organisation
from coop.models.petitions import Petition, PetitionSignature
from coop.models.records import OutboxMail
from coop.services import petitions
from coop.transaction import writing
from tests.petition_house import PetitionHouse
from tests.services.test_ballots_races import at_once


@pytest.fixture
def nearly(app, make, now):
    """A petition that lacks one signature, made outside any context: the organisation's id and actors to sign."""
    with app.app_context():
        house = PetitionHouse(make)
        here = house.organisation.id
        term, actors = house.term, [make.actor(one) for one in house.members]
        with writing():
            organisation = db.session.get(Organisation, here)
            petition = petitions.begin_recall(
                term, organisation, actors[0], now, grounds="The books lie open."
            )
            for actor in actors[1:3]:
                petitions.sign(petition, organisation, actor, now)
        db.session.remove()
    return here, actors


def signing(here, actor, now):
    def run():
        organisation = db.session.get(Organisation, here)
        petitions.sign(petitions.find(organisation, 1), organisation, actor, now)

    return run


def test_two_signatures_that_reach_the_number_at_once_give_one_notice(app, nearly, now):
    here, actors = nearly
    answers = at_once(app, *(signing(here, actor, now) for actor in actors[3:7]))
    assert sum(answer is None for answer in answers) == 1
    assert all(answer is None or isinstance(answer, Refusal) for answer in answers)
    with app.app_context():
        notices = select(func.count()).where(OutboxMail.template == "recall-notice")
        assert db.session.scalar(notices) == 1
        assert db.session.scalar(select(func.count(Ballot.id))) == 1
        assert db.session.scalar(select(func.count()).select_from(PetitionSignature)) == 4


def test_the_same_member_in_two_tabs_signs_once(app, nearly, now):
    here, actors = nearly
    assert at_once(app, *[signing(here, actors[1], now)] * 3) == [None] * 3
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(PetitionSignature)) == 3


def test_two_petitions_about_one_term_begun_at_once_are_one(app, make, now):
    with app.app_context():
        house = PetitionHouse(make)
        here, term_id, actors = (
            house.organisation.id,
            house.term.id,
            [make.actor(one) for one in house.members],
        )
        db.session.remove()

    def begin(actor):
        def run():
            organisation = db.session.get(Organisation, here)
            term = db.session.get(OfficeTerm, term_id)
            petitions.begin_recall(term, organisation, actor, now, grounds="The books lie open.")

        return run

    answers = at_once(app, begin(actors[0]), begin(actors[1]), begin(actors[2]))
    assert sum(answer is None for answer in answers) == 1
    assert all(answer is None or isinstance(answer, Refusal) for answer in answers)
    with app.app_context():
        assert db.session.scalar(select(func.count(Petition.id))) == 1


def test_two_signatures_for_a_meeting_call_one_meeting(app, make, now):
    with app.app_context():
        house = PetitionHouse(make)
        here, actors = house.organisation.id, [make.actor(one) for one in house.members]
        ask = {"title": "Roof", "text": "It leaks.", "place": "The mill", "hour": 18}
        with writing():
            petitions.begin_meeting(db.session.get(Organisation, here), actors[0], now, **ask)
        db.session.remove()
    answers = at_once(app, *(signing(here, actor, now) for actor in actors[1:4]))
    assert sum(answer is None for answer in answers) == 1
    with app.app_context():
        assert db.session.scalar(select(func.count(Meeting.id))) == 1
