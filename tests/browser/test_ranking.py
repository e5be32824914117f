"""Ranking in the browser's hands: by tapping, by keys, by dragging, by words on buttons, and by plain selects."""

from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.browser.elections import VOTER

pytestmark = pytest.mark.browser


@pytest.fixture
def at_the_paper(walking, open_election):
    """Bring a member to the paper of an election with so many candidates."""

    @contextmanager
    def arrive(candidates=5, **screen):
        address = open_election(candidates)
        with walking("ranking", **screen) as voter:
            voter.sign_in(VOTER)
            voter.go(address)
            yield voter

    return arrive


def names(voter, where):
    return [row.strip() for row in voter.page.locator(f"[data-{where}] .who").all_inner_texts()]


def sent(voter):
    """The places that the form would send, by name."""
    fields = voter.page.locator("select[name^=place_]")
    found = fields.evaluate_all("all => all.map(one => [one.labels[0].textContent.trim(), one.value])")
    return {name: int(place) for name, place in found if place}


def face(voter, name):
    return voter.page.locator("[data-rank]").filter(has_text=name)


def cast(voter, *ranked):
    voter.press("Cast my vote")
    voter.sees("Your vote is recorded.", "It counts when voting closes")
    assert voter.page.locator(".recorded li").all_inner_texts() == list(ranked)


@pytest.mark.parametrize(("width", "candidates"), [(320, 30), (375, 5), (1280, 5)])
def test_by_tapping_in_order(at_the_paper, width, candidates):
    with at_the_paper(candidates, width=width) as voter:
        assert sent(voter) == {}, "nobody is ranked until the voter ranks them"
        assert names(voter, "ranked") == []
        voter.sees("Nobody yet")
        first, second, third, *rest = names(voter, "others")
        for name in (third, first):
            face(voter, name).click()
        expect(voter.page.locator("[data-said]")).to_have_text(f"{first} is in place 2 of 2.")
        assert (names(voter, "ranked"), names(voter, "others")) == ([third, first], [second, *rest])
        face(voter, first).click()
        voter.look("opened")
        voter.page.locator("[data-out]:visible").click()
        face(voter, second).click()
        voter.look("ranked")
        assert sent(voter) == {third: 1, second: 2}
        cast(voter, third, second)
        assert names(voter, "ranked") == [third, second], "the paper shows what was cast, to change it"


def test_by_words_on_buttons_so_that_nobody_has_to_drag(at_the_paper):
    with at_the_paper(width=375) as voter:
        one, two, three = names(voter, "others")[:3]
        for name in (one, two, three):
            face(voter, name).click()
        face(voter, three).click()
        for _ in range(2):
            voter.page.locator("[data-up]:visible").click()
        voter.page.locator("[data-up]:visible").click(force=True)  # one more than there is room for
        assert names(voter, "ranked") == [three, one, two]
        voter.page.locator("[data-down]:visible").click()
        assert sent(voter) == {one: 1, three: 2, two: 3}


def test_by_the_keyboard_alone_with_every_place_spoken(at_the_paper):
    with at_the_paper(width=375) as voter:
        page, said = voter.page, voter.page.locator("[data-said]")
        one, two, three, four, *_ = names(voter, "others")
        assert said.get_attribute("role") == "status"

        def reach(words):
            for _ in range(80):
                page.keyboard.press("Tab")
                if page.evaluate("document.activeElement.textContent").strip().startswith(words):
                    return
            raise AssertionError(f"the keyboard never reached {words!r}")

        reach(one)
        for name, place in ((one, 1), (two, 2), (three, 3), (four, 4)):
            page.keyboard.press("Enter")  # the next candidate waits under the same key
            expect(said).to_have_text(f"{name} is in place {place} of {place}.")
        page.keyboard.press("Shift+Tab")
        assert page.evaluate("document.activeElement.matches('[data-rank]')")
        page.locator("[data-ranked] [data-rank]").last.focus()
        page.keyboard.press("ArrowUp")
        expect(said).to_have_text(f"{four} is in place 3 of 4.")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")  # the first stays the first
        expect(said).to_have_text(f"{four} is in place 1 of 4.")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Delete")
        expect(said).to_have_text(f"{four} is taken out.")
        assert page.evaluate("document.activeElement.matches('[data-ranked] [data-rank]')"), (
            "focus is not lost"
        )
        assert names(voter, "ranked") == [one, two, three]
        reach("Cast my vote")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Your vote is recorded.").first).to_be_visible()
        assert page.locator(".recorded li").all_inner_texts() == [one, two, three]


