"""Signing in, by password and by link; being told nothing about who has an account."""

import pytest

from coop.extensions import db
from coop.gateways import passwords
from coop.models.accounts import SignInAttempt, SignInToken
from coop.services import accounts
from tests.pages.client import PageClient
from tests.pages.letterbox import letters, link_in

PASSWORD = "toad-lane-1844-demo"
WRONG = "Address and password do not belong together. Try again, or ask for a link."


@pytest.fixture
def house(make):
    organisation = make.organisation()
    make.member(organisation, email="ana@pioneers.example", password=PASSWORD)
    make.member(organisation, "Bo Lind", email="bo@pioneers.example", password=PASSWORD)
    return organisation


def type_in(client, email, password, status=200, path="/sign-in"):
    client.visit(path)
    client.fill("E-mail address", email)
    client.fill("Password", password)
    return client.press("Sign in", status)


def rows(app, model):
    with app.app_context():
        found = db.session.query(model).count()
        db.session.remove()
        return found


def test_a_member_signs_in_and_out(client, house):
    page = type_in(client, "ana@pioneers.example", PASSWORD)
    assert page.path == "/pioneers/"
    page = client.sign_out()
    assert "You are signed out." in page.text
    assert client.visit("/pioneers/me").h1 == "Sign in"


@pytest.mark.parametrize("address", ["/sign-out", "/pioneers/sign-out"])
def test_whoever_types_the_address_of_signing_out_finds_a_button_there(client, house, address):
    type_in(client, "ana@pioneers.example", PASSWORD)
    page = client.visit(address)
    assert page.h1 == "Sign out"
    [main] = page.markup.all("main")
    [form] = main.iter("form")
    assert (form.get("method"), form.get("action")) == ("post", "/sign-out")
    assert client.visit("/pioneers/me").h1 != "Sign in", "looking at the page signs nobody out"
    client.visit(address)
    assert client.press("Sign out").h1 == "Sign in"
    page = client.visit(address)
    assert page.h1 == "You are signed out"
    assert not page.buttons


def test_no_organisation_no_page_to_sign_out(client, house):
    client.visit("/nowhere/sign-out", status=404)


@pytest.mark.parametrize("email", ["ANA@Pioneers.Example", " ana@pioneers.example "])
def test_blanks_and_capitals_in_an_address_do_not_matter(client, house, email):
    assert "Sign out" in type_in(client, email, PASSWORD).buttons


def test_a_wrong_password_and_an_unknown_address_get_the_same_words(client, house):
    known = type_in(client, "ana@pioneers.example", "not the right one", 422)
    unknown = type_in(client, "nobody@pioneers.example", "not the right one", 422)
    assert known.errors == unknown.errors == [WRONG]
    assert known.text == unknown.text
    assert unknown.value("E-mail address") == "nobody@pioneers.example"


@pytest.mark.parametrize("email", ["ana@pioneers.example", "nobody@pioneers.example"])
def test_known_or_unknown_one_password_is_verified_and_one_failure_counted(
    client, app, house, monkeypatch, email
):
    seen = []
    honest = passwords._verify
    monkeypatch.setattr(passwords, "_verify", lambda kept, typed: (seen.append(1), honest(kept, typed)))
    type_in(client, email, "not the right one", 422)
    assert len(seen) == 1
    assert rows(app, SignInAttempt) == 2  # of the account and of the address it came from


def test_an_address_book_is_not_what_a_sign_in_page_says(client, house):
    known = ask_for_link(client, "ana@pioneers.example")
    unknown = ask_for_link(client, "nobody@pioneers.example")
    assert known.text.replace("ana@", "nobody@") == unknown.text


def ask_for_link(client, email, path="/sign-in/link", button="Send me a link"):
    client.visit(path)
    client.fill("E-mail address", email)
    return client.press(button)


@pytest.mark.parametrize(("failures", "status"), [(9, 200), (10, 429), (11, 429)])
def test_ten_failures_in_a_quarter_of_an_hour_close_an_account_to_passwords(
    client, app, house, failures, status
):
    fail(app, "ana@pioneers.example", failures)
    page = type_in(client, "ana@pioneers.example", PASSWORD, status)
    assert ("Try again in" in page.text) == (status == 429)


def fail(app, email, times, address="10.9.8.7"):
    from datetime import UTC, datetime

    from coop.transaction import writing

    with app.app_context(), writing():
        for _ in range(times):
            accounts.count_failure(accounts.tallies(app.secret_key, email, address), datetime.now(UTC))


def test_one_account_that_is_closed_closes_no_other(client, app, house):
    fail(app, "ana@pioneers.example", 10)
    assert "Sign out" in type_in(client, "bo@pioneers.example", PASSWORD).buttons


def test_an_unknown_account_closes_just_the_same(client, app, house):
    fail(app, "nobody@pioneers.example", 10)
    type_in(client, "nobody@pioneers.example", PASSWORD, 429)


@pytest.mark.parametrize(("failures", "status"), [(99, 200), (100, 429)])
def test_a_hundred_failures_close_the_address_they_came_from(client, app, house, failures, status):
    fail(app, "guesses@pioneers.example", failures, address="127.0.0.1")
    type_in(client, "ana@pioneers.example", PASSWORD, status)


def test_success_is_never_counted_since_many_share_one_address(client, app, house):
    for _ in range(3):
        type_in(client, "ana@pioneers.example", PASSWORD)
        client.sign_out()
    assert rows(app, SignInAttempt) == 0


def test_a_closed_account_still_opens_by_a_link(client, app, house):
    fail(app, "ana@pioneers.example", 20)
    ask_for_link(client, "ana@pioneers.example")
    client.visit(link_in(letters(app)[0]))
    assert "Sign out" in client.press("Sign me in").buttons


