"""Joining a co-op whose members admit by sponsoring: the application, two sponsors, the welcome."""

from datetime import UTC, datetime

import pytest

from tests.admission_house import SPONSORS
from tests.make import PASSWORD, RULES, Make

pytestmark = pytest.mark.browser


@pytest.fixture
def mill(serve_app):
    """A co-op that admits by two sponsors, beside those of the demonstration."""
    make = Make(serve_app, datetime.now(UTC))
    organisation = make.organisation("mill", "The Mill", text=RULES + SPONSORS)
    make.officer(organisation, "secretary", "Ines Roy", email="ines@mill.example", password=PASSWORD)
    for name in ("Ana Poe", "Ben Ode"):
        email = f"{name.split()[0].lower()}@mill.example"
        make.member(organisation, name, email=email, password=PASSWORD)
    return organisation


def test_two_members_sponsor_an_applicant_who_is_a_member_then(mill, walking, screen):
    with (
        walking("sponsored", **screen) as visitor,
        walking("first-sponsor", **screen) as ana,
        walking("last-sponsor", **screen) as ben,
        walking("mill-secretary", **screen) as secretary,
    ):
        visitor.go("/mill/join")
        visitor.sees("2 members must sponsor you")
        visitor.fill("Your name", "Nuria Vidal")
        visitor.fill("E-mail address", "nuria@mill.example")
        for box in visitor.page.get_by_role("checkbox").all():
            box.check()
        visitor.press("Check my answers")
        visitor.press("Send my application")
        visitor.open_letter("nuria@mill.example", "Please confirm your address")
        visitor.follow(visitor.address)
        visitor.press("Confirm and look")
        visitor.sees("Your application waits for sponsors", "0 sponsors of the 2 needed so far")

        ana.sign_in("ana@mill.example")
        ana.follow("More")
        ana.follow("Who wishes to join")
        ana.sees("Nuria Vidal", "0 of 2 sponsors.")
        ana.press("Sponsor Nuria Vidal")
        ana.sees("You sponsor Nuria Vidal.", "1 of 2 sponsors.")

        secretary.sign_in("ines@mill.example")
        secretary.go("/mill/applications")
        secretary.follow("Nuria Vidal")
        secretary.sees("1 of 2 so far", "Ana Poe")

        ben.sign_in("ben@mill.example")
        ben.go("/mill/applicants")
        ben.press("Sponsor Nuria Vidal")
        ben.sees("Nuria Vidal is member 4 now.", "Nobody waits for a sponsor.")

        visitor.go("/mill/join/application")
        visitor.sees("You are admitted", "Sponsored by Ana Poe, Ben Ode.")
        secretary.go("/mill/members/4")
        secretary.sees("articles 8, 9, version 1")
