"""A ballot from announcement to checked result while nothing runs in the background: nobody waits for a worker."""

# ruff: noqa: F811 - fixtures are asked for by name
import re
import threading
from datetime import timedelta

import pytest
import time_machine

from coop.extensions import db
from coop.models.organisations import Organisation
from coop.rules.verification import read, verify
from coop.services import ballots
from tests.pages.test_ballots import coop, members, real_now  # noqa: F401

BACKGROUND = "coop-background"


@pytest.fixture
def clock(real_now):
    with time_machine.travel(real_now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def announced(clock, coop, members, make, real_now):
    """A motion that opens in an hour."""
    with make.scope():
        here, officer = db.session.get(Organisation, coop.id), make.actor(members[0])
        ballot = ballots.propose_motion(here, officer, real_now, title="Buy a mill", text="We buy it.")
        ballots.announce(ballot, here, officer, real_now, opens_at=real_now + timedelta(hours=1))
        return ballot.number


def test_a_vote_opens_is_cast_counted_certified_and_checked_with_nothing_running_in_the_background(
    client, clock, announced
):
    def nothing_runs():
        return BACKGROUND not in {thread.name for thread in threading.enumerate()}

    assert nothing_runs()
    path = f"/pioneers/ballots/{announced}"
    client.sign_in("amina@pioneers.example")
    assert "Cast my vote" not in client.visit(path).buttons

    clock.shift(timedelta(hours=1))
    client.visit(path)
    client.choose("Your vote", "For")
    assert "Your vote is recorded." in client.press("Cast my vote")
    client.choose("Your vote", "Against")
    assert "You voted: Against." in client.press("Change my vote")

    clock.shift(timedelta(days=40))
    client.sign_in("rita@pioneers.example")
    page = client.visit(path)
    assert "0 for, 1 against" in page
    head = re.search(r"--head ([0-9a-f]{64})", page.text)[1]
    bundle = client.get(f"{path}/bundle.json").data
    assert [check.name for check in verify(read(bundle), head) if not check.ok] == []
    assert "Certified" in client.press("Certify the result")
    assert client.get(f"{path}/certificate.pdf").data.startswith(b"%PDF-")
    assert nothing_runs()


def test_the_server_has_such_a_thread_by_the_name_that_is_looked_for(app):
    from coop import background

    stop = background.start(app)
    try:
        assert BACKGROUND in {thread.name for thread in threading.enumerate()}
    finally:
        stop.set()
