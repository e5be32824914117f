"""A recall from the petition to the vacant office: signed, replied to, voted on, and who acts afterwards."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from coop.services import ballots, petitions
from coop.transaction import seal_ballot, writing
from tests.browser.elections import VOTER, actor, pioneers

pytestmark = pytest.mark.browser

WHY = "The library was closed all summer.\nNobody answered our letters."
REPLY = "I was ill, and nobody was asked to stand in."
OTHERS = range(9, 20)


def sign_but_one(app, number: int) -> None:
    """Let others sign until one signature is missing."""
    with app.app_context(), writing():
        here, now = pioneers(), datetime.now(UTC)
        petition = petitions.find(here, number)
        for one in list(OTHERS)[: petition.needed - 2]:
            petitions.sign(petition, here, actor(here, one), now)


def vote_for(app, number: int) -> None:
    """Open the vote, and let others vote for it."""
    with app.app_context():
        now = datetime.now(UTC)
        ballot = ballots.find(pioneers(), number)
        seal_ballot(lambda: ballots.open_due(ballot.id, now))
        with writing():
            for one in OTHERS:
                ballots.cast_vote(ballot, actor(pioneers(), one), "for", now)


def test_members_recall_the_librarian_and_the_office_is_vacant(walking, serve_app, screen):
    with (
        walking("member", **screen) as member,
        walking("another", **screen) as another,
        walking("librarian", **screen) as librarian,
    ):
        member.sign_in(VOTER)
        member.go("/pioneers/offices")
        member.follow("Petition for the recall of Tomasz Nowak")
        member.press("Begin the petition and sign it")
        member.sees("There is something to put right")
        member.fill("Why?", WHY)
        member.press("Begin the petition and sign it")
        member.sees("You have signed this petition.", "Nobody answered our letters.")
        address = member.page.url.removeprefix(member.address)
        sign_but_one(serve_app, 1)

        another.sign_in("chair@pioneers.example")
        another.go(address)
        another.press("Sign this petition")
        another.sees("You have signed. That is enough.", "until then the office-holder can reply")

        librarian.open_letter("librarian@pioneers.example", "Something waits for your answer")
        librarian.sign_in("librarian@pioneers.example")
        librarian.go(address)
        librarian.fill("Your reply", REPLY)
        librarian.press("Save my reply")
        librarian.sees("Your reply is recorded.")
        librarian.go("/pioneers/offices")
        librarian.follow("Resign as")
        librarian.sees("You stay a member.")

        another.go(address)
        another.follow("The vote")
        ballot = another.page.url.removeprefix(another.address)
        number = int(ballot.rpartition("/")[2])
        with time_machine.travel(datetime.now(UTC) + timedelta(days=8)):
            vote_for(serve_app, number)
            member.go(ballot)
            member.sees("Nobody answered our letters.", REPLY)
            member.page.get_by_label("For", exact=True).check()
            member.press("Cast my vote")
            member.sees("Your vote is recorded.")
        with time_machine.travel(datetime.now(UTC) + timedelta(days=40)):
            member.sign_in(VOTER)
            member.go(ballot)
            member.sees("12 for, 0 against")
            member.go("/pioneers/offices")
            member.sees("vacant", "Nobody acts; the members can petition for a general meeting.")
            member.sees("a by-election")


def test_members_have_a_general_meeting_called(walking, serve_app):
    with walking("asking", width=375) as member, walking("signing", width=375) as another:
        member.sign_in(VOTER)
        member.go("/pioneers/petitions")
        member.follow("Ask for a general meeting")
        member.press("Begin the petition and sign it")
        member.sees("There is something to put right")
        member.fill("What the meeting is to decide", "Mend the roof")
        member.fill("Why?", "It leaks on the books.")
        member.fill("Where", "The mill")
        member.press("Begin the petition and sign it")
        member.sees("You have signed this petition.")
        sign_but_one(serve_app, 1)
        another.sign_in("chair@pioneers.example")
        another.go(member.page.url.removeprefix(member.address))
        another.press("Sign this petition")
        another.sees("Enough members have signed, and so the meeting is called.")
        another.follow("General meeting on petition 1")
        another.sees("Mend the roof")
