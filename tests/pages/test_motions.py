"""Motions in the browser's hands: proposed, seconded, ruled on, argued, appealed, referred and put."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.make import PASSWORD
from tests.motion_house import RULES

PEOPLE = ("Rita", "Carl", "Ada", "Ben", "Cem")
MOTION = "/pioneers/motions/1"


@pytest.fixture
def people(make):
    """Rita returns, Carl has the chair, the others are members."""
    coop = make.organisation(text=RULES)
    for office, name in (("returning_officer", "Rita"), ("chair", "Carl")):
        make.officer(coop, office, name, email=f"{name.lower()}@pioneers.example", password=PASSWORD)
    for name in PEOPLE[2:]:
        make.member(coop, name, email=f"{name.lower()}@pioneers.example", password=PASSWORD)
    return coop


@pytest.fixture
def as_(client):
    def sign_in(name):
        client.sign_out()
        client.sign_in(f"{name.lower()}@pioneers.example", PASSWORD)
        return client

    client.sign_in("ada@pioneers.example", PASSWORD)
    return sign_in


@pytest.fixture
def drafted(people, client, as_):
    client.visit("/pioneers/motions")
    client.follow("Propose a motion")
    client.fill("Title", "Buy a mill")
    client.fill("What shall be decided", "The co-op buys the mill.")
    client.choose("Kind of resolution", "Ordinary resolution")
    return client.press("Draft the motion")


@pytest.fixture
def seconded(drafted, client, as_):
    client.press("Submit it")
    for name in ("Ben", "Cem"):
        as_(name).visit(MOTION)
        client.press("Second it")
    return client


def test_proposing_says_what_the_constitution_asks_and_keeps_what_was_typed(people, client, as_):
    page = client.visit("/pioneers/motions/new")
    assert "2 other members must second it within 10 days." in page
    assert "Proposed by whoever holds an office." in page
    client.fill("Title", "Sell the mill")
    client.fill("What shall be decided", "The co-op sells the mill.")
    client.choose("Kind of resolution", "Special resolution")
    page = client.press("Draft the motion", status=409)
    assert page.errors == ["Only whoever holds an office proposes this (article 4, version 1)."]
    assert page.value("Title") == "Sell the mill"
    client.fill("Title", "")
    assert client.press("Draft the motion", status=422).errors == ["Give the motion a title."]


def test_only_its_mover_sees_a_draft_and_changes_it(drafted, client, as_):
    client.follow("Change the words")
    client.fill("Title", "Buy the mill")
    assert "The words are changed." in client.press("Save the words")
    as_("Ben").visit(MOTION, status=404)
    assert "No member has moved a motion yet" in client.visit("/pioneers/motions")
    as_("Ada").visit(MOTION)
    page = client.press("Submit it")
    assert "2 more members must second it" in page
    assert "Change the words" not in page
    assert "Second it" not in page.buttons
    client.visit(MOTION + "/edit", status=409)


def test_members_second_it_and_see_who_did(drafted, client, as_):
    client.press("Submit it")
    as_("Ben").visit(MOTION)
    page = client.press("Second it")
    assert "1 more member must second it" in page
    assert "Second it" not in page.buttons
    as_("Cem").visit(MOTION)
    page = client.press("Second it")
    assert "An officer admits it next" in page
    assert "Ben" in page
    assert "Admit" not in page.buttons


def test_an_officer_admits_it_and_it_is_put_when_the_debate_is_over(seconded, client, as_):
    as_("Carl").visit(MOTION)
    page = client.press("Admit")
    assert "It is debated until" in page
    with time_machine.travel(datetime.now(UTC) + timedelta(days=6)):
        as_("Rita").visit(MOTION)
        page = client.press("Put it to the vote")
        assert "The co-op buys the mill." in page
        assert "/pioneers/ballots/1/edit" not in page.links.values()
        assert "so they stand" in client.visit("/pioneers/ballots/1/edit", status=409)
        assert "put to the vote" in client.visit(MOTION)


def test_an_officer_rules_it_out_with_a_reason_and_the_mover_appeals(seconded, client, as_):
    as_("Carl").visit(MOTION)
    client.follow("Rule out")
    assert client.press("Rule it out", status=422).errors == ["Say why. Members will read it."]
    client.fill("Why?", "We own the mill.")
    assert "Ruled out: We own the mill." in client.press("Rule it out")
    as_("Ada").visit(MOTION)
    client.follow("Appeal to the meeting")
    client.fill("Why?", "We rent it.")
    assert "appealed" in client.press("Appeal")
    as_("Rita").visit(MOTION)
    page = client.press("Put the appeal to a vote")
    assert "Appeal: shall motion 1 be heard?" in page


def test_its_mover_withdraws_it_and_refers_it_alone_an_officer_by_a_decision(
    seconded, client, as_, make, people
):
    make.body(people, "board")
    as_("Carl").visit(MOTION)
    client.follow("Refer it")
    client.fill("Why?", "They know more.")
    client.fill("Number of the decision that refers it", "2026/1")
    page = client.press("Refer it", status=409)
    assert "Give the number of the decision that refers it" in page.errors[0]
    assert page.value("Why?") == "They know more."
    as_("Ben").visit(MOTION + "/refer", status=403)
    as_("Ada").visit(MOTION + "/refer")
    client.fill("Why?", "They know more.")
    assert "Referred to The board: They know more." in client.press("Refer it")
    client.visit(MOTION + "/refer", status=409)


def give(client, side, point, source):
    client.visit(MOTION)
    client.follow("Give a reason")
    client.choose("For or against", side)
    client.fill("Your point", point)
    client.fill("Where this comes from", source)
    return client.press("Give this reason")


def test_reasons_are_given_with_a_source_answered_supported_and_shown_on_the_ballot(seconded, client, as_):
    client.visit(MOTION)
    client.follow("Give a reason")
    page = client.press("Give this reason", status=422)
    assert len(page.errors) == 3
    page = give(client, "For the motion", "Flour is dear.", "https://mills.example/flour")
    assert page.links["https://mills.example/flour"] == "https://mills.example/flour"
    page = give(client, "Against the motion", "The roof leaks.", "javascript:alert(1)")
    assert "javascript:alert(1)" not in page.links.values()
    give(client, "For the motion", "It is near.", "The map")
    as_("Ben").visit(MOTION)
    client.follow("Reply to reason 2")
    client.fill("Your reply", "It was mended.")
    assert "It was mended." in client.press("Reply")
    assert "1 member supports this" in client.press("Support reason 3")
    assert "1 member supports this" not in client.press("Take my support back reason 3")
    client.press("Support reason 3")
    data = client.visit(MOTION + "/reasons.json").json
    assert [one["supporters"] for one in data["reasons"]] == [0, 0, 1]
    client.visit(MOTION)
    as_("Carl").visit(MOTION)
    client.press("Admit")
    with time_machine.travel(datetime.now(UTC) + timedelta(days=6)):
        as_("Rita").visit(MOTION)
        client.press("Put it to the vote")
        client.press("Open the vote now")
        page = as_("Ben").visit("/pioneers/ballots/1")
        assert "It is near." in page
        assert "The roof leaks." in page
        assert "Flour is dear." not in page
        page = client.follow("The motion, with all its reasons")
        assert "Flour is dear." in page
        assert "They stand as they were when the vote opened" in page
        assert not [one for one in page.buttons if one.startswith("Support")]
        assert "The reasons stand" in client.visit(MOTION + "/reasons/new", status=409)


def test_a_vote_that_an_officer_drafted_has_no_reasons_to_lead_to(people, client, as_):
    as_("Rita").visit("/pioneers/ballots/new-motion")
    client.fill("Title", "Sell the mill")
    client.fill("What shall be decided", "The co-op sells the mill.")
    client.choose("Kind of resolution", "Special resolution")
    client.press("Draft the motion")
    client.press("Open the vote now")
    assert "Reasons" not in client.visit("/pioneers/ballots/1")
    client.visit(MOTION, status=404)
