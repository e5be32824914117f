"""A phone that is reloaded, or loses its connection, at any step of a secret vote: one vote, or a clear word."""

import pytest
import time_machine
from playwright.sync_api import expect

from tests.browser.secret_house import after_closing, box  # noqa: F401 - a fixture

pytestmark = pytest.mark.browser

COUNTS = "Your vote counts."
NOT_YET = "Not counted yet. Keep this page open."
TRYING = f"{NOT_YET} There is no connection: it tries again by itself."


@pytest.fixture
def voter(box, walking):  # noqa: F811
    with walking("voter", width=375) as walker:
        walker.sign_in("member@pioneers.example")
        yield walker
        expected = ("answered 503", "answered 504")
        walker.faults = [fault for fault in walker.faults if not fault.endswith(expected)]


@pytest.fixture
def paper(box, voter):  # noqa: F811
    """Open a new ballot before the voter's eyes."""

    def lay():
        voter.go(box.open(), look=False)
        return voter.page

    return lay


def tap(page, choice="For", verb="Cast my vote"):
    page.get_by_label(choice, exact=True).check()
    page.get_by_role("button", name=verb).click()


def reads(page, *sentences):
    for sentence in sentences:
        expect(page.get_by_text(sentence).filter(visible=True).first).to_be_visible()


def says(page, words):
    expect(page.get_by_role("status").first).to_have_text(words)


def test_a_phone_reloaded_at_any_step_ends_with_one_vote(box, paper):  # noqa: F811
    """Each request once never sent, and once with its answer lost."""
    for step in ("keys.json", "token", "cast"):
        for arrives in (False, True):
            page = paper()
            if arrives:
                box.lose(step)
            else:
                hold_first(page, step)
            with page.expect_request(f"**/{step}"):
                tap(page)
            says(page, TRYING if arrives else NOT_YET)
            assert box.votes() == ([("for", 1)] if step == "cast" and arrives else [])
            page.reload()
            if step == "keys.json":  # nothing was asked that the server remembers: the paper is blank again
                assert box.votes() == []
                tap(page)
            says(page, COUNTS)
            page.reload()
            says(page, COUNTS)
            expect(page.locator("[data-part=chosen]")).to_have_text("For")
            assert box.votes() == [("for", 1)], (step, arrives)


def hold_first(page, step):
    """Keep the first request from leaving: the page waits until it is reloaded."""
    seen = []
    page.unroute_all()
    page.route(f"**/{step}", lambda route: route.continue_() if seen else seen.append(route))


def test_a_vote_changed_after_its_answer_was_lost_is_one_vote_the_changed_one(box, paper):  # noqa: F811
    page = paper()
    tap(page)
    says(page, COUNTS)
    page.get_by_role("button", name="Change my vote").click()
    box.lose("cast")
    tap(page, "Against", "Change my vote")
    says(page, TRYING)
    assert box.votes() == [("against", 2)]
    page.reload()
    says(page, COUNTS)
    expect(page.locator("[data-part=chosen]")).to_have_text("Against")
    assert box.votes() == [("against", 2)]


def no_connection(route):
    route.abort()


def busy_server(route):
    route.fulfill(status=503, body="busy")


def captive_portal(route):
    route.fulfill(status=200, body="<h1>Pay for the wifi</h1>")


def test_a_lost_connection_says_so_and_tries_again_by_itself(box, paper, voter):  # noqa: F811
    for step, fault in (
        ("keys.json", no_connection),
        ("token", busy_server),
        ("token", captive_portal),
        ("cast", no_connection),
    ):
        page = paper()
        page.route(f"**/{step}", fault, times=2)
        tap(page)
        says(page, TRYING)
        voter.look()
        says(page, COUNTS)
        assert box.votes() == [("for", 1)], (step, fault)


def test_what_the_server_refuses_is_said_in_its_words_and_the_paper_stays(box, paper, voter):  # noqa: F811
    page = paper()
    closed = {"error": "Voting on “Buy a second oven” has closed."}
    page.route("**/cast", lambda route: route.fulfill(status=409, json=closed), times=1)
    tap(page)
    expect(page.get_by_role("alert")).to_contain_text(closed["error"])
    voter.look()
    expect(page.get_by_label("For", exact=True)).to_be_checked()
    page.reload()
    expect(page.get_by_role("button", name="Cast my vote")).to_be_visible()
    assert box.votes() == []


def test_a_refusal_after_a_lost_answer_does_not_claim_that_nothing_was_counted(box, paper, voter):  # noqa: F811
    page = paper()
    closed = {"error": "Voting on “Buy a second oven” has closed."}

    box.lose("cast")
    tap(page)
    page.route(
        "**/cast",
        lambda route: route.fulfill(status=409, json=closed) if box.serials() else route.continue_(),
    )
    reads(page, closed["error"], "An earlier try may have arrived all the same.")
    reads(page, box.serials()[0])
    voter.look()
    page.reload()
    reads(page, closed["error"], "An earlier try may have arrived all the same.")
    page.unroute_all(behavior="ignoreErrors")
    page.get_by_role("button", name="Try once more").click()
    says(page, COUNTS)