def test_by_dragging_with_a_mouse_in_out_and_back(at_the_paper):
    with at_the_paper(20, width=1280) as voter:
        page = voter.page
        one, two, three = names(voter, "others")[:3]
        for name in (one, two, three):
            face(voter, name).click()

        def middle(name):
            box = face(voter, name).bounding_box()
            return box["x"] + 60, box["y"] + box["height"] / 2

        def drag(name, to_y, *, drop=True):
            page.mouse.move(*middle(name))
            page.mouse.down()
            page.mouse.move(middle(name)[0], to_y, steps=12)
            if drop:
                page.mouse.up()

        drag(one, middle(three)[1] + 10)
        assert names(voter, "ranked") == [two, three, one]
        assert voter.page.locator("[data-tools]:visible").count() == 0, "a drag is no tap"
        drag(two, middle(one)[1] + 10, drop=False)
        page.keyboard.press("Escape")
        page.mouse.up()
        assert names(voter, "ranked") == [two, three, one], "Escape puts it back"
        box = page.locator("[data-box]").bounding_box()
        drag(three, box["y"] + box["height"] + 40)
        assert names(voter, "ranked") == [two, one]
        last = names(voter, "others")[-1]
        face(voter, last).scroll_into_view_if_needed()
        from_y = page.evaluate("scrollY")
        drag(last, 4, drop=False)
        for _ in range(100):
            page.wait_for_timeout(50)
            if page.locator("[data-ranked]").bounding_box()["y"] > 20:
                break
        assert page.evaluate("scrollY") < from_y, "the page scrolls under a drag at its edge"
        page.mouse.move(middle(two)[0], middle(two)[1] - 15, steps=4)
        page.mouse.up()
        assert sent(voter) == {last: 1, two: 2, one: 3}
        cast(voter, last, two, one)


def test_by_dragging_with_a_finger_that_scrolls_the_page_everywhere_but_on_the_grip(at_the_paper):
    with at_the_paper(width=375, touch=True) as voter:
        page = voter.page
        one, two, three = names(voter, "others")[:3]
        for name in (one, two, three):
            face(voter, name).tap()
        finger = page.context.new_cdp_session(page)

        def swipe(place, by):
            box = place.bounding_box()
            x, y = box["x"] + 20, box["y"] + box["height"] / 2
            touch = "Input.dispatchTouchEvent"
            finger.send(touch, {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
            for step in range(1, 11):
                at = {"x": x, "y": y + by * step / 10}
                finger.send(touch, {"type": "touchMove", "touchPoints": [at]})
                page.wait_for_timeout(16)
            finger.send(touch, {"type": "touchEnd", "touchPoints": []})
            page.wait_for_timeout(150)

        page.evaluate("scrollTo(0, 200)")
        swipe(page.locator("[data-ranked] [data-grip]").first, 140)
        assert names(voter, "ranked") == [two, three, one]
        scrolled = page.evaluate("scrollY")
        swipe(page.locator("[data-ranked] [data-rank]").first, -100)
        assert names(voter, "ranked") == [two, three, one]
        assert page.evaluate("scrollY") > scrolled


def test_by_selects_without_javascript_in_a_private_ballot(at_the_paper):
    with at_the_paper(width=375, scripts=False) as voter:
        voter.sees("Other members and officers cannot see it. Whoever holds the database could.")
        assert sent(voter) == {}
        labels = voter.page.locator("[data-candidate] label").all_inner_texts()
        voter.press("Cast my vote")
        voter.sees("Choose first: put at least one candidate in place 1.")
        voter.pick(labels[3], "1")
        voter.pick(labels[1], "1")
        voter.press("Cast my vote")
        voter.sees("both have place 1")
        assert sent(voter) == {labels[1]: 1, labels[3]: 1}, "nothing marked is lost"
        voter.pick(labels[1], "2")
        cast(voter, labels[3], labels[1])
