"""The paper of every method in the browser's hands: marked, sent, shown again, changed, and counted."""

from datetime import UTC, datetime, timedelta

import pytest

from coop.extensions import db
from coop.models.organisations import Organisation
from coop.services import ballots, organisations
from tests.make import PASSWORD
from tests.pages.checks import said


@pytest.fixture
def election_by(client, make):
    """Open an election of Ada, Ben and Cem by a method, at a time; sign Ada in; give its address."""

    def build(method, opened=None, votes=()):
        opened = opened or datetime.now(UTC)
        coop = make.organisation(
            text=f'1. Papers are counted by [a method]{{provision="election.method" value="{method}"}}.'
        )
        officer = make.officer(coop, "returning_officer", "Rita")
        people = [
            make.member(coop, name, email=f"{name.lower()}@pioneers.example", password=PASSWORD)
            for name in ("Ada", "Ben", "Cem")
        ]
        with make.scope():
            here, rita = db.session.get(Organisation, coop.id), make.actor(officer)
            office = organisations.find_office(here, "treasurer")
            candidates = ballots.candidates_by_number(here, [(one.number, "I would.") for one in people])
            ballot = ballots.set_up_election(here, rita, opened, office=office, candidates=candidates)
            ballots.open_ballot(ballot, here, rita, opened)
            for voter, choice in zip(people, votes, strict=False):
                ballots.cast_vote(ballot, make.actor(voter), choice, opened)
            number = ballot.number
        client.sign_in("ada@pioneers.example", PASSWORD)
        return f"/pioneers/ballots/{number}"

    return build


def test_one_candidate_is_marked_by_a_large_button(client, election_by):
    address = election_by("plurality")
    page = client.visit(address)
    assert "Mark one candidate." in page
    page = client.press("Cast my vote", status=422)
    assert page.errors == ["Choose first: mark a candidate."]
    client.choose("Your vote", "Ben")
    page = client.press("Cast my vote")
    assert "Your vote is recorded. You marked: Ben" in page
    client.choose("Your vote", "Cem")
    assert "You marked: Cem" in client.press("Change my vote")


def test_everybody_one_would_be_content_with_is_ticked(client, election_by):
    address = election_by("approval")
    client.visit(address)
    assert client.press("Cast my vote", status=422).errors == [
        "Choose first: mark everybody you would be content with."
    ]
    client.choose("Your vote", "Ben")
    client.choose("Your vote", "Cem")
    page = client.press("Cast my vote")
    assert "You marked: Ben Cem" in page


def test_candidates_are_scored_and_those_left_out_get_none(client, election_by):
    address = election_by("star")
    client.visit(address)
    page = client.press("Cast my vote", status=422)
    assert page.errors == ["Choose first: give at least one candidate a score."]
    client.fill("Ada", "0")
    client.fill("Cem", "5")
    page = client.press("Cast my vote")
    assert "Your scores: Ada: 0 Cem: 5" in page
    assert (page.value("Ada"), page.value("Ben"), page.value("Cem")) == ("0", "", "5")


def test_only_where_it_is_true_the_paper_says_that_a_later_place_harms_nobody(client, election_by):
    address = election_by("schulze")
    page = client.visit(address)
    assert "whoever has no place comes after those who have one" in page
    assert "never harms" not in page


def test_the_result_of_a_comparison_shows_every_pair(client, election_by):
    opened = datetime.now(UTC) - timedelta(days=30)
    page = client.visit(election_by("ranked-pairs", opened, [[2, 1], [2, 3], [3, 2]]))
    assert "Elected" in page
    assert "How many papers put the one of the row before the one of the column" in page
    row = next(said(line) for line in page.markup.all("tr") if said(line).startswith("Ben"))
    assert row.split() == ["Ben", "3", "–", "2"]
