"""A secret ballot at its doors: drafted on pages, voted on by requests, found again on the list of votes."""

# ruff: noqa: F811 - fixtures are asked for by name
import json
import logging
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from coop import background
from coop.extensions import db
from coop.gateways import blind_signatures as signatures
from coop.gateways.voter import Voter
from coop.models.ballots import Ballot, SecretVote
from coop.models.organisations import Organisation
from coop.models.records import AuditEvent
from coop.rules.secret_messages import receipt_message
from coop.services import ballots
from coop.traces import RECYCLED
from tests.make import PASSWORD
from tests.pages.client import PageClient
from tests.pages.test_ballots import coop, members, real_now  # noqa: F401
from tests.secret_house import keys_for

AMINA = "amina@pioneers.example"
HERE = "/pioneers/ballots"


@pytest.fixture
def many(make, coop):
    """Enough members for a secret ballot, with accounts: twelve who may vote."""
    for n in range(9):
        make.member(coop, f"Voter {n}", email=f"voter{n}@pioneers.example", password=PASSWORD)


@pytest.fixture
def secret_motion(app, make, coop, many, members):
    """Open a secret motion at an instant; gives its number."""

    def build(at):
        with make.scope():
            here, officer = db.session.get(Organisation, coop.id), make.actor(members[0])
            fields = {"title": "Buy a mill", "text": "The co-op buys the mill.", "secrecy": "secret"}
            ballot = ballots.propose_motion(here, officer, at, **fields)
            ballots.open_ballot(ballot, here, officer, at, keys=keys_for(ballot, here))
            return ballot.number

    return build


def asked(client, number, blinded):
    headers = {"X-CSRFToken": client.token()}
    sent = {"blinded": signatures.b64u(blinded)}
    return client.http.post(f"{HERE}/{number}/token", json=sent, headers=headers)


def device(app, client, number):
    """A member's browser with its token."""
    told = PageClient(app).get(f"{HERE}/{number}/keys.json").json
    voter = Voter(told["ballot"], "member", told["keys"])
    answer = asked(client, number, voter.blinded)
    assert answer.status_code == 200, answer.text
    voter.take(signatures.from_b64u(answer.json["signature"]))
    return voter


def cast(app, number, given, **options):
    """Post as a browser does without its cookies."""
    return app.test_client().post(f"{HERE}/{number}/cast", json=given, **options)


def close(app, number):
    """Let the voting period pass."""
    with app.app_context():
        from coop.transaction import writing

        ballot = db.session.scalar(select(Ballot).where(Ballot.number == number))
        with writing():
            ballots.seal(ballot.id, ballot.closes_at + ballots.GRACE)
        background.link_events(app)
        background.scrub_secret_ballots(app)
        db.session.remove()


def test_the_returning_officer_makes_a_draft_secret_and_opens_it(client, coop, many):
    client.sign_in("rita@pioneers.example")
    client.visit(f"{HERE}/new-motion")
    client.fill("Title", "Pay the chair")
    client.fill("What shall be decided", "The chair is paid.")
    client.choose("Kind of resolution", "Ordinary resolution")
    page = client.press("Draft the motion")
    assert "This is an open ballot" in page

    client.follow("Choose how secret it is")
    client.choose("How secret", "Secret")
    page = client.press("Save")
    assert "The secrecy of this vote is changed." in page
    assert "Your name is not stored with your vote." in page
    page = client.press("Open the vote now")
    assert "Voting is open" in page
    assert "Keys and votes" in page
    told = client.get(page.links["The keys themselves (JSON)"]).json
    assert told["fingerprint"] in page
    assert told["ballot"] == "pioneers/1"
    assert told["keys"].keys() == {"member"}
    page = client.visit(f"{HERE}/1/secrecy", status=409)
    assert "its secrecy stands" in page


def test_a_draft_asks_for_more_secrecy_from_the_start_and_never_for_less(client, make, many, coop):
    client.sign_in("rita@pioneers.example")
    client.visit(f"{HERE}/new-motion")
    client.fill("Title", "Pay the chair")
    client.fill("What shall be decided", "The chair is paid.")
    client.choose("Kind of resolution", "Ordinary resolution")
    client.choose("How secret", "Secret")
    assert "Your name is not stored with your vote." in client.press("Draft the motion")

    client.visit(f"{HERE}/new-election")
    client.fill("Candidates", "2: I have time.")
    client.choose("How secret", "Secret")
    assert "Your name is not stored with your vote." in client.press("Draft the election")
    client.follow("Choose how secret it is")
    client.choose("How secret", "Open")
    page = client.press("Save", status=409)
    assert page.errors == [
        (
            "The constitution asks for more secrecy than that (the default adopted with version 1), and only a carried "
            "vote changes it."
        )
    ]


