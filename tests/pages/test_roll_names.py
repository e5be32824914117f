"""Who reads the names on a roll: officers, or every member of the body, as the constitution says."""

import pytest

from coop.extensions import db
from coop.models.organisations import Organisation
from coop.services import ballots
from tests.make import PASSWORD, RULES

SHOWN = '\n8. The [members]{provision="roll.visible" value="members"} see who may vote.\n'


@pytest.fixture
def voting(make, now):
    """Open a motion; Ana may vote, Zoe joined too late to."""

    def build(article):
        late = '\n9. One votes after [thirty days]{provision="roll.cutoff" value="30 days"}.\n'
        organisation = make.organisation(text=RULES + article + late)
        officer = make.officer(organisation, "returning_officer", "Rita Fox")
        make.member(organisation, "Ana Poe", email="ana@pioneers.example", password=PASSWORD)
        make.member(
            organisation, "Zoe Lee", since=make.today, email="zoe@pioneers.example", password=PASSWORD
        )
        with make.scope():
            here = db.session.get(Organisation, organisation.id)
            actor = make.actor(officer)
            ballot = ballots.propose_motion(here, actor, now, title="Buy a mill", text="We buy it.")
            ballots.open_ballot(ballot, here, actor, now)

    return build


@pytest.mark.parametrize("who", ["ana", "zoe"])
def test_members_read_the_names_and_no_reason_where_the_constitution_shows_them(client, voting, who):
    voting(SHOWN)
    client.sign_in(f"{who}@pioneers.example")
    page = client.visit("/pioneers/ballots/1/roll")
    assert "Who is on the roll" in page
    assert "(article 8)" in page
    assert "Rita Fox" in page
    assert "Zoe Lee" not in page.text.partition("Who is on the roll")[2]
    assert "Ana Poe" not in client.visit("/pioneers/ballots/1/roll?q=Rita")


def test_officers_alone_read_them_else(client, voting):
    voting("")
    client.sign_in("ana@pioneers.example")
    page = client.visit("/pioneers/ballots/1/roll")
    assert "Who is on the roll" not in page
    assert "Rita Fox" not in page
