"""The server is killed while members vote: whatever was acknowledged is in the count, and nothing twice."""

import random
import statistics
import time
from functools import partial

import sqlalchemy as sa

from coop.extensions import db
from coop.models.records import AuditEvent
from coop.services import records
from tests.faults.polling import BALLOTS, SECRET, open_poll
from tests.faults.voters import Voters
from tests.scale import scale
from tests.server import Server

KILLS = scale(2, 100)
MEMBERS = 48
ENOUGH_IN_SECRET = 8  # below five the result of a secret ballot is withheld


def test_every_vote_acknowledged_by_a_server_that_is_killed_again_and_again_is_in_the_count(
    app, database, evidence
):
    poll, starts, so_far = open_poll(app, MEMBERS), [], 0
    workers = 1 if database.engine == "sqlite" else 2
    with Server(app.config["COOP"], workers=workers) as server, Voters(poll, server.port) as voters:
        for _ in range(KILLS):
            time.sleep(random.uniform(0.1, 0.9))
            so_far = wait_until(voters, partial(have_come, voters, so_far + 5))
            server.kill()
            starts.append(server.start())
        wait_until(voters, partial(have_come, voters, so_far + 5))
        wait_until(voters, lambda: secret_votes(voters) >= ENOUGH_IN_SECRET)

    votes = poll.votes()
    assert voters.refused == []
    assert voters.faults(votes) == []
    with app.app_context():
        told = db.session.scalar(sa.select(sa.func.count()).where(AuditEvent.verb == "voted on"))
        db.session.remove()
    answered = voters.answers.total() - voters.answers[SECRET]
    assert answered <= told <= answered + voters.lost.total() - voters.lost[SECRET]

    for ballot in BALLOTS:
        closed = poll.close(ballot)
        cast = [choice for (_who, number), choices in votes.items() if number == ballot for choice in choices]
        assert closed.result["voted"] == len(cast)
        assert sorted(closed.choices) == sorted(cast)
        assert closed.failing == []
    with app.app_context():
        assert records.verify_chain(poll.officer.organisation_id)["ok"]
        if database.engine == "sqlite":
            assert db.session.execute(sa.text("PRAGMA integrity_check")).all() == [("ok",)]
        db.session.remove()
    evidence(
        kills=KILLS,
        votes_acknowledged=answered,
        receipts=voters.answers[SECRET],
        lines_lost=voters.lost.total(),
        votes_in_the_box_but_not_acknowledged=told - answered,
        acknowledged_and_lost_or_doubled=0,
        seconds_until_served_again=round(statistics.median(starts), 1),
    )


def have_come(voters, votes):
    return voters.answers.total() >= votes


def secret_votes(voters):
    return sum(ballot == SECRET for _who, ballot in voters.acknowledged)


def wait_until(voters, enough):
    """Let some votes through, so that every kill hits a poll under way; gives how many were acknowledged."""
    deadline = time.monotonic() + 120
    while not enough():
        assert time.monotonic() < deadline, "no vote came through"
        assert voters.refused == []
        time.sleep(0.01)
    return voters.answers.total()
