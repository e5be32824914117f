"""Vote: two taps on a phone, or the keyboard alone; changed until closing; counted with its reasons."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
AFTER_CLOSING = timedelta(days=40)


def open_a_motion(officer, title):
    officer.sign_in("returning@pioneers.example")
    officer.follow("Votes")
    officer.follow("Put a motion")
    officer.press("Draft the motion")
    officer.sees("There is something to put right", "Give the motion a title.")
    officer.fill("Title", title)
    officer.fill(
        "What shall be decided", "We open the shop on Thursday evenings from the first of the month."
    )
    officer.tick("Ordinary")
    officer.press("Draft the motion")
    officer.sees("Check before opening", "Carried by more than 1/2 of the votes cast.")
    officer.press("Open the vote now")
    officer.sees("Voting is open")


def vote_with_the_keyboard(walker, choice, verb):
    """Tab to the paper, mark with the space bar or the arrows, tab to the button, and press Enter."""
    page = walker.page
    wanted = page.get_by_label(choice, exact=True)
    reach(walker, "document.activeElement.name === 'choice'")
    for _ in range(3):
        page.keyboard.press("Space")
        if wanted.is_checked():
            break
        page.keyboard.press("ArrowDown")
    expect(wanted).to_be_checked()
    reach(walker, f"document.activeElement.textContent.trim() === {verb!r}")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your vote is recorded.").first).to_be_visible()
    walker.look()


def reach(walker, condition):
    for _ in range(60):
        walker.page.keyboard.press("Tab")
        if walker.page.evaluate(condition):
            return
    raise AssertionError(f"the keyboard never reached {condition}")


def test_a_motion_is_opened_voted_on_with_the_keyboard_changed_closed_and_counted(walking, screen):
    title = "Open on Thursday evenings"
    with walking("returning", **screen) as officer, walking("voter", **screen) as voter:
        open_a_motion(officer, title)
        voter.sign_in("member@pioneers.example")
        voter.follow("Home")
        voter.follow(title)
        voter.sees("Carried by more than 1/2 of the votes cast.")
        expect(voter.page.locator("input[name=choice]:checked")).to_have_count(0)
        voter.press("Cast my vote")
        voter.sees("Choose first: for, against, or abstain.")
        vote_with_the_keyboard(voter, "Against", "Cast my vote")
        voter.sees("You voted: Against.")
        vote_with_the_keyboard(voter, "For", "Change my vote")
        voter.sees("You voted: For.")

        ballot = voter.page.url.removeprefix(voter.address)
        for email in ("secretary", "treasurer", "chair", "librarian"):
            with walking(email, **screen) as other:
                other.sign_in(f"{email}@pioneers.example")
                other.go(ballot, look=False)
                other.page.get_by_label("Against" if email == "chair" else "For", exact=True).check()
                other.page.get_by_role("button", name="Cast my vote").click()
                other.sees("Your vote is recorded.")

        with time_machine.travel(datetime.now(UTC) + AFTER_CLOSING):
            voter.sign_in("member@pioneers.example")
            officer.sign_in("returning@pioneers.example")
            voter.go(ballot)
            voter.sees("Carried", "4 for, 1 against", "more than 1/2 of")
            officer.go(ballot, look=False)
            officer.press("Certify the result")
            officer.sees("Certified by")
            voter.go("/pioneers/decisions")
            voter.sees(title)
