"""Two at once: one vote, one decision, and nothing slips in behind the count."""

import threading

import pytest
from sqlalchemy import func, select

from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, Decision, Vote
from coop.models.organisations import Organisation
from coop.services import ballots
from coop.transaction import writing


@pytest.fixture
def open_ballot(app, make, now):
    """An open ballot of five voters, made outside any context: its number and the voters as actors."""
    organisation = make.organisation()
    officer = make.officer(organisation, "returning_officer")
    members = [officer, *make.members(organisation, 4)]
    with app.app_context():
        with writing():
            here = db.session.get(Organisation, organisation.id)
            draft = ballots.propose_motion(
                here, make.actor(officer), now, title="Buy a mill", text="We buy it."
            )
            ballots.open_ballot(draft, here, make.actor(officer), now)
            found = draft.id, draft.closes_at
        actors = [make.actor(member) for member in members]
        db.session.remove()
    return (*found, actors)


def at_once(app, *deeds):
    """Run each deed in a thread, a connection and a transaction of its own; return what each gave or raised."""
    answers, ready = [None] * len(deeds), threading.Barrier(len(deeds))

    def run(at, deed):
        with app.app_context():
            ready.wait()
            try:
                with writing():
                    answers[at] = deed()
            except Exception as error:  # noqa: BLE001 - the test looks at it
                answers[at] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(at, deed)) for at, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def test_a_member_who_votes_in_many_tabs_at_once_has_one_vote(app, open_ballot, now):
    ballot_id, _, actors = open_ballot

    def cast(choice):
        return lambda: ballots.cast_vote(db.session.get(Ballot, ballot_id), actors[0], choice, now)

    answers = at_once(app, *(cast(choice) for choice in ("for", "against", "for", "against")))
    assert answers == [None] * 4
    with app.app_context():
        assert db.session.scalar(select(func.count(Vote.id))) == 1


def test_a_ballot_sealed_by_many_at_once_is_one_decision(app, open_ballot):
    ballot_id, closes_at, _ = open_ballot

    def seal():
        return ballots.seal(ballot_id, closes_at + ballots.GRACE).id

    answers = at_once(app, seal, seal, seal)
    assert len(set(answers)) == 1
    with app.app_context():
        assert db.session.scalar(select(func.count(Decision.id))) == 1


def test_a_vote_and_the_count_at_once_never_lose_a_vote_that_was_accepted(app, open_ballot, now):
    ballot_id, closes_at, actors = open_ballot
    deeds = [
        lambda who=who: ballots.cast_vote(db.session.get(Ballot, ballot_id), who, "for", now)
        for who in actors
    ]
    answers = at_once(app, *deeds, lambda: ballots.seal(ballot_id, closes_at + ballots.GRACE).result["for"])
    accepted = answers[:-1].count(None)
    assert answers[-1] == accepted
    assert all(answer is None or isinstance(answer, Refusal) for answer in answers[:-1])
