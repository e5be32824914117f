"""Two officers correct a value, every member reads it, and one objects."""

import pytest
import time_machine

from coop.services import constitution
from tests.amendment_house import RULES
from tests.make import PASSWORD

WRONG = RULES + '\n7. Answers come [in good time]{provision="membership.admission_time" value="90 days"}.\n'


@pytest.fixture
def coop(make):
    coop = make.organisation(text=WRONG)
    for office in ("secretary", "chair", "treasurer"):
        make.officer(coop, office, email=f"{office}@pioneers.example", password=PASSWORD)
    make.member(coop, "Amina", email="amina@pioneers.example", password=PASSWORD)
    return coop


@pytest.fixture
def visit(client, make):
    """Come as somebody, on the day of the story."""
    with time_machine.travel(make.now):

        def come(who, path):
            client.sign_out()
            client.sign_in(f"{who}@pioneers.example")
            return client.visit(f"/pioneers/constitution{path}")

        yield come


def test_a_correction_is_proposed_confirmed_challenged_and_undone(client, coop, visit, app, make):
    client.sign_in("secretary@pioneers.example")
    visit("secretary", "/corrections/new?article=7")
    client.fill("Value of “in good time”", "soon")
    client.fill("What is wrong with it?", "Nine days were meant.")
    page = client.press("Propose the correction", status=409)
    assert "membership.admission_time" in page
    assert "Nine days were meant." in page.html
    client.fill("Value of “in good time”", "9 days")
    page = client.press("Propose the correction")
    assert "Time to an answer: 90 → 9 days" in page
    assert "Confirm it" not in page.buttons

    visit("chair", "/corrections/1")
    assert "every member is told" in client.press("Confirm it")

    visit("amina", "")
    client.follow("Corrections of values")
    client.follow("Article 7")
    client.follow("Challenge it")
    client.press("Challenge it", status=422)
    client.fill("What is wrong with this correction?", "The minutes say ninety.")
    assert "Not answered yet" in client.press("Challenge it")

    visit("treasurer", "/corrections/1")
    client.follow("Answer")
    client.fill("Upheld: the value is again what it was", True)
    client.fill("Why?", "They do.")
    assert "upheld" in client.press("Answer")
    with app.app_context():
        here = make._load(type(coop), coop.id)
        texts = [version.text for version in reversed(constitution.versions(here))]
    assert texts == [WRONG, WRONG.replace('"90 days"', '"9 days"'), WRONG]


def test_members_are_offered_no_correction(client, coop, visit):
    client.sign_in("amina@pioneers.example")
    assert "Correct a value" not in visit("amina", "").text
    assert "Correct a value" in visit("secretary", "").text
