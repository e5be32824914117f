"""From a visitor's first page to a welcome mail."""

import pytest

from tests.make import PASSWORD
from tests.pages.client import PageClient
from tests.pages.letterbox import letter_to, letters, link_in

DECLARATION = "I have read the rules and accept them"
RULES = """
1. The co-op decides together.

2. Whoever applies declares: [I have read the rules and accept them; I will help at harvest]{provision="membership.declarations" value="I have read the rules and accept them; I will help at harvest"}.

3. An officer answers within [ten days]{provision="membership.admission_time" value="10 days"}.
"""


@pytest.fixture
def house(make):
    organisation = make.organisation(text=RULES, summary="We run a mill and a shop.")
    make.officer(organisation, "secretary", "Ines Roy", email="ines@pioneers.example", password=PASSWORD)
    make.member(organisation, "Ana Poe", email="ana@pioneers.example", password=PASSWORD)
    return organisation


def fill_in(client, name="Cleo Marsh", email="cleo@home.example"):
    client.visit("/pioneers/join")
    client.fill("Your name", name)
    client.fill("E-mail address", email)
    client.tick(DECLARATION)
    client.tick("I will help at harvest")


def apply(client, **answers):
    fill_in(client, **answers)
    client.press("Check my answers")
    return client.press("Send my application")


def confirm(client, app, email="cleo@home.example"):
    client.visit(link_in(letter_to(app, email)))
    return client.press("Confirm and look")


def as_secretary(app):
    client = PageClient(app)
    client.sign_in("ines@pioneers.example")
    return client


def test_a_visitor_reads_on_one_page_what_joining_means(client, house):
    page = client.visit("/pioneers/join")
    for words in (
        "Join Toad Lane Pioneers",
        "We run a mill and a shop.",
        "What it costs",
        "The members have set no dues.",
        "What you would decide",
        "Who sees your name",
        "The rules in ten sentences",
        "usually takes 10 days",
        "The co-op decides together.",
    ):
        assert words in page, words
    assert "{provision" not in page.html


def test_the_costs_come_from_the_dues_in_force(client, make, house, monkeypatch):
    from coop.models.dues import DuesBand, DuesPlan
    from coop.services import dues

    plan = DuesPlan(
        name="Dues",
        interval="month",
        currency="EUR",
        bands=[
            DuesBand(name="full", amount_minor=1200, position=0),
            DuesBand(name="part-time", amount_minor=600, position=1),
        ],
    )
    monkeypatch.setattr(dues, "plans_on", lambda *_: [plan])
    assert "full: 12.00 € a month; part-time: 6.00 € a month." in client.visit("/pioneers/join")


def test_an_applicant_checks_the_answers_before_anything_is_sent(client, app, house):
    fill_in(client)
    page = client.press("Check my answers")
    assert page.h1 == "Check your answers"
    assert "Cleo Marsh" in page
    assert "I will help at harvest" in page
    assert letters(app) == []

    page = client.press("Change my answers")
    assert (page.value("Your name"), page.value("E-mail address")) == ("Cleo Marsh", "cleo@home.example")
    assert page.field(DECLARATION).get("checked") is not None


