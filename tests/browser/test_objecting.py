"""Object: to the roll before a ballot opens, to its result afterwards; the officer answers both."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

pytestmark = pytest.mark.browser


def test_a_contest_of_the_roll_and_a_challenge_of_the_result_are_made_and_answered(walking, screen):
    title = "A bench before the shop"
    with walking("returning", **screen) as officer, walking("member", **screen) as member:
        officer.sign_in("returning@pioneers.example")
        officer.go("/pioneers/ballots/new-motion")
        officer.fill("Title", title)
        officer.fill("What shall be decided", "We build a bench of oak and put it before the shop.")
        officer.tick("Ordinary")
        officer.press("Draft the motion")
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        officer.fill("Opens", tomorrow.strftime("%Y-%m-%dT%H:%M"))
        officer.press("Announce the vote")
        ballot = officer.page.url.removeprefix(officer.address)

        member.sign_in("member@pioneers.example")
        member.go(ballot)
        member.follow("Who will be able to vote, and why")
        member.sees(
            "Who will be able to vote", "You will be able to vote on this.", "as the register stands now"
        )
        member.press("Object to the roll")
        member.sees("There is something to put right", "Say what is wrong with the roll.")
        member.fill("What is wrong with the roll?", "My sister joined with me and is not on it.")
        member.press("Object to the roll")
        member.sees("will answer it before voting opens", "You can still change it.")

        officer.go("/pioneers/desk")
        officer.follow(f"Objection to the roll of “{title}”")
        officer.sees("My sister joined with me and is not on it.", "will be able to vote")
        officer.press("Answer")
        officer.sees("Choose first: upheld or dismissed.")
        officer.tick("Dismissed: the register is right")
        officer.fill("Why?", "Your sister applied, and is admitted on the first of the month.")
        officer.press("Answer")
        officer.sees("the member is told", "The whole roll")
        member.go(f"{ballot}/roll/coming")
        member.sees("Dismissed", "admitted on the first of the month")

        member.sign_out()
        officer.sign_out()
        with time_machine.travel(datetime.now(UTC) + timedelta(days=2)):
            officer.sign_in("returning@pioneers.example")
            officer.go(ballot)
            officer.sees("closes", "Who was told", "Reminder to those who have not voted")
            officer.follow("Letters to post")
            officer.sees("Print the letters (PDF)", "Not posted yet.")
            officer.press("They are posted")
            officer.sees("It is recorded that these letters were posted today.")
            member.sign_in("member@pioneers.example")
            member.go(ballot)
            member.page.get_by_label("For", exact=True).check()
            member.press("Cast my vote")
            member.go("/pioneers/me/reminders")
            member.press("Send me no reminders")
            member.sees("Notices still come.")
            member.sign_out()
            officer.sign_out()

        with time_machine.travel(datetime.now(UTC) + timedelta(days=40)):
            member.sign_in("member@pioneers.example")
            member.go(ballot)
            member.sees("Nobody has challenged this result.")
            member.follow("Count again")
            member.sees("The same, to the last digit.")
            member.go(f"{ballot}/challenge")
            member.press("Challenge the result")
            member.sees("Say what was wrong with this ballot. Members will read it.")
            member.fill("What was wrong?", "The notice reached half of us only after voting had closed.")
            member.press("Challenge the result")
            member.sees("Your challenge is recorded.", "Not answered yet")

            officer.sign_in("returning@pioneers.example")
            officer.go("/pioneers/desk")
            officer.follow(f"Challenge of “{title}”")
            officer.sees("What follows if you uphold it", "The ballot is void for ever")
            officer.tick("Upheld: the result is void")
            officer.fill("Why?", "The letters were posted too late. We vote again next month.")
            officer.press("Answer")
            officer.sees("The ballot is void.", "This ballot is void: The letters were posted too late.")
            member.go(ballot)
            member.sees("It was counted as:", "Upheld", "We vote again next month.")
            member.go("/pioneers/decisions?outcome=void")
            member.sees(title)
