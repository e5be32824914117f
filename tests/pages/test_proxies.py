"""Proxies on the pages: named by number or name, declined, taken back, and one paper for each vote."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from coop.extensions import db
from coop.models.organisations import Organisation
from coop.services import ballots, organisations
from coop.transaction import writing
from tests.make import PASSWORD
from tests.proxy_house import rules

PEOPLE = ("Rita Roe", "Amina Diallo", "Ben Poe", "Cem Aydin")
BALLOT = "/pioneers/ballots/1"


@pytest.fixture
def people(make):
    """Rita returns, the others are members 2 to 4; each signs in with their first name."""
    coop = make.organisation(text=rules())
    rita = make.officer(
        coop, "returning_officer", PEOPLE[0], email="rita@pioneers.example", password=PASSWORD
    )
    return (
        coop,
        rita,
        [
            make.member(coop, name, email=f"{name.split()[0].lower()}@pioneers.example", password=PASSWORD)
            for name in PEOPLE[1:]
        ],
    )


@pytest.fixture
def voting(app, people, make):
    """Open a motion, or the election that `build` drafts, now and outside any page."""

    def open_it(build=None):
        coop, officer, _members = people
        rita = make.actor(officer)
        now = datetime.now(UTC)
        with app.app_context(), writing():
            here = db.session.get(Organisation, coop.id)
            if build:
                office = organisations.find_office(here, "treasurer")
                draft = ballots.set_up_election(
                    here,
                    rita,
                    now,
                    office=office,
                    candidates=ballots.candidates_by_number(here, [(2, ""), (3, "")]),
                )
            else:
                draft = ballots.propose_motion(here, rita, now, title="Buy a mill", text="We buy it.")
            ballots.open_ballot(draft, here, rita, now)

    return open_it


@pytest.fixture
def as_(client, people):
    def sign_in(name):
        client.sign_out()
        client.sign_in(f"{name.lower()}@pioneers.example", PASSWORD)
        return client

    client.sign_in("rita@pioneers.example", PASSWORD)
    return sign_in


def gives(client, number):
    client.visit(f"{BALLOT}/proxy")
    client.fill("Member number", str(number))
    return client.press("Name as my proxy")


def test_a_proxy_is_named_by_number_and_votes_for_both(people, voting, client, as_):
    voting()
    as_("ben").visit(BALLOT)
    client.follow("Let another member vote for you")
    client.fill("Member number", "2")
    page = client.press("Name as my proxy")
    assert "Member 2 may vote for you, and gets a mail if mail reaches them." in page
    assert "Amina Diallo (2) may vote for you, and has not done it yet." in page
    assert "Amina Diallo (2) may vote for you" in client.visit(BALLOT)

    page = as_("amina").visit(BALLOT)
    assert "You vote for" in page
    client.choose("Your vote", "For")
    assert "Your vote is recorded. You voted: For." in client.press("Cast my vote")
    page = client.follow("Ben Poe")
    assert "The vote of Ben Poe" in page
    client.choose("Vote", "Against")
    page = client.press("Cast the vote of Ben Poe")
    assert "The vote of Ben Poe is recorded. You voted: Against." in page
    assert "Change the vote of Ben Poe" in page

    page = as_("ben").visit(BALLOT)
    assert "Amina Diallo has voted for you. The vote: Against." in page
    client.choose("Your vote", "For")
    page = client.press("Cast my own vote")
    assert "Your vote is recorded. You voted: For." in page
    page = as_("amina").visit(f"{BALLOT}?for=3")
    assert "You hold no proxy of member 3 now. They may have voted themselves, or taken it back." in page
    assert "Cast" not in page
    with time_machine.travel(datetime.now(UTC) + timedelta(days=8)):
        assert "2 for, 0 against" in as_("amina").visit(BALLOT)


def test_an_open_result_shows_by_whose_hand(people, voting, client, as_):
    voting()
    gives(as_("ben"), 2)
    as_("amina").visit(f"{BALLOT}?for=3")
    client.choose("Vote", "For")
    client.press("Cast the vote of Ben Poe")
    with time_machine.travel(datetime.now(UTC) + timedelta(days=8)):
        assert "by proxy: Amina Diallo" in as_("cem").visit(BALLOT)
        assert "Amina Diallo voted for you: For." in as_("ben").visit(BALLOT)


def test_a_holder_is_found_by_name(people, voting, client, as_):
    voting()
    as_("ben").visit(f"{BALLOT}/proxy")
    client.fill("Name, at least three letters", "dia")
    page = client.press("Find")
    assert "Amina Diallo" in page
    answer = client.post(f"{BALLOT}/proxy", {"csrf_token": client.token(), "member": "2"})
    assert answer.status_code == 302
    client.visit(f"{BALLOT}/proxy")
    client.press("Take it back")
    client.fill("Name, at least three letters", "zzz")
    assert "Nobody who can vote on this has a name that begins so." in client.press("Find")


@pytest.mark.parametrize(
    ("typed", "status", "says"),
    [
        ("", 422, "Give the number of the member who shall vote for you."),
        ("amina", 422, "A member number has digits only, such as 12."),
        ("3", 409, "That is your own number. Give the number of another member."),
        ("4711", 409, "There is no member with the number 4711. Look it up and try again."),
    ],
)
def test_a_bad_number_is_refused_in_a_sentence_and_comes_back(
    people, voting, client, as_, typed, status, says
):
    voting()
    as_("ben").visit(f"{BALLOT}/proxy")
    client.fill("Member number", typed)
    page = client.press("Name as my proxy", status=status)
    assert page.errors == [says]
    assert page.value("Member number") == typed


def test_over_the_limit_the_article_is_named(people, voting, client, as_, make):
    coop, *_rest = people
    make.member(coop, "Dora Lee", email="dora@pioneers.example", password=PASSWORD)
    voting()
    gives(as_("ben"), 2)
    gives(as_("cem"), 2)
    as_("dora").visit(f"{BALLOT}/proxy")
    client.fill("Member number", "2")
    page = client.press("Name as my proxy", status=409)
    [error] = page.errors
    assert error.startswith("Member 2 stands for as many as may be.")
    assert "One member may stand for 2 others at most (article 5)." in error


def test_the_holder_declines_and_the_giver_reads_it(people, voting, client, as_):
    voting()
    gives(as_("ben"), 2)
    as_("amina").visit(f"{BALLOT}/proxy")
    assert "You do not vote for member 3." in client.press("Decline")
    assert "Amina Diallo (2) does not vote for you." in as_("ben").visit(BALLOT)
    assert "Amina Diallo (2) does not vote for you." in client.visit(f"{BALLOT}/proxy")


def test_a_proxy_is_taken_back(people, voting, client, as_):
    voting()
    gives(as_("ben"), 2)
    client.visit(f"{BALLOT}/proxy")
    assert "Nobody votes for you any more." in client.press("Take it back")
    page = as_("amina").visit(BALLOT)
    assert "You vote for" not in page


def test_a_paper_sent_for_who_took_it_back_is_no_paper_of_ones_own(people, voting, client, as_):
    voting()
    gives(as_("ben"), 2)
    as_("amina").visit(f"{BALLOT}?for=3")
    token = client.token()
    as_("ben").visit(f"{BALLOT}/proxy")
    client.press("Take it back")
    as_("amina").visit(BALLOT)
    answer = client.post(f"{BALLOT}/vote", {"csrf_token": client.token(), "choice": "for", "for": "3"})
    assert answer.status_code == 409
    text = answer.get_data(as_text=True)
    assert "They may have voted themselves, or taken it back" in text
    assert "checked" not in text
    assert token
    assert "You voted" not in client.visit(BALLOT)


@pytest.mark.parametrize("whose", ["abc", "-3", "", "3x", "99999999999999999999", "٣"])
def test_what_cannot_be_read_is_never_taken_for_ones_own_vote(people, voting, client, as_, whose):
    voting()
    as_("amina").visit(BALLOT)
    answer = client.post(f"{BALLOT}/vote", {"csrf_token": client.token(), "choice": "for", "for": whose})
    assert answer.status_code == 404
    assert client.get(f"{BALLOT}?for={whose}").status_code == 404
    assert "You voted" not in client.visit(BALLOT)


def test_nobody_votes_for_who_did_not_ask_them(people, voting, client, as_):
    voting()
    as_("amina").visit(BALLOT)
    for number, status in ((3, 409), (4711, 404)):
        answer = client.post(
            f"{BALLOT}/vote", {"csrf_token": client.token(), "choice": "for", "for": str(number)}
        )
        assert answer.status_code == status


def test_an_election_is_ranked_for_another_without_javascript(people, voting, client, as_):
    voting(build="election")
    gives(as_("cem"), 2)
    as_("amina").visit(f"{BALLOT}?for=4")
    client.fill("Ben Poe", "1")
    client.fill("Amina Diallo", "2")
    page = client.press("Cast the vote of Cem Aydin")
    assert "The vote of Cem Aydin is recorded." in page
    assert "Your vote is recorded" not in client.visit(BALLOT)
    assert "Amina Diallo has voted for you. The paper:" in as_("cem").visit(BALLOT)


def test_only_the_officer_reads_the_list(people, voting, client, as_):
    voting()
    gives(as_("ben"), 2)
    assert client.get(f"{BALLOT}/proxies").status_code == 403
    as_("rita").visit(BALLOT)
    page = client.follow("Proxies")
    assert "Ben Poe" in page
    assert "Amina Diallo" in page
    assert "stands" in page


def test_where_no_article_allows_them_nothing_is_offered(make, client, now):
    coop = make.organisation()
    officer = make.officer(
        coop, "returning_officer", "Rita", email="rita@pioneers.example", password=PASSWORD
    )
    client.sign_in("rita@pioneers.example", PASSWORD)
    with client.app.app_context(), writing():
        here = db.session.get(Organisation, coop.id)
        real = datetime.now(UTC)
        draft = ballots.propose_motion(here, make.actor(officer), real, title="A mill", text="We buy it.")
        ballots.open_ballot(draft, here, make.actor(officer), real)
    assert "Let another member vote for you" not in client.visit(BALLOT)
    assert "The constitution allows no proxies." in client.visit(f"{BALLOT}/proxy")
