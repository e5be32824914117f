"""A receipt as a QR code: drawn for whoever holds it, of nothing but receipts, and without asking who it is."""

import json
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import select

from coop.extensions import db
from coop.gateways.codes import qr_svg
from coop.models.ballots import Ballot
from coop.rules.secret_messages import fingerprint, receipt_lines, receipt_message
from tests.loaded import load
from tests.pages.client import DEMO_PASSWORD, PageClient

RECEIPT = {
    "ballot": "pioneers/7",
    "serial": "B" + "A" * 86,
    "n": 1,
    "vote_sha256": "0" * 64,
    "signature": "S" * 86,
}


def test_a_receipt_reads_as_what_was_signed_and_the_signature():
    signed = receipt_message("pioneers/7", RECEIPT["serial"], 1, "0" * 64).decode()
    assert receipt_lines("pioneers/7", RECEIPT) == f"{signed}\n{RECEIPT['signature']}"


@pytest.mark.parametrize(
    "change",
    [
        {"ballot": "pioneers/8"},
        {"n": 0},
        {"n": True},
        {"n": "1"},
        {"n": 10**9},
        {"serial": "B" * 86},
        {"serial": "B" * 88},
        {"serial": "B" * 87 + "\n"},
        {"vote_sha256": "G" * 64},
        {"signature": "é" * 86},
        {"signature": None},
        {"vote": '"for"'},
    ],
)
def test_what_is_no_receipt_is_not_drawn(change):
    with pytest.raises(ValueError, match="not a receipt"):
        receipt_lines("pioneers/7", RECEIPT | change)


def test_a_receipt_that_lacks_something_is_not_drawn():
    for name in RECEIPT:
        with pytest.raises(ValueError, match="not a receipt"):
            receipt_lines("pioneers/7", {other: value for other, value in RECEIPT.items() if other != name})
    for none in (None, [], "receipt", 7):
        with pytest.raises(ValueError, match="not a receipt"):
            receipt_lines("pioneers/7", none)


def test_the_code_of_a_receipt_fits_a_phone_and_needs_no_style():
    drawn = ET.fromstring(qr_svg(receipt_lines("pioneers/7", RECEIPT)))
    width = int(drawn.get("viewBox").split()[2])
    assert width <= 77  # modules: 4 pixels each on the narrowest phone
    assert all(element.get("style") is None for element in drawn.iter())
    assert not list(drawn.iter("{http://www.w3.org/2000/svg}style"))


@pytest.fixture(scope="module")
def app(pristine, tmp_path_factory):
    return load(pristine, tmp_path_factory.mktemp("receipts") / "instance")


@pytest.fixture(scope="module")
def number(app):
    with app.app_context():
        open_secret = select(Ballot.number).where(Ballot.secrecy == "secret", Ballot.sealed_at.is_(None))
        return db.session.scalar(open_secret)


def draw(app, number, text):
    return app.test_client().post(f"/pioneers/ballots/{number}/receipt.svg", data=text)


def test_a_receipt_is_drawn_for_whoever_holds_it_without_a_session(app, number):
    receipt = RECEIPT | {"ballot": f"pioneers/{number}"}
    answer = draw(app, number, json.dumps(receipt))
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert answer.text == qr_svg(receipt_lines(f"pioneers/{number}", receipt))
    assert "Set-Cookie" not in answer.headers


def test_nothing_but_a_receipt_of_that_ballot_is_drawn(app, number):
    receipt = RECEIPT | {"ballot": f"pioneers/{number}"}
    for text in (
        "",
        "{",
        "https://elsewhere.example",
        "[" * 1500,
        json.dumps(RECEIPT),
        json.dumps(receipt) + " " * 2000,
    ):
        assert draw(app, number, text).status_code == 422, text[:30]
    assert draw(app, number + 500, json.dumps(receipt)).status_code == 404


def test_the_page_tells_the_browser_all_it_needs_and_nothing_of_anyone_else(app, number):
    client = PageClient(app)
    client.post("/sign-in", {"email": "member@pioneers.example", "password": DEMO_PASSWORD})
    page = client.visit(f"/pioneers/ballots/{number}")
    (paper,) = [element for element in page.markup.all("div") if element.get("data-secret")]
    told = json.loads(paper.get("data-secret"))
    public = app.test_client().get(f"/pioneers/ballots/{number}/keys.json").get_json()
    assert {name: told[name] for name in ("ballot", "keys", "receipt_key", "fingerprint")} == public
    assert told["fingerprint"] == fingerprint(told["keys"], told["receipt_key"])
    assert (told["class"], told["open"], told["issued"]) == ("member", True, False)
    other = PageClient(app)
    other.post("/sign-in", {"email": "chair@pioneers.example", "password": DEMO_PASSWORD})
    theirs = other.visit(f"/pioneers/ballots/{number}").markup
    (paper,) = [element for element in theirs.all("div") if element.get("data-secret")]
    assert json.loads(paper.get("data-secret"))["member"] != told["member"]


def test_the_list_of_votes_takes_no_serial_to_look_for(app):
    with app.app_context():
        counted = select(Ballot.number).where(Ballot.secrecy == "secret", Ballot.sealed_at.is_not(None))
        number = db.session.scalars(counted).first()
    client = PageClient(app)
    client.post("/sign-in", {"email": "member@pioneers.example", "password": DEMO_PASSWORD})
    whole = client.visit(f"/pioneers/ballots/{number}/votes")
    assert not [form for form in whole.markup.all("form") if form.get("role") == "search"]
    asked = client.visit(f"/pioneers/ballots/{number}/votes?q=nothing")
    assert len(asked.markup.all("tr")) == len(whole.markup.all("tr")) > 5
