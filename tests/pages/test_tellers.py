"""Paper votes in the browser's hands: tellers appointed, papers asked for, entered twice, confirmed, told in the result."""

import subprocess
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from coop.extensions import db
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.services import ballots, organisations
from coop.transaction import writing
from tests.make import PASSWORD
from tests.teller_house import RULES

PEOPLE = ("Rita", "Tom", "Una", "Amina", "Ben", "Cem", "Dora")
HERE = "/pioneers/ballots/1"


@pytest.fixture
def people(make):
    """Rita returns; Tom and Una are to be tellers; the others vote. Each signs in with their own name."""
    coop = make.organisation(text=RULES)
    make.officer(coop, "returning_officer", "Rita", email="rita@pioneers.example", password=PASSWORD)
    for name in PEOPLE[1:]:
        more = {"postal_address": "7 Moor End\nRochdale"} if name == "Amina" else {}
        make.member(coop, name, email=f"{name.lower()}@pioneers.example", password=PASSWORD, **more)
    return coop


@pytest.fixture
def as_(client, people):
    """Sign somebody in instead of whoever is."""

    def sign_in(name):
        if client.page is not None:
            client.visit("/pioneers/")
            client.sign_out()
        client.sign_in(f"{name.lower()}@pioneers.example", PASSWORD)
        return client

    return sign_in


def opened(app, make, people, kind):
    now = datetime.now(UTC)
    with app.app_context(), writing():
        here = db.session.get(Organisation, people.id)
        officer = make.actor(db.session.query(Membership).filter_by(number=1).one())
        if kind == "motion":
            ballot = ballots.propose_motion(here, officer, now, title="Buy a mill", text="We buy the mill.")
        else:
            office = organisations.find_office(here, "treasurer")
            named = ballots.candidates_by_number(here, [(5, "I keep books."), (6, ""), (7, "")])
            ballot = ballots.set_up_election(here, officer, now, office=office, candidates=named)
        ballots.open_ballot(ballot, here, officer, now)


@pytest.fixture
def motion(app, make, people, as_, client):
    opened(app, make, people, "motion")
    appoint(as_)


@pytest.fixture
def election(app, make, people, as_, client):
    opened(app, make, people, "election")
    appoint(as_)


def appoint(as_):
    client = as_("Rita")
    client.visit(HERE)
    client.follow("Tellers")
    client.fill("Member numbers of the tellers", "2, 3")
    client.fill("Where papers are handed in or posted to", "The shop, 31 Toad Lane")
    assert "New tellers get a mail." in client.press("Appoint and save")


def enter(client, numbers, **counts):
    client.visit(f"{HERE}/telling")
    client.follow("Enter papers")
    client.choose("How did these papers come?", "By post, in two envelopes")
    client.fill("Member numbers of the voters", numbers)
    for label, many in counts.items():
        client.fill(label, many)
    return client.press("Enter")


def again(client, **counts):
    client.visit(f"{HERE}/telling/1")
    client.follow("Enter the papers again")
    for label, many in counts.items():
        client.fill(label, many)
    return client.press("Enter")


def test_the_returning_officer_appoints_two_tellers_who_find_their_page(motion, as_):
    client = as_("Tom")
    page = client.visit(HERE)
    page = client.follow("Paper votes, for the tellers")
    assert "You are a teller of this vote, with Una." in page
    assert "what arrives later is not entered" in page
    page = as_("Amina").visit(HERE)
    assert "Paper votes, for the tellers" not in page.links
    assert client.visit(f"{HERE}/telling", status=403)


@pytest.mark.parametrize(
    ("numbers", "status", "says"),
    [
        ("2", 409, "Papers are entered by two people. Appoint two tellers at least."),
        ("2 99", 409, "There is no member with the number 99. Look it up and try again."),
        ("2 two", 422, "“two” is not a member number."),
        ("2 2", 422, "Member 2 stands there twice."),
    ],
)
def test_tellers_wrongly_named_are_told_and_nothing_typed_is_lost(
    app, make, people, as_, numbers, status, says
):
    opened(app, make, people, "motion")
    client = as_("Rita")
    client.visit(f"{HERE}/tellers")
    client.fill("Member numbers of the tellers", numbers)
    client.fill("Where papers are handed in or posted to", "The shop")
    page = client.press("Appoint and save", status=status)
    assert page.errors == [says]
    assert (page.value("Member numbers of the tellers"), page.value("Where papers")) == (numbers, "The shop")


