"""Propose a change at an article, read what follows, hand it in, put it to the vote: without JavaScript."""

from datetime import timedelta

import pytest
import time_machine

from coop.extensions import db
from coop.models.constitution import Amendment
from tests.amendment_house import REGISTERED, RULES
from tests.make import PASSWORD

SECONDED = (
    RULES
    + '\n6. [One]{provision="decision.constitutional.seconders" value="1"} seconds a change of these rules.\n'
)


@pytest.fixture
def coop(make):
    return lay(make, RULES)


def lay(make, rules):
    coop = make.organisation(text=rules)
    for office, email in (("secretary", "secretary"), ("returning_officer", "returning")):
        make.officer(coop, office, email=f"{email}@pioneers.example", password=PASSWORD)
    for name in ("amina", "ben"):
        make.member(coop, name.title(), email=f"{name}@pioneers.example", password=PASSWORD)
    return coop


def propose(client, value="21 days", *, words="twenty-one", status=200):
    client.sign_in("amina@pioneers.example")
    client.visit("/pioneers/constitution/amendments/new?article=2")
    client.fill("What is this change about?", "Longer notice")
    client.fill("What the article shall say", f"Notice of a general meeting is [{words} clear days].")
    client.fill("Value of “fourteen clear days”", value)
    return client.press("Keep and see what follows", status=status)


def test_the_link_stands_at_each_article_for_members_only(client, coop):
    assert "Propose a change" not in client.visit("/pioneers/constitution").text
    client.sign_in("amina@pioneers.example")
    page = client.visit("/pioneers/constitution")
    assert page.text.count("Propose a change") == 5
    page = client.visit("/pioneers/constitution/amendments/new?article=2")
    assert "Notice of a general meeting is [fourteen clear days]." in page.html
    assert "provision=" not in page.html
    client.visit("/pioneers/constitution/amendments/new?article=99", status=404)


def test_what_follows_is_said_in_a_sentence_beside_the_words(client, coop):
    page = propose(client)
    assert "Notice: 14 → 21 clear days" in page
    assert [(e.tag, e.text.strip()) for e in page.markup.all("ins", "del")] == [
        ("del", "fourteen"),
        ("ins", "twenty-one"),
    ]
    assert "Only you see it." in page


def test_words_and_value_that_differ_are_refused_and_nothing_typed_is_lost(client, coop):
    page = propose(client, "20 days", status=409)
    assert "Article 2, line 1: meeting.notice: The words say “twenty-one clear days”" in page
    assert "twenty-one clear days" in page.html
    assert "Longer notice" in page.html
    assert 'value="20 days"' in page.html
    client.fill("Value of “fourteen clear days”", "21 days")
    assert "Notice: 14 → 21 clear days" in client.press("Keep and see what follows")


def test_brackets_taken_away_are_asked_for(client, coop):
    client.sign_in("amina@pioneers.example")
    client.visit("/pioneers/constitution/amendments/new?article=2")
    client.fill("What is this change about?", "Longer notice")
    client.fill("What the article shall say", "Notice is long.")
    page = client.press("Keep and see what follows", status=409)
    assert "one passage in square brackets, and your text has 0" in page
    client.follow("Edit the source with its marks")
    client.fill("What is this change about?", "No notice at all")
    client.fill("What the article shall say", "Members are called in time.")
    page = client.press("Keep and see what follows")
    assert "The software does nothing differently" in page  # fourteen days are built in


def test_nothing_typed_is_asked_for(client, coop):
    client.sign_in("amina@pioneers.example")
    client.visit("/pioneers/constitution/amendments/new")
    page = client.press("Keep and see what follows", status=422)
    for said in ("Give the new article a number.", "Write what the article shall say", "Say in a few words"):
        assert said in page


def test_a_draft_is_changed_article_by_article(client, coop):
    propose(client)
    client.follow("Edit article 2")
    client.fill("What the article shall say", "Notice of a general meeting is [ten clear days].")
    client.fill("Value of “twenty-one clear days”", "10 days")
    assert "Notice: 14 → 10 clear days" in client.press("Keep and see what follows")
    client.fill("Another article", "3")
    client.press("Change it too")
    page = client.press("Remove this article")
    assert "Keep article 3 after all" in page
    assert "removed" in page
    client.press("Keep article 3 after all")
    page = client.press("Change it too")
    client.fill("Number of the new article", "9")
    client.fill("What the article shall say", "The books are open to every member.")
    page = client.press("Keep and see what follows")
    assert "The books are open" in page
    client.follow("Change title and reasons")
    client.fill("What is this change about?", "Shorter notice, open books")
    client.fill("Why?", "We trust each other.")
    assert client.press("Keep").h1 == "Shorter notice, open books"


