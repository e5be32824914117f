"""Two hundred at once, one member and one token: one token issued, one vote in the box, and the last one counts."""

import random
import threading
from collections import Counter

import pytest
from sqlalchemy import func, select

from coop.errors import Refusal
from coop.extensions import db
from coop.gateways import blind_signatures as signatures
from coop.gateways.voter import Voter
from coop.models.ballots import Ballot, SecretVote, TokenIssued
from coop.models.organisations import Organisation
from coop.models.records import AuditEvent
from coop.services import ballots
from coop.services.ballots import secret
from coop.transaction import writing
from tests.scale import scale
from tests.secret_house import KEY, keys_for

THREADS = scale(16, 200)
ATTEMPTS = scale(80, 1000)


@pytest.fixture
def box(app, make, now):
    """An open secret ballot, made outside any context: (ballot id, organisation id, the members as actors)."""
    organisation = make.organisation()
    officer = make.officer(organisation, "returning_officer")
    members = [officer, *make.members(organisation, 11)]
    with app.app_context():
        here, actor = db.session.get(Organisation, organisation.id), make.actor(officer)
        with writing():
            ballot = ballots.propose_motion(
                here, actor, now, title="Buy a mill", text="We buy it.", secrecy="secret"
            )
        keys = keys_for(ballot, here)
        with writing():
            ballots.open_ballot(ballot, here, actor, now, keys=keys)
        found = ballot.id, here.id
        actors = [make.actor(member) for member in members]
        db.session.remove()
    return (*found, actors)


class Crowd:
    """Threads, each with connections of its own, that do deeds as requests do."""

    def __init__(self, app, ballot_id, organisation_id):
        self.app, self.ballot_id, self.organisation_id = app, ballot_id, organisation_id

    def rows(self):
        ballot = db.session.get_one(Ballot, self.ballot_id)
        return ballot, db.session.get_one(Organisation, self.organisation_id)

    def run(self, deeds):
        """Do the deeds, so many threads at once; gives for each what it answered, or the refusal."""
        answers, waiting, lock = [None] * len(deeds), iter(range(len(deeds))), threading.Lock()
        ready = threading.Barrier(min(THREADS, len(deeds)))

        def work():
            ready.wait()
            while True:
                with lock:
                    at = next(waiting, None)
                if at is None:
                    return
                with self.app.app_context():
                    try:
                        answers[at] = deeds[at]()
                    except Exception as error:  # noqa: BLE001 - the test looks at it
                        answers[at] = error
                    finally:
                        db.session.remove()

        threads = [threading.Thread(target=work) for _ in range(ready.parties)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(300)
        return answers

    def token(self, actor, blinded, now):
        ballot, organisation = self.rows()
        asked = secret.ask(ballot, actor, signatures.b64u(blinded), now)
        with writing():
            secret.issue(self.rows()[0], actor, asked, now)
        ballot, organisation = self.rows()
        return secret.sign(ballot, organisation, actor, asked, KEY)["signature"]

    def cast(self, given, now):
        ballot, organisation = self.rows()
        paper = secret.checked(ballot, organisation, given)
        receipt = secret.receipt_for(ballot, organisation, paper, KEY)
        with writing():
            secret.cast(self.rows()[0], paper, now)
        return receipt


@pytest.fixture
def crowd(app, box):
    return Crowd(app, box[0], box[1])


@pytest.fixture
def voter(app, crowd):
    with app.app_context():
        ballot, organisation = crowd.rows()
        made = Voter(secret.ballot_id(ballot, organisation), "member", secret.public_keys(ballot)[0])
        db.session.remove()
    return made


def count(app, model, *where):
    with app.app_context():
        found = db.session.scalar(select(func.count()).select_from(model).where(*where))
        db.session.remove()
    return found


def kinds(answers):
    return Counter("refused" if isinstance(one, Refusal) else type(one).__name__ for one in answers)


ISSUED = AuditEvent.verb == "was given a voting token on"


def test_many_askings_of_one_member_are_one_token(app, crowd, box, voter, now, evidence):
    actor = box[2][3]
    with app.app_context():
        other = Voter(voter.ballot_id, "member", secret.public_keys(crowd.rows()[0])[0])
        db.session.remove()
    blinded = [random.choice([voter.blinded, other.blinded]) for _ in range(ATTEMPTS)]
    answers = crowd.run([lambda one=one: crowd.token(actor, one, now) for one in blinded])
    assert kinds(answers).keys() <= {"str", "refused"}, kinds(answers)
    signed = {one for one in answers if isinstance(one, str)}
    assert len(signed) == 1
    assert count(app, TokenIssued) == count(app, AuditEvent, ISSUED) == 1
    evidence(threads=THREADS, attempts=ATTEMPTS, tokens=1, refused=kinds(answers)["refused"])


def test_many_casts_of_one_token_are_one_vote_and_the_highest_counts(app, crowd, box, voter, now, evidence):
    with app.app_context():
        voter.take(signatures.from_b64u(crowd.token(box[2][3], voter.blinded, now)))
    choices = ["for", "against", "abstain"]
    papers = [voter.cast(random.choice(choices), random.randint(1, 30)) for _ in range(ATTEMPTS)]
    answers = crowd.run([lambda one=one: crowd.cast(one, now) for one in papers])
    assert kinds(answers).keys() <= {"dict", "refused"}, kinds(answers)
    acknowledged = [
        (paper["n"], paper["vote"])
        for paper, answer in zip(papers, answers, strict=True)
        if isinstance(answer, dict)
    ]
    with app.app_context():
        (kept,) = db.session.execute(select(SecretVote.n, SecretVote.vote)).all()
        db.session.remove()
    highest = max(n for n, _vote in acknowledged)
    assert kept.n == highest == max(paper["n"] for paper in papers)
    # Nobody was told twice, and differently, that a vote of the same n is in.
    assert all(len({vote for m, vote in acknowledged if m == n}) == 1 for n, _vote in acknowledged)
    assert tuple(kept) in acknowledged
    evidence(threads=THREADS, attempts=ATTEMPTS, votes=1, acknowledged=len(acknowledged))


def test_members_who_vote_while_the_ballot_is_sealed_are_counted_if_they_were_told_so(
    app, crowd, box, now, evidence
):
    ballot_id, _organisation_id, actors = box
    with app.app_context():
        ballot, organisation = crowd.rows()
        here, keys, due = (
            secret.ballot_id(ballot, organisation),
            secret.public_keys(ballot)[0],
            ballot.closes_at,
        )
        db.session.remove()
    voters = [Voter(here, "member", keys) for _ in actors]
    for actor, voter in zip(actors, voters, strict=True):
        with app.app_context():
            voter.take(signatures.from_b64u(crowd.token(actor, voter.blinded, now)))
            db.session.remove()
    for voter in voters[:5]:  # enough that the ballot is counted
        with app.app_context():
            crowd.cast(voter.cast("for"), now)
            db.session.remove()

    def seal():
        with writing():
            return ballots.seal(ballot_id, due + ballots.GRACE).result["for"]

    deeds = [lambda one=one: crowd.cast(one.cast("for"), now) for one in voters[5:]]
    deeds.insert(3, seal)
    answers = crowd.run(deeds)
    counted = answers.pop(3)
    told = sum(isinstance(one, dict) for one in answers)
    assert kinds(answers).keys() <= {"dict", "refused"}, answers
    assert counted == told + 5 == count(app, SecretVote)
    evidence(voters=len(actors), told_counted=told + 5, counted=counted)
