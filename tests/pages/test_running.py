"""An election whose officer stands in it: the page says so, another officer names who runs it, and members read who."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.make import PASSWORD
from tests.nomination_house import OVER, RULES

CALL = "/pioneers/nominations/1"


@pytest.fixture
def as_(client, make):
    """Be another of the members, on the page of a call in which the returning officer stands."""
    coop = make.organisation(text=RULES)
    make.officer(coop, "returning_officer", "Rita", email="rita@pioneers.example", password=PASSWORD)
    make.officer(coop, "chair", "Carla", email="carla@pioneers.example", password=PASSWORD)
    for name in ("Ada", "Ben"):
        make.member(coop, name, email=f"{name.lower()}@pioneers.example", password=PASSWORD)

    def sign_in(name):
        client.sign_out()
        client.sign_in(f"{name.lower()}@pioneers.example", PASSWORD)
        return client.visit(CALL)

    client.sign_in("rita@pioneers.example", PASSWORD)
    client.visit("/pioneers/nominations/new")
    client.fill("Office", "treasurer (General assembly)")
    client.press("Call nominations")
    client.fill("What you say to the voters", "I can do both.")
    client.press("Stand as a candidate")
    return sign_in


def test_the_officer_who_stands_reads_it_and_has_no_button(client, as_):
    page = as_("Rita")
    assert "You stand in this election, so another officer must name who runs it." in page
    assert "Call it off" not in page.links


def test_another_officer_names_who_runs_it_and_everybody_reads_who(client, as_):
    assert "Name a returning officer" not in as_("Ben").links
    as_("Carla")
    client.follow("Name a returning officer")
    client.fill("Member number", "1")
    page = client.press("Name them", status=409)
    assert page.errors == ["Rita stands in this election. Name somebody who does not."]
    assert page.value("Member number") == "1"
    client.fill("Member number", "3")
    page = client.press("Name them")
    assert "Member 3 runs this election from now on and gets a mail." in page
    told = "Run by Ada, named for it by Carla on"
    assert told in page
    assert "Name a returning officer" not in page.links
    with time_machine.travel(datetime.now(UTC) + OVER + timedelta(minutes=2)):
        as_("Ada")
        client.press("Draw up the ballot")
        page = client.press("Open the vote now")
        assert told in page
        as_("Rita")
        page = client.visit("/pioneers/ballots/1")
        assert told in page
        assert "Declare it void" not in page.links
