"""Two at once: of two last sponsors one admits, and one application is put to one vote."""

from sqlalchemy import func, select

from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.members import Application, Membership, Sponsor
from coop.models.records import OutboxMail
from coop.services import admissions
from tests.admission_house import SPONSORS, VOTE, applicant_of
from tests.make import RULES
from tests.services.test_ballots_races import at_once


def counted(model, **where):
    return db.session.scalar(select(func.count()).select_from(model).filter_by(**where))


def asked(app, make, deed, now, article):
    """Somebody who applied, and actors, made outside any context."""
    with app.app_context():
        organisation = make.organisation(text=RULES + article)
        actors = [make.actor(one) for one in make.members(organisation, 4)]
        secretary = make.actor(make.officer(organisation, "secretary"))
        application_id = applicant_of(make, deed, organisation, now).id
        db.session.remove()
    return application_id, actors, secretary


def of(service, application_id, actor, now):
    return lambda: service(db.session.get(Application, application_id), actor, now) and None


def test_two_last_sponsors_make_one_admission(app, make, deed, now):
    application_id, actors, _ = asked(app, make, deed, now, SPONSORS)
    assert at_once(app, of(admissions.sponsor, application_id, actors[0], now)) == [None]
    answers = at_once(app, *(of(admissions.sponsor, application_id, actor, now) for actor in actors[1:]))
    assert sum(answer is None for answer in answers) == 1
    assert all(answer is None or isinstance(answer, Refusal) for answer in answers)
    with app.app_context():
        assert counted(Membership, application_id=application_id) == 1
        assert counted(Sponsor) == 2
        assert counted(OutboxMail, template="welcome") == 1


def test_the_same_sponsor_in_two_tabs_counts_once(app, make, deed, now):
    application_id, actors, _ = asked(app, make, deed, now, SPONSORS)
    assert at_once(app, *[of(admissions.sponsor, application_id, actors[0], now)] * 3) == [None] * 3
    with app.app_context():
        assert counted(Sponsor) == 1
        assert counted(Membership, application_id=application_id) == 0


def test_an_application_put_to_the_vote_twice_at_once_is_voted_on_once(app, make, deed, now):
    application_id, _, secretary = asked(app, make, deed, now, VOTE)
    answers = at_once(app, *[of(admissions.put_to_vote, application_id, secretary, now)] * 3)
    assert sum(answer is None for answer in answers) == 1
    assert all(answer is None or isinstance(answer, Refusal) for answer in answers)
    with app.app_context():
        assert counted(Ballot) == 1
