"""Votes on paper beside the tellers' piles: asked for, printed, waited for after closing, and called out by name."""

import subprocess
from datetime import UTC, datetime, timedelta

import time_machine

from tests.teller_people import HERE


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
