"""Two at once: an amendment has one end, makes one version, and the motion is never put past a waiting one."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.motions import MotionAmendmentStep, MotionStep, MotionVersion
from coop.models.organisations import Organisation
from coop.services import ballots, motions
from tests.services.test_ballots_races import at_once
from tests.services.test_motions_races import deed_of, submitted  # noqa: F401 - a fixture

CLOSED, DEBATED = timedelta(days=4, minutes=1), timedelta(days=5, minutes=1)
CHANGE = {"kind": "replace", "passage": "We buy", "words": "We rent"}


@pytest.fixture
def amended(app, submitted, now):  # noqa: F811
    """The motion "We buy it." in debate, with amendments of two members to the same words."""
    here, officer, mover, *others = submitted
    for service, actor, more in (
        *((motions.second, one, {}) for one in others[:2]),
        (motions.admit, officer, {}),
        (motions.move_amendment, others[2], CHANGE),
        (motions.move_amendment, others[3], {**CHANGE, "words": "The co-op buys"}),
    ):
        assert not isinstance(at_once(app, deed_of(service, here, actor, now, **more))[0], Exception)
    return here, officer, mover, others[2]


def ends(app):
    with app.app_context():
        steps = db.session.scalars(select(MotionAmendmentStep).order_by(MotionAmendmentStep.amendment_id))
        versions = db.session.scalar(select(func.count()).select_from(MotionVersion))
        return [one.kind for one in steps], versions


def test_of_two_accepted_at_once_for_the_same_words_one_makes_a_version_and_the_other_is_stale(
    app, amended, now
):
    here, _, mover, _ = amended
    answers = at_once(app, *(deed_of(motions.accept, here, mover, now, number=one) for one in (1, 2)))
    assert sorted(type(one).__name__ for one in answers) == ["NoneType", "Refusal"]
    kinds, versions = ends(app)
    assert (sorted(kinds), versions) == (["accepted", "stale"], 2)


@pytest.mark.parametrize("round_", range(2))
def test_accepted_and_withdrawn_at_once_is_one_of_them(app, amended, now, round_):
    here, _, mover, amender = amended
    answers = at_once(
        app,
        deed_of(motions.accept, here, mover, now, number=1),
        deed_of(motions.withdraw_amendment, here, amender, now, number=1),
    )
    assert sorted(type(one).__name__ for one in answers) == ["NoneType", "Refusal"]
    kinds, versions = ends(app)
    assert (kinds[0], versions) == (("withdrawn", 1) if answers[0] else ("accepted", 2))


def test_put_twice_and_accepted_at_once_is_one_vote_or_one_version(app, amended, now):
    here, officer, mover, _ = amended
    when = now + CLOSED
    answers = at_once(
        app,
        deed_of(motions.put_next_amendment, here, officer, when),
        deed_of(motions.put_next_amendment, here, officer, when),
        deed_of(motions.accept, here, mover, when, number=1),
    )
    assert all(one is None or isinstance(one, Refusal) for one in answers)
    with app.app_context():
        assert db.session.scalar(select(func.count(Ballot.id))) <= 1
    assert ends(app) in ((["put"], 1), (["accepted", "stale"], 2))


def test_a_motion_is_not_put_while_an_amendment_is(app, amended, now):
    here, officer, _, _ = amended
    when = now + DEBATED
    answers = at_once(
        app,
        deed_of(motions.put_next_amendment, here, officer, when),
        deed_of(motions.put, here, officer, when),
    )
    assert answers[0] is None
    assert isinstance(answers[1], Refusal)
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(MotionStep.kind == "put")) == 0


def test_a_vote_sealed_while_the_motion_is_put_ends_before_or_after_it_and_neither_hangs(app, amended, now):
    here, officer, mover, amender = amended
    when = now + DEBATED
    first = at_once(app, deed_of(motions.withdraw_amendment, here, amender, when, number=1))
    assert first == [None]
    at_once(app, deed_of(motions.put_next_amendment, here, officer, when))

    def ballot():
        return db.session.scalars(select(Ballot)).one()

    def opened():
        ballots.open_ballot(ballot(), db.session.get(Organisation, here), officer, when)

    def voted():
        ballots.cast_vote(ballot(), mover, "for", when)

    assert not [one for one in at_once(app, opened) + at_once(app, voted) if isinstance(one, Exception)]
    with app.app_context():
        ballot_id, later = ballot().id, ballot().closes_at + timedelta(minutes=1)
    answers = at_once(
        app, lambda: bool(ballots.seal(ballot_id, later)), deed_of(motions.put, here, officer, later)
    )
    assert answers[0] is True
    assert answers[1] is None or isinstance(answers[1], Refusal)
    assert ends(app) == (["withdrawn", "put", "carried"], 2)
