"""A lost connection, a server that fails, a double tap, a reload: one vote in the end, or a clear word that it isn't."""

from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.browser.elections import VOTER

pytestmark = pytest.mark.browser
WAITING = "Not counted yet. Keep this page open: your vote is sent again by itself."
BACK = "Not counted yet. Your marks from before are back"


@pytest.fixture
def at_the_paper(walking, open_election):
    @contextmanager
    def arrive(**screen):
        address = open_election(4)
        with walking("casting", **screen) as voter:
            voter.sign_in(VOTER)
            voter.go(address)
            voter.posts = []
            voter.page.on("request", lambda asked: asked.method == "POST" and voter.posts.append(asked.url))
            yield voter

    return arrive


def mark(voter, *places):
    """Tap candidates by their place among those not ranked yet; gives their names."""
    rows = voter.page.locator("[data-others] .who").all_inner_texts()
    for place in places:
        voter.page.locator("[data-rank]").filter(has_text=rows[place]).click()
    return [rows[place] for place in places]


def ranked(voter):
    return voter.page.locator("[data-ranked] .who").all_inner_texts()


def told(voter):
    return voter.page.locator("[data-told]")


def is_recorded(voter, names):
    expect(voter.page.locator(".recorded")).to_contain_text("Your vote is recorded.", timeout=30_000)
    assert voter.page.locator(".recorded li").all_inner_texts() == names


def kept(voter):
    return voter.page.evaluate("Object.keys(sessionStorage)")


def forgive(voter, *words):
    """The browser complains of what the test broke on purpose."""
    voter.faults[:] = [fault for fault in voter.faults if not any(word in fault for word in words)]


def test_a_lost_connection_is_said_and_the_vote_sent_once_it_is_back(at_the_paper):
    with at_the_paper(width=375) as voter:
        names = mark(voter, 2, 0)
        voter.page.context.set_offline(True)
        voter.page.get_by_role("button", name="Cast my vote").click()
        expect(told(voter)).to_have_text(WAITING)
        assert told(voter).get_attribute("role") == "status"
        assert ranked(voter) == names
        voter.page.context.set_offline(False)
        is_recorded(voter, names)
        assert kept(voter) == []
        forgive(voter, "ERR_INTERNET_DISCONNECTED")


def test_a_server_that_fails_for_a_while_gets_the_paper_again_at_growing_pauses(at_the_paper):
    with at_the_paper(width=375) as voter:
        answers = [500, 503, 429]

        def fail_first(route):
            if answers:
                route.fulfill(status=answers.pop(0), body="")
            else:
                route.continue_()

        voter.page.route("**/rank", fail_first)
        names = mark(voter, 1)
        voter.page.get_by_role("button", name="Cast my vote").click()
        expect(told(voter)).to_have_text(WAITING)
        voter.look("waiting")
        is_recorded(voter, names)
        assert len(voter.posts) == 4
        forgive(voter, "answered 50")


def test_an_answer_that_is_lost_on_the_way_back_ends_in_one_vote(at_the_paper):
    with at_the_paper(width=375) as voter:
        lost = []

        def lose_the_answer(route):
            if lost:
                return route.continue_()
            lost.append(route.fetch(max_redirects=0).status)
            return route.abort("connectionreset")

        voter.page.route("**/rank", lose_the_answer)
        names = mark(voter, 3)
        voter.page.get_by_role("button", name="Cast my vote").click()
        is_recorded(voter, names)
        assert lost == [302], "the first time it was counted, and nobody was told"
        forgive(voter, "ERR_CONNECTION_RESET")


def test_a_double_tap_sends_once(at_the_paper):
    with at_the_paper(width=375) as voter:
        names = mark(voter, 0)
        voter.page.get_by_role("button", name="Cast my vote").dblclick()
        is_recorded(voter, names)
        assert len(voter.posts) == 1


def test_marks_survive_a_reload_and_are_gone_after_casting_and_after_signing_out(at_the_paper):
    with at_the_paper(width=375) as voter:
        names = mark(voter, 2, 1)
        voter.page.reload()
        expect(told(voter)).to_contain_text(BACK)
        voter.look("back")
        assert ranked(voter) == names
        voter.press("Cast my vote")
        is_recorded(voter, names)
        assert kept(voter) == []
        mark(voter, 1)
        assert len(kept(voter)) == 1
        address = voter.page.url
        voter.sign_out()
        assert kept(voter) == []
        voter.sign_in("chair@pioneers.example")
        voter.go(address)
        assert ranked(voter) == []


def test_another_member_at_the_same_browser_never_finds_the_marks_of_the_one_before(at_the_paper):
    with at_the_paper(width=375) as voter:
        address = voter.page.url
        mark(voter, 2)
        voter.page.context.clear_cookies()  # not by “Sign out”
        voter.go("/sign-in", look=False)
        voter.sign_in("chair@pioneers.example")
        voter.go(address)
        assert (ranked(voter), kept(voter)) == ([], [])
        expect(told(voter)).to_have_text("")


def test_a_session_that_ended_says_so_and_after_signing_in_the_paper_comes_back_marked(at_the_paper):
    with at_the_paper(width=375) as voter:
        names = mark(voter, 3, 0)
        voter.page.context.clear_cookies()
        voter.press("Cast my vote")
        voter.sees("Not counted yet", "You are no longer signed in, so your vote did not arrive.")
        voter.follow("Sign in")
        voter.fill("E-mail", VOTER)
        voter.fill("Password", "toad-lane-1844-demo")
        voter.press("Sign in")
        expect(told(voter)).to_contain_text(BACK)
        assert ranked(voter) == names
        voter.press("Cast my vote")
        is_recorded(voter, names)


def test_without_javascript_the_page_keeps_the_paper_until_it_is_sent_again(at_the_paper):
    with at_the_paper(width=375, scripts=False) as voter:
        label = voter.page.locator("[data-candidate] label").nth(2).inner_text()
        voter.pick(label, "1")
        voter.page.context.clear_cookies()
        voter.press("Cast my vote")
        voter.sees("Not counted yet")
        with voter.page.context.expect_page() as opened:
            voter.page.locator("main").get_by_role("link", name="Sign in").click()
        other = opened.value
        other.get_by_label("E-mail").fill(VOTER)
        other.get_by_label("Password").fill("toad-lane-1844-demo")
        other.get_by_role("button", name="Sign in").click()
        expect(other.get_by_role("button", name="Sign out")).to_be_visible()
        voter.press("Send my vote again")
        is_recorded(voter, [label])