def test_too_few_voters_are_told_before_keys_are_made(client, coop):
    client.sign_in("rita@pioneers.example")
    client.visit(f"{HERE}/new-motion")
    client.fill("Title", "Pay the chair")
    client.fill("What shall be decided", "The chair is paid.")
    client.choose("Kind of resolution", "Ordinary resolution")
    client.choose("How secret", "Secret")
    client.press("Draft the motion")
    assert "at least 10 voters in each class" in client.press("Open the vote now", status=409)


def test_a_member_votes_and_finds_the_vote_on_the_list(app, client, secret_motion, real_now, count_queries):
    number = secret_motion(real_now - timedelta(hours=1))
    client.sign_in(AMINA)
    page = client.visit(f"{HERE}/{number}")
    assert "0 of 12 members were given a voting token, and 0 votes are in the box." in page
    voter = device(app, client, number)
    given = voter.cast("for")
    receipt = cast(app, number, given).json["receipt"]
    told = client.get(f"{HERE}/{number}/keys.json").json
    message = receipt_message(told["ballot"], voter.serial, 1, receipt["vote_sha256"])
    assert signatures.receipt_is_signed(told["receipt_key"], message, receipt["signature"])
    assert "1 of 12 members were given a voting token, and 1 votes are in the box." in client.visit(
        f"{HERE}/{number}"
    )
    assert "listed once voting has closed" in client.visit(f"{HERE}/{number}/votes")

    for n in range(9):
        other = PageClient(app)
        other.sign_in(f"voter{n}@pioneers.example", PASSWORD)
        cast(app, number, device(app, other, number).cast("against" if n % 2 else "for"))
    close(app, number)

    with count_queries() as seen:
        client.get(f"{HERE}/{number}")
    assert seen.count <= 14, seen.statements  # two more than other ballots: the keys, and how it ended
    page = client.visit(f"{HERE}/{number}")
    assert "6 for, 4 against" in page
    assert "The private keys are destroyed. A copy of the database made after" in page
    page = client.follow("The list of votes")
    assert "10 votes." in page
    assert voter.serial in page
    # A search would tell the server whose serial it is, so there is none.
    assert {one.get("type") for one in page.markup.all("input")} <= {"hidden"}

    page = client.visit(f"{HERE}/{number}/issued")
    assert "You were given a voting token." in page
    assert "Voter 3" not in page
    bundle = client.get(f"{HERE}/{number}/bundle.json").json
    marks = {entry["member"] for entry in bundle["roll"] if entry["issued"]}
    assert sum(mark in page.text for mark in marks) == len(marks) == 10
    auditor = PageClient(app)
    auditor.sign_in("rita@pioneers.example", PASSWORD)
    page = auditor.visit(f"{HERE}/{number}/issued?q=voter")
    assert "Voter 3" in page
    assert "Amina Holt" not in page


def test_the_page_calls_traces_gone_only_once_they_are(app, client, secret_motion, real_now, monkeypatch):
    number = secret_motion(real_now - timedelta(hours=1))
    client.sign_in(AMINA)
    with monkeypatch.context() as kept:
        kept.setattr(background, "empty_write_ahead_log", lambda: RECYCLED)
        kept.setattr(background, "_emptied_next", dict(background._emptied_next))
        close(app, number)
    page = client.visit(f"{HERE}/{number}")
    assert "the database's own log may still tell who voted how, until the server has removed it" in page
    assert "tells nothing of who voted how" not in page
    with app.app_context():
        assert background.remove_traces(real_now) == ""
        db.session.remove()
    page = client.visit(f"{HERE}/{number}")
    assert "tells nothing of who voted how" in page
    assert "may still tell" not in page


def test_a_vote_sent_again_after_sealing_is_said_to_be_counted_and_no_other(
    app, client, secret_motion, real_now
):
    number = secret_motion(real_now - timedelta(hours=1))
    given = {}
    for n in range(6):
        other = PageClient(app)
        other.sign_in(f"voter{n}@pioneers.example", PASSWORD)
        voter = device(app, other, number)
        given[n] = voter.cast("for")
        if n:
            cast(app, number, given[n])
    close(app, number)
    answer = cast(app, number, given[1])
    assert (answer.status_code, answer.json["receipt"]) == (200, None)
    assert answer.json["counted"].startswith("This vote was counted.")
    for never in (given[0], voter.cast("against"), voter.cast("for", 2)):
        refused = cast(app, number, never)
        assert (refused.status_code, list(refused.json)) == (409, ["error"])


