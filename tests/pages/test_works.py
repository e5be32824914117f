import gc
import hashlib
import re
from datetime import date

import pytest

from tests.make import PASSWORD
from tests.pages.client import PageClient, Upload

MB = 1024 * 1024
SONG = Upload(b"la la la", "Weavers’ song.txt")


@pytest.fixture
def coop(make):
    return make.organisation()


@pytest.fixture
def amina(coop, make, client):
    make.member(coop, "Amina Holt", email="amina@pioneers.example", password=PASSWORD)
    client.sign_in("amina@pioneers.example")
    return client


@pytest.fixture
def librarian(app, coop, make):
    make.officer(coop, "librarian", email="librarian@pioneers.example", password=PASSWORD)
    client = PageClient(app)
    client.sign_in("librarian@pioneers.example")
    return client


def fill_work(client, title="Weavers’ song", licence="CC-BY-SA-4.0"):
    client.visit("/pioneers/library/new")
    client.fill("Title", title)
    client.fill("Kind", "music")
    client.choose("Who holds the rights?", "The authors")
    client.fill("Public licence", licence)


def register(client, **facts):
    fill_work(client, **facts)
    return client.press("Register the work")


def test_an_empty_library_says_what_to_do(amina):
    page = amina.visit("/pioneers/library")
    assert "No works yet. Register the first one" in page
    amina.follow("Register a work")


def test_a_member_registers_a_work_and_everyone_reads_what_they_may(amina, librarian):
    fill_work(amina)
    amina.fill("What it is, in a few words", "Sung at the loom")
    amina.fill("File", SONG)
    page = amina.press("Register the work")
    assert "is in the library" in page
    assert page.h1 == "Weavers’ song"
    page = librarian.visit("/pioneers/library/1")
    for words in (
        "You may",
        "use it for money",
        "You must",
        "put what you make from it under the same licence",
        "You must not",
        hashlib.sha256(SONG.content).hexdigest(),
        "Amina Holt",
        "as author",
    ):
        assert words in page


def test_the_file_is_a_download_and_never_a_page(amina):
    fill_work(amina)
    amina.fill("File", Upload(b"<script>alert(1)</script>", "../evil.html"))
    amina.press("Register the work")
    answer = amina.get("/pioneers/library/1/files/1")
    assert answer.data == b"<script>alert(1)</script>"
    assert answer.headers["Content-Disposition"] == "attachment; filename=evil.html"
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert amina.get("/pioneers/library/1/files/2").status_code == 404


def test_nothing_typed_is_lost_not_even_the_file(amina):
    amina.visit("/pioneers/library/new")
    amina.fill("What it is, in a few words", "Sung at the loom")
    amina.fill("Share 1", "half")
    amina.fill("File", SONG)
    page = amina.press("Register the work", status=422)
    for error in (
        "Give the work a title.",
        "Choose what kind of work it is.",
        "“half” is not a share. Write it like 1/3 or 50 %.",
        "Say who holds the rights.",
        "Choose a licence, or keep all rights reserved.",
    ):
        assert error in page.errors
    assert page.value("What it is, in a few words") == "Sung at the loom"
    assert page.value("Share 1") == "half"
    assert "Your file is kept" in page
    amina.fill("Title", "Weavers’ song")
    amina.fill("Kind", "music")
    amina.fill("Share 1", "1")
    amina.choose("Who holds the rights?", "The authors")
    amina.fill("Public licence", "None: all rights reserved")
    page = amina.press("Register the work")
    assert hashlib.sha256(SONG.content).hexdigest() in page
    assert "All rights reserved" in page


def test_rows_for_authors_are_added_without_losing_a_word(amina):
    fill_work(amina)
    amina.press("Add rows for authors")
    assert amina.page.value("Title") == "Weavers’ song"
    amina.fill("Share 1", "1/3")
    amina.fill("Author 2", "Bo Lind")
    amina.fill("Share 2", "1/3")
    amina.fill("Author 3", "member 1")
    amina.fill("Share 3", "1/3")
    page = amina.press("Register the work", status=409)
    assert "An author stands there twice: give each one line, with the whole share." in page.errors
    amina.fill("Author 3", "")
    amina.fill("Share 3", "")
    page = amina.press("Register the work", status=409)
    assert any("1/3 is missing" in error for error in page.errors)
    amina.fill("Share 1", "")
    amina.fill("Share 2", "")
    page = amina.press("Register the work")
    assert "By Amina Holt, Bo Lind" in page
    assert page.text.count("1/2") == 2


