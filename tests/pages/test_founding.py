"""Founding from the first page to the open organisation, as three people meet it."""

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from coop.blueprints.beginnings.found import founding_code
from coop.cli import organisations as organisations_cli
from coop.extensions import db
from coop.models.organisations import Organisation
from coop.services import accounts, organisations
from coop.transaction import writing
from tests.pages.client import PageClient

ANSWERS = {
    "What is it called?": "The *Mill* Co-op",
    "Its address here": "the-mill",
    "Which clocks do you go by?": "Europe/Lisbon",
    "Which currency do you keep your books in?": "GBP",
    "Your name": "Ana Ruiz",
    "Your e-mail address": "Ana@mill.example",
    "Choose a password": "grind-slow-and-fine",
}
KIND = "What kind of organisation is it?"
PASSWORD = "grind-slow-and-fine"


@pytest.fixture
def code(app):
    with app.app_context():
        return founding_code()


def fill(client, **other):
    for label, value in (ANSWERS | other).items():
        client.fill(label, value)
    client.choose(KIND, "A workers’ co-operative: it belongs to those who work in it and use it")


@pytest.fixture
def ana(client, code):
    client.visit(f"/found?code={code}")
    fill(client)
    client.press("Begin")
    return client


def joins(app, email):
    """Another founder, who came by the link of the mail and has a password since."""
    from coop.gateways.passwords import hash_password

    with app.app_context(), writing():
        accounts.find_by_email(email).password_hash = hash_password(PASSWORD)
    other = PageClient(app)
    other.sign_in(email, PASSWORD)
    return other


def take_part(client):
    client.visit("/the-mill/beginning/meeting")
    client.tick("I take part in the founding meeting")
    for office in ("Chair", "Librarian", "Auditor", "Returning officer"):
        client.choose(office, "Leave it vacant for now")
    client.choose("Secretary", "Ana Ruiz")
    client.choose("Treasurer", "Bo Lind")
    return client.press("Record my part")


def test_three_found_a_mill(ana, app):
    page = ana.visit("/the-mill/beginning")
    assert "This does not register your co-op" in page
    ana.follow("Answer the questions")
    assert ana.page.value("How long before a general meeting is everybody told?") == "21 days"
    ana.fill("How long before a general meeting is everybody told?", "28")
    page = ana.press("Write my answers into the draft")
    assert "twenty-eight clear days" in page
    assert "The name of the co-operative is The *Mill* Co-op." in page.text
    ana.visit("/the-mill/beginning/founders")
    for name, email in (("Bo Lind", "bo@mill.example"), ("Caro Diaz", "caro@mill.example")):
        ana.fill("Name", name)
        ana.fill("E-mail address", email)
        assert f"{name} is invited by mail." in ana.press("Send the invitation")
    others = [joins(app, email) for email in ("bo@mill.example", "caro@mill.example")]
    for one in (ana, *others):
        one.visit("/the-mill/beginning/draft")
        assert "You have accepted the draft." in one.press("I accept this text as our constitution")
    ana.visit("/the-mill/beginning/place")
    ana.fill("When and where do you meet?", "Today at six, at the mill")
    ana.press("Set the meeting")
    for one in (ana, *others):
        page = take_part(one)
    assert "Secretary: Ana Ruiz" in page
    others[0].visit("/the-mill/beginning")
    page = others[0].press("Open The *Mill* Co-op")
    assert "is founded, and you are among its first members" in page
    text = others[0].visit("/the-mill/constitution").text
    assert "Time zone: Europe/Lisbon" in text
    assert "provision=" not in text
    assert "Caro Diaz: Ana Ruiz" in others[0].visit("/the-mill/beginning")
    assert "My desk" in ana.visit("/the-mill/").links


def test_before_it_is_open_everything_else_leads_back_to_what_comes_next(ana, app):
    for path in ("/the-mill/", "/the-mill/offices", "/the-mill/members", "/the-mill/join"):
        assert ana.get(path).headers["Location"].endswith("/the-mill/beginning")
    assert ana.post("/the-mill/offices/new", {"kind": "board"}).status_code == 409
    stranger = PageClient(app)
    assert "/sign-in" in stranger.get("/the-mill/beginning").headers["Location"]
    assert "The *Mill* Co-op" in ana.visit("/")


