"""A candidate's photo, seconders and an election without a vote, as members meet them on the pages."""

import io
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from PIL import Image

from coop.gateways import pictures
from tests.make import PASSWORD
from tests.nomination_house import OVER, RULES
from tests.pages.client import Upload

CALL = "/pioneers/nominations/1"
PEOPLE = ("Rita", "Ada", "Ben", "Cem", "Dora")
SECONDER = '\n4. A nomination needs [one seconder]{provision="nomination.seconders" value="1"}.\n'
UNOPPOSED = RULES.replace(
    '[reopening nominations]{provision="election.too_few" value="reopen"}',
    '[no one: they are unopposed]{provision="election.too_few" value="unopposed"}',
)


@pytest.fixture
def called(client, make):
    """Call nominations for the treasurer under these rules; gives a way to be another of the members."""

    def build(rules=RULES):
        coop = make.organisation(text=rules)
        make.officer(coop, "returning_officer", "Rita", email="rita@pioneers.example", password=PASSWORD)
        for name in PEOPLE[1:]:
            make.member(coop, name, email=f"{name.lower()}@pioneers.example", password=PASSWORD)
        client.sign_in("rita@pioneers.example", PASSWORD)
        client.visit("/pioneers/nominations/new")
        client.fill("Office", "treasurer (General assembly)")
        client.press("Call nominations")
        return as_

    def as_(name):
        client.sign_out()
        client.sign_in(f"{name.lower()}@pioneers.example", PASSWORD)
        return client.visit(CALL)

    return build


def face(size=(640, 480)):
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, "JPEG")
    return Upload(file.getvalue(), "me.jpg")


def stand(client, words, photo=None):
    client.fill("What you say to the voters", words)
    if photo:
        client.fill("Photo", photo)
    return client.press("Stand as a candidate")


def portraits(page):
    return {e.get("alt"): e.get("src") for e in page.markup.all("img")}


def later(by=OVER):
    return time_machine.travel(datetime.now(UTC) + by + timedelta(minutes=2))


def test_before_standing_a_member_reads_whether_they_can_be_elected_and_why(client, called):
    page = called()("Ada")
    assert "You can be elected. A member in good standing, since" in page


def test_a_photo_goes_from_the_candidate_to_the_paper(client, called):
    as_ = called()
    as_("Ada")
    page = stand(client, "I keep books.", face())
    address = portraits(page)["Ada"]
    got = client.get(address)
    assert (got.status_code, got.mimetype) == (200, "image/jpeg")
    assert Image.open(io.BytesIO(got.data)).size == (480, 480)
    assert "sandbox" in got.headers["Content-Security-Policy"]
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Cache-Control"].startswith("private")
    assert client.get(address, headers={"If-None-Match": got.headers["ETag"]}).status_code == 304
    as_("Ben")
    stand(client, "I can count.")
    assert portraits(client.page) == {"Ada": address}
    with later():
        as_("Rita")
        client.press("Draw up the ballot")
        assert portraits(client.page) == {"Ada": address}, "the officer sees the paper as voters will"
        page = client.press("Open the vote now")
        assert portraits(page) == {"Ada": address}
        client.sign_out()
        assert client.get(address).status_code == 302, "a photo is for members"


@pytest.mark.parametrize(
    ("upload", "says"),
    [
        (Upload(b"GIF89a", "me.gif"), "This is no photo we can read. Choose a JPEG or PNG file."),
        (
            Upload(b"\0" * 100_001, "me.jpg"),
            "This photo is larger than 5 MB or 30 million pixels.",
        ),
        (face((300, 90)), "This photo is too small: it needs 120 pixels each way."),
    ],
)
def test_a_bad_photo_is_refused_in_a_sentence_and_the_words_stay(client, called, monkeypatch, upload, says):
    monkeypatch.setattr(pictures, "MOST_BYTES", 100_000)
    called()("Ada")
    client.fill("What you say to the voters", "I keep books.")
    client.fill("Photo", upload)
    page = client.press("Stand as a candidate", status=422)
    assert page.errors[0].startswith(says)
    assert page.value("What you say to the voters") == "I keep books."
    assert "Nobody yet." in page


def test_a_candidate_changes_words_without_losing_the_photo_and_removes_it(client, called):
    called()("Ada")
    stand(client, "I keep books.", face())
    client.fill("What you say to the voters", "I keep good books.")
    page = client.press("Save my words")
    assert "Ada" in portraits(page)
    assert portraits(client.press("Remove my photo")) == {}


def test_a_candidate_is_seconded_by_one_press_and_those_without_do_not_stand(client, called):
    as_ = called(RULES + SECONDER)
    page = as_("Ada")
    assert "1 other member must second you, by the last day above." in page
    page = stand(client, "I keep books.")
    assert "Seconded by 0, and 1 member must second (article 4)." in page
    assert not any(button.startswith("Second") for button in page.buttons), "nobody seconds themselves"
    as_("Ben")
    stand(client, "I can count.")
    as_("Cem")
    page = client.press("Second Ada")
    assert "You second this candidate." in page
    assert "Seconded by Cem." in page
    with later():
        as_("Rita")
        assert "So they do not stand." in client.page
        page = client.press("Draw up the ballot")
        assert "Ada" in page
        assert "Ben" not in page
        assert "Seconded by 0, and 1 member must second (article 4)." in as_("Ben")


def test_an_election_without_a_vote_says_so_on_every_page_until_the_result(client, called):
    as_ = called(UNOPPOSED)
    page = as_("Ada")
    assert "Where no more stand than there are seats, they are elected unopposed." in page
    stand(client, "I keep books.")
    with later():
        as_("Rita")
        page = client.press("Draw up the ballot")
        assert "1 seat. No more stand, so nobody votes." in page
        assert "The paper, as voters will see it" not in page
        client.press("Open the vote now")
        as_("Cem")
        page = client.visit("/pioneers/ballots/1")
        assert (
            "Nobody votes on this. They are elected unopposed when the time for voting would close," in page
        )
        assert "Cast my vote" not in page.buttons
        assert "To vote" not in client.visit("/pioneers/")
    with later(OVER + timedelta(days=20)):
        as_("Cem")
        page = client.visit("/pioneers/ballots/1")
        assert (
            "Elected: Ada. 1 seat, 1 candidate, unopposed, without a vote. Articles 1 and 3, version 1."
            in page
        )
        client.visit("/pioneers/ballots/1/roll")
