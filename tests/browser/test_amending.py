"""Amend an article: read it, write another, read what follows, hand it in, vote, and read both rules afterwards."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from coop.services import ballots
from coop.transaction import writing
from tests.browser.elections import actor, pioneers

pytestmark = pytest.mark.browser
TITLE = "Two weeks of notice are enough"
WORDS = (
    "Notice of a general meeting is [fourteen clear days], given to every member in writing with the agenda and "
    "with the motions in full. To members without e-mail it is given by post."
)
OTHERS = range(9, 21)


def others_vote_for(app, number: int) -> None:
    """Let as many others vote for it as carry it."""
    with app.app_context(), writing():
        now = datetime.now(UTC)
        for one in OTHERS:
            ballots.cast_vote(ballots.find(pioneers(), number), actor(pioneers(), one), "for", now)


def test_an_article_is_amended_from_the_page_of_the_constitution_to_its_day(walking, serve_app, screen):
    with walking("returning", **screen) as officer, walking("member", **screen) as member:
        member.sign_in("member@pioneers.example")
        member.go("/pioneers/constitution")
        member.sees("Notice: 21 clear days")
        member.follow("Propose a change of article 14")
        member.sees("nobody else sees it until you hand it in")
        member.fill("What is this change about?", TITLE)
        member.fill("What the article shall say", WORDS)
        member.press("Keep and see what follows")
        member.sees("There is something to put right", "Article 14, line 1: meeting.notice: The words say")
        assert member.page.get_by_label("What the article shall say").input_value() == WORDS
        member.fill("Value of", "14 days")
        member.press("Keep and see what follows")
        member.sees("Notice: 21 → 14 clear days", "Only you see it.")
        member.press("Change it too")
        member.fill("Number of the new article", "60")
        member.fill("What the article shall say", "The books of the co-op are open to every member.")
        member.press("Keep and see what follows")
        member.sees("The books of the co-op are open")
        member.follow("Change title and reasons")
        member.fill("Why?", "Three weeks are long when the roof leaks.")
        member.press("Keep")
        member.press("Hand it in")
        member.sees("Every member can read it now")
        change = member.page.url.removeprefix(member.address)

        officer.sign_in("returning@pioneers.example")
        officer.go("/pioneers/constitution/amendments")
        officer.follow(TITLE)
        officer.press("Put it to the vote")
        officer.sees("Check before opening", "Notice: 21 → 14 clear days")
        officer.press("Open the vote now")
        ballot = officer.page.url.removeprefix(officer.address)
        officer.sees("What changes in the constitution", "Who proposed it, and why")
        member.go(ballot)
        member.sees("Notice: 21 → 14 clear days", "twenty-one")
        member.page.get_by_label("For", exact=True).check()
        member.press("Cast my vote")
        member.go(change)
        member.sees("put to the vote", "Proposed by")
        others_vote_for(serve_app, int(ballot.rpartition("/")[2]))
        member.sign_out()
        officer.sign_out()

        with time_machine.travel(datetime.now(UTC) + timedelta(days=23)):
            member.sign_in("member@pioneers.example")
            member.go(ballot)
            member.sees("13 for, 0 against")
            member.go(change)
            member.sees("passed")
            member.go("/pioneers/constitution")
            member.sees("Notice: 21 clear days")
            member.sign_out()
        with time_machine.travel(datetime.now(UTC) + timedelta(days=60)):
            member.sign_in("member@pioneers.example")
            member.go("/pioneers/constitution")
            member.sees("Notice: 14 clear days", "Was 21 clear days until", "Set by decision")
            member.follow("Compare")
            member.sees("What the software does differently", "21 clear days", "14 clear days", "fourteen")
            member.follow("Back to the constitution")
            day = (datetime.now(UTC) - timedelta(days=60)).date()
            member.fill("Read it as of a day", day.isoformat())
            member.press("Read")
            member.sees("This is not the version in force today.", "Notice: 21 clear days")
            member.fill("Search the articles", "notice")
            member.page.keyboard.press("Enter")
            member.look()
            member.sees("speak of “notice”")
