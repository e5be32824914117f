"""A phone that is reloaded, or loses its connection, at any step of a secret vote: one vote, or a clear word."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.secret_house import box  # noqa: F401 - a fixture

pytestmark = pytest.mark.browser

COUNTS = "Your vote counts."
NOT_YET = "Not counted yet. Keep this page open."


@pytest.fixture
def voter(box, walking):  # noqa: F811
    path = box.open()
    with walking("voter", width=375) as walker:
        walker.sign_in("member@pioneers.example")
        walker.go(path, look=False)
        walker.path = path
        yield walker
        walker.faults = [
            fault for fault in walker.faults if not fault.endswith(("answered 503", "answered 504"))
        ]


def tap(voter, choice="For", verb="Cast my vote"):
    voter.page.get_by_label(choice, exact=True).check()
    voter.page.get_by_role("button", name=verb).click()


def status(voter):
    return voter.page.get_by_role("status").first


def never_sent(page, _box, step):
    """The first request never leaves: the page waits until it is reloaded."""
    seen = []
    page.route(f"**/{step}", lambda route: seen.append(route) if not seen else route.continue_())


def answer_lost(_page, box, step):  # noqa: F811
    """The server does what it is asked the first time, and its answer never comes."""

    def lose(response):
        del box.faults[step]
        response.status, response.data = 504, "lost on the way"

    box.faults[step] = lose


@pytest.mark.parametrize("lost", [never_sent, answer_lost])
@pytest.mark.parametrize("step", ["keys.json", "token", "cast"])
def test_a_phone_reloaded_at_any_step_ends_with_one_vote(voter, box, step, lost):  # noqa: F811
    page = voter.page
    lost(page, box, step)
    with page.expect_request(f"**/{step}"):
        tap(voter)
    expect(status(voter)).to_contain_text(NOT_YET)
    if lost is answer_lost:
        expect(status(voter)).to_contain_text("There is no connection")
    assert box.cast_votes() == (["for"] if step == "cast" and lost is answer_lost else [])
    page.reload()
    if step == "keys.json":  # nothing was asked that the server would remember: the paper is blank again
        expect(page.get_by_role("button", name="Cast my vote")).to_be_visible()
        assert box.cast_votes() == []
        tap(voter)
    expect(status(voter)).to_have_text(COUNTS)
    page.reload()
    expect(status(voter)).to_have_text(COUNTS)
    expect(page.locator("[data-part=chosen]")).to_have_text("For")
    assert box.cast_votes() == ["for"]
    assert box.numbers() == [1]


def test_a_vote_changed_after_its_answer_was_lost_is_one_vote_the_changed_one(voter, box):  # noqa: F811
    page = voter.page
    tap(voter)
    expect(status(voter)).to_have_text(COUNTS)
    page.get_by_role("button", name="Change my vote").click()
    answer_lost(page, box, "cast")
    tap(voter, "Against", "Change my vote")
    expect(status(voter)).to_contain_text("There is no connection")
    assert box.cast_votes() == ["against"]
    page.reload()
    expect(status(voter)).to_have_text(COUNTS)
    expect(page.locator("[data-part=chosen]")).to_have_text("Against")
    assert box.cast_votes() == ["against"]
    assert box.numbers() == [2]


@pytest.mark.parametrize("step", ["token", "cast"])
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(lambda route: route.abort(), id="no connection"),
        pytest.param(lambda route: route.fulfill(status=503, body="busy"), id="a busy server"),
        pytest.param(
            lambda route: route.fulfill(status=200, body="<h1>Pay for the wifi</h1>"), id="a captive portal"
        ),
    ],
)
def test_a_lost_connection_says_so_and_tries_again_by_itself(voter, box, step, fault):  # noqa: F811
    voter.page.route(f"**/{step}", fault, times=2)
    tap(voter)
    expect(status(voter)).to_contain_text("There is no connection: it tries again by itself.")
    expect(status(voter)).to_contain_text(NOT_YET)
    voter.look()
    expect(status(voter)).to_have_text(COUNTS)
    assert box.cast_votes() == ["for"]
    assert box.numbers() == [1]


def test_what_the_server_refuses_is_said_in_its_words_and_the_paper_stays(voter, box):  # noqa: F811
    closed = {"error": "Voting on “Buy a second oven” has closed."}
    voter.page.route("**/cast", lambda route: route.fulfill(status=409, json=closed), times=1)
    tap(voter)
    expect(voter.page.get_by_role("alert")).to_contain_text(closed["error"])
    voter.look()
    expect(voter.page.get_by_label("For", exact=True)).to_be_checked()
    voter.page.reload()
    expect(voter.page.get_by_role("button", name="Cast my vote")).to_be_visible()
    assert box.cast_votes() == []


def test_a_refusal_after_a_lost_answer_does_not_claim_that_nothing_was_counted(voter, box):  # noqa: F811
    closed = {"error": "Voting on “Buy a second oven” has closed."}

    answer_lost(voter.page, box, "cast")
    tap(voter)
    voter.page.route(
        "**/cast",
        lambda route: route.fulfill(status=409, json=closed) if box.serials() else route.continue_(),
    )
    voter.sees(closed["error"], "An earlier try may have arrived all the same.")
    voter.sees(box.serials()[0])
    voter.look()
    voter.page.reload()
    voter.sees(closed["error"], "An earlier try may have arrived all the same.")
    voter.page.unroute_all(behavior="ignoreErrors")
    voter.page.get_by_role("button", name="Try once more").click()
    expect(status(voter)).to_have_text(COUNTS)


def test_whoever_was_signed_out_signs_in_and_the_vote_goes_on(voter, box):  # noqa: F811
    voter.page.context.clear_cookies()
    tap(voter)
    voter.sees("Not counted yet: you were signed out.")
    voter.page.get_by_role("link", name="Sign in and cast it").click()
    voter.fill("E-mail", "member@pioneers.example")
    voter.fill("Password", "toad-lane-1844-demo")
    voter.page.get_by_role("button", name="Sign in").click()
    expect(status(voter)).to_have_text(COUNTS)
    assert box.cast_votes() == ["for"]


def lying(lie):
    def answer(response):
        told = response.get_json()
        lie(told)
        response.data = json.dumps(told)

    return answer


def another_key(told):
    told["keys"]["member"]["n"] = told["keys"]["member"]["n"][:-4] + "AAAB"


def another_signature(told):
    told["signature"] = told["signature"][:-4] + "AAAA"


def another_class(told):
    told["class"] = "worker"


def another_receipt(told):
    told["receipt"]["vote_sha256"] = "0" * 64


def forged_receipt(told):
    told["receipt"]["signature"] = "A" * 86


@pytest.mark.parametrize(
    ("step", "lie", "said", "votes"),
    [
        ("keys.json", another_key, "Nothing was sent. The keys on this page are not those", 0),
        ("token", another_signature, "Not counted. The server's answer is not signed", 0),
        ("token", another_class, "Not counted. The server's answer is not signed", 0),
        ("cast", another_receipt, "receipt is not signed with the key of this ballot", 1),
        ("cast", forged_receipt, "receipt is not signed with the key of this ballot", 1),
    ],
)
def test_a_server_that_lies_is_not_believed(voter, box, step, lie, said, votes):  # noqa: F811
    box.faults[step] = lying(lie)
    tap(voter)
    voter.sees(said)
    expect(status(voter)).not_to_have_text(COUNTS)
    voter.look()
    assert len(box.cast_votes()) == votes
    if step == "keys.json":
        assert "token" not in box.asked
    box.faults.clear()
    voter.page.reload()
    if step == "keys.json":
        tap(voter)
    expect(status(voter)).to_have_text(COUNTS)


def test_keys_that_change_after_the_vote_was_begun_stop_it(voter, box):  # noqa: F811
    tap(voter)
    expect(status(voter)).to_have_text(COUNTS)
    box.receipt_key = dict(box.receipt_key, x=box.receipt_key["y"])
    voter.page.reload()
    voter.page.get_by_role("button", name="Change my vote").click()
    tap(voter, "Against", "Change my vote")
    voter.sees("The keys on this page are not those")
    assert box.cast_votes() == ["for"]


def test_two_tabs_of_one_phone_make_one_vote_with_what_was_tapped_last(voter, box):  # noqa: F811
    other = voter.page.context.new_page()
    other.goto(voter.address + voter.path)
    other.get_by_label("Abstain", exact=True).check()
    tap(voter)
    expect(status(voter)).to_have_text(COUNTS)
    other.get_by_role("button", name="Cast my vote").click()
    expect(other.get_by_role("status").first).to_have_text(COUNTS)
    assert box.cast_votes() == ["abstain"]
    assert box.numbers() == [2]
    assert box.asked.count("token") == 1


def test_two_tabs_tapped_at_once_make_one_vote(voter, box):  # noqa: F811
    other = voter.page.context.new_page()
    other.goto(voter.address + voter.path)
    for page in (voter.page, other):
        page.evaluate("document.querySelector('input[value=for]').checked = true")
    for page in (voter.page, other):
        page.evaluate("setTimeout(() => document.querySelector('[data-part=paper]').requestSubmit(), 50)")
    for page in (voter.page, other):
        expect(page.get_by_role("status").first).to_have_text(COUNTS)
    assert box.cast_votes() == ["for"]
