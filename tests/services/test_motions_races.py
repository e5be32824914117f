"""Two at once: the number of seconders is reached once, and a motion goes one way only."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.motions import MotionSeconder, MotionStep
from coop.models.organisations import Organisation
from coop.services import motions, organisations
from coop.transaction import writing
from tests.motion_house import RULES
from tests.services.test_ballots_races import at_once

DEBATED = timedelta(days=5, minutes=1)


@pytest.fixture
def submitted(app, make, now):
    """A submitted motion made outside any context: organisation, officer, mover and four others as actors."""
    organisation = make.organisation(text=RULES)
    officer = make.officer(organisation, "returning_officer")
    people = make.members(organisation, 5)
    with app.app_context():
        actors = [make.actor(one) for one in (officer, *people)]
        with writing():
            here = db.session.get(Organisation, organisation.id)
            motions.draft_motion(
                here,
                actors[1],
                now,
                title="Buy a mill",
                text="We buy it.",
                decision_class="ordinary",
                body=organisations.assembly_of(here),
            )
            motions.submit(motions.find(here, 1, actors[1], now), here, actors[1], now)
        db.session.remove()
    return organisation.id, *actors


def deed_of(service, organisation_id, actor, when, **more):
    def run():
        here = db.session.get(Organisation, organisation_id)
        service(motions.find(here, 1, actor, when), here, actor, when, **more)

    return run


def steps(app):
    with app.app_context():
        return list(db.session.scalars(select(MotionStep.kind).order_by(MotionStep.position)))


def test_two_who_complete_the_number_at_once_bring_it_there_once(app, submitted, now):
    here, _, _, *others = submitted
    answers = at_once(app, *(deed_of(motions.second, here, one, now) for one in others[:2]))
    assert answers == [None, None]
    assert steps(app) == ["submitted", "seconded"]


def test_of_many_who_second_at_once_only_so_many_are_taken_as_are_needed(app, submitted, now):
    here, _, _, *others = submitted
    answers = at_once(app, *(deed_of(motions.second, here, one, now) for one in others))
    assert sum(answer is None for answer in answers) == 2
    assert all(answer is None or isinstance(answer, Refusal) for answer in answers)
    assert steps(app) == ["submitted", "seconded"]
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(MotionSeconder)) == 2


@pytest.mark.parametrize("round_", range(3))
def test_admitted_and_withdrawn_at_once_is_one_after_the_other_and_never_back(app, submitted, now, round_):
    here, officer, mover, *others = submitted
    at_once(app, *(deed_of(motions.second, here, one, now) for one in others[:2]))
    answers = at_once(
        app, deed_of(motions.admit, here, officer, now), deed_of(motions.withdraw, here, mover, now)
    )
    assert answers[1] is None
    assert answers[0] is None or isinstance(answers[0], Refusal)
    expected = ["submitted", "seconded", "withdrawn"]
    assert steps(app) == (expected if answers[0] else ["submitted", "seconded", "admitted", "withdrawn"])


def test_admitted_and_ruled_out_at_once_is_one_of_them(app, submitted, now):
    here, officer, _, *others = submitted
    at_once(app, *(deed_of(motions.second, here, one, now) for one in others[:2]))
    answers = at_once(
        app,
        deed_of(motions.admit, here, officer, now),
        deed_of(motions.rule_out, here, officer, now, reason="No."),
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["NoneType", "Refusal"]


def test_put_in_two_tabs_at_once_is_one_ballot_and_put_against_withdrawn_is_one_of_them(app, submitted, now):
    here, officer, mover, *others = submitted
    at_once(app, *(deed_of(motions.second, here, one, now) for one in others[:2]))
    at_once(app, deed_of(motions.admit, here, officer, now))
    when = now + DEBATED
    answers = at_once(
        app,
        deed_of(motions.put, here, officer, when),
        deed_of(motions.put, here, officer, when),
        deed_of(motions.withdraw, here, mover, when),
    )
    assert all(answer is None or isinstance(answer, Refusal) for answer in answers)
    with app.app_context():
        found = db.session.scalar(select(func.count(Ballot.id)))
    assert steps(app)[3:] == (["put"] if found else ["withdrawn"])
    assert found == (0 if answers[2] is None else 1)


def test_a_reason_given_in_two_tabs_has_two_numbers_and_support_is_one(app, submitted, now):
    here, _, _, amina, ben, *_ = submitted
    fields = {"side": "for", "point": "Flour is dear.", "source": "The books"}
    answers = at_once(app, *(deed_of(motions.give_reason, here, one, now, **fields) for one in (amina, ben)))
    assert answers == [None, None]
    answers = at_once(app, *(deed_of(motions.support, here, one, now, number=1) for one in (amina, ben)))
    assert answers == [None, None]
    with app.app_context():
        told = motions.find(db.session.get(Organisation, here), 1, amina, now)
        assert [(one.row.number, one.supporters) for one in motions.reasons_of(told)] == [(1, 2), (2, 0)]
