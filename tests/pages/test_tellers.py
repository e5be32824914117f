"""Tellers in the browser's hands: appointed, entering the same pile twice, confirming, and told in the result."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.teller_people import HERE, again, enter, opened


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
    assert "Buy a mill The tellers have your vote." in client.visit("/pioneers/")


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