def test_nobody_else_reads_a_draft_and_everybody_what_was_handed_in(client, coop):
    propose(client)
    client.sign_out()
    client.sign_in("ben@pioneers.example")
    client.visit("/pioneers/constitution/amendments/1", status=404)
    assert "Nobody has proposed a change." in client.visit("/pioneers/constitution/amendments")
    client.sign_out()
    client.sign_in("amina@pioneers.example")
    client.visit("/pioneers/constitution/amendments/1")
    assert "Every member can read it now" in client.press("Hand it in")
    client.sign_out()
    client.sign_in("ben@pioneers.example")
    page = client.visit("/pioneers/constitution/amendments")
    assert "waits for the vote" in page
    page = client.follow("Longer notice")
    assert "Proposed by Amina" in page
    assert "Withdraw it" not in page
    assert "Put it to the vote" not in page


def vote(client, coop):
    propose(client)
    client.press("Hand it in")
    client.sign_out()
    client.sign_in("returning@pioneers.example")
    client.visit("/pioneers/constitution/amendments/1")
    client.press("Put it to the vote")
    client.press("Open the vote now")
    page = client.visit("/pioneers/ballots/1")
    assert "Notice: 14 → 21 clear days" in page
    assert "The exact words that are voted on" in page
    for who in ("returning", "amina", "ben"):
        client.sign_out()
        client.sign_in(f"{who}@pioneers.example")
        client.visit("/pioneers/ballots/1")
        client.fill("For", True)
        client.press("Cast my vote")


def test_the_vote_shows_what_changes_and_carries_it_into_force(client, coop, app, make):
    vote(client, coop)
    client.visit("/pioneers/constitution/amendments/1")
    with time_machine.travel(make.now + timedelta(days=300)):
        client.sign_in("amina@pioneers.example")
        page = client.visit("/pioneers/ballots/1")
        assert "carried" in page.text.lower()
        page = client.visit("/pioneers/constitution/amendments/1")
        assert "This is version 2, in force from" in page
    with app.app_context():
        assert db.session.query(Amendment).one().outcome == "passed"


def test_a_registration_is_recorded_by_the_secretary(client, make):
    lay(make, REGISTERED)
    vote(client, None)
    client.sign_out()
    with time_machine.travel(make.now + timedelta(days=300)):
        client.sign_in("secretary@pioneers.example")
        client.visit("/pioneers/ballots/1")
        page = client.visit("/pioneers/constitution?version=2")
        client.follow("not yet: record its registration")
        client.press("Record the registration", status=422)
        client.fill("Registered on", (make.today + timedelta(days=299)).isoformat())
        page = client.press("Record the registration")
        assert "The registration is recorded." in page
        assert "comes into force on" in page


def test_members_second_a_change_on_its_page_before_it_is_put(client, make, count_queries):
    lay(make, SECONDED)
    propose(client)
    page = client.press("Hand it in")
    assert "1 more member must second it until" in page
    assert "0 of 1 (article 6, version 1), until" in page
    assert "Second this change" not in page
    client.sign_out()

    client.sign_in("returning@pioneers.example")
    assert "Put it to the vote" not in client.visit("/pioneers/constitution/amendments/1")
    client.sign_out()

    client.sign_in("ben@pioneers.example")
    with count_queries() as n:
        client.get("/pioneers/constitution/amendments")
    assert n.count <= 12, "\n".join(n.statements)
    page = client.visit("/pioneers/constitution/amendments")
    assert "waits for seconders" in page
    assert "seconded by 0 of 1, until" in page
    assert "1 more member must second it" in client.visit("/pioneers")
    client.follow("Second Longer notice")
    page = client.press("Second this change")
    assert "You second this change. That stands." in page
    assert "waits for the vote" in page
    assert "1 of 1 (article 6, version 1), until" in page
    assert "Longer notice" not in client.visit("/pioneers")
    client.sign_out()

    client.sign_in("returning@pioneers.example")
    client.visit("/pioneers/constitution/amendments/1")
    assert "Check before opening" in client.press("Put it to the vote")


def test_a_change_that_nobody_seconds_lapses_and_can_be_drafted_again(client, make):
    lay(make, SECONDED)
    propose(client)
    client.press("Hand it in")
    with time_machine.travel(make.now + timedelta(days=300)):
        client.sign_in("amina@pioneers.example")
        page = client.visit("/pioneers/constitution/amendments/1")
        assert "It lapsed: too few seconded it in time." in page
        assert "Withdraw it" not in page
        assert "Only you see it." in client.press("Draft it again")


def test_reading_the_list_costs_few_queries(client, coop, count_queries):
    propose(client)
    with count_queries() as n:
        client.get("/pioneers/constitution/amendments")
    assert n.count <= 12, "\n".join(n.statements)
