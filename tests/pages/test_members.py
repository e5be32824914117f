"""The register, a member's page, and one's own."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.make import PASSWORD
from tests.pages.client import PageClient, Upload


@pytest.fixture
def house(make):
    organisation = make.organisation()
    make.officer(organisation, "secretary", "Ines Roy", email="ines@pioneers.example", password=PASSWORD)
    make.member(organisation, "Ana Poe", email="ana@pioneers.example", password=PASSWORD)
    make.officer(organisation, "auditor", "Otto Rank", email="otto@pioneers.example", password=PASSWORD)
    return organisation


@pytest.fixture
def secretary(app, house):
    client = PageClient(app)
    client.sign_in("ines@pioneers.example")
    return client


@pytest.fixture
def ana(app, house):
    client = PageClient(app)
    client.sign_in("ana@pioneers.example")
    return client


def test_the_secretary_finds_a_member(secretary):
    page = secretary.visit("/pioneers/members")
    assert "3 memberships" in page
    secretary.fill("Search by name or number", "poe")
    page = secretary.press("Search")
    assert ("Ana Poe" in page, "Otto Rank" in page) == (True, False)
    page = secretary.follow("Ana Poe")
    assert page.h1 == "Ana Poe"
    assert "Member 2" in page
    assert "ana@pioneers.example" in page
    assert "Admitted" in page


def test_a_search_that_finds_nobody_says_so(secretary):
    page = secretary.visit("/pioneers/members?q=nobody")
    assert "No member is like that." in page


def test_the_auditor_sees_names_and_numbers_and_no_address(client, house):
    client.sign_in("otto@pioneers.example")
    assert "Ana Poe" in client.visit("/pioneers/members")
    page = client.visit("/pioneers/members/2")
    assert page.h1 == "Ana Poe"
    assert "ana@pioneers.example" not in page
    assert "ana@pioneers.example" not in client.get("/pioneers/members.csv").get_data(as_text=True)
    client.visit("/pioneers/members/2/edit", 403)
    client.visit("/pioneers/members/import", 403)


def test_a_member_sees_no_register_but_their_own_page(ana):
    ana.visit("/pioneers/members", 403)
    ana.visit("/pioneers/members/1", 403)
    assert ana.visit("/pioneers/members/2").h1 == "Ana Poe"
    assert ana.get("/pioneers/members.csv").status_code == 403


@pytest.mark.parametrize(
    "path", ["/orchard/members", "/orchard/members/1", "/orchard/me", "/orchard/members.csv"]
)
def test_another_organisations_register_is_shut(secretary, make, path):
    make.officer(make.organisation(slug="orchard", name="Orchard"), "secretary", "Opal Reed")
    answer = secretary.get(path)
    assert answer.status_code in (403, 404)
    assert b"Opal" not in answer.data


def test_the_export_starts_no_formula(secretary, make, house):
    for name in ("=1+1", "+49 Ana", "-Bo", "@cy"):
        make.member(house, name)
    answer = secretary.get("/pioneers/members.csv")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="register-')
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert [row["name"] for row in rows[3:]] == ["'=1+1", "'+49 Ana", "'-Bo", "'@cy"]
    assert rows[1] == {
        "number": "2",
        "name": "Ana Poe",
        "email": "ana@pioneers.example",
        "joined_on": str(make.today - timedelta(days=700)),
        "kind": "person",
        "status": "active",
        "left_on": "",
    }


def test_the_export_holds_what_was_searched_for(secretary):
    text = secretary.get("/pioneers/members.csv?q=poe").get_data(as_text=True)
    assert ("Ana Poe" in text, "Otto" in text) == (True, False)


def test_a_look_at_particulars_is_written_down_for_the_member_to_see(secretary, ana):
    secretary.visit("/pioneers/members/2")
    held = json.loads(ana.get("/pioneers/me/export.json").data)
    assert [(deed["who"], deed["what"]) for deed in held["deeds"]] == [("member 1", "looked at particulars")]
    ana.visit("/pioneers/members/2")
    assert len(json.loads(ana.get("/pioneers/me/export.json").data)["deeds"]) == 1


def test_joint_memberships_and_organisations_are_shown_right(secretary, app, make, house):
    page = upload(
        secretary,
        b"name,joined_on,kind\nBo and Cy Lind,2024-01-01,joint\nOrchard Ltd,2024-01-01,organisation\n",
    )
    secretary.press("Add these 2 members")
    page = secretary.visit("/pioneers/members/4")
    assert page.h1 == "Bo and Cy Lind"
    assert "Held jointly" in page
    assert "They vote together, as one member." in page
    assert "Organisation" in secretary.visit("/pioneers/members/5")


def upload(client, content, status=200, name="members.csv"):
    client.visit("/pioneers/members/import")
    client.fill("Table of members", Upload(content, name))
    return client.press("Show what would happen", status)


GOOD = b"number,name,email,joined_on,kind\n40,Bo Lind,bo@x.example,2020-01-31,\n,Cy Lind,,2021-01-31,\n"


def test_a_register_is_taken_over_after_a_dry_run(secretary):
    page = upload(secretary, GOOD + b"41,,,2021-02-30,\n")
    assert page.h1 == "2 members would be added"
    assert "Nothing is changed yet" in page
    assert "Line 4: There is no name." in page
    assert "Line 4: “2021-02-30” is no date." in page
    assert "3 memberships" in PageClientOf(secretary, "/pioneers/members")

    page = secretary.press("Add these 2 members")
    assert "2 members are in the register now." in page
    assert "5 memberships" in page
    assert "Bo Lind" in secretary.visit("/pioneers/members/40")
    assert "Cy Lind" in secretary.visit("/pioneers/members/41")


def PageClientOf(client, path):  # noqa: N802 - a second window of the same person
    window = PageClient(client.app)
    window.sign_in("ines@pioneers.example")
    return window.visit(path)


def test_a_confirmation_pressed_twice_adds_nobody_twice(secretary):
    page = upload(secretary, GOOD)
    form = next(form for form in page.markup.all("form") if "confirm" in form.get("action", ""))
    data = {one.get("name"): one.get("value") for one in form.iter("input") if one.get("type") == "hidden"}
    assert secretary.post("/pioneers/members/import/confirm", data).status_code == 302
    answer = secretary.post("/pioneers/members/import/confirm", data)
    assert answer.status_code == 409
    assert b"Choose it again" in answer.data
    assert "5 memberships" in secretary.visit("/pioneers/members")


@pytest.mark.parametrize("sha256", ["", "x", "../../etc/passwd", "0" * 64])
def test_only_a_file_that_was_checked_is_imported(secretary, sha256):
    assert secretary.post("/pioneers/members/import/confirm", {"sha256": sha256}).status_code == 409


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "The file is empty."),
        (b"\x00\x01\x02", "This is not a text file."),
        (b"name,joined_on\n", "The file has a header and no members under it."),
        (b"name,joined_on\nBj\xf6rn,2024-01-01\n", "Line 2: Line 2 has a character that is not UTF-8."),
        (b"name,joined_on\n,2024-01-01\n", "Line 2: There is no name."),
        (b"first,last\nBo,Lind\n", "Line 1: Line 1 must name the columns."),
    ],
)
def test_a_file_that_is_no_register_is_refused_with_a_sentence(secretary, content, error):
    assert upload(secretary, content, 422).errors[0].startswith(error)


def test_a_member_changes_their_particulars(ana):
    ana.visit("/pioneers/me")
    ana.follow("Change")
    ana.fill("Your name", "Ana Lind")
    ana.choose("How notices come", "By post")
    page = ana.press("Save", 409)
    assert page.errors == ["Notices by post need a postal address. Give one, or choose notices by mail."]
    assert page.value("Your name") == "Ana Lind"
    ana.fill("Postal address", "Mill Lane 1\nToad Town")
    ana.choose("How notices come", "By post")
    page = ana.press("Save")
    assert "Your particulars are changed." in page
    assert "Ana Lind" in page
    assert "Mill Lane 1" in page


def test_a_member_takes_along_all_that_is_held(ana):
    answer = ana.get("/pioneers/me/export.json")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="what-is-held-about-me.json"'
    held = json.loads(answer.data)
    assert held["memberships"][0]["number"] == 2
    assert "argon2" not in answer.get_data(as_text=True)


def test_a_member_leaves_asks_for_erasure_and_is_erased_but_for_the_number(ana, secretary):
    ana.visit("/pioneers/me/resign")
    assert "You are no longer a member." in ana.press("End my membership today")
    ana.follow("Ask for erasure")
    assert "Kept: your number" in ana.page
    assert "has been asked to erase" in ana.press("Ask the secretary to erase my particulars")

    assert "asks for erasure" in secretary.visit("/pioneers/members?status=ended")
    secretary.visit("/pioneers/members/2")
    page = secretary.press("Erase the particulars")
    assert page.h1 == "Erased (member 2)"
    assert "Resigned" in page
    assert ana.visit("/pioneers/me").h1 == "Sign in"


def test_a_member_who_stays_is_not_erased(ana, secretary):
    ana.visit("/pioneers/me/erasure")
    ana.press("Ask the secretary to erase my particulars")
    page = secretary.visit("/pioneers/members/2")
    assert "This can be done once the membership has ended." in page
    answer = secretary.post("/pioneers/members/2/erase")
    assert (answer.status_code, b"still a member" in answer.data) == (409, True)


def write_down(client, what, day, note="", number=2, status=200):
    client.visit(f"/pioneers/members/{number}")
    client.follow("Record what happened")
    client.choose("What happened", what)
    client.fill("On which day", str(day))
    client.fill("Note", note)
    return client.press("Check before recording", status)


def test_the_secretary_records_a_lapse_after_reading_it_and_then_a_return(secretary, ana, make):
    day = make.today - timedelta(days=3)
    page = write_down(secretary, "The membership lapsed", day, "Three letters came back.")
    assert page.h1 == "Check before recording"
    for sentence in (
        "The membership of Ana Poe lapsed on",
        "Nothing is recorded yet.",
        "Three letters came back.",
    ):
        assert sentence in page
    assert "Lapsed" not in ana.visit("/pioneers/members/2"), "the check has recorded it"
    page = secretary.press("Record it")
    assert "It is in the register." in page
    assert page.path == "/pioneers/members/2"
    assert "Lapsed" in page
    assert "Three letters came back." in page
    assert ana.get("/pioneers/ballots").status_code == 403

    page = write_down(secretary, "Came back", make.today)
    assert "Ana Poe is a member again from" in page
    assert "Reinstated" in secretary.press("Record it")
    assert "Three letters came back." in ana.visit("/pioneers/members/2")


def test_a_death_says_which_offices_become_vacant(secretary, make):
    write_down(secretary, "Died", make.today, number=3)
    assert "This office becomes vacant: auditor." in secretary.page
    secretary.press("Record it")
    assert "vacant" in secretary.visit("/pioneers/offices")


def test_what_was_typed_is_still_there_to_change(secretary, make):
    write_down(secretary, "Died", make.today, "Her daughter called.")
    page = secretary.press("Change it")
    assert page.value("Note") == "Her daughter called."
    assert page.value("On which day") == str(make.today)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        pytest.param(
            2, "This day has not come yet. Choose today or an earlier day.", id="the day after tomorrow"
        ),
        pytest.param(-800, "Something that happened later is written down already.", id="before admission"),
    ],
)
def test_what_cannot_have_happened_that_day_is_refused_with_the_form(secretary, days, said):
    page = write_down(
        secretary, "Died", datetime.now(UTC).date() + timedelta(days=days), "A note.", status=409
    )
    assert page.errors[0].startswith(said)
    assert page.value("Note") == "A note."


def test_two_secretaries_record_one_death_once(secretary, make):
    answers = {"kind": "died", "on": str(make.today), "note": ""}
    assert secretary.post("/pioneers/members/2/record/check", answers).status_code == 302
    assert secretary.post("/pioneers/members/2/record/check", answers).status_code == 422
    assert secretary.visit("/pioneers/members/2").text.count("Died") == 1


def test_the_register_takes_as_many_queries_for_many_as_for_few(secretary, make, house, count_queries):
    with count_queries() as few:
        secretary.get("/pioneers/members")
    for n in range(30):
        make.member(house, f"Member {n}")
    with count_queries() as many:
        secretary.get("/pioneers/members")
    assert many.count == few.count <= 12


def test_mail_of_a_practice_copy_is_read_on_this_machine_only(client, house):
    assert "No letters yet." in client.visit("/demo/mail")
    client.visit("/sign-in/link")
    client.fill("E-mail address", "ana@pioneers.example")
    client.press("Send me a link")
    from tests.pages.letterbox import letters

    letters(client.app)
    client.visit("/demo/mail")
    page = client.follow("Your link")
    assert "ana@pioneers.example" in page
    assert any("/sign-in/link/" in link for link in page.links.values())
    assert client.get("/demo/mail", environ_base={"REMOTE_ADDR": "10.0.0.9"}).status_code == 404
    assert client.get("/demo/mail", headers={"Host": "evil.example"}).status_code == 404
    assert client.get("/demo/mail/..%2fcoop.db").status_code == 404
    client.visit("/demo/mail/none.eml", 404)
