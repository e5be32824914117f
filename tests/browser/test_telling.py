"""Votes by post on a phone: two tellers, a mistake between them, a struck voter who tries here, and the result."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from playwright.sync_api import expect
from sqlalchemy import select

from coop.extensions import db
from coop.models.accounts import Person
from coop.models.members import Holder, Membership
from coop.models.organisations import Organisation
from tests.browser.test_voting import AFTER_CLOSING, open_a_motion
from tests.loaded import app_in

pytestmark = pytest.mark.browser
TITLE = "Open on Thursday evenings"
PHONES = [
    pytest.param({"width": 375}, id="phone"),
    pytest.param({"width": 375, "scripts": False}, id="without scripts"),
]


@pytest.fixture
def numbers(tmp_path, serve):
    """The member numbers of those who sign in, by the first word of their address."""
    with app_in(tmp_path / "instance", serve).app_context():
        rows = db.session.execute(
            select(Person.email, Membership.number)
            .join(Holder, Holder.person_id == Person.id)
            .join(Membership, Membership.id == Holder.membership_id)
            .join(Organisation, Organisation.id == Membership.organisation_id)
            .where(Organisation.slug == "pioneers")
        ).all()
        db.session.remove()
        db.engine.dispose()
    return {email.split("@")[0]: number for email, number in rows}


def appoint(officer, numbers):
    officer.follow("Tellers")
    officer.fill("Member numbers of the tellers", str(numbers["librarian"]))
    officer.fill("Where papers are handed in or posted to", "The shop, 31 Toad Lane")
    officer.press("Appoint and save")
    officer.sees("Papers are entered by two people. Appoint two tellers at least.")
    officer.fill("Member numbers of the tellers", f"{numbers['librarian']} {numbers['treasurer']}")
    officer.press("Appoint and save")
    officer.sees("New tellers get a mail.")


def ask_for_a_paper(voter):
    voter.follow("Can't or won't vote here?")
    voter.tick("I get it from a teller, or print it myself")
    voter.press("Ask a teller for a paper vote")
    voter.sees("You asked for a paper.", "Print it yourself (PDF)")
    with voter.page.expect_download() as fetched:
        voter.page.get_by_role("link", name="Print it yourself (PDF)").click()
    assert fetched.value.path().read_bytes().startswith(b"%PDF-")


def enter_a_pile(teller, voters):
    teller.follow("Paper votes, for the tellers")
    teller.sees("waits for it")
    teller.follow("Enter papers")
    teller.tick("By post, in two envelopes")
    teller.fill("Member numbers of the voters", voters)
    teller.fill("For", "2")
    teller.press("Enter")
    teller.sees("You entered 2 papers, 0 of them spoilt, for 3 voters.")
    expect(teller.page.get_by_label("By post, in two envelopes")).to_be_checked()
    teller.fill("Against", "1")
    teller.page.get_by_role("button", name="Enter", exact=True).click()
    teller.look()
    teller.sees("These members can't vote here any more.")


def enter_it_again_wrongly_and_rightly(teller):
    teller.follow("Paper votes, for the tellers")
    teller.follow("Batch 1, by post")
    teller.follow("Enter the papers again")
    expect(teller.page.get_by_label("For", exact=True)).to_have_value("0")
    teller.fill("For", "3")
    teller.page.get_by_role("button", name="Enter", exact=True).click()
    teller.look()
    teller.sees("The two entries differ.")
    teller.follow("Correct my entry")
    teller.fill("For", "2")
    teller.fill("Against", "1")
    teller.page.get_by_role("button", name="Enter", exact=True).click()
    teller.look()
    teller.sees("Both entries agree")
    teller.press("Confirm: these votes count")
    teller.sees("Confirmed: these votes count.")
    teller.follow("Batch 1, by post")


@pytest.mark.parametrize("phone", PHONES)
def test_two_tellers_enter_votes_by_post_and_whoever_is_struck_votes_once(walking, numbers, phone):
    with (
        walking("returning", **phone) as officer,
        walking("librarian", **phone) as first,
        walking("treasurer", **phone) as second,
        walking("voter", **phone) as voter,
    ):
        open_a_motion(officer, TITLE)
        ballot = officer.page.url.removeprefix(officer.address)
        appoint(officer, numbers)

        voter.sign_in("member@pioneers.example")
        voter.go(ballot)
        ask_for_a_paper(voter)

        first.sign_in("librarian@pioneers.example")
        first.go(ballot)
        enter_a_pile(first, f"{numbers['member']} {numbers['secretary']}\n{numbers['chair']}")

        with walking("struck", **phone) as struck:
            struck.sign_in("member@pioneers.example")
            struck.sees("The tellers have your vote.")
            struck.go(ballot)
            struck.sees("The tellers have your paper.", "the tellers struck you from the electronic roll")
            expect(struck.page.get_by_role("button", name="Cast my vote")).to_have_count(0)

        second.sign_in("treasurer@pioneers.example")
        second.go(ballot)
        enter_it_again_wrongly_and_rightly(second)
        officer.go(f"{ballot}/tellers")
        officer.sees("confirmed")

        with time_machine.travel(datetime.now(UTC) + timedelta(days=30, hours=2)):
            with walking("closed", **phone) as waiting:
                waiting.sign_in("member@pioneers.example")
                waiting.go(ballot)
                waiting.sees("The tellers enter the papers that came in time")
            first.go(f"{ballot}/telling")
            first.press("No paper is left")

        with time_machine.travel(datetime.now(UTC) + AFTER_CLOSING), walking("result", **phone) as reader:
            reader.sign_in("member@pioneers.example")
            reader.go(ballot)
            reader.sees("2 for, 1 against", "Voted: 0 here, 3 by post.", "You voted on paper.")


def test_a_roll_call_on_a_phone_is_recorded_by_one_and_confirmed_by_another(walking, numbers):
    with (
        walking("roll-returning", width=375) as officer,
        walking("roll-librarian", width=375) as first,
        walking("roll-treasurer", width=375) as second,
        walking("roll-voter", width=375) as voter,
    ):
        open_a_motion(officer, TITLE)
        ballot = officer.page.url.removeprefix(officer.address)
        appoint(officer, numbers)
        first.sign_in("librarian@pioneers.example")
        first.go(f"{ballot}/telling")
        first.follow("Call the roll")
        first.press("For")
        first.press("Against")
        first.press("Absent")
        first.page.get_by_label("Call somebody else, by name or number").fill(str(numbers["member"]))
        first.press("Search")
        first.page.get_by_role("listitem").get_by_role("link").first.click()
        first.press("For")
        first.sees("For 2, Against 0, Abstain 0, Absent 1")
        second.sign_in("treasurer@pioneers.example")
        second.go(f"{ballot}/telling")
        second.follow("Batch 1, called out")
        second.sees("Read it back", "For 2, Against 0, Abstain 0")
        second.press("Confirm: these votes count")
        voter.sign_in("member@pioneers.example")
        voter.go(ballot)
        voter.sees("You voted: For.", "Your vote was called out in a roll-call.")
