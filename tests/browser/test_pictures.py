"""The two pictures of the README are taken from the running program: COOP_PICTURES=1 takes them anew."""

import os
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"


def test_the_readme_shows_a_members_first_page_and_a_result(walking):
    with walking("phone", width=390) as phone, walking("desk", width=1100) as desk:
        phone.sign_in("member@pioneers.example")
        phone.go("/pioneers/")
        phone.sees("For you to do")
        take(phone.page, "home.png")
        desk.sign_in("member@pioneers.example")
        desk.follow("Votes")
        desk.follow("Share premises with Orchard")
        desk.sees("Carried", "votes cast")
        take(desk.page, "result.png")


def take(page, name):
    page.wait_for_timeout(200)
    picture = FOLDER / name
    if os.environ.get("COOP_PICTURES") == "1" or not picture.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=picture)
