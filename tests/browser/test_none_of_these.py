"""“None of these” in the browser's hands: on a secret ranking with scripts, on every private paper without."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from playwright.sync_api import expect

from coop.extensions import db
from coop.gateways.blind_signatures import b64u, from_b64u
from coop.gateways.voter import Voter
from coop.models.ballots import SecretVote, Vote
from coop.models.organisations import Organisation
from coop.services import ballots, members, organisations
from coop.transaction import writing
from tests.make import Make
from tests.pages.client import DEMO_PASSWORD

pytestmark = pytest.mark.browser

NONE = "None of these"
BOTH = "You marked candidates and “None of these”."
RULE = "Voters may vote for none of these (article 2): that counts for the quorum and elects nobody."
METHODS = ("irv", "plurality", "approval", "star")
HERE = "/weavers/ballots/1"


class Weavers:
    """A second co-op beside the loaded one, whose rule has “None of these”; Ada votes."""

    def __init__(self, app):
        self.app = app

    def open(self, method, secrecy=""):
        make, secret = Make(self.app, datetime.now(UTC)), ballots.secret
        coop = make.organisation(
            "weavers",
            "Weavers",
            text=f'1. Papers are counted by [a method]{{provision="election.method" value="{method}"}}.\n\n'
            '2. One may vote for [nobody]{provision="election.none_of_these" value="yes"}.',
        )
        make.officer(coop, "returning_officer", "Rita Vos")
        make.member(coop, "Ada Lund", email="ada@weavers.example", password=DEMO_PASSWORD)
        make.crowd(coop, 12)
        with self.app.test_request_context("/"):
            here, now = db.session.get(Organisation, coop.id), datetime.now(UTC)
            rita = make.actor(members.find(here, 1))
            office = organisations.find_office(here, "treasurer")
            people = ballots.candidates_by_number(here, [(4, "I keep books."), (5, ""), (6, "")])
            with writing():
                more = {"office": office, "candidates": people, "secrecy": secrecy}
                number = ballots.set_up_election(here, rita, now, **more).number
            keys = ()
            if secrecy == "secret":
                key = self.app.config["COOP"].ballot_key
                keys = secret.prepare_keys(ballots.find(here, number), here, rita, now, key)
            with writing():
                ballots.open_ballot(ballots.find(here, number), here, rita, now, keys=keys)

    def others_vote(self, choice):
        """Let five more vote in secret, so that there are enough votes to be counted."""
        secret, key, now = ballots.secret, self.app.config["COOP"].ballot_key, datetime.now(UTC)
        with self.app.test_request_context("/"):
            make = Make(self.app, now)
            here = db.session.scalar(db.select(Organisation).filter_by(slug="weavers"))
            ballot = ballots.find(here, 1)
            for number in range(7, 12):
                actor = make.actor(members.find(here, number))
                voter = Voter("weavers/1", "member", secret.public_keys(ballot)[0])
                asked = secret.ask(ballot, actor, b64u(voter.blinded), now)
                with writing():
                    secret.issue(ballot, actor, asked, now)
                voter.take(from_b64u(secret.sign(ballot, here, actor, asked, key)["signature"]))
                paper = secret.checked(ballot, here, voter.cast(choice))
                with writing():
                    secret.cast(ballot, paper, now)

    def votes(self, kind, choice):
        """List the choices that stand in the box, by the column of its table."""
        with self.app.app_context():
            here = db.session.scalar(db.select(Organisation).filter_by(slug="weavers"))
            ballot = ballots.find(here, 1)
            return db.session.scalars(db.select(choice).where(kind.ballot_id == ballot.id)).all()


@pytest.fixture
def weavers(serve_app, serve):
    return Weavers(serve_app)


def at_the_paper(voter):
    voter.sign_in("ada@weavers.example")
    voter.go(HERE)
    return voter.page


@pytest.mark.parametrize("width", [375, 1280])
def test_on_a_secret_ranking_it_is_cast_found_on_the_list_and_changed(weavers, walking, width):
    weavers.open("irv", "secret")
    with walking("none-secret", width=width) as voter:
        page = at_the_paper(voter)
        voter.sees(RULE)
        status, none = page.locator("[data-part=status]"), page.get_by_label(NONE)
        expect(none).not_to_be_checked()
        page.locator("[data-rank]").first.click()
        none.check()
        page.get_by_role("button", name="Cast my vote").click()
        expect(page.get_by_role("alert")).to_contain_text(BOTH)
        assert (none.is_checked(), page.locator("[data-ranked] > li").count()) == (True, 1), "nothing is lost"
        voter.look("both")
        page.locator("[data-ranked] [data-rank]").click()
        page.locator("[data-out]:visible").click()
        voter.look("marked")
        page.get_by_role("button", name="Cast my vote").click()
        expect(status).to_have_text("Your vote counts.")
        assert page.locator("[data-part=chosen] li").all_inner_texts() == [NONE]
        assert weavers.votes(SecretVote, SecretVote.vote) == ["[]"]
        voter.look("counts")
        page.get_by_role("button", name="Change my vote").click()
        expect(none).to_be_checked()
        none.uncheck()
        page.locator("[data-rank]").nth(1).click()
        page.get_by_role("button", name="Change my vote").click()
        expect(status).to_have_text("Your vote counts.")
        assert weavers.votes(SecretVote, SecretVote.vote) == ["[2]"]
        page.get_by_role("button", name="Change my vote").click()
        page.locator("[data-ranked] [data-rank]").click()
        page.locator("[data-out]:visible").click()
        none.check()
        page.get_by_role("button", name="Change my vote").click()
        expect(status).to_have_text("Your vote counts.")
        weavers.others_vote([1])
        with time_machine.travel(datetime.now(UTC) + timedelta(days=40)):
            page = at_the_paper(voter)
            voter.sees("6 of 12 members voted, 1 of them for none of these.")
            page.get_by_role("button", name="Find it on the list of votes").click()
            expect(page.locator("[data-part=found]")).to_have_text("It is on the list, as you cast it last.")
            voter.look("result")
            voter.go(f"{HERE}/votes")
            expect(page.get_by_role("row").filter(has_text=NONE)).to_have_count(1)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "screen", [{"width": 375, "scripts": False}, {"width": 375}, {"width": 1280}], ids=str
)
def test_on_a_private_paper_it_is_cast_with_and_without_javascript(weavers, walking, method, screen):
    weavers.open(method)
    with walking(f"none-{method}", **screen) as voter:
        page = at_the_paper(voter)
        voter.sees(RULE)
        none = page.get_by_label(NONE)
        expect(none).not_to_be_checked()
        if method != "plurality":
            mark_somebody(page, method, voter.scripts)
            none.check()
            voter.press("Cast my vote")
            voter.sees(BOTH)
            expect(page.get_by_label(NONE)).to_be_checked()
            voter.look("both")
            take_back(page, method, voter.scripts)
        page.get_by_label(NONE).check()
        voter.look("marked")
        voter.press("Cast my vote")
        voter.sees("Your vote is recorded. You voted for none of these.")
        assert weavers.votes(Vote, Vote.choice) == [[]]


def mark_somebody(page, method, scripts):
    if method == "irv" and scripts:
        page.locator("[data-rank]").first.click()
    elif method == "approval":
        page.get_by_role("checkbox").first.check()
    else:
        page.locator("select").first.select_option("1")


def take_back(page, method, scripts):
    if method == "irv" and scripts:
        page.locator("[data-ranked] [data-rank]").click()
        page.locator("[data-out]:visible").click()
    elif method == "approval":
        page.get_by_role("checkbox").first.uncheck()
    else:
        page.locator("select").first.select_option("")
