from datetime import UTC, datetime, timedelta

import pytest

from coop.access import OPERATOR
from coop.blueprints.reports import around
from coop.extensions import db
from coop.models.organisations import Organisation
from coop.services import ballots, records
from coop.transaction import writing
from tests.make import PASSWORD
from tests.pages.client import PageClient
from tests.scale import scale

RULES = """
1. A member votes [fourteen days]{provision="roll.cutoff" value="14 days"} after admission.
"""


@pytest.fixture
def coop(make):
    return make.organisation(text=RULES, summary="We weave.", contact="hello@pioneers.example", zone="UTC")


@pytest.fixture
def officer(make, coop):
    return make.officer(coop, "returning_officer", email="returning@pioneers.example", password=PASSWORD)


@pytest.fixture
def today():
    return datetime.now(UTC).date()


@pytest.fixture
def signed_in(app, make, coop, officer):
    def enter(name="Amina Holt", office=None, **more):
        email = f"{name.split()[0].lower()}@pioneers.example"
        build = (
            (lambda: make.officer(coop, office, name, email=email, password=PASSWORD, **more))
            if office
            else (lambda: make.member(coop, name, email=email, password=PASSWORD, **more))
        )
        build()
        client = PageClient(app)
        client.sign_in(email)
        return client

    return enter


@pytest.fixture
def open_motion(app, make, coop, officer):
    def opened(title="Buy a mill"):
        with app.app_context():
            actor, now = make.actor(officer), datetime.now(UTC)
            with writing():
                organisation = db.session.get(Organisation, coop.id)
                ballot = ballots.propose_motion(organisation, actor, now, title=title, text="We buy it.")
                ballots.open_ballot(ballot, organisation, actor, now)
                return ballot.number

    return opened


# The server's front page


def test_the_front_page_of_an_empty_server_says_so(client):
    page = client.visit("/")
    assert "Nothing is here yet" in page
    page.links["Sign in"]


def test_the_front_page_leads_to_the_demonstration_and_to_ones_own(client, signed_in):
    signed_in()
    assert "toad-lane-1844-demo" in client.visit("/")
    assert client.page.links["Toad Lane Pioneers"] == "/pioneers/"
    own = signed_in("Bo Lind").visit("/")
    assert "Where you belong" in own
    assert "member" in own


# Home


def test_a_visitor_is_led_to_joining(client, coop):
    page = client.visit("/pioneers/")
    assert "We weave." in page
    assert page.links["See what joining means"] == "/pioneers/join"
    assert client.get("/nowhere/").status_code == 404


def test_a_member_of_another_organisation_is_a_visitor(app, coop, make):
    make.member(
        make.organisation("orchard", "Orchard"), "Ana", email="ana@orchard.example", password=PASSWORD
    )
    ana = PageClient(app)
    ana.sign_in("ana@orchard.example")
    page = ana.visit("/pioneers/")
    assert "not a member here" in page
    assert "For you to do" not in page


def test_a_member_reads_first_what_awaits_them(signed_in, open_motion):
    member = signed_in()
    number = open_motion()
    page = member.visit("/pioneers/")
    assert page.h1.endswith("Amina")
    assert "One thing waits for you." in page
    assert any(
        words.startswith("Vote") and "Buy a mill" in words and address == f"/pioneers/ballots/{number}"
        for words, address in page.links.items()
    )


def test_someone_too_new_to_vote_is_told_from_when(signed_in, today):
    page = signed_in("Newt Bell", since=today).visit("/pioneers/")
    first = today + timedelta(days=14)
    assert f"You can vote from {first.day} {first:%B} {first.year} (article 1)." in page


def test_a_newcomer_gets_three_cards(signed_in, today):
    newt = signed_in("Newt Bell", since=today)
    signed_in("Sam Reed", office="secretary")
    page = newt.visit("/pioneers/")
    for words in (
        "Try a vote",
        "Your dues, and why",
        "No dues are set",
        "Someone to ask",
        "Sam Reed",
        "hello@",
    ):
        assert words in page
    assert "Try a vote" not in signed_in("Old Hand").visit("/pioneers/")


def test_the_practice_vote_is_marked_so_and_recorded_nowhere(app, signed_in, today):
    newt = signed_in("Newt Bell", since=today)
    newt.follow("Practise voting")
    assert "nothing is recorded" in newt.page
    assert newt.press("Cast my practice vote", status=422).errors == [
        "Choose first: for, against, or abstain."
    ]
    with app.app_context():
        before = records_count()
    newt.choose("Your practice vote", "For")
    page = newt.press("Cast my practice vote")
    assert "You chose “For” and cast it." in page
    assert "nothing was recorded" in page
    with app.app_context():
        assert records_count() == before


def records_count():
    from coop.models.ballots import Vote
    from coop.models.records import AuditEvent

    return db.session.query(AuditEvent).count() + db.session.query(Vote).count()


