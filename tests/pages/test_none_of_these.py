"""“None of these” on the paper: offered where the constitution has it, never marked beforehand, never lost."""

from datetime import UTC, datetime, timedelta

import pytest

from coop.extensions import db
from coop.models.organisations import Organisation
from coop.services import ballots, members, organisations, tellers
from tests.make import PASSWORD

PAPERS = [
    pytest.param("plurality", "Your vote", "Ben", "You marked: Ben", id="one choice"),
    pytest.param("irv", "Ben", "1", "You ranked: Ben", id="ranking"),
    pytest.param("approval", "Your vote", "Ben", "You marked: Ben", id="approval"),
    pytest.param("star", "Ben", "5", "Your scores: Ben: 5", id="scores"),
]
NONE = "None of these"
BOTH = "You marked candidates and “None of these”. Take away the one or the other, then cast your vote."
RULE = "Voters may vote for none of these (article 2): that counts for the quorum and elects nobody."
HERE = "/pioneers/ballots/1"


@pytest.fixture
def election(client, make):
    """Draft an election of Ada, Ben and Cem by a method, open it, and sign Ada in."""

    def build(method, *, none=True, opened=None, votes=(), opens=True):
        article = '2. One may vote for [nobody]{provision="election.none_of_these" value="yes"}.'
        text = f'1. Papers are counted by [a method]{{provision="election.method" value="{method}"}}.'
        organisation = make.organisation(text=f"{text}\n\n{article if none else ''}")
        make.officer(
            organisation, "returning_officer", "Rita", email="rita@pioneers.example", password=PASSWORD
        )
        for name in ("Ada", "Ben", "Cem", "Tom", "Una"):
            make.member(organisation, name, email=f"{name.lower()}@pioneers.example", password=PASSWORD)
        opened = opened or datetime.now(UTC)
        with make.scope():
            here = db.session.get(Organisation, organisation.id)
            rita, *voters = [make.actor(members.find(here, number)) for number in (1, 2, 3, 4)]
            people = ballots.candidates_by_number(here, [(2, ""), (3, ""), (4, "")])
            office = organisations.find_office(here, "treasurer")
            ballot = ballots.set_up_election(here, rita, opened, office=office, candidates=people)
            if opens:
                ballots.open_ballot(ballot, here, rita, opened)
            for voter, choice in zip(voters, votes, strict=False):
                ballots.cast_vote(ballot, voter, choice, opened)
        client.sign_in("ada@pioneers.example" if opens else "rita@pioneers.example", PASSWORD)

    return build


def mark(client, label, value):
    if label == "Your vote":
        client.choose(label, value)
    else:
        client.fill(label, value)


def mark_none(client, method, *, on=True):
    if method != "plurality":
        client.tick(NONE, on=on)
    elif on:
        client.choose("Your vote", NONE)


def marked(page):
    """What is marked on the paper before anybody touches it."""
    inputs = [e.get("value") for e in page.markup.all("input") if e.get("checked") is not None]
    options = [e.get("value") for e in page.markup.all("option") if e.get("selected") is not None]
    return inputs + [value for value in options if value]


@pytest.mark.parametrize(("method", "label", "value", "says"), PAPERS)
def test_it_is_cast_shown_again_and_changed(client, election, method, label, value, says):
    election(method)
    page = client.visit(HERE)
    assert RULE in page
    assert marked(page) == []
    assert client.press("Cast my vote", status=422).errors[0].endswith("Or mark “None of these”.")
    mark_none(client, method)
    page = client.press("Cast my vote")
    assert "Your vote is recorded. You voted for none of these." in page
    assert marked(page) == ["none"], "the paper shows what was cast, to change it"
    mark_none(client, method, on=False)
    mark(client, label, value)
    page = client.press("Change my vote")
    assert says in page
    assert len(marked(page)) == 1
    mark_none(client, method)
    if method != "plurality":
        page = client.press("Change my vote", status=422)
        assert page.errors == [BOTH]
        assert len(marked(page)) == 2, "nothing marked is lost"
        assert says in client.visit(HERE), "what was cast before still counts"


@pytest.mark.parametrize(("method", "label", "value", "says"), PAPERS)
def test_without_an_article_the_paper_has_it_not(client, election, method, label, value, says):
    election(method, none=False)
    page = client.visit(HERE)
    assert NONE not in page
    assert "none of these" not in page
    [said] = client.press("Cast my vote", status=422).errors
    assert said.startswith("Choose first: ")
    assert NONE not in said
    sent = {"none": "none", "marked": "none", "voter": "pioneers/2"}
    assert client.post(f"{HERE}/rank", sent).status_code == 422
    mark(client, label, value)
    assert says in client.press("Cast my vote")


def test_the_returning_officer_tries_it_before_opening(client, election):
    election("irv", opens=False)
    page = client.visit(f"{HERE}/check")
    assert page.field(NONE) is not None
    assert RULE in page


def test_the_result_tells_how_many_voted_so(client, election):
    election("irv", opened=datetime.now(UTC) - timedelta(days=30), votes=[[2], [], [2]])
    page = client.visit(HERE)
    assert "3 of 6 members voted, 1 of them for none of these." in page
    assert "You took part." in page


def sign_in_instead(client, name):
    client.visit("/pioneers/")
    client.sign_out()
    client.sign_in(f"{name}@pioneers.example", PASSWORD)


def test_tellers_enter_those_papers_in_a_field_of_their_own(client, make, election):
    election("irv")
    with make.scope():
        here = db.session.scalar(db.select(Organisation).filter_by(slug="pioneers"))
        rita = make.actor(members.find(here, 1))
        where = {"numbers": [5, 6], "papers_to": "The shop"}
        tellers.appoint(ballots.find(here, 1), here, rita, datetime.now(UTC), **where)
    sign_in_instead(client, "tom")
    client.visit(f"{HERE}/telling/new")
    client.choose("How did these papers come?", "Voted in the room")
    client.fill("Member numbers of the voters", "1 4")
    client.fill(NONE, "1")
    client.fill("The papers, one a line", "2 1")
    page = client.press("Enter")
    assert "Entered." in page
    client.follow("Correct my entry")
    assert (client.page.value(NONE), client.page.value("The papers, one a line")) == ("1", "2 1")
    sign_in_instead(client, "una")
    client.visit(f"{HERE}/telling/1/papers")
    client.fill(NONE, "2")
    page = client.press("Enter")
    assert f"{NONE} 1 2" in page
    client.follow("Correct my entry")
    client.fill(NONE, "1")
    client.fill("The papers, one a line", "2 1")
    page = client.press("Enter")
    assert f"{NONE} 1" in page
    client.press("Confirm: these votes count")
    assert client.visit(f"{HERE}/telling/paper.pdf").data.startswith(b"%PDF")
