"""Two officers correct a value that was read wrongly; a member reads it and objects."""

import pytest

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [375, 1280])
def test_a_wrong_value_is_corrected_by_two_officers_and_challenged_by_a_member(walking, width):
    with (
        walking("secretary", width=width) as secretary,
        walking("returning", width=width) as second,
        walking("member", width=width) as member,
    ):
        secretary.sign_in("secretary@pioneers.example")
        secretary.go("/pioneers/constitution")
        secretary.follow("Correct a value of article 30")
        secretary.press("Propose the correction")
        secretary.sees("There is something to put right")
        secretary.fill("What is wrong with it?", "The minutes of the founding say: of those who take part.")
        secretary.fill("Value of “one tenth of the members”", "1/10 of present")
        secretary.press("Propose the correction")
        secretary.sees("waits for a second officer", "Another officer must confirm it.")

        second.sign_in("returning@pioneers.example")
        second.go("/pioneers/desk")
        second.sees("Correction of article 30", "proposed by James Daly")
        second.follow("Correction of article 30")
        second.press("Confirm it")
        second.sees("every member is told")

        member.sign_in("member@pioneers.example")
        member.go("/pioneers/constitution/corrections")
        member.follow("Article 30")
        member.follow("Challenge it")
        member.fill("What is wrong with this correction?", "The minutes of the founding say otherwise.")
        member.press("Challenge it")
        member.sees("Not answered yet")
        member.go("/pioneers/constitution/corrections")