def test_the_code_of_the_first_works_once(ana, code):
    ana.visit("/found", status=404)
    ana.visit(f"/found?code={code}", status=404)
    assert ana.post("/found", {"code": code}).status_code == 404


@pytest.fixture
def invitation(app, monkeypatch):
    """The path that the operator hands on."""
    monkeypatch.setattr(organisations_cli, "create_app", lambda: app)
    told = CliRunner().invoke(organisations_cli.command, ["invite"])
    return told.output.strip().removeprefix("http://127.0.0.1:5000")


def test_the_operator_invites_another_which_founds_with_the_sign_in_that_is_there(ana, app, invitation):
    path = invitation
    ana.visit(path)
    for label, value in ANSWERS.items():
        if label not in ("Your e-mail address", "Choose a password"):
            ana.fill(label, "the-orchard" if label == "Its address here" else value)
    ana.choose(KIND, "A small society, with few rules")
    assert "has begun" in ana.press("Begin")
    ana.visit(path, status=404)
    with app.app_context():
        assert len(db.session.scalars(select(Organisation)).all()) == 2


@pytest.mark.usefixtures("ana")
def test_nobody_takes_over_a_sign_in_by_an_invitation(app, invitation):
    other = PageClient(app)
    other.visit(invitation)
    fill(other, **{"Its address here": "the-orchard", "Choose a password": "another-password"})
    page = other.press("Begin", status=422)
    assert any("Sign in first" in error for error in page.errors)


@pytest.mark.parametrize("wrong", ["0000-0000-0000-0000", "", "é", "x" * 5000])
def test_without_the_code_nothing_is_founded_and_nothing_typed_is_lost(client, app, code, wrong):
    client.visit("/found")
    fill(client, **{"Code of your invitation": wrong})
    page = client.press("Begin", status=422)
    assert page.errors
    assert page.value("What is it called?") == "The *Mill* Co-op"
    with app.app_context():
        assert not organisations.any_exists()


@pytest.mark.parametrize(
    ("label", "value", "said"),
    [
        ("Its address here", "The Mill", "small letters"),
        ("Its address here", "sign-in", "taken"),
        ("Which clocks do you go by?", "Mars/Base", "not the name of a time zone"),
        ("Which currency do you keep your books in?", "JPY", "not the code of a currency"),
        ("Choose a password", "short", "at least ten"),
        ("Your e-mail address", "ana", "name@example.org"),
        ("What is it called?", " ", "Enter the name"),
    ],
)
def test_a_wrong_answer_is_told_and_the_rest_is_kept(client, code, label, value, said):
    client.visit(f"/found?code={code}")
    fill(client, **{label: value})
    page = client.press("Begin", status=422)
    assert any(said in error for error in page.errors), page.errors
    assert page.value("Code of your invitation") == code


def test_a_bad_answer_stands_at_its_question_with_what_was_typed(ana):
    ana.visit("/the-mill/beginning/questions")
    ana.fill("How long before a general meeting is everybody told?", "soon")
    ana.fill("What is it called?", "The New Mill")
    page = ana.press("Write my answers into the draft", status=422)
    assert page.errors == ["Notice: “soon” is not a number of days, such as 21 days."]
    assert page.value("What is it called?") == "The New Mill"


def test_the_meeting_names_the_office_that_was_forgotten_and_keeps_the_rest(ana):
    ana.visit("/the-mill/beginning/meeting")
    ana.choose("Secretary", "Ana Ruiz")
    page = ana.press("Record my part", status=422)
    assert "Chair: vote for somebody, or leave it vacant." in page.errors
    assert "Secretary: vote for somebody, or leave it vacant." not in page.errors


def test_one_who_withdraws_sees_no_more_of_it(ana):
    ana.visit("/the-mill/beginning/founders")
    ana.press("Withdraw from the founding")
    ana.visit("/the-mill/beginning", status=403)