@pytest.mark.parametrize(
    ("licence", "other", "status", "says"),
    [
        ("Another one, written below", "", 422, "Write the licence"),
        ("Another one, written below", "MIT AND", 409, "is not a licence expression"),
        ("Another one, written below", "Nonsense-1.0", 409, "is not an SPDX licence"),
        ("Another one, written below", "LicenseRef-House", 200, "Read the text of LicenseRef-House"),
        ("Another one, written below", "MIT OR GPL-3.0-only", 200, "Choose one of these ways"),
    ],
)
def test_other_licences_are_read_or_refused_with_a_sentence(amina, licence, other, status, says):
    fill_work(amina, licence=licence)
    amina.fill("Other licence", other)
    assert says in amina.press("Register the work", status=status)


def test_an_empty_file_is_refused(amina):
    fill_work(amina)
    amina.fill("File", Upload(b"", "empty.txt"))
    assert "This file is empty" in amina.press("Register the work", status=422)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the test client's own file
@pytest.mark.parametrize(("extra", "status", "says"), [(1, 422, "larger than 15 MB"), (2 * MB, 413, "large")])
def test_a_file_that_is_too_large_is_refused(amina, extra, status, says):
    fill_work(amina)
    amina.fill("File", Upload(b"x" * (15 * MB + extra), "big.bin"))
    assert says in amina.press("Register the work", status=status)
    amina.page = None
    gc.collect()


def test_a_second_click_is_told_of_the_first(amina):
    register(amina)
    fill_work(amina)
    assert "You registered “Weavers’ song” today already" in amina.press("Register the work", status=409)


def test_versions_are_added_by_whoever_registered(amina):
    register(amina)
    amina.follow("Add a version")
    assert "Choose the file" in amina.press("Add the version", status=422)
    amina.fill("File", SONG)
    assert "version 1" in amina.press("Add the version")
    amina.follow("Add a version")
    amina.fill("File", SONG)
    assert "very file" in amina.press("Add the version", status=409)


def test_a_public_licence_can_be_offered_later(amina):
    register(amina, licence="None: all rights reserved")
    amina.follow("Offer a public licence")
    assert "Choose a licence." in amina.press("Offer the licence", status=422)
    amina.fill("Public licence", "CC0-1.0")
    assert "offered to everyone" in amina.press("Offer the licence")


def test_others_neither_change_nor_grant_a_work(app, coop, make, amina):
    register(amina)
    make.member(coop, "Bo", email="bo@pioneers.example", password=PASSWORD)
    bo = PageClient(app)
    bo.sign_in("bo@pioneers.example")
    page = bo.visit("/pioneers/library/1")
    for words in ("Add a version", "Offer a public licence", "Record a grant"):
        assert words not in page
    for path in ("versions/new", "licences/new", "grants/new"):
        assert bo.get(f"/pioneers/library/1/{path}").status_code == 403
        assert bo.post(f"/pioneers/library/1/{path}").status_code == 403


def fill_grant(client, grantee="Orchard Press", exclusivity="Exclusive", settled="Amina, by letter of 3 May"):
    client.visit("/pioneers/library/1/grants/new")
    client.fill("Who gets it?", grantee)
    client.choose("What may they do?", "Perform or show it in public")
    client.choose("May others get the same?", exclusivity)
    client.fill("First day", date.today().isoformat())  # noqa: DTZ011 - far from any bound
    client.fill("Questions settled", settled)


