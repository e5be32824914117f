"""A motion on a phone: proposed, seconded by two, admitted, argued with reasons, and seen on the ballot."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.make import PASSWORD, Make
from tests.motion_house import RULES

pytestmark = pytest.mark.browser
MOTION = "/millers/motions/1"
LATER = timedelta(days=6)


@pytest.fixture
def millers(serve_app):
    """A co-op in which two must second: Rita returns, Carl has the chair."""
    make = Make(serve_app, datetime.now(UTC))
    coop = make.organisation("millers", "The millers", text=RULES)
    for office, name in (("returning_officer", "Rita"), ("chair", "Carl")):
        make.officer(coop, office, name, email=f"{name.lower()}@millers.example", password=PASSWORD)
    for name in ("Ada", "Ben", "Cem"):
        make.member(coop, name, email=f"{name.lower()}@millers.example", password=PASSWORD)


def test_a_member_moves_others_second_and_argue_and_the_ballot_shows_both_sides(millers, walking, screen):
    with (
        walking("ada", **screen) as ada,
        walking("ben", **screen) as ben,
        walking("carl", **screen) as carl,
        walking("rita", **screen) as rita,
    ):
        ada.sign_in("ada@millers.example", PASSWORD)
        ada.go("/millers/ballots")
        ada.follow("Propose a motion")
        ada.press("Draft the motion")
        ada.sees("There is something to put right", "Give the motion a title.")
        ada.fill("Title", "Buy a mill")
        ada.fill("What shall be decided", "The co-op buys the mill on the river and mends its roof.")
        ada.tick("Ordinary resolution")
        ada.press("Draft the motion")
        ada.sees("Only you see this draft.")
        ada.press("Submit it")
        ada.sees("2 more members must second it until")

        ben.sign_in("ben@millers.example", PASSWORD)
        ben.go("/millers/motions")
        ben.follow("Buy a mill")
        ben.press("Second it")
        ben.sees("You second this motion.", "1 more member must second it until")
        ben.follow("Give a reason")
        ben.press("Give this reason")
        ben.sees("There is something to put right")
        ben.tick("For the motion")
        ben.fill("Your point", "We pay two thousand a year for flour that others grind.")
        ben.fill("Where this comes from", "https://millers.example/accounts/2026")
        ben.press("Give this reason")
        ben.sees("Your reason is on the page.", "Ben", "0 members support this")

        carl.sign_in("carl@millers.example", PASSWORD)
        carl.go(MOTION)
        carl.press("Second it")
        carl.sees("An officer admits it next")
        carl.press("Support reason 1")
        carl.sees("1 member supports this")
        carl.follow("Reply to reason 1")
        carl.fill("Your reply", "Half of that is transport, which stays.")
        carl.press("Reply")
        carl.follow("Give a reason")
        carl.tick("Against the motion")
        carl.fill("Your point", "The roof costs more than the mill.")
        carl.fill("Where this comes from", "The builder's offer of 3 October, in the library")
        carl.press("Give this reason")
        carl.press("Admit")
        carl.sees("It is debated until")

        ben.go(MOTION)
        ben.follow("Move an amendment")
        ben.press("See what it makes of the motion")
        ben.sees("There is something to put right")
        ben.tick("Replaces words by others")
        ben.fill("The words as they stand", "mends its roof")
        ben.fill("The new words", "mends roof and wheel")
        ben.press("See what it makes of the motion")
        ben.sees("Check your amendment", "and wheel")
        ben.press("Move this amendment")
        ben.sees("Your amendment is moved.", "Amendment 1")
        ada.go(MOTION)
        ada.press("Accept it amendment 1")
        ada.sees("Version 2 of the motion stands now.", "accepted by the mover", "Version 2 of the words")

        with time_machine.travel(datetime.now(UTC) + LATER):
            rita.sign_in("rita@millers.example", PASSWORD)
            rita.go(MOTION)
            rita.sees("The debate has had its time.")
            rita.press("Put it to the vote")
            rita.sees("Check before opening", "mends roof and wheel")
            rita.press("Open the vote now")
            ben.go("/millers/ballots/1")
            ben.sees(
                "The vote is on version 2 of the motion, as it was amended.",
                "Reasons for and against",
                "The roof costs more than the mill.",
                "As many for as against",
            )
            ben.page.get_by_label("For", exact=True).check()
            ben.press("Cast my vote")
            ben.sees("Your vote is recorded.")
            ben.follow("The motion, with all its reasons")
            ben.sees("They stand as they were when the vote opened", "Half of that is transport")
            rita.go(MOTION)
            rita.sees("put to the vote", "Seconded by", "What happened so far")