def test_the_first_page_takes_twelve_queries_with_28_members_and_with_2000(
    make, coop, signed_in, open_motion, count_queries, today
):
    client, counts = signed_in(), []
    newt = signed_in("Newt Bell", since=today)
    signed_in("Sam Reed", office="secretary")
    for size in (28, scale(500, 2000)):
        make.crowd(coop, size)
        open_motion(f"Motion of {size}")
        for who in (client, newt):
            with count_queries() as queries:
                who.visit("/pioneers/")
            counts.append(queries.count)
            assert queries.count <= 12, queries.statements
    assert counts[:2] == counts[2:]


# The desk


def test_a_desk_is_for_officers(signed_in):
    assert signed_in().get("/pioneers/desk").status_code == 403
    secretary = signed_in("Sam Reed", office="secretary")
    page = secretary.follow("My desk")
    assert "No application waits." in page
    assert "No minutes wait." in page


@pytest.mark.parametrize("office", ["secretary", "treasurer", "librarian", "auditor", "chair"])
def test_every_officer_has_a_desk_and_a_way_around(signed_in, office):
    client = signed_in("Sam Reed", office=office)
    client.visit("/pioneers/desk")
    client.visit("/pioneers/more")


def test_what_waits_at_the_desk_leads_to_where_it_is_done(signed_in, open_motion, app, make, coop, officer):
    with app.app_context():
        actor, now = make.actor(officer), datetime.now(UTC)
        with writing():
            here = db.session.get(Organisation, coop.id)
            ballots.propose_motion(here, actor, now, title="Draft", text="x")
    client = PageClient(app)
    client.sign_in("returning@pioneers.example")
    client.visit("/pioneers/desk")
    client.follow("Announce")
    assert client.page.h1


# More


def test_more_shows_each_the_ways_that_are_open_to_them(signed_in):
    member = signed_in().visit("/pioneers/more")
    secretary = signed_in("Sam Reed", office="secretary").visit("/pioneers/more")
    assert "Audit trail" in member.links
    assert "Register of members" not in member.links
    assert "Register of members" in secretary.links
    assert "Constitution" in member.links


def test_no_way_names_a_page_that_is_gone(app):
    with app.test_request_context():
        endpoints = [endpoint for _heading, places in around._places() for endpoint, _label, _says in places]
    assert [endpoint for endpoint in endpoints if endpoint not in app.view_functions] == []


@pytest.mark.parametrize("office", ["secretary", "treasurer", "auditor"])
def test_every_way_leads_somewhere(signed_in, office):
    officer = signed_in("Sam Reed", office=office)
    page = officer.visit("/pioneers/more")
    for address in {a for a in page.links.values() if a.startswith("/pioneers/")}:
        officer.visit(address)


# The trail


def happened(app, coop, times=1):
    with app.app_context(), writing():
        here = db.session.get(Organisation, coop.id)
        for n in range(times):
            records.record(here, OPERATOR, "opened", f"ballot {n + 1}", datetime.now(UTC), {"options": n})


def test_members_read_who_did_what_with_its_place_in_the_chain(app, coop, signed_in):
    happened(app, coop)
    page = signed_in().visit("/pioneers/audit")
    assert "The operator opened ballot 1." in page
    assert "not yet chained" not in page
    with app.app_context():
        assert records.head_of(coop.id)[1] in page
        assert records.verify_chain(coop.id)["ok"]


def test_the_trail_is_filtered_and_keeps_what_was_typed(app, coop, signed_in, today):
    happened(app, coop, 60)
    member = signed_in()
    page = member.visit("/pioneers/audit")
    assert "Page 1 of 2" in page
    member.follow("Next")
    member.visit("/pioneers/audit")
    member.fill("About", "ballot 7")
    member.fill("From", today.isoformat())
    page = member.press("Show")
    assert "One deed" in page
    assert page.value("About") == "ballot 7"
    assert page.value("From") == today.isoformat()
    assert "Nothing matches" in member.visit("/pioneers/audit?subject=nothing")
    for odd in (
        "since=x",
        "page=-3",
        "page=99999999999999999999",
        "subject=%00",
        "until=9999-12-31&since=0001-01-01",
    ):
        member.visit(f"/pioneers/audit?{odd}")


def test_the_trail_and_the_way_around_are_for_members(client, coop, app, make):
    make.member(
        make.organisation("orchard", "Orchard"), "Ana", email="ana@orchard.example", password=PASSWORD
    )
    ana = PageClient(app)
    ana.sign_in("ana@orchard.example")
    for path in ("audit", "more", "desk", "practice"):
        assert "/sign-in" in client.get(f"/pioneers/{path}").headers["Location"]
        assert ana.get(f"/pioneers/{path}").status_code in (403, 404)
