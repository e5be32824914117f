"""Voting as members do it, without JavaScript; and what the returning officer does around it."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.organisations import Organisation
from coop.services import ballots, organisations
from tests.make import PASSWORD

RULES = """
1. A member votes after [thirty days]{provision="roll.cutoff" value="30 days"}.

2. An ordinary resolution is carried by [more than half of the votes cast]{provision="decision.ordinary.majority" value="> 1/2 of cast"},
   provided [a quarter of the members]{provision="decision.ordinary.quorum" value="1/4 of eligible"} vote.
"""


@pytest.fixture
def real_now():
    return datetime.now(UTC)


@pytest.fixture
def coop(make, real_now):
    """A co-op of four: an officer, two members with accounts, and one who came yesterday."""
    coop = make.organisation(text=RULES)
    make.officer(coop, "returning_officer", "Rita", email="rita@pioneers.example", password=PASSWORD)
    make.member(coop, "Amina Holt", email="amina@pioneers.example", password=PASSWORD)
    make.member(coop, "Ben Cole", email="ben@pioneers.example", password=PASSWORD)
    make.member(
        coop,
        "New Nora",
        email="nora@pioneers.example",
        password=PASSWORD,
        since=real_now.date() - timedelta(days=1),
    )
    return coop


@pytest.fixture
def members(app, coop):
    from sqlalchemy import select

    from coop.models.members import Membership

    with app.app_context():
        rows = db.session.scalars(select(Membership).order_by(Membership.number)).all()
        db.session.expunge_all()
    return rows


@pytest.fixture
def open_motion(make, coop, members):
    def build(at, choices=(), **more):
        fields = {"title": "Buy a mill", "text": "The co-op buys the mill.\n\nThe board signs.", **more}
        with make.scope():
            here, officer = db.session.get(Organisation, coop.id), make.actor(members[0])
            ballot = ballots.propose_motion(here, officer, at, **fields)
            ballots.open_ballot(ballot, here, officer, at)
            for member, choice in zip(members, choices, strict=False):
                ballots.cast_vote(ballot, make.actor(member), choice, at)
            return ballot.number

    return build


@pytest.fixture
def open_election(make, coop, members):
    def build(at, papers=(), candidates=(2, 3, 4)):
        make.members(coop, max(candidates) - 4)
        with make.scope():
            here, officer = db.session.get(Organisation, coop.id), make.actor(members[0])
            office = organisations.find_office(here, "treasurer")
            said = [(number, f"I am number {number}.") for number in candidates]
            people = ballots.candidates_by_number(here, said)
            ballot = ballots.set_up_election(here, officer, at, office=office, candidates=people)
            ballots.open_ballot(ballot, here, officer, at)
            for member, paper in zip(members, papers, strict=False):
                ballots.cast_vote(ballot, make.actor(member), paper, at)
            return ballot.number

    return build


def test_a_member_votes_in_two_taps_sees_it_recorded_and_changes_it(client, open_motion, real_now):
    number = open_motion(real_now)
    client.sign_in("amina@pioneers.example")
    page = client.visit(f"/pioneers/ballots/{number}")
    assert page.h1 == "Buy a mill"
    assert "checked" not in page.html
    assert (
        "Carried by more than 1/2 of the votes cast. At least 1 of the 3 members must vote. Article 2, version 1."
        in page
    )
    client.choose("Your vote", "For")
    page = client.press("Cast my vote")
    assert "Your vote is recorded." in page
    assert "You voted: For." in page
    client.choose("Your vote", "Against")
    assert "You voted: Against." in client.press("Change my vote")


def test_casting_without_a_choice_says_what_to_do(client, open_motion, real_now):
    number = open_motion(real_now)
    client.sign_in("amina@pioneers.example")
    client.visit(f"/pioneers/ballots/{number}")
    page = client.press("Cast my vote", status=422)
    assert page.errors == ["Choose first: for, against, or abstain."]
    client.choose("Your vote", "Abstain")
    assert "You voted: Abstain." in client.press("Cast my vote")


def test_someone_too_new_reads_why_and_cannot_vote_by_hand_either(client, open_motion, real_now):
    number = open_motion(real_now)
    client.sign_in("nora@pioneers.example")
    page = client.visit(f"/pioneers/ballots/{number}")
    assert "You cannot vote on this one. A member since" in page
    assert "Cast my vote" not in page.buttons
    answer = client.post(f"/pioneers/ballots/{number}/vote", {"choice": "for"})
    assert answer.status_code == 409
    assert "can vote in ballots that open from" in answer.text


def test_after_closing_the_result_is_counted_before_the_page_is_read(client, open_motion, real_now):
    number = open_motion(real_now - timedelta(days=8), ["for", "for", "against"])
    client.sign_in("amina@pioneers.example")
    page = client.visit(f"/pioneers/ballots/{number}")
    assert (
        "Carried: 2 for, 1 against, 0 abstained. Needs more than 1/2 of 3 votes cast (2). "
        "Quorum 1/4 of 3 members (1): 3 voted. Article 2, version 1."
    ) in page
    assert "Who voted how" in page
    assert "Ben Cole 3 Against" in page
    assert "Cast my vote" not in page.buttons
    assert client.post(f"/pioneers/ballots/{number}/vote", {"choice": "against"}).status_code == 409
    page = client.follow("Decision 2")
    assert page.h1 == "Buy a mill"
    page = client.visit("/pioneers/decisions")
    assert "Buy a mill" in page
    assert "Carried" in page


def test_while_voting_is_open_no_result_is_shown(client, open_motion, real_now):
    number = open_motion(real_now, ["for", "for", "against"])
    client.sign_in("amina@pioneers.example")
    page = client.visit(f"/pioneers/ballots/{number}")
    assert "Carried:" not in page
    assert "Who voted how" not in page
    assert client.get(f"/pioneers/ballots/{number}/bundle.json").status_code == 409


def test_a_member_ranks_candidates_without_javascript(client, open_election, real_now):
    number = open_election(real_now)
    client.sign_in("amina@pioneers.example")
    page = client.visit(f"/pioneers/ballots/{number}")
    assert (
        "This is a private ballot. Other members and officers cannot see it. Whoever holds the database could."
        in page
    )
    client.fill("Ben Cole", "1")
    client.fill("New Nora", "3")
    page = client.press("Cast my vote")
    assert "You ranked: Ben Cole New Nora" in page
    assert page.value("New Nora") == "2"
    client.fill("Ben Cole", "2")
    page = client.press("Change my vote", status=422)
    assert page.errors == ["Ben Cole and New Nora both have place 2. Give each another, or none."]
    client.fill("Ben Cole", "")
    assert "You ranked: New Nora" in client.press("Change my vote")


def test_an_empty_ranking_says_what_to_do(client, open_election, real_now):
    number = open_election(real_now)
    client.sign_in("amina@pioneers.example")
    client.visit(f"/pioneers/ballots/{number}")
    page = client.press("Cast my vote", status=422)
    assert page.errors == ["Choose first: put at least one candidate in place 1."]


def test_the_result_of_an_election_shows_every_round_and_no_voter(client, open_election, real_now):
    number = open_election(real_now - timedelta(days=20), [[1], [2], [3, 2]], candidates=(2, 3, 5))
    client.sign_in("amina@pioneers.example")
    page = client.visit(f"/pioneers/ballots/{number}")
    assert "Elected:" in page
    assert "Where the votes lay in every round" in page
    assert "Who voted how" not in page
    assert "Find yourself in the count" in page
    bundle = json.loads(client.get(f"/pioneers/ballots/{number}/bundle.json").text)
    assert bundle["votes"] == [[1], [2], [3, 2]]
    assert bundle["decision"]["outcome"] == "elected"


def test_the_returning_officer_puts_a_motion_from_draft_to_certified_result(client, coop, app):
    client.sign_in("rita@pioneers.example")
    client.visit("/pioneers/ballots")
    page = client.follow("Put a motion")
    assert "Carried by more than 1/2 of the votes cast." in page
    page = client.press("Draft the motion", status=422)
    assert "Give the motion a title." in page.errors
    client.fill("Title", "Paint the barn")
    client.fill("What shall be decided", "The barn is painted red.")
    client.choose("Kind of resolution", "Ordinary resolution")
    page = client.press("Draft the motion")
    assert page.h1 == "Check before opening"
    assert "3 members; 1 may not" in page
    client.follow("Change")
    client.fill("What shall be decided", "The barn is painted green.")
    page = client.press("Save the words")
    assert "painted green" in page
    page = client.press("Open the vote now")
    assert "Voting is open" in page
    client.choose("Your vote", "For")
    client.press("Cast my vote")
    number = int(page.path.rsplit("/", 1)[1])
    assert client.post(f"/pioneers/ballots/{number}/open").status_code == 409
    assert client.post(f"/pioneers/ballots/{number}/certify").status_code == 409


def test_the_returning_officer_certifies_a_result(client, open_motion, real_now):
    number = open_motion(real_now - timedelta(days=8), ["for"])
    client.sign_in("rita@pioneers.example")
    client.visit(f"/pioneers/ballots/{number}")
    page = client.press("Certify the result")
    assert "Certified by member 1" in page


def test_the_returning_officer_sets_up_an_election(client, coop):
    client.sign_in("rita@pioneers.example")
    client.visit("/pioneers/ballots/new-election")
    client.fill("Office", "treasurer (General assembly)")
    client.fill("Candidates", "2: I kept the books.\nsomebody")
    page = client.press("Draft the election", status=422)
    assert page.errors == ["Line 2 is not a member number, such as 12."]
    client.fill("Candidates", "2: I kept the books.\n99")
    page = client.press("Draft the election", status=409)
    assert page.errors == ["There is no member with the number 99. Look it up and try again."]
    assert page.value("Candidates") == "2: I kept the books.\n99"
    client.fill("Candidates", "2: I kept the books.\n\n3")
    page = client.press("Draft the election")
    assert "Amina Holt, Ben Cole" in page
    page = client.press("Open the vote now")
    assert "I kept the books." in page


def test_a_vote_is_announced_for_later_and_seen_as_coming(client, coop, members, make, real_now):
    with make.scope():
        here = db.session.get(Organisation, coop.id)
        number = ballots.propose_motion(
            here, make.actor(members[0]), real_now, title="Later", text="Yes."
        ).number
    client.sign_in("rita@pioneers.example")
    client.visit(f"/pioneers/ballots/{number}/check")
    page = client.press("Announce the vote", status=422)
    assert page.errors == ["Say when voting opens, as in 2026-12-01 18:00."]
    client.fill("Opens", "2020-01-01T18:00")
    page = client.press("Announce the vote", status=409)
    assert "opens later" in page.errors[0]
    client.fill("Opens", f"{real_now.year + 1}-01-15T18:00")
    assert f"opens 15 January {real_now.year + 1}, 18:00 (UTC)" in client.press("Announce the vote")
    assert "Later" in client.visit("/pioneers/ballots?state=coming")


def test_an_announced_vote_opens_at_the_first_need(client, coop, members, make, real_now):
    with make.scope():
        here, officer = db.session.get(Organisation, coop.id), make.actor(members[0])
        ballot = ballots.propose_motion(
            here, officer, real_now - timedelta(hours=2), title="Soon", text="Yes."
        )
        ballots.announce(
            ballot, here, officer, real_now - timedelta(hours=2), opens_at=real_now - timedelta(seconds=5)
        )
        number = ballot.number
    client.sign_in("amina@pioneers.example")
    client.visit(f"/pioneers/ballots/{number}")
    client.choose("Your vote", "For")
    assert "You voted: For." in client.press("Cast my vote")


def test_a_ballot_is_voided_with_a_reason_that_members_read(client, open_motion, real_now):
    number = open_motion(real_now)
    client.sign_in("rita@pioneers.example")
    client.visit(f"/pioneers/ballots/{number}")
    client.follow("Declare it void")
    assert client.press("Declare it void", status=422).errors == [
        "Say why this ballot is void. Members will read it."
    ]
    client.fill("Why is this ballot void?", "The text was wrong.")
    assert "This ballot is void: The text was wrong." in client.press("Declare it void")


def test_the_words_of_an_opened_motion_are_refused_before_anything_is_typed(client, open_motion, real_now):
    number = open_motion(real_now)
    client.sign_in("rita@pioneers.example")
    page = client.visit(f"/pioneers/ballots/{number}/edit", status=409)
    assert ("so its words stand" in page, "Save the words" in page.buttons) == (True, False)


def test_a_draft_exists_for_its_officer_only(client, coop, members, make, real_now):
    with make.scope():
        here = db.session.get(Organisation, coop.id)
        number = ballots.propose_motion(
            here, make.actor(members[0]), real_now, title="Draft", text="Yes."
        ).number
    client.sign_in("amina@pioneers.example")
    for path in (f"ballots/{number}", f"ballots/{number}/roll", "ballots/99", "decisions/2026/99"):
        client.visit(f"/pioneers/{path}", status=404)
    assert "Draft" not in client.visit("/pioneers/ballots")
    for path in (
        f"ballots/{number}/check",
        "ballots/new-motion",
        "ballots/new-election",
        f"ballots/{number}/edit",
    ):
        assert client.get(f"/pioneers/{path}").status_code == 403


def test_the_roll_is_for_the_officer_and_the_auditor_and_ones_own_line_for_each(
    client, open_motion, real_now
):
    number = open_motion(real_now)
    client.sign_in("amina@pioneers.example")
    page = client.visit(f"/pioneers/ballots/{number}/roll")
    assert "You may vote on this. A member since" in page
    assert "Ben Cole" not in page
    client.sign_out()
    client.sign_in("rita@pioneers.example")
    page = client.visit(f"/pioneers/ballots/{number}/roll")
    assert "Ben Cole" in page
    assert "can vote in ballots that open from" in page
    assert "Nobody on the roll fits" in client.visit(f"/pioneers/ballots/{number}/roll?q=nobody")


def test_lists_say_what_to_do_when_they_are_empty(client, coop):
    client.sign_in("amina@pioneers.example")
    assert "Nothing was put to a vote yet." in client.visit("/pioneers/ballots")
    assert "No vote fits this search." in client.visit("/pioneers/ballots?q=mill")
    assert "Nothing was decided yet." in client.visit("/pioneers/decisions")
    assert "No decision fits this search." in client.visit("/pioneers/decisions?q=mill&outcome=lost")


def test_ballots_of_another_organisation_do_not_exist_here(client, coop, open_motion, make, real_now):
    number = open_motion(real_now)
    other = make.organisation("orchard", "Orchard")
    make.member(other, "Olga", email="olga@orchard.example", password=PASSWORD)
    client.sign_in("olga@orchard.example")
    for path in (f"ballots/{number}", f"ballots/{number}/bundle.json"):
        assert client.get(f"/orchard/{path}").status_code == 404
        assert client.get(f"/pioneers/{path}").status_code in (403, 404)
    assert client.post(f"/orchard/ballots/{number}/vote", {"choice": "for"}).status_code == 404


def test_a_paper_sent_to_the_wrong_kind_of_ballot_finds_nothing(client, open_motion, open_election, real_now):
    motion, election = open_motion(real_now), open_election(real_now)
    client.sign_in("amina@pioneers.example")
    for data in ({"choice": "for"}, {}):
        assert client.post(f"/pioneers/ballots/{election}/vote", data).status_code == 404
    assert client.post(f"/pioneers/ballots/{motion}/rank", {"place_1": "1"}).status_code == 404


def test_nonsense_in_a_ranked_paper_is_refused_with_words(client, open_election, real_now):
    number = open_election(real_now)
    client.sign_in("amina@pioneers.example")
    for place in ("first", "99", "-1"):
        answer = client.post(f"/pioneers/ballots/{number}/rank", {"place_1": place})
        assert answer.status_code == 422
        assert "There is something to put right" in answer.text


@pytest.mark.parametrize("many", [0, 15])
def test_the_page_of_a_ballot_takes_as_many_queries_whatever_the_size(
    client, open_motion, make, coop, real_now, count_queries, many
):
    make.members(coop, many)
    number = open_motion(real_now)
    client.sign_in("amina@pioneers.example")
    client.visit(f"/pioneers/ballots/{number}")
    with count_queries() as seen:
        client.get(f"/pioneers/ballots/{number}")
    assert seen.count <= 12, seen.statements


def test_a_vote_takes_few_queries(client, open_motion, real_now, count_queries):
    number = open_motion(real_now)
    client.sign_in("amina@pioneers.example")
    with count_queries() as seen:
        assert client.post(f"/pioneers/ballots/{number}/vote", {"choice": "for"}).status_code == 302
    assert seen.count <= 7, seen.statements


def test_a_vote_of_the_past_stays_as_it_was_when_the_count_is_read_again(client, app, open_motion, real_now):
    number = open_motion(real_now - timedelta(days=8), ["for", "against"])
    client.sign_in("amina@pioneers.example")
    first = client.visit(f"/pioneers/ballots/{number}").text
    assert client.visit(f"/pioneers/ballots/{number}").text == first
    with app.app_context():
        assert db.session.query(Ballot).filter_by(number=number).one().sealed_at is not None
