"""Two at once: one delegate to a federation, one act in a matter, one position of a decision."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Decision
from coop.models.mandates import Affiliation, Mandate, MandateAct
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.models.positions import Position
from coop.services import mandates, positions
from coop.transaction import writing
from tests.mandate_house import MandateHouse
from tests.services.test_ballots_races import at_once


@pytest.fixture
def standing(app, make, now):
    """Made outside any context: ids of the organisation, of its decision, of the delegate; the secretary as an actor."""
    with app.app_context():
        house = MandateHouse(make)
        decision = house.decided("Dora Finch goes to the League of Co-operatives and speaks for peace")
        with writing():
            tie = Affiliation(organisation_id=house.here.id, parent_id=house.league.id, stated_at=now)
            tie.decision_id = decision.id
            db.session.add(tie)
        found = house.here.id, house.league.id, decision.id, house.dora.id, house.actor(house.secretary)
        db.session.remove()
    return found


def one_stands(answers):
    done = [answer for answer in answers if not isinstance(answer, Exception)]
    assert all(isinstance(one, (Refusal, IntegrityError)) for one in answers if one not in done)
    return len(done) == 1


def test_of_two_delegates_named_at_once_to_one_federation_one_is_sent(app, standing, now):
    here, there, decision, dora, actor = standing

    def name():
        organisation, parent = (db.session.get(Organisation, one) for one in (here, there))
        cited, delegate = db.session.get(Decision, decision), db.session.get(Membership, dora)
        fields = {"delegate": delegate, "decision": cited, "starts_on": now.date(), "parent": parent}
        return mandates.name_delegate(organisation, actor, now, **fields).number

    assert one_stands(at_once(app, *[name] * 4))
    with app.app_context():
        assert db.session.scalar(select(func.count(Mandate.id))) == 1


def test_of_two_entries_of_one_act_at_once_one_stands(app, standing, now):
    here, _there, decision, dora, actor = standing
    with app.app_context(), writing():
        organisation = db.session.get(Organisation, here)
        cited, delegate = db.session.get(Decision, decision), db.session.get(Membership, dora)
        fields = {"delegate": delegate, "decision": cited, "starts_on": now.date(), "sent_to": "Council"}
        mandates.name_delegate(organisation, actor, now, **fields)

    def record():
        organisation = db.session.get(Organisation, here)
        mandate = mandates.find(organisation, 1)
        fields = {"held_on": now.date(), "act": "for", "matter": "Peace", "evidence": "Minutes"}
        return mandates.record_act(mandate, organisation, actor, now, **fields).number

    assert one_stands(at_once(app, *[record] * 4))
    with app.app_context():
        assert db.session.scalar(select(func.count(MandateAct.id))) == 1


def test_a_decision_put_on_record_twice_at_once_is_one_position(app, standing, now):
    here, _there, decision, _dora, actor = standing

    def adopt():
        organisation, cited = db.session.get(Organisation, here), db.session.get(Decision, decision)
        return positions.adopt(organisation, actor, now, decision=cited).number

    assert one_stands(at_once(app, *[adopt] * 4))
    with app.app_context():
        assert db.session.scalars(select(Position.number)).all() == [1]
