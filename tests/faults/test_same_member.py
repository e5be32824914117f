"""One member, many windows open at once: however often they press, it is one vote."""

import collections
import threading

import pytest
import sqlalchemy as sa

from coop.extensions import db
from coop.gateways.blind_signatures import from_b64u
from coop.gateways.voter import Voter
from coop.models.ballots import TokenIssued
from coop.models.records import AuditEvent
from tests.faults.polling import ELECTION, MOTION, SECRET, any_choice, open_poll
from tests.scale import scale
from tests.server import Server

WINDOWS = scale(60, 200)
PRESSES = scale(2, 5)
DEVICES = 3
MEMBERS = 12  # a secret ballot needs ten


@pytest.fixture
def poll(app):
    return open_poll(app, MEMBERS)


@pytest.fixture
def in_every_window(app, database, poll):
    """Do something in each of many windows at once, as often as they press; gives what each gave."""

    def run(press):
        answers, ready = [], threading.Barrier(WINDOWS)

        def window(number):
            link = poll.link(server.port)
            link.connect()
            ready.wait()
            answers.extend([press(link, number, turn) for turn in range(PRESSES)])
            link.close()

        with Server(app.config["COOP"], workers=1 if database.engine == "sqlite" else 2) as server:
            windows = [threading.Thread(target=window, args=(number,)) for number in range(WINDOWS)]
            for one in windows:
                one.start()
            for one in windows:
                one.join(300)
        assert len(answers) == WINDOWS * PRESSES
        return answers

    return run


def deeds(app, verb):
    with app.app_context():
        found = db.session.scalar(sa.select(sa.func.count()).where(AuditEvent.verb == verb))
        db.session.remove()
    return found


def test_votes_from_many_windows_at_once_are_one_vote_on_each_ballot(app, poll, in_every_window, evidence):
    who = poll.members[0].person_id
    devices = [poll.member(who) for _ in range(DEVICES)]
    sent = {MOTION: [], ELECTION: []}

    def press(link, window, turn):
        ballot = (MOTION, ELECTION)[(window + turn) % 2]
        choice = any_choice(ballot)
        sent[ballot].append(choice)
        return poll.send(link, devices[window % DEVICES], ballot, choice)

    answers = in_every_window(press)
    assert set(answers) == {302}
    assert deeds(app, "voted on") == len(answers)
    votes = poll.votes()
    assert set(votes) == {(who, MOTION), (who, ELECTION)}
    for (_who, ballot), found in votes.items():
        closed = poll.close(ballot)
        assert len(found) == 1
        assert found[0] in sent[ballot]
        assert closed.result["voted"] == 1
        assert closed.choices == found
        assert closed.failing == []
    evidence(threads=WINDOWS, attempts=len(answers), answered_as_recorded=answers.count(302), votes_counted=1)


def test_tokens_asked_for_in_many_windows_at_once_are_one_token(app, poll, in_every_window, evidence):
    """Each window has a key of its own, some share one: the first is signed, as often as it asks."""
    member = poll.members[0]
    browsers = [Voter(poll.name, "member", poll.keys) for _ in range(WINDOWS // 4)]

    def press(link, window, turn):
        browser = browsers[(window + turn) % len(browsers)]
        status, answer = poll.ask(link, member, browser)
        return status, browser.serial, answer.get("signature"), answer.get("error", "")

    answers = in_every_window(press)
    signed = [answer for answer in answers if answer[0] == 200]
    refused = [answer for answer in answers if answer[0] != 200]
    assert len({(serial, signature) for _, serial, signature, _ in signed}) == 1
    assert len(signed) == sum(serial == signed[0][1] for _, serial, _, _ in answers)
    assert {status for status, *_ in refused} == {409}
    assert all(
        words.startswith("You were given a voting token for this ballot before") for *_, words in refused
    )
    assert deeds(app, "was given a voting token on") == 1
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(TokenIssued.roll_entry_id))) == 1
        db.session.remove()
    evidence(threads=WINDOWS, attempts=len(answers), signed=len(signed), tokens=1)


def test_votes_with_one_token_in_many_windows_at_once_are_one_vote(app, poll, in_every_window, evidence):
    member = poll.members[0]
    with Server(app.config["COOP"]) as server:
        link = poll.link(server.port)
        _status, answer = poll.ask(link, member, member.browser)
        link.close()
    member.browser.take(from_b64u(answer["signature"]))
    papers = [member.browser.cast(choice, n) for choice in ("for", "against", "abstain") for n in (1, 2)]

    def press(link, window, turn):
        paper = papers[(window + turn) % len(papers)]
        status, answer = poll.post_json(link, f"{SECRET}/cast", paper, {})
        if status == 200:
            poll.check(answer["receipt"], paper)
        return status, paper["n"], paper["vote"]

    answers = in_every_window(press)
    statuses = collections.Counter(status for status, *_ in answers)
    assert set(statuses) == {200, 409}
    (found,) = poll.votes().values()
    assert len(found) == 1
    # Of each n one vote was acknowledged, and the higher one stands.
    recorded = {(n, vote) for status, n, vote in answers if status == 200}
    assert sorted(n for n, _vote in recorded) in ([2], [1, 2])
    assert f'"{found[0]}"' == next(vote for n, vote in recorded if n == 2)
    evidence(threads=WINDOWS, attempts=len(answers), receipts=statuses[200], refused=statuses[409], votes=1)
