from datetime import timedelta

import pytest
from click.testing import CliRunner

from coop.access import OPERATOR
from coop.cli import constitution as constitution_cli
from coop.cli import offices as offices_cli
from coop.services import organisations

PASSWORD = "toad-lane-1844-demo"


@pytest.fixture
def coop(make):
    coop = make.organisation()
    make.officer(coop, "secretary", "Rosa Marsh", email="secretary@pioneers.example", password=PASSWORD)
    make.member(coop, "Amina Holt", email="member@pioneers.example", password=PASSWORD)
    return coop


def test_members_see_who_holds_which_office_and_which_is_vacant(client, coop):
    client.sign_in("member@pioneers.example")
    page = client.visit("/pioneers/offices")
    assert "Rosa Marsh" in page
    assert "vacant" in page
    assert "Form a body" not in page.links


def test_the_secretary_of_a_branch_keeps_the_branch_and_nothing_else(client, make, coop):
    branch = make.body(coop, slug="spotland")
    make.officer(coop, "secretary", "Samira", body=branch, email="branch@pioneers.example", password=PASSWORD)
    client.sign_in("branch@pioneers.example")
    page = client.visit("/pioneers/offices")
    assert not {"Form a body", "Settings"} & set(page.links)
    client.visit("/pioneers/settings", status=403)
    client.visit("/pioneers/offices/new", status=403)
    assert "Create the office" not in client.visit("/pioneers/offices/assembly").buttons
    assert client.post("/pioneers/offices/assembly/offices", {"kind": "chair"}).status_code == 403
    assert "Add the member" in client.visit("/pioneers/offices/spotland").buttons


def test_strangers_do_not_learn_who_holds_an_office(client, coop):
    assert client.get("/pioneers/offices").status_code == 302


def test_the_secretary_changes_the_settings_and_a_member_cannot(client, coop):
    client.sign_in("secretary@pioneers.example")
    client.visit("/pioneers/offices")
    client.follow("Settings")
    client.fill("Name", "New Lane")
    client.fill("Whom to write to", "hello@lane.example")
    assert "The settings are changed." in client.press("Save the settings")
    client.fill("Name", "")
    page = client.press("Save the settings", status=422)
    assert page.errors == ["Enter the name."]
    client.sign_out()
    client.sign_in("member@pioneers.example")
    client.visit("/pioneers/settings", status=403)


def test_the_secretary_fills_a_branch_and_gives_it_an_office(client, make, coop):
    client.sign_in("secretary@pioneers.example")
    client.visit("/pioneers/offices/new")
    client.choose("What is it?", "A branch")
    client.fill("Name", "Spotland branch")
    client.fill("Short name", "spotland")
    client.press("Form it")
    client.fill("Member's number", "2")
    client.fill("From", make.today.isoformat())
    client.fill("Because of", "their own wish to belong")
    assert "Member 2 belongs to Spotland branch." in client.press("Add the member")
    assert "Amina Holt" in client.page
    client.fill("Duties", "secretary")
    client.fill("Title", "Secretary of the branch")
    assert "It is vacant until an election fills it." in client.press("Create the office")
    client.fill("Duties", "secretary")
    client.fill("Title", "Another")
    page = client.press("Create the office", status=409)
    assert "has that office already" in page.text
    assert page.value("Title") == "Another"


@pytest.mark.parametrize("number", ["99", "0", "x", ""])
def test_a_member_that_is_none_cannot_be_added(client, make, coop, number):
    make.body(coop)
    client.sign_in("secretary@pioneers.example")
    client.visit("/pioneers/offices/branch")
    client.fill("Member's number", number)
    client.fill("From", make.today.isoformat())
    client.fill("Because of", "their own wish to belong")
    page = client.press("Add the member", status=422)
    assert page.errors
    assert page.value("Member's number") == number


