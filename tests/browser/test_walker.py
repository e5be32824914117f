"""The walker itself: axe reads what the person sees, also where no script runs."""

import pytest

pytestmark = pytest.mark.browser
DRESSED = "getComputedStyle(document.querySelector('.masthead')).backgroundColor"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_field_without_a_label_and_a_faint_word_are_found(walking, scripts):
    with walking("ana", width=375, scripts=scripts) as ana:
        ana.go("/sign-in", look=False)
        ana.page.evaluate("""() => {
            document.querySelector("label[for=email]").remove();
            document.querySelector("h1").style.color = "#eee";
        }""")
        ana.look()
        found = {fault.split(": ")[1].partition(" ")[0] for fault in ana.faults}
        assert {"label", "color-contrast"} <= found
        ana.faults.clear()


def test_axe_reads_the_page_that_no_script_has_changed(walking):
    with walking("ana", width=375, scripts=False) as ana:
        ana.sign_in("member@pioneers.example")
        ana.go("/pioneers/ballots?state=open")
        ana.follow("Three seats on the board")
        twin = ana.readable()
        assert twin.get_by_role("heading", level=1).inner_text() == ana.page.locator("h1").inner_text()
        assert twin.locator("[data-ranking] select").first.is_visible()
        assert not twin.locator("button.rank").count()
        assert twin.evaluate(DRESSED) == ana.page.evaluate(DRESSED), "the twin is without its stylesheet"
