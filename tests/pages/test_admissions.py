"""Joining where the constitution asks for no officer: at once, by sponsors, by a vote."""

import pytest

from tests.admission_house import OPEN, SPONSORS, VOTE
from tests.make import PASSWORD, RULES
from tests.pages.client import PageClient
from tests.pages.letterbox import letter_to, link_in
from tests.pages.test_joining import DECLARATION

AGE = '\n20. Whoever is [sixteen]{provision="membership.minimum_age" value="16"} years old may apply.\n'


@pytest.fixture
def co_op(make):
    def build(article):
        organisation = make.organisation(text=RULES + article)
        make.officer(organisation, "secretary", "Ines Roy", email="ines@pioneers.example", password=PASSWORD)
        make.member(organisation, "Ana Poe", email="ana@pioneers.example", password=PASSWORD)
        make.member(organisation, "Ben Ode", email="ben@pioneers.example", password=PASSWORD)
        return organisation

    return build


def signed_in(app, name):
    client = PageClient(app)
    client.sign_in(f"{name}@pioneers.example")
    return client


def applied(client, app, *more):
    client.visit("/pioneers/join")
    client.fill("Your name", "Cleo Marsh")
    client.fill("E-mail address", "cleo@home.example")
    for declaration in (DECLARATION, *more):
        client.tick(declaration)
    client.press("Check my answers")
    page = client.press("Send my application")
    client.visit(link_in(letter_to(app, "cleo@home.example")))
    return page, client.press("Confirm and look")


def test_members_sponsor_in_the_browser_and_the_last_one_admits(client, app, co_op):
    co_op(SPONSORS)
    sent, page = applied(client, app)
    assert "2 members must sponsor you" in sent
    assert page.h1 == "Your application waits for sponsors"
    assert "0 sponsors of the 2 needed so far (articles 8, 9)." in page

    ana = signed_in(app, "ana")
    page = ana.visit("/pioneers/applicants")
    assert "Cleo Marsh" in page
    assert "cleo@home.example" not in page.html
    page = ana.press("Sponsor Cleo Marsh")
    assert "You sponsor Cleo Marsh." in page
    assert "Sponsor Cleo Marsh" not in page.buttons

    page = signed_in(app, "ines").visit("/pioneers/applications/1")
    assert "1 of 2 so far (articles 8, 9)" in page
    assert "Ana Poe" in page
    assert "Admit Cleo Marsh" not in page.buttons

    ben = signed_in(app, "ben")
    ben.visit("/pioneers/applicants")
    page = ben.press("Sponsor Cleo Marsh")
    assert "Cleo Marsh is member 4 now." in page
    assert "Nobody waits for a sponsor." in page
    page = client.visit("/pioneers/join/application")
    assert page.h1 == "You are admitted"
    assert "Admitted by articles 8, 9, version 1. Sponsored by Ana Poe, Ben Ode." in page


def test_where_admission_is_open_one_button_makes_a_member(client, app, co_op):
    co_op(OPEN)
    sent, page = applied(client, app)
    assert "a member once the address is confirmed" in sent
    assert page.h1 == "Your address is confirmed"
    assert set(page.buttons) >= {"Become a member", "Withdraw my application"}
    page = client.press("Become a member")
    assert page.path == "/pioneers/"
    assert "You are member 4 now." in page
    assert "article 8, version 1" in client.visit("/pioneers/me")


def test_the_secretary_puts_an_application_to_the_vote(client, app, co_op):
    co_op(VOTE)
    applied(client, app)
    ines = signed_in(app, "ines")
    assert "Application of Cleo Marsh" in ines.visit("/pioneers/desk")
    ines.visit("/pioneers/applications/1")
    page = ines.press("Put it to the vote Cleo Marsh")
    assert "The members vote on it now." in page
    assert "Application of Cleo Marsh" not in ines.visit("/pioneers/desk")
    page = signed_in(app, "ana").visit("/pioneers/ballots/1")
    assert page.h1 == "Admission: application 1"
    assert "The applicant: Cleo Marsh." in page


def test_a_minimum_age_is_a_box_to_tick_and_no_date_is_asked(client, app, co_op):
    co_op(AGE)
    client.visit("/pioneers/join")
    client.fill("Your name", "Cleo Marsh")
    client.fill("E-mail address", "cleo@home.example")
    client.tick(DECLARATION)
    page = client.press("Check my answers", 422)
    assert page.errors == ["Tick this to apply: “I am at least 16 years old”"]
    _sent, page = applied(client, app, "I am at least 16 years old")
    assert "Article 20, version 1" in page


def test_where_an_officer_admits_nobody_waits_for_a_sponsor(app, co_op):
    co_op("")
    assert "nobody waits for one" in signed_in(app, "ana").visit("/pioneers/applicants")


def test_a_resignation_says_its_day_before_it_is_confirmed(app, co_op):
    article = (
        '\n8. One resigns with [thirty days]{provision="membership.resignation_notice" value="30 days"}.\n'
    )
    co_op(article)
    ana = signed_in(app, "ana")
    page = ana.visit("/pioneers/me/resign")
    assert "(Article 8.)" in page
    [button] = [one for one in page.buttons if one.startswith("Resign, and end my membership on")]
    day = button.removeprefix("Resign, and end my membership on ")
    page = ana.press(button)
    assert f"You have resigned. Your membership ends on {day}." in page
    assert "End my membership" not in page.links
    assert "You have resigned already." in ana.visit("/pioneers/me/resign")
    assert ana.visit("/pioneers/ballots").status == 200
