"""One member, two hundred windows open at once: however often they press, it is one vote."""

import threading

import sqlalchemy as sa

from benchmarks.population import signed_in
from coop.extensions import db
from coop.models.records import AuditEvent
from tests.faults.polling import ELECTION, MOTION, Member, any_choice, open_poll
from tests.scale import scale
from tests.server import Server

WINDOWS = 200
PRESSES = scale(1, 5)
DEVICES = 3


def test_one_member_who_votes_in_two_hundred_windows_at_once_has_one_vote_on_each_ballot(
    app, database, evidence
):
    poll = open_poll(app, 3)
    who = poll.members[0].person_id
    devices = [Member(who, *signed_in(app, who)) for _ in range(DEVICES)]
    answers, sent, ready = [], {MOTION: [], ELECTION: []}, threading.Barrier(WINDOWS)

    def press(window):
        link = poll.link(server.port)
        link.connect()
        ready.wait()
        for turn in range(PRESSES):
            ballot = (MOTION, ELECTION)[(window + turn) % 2]
            choice = any_choice(ballot)
            sent[ballot].append(choice)
            answers.append(poll.send(link, devices[window % DEVICES], ballot, choice))
        link.close()

    with Server(app.config["COOP"], workers=1 if database.engine == "sqlite" else 2) as server:
        windows = [threading.Thread(target=press, args=(window,)) for window in range(WINDOWS)]
        for window in windows:
            window.start()
        for window in windows:
            window.join(120)

    assert answers == [302] * (WINDOWS * PRESSES)
    votes = poll.votes()
    assert set(votes) == {(who, MOTION), (who, ELECTION)}
    for (_person, ballot), found in votes.items():
        assert len(found) == 1
        assert found[0] in sent[ballot]
    with app.app_context():
        told = db.session.scalar(sa.select(sa.func.count()).where(AuditEvent.verb == "voted on"))
        db.session.remove()
    assert told == len(answers)
    for ballot, closed in poll.close().items():
        assert closed.result["voted"] == 1
        assert closed.choices == votes[who, ballot]
        assert closed.failing == []
    evidence(threads=WINDOWS, attempts=len(answers), answered_as_recorded=answers.count(302), votes_counted=1)