def test_a_link_opens_a_page_with_a_button_and_works_once(client, app, house):
    ask_for_link(client, "ana@pioneers.example")
    [letter] = letters(app)
    assert (letter.recipient, letter.subject) == ("ana@pioneers.example", "Your link")
    assert "Toad" not in letter.subject

    for _ in range(3):  # a scanner of mail follows links, and uses nothing up
        assert client.visit(link_in(letter)).buttons == ["Sign me in"]
    assert "Sign out" in client.press("Sign me in").buttons

    other = PageClient(app)
    assert other.visit(link_in(letter)).h1 == "This link no longer works"


def test_a_link_brings_its_reader_where_they_wanted_to_go(client, app, house):
    client.visit("/pioneers/me/edit")
    client.follow("Send me a link to sign in without a password")
    client.fill("E-mail address", "ana@pioneers.example")
    client.press("Send me a link")
    client.visit(link_in(letters(app)[0]))
    assert client.press("Sign me in").path == "/pioneers/me/edit"


def test_only_the_digest_of_a_link_is_kept(client, app, house):
    ask_for_link(client, "ana@pioneers.example")
    secret = link_in(letters(app)[0]).rpartition("/")[2]
    with app.app_context():
        assert db.session.query(SignInToken).one().digest != secret
        db.session.remove()


def test_at_most_five_links_an_hour_are_sent_to_one_address(client, app, house):
    for _ in range(7):
        assert ask_for_link(client, "ana@pioneers.example").h1 == "Look into your mail"
    assert len(letters(app)) == 5


def test_a_new_password_signs_out_everywhere_else(client, app, house):
    elsewhere = PageClient(app)
    elsewhere.sign_in("ana@pioneers.example")
    ask_for_link(client, "ana@pioneers.example", "/sign-in/forgotten", "Send me the link")
    client.visit(link_in(letters(app)[0]))
    client.fill("New password", "a quite different one")
    assert "Sign out" in client.press("Set my password").buttons

    assert elsewhere.visit("/pioneers/me").h1 == "Sign in"
    assert client.visit("/pioneers/me").h1 == "My particulars"
    client.sign_out()
    type_in(client, "ana@pioneers.example", PASSWORD, 422)
    type_in(client, "ana@pioneers.example", "a quite different one")
    assert "Your password was changed" in [letter.subject for letter in letters(app)]


@pytest.mark.parametrize(("length", "status"), [(9, 422), (10, 200), (11, 200)])
def test_a_password_has_ten_characters_of_whatever_kind(client, app, house, length, status):
    ask_for_link(client, "ana@pioneers.example", "/sign-in/forgotten", "Send me the link")
    client.visit(link_in(letters(app)[0]))
    client.fill("New password", "a" * length)
    page = client.press("Set my password", status)
    assert (page.errors == ["A password has at least 10 characters."]) == (status == 422)


def test_whoever_is_signed_in_changes_their_password_knowing_the_old_one(client, app, house):
    client.sign_in("ana@pioneers.example")
    client.visit("/password")
    client.fill("Current password", "not the right one")
    client.fill("New password", "a quite different one")
    assert client.press("Set my password", 422).errors == ["This is not your current password."]
    client.fill("Current password", PASSWORD)
    client.fill("New password", "a quite different one")
    assert "Your new password holds" in client.press("Set my password").text


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/pioneers/\nme",
        "pioneers/me",
        "http:evil.example",
    ],
)
def test_sign_in_leads_to_no_other_site(client, house, target):
    client.visit("/sign-in")
    data = {"email": "ana@pioneers.example", "password": PASSWORD}
    answer = client.post("/sign-in", data=data, query_string={"next": target})
    assert answer.headers["Location"] == "/pioneers/"


def test_sign_in_leads_where_one_wanted_to_go(client, house):
    assert client.visit("/pioneers/me/edit?x=1").h1 == "Sign in"
    client.fill("E-mail address", "ana@pioneers.example")
    client.fill("Password", PASSWORD)
    assert client.press("Sign in").path == "/pioneers/me/edit?x=1"


def test_in_production_the_password_of_the_practice_co_op_opens_nothing(client, make, house):
    from dataclasses import replace

    settings = make.app.config["COOP"]
    make.app.config["COOP"] = replace(settings, production=True)
    try:
        page = type_in(client, "ana@pioneers.example", PASSWORD, 422)
    finally:
        make.app.config["COOP"] = settings
    assert page.errors == ["Address and password do not belong together. Try again, or ask for a link."]
    assert type_in(client, "ana@pioneers.example", PASSWORD).path != "/sign-in"


def test_a_member_of_two_organisations_is_asked_which(client, make, house):
    from coop.models.accounts import Person

    other = make.organisation(slug="orchard", name="Orchard")
    with make.app.app_context():
        person = db.session.query(Person).filter_by(email="ana@pioneers.example").one()
        db.session.expunge(person)
    make.member(other, person=person)
    assert type_in(client, "ana@pioneers.example", PASSWORD).path == "/"


@pytest.mark.parametrize(
    ("email", "password", "errors"),
    [
        ("", PASSWORD, ["Enter your e-mail address."]),
        ("ana@pioneers.example", "", ["Enter your password."]),
        ("", "", ["Enter your e-mail address.", "Enter your password."]),
        ("a" * 300, PASSWORD, ["An e-mail address has at most 254 characters."]),
        ("ana@pioneers.example", "a" * 501, ["A password has at most 500 characters."]),
    ],
)
def test_what_is_missing_is_said(client, house, email, password, errors):
    assert type_in(client, email, password, 422).errors == errors
