"""A delegate from the decision that names them to their reply, and a position with a dissent."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.members import Membership
from coop.services import ballots
from coop.transaction import seal_ballot, writing
from tests.browser.elections import VOTER, actor, pioneers

pytestmark = pytest.mark.browser

TITLE = "Tomasz Nowak goes to the Council of Libraries"
WORDS = "The co-op sends Tomasz Nowak to the Council of Libraries. He votes for longer opening hours."
MATTER = "Longer opening hours"
OTHERS = range(9, 20)


def carry(app) -> str:
    """Carry the motion that sends the delegate and says what we think; gives what a list of decisions shows."""
    with app.app_context():
        now, here = datetime.now(UTC) - timedelta(days=32), pioneers()
        officer = ballots.find(here, 1).certified_by.removeprefix("member ")
        with writing():
            rita = actor(here, int(officer))
            number = ballots.propose_motion(here, rita, now, title=TITLE, text=WORDS).number
        with writing():
            ballot = ballots.find(here, number)
            ballots.open_ballot(ballot, here, rita, now)
            for one in OTHERS:
                ballots.cast_vote(ballot, actor(here, one), "for", now)
        found = db.session.scalars(
            select(Ballot).where(Ballot.number == number, Ballot.organisation_id == here.id)
        )
        ballot_id, after = (one := found.one()).id, one.closes_at + ballots.GRACE
        label = seal_ballot(lambda: ballots.seal(ballot_id, after)).label
    return f"{label} {TITLE}"


def test_the_secretary_records_an_act_the_delegate_replies_and_a_member_reads(walking, serve_app, screen):
    cited = carry(serve_app)
    with (
        walking("secretary", **screen) as secretary,
        walking("librarian", **screen) as librarian,
        walking("member", **screen) as member,
    ):
        secretary.sign_in("secretary@pioneers.example")
        secretary.go("/pioneers/more")
        secretary.follow("Mandates")
        secretary.sees("Nobody is sent anywhere yet.")
        secretary.follow("Send a delegate")
        secretary.press("Send the delegate")
        secretary.sees("There is something to put right")
        secretary.pick("By which decision", cited)
        secretary.fill("Number of the member who is sent", "1")
        secretary.fill("Name of the body outside", "Council of Libraries")
        secretary.press("Send the delegate")
        secretary.sees("does not name")
        number = str(number_of_the_librarian(serve_app))
        secretary.fill("Number of the member who is sent", number)
        secretary.press("Send the delegate")
        secretary.sees("The delegate is sent.", "the delegate acts by their own judgement")
        address = secretary.page.url.removeprefix(secretary.address)
        secretary.follow("Add an instruction")
        secretary.pick("By which decision", cited)
        secretary.fill("The matter", MATTER)
        secretary.tick("Vote for")
        secretary.press("Add the instruction")
        secretary.sees("The instruction is on record.", MATTER)
        secretary.follow("Record what was done")
        secretary.pick("Under which instruction", f"1. {MATTER}: Vote for")
        secretary.tick("voted against")
        secretary.press("Put it on record")
        secretary.sees("Say how you know")
        secretary.fill("How you know", "Minutes of the Council, item 4.")
        secretary.press("Put it on record")
        secretary.sees("not kept", "Minutes of the Council, item 4.")

        librarian.sign_in("librarian@pioneers.example")
        librarian.sees("you are our delegate")
        librarian.go(address)
        librarian.follow("Reply")
        librarian.press("Send my reply")
        librarian.sees("There is something to put right")
        librarian.fill("Your reply", "It was tied to closing the reading room.")
        librarian.press("Send my reply")
        librarian.sees("Your reply stands beside the record.")
        librarian.follow("Report on a sitting")
        librarian.fill("Your report", "We met all day.")
        librarian.press("Send my report")
        librarian.sees("We met all day.")

        member.sign_in(VOTER)
        member.go(address)
        member.sees("not kept", "It was tied to closing the reading room.", "We met all day.")
        assert member.page.get_by_role("link", name="Record what was done").count() == 0


def number_of_the_librarian(app) -> int:
    with app.app_context():
        return db.session.scalars(select(Membership.number).where(Membership.name == "Tomasz Nowak")).one()


def test_a_position_is_put_on_record_and_a_member_dissents_by_name(walking, serve_app, screen):
    cited = carry(serve_app)
    with walking("keeper", **screen) as secretary, walking("dissenter", **screen) as member:
        secretary.sign_in("secretary@pioneers.example")
        secretary.go("/pioneers/positions")
        secretary.follow("Put a position on record")
        secretary.pick("By which decision", cited)
        secretary.press("Put it on record")
        secretary.sees("The position is on record.", WORDS)
        address = secretary.page.url.removeprefix(secretary.address)
        member.sign_in(VOTER)
        member.go(address)
        member.follow("The decision and its counts")
        member.follow("It is an adopted position")
        member.follow("Have my dissent recorded")
        member.press("Record my dissent")
        member.sees("There is something to put right")
        member.fill("Why you disagree", "He is needed here.")
        member.press("Record my dissent")
        member.sees("He is needed here.", "Your dissent is recorded, and stands.")
        secretary.go("/pioneers/federation")
        secretary.sees("This organisation belongs to no federation on this server.")
        secretary.follow("We joined a federation")
        secretary.press("Put it on record")
        secretary.sees("There is something to put right")
