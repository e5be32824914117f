"""The server is killed while members vote: whatever was acknowledged is in the count, and nothing twice."""

import random
import statistics
import time

import sqlalchemy as sa

from coop.extensions import db
from coop.models.records import AuditEvent
from coop.services import records
from tests.faults.polling import ELECTION, MOTION, Voters, open_poll
from tests.scale import scale
from tests.server import Server

KILLS = scale(3, 100)
MEMBERS = 48


def test_every_vote_acknowledged_by_a_server_that_is_killed_again_and_again_is_in_the_count(
    app, database, evidence
):
    poll = open_poll(app, MEMBERS)
    starts, at_least = [], 0
    workers = 1 if database.engine == "sqlite" else 2
    with Server(app.config["COOP"], workers=workers) as server, Voters(poll, server.port) as voters:
        for _ in range(KILLS):
            time.sleep(random.uniform(0.1, 0.9))
            at_least = wait_for_more(voters, at_least)
            server.kill()
            starts.append(server.start())
        wait_for_more(voters, at_least)

    votes = poll.votes()
    assert voters.refused == []
    assert voters.faults(votes) == []

    closed = poll.close()
    for ballot in (MOTION, ELECTION):
        cast = [
            choice for (_person, number), choices in votes.items() if number == ballot for choice in choices
        ]
        assert closed[ballot].result["voted"] == len(cast)
        assert sorted(closed[ballot].choices) == sorted(cast)
        assert closed[ballot].failing == []

    with app.app_context():
        told = db.session.scalar(sa.select(sa.func.count()).where(AuditEvent.verb == "voted on"))
        chain = records.verify_chain(poll.officer.organisation_id)
        db.session.remove()
    assert chain["ok"]
    assert voters.answers <= told <= voters.answers + voters.lost
    if database.engine == "sqlite":
        with app.app_context():
            assert db.session.execute(sa.text("PRAGMA integrity_check")).all() == [("ok",)]
            db.session.remove()
    evidence(
        kills=KILLS,
        votes_acknowledged=voters.answers,
        lines_lost_by_voters=voters.lost,
        deeds_done_but_not_acknowledged=told - voters.answers,
        acknowledged_votes_missing_or_doubled=0,
        seconds_until_served_again=round(statistics.median(starts), 1),
    )


def wait_for_more(voters, before):
    """Let some votes through, so that every kill hits a poll under way."""
    deadline = time.monotonic() + 60
    while voters.answers < before + 5:
        assert time.monotonic() < deadline, "no vote came through"
        time.sleep(0.01)
    return voters.answers
