"""Found a co-op in ten minutes of answers, and move in with one that exists, as people meet it on a phone."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from coop.access import OPERATOR
from coop.extensions import db
from coop.models.beginnings import Beginning
from coop.models.organisations import Organisation
from coop.services import beginnings
from coop.transaction import writing
from tests.beginning_house import REGISTERED

pytestmark = pytest.mark.browser
TODAY = datetime.now(UTC).date().isoformat()
PASSWORD = "grind-slow-and-fine"
REGISTER = "number,name,email,joined_on\n1,Rosa Marsh,rosa@old.example,2001-02-03\n2,Tom Hale,tom@old.example,2001-02-03\n"
PHONE = [
    pytest.param({"width": 375}, id="phone"),
    pytest.param({"width": 375, "scripts": False}, id="without scripts"),
]


@pytest.fixture
def invitation(serve_app):
    """The path the operator hands on."""
    with serve_app.app_context():
        with writing():
            code = beginnings.invite(OPERATOR, datetime.now(UTC))
        db.session.remove()
    return f"/found?code={code}"


def begin(walker, path, kind, name, slug, who):
    walker.go(path)
    walker.press("Begin")
    walker.sees("There is something to put right", "Choose what kind it is.")
    walker.tick(kind)
    walker.fill("What is it called?", name)
    walker.fill("Its address here", slug)
    walker.fill("Your name", who[0])
    walker.fill("Your e-mail address", who[1])
    walker.fill("Choose a password", PASSWORD)
    walker.press("Begin")
    walker.sees("has begun. Nothing is decided yet.")


def comes_by_letter(walker, email, subject, button):
    walker.open_letter(email, subject)
    walker.follow(walker.address)
    walker.press(button)


def take_part(walker):
    walker.follow("Meet, adopt the text, elect officers")
    walker.tick("I take part in the founding meeting")
    for legend in ("Chair", "Librarian", "Auditor", "Returning officer"):
        vote(walker, legend, "Leave it vacant for now")
    vote(walker, "Secretary", "Ana Ruiz")
    vote(walker, "Treasurer", "Bo Lind")
    walker.press("Record my part")


def vote(walker, office, whom):
    group = walker.page.get_by_role("group", name=re.compile(f"^{office}"))
    group.get_by_label(whom, exact=True).check()


@pytest.mark.parametrize("screen", PHONE)
def test_three_found_a_co_op_in_ten_minutes_of_answers(walking, invitation, screen):
    with walking("ana", **screen) as ana, walking("bo", **screen) as bo, walking("caro", **screen) as caro:
        begin(
            ana,
            invitation,
            "A workers’ co-operative",
            "The Mill",
            "the-mill",
            ("Ana Ruiz", "ana@mill.example"),
        )
        ana.sees("This does not register your co-op")
        ana.follow("Answer the questions")
        ana.fill("How long before a general meeting is everybody told?", "soon")
        ana.press("Write my answers into the draft")
        ana.sees("There is something to put right", "“soon” is not a number of days")
        ana.fill("How long before a general meeting is everybody told?", "28")
        ana.press("Write my answers into the draft")
        ana.sees("twenty-eight clear days")
        ana.press("I accept this text as our constitution")
        ana.follow("Invite the founders")
        for name, email in (("Bo Lind", "bo@mill.example"), ("Caro Diaz", "caro@mill.example")):
            ana.fill("Name", name)
            ana.fill("E-mail address", email)
            ana.press("Send the invitation")
        for one, email in ((bo, "bo@mill.example"), (caro, "caro@mill.example")):
            comes_by_letter(one, email, "An invitation for you", "Come in")
            one.sees("Founding The Mill")
            one.follow("Read and accept the draft")
            one.press("I accept this text as our constitution")
        ana.follow("Back to what comes next")
        ana.follow("Set the founding meeting")
        ana.fill("When and where do you meet?", "Today at six, at the mill")
        ana.press("Set the meeting")
        take_part(ana)
        ana.sees("1 of 3 have taken part.")
        for one in (bo, caro):
            one.go("/the-mill/beginning")
            take_part(one)
        caro.sees("Secretary: Ana Ruiz")
        caro.press("Open The Mill")
        caro.sees("is founded, and you are among its first members")
        ana.go("/the-mill/offices")
        ana.sees("by 3 of 3 founders, by recorded vote")
        ana.go("/the-mill/beginning")
        ana.sees("How The Mill was founded", "Bo Lind: Ana Ruiz")


@pytest.mark.parametrize("screen", PHONE)
def test_a_society_that_exists_moves_in(walking, invitation, screen, serve_app):
    with walking("rosa", **screen) as rosa, walking("tom", **screen) as tom:
        begin(
            rosa, invitation, "It exists already", "Old Mill", "old-mill", ("Rosa Marsh", "rosa@old.example")
        )
        rosa.follow("Bring the list of members")
        rosa.page.get_by_label("Table of members").set_input_files(
            {"name": "members.csv", "mimeType": "text/csv", "buffer": REGISTER.encode()}
        )
        rosa.press("Show what would happen")
        rosa.tick("Send each of them a welcome mail with a link")
        rosa.press("Add these 2 members")
        rosa.follow("Enter the officers")
        for office, number in (("Secretary", "1"), ("Treasurer", "2")):
            rosa.pick("Office", office)
            rosa.fill("Member’s number", number)
            rosa.fill("Since", "2026-03-01")
            rosa.fill("Which meeting decided it, and when?", "elected by the annual meeting of 1 March 2026")
            rosa.press("Enter the officer")
        rosa.follow("Back to what comes next")
        rosa.follow("Bring the registered text")
        rosa.fill("Since when does it hold?", "1999-05-01")
        rosa.fill("The text as it is registered, every word", REGISTERED)
        rosa.press("Bring this text")
        rosa.sees("“twenty-one clear days”. Is this the rule “Notice”?")
        for yes in rosa.page.get_by_label("Yes", exact=True).all():
            yes.check()
        rosa.press("Mark the words I said yes to")
        rosa.press("I have compared words and values: I attest them")
        comes_by_letter(tom, "tom@old.example", "Welcome", "Come in")
        tom.go("/old-mill/beginning/text")
        tom.press("I have compared words and values: I attest them")
        tom.go("/old-mill/beginning/text")
        tom.fill("What do you ask?", "Do the days of posting count?")
        tom.press("Ask the officers")
        rosa.go("/old-mill/beginning/text")
        rosa.follow("Answer")
        rosa.fill("Your answer", "No: clear days, as the words say.")
        rosa.press("Answer")
        tom.follow("Back to what comes next")
        tom.follow("The treasurer enters the balances")
        tom.fill("As of which day?", TODAY)
        tom.fill("In the bank", "900.00")
        tom.press("Book the balances")
        tom.sees("do not sum to zero")
        tom.fill("What is left: reserves and all else", "900.00")
        tom.press("Book the balances")
        tom.sees("Members still have time to question the marks.")
        two_weeks_later(serve_app)
        rosa.go("/old-mill/beginning")
        rosa.press("Open Old Mill")
        rosa.sees("Its own text is in force here.")


def two_weeks_later(app):
    with app.app_context():
        with writing():
            here = db.session.query(Organisation).filter_by(slug="old-mill").one()
            beginning = db.session.query(Beginning).filter_by(organisation_id=here.id).one()
            beginning.attested_at -= timedelta(days=14)
        db.session.remove()
