"""Join and sign in, as a visitor and the secretary meet it."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
TODAY = datetime.now(UTC).date().isoformat()


def test_a_visitor_becomes_a_member(walking, screen):
    with walking("visitor", **screen) as visitor, walking("secretary", **screen) as secretary:
        visitor.go("/pioneers/")
        visitor.follow("See what joining means")
        visitor.sees(
            "What it costs", "What you would decide", "Who sees your name", "The rules in ten sentences"
        )
        visitor.press("Check my answers")
        visitor.sees("There is something to put right", "Enter your name.")
        visitor.fill("Your name", "Nuria Vidal")
        visitor.fill("E-mail address", "nuria@pioneers.example")
        for box in visitor.page.get_by_role("checkbox").all():
            box.check()
        visitor.press("Check my answers")
        visitor.sees("Nothing has been sent yet.", "Nuria Vidal", "You declare")
        visitor.press("Send my application")
        visitor.sees("Your application has arrived", "How long it usually takes")
        visitor.open_letter("nuria@pioneers.example", "Please confirm your address")
        visitor.follow(visitor.address)
        visitor.press("Confirm and look")
        visitor.sees("Your application waits for an answer")

        secretary.sign_in("secretary@pioneers.example")
        secretary.follow("My desk")
        secretary.follow("Nuria Vidal")
        secretary.press("Admit")
        secretary.sees("Admitted on")

        visitor.open_letter("nuria@pioneers.example", "Welcome")
        visitor.follow(visitor.address)
        visitor.press("Come in")
        visitor.sees("Try a vote", "Your dues, and why", "Someone to ask")
        visitor.follow("Practise voting")
        visitor.page.get_by_label("For", exact=True).check()
        visitor.press("Cast my practice vote")
        visitor.go("/pioneers/me")
        visitor.sees("All that is held about me", "Nuria Vidal")
        with visitor.page.expect_download() as held:
            visitor.page.get_by_role("link", name=re.compile("Download")).click()
        assert held.value.suggested_filename.endswith(".json")
        visitor.follow("Ask for erasure")


def test_a_member_signs_in_with_a_link_and_finds_what_waits(walking, screen):
    with walking("member", **screen) as member:
        member.go("/sign-in")
        member.fill("E-mail address", "member@pioneers.example")
        member.fill("Password", "not-the-password")
        member.press("Sign in")
        expect(member.page.get_by_label("E-mail address")).to_have_value("member@pioneers.example")
        member.follow("Send me a link")
        member.fill("E-mail address", "member@pioneers.example")
        member.page.get_by_role("button").last.click()
        member.look()
        member.open_letter("member@pioneers.example", "Your link")
        member.follow(member.address)
        member.press("Sign me in")
        member.sees("For you to do")
        for way in ("Votes", "Meetings", "Money", "Library", "More", "Home"):
            member.follow(way)
        member.sign_out()
        expect(member.page.get_by_role("link", name="Sign in").first).to_be_visible()


def test_the_secretary_records_a_lapse_and_signs_out_by_the_address(walking, screen):
    with walking("secretary", **screen) as secretary:
        secretary.sign_in("secretary@pioneers.example")
        secretary.go("/pioneers/applications")
        secretary.fill("Search by name, e-mail or number", "nobody")
        secretary.press("Search")
        secretary.sees("No application that waits is like that.")
        secretary.go("/pioneers/members/20")
        secretary.follow("Record what happened")
        secretary.press("Check before recording")
        secretary.sees("There is something to put right", "Say what happened.")
        secretary.tick("The membership lapsed")
        secretary.fill("On which day", TODAY)
        secretary.fill("Note", "Three letters came back.")
        secretary.press("Check before recording")
        secretary.sees("Nothing is recorded yet.", "The membership ends with that day")
        secretary.press("Record it")
        secretary.sees("It is in the register.", "Lapsed", "Three letters came back.")
        secretary.go("/pioneers/sign-out")
        secretary.sign_out()
        secretary.sees("You are signed out.")
