"""Two at once: one offer of a seat, one vote on who chairs, one hand-over closed with both signatures."""

import pytest
from sqlalchemy import func, select

from coop.errors import Refusal
from coop.extensions import db
from coop.models.handovers import Handover
from coop.models.meetings import Attendance, Meeting, MeetingChair
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.models.vacancies import SeatOffer
from coop.services import meetings, offices, organisations, vacancies
from coop.transaction import writing
from tests.services.test_ballots_races import at_once
from tests.services.test_handovers import Succession
from tests.services.test_meetings_unled import Leaderless
from tests.services.test_vacancies import Elected


@pytest.fixture
def outside(app, make, now):
    """Make a house in a context that ends: `outside(House, take)` gives what `take(house)` gave."""

    def run(service, *args, **kwargs):
        with writing():
            return service(*args, **kwargs)

    def build(house, take):
        with app.app_context():
            found = take(house(make, run, now))
            db.session.remove()
        return found

    return build


def test_a_countback_asked_for_by_several_at_once_is_one_offer(app, outside):
    here, actors, at = outside(
        Elected, lambda one: (one.organisation.id, [one.actor(who) for who in one.members[2:6]], one.at)
    )

    def ask(actor):
        def run():
            organisation = db.session.get(Organisation, here)
            office = organisations.find_office(organisation, "secretary")
            vacancies.count_back(office, organisation, actor, at)

        return run

    answers = at_once(app, *(ask(actor) for actor in actors))
    assert sum(answer is None for answer in answers) == 1
    assert all(answer is None or isinstance(answer, Refusal) for answer in answers)
    with app.app_context():
        assert db.session.scalar(select(func.count(SeatOffer.id))) == 1


def test_an_offer_answered_in_two_tabs_is_answered_once(app, outside):
    here, actor, at = outside(
        Elected, lambda one: (one.organisation.id, (one.count_back() and one.actor(one.ben)), one.at)
    )

    def answer(accepted):
        def run():
            organisation = db.session.get(Organisation, here)
            offer = db.session.scalars(select(SeatOffer).order_by(SeatOffer.id)).first()
            vacancies.answer(offer, organisation, actor, at, accepted=accepted)

        return run

    answers = at_once(app, answer(accepted=True), answer(accepted=True), answer(accepted=True))
    assert sum(one is None for one in answers) == 1
    with app.app_context():
        office = organisations.find_office(db.session.get(Organisation, here), "secretary")
        assert len(office.terms) == 2


def test_two_chairs_proposed_at_once_are_one_vote(app, outside):
    def come(one):
        one.come(0, 1, 2)
        return one.meeting.id, [(one.members[at].id, one.actor(at)) for at in range(3)], one.begins

    meeting_id, people, begins = outside(Leaderless, come)

    def propose(who, actor):
        def run():
            meeting = db.session.get(Meeting, meeting_id)
            meetings.propose_chair(meeting, db.session.get(Membership, who), actor, begins)

        return run

    answers = at_once(app, *(propose(who, actor) for who, actor in people))
    assert sum(answer is None for answer in answers) == 1
    with app.app_context():
        assert db.session.scalar(select(func.count(MeetingChair.ballot_id))) == 1


def test_coming_in_two_tabs_is_coming_once(app, outside):
    meeting_id, actor, begins = outside(Leaderless, lambda one: (one.meeting.id, one.actor(0), one.begins))

    def come():
        meetings.come(db.session.get(Meeting, meeting_id), actor, begins)

    assert at_once(app, come, come, come) == [None] * 3
    with app.app_context():
        assert db.session.scalar(select(func.count(Attendance.id))) == 1


def test_two_who_sign_at_once_close_the_hand_over(app, outside):
    here, actors, at = outside(
        Succession,
        lambda one: (
            one.organisation.id,
            [one.make.actor(who, on=one.tomorrow.date()) for who in (one.tom, one.uma)],
            one.tomorrow,
        ),
    )

    def sign(actor):
        def run():
            organisation = db.session.get(Organisation, here)
            handover = db.session.scalars(select(Handover)).one()
            offices.sign_handover(handover, organisation, actor, at, tasks=(), statement="")

        return run

    assert at_once(app, *(sign(actor) for actor in actors)) == [None, None]
    with app.app_context():
        assert db.session.scalars(select(Handover)).one().closed_at == at
