"""Record: a meeting called, attended, minuted; its minutes issued as a paper."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_meeting_is_called_held_minuted_and_its_minutes_issued(walking, screen):
    day = (datetime.now(UTC) + timedelta(days=45)).date()
    with walking("secretary", **screen) as secretary, walking("member", **screen) as member:
        secretary.sign_in("secretary@pioneers.example")
        meeting = call_a_meeting(secretary, day)

        member.sign_in("member@pioneers.example")
        member.go(meeting)
        member.press("I will come")
        member.sees("You said that you will come.")

        with time_machine.travel(datetime(day.year, day.month, day.day, 18, 5, tzinfo=UTC)) as clock:
            secretary.sign_in("secretary@pioneers.example")
            member.sign_in("member@pioneers.example")
            secretary.go(f"{meeting}/attendance")
            for box in secretary.page.get_by_role("checkbox").all()[:12]:
                box.check()
            secretary.tick("In person")
            secretary.page.get_by_label("Since when?").fill("18:01")
            secretary.press("Record them as there")
            secretary.sees("Recorded")
            secretary.page.get_by_label("Time", exact=True).first.fill("18:02")
            secretary.press("Open the meeting")
            clock.shift(timedelta(hours=1))
            secretary.go(f"{meeting}/attendance", look=False)
            secretary.page.get_by_label("Time", exact=True).first.fill("19:02")
            secretary.press("Close the meeting")
            secretary.sees("the end")
            secretary.go(meeting)
            secretary.follow("The minutes")
            secretary.fill("1. Welcome", "The chair welcomed everybody.")
            secretary.press("Save the minutes")
            secretary.go(meeting, look=False)
            secretary.press("Circulate the minutes")
            secretary.sees("has no words yet.")
            secretary.go(f"{meeting}/minutes")
            secretary.fill("2. Thursday evenings", "- It is worth a trial.\n- The bakery opens too.")
            secretary.fill("3. Any other business", "There was none.")
            secretary.press("Save the minutes")
            secretary.sees("The minutes are saved.")
            secretary.go(meeting, look=False)
            secretary.press("Circulate the minutes")
            secretary.press("Issue the minutes")
            member.go(meeting)
            with member.page.expect_download() as paper:
                member.page.get_by_role("link", name="Download the minutes (PDF)").click()
            assert paper.value.suggested_filename.endswith(".pdf")
            expect(member.page.get_by_text("The chair welcomed everybody.")).to_be_visible()
            member.go("/pioneers/documents")
            member.go("/pioneers/audit")
            member.sees("minutes")


def call_a_meeting(secretary, day):
    secretary.follow("Meetings")
    secretary.follow("Call a meeting")
    secretary.press("Plan the meeting")
    secretary.sees("There is something to put right", "Give the meeting a title.")
    secretary.fill("Title", "January meeting")
    secretary.fill("Day", day.isoformat())
    secretary.fill("Time", "18:00")
    secretary.fill("Place", "The Weavers’ Hall")
    secretary.fill("Agenda", "Welcome\nThursday evenings\nAny other business")
    secretary.press("Plan the meeting")
    secretary.press("Send the notice")
    return secretary.page.url.removeprefix(secretary.address).removesuffix("/post-list")
