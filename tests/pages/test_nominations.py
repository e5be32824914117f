"""Nominations in the browser's hands: called, named, accepted, refused with a reason, withdrawn, drawn up."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.make import PASSWORD
from tests.nomination_house import OVER, RULES

PEOPLE = ("Rita", "Ada", "Ben", "Cem")
CALL = "/pioneers/nominations/1"


@pytest.fixture
def people(make):
    """Rita returns, the others are members 2 to 4; each signs in with their own name."""
    coop = make.organisation(text=RULES)
    make.officer(coop, "returning_officer", "Rita", email="rita@pioneers.example", password=PASSWORD)
    for name in PEOPLE[1:]:
        make.member(coop, name, email=f"{name.lower()}@pioneers.example", password=PASSWORD)
    return coop


@pytest.fixture
def as_(client):
    def sign_in(name):
        client.sign_out()
        client.sign_in(f"{name.lower()}@pioneers.example", PASSWORD)
        return client

    client.sign_in("rita@pioneers.example", PASSWORD)
    return sign_in


@pytest.fixture
def called(people, client, as_):
    client.visit("/pioneers/nominations/new")
    client.fill("Office", "treasurer (General assembly)")
    page = client.press("Call nominations")
    assert "everyone who may nominate is told" in page
    return page


def stand(client, words):
    client.visit(CALL)
    client.fill("What you say to the voters", words)
    return client.press("Stand as a candidate")


def test_calling_shows_the_deadlines_with_their_articles_and_types_none(people, client, as_):
    page = client.visit("/pioneers/nominations/new")
    assert "Articles 2, 3, version 1." in page
    client.fill("Office", "treasurer (General assembly)")
    client.fill("Seats to fill", "2")
    page = client.press("Call nominations", status=409)
    assert page.errors == ["This office has 1 seats. Elect for one at least and for no more."]
    assert page.value("Seats to fill") == "2"
    client.fill("Seats to fill", "1")
    page = client.press("Call nominations")
    assert "Nominations for 10 days, then 2 days to accept or withdraw." in page


def test_from_the_call_to_the_ballot(called, client, as_):
    as_("Ada")
    assert "I keep books." in stand(client, "I keep books.")
    client.fill("Member number", "3")
    assert "Member 3 is nominated and gets a mail." in client.press("Nominate")
    as_("Ben")
    page = client.visit("/pioneers/")
    assert "You are nominated: treasurer" in page
    page = client.visit(CALL)
    assert "A member has nominated you." in page
    client.fill("What you say to the voters", "I can count.")
    assert "You stand as a candidate." in client.press("Accept and stand")
    as_("Cem")
    stand(client, "Why not.")
    assert "You do not stand as a candidate." in client.press("Withdraw")
    with time_machine.travel(datetime.now(UTC) + OVER + timedelta(minutes=2)):
        as_("Rita")
        assert "nominations are over" in client.visit("/pioneers/desk")
        client.visit(CALL)
        page = client.press("Draw up the ballot")
        assert "Ada, Ben" in page
        assert "Cem" not in page
        again = client.post(f"{CALL}/draw-up", {"csrf_token": client.token()})
        assert again.headers["Location"].endswith("/ballots/1/check")


def test_an_only_candidate_is_voted_on_against_reopening(called, client, as_):
    stand(as_("Ada"), "Alone.")
    with time_machine.travel(datetime.now(UTC) + OVER + timedelta(minutes=2)):
        as_("Rita").visit(CALL)
        page = client.press("Draw up the ballot")
        assert "Ada, Reopen nominations" in page
        assert "counted by approval" in page.text.lower()
        page = client.press("Open the vote now")
        assert "No more people stand than are to be elected." in page
        client.choose("Your vote", "Reopen nominations")
        assert "You marked: Reopen nominations" in client.press("Cast my vote")


def test_who_was_named_and_has_not_accepted_is_known_to_themselves_and_the_officer_alone(called, client, as_):
    as_("Ada").visit(CALL)
    client.fill("Member number", "3")
    page = client.press("Nominate")
    assert "Ben" not in page
    assert "Ben has not answered" in as_("Rita").visit(CALL)
    assert "Ben has not answered" in as_("Ben").visit(CALL)
    assert "Ben" not in as_("Cem").visit(CALL)


def test_what_was_typed_comes_back_with_the_error(called, client, as_):
    as_("Ada").visit(CALL)
    page = client.press("Nominate", status=422)
    assert page.errors == ["Give the number of the member you nominate."]
    client.fill("Member number", "4711")
    page = client.press("Nominate", status=409)
    assert page.errors == ["There is no member with the number 4711. Look it up and try again."]
    assert page.value("Member number") == "4711"
    client.visit(CALL)
    long = "x" * 2001
    client.fill("What you say to the voters", long)
    page = client.press("Stand as a candidate", status=422)
    assert page.errors == ["Say it in 2000 characters at most."]
    assert page.value("What you say to the voters") == long


def test_a_refusal_needs_a_reason_that_everyone_reads(called, client, as_):
    stand(as_("Ada"), "I would.")
    as_("Rita").visit(CALL)
    client.follow("Refuse the nomination of Ada")
    page = client.press("Refuse the nomination", status=422)
    assert page.errors == ["Say why. Members will read it."]
    client.fill("Why?", "Article 9: two terms served.")
    client.press("Refuse the nomination")
    assert "Article 9: two terms served." in as_("Cem").visit(CALL)
    page = as_("Ada").visit(CALL)
    assert "Stand as a candidate" not in page.buttons


def test_a_call_is_called_off_with_a_reason(called, client, as_):
    as_("Rita").visit(CALL)
    client.follow("Call it off")
    assert client.press("Call it off", status=422).errors == ["Say why. Members will read it."]
    client.fill("Why?", "The seat is not vacant.")
    assert "This call is off: The seat is not vacant." in client.press("Call it off")
    as_("Ada").visit(CALL)
    page = client.visit("/pioneers/nominations")
    assert "called off" in page


def test_two_tabs_call_once_and_stand_once(called, client, as_):
    as_("Rita").visit("/pioneers/nominations/new")
    client.fill("Office", "treasurer (General assembly)")
    page = client.press("Call nominations", status=409)
    assert page.errors == ["Nominations for this office are called already. See the list of calls."]
    as_("Ada").visit(CALL)
    for words in ("First tab.", "Second tab."):
        answer = client.post(f"{CALL}/stand", {"csrf_token": client.token(), "statement": words})
        assert answer.status_code == 302
    assert "Second tab." in client.visit(CALL)


def test_a_form_sent_after_the_deadline_is_refused_with_what_was_typed(called, client, as_):
    as_("Ada").visit(CALL)
    client.fill("What you say to the voters", "Late.")
    with time_machine.travel(datetime.now(UTC) + timedelta(days=11)):
        client.sign_in("ada@pioneers.example", PASSWORD)
        answer = client.post(f"{CALL}/stand", {"csrf_token": client.token(), "statement": "Late."})
        assert answer.status_code == 409
        assert "Nominations have closed" in answer.get_data(as_text=True)
        assert "Late." in answer.get_data(as_text=True)


def test_the_calls_of_another_organisation_are_missing(called, client, as_, make):
    make.member(
        make.organisation("orchard", "Orchard"), "Olga", email="olga@orchard.example", password=PASSWORD
    )
    as_("Rita")
    client.sign_out()
    client.sign_in("olga@orchard.example", PASSWORD)
    client.visit("/orchard/nominations/1", status=404)
