"""Moving in from the first page to the open organisation: register, officers, text, marks, balances."""

from datetime import UTC, datetime, timedelta

import pytest

from coop.blueprints.beginnings.found import founding_code
from coop.extensions import db
from coop.models.beginnings import Beginning
from coop.services import accounts
from coop.transaction import writing
from tests.beginning_house import REGISTERED
from tests.pages.client import PageClient, Upload

PASSWORD = "grind-slow-and-fine"
TODAY = datetime.now(UTC).date().isoformat()
REGISTER = b"number,name,email,joined_on\n1,Rosa Marsh,rosa@old.example,2001-02-03\n2,Tom Hale,tom@old.example,2001-02-03\n3,Una Berg,una@old.example,2019-05-06\n"


@pytest.fixture
def rosa(client, app):
    with app.app_context():
        code = founding_code()
    client.visit(f"/found?code={code}")
    client.choose(
        "What kind of organisation is it?", "It exists already: bring its own text, members and officers"
    )
    for label, value in {
        "What is it called?": "Old Mill",
        "Its address here": "old-mill",
        "Which currency do you keep your books in?": "GBP",
        "Your name": "Rosa Marsh",
        "Your e-mail address": "rosa@old.example",
        "Choose a password": PASSWORD,
    }.items():
        client.fill(label, value)
    client.press("Begin")
    return client


def joins(app, email):
    from coop.gateways.passwords import hash_password

    with app.app_context(), writing():
        accounts.find_by_email(email).password_hash = hash_password(PASSWORD)
    other = PageClient(app)
    other.sign_in(email, PASSWORD)
    return other


def bring_members(rosa):
    rosa.visit("/old-mill/members/import")
    rosa.fill("Table of members", Upload(REGISTER, "members.csv"))
    rosa.press("Show what would happen")
    return rosa.press("Add these 3 members")


def enter(rosa, office, number):
    rosa.visit("/old-mill/beginning/officers")
    rosa.fill("Office", office)
    rosa.fill("Member’s number", number)
    rosa.fill("Since", "2026-03-01")
    rosa.fill("Which meeting decided it, and when?", "elected by the annual meeting of 1 March 2026")
    return rosa.press("Enter the officer")


def test_a_society_moves_in_and_opens(rosa, app):
    assert "3 members are here." in bring_members(rosa)
    enter(rosa, "Secretary", 1)
    assert "Treasurer: Tom Hale" in enter(rosa, "Treasurer", 2)
    rosa.visit("/old-mill/beginning/registered")
    rosa.fill("The text as it is registered, every word", REGISTERED)
    rosa.fill("Since when does it hold?", "1999-05-01")
    page = rosa.press("Bring this text")
    assert "“twenty-one clear days”. Is this the rule “Notice”?" in page.text
    page = rosa.press("Mark the words I said yes to", status=422)
    assert page.errors[0] == "Offer 1: say yes or no."
    for legend in page.markup.all("legend"):
        words = "".join(legend.itertext()).strip()
        rosa.choose(words, "Yes")
    page = rosa.press("Mark the words I said yes to")
    assert "21 clear days" in page.text
    tom, una = joins(app, "tom@old.example"), joins(app, "una@old.example")
    rosa.press("I have compared words and values: I attest them")
    assert "I attest" not in una.visit("/old-mill/beginning/text").text
    tom.visit("/old-mill/beginning/text")
    tom.press("I have compared words and values: I attest them")
    una.visit("/old-mill/beginning/text")
    una.fill("What do you ask?", "Are these clear days?")
    una.press("Ask the officers")
    rosa.visit("/old-mill/beginning/text")
    rosa.follow("Answer the question of Una Berg")
    rosa.fill("Your answer", "Yes, as it says.")
    assert "Rosa Marsh: Yes, as it says." in rosa.press("Answer")
    tom.visit("/old-mill/beginning/balances")
    tom.fill("As of which day?", TODAY)
    tom.fill("In the bank", "900")
    tom.fill("Dues that members owe already", "3 15.00")
    page = tom.press("Book the balances", status=409)
    assert "do not sum to zero" in page.text
    assert page.value("In the bank") == "900"
    tom.fill("What is left: reserves and all else", "915")
    assert "Both sides are equal." in tom.press("Book the balances")
    assert "Members still have time to question the marks." in rosa.visit("/old-mill/beginning").text
    with app.app_context(), writing():
        db.session.query(Beginning).one().attested_at -= timedelta(days=14)
    rosa.visit("/old-mill/beginning")
    assert "Its own text is in force here." in rosa.press("Open Old Mill")
    assert "elected by the annual meeting of 1 March 2026" in una.visit("/old-mill/offices")
    assert "twenty-one clear days" in una.visit("/old-mill/constitution")
    assert "Rosa Marsh, Tom Hale" in una.visit("/old-mill/beginning").text
    una.visit("/old-mill/beginning/text")


def test_a_member_sees_that_it_moves_in_and_can_prepare_nothing(rosa, app):
    bring_members(rosa)
    una = joins(app, "una@old.example")
    assert "is moving in" in una.visit("/old-mill/").text
    for path in ("officers", "registered", "marks", "balances"):
        una.visit(f"/old-mill/beginning/{path}", status=403)
    una.visit("/old-mill/members/import", status=403)


@pytest.mark.parametrize(
    ("owed", "said"),
    [
        ("3", "Line 1 needs a member’s number"),
        ("3 15\n3 16", "Line 2: member 3 is there twice."),
        ("3 much", "Line 1: “much”"),
    ],
)
def test_what_members_owe_is_read_line_by_line(rosa, app, owed, said):
    bring_members(rosa)
    enter(rosa, "Treasurer", 2)
    tom = joins(app, "tom@old.example")
    tom.visit("/old-mill/beginning/balances")
    tom.fill("As of which day?", TODAY)
    tom.fill("Dues that members owe already", owed)
    page = tom.press("Book the balances", status=422)
    assert any(said in error for error in page.errors), page.errors
    assert page.value("Dues that members owe already") == owed


def test_words_are_marked_by_hand_and_a_contradiction_is_told(rosa):
    rosa.visit("/old-mill/beginning/registered")
    rosa.fill("The text as it is registered, every word", REGISTERED)
    rosa.fill("Since when does it hold?", "1999-05-01")
    rosa.press("Bring this text")
    for value, status in (("2 years", 409), ("3 years", 200)):
        rosa.fill("Article", "4")
        rosa.fill("Words of the article", "three years")
        rosa.fill("Which rule is it?", "Term of office")
        rosa.fill("Its value", value)
        page = rosa.press("Mark these words", status=status)
        assert ("Words prevail" in page.text) == (status == 409)
    assert "The words stay." in rosa.press("Take away three years")


def test_before_there_is_a_text_there_is_nothing_to_mark(rosa):
    rosa.visit("/old-mill/beginning/marks", status=409)
    rosa.visit("/old-mill/beginning/text", status=409)
