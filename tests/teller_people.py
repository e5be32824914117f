"""People who vote on paper, before their pages: Rita returns, Tom and Una tell, the others vote."""

from datetime import UTC, datetime

import pytest

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
    """Each signs in with their own name."""
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