def test_a_teller_is_replaced_or_resigns(motion, as_):
    client = as_("Rita")
    client.visit(f"{HERE}/tellers")
    page = client.press("Replace Una")
    assert "Member 3 is no teller any more." in page
    client = as_("Tom")
    page = client.visit(f"{HERE}/telling")
    assert "You are the only teller of this vote." in page
    assert "Enter papers" not in page.links
    page = client.press("I can't be a teller")
    assert "You are no teller of this ballot any more." in page


def test_a_batch_from_the_first_entry_to_the_result(motion, as_):
    client = as_("Tom")
    page = enter(client, "4 5\n6", For="2", Against="1")
    assert "These members can't vote here any more." in page
    assert "Confirm: these votes count" not in page.buttons
    client = as_("Una")
    page = client.visit(f"{HERE}/telling/1")
    assert "Take the same papers and enter them again." in page
    assert "Against" not in page
    client.follow("Enter the papers again")
    assert client.page.value("For") == "0"
    page = again(client, For="3")
    assert "The two entries differ." in page
    assert "Against 1 0" in page
    client.follow("Correct my entry")
    assert client.page.value("For") == "3"
    client.fill("For", "2")
    client.fill("Against", "1")
    page = client.press("Enter")
    assert "Both entries agree" in page
    page = client.press("Confirm: these votes count")
    assert "Confirmed: these votes count." in page
    page = client.visit(f"{HERE}/telling/1")
    assert "What they say stands only in the count." in page
    assert "Against" not in page
    with time_machine.travel(datetime.now(UTC) + timedelta(days=10)):
        page = as_("Amina").visit(HERE)
        assert "2 for, 1 against" in page
        assert "Voted: 0 here, 3 by post. Tellers: Tom, Una." in page
        assert "You voted on paper." in page


def test_a_voter_whose_paper_is_in_reads_why_there_is_no_paper_here(motion, as_):
    enter(as_("Tom"), "4", For="1")
    client = as_("Amina")
    page = client.visit(HERE)
    assert "The tellers have your paper." in page
    assert "Cast my vote" not in page.buttons
    answer = client.post(f"{HERE}/vote", {"choice": "for"})
    assert answer.status_code == 409
    assert "Your paper vote was handed in on" in answer.text
    assert "Buy a mill On paper: the tellers have it." in client.visit("/pioneers/")


@pytest.mark.parametrize(
    ("numbers", "counts", "status", "says"),
    [
        ("4 5", {"For": "1"}, 409, "You entered 1 papers, 0 of them spoilt, for 2 voters."),
        ("4 99", {"For": "2"}, 409, "No member 99 is on the roll of this ballot."),
        ("4 4", {"For": "2"}, 422, "Member 4 stands there twice."),
        ("Ada", {"For": "1"}, 422, "“Ada” is not a member number."),
        ("", {"For": "1"}, 422, "Name the members whose papers these are."),
        ("4", {"For": "-1"}, 422, "Count from 0 to 100000 papers."),
        ("4", {"For": "one"}, 422, "Not a valid integer value."),
        ("4 " * 60_000, {"For": "1"}, 422, "This is too long. Enter the papers in several batches."),
    ],
)
def test_what_cannot_be_entered_is_told_and_nothing_typed_is_lost(motion, as_, numbers, counts, status, says):
    client = as_("Tom")
    client.visit(f"{HERE}/telling/new")
    client.choose("How did these papers come?", "Voted in the room")
    client.fill("Member numbers of the voters", numbers)
    for label, many in counts.items():
        client.fill(label, many)
    page = client.press("Enter", status=status)
    assert any(says in error for error in page.errors), page.errors
    assert page.value("Member numbers of the voters").strip() == numbers.strip()
    assert all(page.value(label) == many for label, many in counts.items())


def test_nobody_says_how_papers_came_but_the_teller(motion, as_):
    client = as_("Tom")
    client.visit(f"{HERE}/telling/new")
    client.fill("Member numbers of the voters", "4")
    page = client.press("Enter", status=422)
    assert "Say how these papers came." in page.errors


