"""Objecting in the browser's hands: the roll to come, challenges, counting again, letters, and reminders."""

# ruff: noqa: F811 - fixtures are asked for by name
import csv
import io
from datetime import timedelta

import pytest
import time_machine

from coop import background
from coop.extensions import db
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.services import ballots
from tests.make import PASSWORD
from tests.pages.letterbox import letter_to, letters, link_in
from tests.pages.test_ballots import coop, members, open_motion, real_now  # noqa: F401

BALLOT = "/pioneers/ballots/1"


@pytest.fixture
def as_(client):
    def sign_in(name):
        client.sign_out()
        client.sign_in(f"{name}@pioneers.example", PASSWORD)
        return client

    client.sign_in("rita@pioneers.example", PASSWORD)
    return sign_in


@pytest.fixture
def announced(make, coop, members, real_now):
    """A motion announced for tomorrow; Nora, who came yesterday, will not be able to vote."""
    with make.scope():
        here, officer = db.session.get(Organisation, coop.id), make.actor(members[0])
        ballot = ballots.propose_motion(here, officer, real_now, title="Buy a mill", text="We buy it.")
        ballots.announce(ballot, here, officer, real_now, opens_at=real_now + timedelta(days=1))
    return real_now + timedelta(days=1)


@pytest.fixture
def counted(open_motion, real_now):
    """A motion that was carried a week ago by three, and that nobody has looked at yet."""
    return open_motion(real_now - timedelta(days=8), ["for", "for", "against"])


def object_(client, words="I have been a member since May."):
    client.visit(f"{BALLOT}/roll/coming")
    client.fill("What is wrong with the roll?", words)
    return client.press("Object to the roll")


def test_each_member_sees_their_own_line_of_the_roll_to_come_and_no_other(announced, client, as_):
    as_("nora").visit(BALLOT)
    page = client.follow("Who will be able to vote, and why")
    assert "You will not be able to vote on this." in page
    assert "can vote in ballots that open from" in page
    assert "Amina" not in page
    as_("amina")
    assert "You will be able to vote on this." in client.visit(f"{BALLOT}/roll/coming")


def test_an_objection_is_sent_changed_answered_and_read(announced, client, as_, app):
    as_("nora")
    client.visit(f"{BALLOT}/roll/coming")
    page = client.press("Object to the roll", status=422)
    assert page.errors == ["Say what is wrong with the roll. Only the returning officer reads it."]
    page = object_(client)
    assert "will answer it before voting opens" in page
    assert page.value("What is wrong with the roll?") == "I have been a member since May."
    client.fill("What is wrong with the roll?", "Since June, I mean.")
    assert "You can still change it." in client.press("Change my objection")

    as_("rita")
    assert "1 member objects to the roll and has no answer." in client.visit(f"{BALLOT}/check")
    assert "Objection to the roll of “Buy a mill”" in client.visit("/pioneers/desk")
    page = client.visit(f"{BALLOT}/roll/coming")
    assert "Since June, I mean." in page
    page = client.visit(f"{BALLOT}/contests/4")
    assert "this member will not be able to vote" in page
    page = client.press("Answer", status=422)
    assert page.errors == ["Choose first: upheld or dismissed.", "Give the reason for your answer."]
    client.choose("Your answer", "Dismissed: the register is right")
    client.fill("Why?", "The register says yesterday, and so does your card.")
    assert "the member is told" in client.press("Answer")

    letter = letter_to(app, "nora@pioneers.example", "There is an answer for you")
    as_("nora")
    page = client.visit(link_in(letter))
    assert "The register says yesterday, and so does your card." in page
    assert "Object to the roll" not in page.buttons


def test_once_voting_is_open_the_page_says_that_the_roll_stands_and_what_one_can_do(announced, client, as_):
    with time_machine.travel(announced + timedelta(minutes=5)):
        as_("nora")
        for path in (BALLOT, f"{BALLOT}/roll"):
            page = client.visit(path)
            assert "You cannot vote on this one." in page
            assert "The roll was frozen when voting opened, and nothing changes it now." in page
            assert "you can challenge the result once the votes are counted" in page
        assert client.get(f"{BALLOT}/roll/coming").status_code == 302
        answer = client.post(f"{BALLOT}/roll/contest", {"text": "But I …"})
        assert answer.status_code == 409
        assert "so the roll stands" in answer.text