@pytest.mark.parametrize(
    ("name", "email", "ticked", "error"),
    [
        ("", "cleo@home.example", 2, "Enter your name."),
        ("Cleo", "", 2, "Enter your e-mail address."),
        ("Cleo", "cleo at home", 2, "Enter an e-mail address in the form name@example.org."),
        ("Cleo", "cleo@home.example", 1, "Tick this to apply: “I will help at harvest”"),
        ("n" * 201, "cleo@home.example", 2, "A name has at most 200 characters."),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_is_kept(client, house, name, email, ticked, error):
    client.visit("/pioneers/join")
    client.fill("Your name", name)
    client.fill("E-mail address", email)
    client.tick(DECLARATION)
    client.tick("I will help at harvest", on=ticked == 2)
    page = client.press("Check my answers", 422)
    assert page.errors == [error]
    assert (page.value("Your name"), page.value("E-mail address")) == (name, email)
    assert page.field(DECLARATION).get("checked") is not None


def test_an_applicant_learns_where_the_application_stands_and_withdraws_it(client, app, house):
    page = apply(client)
    assert page.h1 == "Your application has arrived"
    assert "10 days" in page
    letter = letter_to(app, "cleo@home.example")
    assert letter.subject == "Please confirm your address"

    page = confirm(client, app)
    assert (page.path, page.h1) == ("/pioneers/join/application", "Your application waits for an answer")
    assert "An answer usually takes 10 days." in page
    assert "Article 2, version 1" in page
    assert client.press("Withdraw my application").h1 == "Your application is withdrawn"
    assert "Cleo" not in as_secretary(app).visit("/pioneers/applications")


@pytest.mark.parametrize("email", ["ana@pioneers.example", "ines@pioneers.example", "cleo@home.example"])
def test_a_stranger_who_applies_does_not_learn_who_belongs(client, app, house, email):
    apply(client)
    page = apply(PageClient(app), email=email)
    assert page.h1 == "Your application has arrived"
    assert page.text == client.page.text


def test_a_member_whose_address_was_used_is_told_in_a_mail(client, app, house):
    apply(client, email="ana@pioneers.example")
    assert "You belong already" in letter_to(app, "ana@pioneers.example").text


def test_rules_that_changed_in_between_are_shown_again(client, house):
    fill_in(client)
    page = client.press("Check my answers")
    form = next(form for form in page.markup.all("form") if form.get("action") == "/pioneers/join/check")
    data = {one.get("name"): one.get("value") for one in form.iter("input")} | {"version": "0"}
    answer = client.post("/pioneers/join/check", data=data)
    assert answer.status_code == 409
    assert b"The rules have changed" in answer.data
    assert b"Cleo Marsh" in answer.data


def test_the_secretary_admits_and_the_newcomer_comes_in_by_one_link(client, app, house):
    apply(client)
    secretary = as_secretary(app)
    secretary.visit("/pioneers/applications")
    secretary.follow("Answer Cleo Marsh")
    assert "Not yet: nobody has followed the link" in secretary.page
    page = secretary.press("Admit")
    assert "Cleo Marsh is member 3 now, and gets a welcome mail." in page
    assert "Admitted on" in page
    assert "Nobody waits." in secretary.visit("/pioneers/applications")

    letter = letter_to(app, "cleo@home.example", "Welcome")
    assert letter.subject == "Welcome"
    assert "Your number is 3" in letter.text
    assert letter.text.count("http") == 1
    page = client.visit(link_in(letter))
    assert page.buttons == ["Come in"]
    page = client.press("Come in")
    assert page.path == "/pioneers/"
    assert "Sign out" in page.buttons
    assert client.visit("/pioneers/join/application").h1 == "You are admitted"


def test_a_refused_applicant_reads_the_reason(client, app, house):
    apply(client)
    confirm(client, app)
    secretary = as_secretary(app)
    secretary.visit("/pioneers/applications")
    secretary.follow("Answer Cleo Marsh")
    assert secretary.press("Refuse", 422).errors == ["Say why: the applicant reads the reason."]
    secretary.fill("Reason", "We are full until May.")
    assert "Cleo Marsh is refused, and told why." in secretary.press("Refuse")

    letter = letter_to(app, "cleo@home.example", "answer")
    assert letter.subject == "There is an answer for you"
    assert "We are full" not in letter.text
    page = client.visit("/pioneers/join/application")
    assert "We are full until May." in page


def test_an_answered_application_is_not_answered_again(client, app, house):
    apply(client)
    secretary = as_secretary(app)
    other = as_secretary(app)
    for window in (secretary, other):
        window.visit("/pioneers/applications")
        window.follow("Answer Cleo Marsh")
    secretary.press("Admit")
    assert "Cleo Marsh was admitted on" in other.press("Admit", 409)


def test_someone_signed_in_applies_with_their_own_address(client, app, make, house):
    make.person("dora@home.example", password=PASSWORD)
    client.sign_in("dora@home.example")
    client.visit("/pioneers/join")
    client.fill("Your name", "Dora Fell")
    client.tick(DECLARATION)
    client.tick("I will help at harvest")
    assert "dora@home.example" in client.press("Check my answers")
    assert client.press("Send my application").h1 == "Your application waits for an answer"
    assert "Your application is here already." in client.visit("/pioneers/join")


def test_an_applicant_who_signs_in_sees_where_the_application_stands(client, app, make, house):
    make.person("cleo@home.example", password=PASSWORD)
    apply(PageClient(app))
    assert client.sign_in("cleo@home.example").h1 == "Your application waits for an answer"


def test_a_member_is_not_asked_to_join(client, house):
    client.sign_in("ana@pioneers.example")
    page = client.visit("/pioneers/join")
    assert "You are a member already." in page
    assert "Check my answers" not in page.buttons


def test_a_machine_that_applies_without_end_is_stopped(client, app, house, monkeypatch):
    from coop.services import accounts

    monkeypatch.setattr(accounts, "APPLICATIONS_PER_ADDRESS", 2)
    for n in range(2):
        assert apply(PageClient(app), email=f"n{n}@home.example").h1 == "Your application has arrived"
    fill_in(client)
    client.press("Check my answers")
    assert "Try again in an hour" in client.press("Send my application", 429)


def test_without_rules_nobody_can_join(client, make):
    make.organisation(slug="orchard", name="Orchard", text=None)
    assert "No rules are in force yet" in client.visit("/orchard/join")
    client.visit("/orchard/join/application")
    assert client.post("/orchard/join/check").status_code == 404


@pytest.mark.parametrize("path", ["/pioneers/applications", "/pioneers/applications/1"])
def test_applications_are_the_secretarys(client, app, house, path):
    apply(PageClient(app))
    assert client.visit(path).h1 == "Sign in"
    client.sign_in("ana@pioneers.example")
    client.visit(path, 403)
    assert client.post(path + "/admit").status_code in (403, 404, 405)


def test_another_organisations_application_is_missing(client, app, make, house):
    apply(PageClient(app))
    orchard = make.organisation(slug="orchard", name="Orchard")
    make.officer(orchard, "secretary", email="secretary@orchard.example", password=PASSWORD)
    client.sign_in("secretary@orchard.example")
    client.visit("/orchard/applications/1", 404)
    for deed in ("admit", "refuse"):
        assert client.post(f"/orchard/applications/1/{deed}", {"reason": "x"}).status_code == 404
        assert client.post(f"/pioneers/applications/1/{deed}", {"reason": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param("cleo", ["Cleo Marsh"], id="a name"),
        pytest.param("FARM.example", ["Dan Field"], id="an address"),
        pytest.param("2", ["Dan Field"], id="a number"),
        pytest.param("", ["Cleo Marsh", "Dan Field"], id="nothing"),
        pytest.param("%", [], id="a sign that databases read as anything"),
    ],
)
def test_the_secretary_finds_an_application(client, app, house, words, found):
    apply(client)
    apply(client, name="Dan Field", email="dan@farm.example")
    secretary = as_secretary(app)
    secretary.visit("/pioneers/applications")
    secretary.fill("Search by name, e-mail or number", words)
    page = secretary.press("Search")
    assert [name for name in ("Cleo Marsh", "Dan Field") if name in page] == found
    assert ("No application that waits is like that." in page) == (not found)
