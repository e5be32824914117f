"""From the page of a result to a file checked at home."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from coop.cli import main
from coop.extensions import db
from coop.models.organisations import Organisation
from coop.services import ballots
from tests.make import PASSWORD

HEAD = re.compile(r"coop verify FILE --head ([0-9a-f]{64})(?![0-9a-f])")


@pytest.fixture
def closed_motion(make):
    """A motion whose voting ended days ago and which nobody has looked at since."""
    at = datetime.now(UTC) - timedelta(days=20)
    coop = make.organisation()
    officer = make.officer(
        coop, "returning_officer", "Rita", email="rita@pioneers.example", password=PASSWORD
    )
    member = make.member(coop, "Amina Holt", email="amina@pioneers.example", password=PASSWORD)
    with make.scope():
        here, rita = db.session.get(Organisation, coop.id), make.actor(officer)
        ballot = ballots.propose_motion(here, rita, at, title="Buy a mill", text="The co-op buys the mill.")
        ballots.open_ballot(ballot, here, rita, at)
        ballots.cast_vote(ballot, make.actor(member), "for", at)
        return ballot.number


def test_the_first_look_at_a_result_tells_how_to_check_its_file_and_the_file_passes(client, closed_motion):
    client.sign_in("amina@pioneers.example")
    page = client.visit(f"/pioneers/ballots/{closed_motion}")
    assert "Carried" in page
    head = HEAD.search(page.text)[1]
    data = client.get(f"/pioneers/ballots/{closed_motion}/bundle.json").data
    answer = CliRunner().invoke(main, ["verify", "-", "--head", head], input=data)
    assert answer.exit_code == 0, answer.output
    decision = page.links[next(said for said in page.links if said.startswith("Decision "))]
    assert HEAD.search(client.visit(decision).text)[1] == head
    assert client.get(f"/pioneers/ballots/{closed_motion}/bundle.json").data == data


def test_the_file_can_be_had_before_the_page_was_seen(client, closed_motion):
    client.sign_in("rita@pioneers.example")
    data = client.get(f"/pioneers/ballots/{closed_motion}/bundle.json").data
    assert CliRunner().invoke(main, ["verify", "-"], input=data).exit_code == 0
