"""Two at once: a vote and a strike exclude each other, two tellers never take one voter, nothing slips behind the count."""

import random
import time

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from coop.errors import Refusal
from coop.extensions import db
from coop.gateways import blind_signatures as signatures
from coop.gateways.voter import Voter
from coop.models.ballots import Ballot, TokenIssued, Vote
from coop.models.organisations import Organisation
from coop.models.tellers import PaperBatch, PaperVote, PaperVoter
from coop.services import ballots, tellers
from coop.services.ballots import secret
from coop.transaction import writing
from tests.secret_house import SECRET_RULES, keys_for
from tests.services.test_ballots_races import at_once
from tests.teller_house import last, votes

PAIRS, TOKENS = 100, 30


@pytest.fixture(params=["open"])
def open_ballot(request, app, make, now):
    """An open motion with three tellers and a crowd, made outside any context: ids, and the members as actors."""
    is_secret = request.param == "secret"
    organisation = make.organisation(**({"text": SECRET_RULES} if is_secret else {}))
    members = [make.officer(organisation, "returning_officer"), *make.members(organisation, PAIRS + 4)]
    with app.app_context():
        with writing():
            here = db.session.get(Organisation, organisation.id)
            officer = make.actor(members[0])
            draft = ballots.propose_motion(here, officer, now, title="Buy a mill", text="We buy it.")
            ballots.open_ballot(draft, here, officer, now, keys=keys_for(draft, here) if is_secret else ())
            tellers.appoint(draft, here, officer, now, numbers=[2, 3, 4], papers_to="The shop")
            found = here.id, draft.id
        actors = {member.number: make.actor(member) for member in members}
        db.session.remove()
    return (*found, actors)


def deeds(ids, now):
    """Deeds that look the ballot up by themselves, as a request does."""
    here, ballot, actors = ids

    def of(service, number, /, at=now, **more):
        def run():
            return service(
                db.session.get(Ballot, ballot), db.session.get(Organisation, here), actors[number], at, **more
            )

        return run

    def cast(number):
        return lambda: ballots.cast_vote(db.session.get(Ballot, ballot), actors[number], "for", now)

    return of, cast


def late(deed):
    """The same deed a moment later, so that either of two comes first."""

    def run():
        time.sleep(random.random() / 200)
        return deed()

    return run


def said_no(answer):
    """The sentence of a service, or where both went in at the same instant the table's own no."""
    return isinstance(answer, Refusal) or (
        isinstance(answer, IntegrityError) and "paper vote" in str(answer.orig)
    )


def test_a_vote_in_the_browser_and_a_strike_at_once_are_one_vote(app, open_ballot, now):
    of, cast = deeds(open_ballot, now)
    won = {"browser": 0, "paper": 0}
    for number in range(5, 5 + PAIRS):
        strike = of(tellers.enter, 2, channel="room", numbers=[number], pile=votes(1))
        answers = at_once(app, late(cast(number)), late(strike))
        voted, struck = not isinstance(answers[0], Exception), not isinstance(answers[1], Exception)
        assert voted != struck, answers
        assert said_no(answers[1] if voted else answers[0]), answers
        won["browser" if voted else "paper"] += 1
    with app.app_context():
        assert db.session.scalar(select(func.count(Vote.id))) == won["browser"]
        assert db.session.scalar(select(func.count(PaperVoter.roll_entry_id))) == won["paper"]


@pytest.mark.parametrize("open_ballot", ["secret"], indirect=True)
def test_a_token_and_a_strike_at_once_are_one_of_both(app, open_ballot, now):
    of, _ = deeds(open_ballot, now)
    here, ballot_id, actors = open_ballot
    with app.app_context():
        ballot = db.session.get(Ballot, ballot_id)
        voters = {
            number: Voter(
                secret.ballot_id(ballot, db.session.get(Organisation, here)),
                "member",
                secret.public_keys(ballot)[0],
            )
            for number in range(5, 5 + TOKENS)
        }
        asked = {
            number: secret.ask(ballot, actors[number], signatures.b64u(voter.blinded), now)
            for number, voter in voters.items()
        }
        db.session.remove()
    won = {"token": 0, "paper": 0}
    for number, one in asked.items():
        strike = of(tellers.enter, 2, channel="room", numbers=[number], pile=votes(1))

        def issue(number=number, one=one):
            secret.issue(db.session.get(Ballot, ballot_id), actors[number], one, now)

        answers = at_once(app, late(issue), late(strike))
        issued, struck = not isinstance(answers[0], Exception), not isinstance(answers[1], Exception)
        assert issued != struck, answers
        assert said_no(answers[1] if issued else answers[0]), answers
        won["token" if issued else "paper"] += 1
    with app.app_context():
        assert db.session.scalar(select(func.count(TokenIssued.roll_entry_id))) == won["token"]
        assert db.session.scalar(select(func.count(PaperVoter.roll_entry_id))) == won["paper"]


def test_two_tellers_who_enter_the_same_voter_at_once_have_one_batch(app, open_ballot, now):
    of, _ = deeds(open_ballot, now)
    both = [of(tellers.enter, who, channel="room", numbers=[5, 6], pile=votes(2)) for who in (2, 3, 4)]
    answers = at_once(app, *both)
    assert sum(not isinstance(answer, Exception) for answer in answers) == 1
    assert all(isinstance(answer, (Refusal, PaperBatch)) for answer in answers)


def entered_twice(app, open_ballot, now):
    of, _ = deeds(open_ballot, now)
    at_once(app, of(tellers.enter, 2, channel="room", numbers=[5], pile=votes(1)))
    at_once(app, of(tellers.repeat, 3, number=1, pile=votes(1)))
    with app.app_context():
        edition = tellers.edition_of(db.session.scalars(select(PaperBatch)).one())
        db.session.remove()
    return of, edition


def test_a_batch_confirmed_in_many_tabs_at_once_counts_once(app, open_ballot, now):
    of, edition = entered_twice(app, open_ballot, now)
    answers = at_once(app, *[of(tellers.confirm, 3, number=1, edition=edition)] * 4)
    assert sum(not isinstance(answer, Exception) for answer in answers) == 1
    with app.app_context():
        assert db.session.scalar(select(func.sum(PaperVote.papers))) == 1


def test_a_batch_confirmed_and_cancelled_at_once_is_one_of_both(app, open_ballot, now):
    of, edition = entered_twice(app, open_ballot, now)
    answers = at_once(app, of(tellers.confirm, 3, number=1, edition=edition), of(tellers.cancel, 2, number=1))
    assert sum(isinstance(answer, Refusal) for answer in answers) == 1
    with app.app_context():
        batch = db.session.scalars(select(PaperBatch)).one()
        papers = db.session.scalar(select(func.sum(PaperVote.papers))) or 0
        kept = db.session.scalar(select(func.count(PaperVoter.roll_entry_id)))
        assert (papers, kept) == ((1, 1) if batch.confirmed_at else (0, 0))


def test_a_batch_confirmed_while_the_ballot_is_sealed_is_in_the_count_or_refused(app, open_ballot, now):
    of, edition = entered_twice(app, open_ballot, now)
    with app.app_context():
        ballot_id, until = open_ballot[1], last(db.session.get(Ballot, open_ballot[1]))
        db.session.remove()
    answers = at_once(
        app,
        late(of(tellers.confirm, 3, number=1, edition=edition)),
        late(lambda: ballots.seal(ballot_id, until).result["for"]),
    )
    assert answers[1] == (0 if isinstance(answers[0], Refusal) else 1)