def test_a_body_of_another_organisation_is_missing(client, make, coop):
    orchard = make.organisation("orchard", "Orchard")
    make.body(orchard, "board")
    client.sign_in("secretary@pioneers.example")
    client.visit("/pioneers/offices/board", status=404)
    assert client.post("/pioneers/offices/board/members", {"number": 1}).status_code == 404
    assert client.post("/pioneers/offices/board/offices", {"kind": "chair"}).status_code == 404


def shell(app, monkeypatch, command, *words):
    monkeypatch.setattr("coop.cli.offices.create_app", lambda: app)
    return CliRunner().invoke(command, words)


def test_the_operator_appoints_from_the_shell_and_everyone_is_told(app, client, make, coop, monkeypatch):
    until = (make.today + timedelta(days=60)).isoformat()
    words = ["--organisation", "pioneers", "--office", "treasurer", "--member", "2"]
    why = ["--because", "The treasurer died and dues must be paid"]
    answer = shell(app, monkeypatch, offices_cli.command, "appoint", *words, "--until", until, *why)
    assert answer.exit_code == 0, answer.output
    assert "2 members are told by mail." in answer.output
    client.sign_in("member@pioneers.example")
    page = client.visit("/pioneers/offices")
    assert "The treasurer died and dues must be paid" in page
    assert "The next general meeting confirms it, or it ends." in page
    assert "emergency appointment, not confirmed" in page
    assert (
        "treasurer: member 2"
        in shell(app, monkeypatch, offices_cli.command, "list", "--organisation", "pioneers").output
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"--office": "king"}, "no office “king”"),
        ({"--member": "77"}, "no member 77"),
        ({"--until": "2020-01-01"}, "ends between today and"),
        ({"--organisation": "nowhere"}, "There is no organisation “nowhere”."),
        ({"--office": "secretary"}, "Rosa Marsh holds it"),
    ],
)
def test_a_wrong_appointment_is_refused_in_a_sentence(app, make, coop, monkeypatch, change, said):
    words = {
        "--organisation": "pioneers",
        "--office": "treasurer",
        "--member": "2",
        "--until": (make.today + timedelta(days=60)).isoformat(),
        "--because": "urgent",
    } | change
    answer = shell(
        app, monkeypatch, offices_cli.command, "appoint", *[w for pair in words.items() for w in pair]
    )
    assert answer.exit_code == 1
    assert said in answer.output
    with app.app_context():
        pioneers = organisations.find_organisation("pioneers")
        assert not organisations.holders_of(organisations.find_office(pioneers, "treasurer"), make.today)


def test_a_text_is_read_from_the_shell(tmp_path):
    import json

    file = tmp_path / "rules.md"
    file.write_text('1. Notice: [ten days]{provision="meeting.notice" value="9 days"}.\n')
    answer = CliRunner().invoke(constitution_cli.command, ["read", str(file), "--json"])
    assert answer.exit_code == 2
    assert json.loads(answer.stdout)["problems"][0]["line"] == 1
    file.write_text('1. Notice: [ten days]{provision="meeting.notice" value="10 days"}.\n')
    answer = CliRunner().invoke(constitution_cli.command, ["read", str(file), "--json"])
    assert answer.exit_code == 0
    data = json.loads(answer.stdout)
    assert data["provisions"] == {"meeting.notice": {"value": "10 days", "article": "1", "line": 1}}
    assert "dues.due" in data["defaults"]
    for bad in (b"\xff\xfe", None):
        if bad is None:
            file.unlink()
        else:
            file.write_bytes(bad)
        assert CliRunner().invoke(constitution_cli.command, ["read", str(file), "--json"]).exit_code == 2
    keys = json.loads(CliRunner().invoke(constitution_cli.command, ["keys", "--json"]).stdout)
    assert {"key", "type", "grammar", "example", "default", "bounds", "scopes", "sentence"} == set(keys[0])


def test_the_operator_is_no_member_and_sees_no_vote():
    assert OPERATOR.membership_id is None


def test_no_organisation_takes_the_address_of_a_page(app):
    first = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()}
    words = {
        word for word in first if word and not word.startswith("<") and organisations.SLUG.fullmatch(word)
    }
    assert words <= organisations.RESERVED