def test_voters_are_picked_from_the_roll_by_searches_that_lose_nobody(motion, as_):
    client = as_("Tom")
    client.visit(f"{HERE}/telling/new")
    client.choose("How did these papers come?", "Voted in the room")
    client.fill("Member numbers of the voters", "4")
    client.fill("For", "3")
    client.fill("Name or number", "ben")
    client.press("Find")
    client.tick("Ben 5")
    client.fill("Name or number", "cem")
    page = client.press("Find and add those ticked")
    assert page.value("Member numbers of the voters").split() == ["4", "5"]
    client.tick("Cem 6")
    page = client.press("Enter")
    assert all(name in page for name in ("Amina", "Ben", "Cem"))


def test_a_search_for_nobody_says_so(motion, as_):
    client = as_("Tom")
    client.visit(f"{HERE}/telling/new")
    client.fill("Name or number", "zz")
    assert "Nobody on the roll fits this search." in client.press("Find")


def test_papers_of_an_election_are_entered_line_by_line(election, as_):
    client = as_("Tom")
    client.visit(f"{HERE}/telling/new")
    client.choose("How did these papers come?", "Handed in on paper")
    client.fill("Member numbers of the voters", "4 5 6 7")
    client.fill("The papers, one a line", "2 × 1 2\n9")
    client.fill("Spoilt", "1")
    page = client.press("Enter", status=422)
    assert page.errors == ["Line 2: there is no candidate 9, the paper has 1 to 3."]
    client.fill("The papers, one a line", "2 × 1 2\n3")
    page = client.press("Enter")
    client = as_("Una")
    client.visit(f"{HERE}/telling/1/papers")
    client.fill("The papers, one a line", "1 2\n3 1\n1,2")
    client.fill("Spoilt", "1")
    page = client.press("Enter")
    assert "Dora, then Ben 0 1" in page
    client.follow("Correct my entry")
    assert client.page.value("The papers, one a line") == "2 × 1 2\n3 1"
    client.fill("The papers, one a line", "2 × 1 2\n3")
    page = client.press("Enter")
    assert "Ben, then Cem 2" in page
    client.press("Confirm: these votes count")
    with time_machine.travel(datetime.now(UTC) + timedelta(days=20)):
        page = as_("Amina").visit(HERE)
        assert "Elected: Ben." in page
        assert "1 paper was spoilt." in page


def test_a_batch_is_cancelled_and_its_voters_are_free(motion, as_):
    enter(as_("Tom"), "4", For="1")
    client = as_("Una")
    client.visit(f"{HERE}/telling/1")
    page = client.press("Cancel this batch")
    assert "Batch 1 is cancelled, and its voters are free again." in page
    page = as_("Amina").visit(HERE)
    assert "Cast my vote" in page.buttons


def test_what_changed_since_it_was_read_is_read_again(motion, as_):
    enter(as_("Tom"), "4", For="1")
    again(as_("Una"), For="1")
    client = as_("Una")
    page = client.visit(f"{HERE}/telling/1")
    answer = client.post(f"{HERE}/telling/1/confirm", {"edition": "another"})
    assert answer.status_code == 409
    assert "This batch was changed a moment ago." in answer.text
    assert "Confirmed" in client.press("Confirm: these votes count")
    assert page.status == 200


# Asking


def test_a_member_asks_for_a_paper_by_post_and_the_tellers_see_where_it_goes(motion, as_):
    client = as_("Amina")
    client.visit(HERE)
    client.follow("Can't or won't vote here? Ask a teller for a paper vote")
    page = client.press("Ask a teller for a paper vote", status=422)
    assert page.errors == ["Choose how you want to get the paper."]
    assert "7 Moor End Rochdale" in page
    client.choose("How do you want to get the paper?", "By post, to my address in the register")
    page = client.press("Ask a teller for a paper vote")
    assert "You asked for a paper by post." in page
    client = as_("Tom")
    page = client.visit(f"{HERE}/telling")
    assert "Amina 4" in page
    assert "7 Moor End" in page
    page = client.press("Given or posted Amina")
    assert "has the paper" in page
    client = as_("Amina")
    page = client.visit(f"{HERE}/paper-vote")
    assert "a teller gave it out on" in page
    page = client.press("I no longer want a paper")
    assert "You no longer ask for a paper." in page


