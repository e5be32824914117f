"""A counted ballot as members look at it: its rounds, what else could have come of it, its certificate."""

# ruff: noqa: F811 - fixtures are asked for by name
from datetime import timedelta

from coop.services import records
from tests.pages.test_ballots import coop, members, open_election, open_motion, real_now  # noqa: F401


def test_a_result_draws_its_rounds_and_tells_why_so_few_papers_are_not_counted_otherwise(
    client, open_election, real_now, count_queries
):
    number = open_election(real_now - timedelta(days=20), [[1], [2], [3, 2]], candidates=(2, 3, 5))
    client.sign_in("amina@pioneers.example")
    page = client.visit(f"/pioneers/ballots/{number}")
    assert "came in this round" in page
    assert 'class="bars people piles"' in page.html
    assert "style=" not in page.html
    assert "Would another method, or the tie, have changed who is elected?" in page
    assert "Fewer than 5 papers were cast." in page
    with count_queries() as seen:
        client.get(f"/pioneers/ballots/{number}")
    assert seen.count <= 12, seen.statements
    page = client.follow("Decision 2")
    assert "Fewer than 5 papers were cast." in page


def test_the_first_look_at_what_other_methods_would_have_come_to_takes_few_queries(
    client, make, coop, members, open_election, real_now, count_queries
):
    members[3:] = make.members(coop, 5)
    papers = [[2], [1], [2, 3], [1], [2], [3]]  # Amina, who looks, isn't elected: an officer's page asks more
    number = open_election(real_now - timedelta(days=20), papers, candidates=(2, 3, 5))
    client.sign_in("amina@pioneers.example")
    client.visit("/pioneers/ballots")  # the first visit after closing seals
    with make.scope():  # a second later the background has linked what sealing recorded
        records.chain_events(coop.id)
    with count_queries() as seen:
        answer = client.get(f"/pioneers/ballots/{number}")
    assert "By Borda points" in answer.text
    assert seen.count <= 12, seen.statements


def test_the_certificate_is_a_paper_for_members_once_the_votes_are_counted(client, open_motion, real_now):
    client.sign_in("amina@pioneers.example")
    still_open = open_motion(real_now)
    assert client.get(f"/pioneers/ballots/{still_open}/certificate.pdf").status_code == 409
    number = open_motion(real_now - timedelta(days=8), ["for", "for", "against"], title="Sell the barn")
    page = client.visit(f"/pioneers/ballots/{number}")
    assert "The line marks what had to be reached: 2 for." in page
    answer = client.get(f"/pioneers/ballots/{number}/certificate.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert f"pioneers-ballot-{number}-certificate.pdf" in answer.headers["Content-Disposition"]
    assert client.get(f"/pioneers/ballots/{number}/certificate.pdf").data == answer.data
