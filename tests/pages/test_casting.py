"""A vote is recorded, or the page says that it isn't counted; what was marked is never lost, and nothing is jargon."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from coop.extensions import db
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.services import ballots, organisations
from tests.make import PASSWORD
from tests.pages.checks import said

# Words that make voters doubt what happened, or that only the program's makers know.
JARGON = re.compile(
    r"\b(\w*crypt\w*|tokens?|hash\w*|blind\w*|ballot box\w*|sha\d*|signatures?|keys?|seed|salt|serial|json|csrf"
    r"|cookies?|sessions?|javascript|submit\w*|ranked[- ]choice|uuid|http\w*|errors?|invalid)\b",
    re.IGNORECASE,
)


@pytest.fixture
def paper(client, make):
    """Open a ballot of a method, or a motion, to Ada, Ben and Cem; sign Ada in; give its address."""

    def build(method="", secrecy="open", opened=None):
        opened = opened or datetime.now(UTC)
        coop = make.organisation(
            text=f'1. Papers are counted by [a method]{{provision="election.method" value="{method or "irv"}"}}.\n\n'
            f'2. Motions are [{secrecy}]{{provision="ballot.secrecy" value="{secrecy}"}}.'
        )
        officer = make.officer(coop, "returning_officer", "Rita")
        people = [
            make.member(coop, name, email=f"{name.lower()}@pioneers.example", password=PASSWORD)
            for name in ("Ada", "Ben", "Cem")
        ]
        with make.scope():
            here, rita = db.session.get(Organisation, coop.id), make.actor(officer)
            if method:
                office = organisations.find_office(here, "treasurer")
                candidates = ballots.candidates_by_number(here, [(one.number, "I would.") for one in people])
                ballot = ballots.set_up_election(here, rita, opened, office=office, candidates=candidates)
            else:
                ballot = ballots.propose_motion(here, rita, opened, title="Buy a mill", text="We buy it.")
            ballots.open_ballot(ballot, here, rita, opened)
            number = ballot.number
        client.sign_in("ada@pioneers.example", PASSWORD)
        return f"/pioneers/ballots/{number}"

    return build


def sign_in_elsewhere(client, name):
    """In another tab of the same browser."""
    page = client.page
    client.sign_in(f"{name}@pioneers.example", PASSWORD)
    client.page = page


PAPERS = [
    pytest.param("", "open", id="an open motion"),
    pytest.param("", "private", id="a private motion"),
    *(pytest.param(method, "open", id=method) for method in ("irv", "plurality", "approval", "score")),
]


@pytest.mark.parametrize(("method", "secrecy"), PAPERS)
def test_before_casting_the_paper_speaks_no_jargon_and_says_until_when_a_vote_can_be_changed(
    client, paper, method, secrecy
):
    page = client.visit(paper(method, secrecy))
    assert "You can change your vote until" in page
    shown = said(*page.markup.all("main")) + " ".join(
        value for e in page.markup.all() for name, value in e.attrib.items() if name.startswith("data-say")
    )
    assert JARGON.findall(shown) == []


def test_the_list_of_jargon_finds_what_confused_voters():
    assert JARGON.findall("Your vote is encrypted and put into the ballot box") == ["encrypted", "ballot box"]


def test_after_casting_the_page_says_what_is_recorded_when_it_counts_and_until_when_it_can_be_changed(
    client, paper
):
    client.visit(paper())
    client.choose("Your vote", "For")
    page = client.press("Cast my vote")
    recorded = next(said(e) for e in page.markup.all("div") if "recorded" in (e.get("class") or ""))
    assert re.fullmatch(
        r"Your vote is recorded\. You voted: For\. It counts when voting closes, .+ \(UTC\)\. "
        r"Until then you can change it below\.",
        recorded,
    )


def test_a_session_that_ended_loses_no_mark_without_javascript(client, paper):
    address = paper("irv")
    client.visit(address)
    client.fill("Ben", "1")
    client.fill("Cem", "2")
    client.http.delete_cookie("coop")
    page = client.press("Cast my vote", status=409)
    assert page.h1 == "Not counted yet"
    assert "You are no longer signed in, so your vote did not arrive." in page
    assert page.links["Sign in"] == f"/sign-in?next={address}"
    sign_in_elsewhere(client, "ada")
    page = client.press("Send my vote again")
    assert "Your vote is recorded. You ranked: Ben Cem" in page


def test_whoever_signed_out_in_another_tab_is_told_that_it_is_not_counted(client, paper):
    address = paper()
    client.visit(address)
    client.choose("Your vote", "Against")
    marked, typed = client.page, client._typed
    client.sign_out()
    client.page, client._typed = marked, typed
    page = client.press("Cast my vote", status=401)
    assert page.h1 == "Not counted yet"
    sign_in_elsewhere(client, "ada")
    assert "You voted: Against." in client.press("Send my vote again")


def test_a_page_left_open_too_long_is_sent_again_with_one_press(client, paper):
    client.visit(paper("approval"))
    client.choose("Your vote", "Ben")
    client.choose("Your vote", "Cem")
    with client.http.session_transaction() as session:
        session["csrf_token"] = "another"
    page = client.press("Cast my vote", status=409)
    assert "This page was open for too long" in page
    assert "You marked: Ben Cem" in client.press("Send my vote again")


def test_a_fault_of_the_server_keeps_the_paper_in_the_page(client, paper, app, monkeypatch):
    client.visit(paper("score"))
    client.fill("Ben", "4")

    def broken(*_arguments):
        raise RuntimeError

    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    with monkeypatch.context() as breaking:
        breaking.setattr(ballots, "cast_on", broken)
        page = client.press("Cast my vote", status=500)
    assert page.h1 == "Not counted yet"
    assert "tell the secretary this reference" in page
    assert "Your scores: Ben: 4" in client.press("Send my vote again")


def test_a_paper_is_cast_by_the_member_it_was_opened_for_and_by_nobody_else(client, paper):
    address = paper()
    client.visit(address)
    client.choose("Your vote", "Against")
    marked, typed = client.page, client._typed
    client.sign_out()
    client.sign_in("ben@pioneers.example", PASSWORD)
    client.page, client._typed = marked, typed
    page = client.press("Cast my vote", status=409)
    assert (page.h1, page.buttons) == ("Not counted", ["Sign out"])
    assert "This paper was opened by another member." in page
    assert "Your vote is recorded" not in client.visit(address)


def test_someone_who_left_meanwhile_reads_that_the_vote_was_not_taken(client, paper, make):
    client.visit(paper())
    client.choose("Your vote", "For")
    marked, typed = client.page, client._typed
    with client.app.app_context():
        ada = db.session.scalar(select(Membership).where(Membership.name == "Ada"))
        make.event(ada, "resigned", datetime.now(UTC).date())
    client.page, client._typed = marked, typed
    page = client.press("Cast my vote", status=403)
    assert page.h1 == "Not counted"
    assert "You may not vote here, so your vote was not taken." in page


def test_a_vote_that_comes_too_late_is_told_so_and_the_earlier_one_stands(client, paper):
    client.visit(paper("irv"))
    client.fill("Ben", "1")
    client.press("Cast my vote")
    client.fill("Ben", "2")
    client.fill("Cem", "1")
    with time_machine.travel(datetime.now(UTC) + timedelta(days=30)):
        page = client.press("Change my vote", status=409)
    assert "Voting on “Election: treasurer” closed on" in page.errors[0]
    assert "You took part." in page
