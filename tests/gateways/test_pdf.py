"""Paper is what it says: tagged PDF/A-3a with its data inside, the same bytes for the same record, and no way out."""

import base64
import io
import json
import os
import subprocess
from datetime import UTC, datetime, timedelta, timezone

import pikepdf
import pytest

from coop.gateways import pdf

DATA = {"title": "Minutes", "present": 12, "names": ["Zoë", "Ωmega", "Ⴀ"]}
DATED = datetime(2026, 5, 9, 8, 30, tzinfo=UTC)
PAGE = """<!doctype html><html lang="cy"><head><title>ignored</title></head><body><h1>Minutes</h1>
<h2>Who was there</h2><table><thead><tr><th scope="col">Member</th></tr></thead><tbody><tr><td>Zoë Ωmega</td></tr>
</tbody></table><p>Twelve were present.</p></body></html>"""


def paper(html=PAGE, *, text=None, dated=DATED, **limits):
    data = pdf.Attachment("minutes.json", text or json.dumps(DATA, ensure_ascii=False), "The record", dated)
    return pdf.render(
        html,
        css="body { font-family: 'DejaVu Serif' }",
        title="Cofnodion",
        lang="cy",
        attachment=data,
        **limits,
    )


@pytest.fixture(scope="module")
def rendered():
    return paper()


@pytest.fixture
def opened(rendered):
    with pikepdf.open(io.BytesIO(rendered)) as file:
        yield file


def text_of(rendered):
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=rendered, capture_output=True, check=True)
    return done.stdout.decode()


def structure(node):
    if isinstance(node, pikepdf.Array):
        return [name for child in node for name in structure(child)]
    if not isinstance(node, pikepdf.Dictionary):
        return []
    own = [str(node["/S"])] if "/S" in node else []
    return own + (structure(node["/K"]) if "/K" in node else [])


def test_paper_declares_itself_pdf_a_3a(opened):
    with opened.open_metadata(set_pikepdf_as_editor=False) as xmp:
        assert (xmp["pdfaid:part"], xmp["pdfaid:conformance"]) == ("3", "A")


def test_paper_carries_its_language_and_title_and_shows_the_title(opened):
    assert str(opened.Root.Lang) == "cy"
    assert opened.Root.ViewerPreferences.DisplayDocTitle is True
    assert str(opened.docinfo["/Title"]) == "Cofnodion"
    with opened.open_metadata(set_pikepdf_as_editor=False) as xmp:
        assert xmp["dc:title"] == "Cofnodion"


def test_headings_and_tables_stand_in_the_structure_tree(opened):
    assert opened.Root.MarkInfo.Marked is True
    found = structure(opened.Root.StructTreeRoot)
    assert [name for name in found if name in {"/H1", "/H2", "/Table", "/TH", "/TD", "/P"}] == [
        "/H1", "/H2", "/Table", "/TH", "/TD", "/P",
    ]  # fmt: skip


def test_the_record_travels_inside_unchanged(opened):
    [name] = opened.attachments
    assert name == "minutes.json"
    inside = opened.attachments[name].get_file()
    assert json.loads(inside.read_bytes()) == DATA
    assert inside.mime_type == "application/json"
    assert inside.creation_date == inside.mod_date == DATED
    assert {str(spec.AFRelationship) for spec in opened.Root.AF} == {"/Data"}


def test_every_font_is_embedded(opened):
    fonts = [one for page in opened.pages for one in page.Resources.Font.values()]
    descendants = [font.DescendantFonts[0] if "/DescendantFonts" in font else font for font in fonts]
    assert descendants
    for font in descendants:
        assert any(key in font.FontDescriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))


def test_its_text_can_be_read(rendered):
    text = text_of(rendered)
    assert "Zoë Ωmega" in text
    assert "Twelve were present." in text


def test_the_same_record_makes_the_same_bytes_in_any_zone(rendered, monkeypatch):
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    assert paper(dated=DATED.astimezone(timezone(timedelta(hours=13)))) == rendered


def test_another_record_makes_another_identifier(rendered):
    other = paper(text='{"present": 13}')
    first, second = (pikepdf.open(io.BytesIO(one)).trailer.ID[0] for one in (rendered, other))
    assert bytes(first) != bytes(second)


def test_a_data_image_is_drawn_and_a_file_or_an_address_is_not(tmp_path):
    secret = tmp_path / "secret.png"
    dot = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
    secret.write_bytes(dot)

    def images(source):
        html = f'<h1>Minutes</h1><p><img alt="dot" src="{source}"></p>'
        with pikepdf.open(io.BytesIO(paper(html))) as file:
            return [name for page in file.pages for name in page.get_images()]

    assert len(images("data:image/png;base64," + base64.b64encode(dot).decode())) == 1
    assert images(secret.as_uri()) == []
    assert images("http://127.0.0.1:9/dot.png") == []


def test_a_file_linked_as_an_attachment_stays_out(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the treasurer's password")
    html = f'<html><head><link rel="attachment" href="{secret.as_uri()}"></head><h1>Minutes</h1></html>'
    with pikepdf.open(io.BytesIO(paper(html))) as file:
        assert list(file.attachments) == ["minutes.json"]


def test_secrets_of_the_server_never_reach_the_renderer(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "x" * 32)
    assert "SECRET_KEY" in os.environ
    assert "SECRET_KEY" not in pdf._environment()


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        pytest.param({"seconds": 2}, "time", id="a text that takes too long"),
        pytest.param({"mebibytes": 300}, "memory", id="a text that takes too much memory"),
    ],
)
def test_paper_that_asks_too_much_is_refused_with_its_reason(limits, reason):
    huge = "<h1>Minutes</h1><table>" + "<tr><td>a</td><td>b</td></tr>" * 20_000 + "</table>"
    with pytest.raises(pdf.RenderError) as refused:
        paper(huge, **limits)
    assert refused.value.reason == reason
