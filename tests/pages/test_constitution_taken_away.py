"""A constitution searched, printed and taken away as PDF, Markdown and JSON."""

import io
import json
from pathlib import Path
from urllib.parse import quote

import pikepdf
import pytest

from coop.services import constitution
from tests.make import RULES
from tests.pages.test_constitution import LONGER, PASSWORD, amend

MODELS = Path(__file__).resolve().parents[2] / "coop" / "constitution_models"


@pytest.fixture
def lane(make):
    coop = make.organisation("lane", "The Lane", text=(MODELS / "workers.md").read_text())
    make.member(coop, email="member@lane.example", password=PASSWORD)
    return coop


def structure(node):
    if isinstance(node, pikepdf.Array):
        return [name for child in node for name in structure(child)]
    if not isinstance(node, pikepdf.Dictionary):
        return []
    own = [str(node["/S"])] if "/S" in node else []
    return own + (structure(node["/K"]) if "/K" in node else [])


def test_a_search_shows_the_articles_that_have_every_word_and_marks_the_words(client, lane):
    client.visit("/lane/constitution")
    client.fill("Search the articles", "tie lost")
    page = client.press("Search")
    assert "1 article speaks of “tie lost”." in page
    assert "23. Abstentions count" in page
    assert "14. Notice" not in page
    assert {mark.text.casefold() for mark in page.markup.all("mark")} == {"tie", "lost"}
    assert "14. Notice" in client.follow("Read the whole text")


def test_a_search_also_finds_what_the_software_makes_of_an_article_and_the_defaults(client, lane):
    page = client.visit("/lane/constitution?q=Nothing+closes+early")
    assert "21. Voting on an ordinary resolution" in page
    page = client.visit("/lane/constitution?q=by+size")
    assert "0 articles speak of" in page
    assert "Most votes by size" in page
    assert "Members for one more vote" not in page


@pytest.mark.parametrize("words", ["&amp;", "<b>", "amp", "(", "\\", "%00", "x" * 500, "“"])
def test_no_search_is_too_odd(client, lane, words):
    page = client.visit(f"/lane/constitution?q={quote(words)}")
    assert "speak of “" in page or "speaks of “" in page or "%00" in words


def test_a_search_stays_in_the_version_that_is_read(client, make, lane):
    amend(make, lane, LONGER)
    client.visit("/lane/constitution?version=1")
    client.fill("Search the articles", "dissolved")
    page = client.press("Search")
    assert "42. The co-operative is dissolved" in page
    assert "This is not the version in force today." in page


def test_the_pdf_is_tagged_and_carries_text_and_values(client, lane):
    answer = client.get("/lane/constitution.pdf")
    assert answer.mimetype == "application/pdf"
    assert "lane-constitution-1.pdf" in answer.headers["Content-Disposition"]
    with pikepdf.open(io.BytesIO(answer.data)) as file:
        with file.open_metadata(set_pikepdf_as_editor=False) as xmp:
            assert (xmp["pdfaid:part"], xmp["pdfaid:conformance"]) == ("3", "A")
        assert str(file.Root.Lang) == "en"
        assert str(file.docinfo["/Title"]) == "Constitution"
        tags = structure(file.Root.StructTreeRoot)
        assert tags.count("/H1") == 1
        assert tags.count("/H2") > 8
        assert "/Table" in tags
        data = json.loads(file.attachments["constitution.json"].get_file().read_bytes())
    assert data["text"] == (MODELS / "workers.md").read_text()
    assert data["constitution"]["provisions"]["meeting.notice@board"]["article"] == "27"
    assert data["notes"]["14"][0]["set_by"] == "Set at the beginning."


def test_the_same_version_gives_the_same_bytes_today_and_tomorrow(client, make, lane):
    first = client.get("/lane/constitution.pdf").data
    constitution.paper._set.cache_clear()
    assert client.get("/lane/constitution.pdf").data == first


def test_a_member_reads_on_paper_which_decision_set_a_value_and_a_visitor_does_not(client, make, lane):
    decision = amend(make, lane, RULES)

    def notes():
        with pikepdf.open(io.BytesIO(client.get("/lane/constitution.pdf").data)) as file:
            data = json.loads(file.attachments["constitution.json"].get_file().read_bytes())
        return next(note["set_by"] for note in data["notes"]["2"] if note["name"] == "meeting.notice")

    assert notes().startswith("Set by a vote of the members. Was 21 clear days until")
    client.sign_in("member@lane.example")
    assert notes().startswith(f"Set by decision {decision.label} of")


def test_a_past_day_is_taken_away_too(client, make, lane):
    amend(make, lane, LONGER)
    old = (make.today.replace(year=make.today.year - 1)).isoformat()
    assert client.get("/lane/constitution.md").get_data(as_text=True) == LONGER
    assert client.get(f"/lane/constitution.json?day={old}").get_json()["version"] == 1
    assert client.get("/lane/constitution.pdf?day=1844-12-21").status_code == 404
    assert client.get("/lane/constitution.pdf?day=soon").status_code == 404
    assert client.get("/lane/constitution.pdf?version=7").status_code == 404
