"""Mandates, federation and positions on their pages: what the journeys in the browser do not walk."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.make import PASSWORD
from tests.mandate_house import OPEN_RULES, MandateHouse


@pytest.fixture
def house(make):
    house = MandateHouse.__new__(MandateHouse)
    house.make = make
    house.organisation = make.organisation(text=OPEN_RULES)
    here = house.organisation
    house.secretary = make.officer(
        here, "secretary", "Ines Sato", email="ines@pioneers.example", password=PASSWORD
    )
    house.dora = make.member(here, "Dora Finch", email="dora@pioneers.example", password=PASSWORD)
    house.league = make.organisation("league", "League of Co-operatives", text=LEAGUE)
    make.officer(house.league, "secretary", "Lea", email="lea@league.example", password=PASSWORD)
    make.officer(house.league, "returning_officer", "Rita", email="rita@league.example", password=PASSWORD)
    make.member(house.league, "Toad Lane Pioneers", kind="organisation", email="post@pioneers.example")
    make.decision(here, title="We join the League of Co-operatives", decision_class="ordinary")
    make.decision(here, title="Dora Finch votes in the League", decision_class="ordinary")
    make.decision(here, title="Housing is for living in", decision_class="ordinary")
    with time_machine.travel(make.now):
        yield house


LEAGUE = """
1. A member organisation has [one more vote for each hundred]{provision="delegate.members_per_vote" value="100"} members.
"""


@pytest.fixture
def as_(client, house):
    def sign_in(address):
        client.sign_out()
        client.sign_in(address, PASSWORD)
        return client

    client.sign_in("ines@pioneers.example", PASSWORD)
    return sign_in


def choose(client, label, words):
    """Choose the option whose words contain these."""
    for option in client.page.field(label).iter("option"):
        if words in "".join(option.itertext()):
            client.fill(label, option.get("value"))
            return
    raise AssertionError(f"{label} offers no {words}")


def federate(client, as_):
    client.visit("/pioneers/federation/join")
    choose(client, "By which decision", "We join the League")
    client.fill("Short name of the federation", "nobody")
    assert "Nothing here has that number or short name." in client.press("Put it on record", status=409)
    client.fill("Short name of the federation", "League")
    assert "not recognised yet" in client.press("Put it on record")
    as_("lea@league.example").visit("/league/federation")
    client.follow("Recognise it")
    client.press("Recognise it")
    as_("ines@pioneers.example").visit("/pioneers/federation/report")
    client.fill("Members", "240")
    client.fill("Where the number comes from", "Register of members")
    assert "240" in client.press("Report the number")


def test_a_member_organisation_joins_reports_and_votes_by_its_delegate(house, client, as_):
    federate(client, as_)
    client.visit("/pioneers/mandates/new")
    choose(client, "By which decision", "Dora Finch votes")
    client.fill("Number of the member who is sent", "2")
    choose(client, "Where to", "League of Co-operatives")
    client.press("Send the delegate")
    as_("rita@league.example").visit("/league/ballots/new-motion")
    client.fill("Title", "A mill")
    client.fill("What shall be decided", "We buy it.")
    client.choose("Kind of resolution", "Ordinary resolution")
    client.press("Draft the motion")
    client.press("Open the vote now")
    page = client.visit("/league/federation")
    assert "Dora Finch" in page
    assert "3 votes" in page
    page = as_("dora@pioneers.example").visit("/")
    assert "delegate" in page
    client.visit("/league/ballots/1")
    client.choose("Your vote", "For")
    client.press("Cast my vote")
    today = datetime.now(UTC)
    page = client.visit("/league/ballots/1/roll")
    assert "one for each 100 of its 240 members (article 1). By its report for " in page
    with time_machine.travel(today + timedelta(days=8)):
        assert "3 for, 0 against" in as_("dora@pioneers.example").visit("/league/ballots/1")


def test_a_number_under_five_is_told_to_no_other_member_organisation(house, client, as_, make):
    federate(client, as_)
    client.visit("/pioneers/federation/report")
    client.fill("Members", "4")
    client.fill("Where the number comes from", "Register of members")
    client.press("Report the number")
    make.member(house.league, "Reader", email="reader@league.example", password=PASSWORD)
    page = as_("reader@league.example").visit("/league/federation")
    assert "fewer than five" in page
    assert "4 on " not in page
    assert "fewer than five" in as_("dora@pioneers.example").visit("/pioneers/federation")


def adopt(client, review_on=""):
    client.visit("/pioneers/positions/new")
    choose(client, "By which decision", "Housing is for living in")
    client.fill("Review on", review_on)
    return client.press("Put it on record")


def test_anyone_reads_a_public_position_but_not_who_dissents(house, client, as_):
    adopt(client)
    as_("dora@pioneers.example").visit("/pioneers/positions/1")
    client.follow("Have my dissent recorded")
    client.fill("Why you disagree", "It is for working in.")
    assert "It is for working in." in client.press("Record my dissent")
    client.sign_out()
    page = client.visit("/pioneers/positions")
    assert "Housing is for living in" in page
    page = client.follow("Housing is for living in")
    assert "It is for working in." not in page
    told = client.get("/pioneers/positions.json").json["positions"]
    assert [(one["title"], "dissent" in one) for one in told] == [("Housing is for living in", False)]
    assert "No position fits" in client.visit("/pioneers/positions?q=nothing&state=holds")


def test_what_is_overdue_stands_on_the_home_of_the_delegate_and_the_desk_of_the_secretary(house, client, as_):
    adopt(client, "2026-12-05")
    client.visit("/pioneers/mandates/new")
    choose(client, "By which decision", "Dora Finch votes")
    client.fill("Number of the member who is sent", "2")
    client.fill("Name of the body outside", "Works council")
    client.press("Send the delegate")
    client.follow("Record what was done")
    client.fill("The matter, if there was no instruction", "The new mill")
    client.choose("What the delegate did", "was absent")
    client.fill("How you know", "Minutes, item 3")
    page = client.press("Put it on record")
    assert "absent: no breach" in page
    assert "A report is due" in page
    (told,) = client.get("/pioneers/mandates.json").json["mandates"]
    assert [(one["matter"], one["verdict"]) for one in told["acts"]] == [("The new mill", "absent")]
    assert "Delegates and positions" not in client.visit("/pioneers/desk")
    with time_machine.travel(datetime.now(UTC) + timedelta(days=20)):
        page = as_("dora@pioneers.example").visit("/pioneers/")
        assert "Works council, sitting of" in page
        assert "was due" in page
        page = as_("ines@pioneers.example").visit("/pioneers/desk")
        assert "Works council: report of the delegate" in page
        assert "the review was due" in page
        assert "report overdue" in client.visit("/pioneers/mandates?q=council")
        assert "review overdue" in client.visit("/pioneers/positions")
