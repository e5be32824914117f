"""The frame around every page: the way around, the way out, and what an error page says."""

import pytest

WAY = ["Home", "Votes", "Meetings", "Money", "Library", "More"]


@pytest.fixture
def house(make):
    organisation = make.organisation()
    make.member(organisation, email="ana@pioneers.example", password="toad-lane-1844-demo")
    make.officer(organisation, "secretary", email="ines@pioneers.example", password="toad-lane-1844-demo")
    return organisation


def test_a_member_finds_the_six_ways_and_the_way_out_on_an_error_page_too(client, house):
    client.sign_in("ana@pioneers.example")
    page = client.visit("/pioneers/no-such-page", status=404)
    assert page.h1 == "There is no such page"
    assert "Sign out" in page.buttons


def test_only_an_officer_has_a_desk(client, app, house):
    client.sign_in("ana@pioneers.example")
    page = client.visit("/pioneers/")
    assert [words for words in page.links if words in [*WAY, "My desk"]] == WAY
    client.sign_out()
    client.sign_in("ines@pioneers.example")
    assert "My desk" in client.visit("/pioneers/").links


def test_signing_out_takes_a_press_of_a_button_and_ends_the_session(client, house):
    client.sign_in("ana@pioneers.example")
    client.sign_out()
    assert "Sign in" in client.visit("/pioneers/").links
    client.sign_in("ana@pioneers.example")
    client.get("/sign-out")
    assert "Sign in" not in client.visit("/pioneers/").links


def test_a_visitor_reads_what_the_co_op_is_and_may_join(client, house):
    page = client.visit("/pioneers/")
    assert "Join" in page.links
    assert "Votes" not in page.links


def test_an_unknown_organisation_is_missing(client, house):
    assert client.visit("/nobody/ballots", status=404).h1 == "There is no such page"


def test_the_practice_banner_is_on_every_page_of_a_practice_copy(client, house):
    assert "Practice copy. Nothing here is private." in client.visit("/pioneers/").text


def test_a_fault_of_ours_shows_a_reference_and_no_trace(client, app, house, monkeypatch):
    def broken(**_):
        raise ZeroDivisionError("secret words")

    monkeypatch.setitem(app.view_functions, "healthz", broken)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    page = client.visit("/healthz", status=500)
    assert "tell the secretary this reference" in page.text
    assert "secret words" not in page.html
