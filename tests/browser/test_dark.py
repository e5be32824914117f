"""Whoever's device is dark reads dark pages, and as well as light ones: axe measures every contrast."""

import pytest

pytestmark = pytest.mark.browser
GROUND = "getComputedStyle(document.body).backgroundColor"
PAPER, NIGHT = "rgb(251, 250, 246)", "rgb(22, 26, 24)"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_pages_are_as_readable_in_the_dark(walking, scripts):
    with walking("night", width=375, scripts=scripts, scheme="dark") as night:
        night.sign_in("member@pioneers.example")
        assert night.page.evaluate(GROUND) == NIGHT
        assert night.readable().evaluate(GROUND) == NIGHT
        night.go("/pioneers/ballots?state=open")
        night.follow("Three seats on the board")
        night.go("/pioneers/ballots?state=closed")
        night.follow("Share premises with Orchard")
        night.go("/pioneers/constitution")
        night.go("/pioneers/dues")
        night.go("/pioneers/join")
        night.sign_out()
        night.press("Sign in")
        night.sees("There is something to put right")
        night.sign_in("treasurer@pioneers.example")
        night.go("/pioneers/treasury/queue")
        night.go("/pioneers/treasury/statements/new")


def test_the_light_page_is_paper(walking):
    with walking("day", width=375) as day:
        day.go("/sign-in")
        assert day.page.evaluate(GROUND) == PAPER