def test_the_librarian_records_a_grant_and_a_colliding_one_is_refused_by_name(coop, make, amina, librarian):
    register(amina, licence="None: all rights reserved")
    decision = make.decision(coop, decision_class="special", title="Let Orchard Press sing")
    fill_grant(librarian, settled="")
    page = librarian.press("Record the grant", status=409)
    assert "needs a carried special resolution" in page
    assert page.value("Who gets it?") == "Orchard Press"
    librarian.fill("Approved by decision", f"{decision.label} Let Orchard Press sing")
    assert "ask first" in librarian.press("Record the grant", status=409)
    librarian.fill("Questions settled", "Amina, by letter of 3 May")
    page = librarian.press("Record the grant")
    assert "Grant 1 to Orchard Press" in page
    assert f"Approved by decision {decision.label}" in page
    assert "Under the default adopted with version 1." in page
    fill_grant(librarian, grantee="The Loom", exclusivity="Non-exclusive")
    page = librarian.press("Record the grant", status=409)
    assert any(error.startswith("Grant 1 to Orchard Press is exclusive") for error in page.errors)
    amina.visit("/pioneers/library/1/licences/new")
    amina.fill("Public licence", "CC0-1.0")
    assert "Grant 1 to Orchard Press" in amina.press("Offer the licence", status=409)


def test_an_empty_grant_form_says_what_is_missing(amina, librarian):
    register(amina)
    librarian.visit("/pioneers/library/1/grants/new")
    page = librarian.press("Record the grant", status=422)
    assert len(page.errors) == 4


def test_a_royalty_is_for_the_librarian_to_read(amina, librarian):
    register(amina)
    fill_grant(librarian, exclusivity="Non-exclusive")
    librarian.fill("Royalty or price", "seven percent")
    assert "seven percent" in librarian.press("Record the grant")
    page = amina.visit("/pioneers/library/1")
    assert "Grant 1 to Orchard Press" in page
    assert "seven percent" not in page


def test_the_library_is_searched_filtered_and_exported(amina):
    register(amina, title="=Das Lied")
    register(amina, title="Wool", licence="None: all rights reserved")
    page = amina.visit("/pioneers/library?q=lied")
    assert "1 work " in page
    assert "Wool" not in page
    assert "No work matches" in amina.visit("/pioneers/library?q=silk&kind=text&licence=reserved")
    assert "Wool" in amina.visit("/pioneers/library?licence=reserved")
    for odd in (
        "page=0",
        "page=-1",
        "page=x",
        "page=99999999999999999999",
        "kind=%00",
        "licence=%00",
        "q=%00",
    ):
        amina.visit(f"/pioneers/library?{odd}")
    answer = amina.get("/pioneers/library/library.csv?q=lied")
    assert answer.headers["Content-Disposition"] == "attachment; filename=pioneers-library.csv"
    assert "'=Das Lied" in answer.text
    assert "Wool" not in answer.text


def test_the_library_and_its_works_are_not_for_strangers_or_other_organisations(app, make, amina):
    fill_work(amina)
    amina.fill("File", SONG)
    amina.press("Register the work")
    orchard = make.organisation("orchard", "Orchard")
    make.member(orchard, "Ana", email="ana@orchard.example", password=PASSWORD)
    ana, stranger = PageClient(app), PageClient(app)
    ana.sign_in("ana@orchard.example")
    for path in ("library", "library/1", "library/1/files/1", "library/library.csv", "library/new"):
        assert ana.get(f"/pioneers/{path}").status_code in (403, 404)
        assert re.search("/sign-in", stranger.get(f"/pioneers/{path}").headers["Location"])
    for path in ("library/1", "library/1/files/1", "library/99999999999999999999"):
        assert ana.get(f"/orchard/{path}").status_code == 404


@pytest.mark.parametrize("sizes", [(2, 40)])
def test_the_library_page_asks_no_more_for_more_works_and_members(coop, make, amina, count_queries, sizes):
    counts = []
    for size in sizes:
        for n in range(size):
            make.member(coop, f"Member {size} {n}")
            register(amina, title=f"Song {size} {n}") if n < 22 else None
        with count_queries() as queries:
            amina.visit("/pioneers/library")
        counts.append(queries.count)
        with count_queries() as queries:
            amina.visit("/pioneers/library/1")
        assert queries.count <= 12, queries.statements
    assert counts[0] == counts[1] <= 12
