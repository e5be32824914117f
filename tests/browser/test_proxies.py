"""A proxy on a phone: found by name, told by mail, one paper for each vote, and the giver's own word in the end."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from playwright.sync_api import expect

from tests.browser.test_voting import AFTER_CLOSING, open_a_motion

pytestmark = pytest.mark.browser


def cast(walker, choice, verb):
    walker.page.get_by_label(choice, exact=True).check()
    walker.press(verb)


def test_a_member_lets_another_vote_and_then_votes_all_the_same(walking, screen):
    title = "Open on Thursday evenings"
    with (
        walking("returning", **screen) as officer,
        walking("giver", **screen) as giver,
        walking("holder", **screen) as holder,
    ):
        open_a_motion(officer, title)
        ballot = officer.page.url.removeprefix(officer.address)

        giver.sign_in("member@pioneers.example")
        giver.go(ballot)
        giver.follow("Let another member vote for you")
        giver.sees("One member may stand for 2 others at most (article 19).")
        giver.press("Name as my proxy")
        giver.sees("There is something to put right", "Give the number of the member who shall vote for you.")
        giver.fill("Name, at least three letters", "ashw")
        giver.press("Find")
        giver.sees("Eliza Ashworth")
        giver.press("Name as my proxy Eliza Ashworth")
        giver.sees("Eliza Ashworth (1) may vote for you, and has not done it yet.")

        holder.open_letter("chair@pioneers.example", "Something waits for your answer")
        holder.sign_in("chair@pioneers.example")
        holder.go("/pioneers/")
        holder.sees("for 1 other member")
        holder.follow(title)
        holder.sees("You vote for", "Yourself", "Amina Holt")
        cast(holder, "For", "Cast my vote")
        holder.sees("Your vote is recorded.")
        holder.follow("Amina Holt")
        expect(holder.page.locator("input[name=choice]:checked")).to_have_count(0)
        cast(holder, "Against", "Cast the vote of Amina Holt")
        holder.sees("The vote of Amina Holt is recorded.")

        officer.go(ballot)
        officer.follow("Proxies")
        officer.sees("Amina Holt", "Eliza Ashworth", "stands")

        giver.go(ballot)
        giver.sees("Eliza Ashworth has voted for you.", "The vote: Against.")
        cast(giver, "For", "Cast my own vote")
        giver.sees("Your vote is recorded.", "You voted: For.")

        holder.go(holder.page.url)
        holder.sees("They may have voted themselves, or taken it back")
        expect(holder.page.locator("input[name=choice]")).to_have_count(0)

        with time_machine.travel(datetime.now(UTC) + AFTER_CLOSING):
            giver.sign_in("member@pioneers.example")
            giver.go(ballot)
            giver.sees("2 for, 0 against", "You voted: For.")


def test_a_proxy_for_an_announced_vote_is_declined(walking):
    with (
        walking("returning", width=375) as officer,
        walking("giver", width=375) as giver,
        walking("holder", width=375) as holder,
    ):
        officer.sign_in("returning@pioneers.example")
        officer.go("/pioneers/ballots/new-motion")
        officer.fill("Title", "Close on Mondays")
        officer.fill("What shall be decided", "The shop is closed on Mondays.")
        officer.tick("Ordinary")
        officer.press("Draft the motion")
        opens = datetime.now(UTC) + timedelta(days=3)
        officer.page.get_by_label("Opens").fill(opens.strftime("%Y-%m-%dT%H:%M"))
        officer.press("Announce the vote")
        ballot = officer.page.url.removeprefix(officer.address)

        giver.sign_in("member@pioneers.example")
        giver.go(f"{ballot}/proxy")
        giver.fill("Member number", "1")
        giver.press("Name as my proxy")
        holder.sign_in("chair@pioneers.example")
        holder.go(ballot)
        holder.sees("When voting opens you may vote for others too.")
        holder.follow("See for whom, or decline")
        holder.press("Decline Amina Holt")
        holder.sees("You do not vote for member 8.")
        giver.go(ballot)
        giver.sees("Eliza Ashworth (1) does not vote for you. Vote yourself, or name somebody else.")
