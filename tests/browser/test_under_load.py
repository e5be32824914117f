"""When everybody votes at once: the paper someone is filling in stays as it is, and casting it succeeds."""

import threading

import pytest
from playwright.sync_api import expect

from benchmarks import load
from benchmarks.population import AGENT, populate, signed_in
from benchmarks.sending import post
from coop.cli.serve import HOST
from tests.scale import scale
from tests.server import Server

pytestmark = pytest.mark.browser
OTHERS = scale(400, 4000)
CONNECTIONS = 16


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_paper_being_filled_in_is_not_reset_by_the_load_of_others_and_its_vote_is_recorded(
    app, chromium, scripts, evidence
):
    coop = populate(app, OTHERS + 1)
    mine, *others = [signed_in(app, person) for person in coop.people]
    path = f"/{coop.slug}/ballots/{coop.ballot}"
    votes = [post(f"{path}/vote", cookie, csrf_token=token, choice="against") for cookie, token in others]

    with Server(app.config["COOP"]) as server:
        address = f"http://{HOST}:{server.port}"
        context = chromium.new_context(
            viewport={"width": 375, "height": 800}, user_agent=AGENT, java_script_enabled=scripts
        )
        name, _, value = mine[0].partition("=")
        context.add_cookies([{"name": name, "value": value, "url": address}])
        page = context.new_page()
        page.goto(address + path)
        page.get_by_label("For", exact=True).check()
        asked = []
        page.on("request", lambda request: asked.append(request.url))

        answers = {}
        crowd = threading.Thread(
            target=lambda: answers.update(load.run(HOST, server.port, CONNECTIONS, votes))
        )
        crowd.start()
        page.wait_for_timeout(1500)  # in the midst of it
        assert crowd.is_alive()
        assert asked == []
        expect(page.get_by_label("For", exact=True)).to_be_checked()
        page.get_by_role("button", name="Cast my vote").click()
        expect(page.get_by_text("Your vote is recorded.").first).to_be_visible(timeout=30_000)
        during = crowd.is_alive()
        expect(page.get_by_text("You voted: For.").first).to_be_visible()
        crowd.join()
        context.close()

    assert during
    assert answers["statuses"] == {302: OTHERS}
    evidence(others_voting=OTHERS, requests_of_the_waiting_page=0, recorded_while_they_voted=during)