def test_the_roll_is_exported_without_formulas_before_and_after_opening(announced, client, as_, make):
    with make.scope():
        db.session.query(Membership).filter_by(name="Ben Cole").one().name = "=HYPERLINK(1)"
    as_("rita")
    for moment in (announced - timedelta(hours=1), announced + timedelta(hours=1)):
        with time_machine.travel(moment):
            as_("rita")
            answer = client.get(f"{BALLOT}/roll.csv")
        rows = list(csv.reader(io.StringIO(answer.text)))
        assert rows[0] == ["Number", "Name", "May vote", "Why", "Notices by"]
        assert [row[1] for row in rows[1:]] == ["Rita", "Amina Holt", "'=HYPERLINK(1)", "New Nora"]
        assert [row[2] for row in rows[1:]] == ["yes", "yes", "yes", "no"]
        assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_challenge_is_made_read_without_its_name_and_dismissed(counted, client, as_, app):
    as_("nora")
    client.visit(BALLOT)
    client.follow("Challenge this result")
    page = client.press("Challenge the result", status=422)
    assert page.errors == ["Say what was wrong with this ballot. Members will read it."]
    client.fill("What was wrong?", "The notice came too late.")
    page = client.press("Challenge the result")
    assert "Your challenge is recorded." in page
    assert "New Nora" in page  # to herself
    assert "Challenge this result" not in page.links

    as_("amina")
    page = client.visit(BALLOT)
    assert "The notice came too late." in page
    assert "New Nora" not in page
    assert "Not answered yet" in page

    as_("rita")
    assert "Challenge of “Buy a mill”" in client.visit("/pioneers/desk")
    assert "New Nora" in client.visit(BALLOT)
    page = client.follow("Answer")
    assert "What follows if you uphold it" in page
    client.choose("Your answer", "Dismissed: the result stands")
    client.fill("Why?", "It was given on the day the rules ask for.")
    page = client.press("Answer")
    assert "The challenge is dismissed, and the result stands." in page
    assert "It was given on the day the rules ask for." in page
    assert letter_to(app, "nora@pioneers.example", "There is an answer for you")


def test_an_upheld_challenge_shows_the_decision_as_void_everywhere(counted, client, as_, app):
    as_("amina").visit(f"{BALLOT}/challenge")
    client.fill("What was wrong?", "Two were left out.")
    client.tick("Show my name to the members")
    client.press("Challenge the result")
    as_("rita").visit(f"{BALLOT}/challenges/2")
    client.choose("Your answer", "Upheld: the result is void")
    client.fill("Why?", "Two members were left out of the roll.")
    assert "The ballot is void. Everyone who could vote is told." in client.press("Answer")
    as_("ben")
    page = client.visit(BALLOT)
    assert "This ballot is void: Two members were left out of the roll." in page
    assert "It was counted as: Carried." in page
    assert "Amina Holt" in page
    for path in ("/pioneers/decisions", "/pioneers/ballots", "/pioneers/"):
        assert "Void" in client.visit(path) or "void" in client.visit(path)
    decided = client.visit("/pioneers/decisions?outcome=carried")
    assert "Buy a mill" not in decided
    page = client.visit(next(href for href in client.visit(BALLOT).links.values() if "/decisions/2" in href))
    assert "This decision is void: Two members were left out of the roll." in page
    assert client.get(f"{BALLOT}/bundle.json").status_code == 200
    assert client.get(f"{BALLOT}/certificate.pdf").status_code == 409
    with app.app_context():
        background.tell_voters(app)
        db.session.remove()
    told = [one for one in letters(app) if "declared void" in one.text]
    assert {one.recipient for one in told} == {
        f"{name}@pioneers.example" for name in ("rita", "amina", "ben")
    }


def test_a_challenge_too_late_is_refused_with_the_time_it_could_be_made(open_motion, client, as_, real_now):
    open_motion(real_now - timedelta(days=8), ["for"])
    client.visit(BALLOT)  # seals it now
    with time_machine.travel(real_now + timedelta(days=15)):
        as_("amina")
        assert "The time to challenge it is over." in client.visit(BALLOT)
        assert "could be challenged until" in client.visit(f"{BALLOT}/challenge", status=409)


def test_counting_again_says_the_same_to_the_last_digit_with_both_hashes(counted, client, as_):
    as_("amina").visit(BALLOT)
    page = client.follow("Count again")
    assert "The same, to the last digit." in page
    assert "SHA-256, made just now:" in page
    assert "coop verify FILE --head" in page


def test_letters_are_listed_printed_and_marked_as_posted(make, coop, open_motion, client, as_, real_now):
    make.member(coop, "Petra Post", notices="post", postal_address="Toad Lane 31\n12345 Rochdale")
    open_motion(real_now)
    as_("rita")
    page = client.visit(BALLOT)
    assert "1 by post, not posted yet" in " ".join(page.text.split())
    page = client.follow("Letters to post")
    assert "Petra Post" in page
    assert "12345 Rochdale" in page
    answer = client.get(f"{BALLOT}/letters.pdf?kind=opening")
    assert answer.data.startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    page = client.press("They are posted That voting is open")
    assert "It is recorded that these letters were posted today." in page
    assert "by member 1." in page
    as_("amina")
    assert "Letters to post" not in client.visit(BALLOT).links


def test_the_link_of_a_reminder_opens_a_page_with_a_button_after_sign_in(
    open_motion, client, as_, app, real_now
):
    open_motion(real_now - timedelta(days=5, hours=1), ["for"])
    with app.app_context():
        background.link_events(app)
        background.tell_voters(app)
        db.session.remove()
    subject = "Something still waits for your answer"
    reminded = {one.recipient for one in letters(app) if one.subject == subject}
    assert reminded == {"amina@pioneers.example", "ben@pioneers.example"}
    letter = letter_to(app, "amina@pioneers.example", subject)
    off = letter.text[letter.text.index("/pioneers/me/") :].split()[0]
    assert app.test_client().get(off).headers["Location"].startswith("/sign-in?next=")
    as_("amina").visit(off)
    page = client.press("Send me no reminders")
    assert "You get no more reminders. Notices still come." in page
    client.follow("Reminders to vote")
    assert "You will be reminded to vote." in client.press("Remind me to vote")
