"""What `make bench` measures stays possible, and pages ask the database no more often in a large co-op."""

from benchmarks.constitution import QUERIES_ALLOWED as OF_A_CONSTITUTION
from benchmarks.constitution import measure_constitution
from benchmarks.pages import QUERIES_ALLOWED, measure_pages
from benchmarks.population import AGENT, populate, signed_in
from tests.scale import scale


def test_pages_ask_the_database_equally_often_however_many_members(app, evidence):
    large = scale(300, 10_000)
    small_pages = measure_pages(app, populate(app, 28, "small"), rounds=2)
    large_pages = measure_pages(app, populate(app, large, "large"), rounds=2)
    for name, page in small_pages.items():
        assert page["queries"] == large_pages[name]["queries"] <= QUERIES_ALLOWED, name
        evidence(**{f"{name}, members 28 and {large}, queries": page["queries"]})


def test_a_long_constitution_is_read_and_compared_with_few_queries(app, evidence):
    articles, versions = scale(60, 200), scale(5, 30)
    for name, page in measure_constitution(app, articles=articles, versions=versions, rounds=1).items():
        assert page["queries"] <= OF_A_CONSTITUTION, name
        evidence(
            **{f"constitution, {name}, {articles} articles, {versions} versions, queries": page["queries"]}
        )


def test_a_prepared_vote_is_one_a_member_could_have_sent(app):
    coop = populate(app, 3)
    cookie, token = signed_in(app, coop.people[0])
    answer = app.test_client(use_cookies=False).post(
        f"/{coop.slug}/ballots/{coop.ballot}/vote",
        data={"csrf_token": token, "choice": "for"},
        headers={"Cookie": cookie, "User-Agent": AGENT},
    )
    assert answer.status_code == 302
    with app.app_context():
        from coop.extensions import db
        from coop.models.ballots import Vote

        assert [vote.choice for vote in db.session.query(Vote)] == ["for"]
