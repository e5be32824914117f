"""Two at once: one call an office, one nomination a member, one ballot, and nothing slips in behind it."""

import pytest
from sqlalchemy import func, select

from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.nominations import Nomination, NominationCall
from coop.models.organisations import Organisation
from coop.services import nominations, organisations
from coop.transaction import writing
from tests.nomination_house import OVER, RULES
from tests.services.test_ballots_races import at_once


@pytest.fixture
def running(app, make, now):
    """A call made outside any context: the organisation's id, the officer and three members as actors."""
    organisation = make.organisation(text=RULES)
    officer = make.officer(organisation, "returning_officer")
    members = make.members(organisation, 3)
    with app.app_context():
        call_it(organisation.id, make.actor(officer), now)
        actors = [make.actor(officer), *(make.actor(member) for member in members)]
        db.session.remove()
    return organisation.id, *actors


def call_it(organisation_id, officer, now, kind="treasurer"):
    with writing():
        here = db.session.get(Organisation, organisation_id)
        office, body = organisations.find_office(here, kind), organisations.assembly_of(here)
        nominations.call_nominations(here, officer, now, office=office, body=body, seats=1)


def deed_of(service, organisation_id, actor, when, **more):
    def run():
        here = db.session.get(Organisation, organisation_id)
        service(nominations.find(here, 1), here, actor, when, **more)

    return run


def test_a_member_nominated_by_many_at_once_is_nominated_once(app, running, now):
    here, officer, amina, ben, _ = running
    answers = at_once(
        app, *(deed_of(nominations.nominate, here, who, now, number=4) for who in (officer, amina, ben))
    )
    assert sum(answer is None for answer in answers) == 1
    assert all(answer is None or isinstance(answer, Refusal) for answer in answers)
    with app.app_context():
        assert db.session.scalar(select(func.count(Nomination.id))) == 1


def test_standing_in_two_tabs_at_once_is_one_candidacy(app, running, now):
    here, _, amina, *_ = running
    answers = at_once(app, *[deed_of(nominations.stand, here, amina, now, statement="Me.")] * 3)
    assert answers == [None] * 3
    with app.app_context():
        assert db.session.scalar(select(func.count(Nomination.id))) == 1


def test_a_ballot_drawn_up_in_two_tabs_at_once_is_one_ballot(app, running, now):
    here, officer, amina, ben, _ = running
    at_once(app, *(deed_of(nominations.stand, here, who, now, statement="") for who in (amina, ben)))
    answers = at_once(app, *[deed_of(nominations.draw_up, here, officer, now + OVER)] * 3)
    assert answers == [None] * 3
    with app.app_context():
        assert db.session.scalar(select(func.count(Ballot.id))) == 1
        assert db.session.scalars(select(NominationCall.ballot_id)).one() is not None
