"""The page of a vacancy: one press calls nominations, and a member who is asked answers there."""

import pytest

from coop.extensions import db
from coop.models.organisations import Office
from coop.services import vacancies
from tests.make import PASSWORD

RULES = """
1. A vacant office of the assembly is filled by [the board]{provision="office.vacancy" value="co-option"},
   that of chair by [an election]{provision="office.vacancy" office="chair" value="by-election"}.
"""


@pytest.fixture
def coop(make):
    organisation = make.organisation(text=RULES)
    board = [make.member(organisation, name, email=f"{name.lower()}@pioneers.example", password=PASSWORD) for name in ("Kofi", "Leila")]  # fmt: skip
    make.body(organisation, "board", name="The board", members=board)
    make.officer(organisation, "returning_officer", "Rita", email="rita@pioneers.example", password=PASSWORD)
    make.member(organisation, "Lena", email="lena@pioneers.example", password=PASSWORD)
    return organisation


def office_id(app, kind):
    with app.app_context():
        return db.session.query(Office).filter_by(kind=kind).one().id


def test_the_board_asks_a_member_who_accepts_and_then_the_board_votes(app, client, coop):
    here = f"/pioneers/vacancies/{office_id(app, 'librarian')}"
    client.sign_in("kofi@pioneers.example")
    page = client.visit(here)
    assert "until the next general meeting" in page
    client.fill("Member number", "99")
    client.press("Ask this member", status=422)
    client.visit(here)
    client.fill("Member number", "4")
    assert "Lena has been asked" in client.press("Ask this member")
    client.sign_in("lena@pioneers.example")
    assert "A seat is offered to you: librarian" in client.visit("/pioneers/")
    assert "This seat is offered to you" in client.visit(here)
    assert "The vote of the body" in client.press("Accept the seat")


def test_a_by_election_is_called_in_one_press(app, client, coop):
    client.sign_in("rita@pioneers.example")
    client.visit(f"/pioneers/vacancies/{office_id(app, 'chair')}")
    page = client.press("Call nominations")
    assert "Nominations: chair" in page


def test_whoever_may_not_co_opt_is_told_why(app, client, coop):
    client.sign_in("lena@pioneers.example")
    client.visit(f"/pioneers/vacancies/{office_id(app, 'librarian')}")
    client.fill("Member number", "1")
    assert "Only members of this body co-opt: The board." in client.press("Ask this member", status=409)
    with app.app_context():
        assert vacancies.offers_of(db.session.query(Office).filter_by(kind="librarian").one()) == []