def test_a_vote_whose_answer_was_lost_until_sealing_is_shown_as_counted_and_found(box, paper, voter):  # noqa: F811
    page = paper()
    box.others_vote()
    box.faults["cast"] = lambda response: setattr(
        response, "status", "504"
    )  # it arrives, and no answer comes
    tap(page)
    says(page, TRYING)
    page.goto("about:blank")
    box.faults.clear()
    assert len(box.votes()) == 6
    with time_machine.travel(after_closing()):
        page.context.clear_cookies()
        voter.sign_in("member@pioneers.example")
        voter.go(box.path)
        says(
            page,
            "This vote was counted. The key that signs receipts is destroyed; the list of votes shows it.",
        )
        expect(page.locator("[data-part=chosen]")).to_have_text("For")
        expect(page.get_by_text("Your receipt", exact=True)).to_be_hidden()
        page.get_by_role("button", name="Find it on the list of votes").click()
        reads(page, "It is on the list, as you cast it last.")
        voter.look()


def test_whoever_was_signed_out_signs_in_and_the_vote_goes_on(box, paper, voter):  # noqa: F811
    page = paper()
    page.context.clear_cookies()
    tap(page)
    reads(page, "Not counted yet: you were signed out.")
    page.get_by_role("link", name="Sign in and cast it").click()
    voter.fill("E-mail", "member@pioneers.example")
    voter.fill("Password", "toad-lane-1844-demo")
    page.get_by_role("button", name="Sign in").click()
    says(page, COUNTS)
    assert box.votes() == [("for", 1)]


def another_key(told):
    told["keys"]["member"]["n"] = told["keys"]["member"]["n"][:-4] + "AAAB"


def another_receipt_key(told):
    told["receipt_key"]["x"] = told["receipt_key"]["y"]


def another_signature(told):
    told["signature"] = told["signature"][:-4] + "AAAA"


def another_class(told):
    told["class"] = "worker"


def another_receipt(told):
    told["receipt"]["vote_sha256"] = "0" * 64


def forged_receipt(told):
    told["receipt"]["signature"] = "A" * 86


KEYS = "Nothing was sent. The keys on this page are not those that everyone else is given"
TOKEN = "Not counted. The server's answer is not signed with the key of this ballot."
RECEIPT = "the server's receipt is not signed with the key of this ballot, so it may not count"


def test_a_server_that_lies_is_not_believed(box, paper, voter):  # noqa: F811
    for step, lie, said, votes in (
        ("keys.json", another_key, KEYS, []),
        ("keys.json", another_receipt_key, KEYS, []),
        ("token", another_signature, TOKEN, []),
        ("token", another_class, TOKEN, []),
        ("cast", another_receipt, RECEIPT, [("for", 1)]),
        ("cast", forged_receipt, RECEIPT, [("for", 1)]),
    ):
        page = paper()
        box.asked.clear()
        box.lie(step, lie)
        tap(page)
        reads(page, said)
        says(page, "")
        voter.look()
        assert box.votes() == votes
        assert ("token" in box.asked) == (step != "keys.json"), (
            "a token was asked for keys that are not everyone's"
        )
        box.faults.clear()
        page.reload()
        if step == "keys.json":
            tap(page)
        says(page, COUNTS)


def test_keys_that_change_after_the_vote_was_begun_stop_it(box, paper, voter):  # noqa: F811
    page = paper()
    tap(page)
    says(page, COUNTS)
    box.lie("page", another_receipt_key)
    box.lie("keys.json", another_receipt_key)
    page.reload()
    page.get_by_role("button", name="Change my vote").click()
    tap(page, "Against", "Change my vote")
    reads(page, "The keys on this page are not those")
    assert box.votes() == [("for", 1)]


def test_two_tabs_of_one_phone_make_one_vote_with_what_was_tapped_last(box, paper, voter):  # noqa: F811
    page = paper()
    other = page.context.new_page()
    other.goto(voter.address + box.path)
    other.get_by_label("Abstain", exact=True).check()
    tap(page)
    says(page, COUNTS)
    other.get_by_role("button", name="Cast my vote").click()
    says(other, COUNTS)
    assert box.votes() == [("abstain", 2)]
    assert box.asked.count("token") == 1


def test_two_tabs_tapped_at_once_make_one_vote(box, paper, voter):  # noqa: F811
    page = paper()
    other = page.context.new_page()
    other.goto(voter.address + box.path)
    held = []
    page.context.route("**/keys.json", lambda route: held.append(route))  # noqa: PLW0108 - it must be a function
    for tab in (page, other):
        tap(tab)
    for _ in range(400):  # until both have looked for a record and found none
        page.wait_for_timeout(50)
        if len(held) == 2:
            break
    for route in held:
        route.continue_()
    for tab in (page, other):
        says(tab, COUNTS)
    assert [choice for choice, _n in box.votes()] == ["for"]