def test_who_has_no_address_or_has_voted_is_told_why_not(motion, as_):
    client = as_("Ben")
    client.visit(f"{HERE}/paper-vote")
    client.choose("How do you want to get the paper?", "By post, to my address in the register")
    page = client.press("Ask a teller for a paper vote", status=409)
    assert "We have no postal address of you." in page.errors[0]
    client.visit(HERE)
    client.choose("Your vote", "For")
    client.press("Cast my vote")
    assert "Ask a teller" not in client.page
    page = client.visit(f"{HERE}/paper-vote")
    assert "You have voted here already." in page


def test_papers_are_printed_for_the_room_and_with_the_envelope_for_who_asked(motion, as_):
    client = as_("Amina")
    assert client.get(f"{HERE}/paper-vote.pdf").status_code == 404
    client.visit(f"{HERE}/paper-vote")
    client.choose("How do you want to get the paper?", "I get it from a teller, or print it myself")
    client.press("Ask a teller for a paper vote")
    own = client.get(f"{HERE}/paper-vote.pdf")
    assert own.data.startswith(b"%PDF-")
    assert client.get(f"{HERE}/telling/requests/4.pdf").status_code == 403
    client = as_("Tom")
    assert client.get(f"{HERE}/telling/requests/4.pdf").data == own.data
    assert client.get(f"{HERE}/telling/requests/5.pdf").status_code == 404
    blank = client.get(f"{HERE}/telling/paper.pdf").data
    assert words_of(blank).count("Ballot paper") == 1
    assert "Amina" not in words_of(blank)
    first, second = pages_of(own.data)
    assert "Amina" not in first
    assert "From member 4, Amina" in second
    assert "The shop, 31 Toad Lane" in second


def pages_of(data):
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=data, capture_output=True, check=True)
    return [page for page in done.stdout.decode().split("\f") if page.strip()]


def words_of(data):
    return "\n".join(pages_of(data))


# After closing


def test_after_closing_the_result_waits_for_the_tellers_to_say_that_no_paper_is_left(motion, as_):
    with time_machine.travel(datetime.now(UTC) + timedelta(days=7, hours=2)):
        page = as_("Amina").visit(HERE)
        assert "the votes are counted when they are done, at the latest on" in page
        for name in ("Tom", "Una"):
            client = as_(name)
            client.visit(f"{HERE}/telling")
            page = client.press("No paper is left")
            assert "You have said that no paper is left." in page
        assert "Lost" in client.visit(HERE)
        assert "The votes are counted. Nothing more can be entered." in client.visit(f"{HERE}/telling")


# Roll-call


def test_a_roll_call_goes_by_name_is_read_back_and_confirmed(motion, as_):
    client = as_("Tom")
    client.visit(f"{HERE}/telling")
    page = client.follow("Call the roll")
    assert "7 still to call" in page
    assert "Amina 4" in page
    page = client.press("For")
    assert "Ben 5" in page
    client.press("Absent")
    client.fill("Call somebody else, by name or number", "dora")
    client.press("Search")
    client.follow("Dora")
    page = client.press("Against")
    assert "For 1, Against 1, Abstain 0, Absent 1" in page
    client.follow("Dora 7")
    page = client.press("Abstain")
    assert "For 1, Against 0, Abstain 1, Absent 1" in page
    client = as_("Una")
    page = client.visit(f"{HERE}/telling/1")
    assert "For 1, Against 0, Abstain 1, absent 1" in page
    client.press("Confirm: these votes count")
    page = as_("Amina").visit(HERE)
    assert "Your vote was called out in a roll-call." in page
    assert "You voted: For." in page
    with time_machine.travel(datetime.now(UTC) + timedelta(days=10)):
        page = as_("Ben").visit(HERE)
        assert "Amina 4 For called out" in page
        assert "Voted: 0 here, 2 called out. Tellers: Tom, Una." in page


def test_nothing_said_or_nobody_called_is_told(motion, as_):
    client = as_("Tom")
    client.visit(f"{HERE}/telling/roll-call")
    for data in ({}, {"member": "4"}, {"member": "4", "says": "perhaps"}, {"member": "x", "says": "for"}):
        answer = client.post(f"{HERE}/telling/roll-call", data)
        assert answer.status_code in (409, 422)
    assert "Call each name" in client.visit(f"{HERE}/telling/roll-call")


def test_an_election_has_no_roll_call_page(election, as_):
    assert as_("Tom").get(f"{HERE}/telling/roll-call").status_code == 404