def test_casting_reads_and_sets_no_cookie_and_leaves_no_trace_but_the_vote(
    app, client, secret_motion, real_now, caplog
):
    number = secret_motion(real_now - timedelta(hours=1))
    client.sign_in(AMINA)
    voter = device(app, client, number)
    with app.app_context():
        events = db.session.scalar(select(func.count(AuditEvent.id)))
        db.session.remove()

    seen = []

    def look():
        from flask import request

        seen.append((dict(request.cookies), request.remote_addr, request.headers.get("User-Agent")))

    # Even where a browser sent its cookies along, the program sees none.
    app.before_request_funcs.setdefault(None, []).append(look)
    with caplog.at_level(logging.DEBUG):
        answer = client.http.post(f"{HERE}/{number}/cast", json=voter.cast("for"))
        refused = client.http.post(f"{HERE}/{number}/cast", json=voter.cast("for") | {"n": 2})
    app.before_request_funcs[None].remove(look)
    assert seen == [({}, seen[0][1], None)] * 2
    assert not seen[0][1]
    for response, status in ((answer, 200), (refused, 409)):
        assert response.status_code == status
        assert response.is_json
        assert response.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in response.headers
    assert [record.getMessage() for record in caplog.records if record.name.startswith("coop")] == []
    with app.app_context():
        assert db.session.scalar(select(func.count(AuditEvent.id))) == events
        assert db.session.scalars(select(SecretVote.serial)).all() == [voter.serial]
        db.session.remove()


def test_the_keys_are_the_same_for_everyone_and_asked_for_without_a_name(
    app, client, secret_motion, real_now
):
    number = secret_motion(real_now - timedelta(hours=1))
    client.sign_in(AMINA)
    mine, anyones = (
        client.get(f"{HERE}/{number}/keys.json"),
        app.test_client().get(f"{HERE}/{number}/keys.json"),
    )
    assert mine.data == anyones.data
    assert "Set-Cookie" not in anyones.headers


def test_a_token_needs_a_member_a_page_of_ours_and_a_value(app, client, secret_motion, real_now):
    number = secret_motion(real_now - timedelta(hours=1))
    told = client.get(f"{HERE}/{number}/keys.json").json
    voter = Voter(told["ballot"], "member", told["keys"])
    assert asked(client, number, voter.blinded).status_code == 401
    client.sign_in(AMINA)
    without = client.http.post(f"{HERE}/{number}/token", json={"blinded": "x"})
    assert (without.status_code, list(without.json)) == (401, ["error"])
    nothing = asked(client, number, b"")
    assert nothing.status_code == 409
    assert "can't be signed" in nothing.json["error"]
    first, again = asked(client, number, voter.blinded), asked(client, number, voter.blinded)
    assert first.json == again.json
    other = asked(client, number, Voter(told["ballot"], "member", told["keys"]).blinded)
    assert other.status_code == 409
    assert "on another device" in other.json["error"]
    missing = client.http.post(f"{HERE}/99/token", json={}, headers={"X-CSRFToken": client.token()})
    assert missing.status_code == 404


@pytest.mark.parametrize(
    "sent",
    [
        {"data": b""},
        {"data": b"{", "content_type": "application/json"},
        {"json": {}},
        {"json": []},
        {"json": {"serial": "x" * 40_000}},
        {"data": b"x" * 100_000, "content_type": "application/json"},
        {"data": {"serial": "a form"}},
    ],
)
def test_what_is_no_vote_is_refused_in_a_sentence(app, secret_motion, real_now, sent, monkeypatch):
    number = secret_motion(real_now - timedelta(hours=1))
    monkeypatch.setattr(signatures, "token_is_good", lambda *_: pytest.fail("arithmetic for what is no vote"))
    answer = app.test_client().post(f"{HERE}/{number}/cast", **sent)
    assert answer.status_code in (409, 413)
    assert "Set-Cookie" not in answer.headers


def test_nobody_votes_twice_by_voting_on_paper_of_another_kind(app, client, secret_motion, real_now):
    number = secret_motion(real_now - timedelta(hours=1))
    client.sign_in(AMINA)
    answer = client.post(f"{HERE}/{number}/vote", {"choice": "for"})
    assert answer.status_code == 409
    assert "would carry your name" in answer.text


def test_the_home_page_asks_until_the_token_is_there(app, client, secret_motion, real_now):
    number = secret_motion(real_now - timedelta(hours=1))
    client.sign_in(AMINA)
    assert "Buy a mill" in client.visit("/pioneers/")
    assert "secret ballot" in client.page
    device(app, client, number)
    page = client.visit("/pioneers/")
    assert "Buy a mill" in page
    assert "You were given a voting token. On the device that has it" in page
    assert "secret ballot" not in page  # and is not asked again


def test_a_void_ballot_shows_no_vote_list(app, client, secret_motion, real_now, make):
    number = secret_motion(real_now - timedelta(hours=1))
    client.sign_in(AMINA)
    cast(app, number, device(app, client, number).cast("for"))
    close(app, number)
    page = client.visit(f"{HERE}/{number}")
    assert "Fewer than 5 members of one class voted." in page
    assert "nobody sees its votes" in client.visit(f"{HERE}/{number}/votes")
    assert client.get(f"{HERE}/{number}/bundle.json").status_code == 409
    assert json.dumps(voted := client.get(f"{HERE}/{number}/issued").text)
    assert "fingerprint" not in voted
