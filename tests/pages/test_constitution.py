from datetime import timedelta
from pathlib import Path

import pytest

from coop.services import constitution
from tests.make import RULES

PASSWORD = "toad-lane-1844-demo"
LONGER = RULES.replace("fourteen clear days", "twenty-one clear days").replace('"14 days"', '"21 days"')
MODEL = Path(__file__).resolve().parents[2] / "coop" / "constitution_models" / "workers.md"


@pytest.fixture
def coop(make):
    coop = make.organisation(zone="Europe/Madrid")
    make.member(coop, email="member@pioneers.example", password=PASSWORD)
    return coop


def amend(make, coop, text=LONGER, *, days=-30):
    decision = make.decision(coop)
    with make.scope():
        day = make.today + timedelta(days=days)
        constitution.adopt_version(
            coop,
            text,
            passed_on=day,
            registered_on=None,
            in_force_on=day,
            decision_id=decision.id,
            now=make.now,
        )
    return decision


def test_anyone_reads_the_constitution_without_a_bracket(client, coop):
    page = client.visit("/pioneers/constitution")
    assert page.h1 == "Constitution"
    assert "Notice of a general meeting is fourteen clear days." in page
    assert "Notice: 14 clear days" in page
    assert "Set at the beginning." in page
    assert "provision=" not in page.text
    assert page.links["fourteen clear days"] == "#rule-meeting-notice"


def test_the_whole_model_can_be_read(client, make):
    coop = make.organisation("lane", "The Lane", text=None)
    for kind in ("board", "branch"):
        make.body(coop, kind)
    with make.scope():
        day = make.today
        constitution.adopt_version(
            coop,
            MODEL.read_text(),
            passed_on=day,
            registered_on=None,
            in_force_on=day,
            decision_id=None,
            now=make.now,
        )
    page = client.visit("/lane/constitution")
    assert "42. The co-operative is dissolved" in page
    assert "Notice (board): 7 clear days" in page


def test_values_adopted_without_an_article_are_shown_beneath_the_text(client, coop):
    page = client.visit("/pioneers/constitution")
    assert "What the text leaves open" in page
    assert "Counting of elections" in page


def test_a_member_reads_which_decision_set_a_value_and_what_it_was(client, make, coop):
    decision = amend(make, coop)
    client.sign_in("member@pioneers.example")
    page = client.visit("/pioneers/constitution")
    assert "Version 2, in force since" in page
    assert f"Set by decision {decision.label} of" in page
    assert "Was 14 clear days until" in page
    assert "Today 1 of 1." in page


def test_a_visitor_reads_that_the_members_voted_but_not_the_decision(client, make, coop):
    decision = amend(make, coop)
    page = client.visit("/pioneers/constitution")
    assert "Set by a vote of the members." in page
    assert decision.label not in page.text
    assert "Today 1 of 1." not in page.text


def test_any_past_day_can_be_read(client, make, coop):
    amend(make, coop)
    client.visit("/pioneers/constitution")
    client.fill("Read it as of a day", (make.today - timedelta(days=31)).isoformat())
    page = client.press("Read")
    assert "fourteen clear days" in page
    assert "This is not the version in force today." in page
    assert "twenty-one clear days" in client.follow("Read version 2, in force today")


def test_before_the_first_version_there_was_none(client, make, coop):
    page = client.visit("/pioneers/constitution?day=1844-12-21")
    assert "No constitution was in force on 21 December 1844." in page


def test_a_version_to_come_says_when(client, make, coop):
    amend(make, coop, days=20)
    assert "Version 1, in force since" in client.visit("/pioneers/constitution")
    assert "Version 2, comes into force on" in client.visit("/pioneers/constitution?version=2")


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "9999999999-01-01", "%00"])
def test_a_day_that_is_none_is_answered_with_a_sentence(client, coop, day):
    assert "is not a day" in client.visit(f"/pioneers/constitution?day={day}")


def test_a_version_that_is_none_is_missing(client, coop, make):
    make.organisation("orchard", "Orchard", text=None)
    client.visit("/pioneers/constitution?version=2", status=404)
    client.visit("/orchard/constitution?version=1", status=404)
    client.visit("/orchard/constitution/source", status=404)
    assert "No constitution was in force" in client.visit("/orchard/constitution")


def test_the_source_is_shown_on_request_and_taken_away_as_markdown_and_json(client, coop):
    page = client.visit("/pioneers/constitution/source")
    assert 'provision="meeting.notice"' in page
    assert client.get("/pioneers/constitution.md").get_data(as_text=True) == RULES
    data = client.get("/pioneers/constitution.json").get_json()
    assert data["provisions"]["meeting.notice"] == {
        "value": "14 days",
        "article": "2",
        "words": "fourteen clear days",
    }


def test_two_versions_are_compared_by_their_words(client, make, coop):
    amend(make, coop)
    client.sign_in("member@pioneers.example")
    client.visit("/pioneers/constitution")
    page = client.follow("Compare")
    assert [(e.tag, e.text.strip()) for e in page.markup.all("ins", "del")] == [
        ("del", "fourteen"),
        ("ins", "twenty-one"),
    ]
    assert "14 clear days 21 clear days" in page
    page = client.visit("/pioneers/constitution/compare?older=2&newer=2")
    assert "The articles of these two versions are the same." in page
    client.visit("/pioneers/constitution/compare?older=1&newer=7", status=404)


def test_comparing_is_for_members(client, coop):
    assert client.get("/pioneers/constitution/compare").status_code == 302


def test_reading_costs_few_queries_whatever_the_number_of_versions(client, make, coop, count_queries):
    for day in (-30, -20, -10):
        amend(make, coop, days=day)
    client.sign_in("member@pioneers.example")
    constitution.forget_values()  # as in a process that has just begun
    with count_queries() as n:
        client.get("/pioneers/constitution")
    assert n.count <= 12, "\n".join(n.statements)
