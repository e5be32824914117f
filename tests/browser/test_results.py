"""A result people look at: every round drawn, the fold-out opened, the certificate fetched, light and dark."""

import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from coop.access import actor_of
from coop.errors import Refusal
from coop.extensions import db
from coop.models.members import Membership
from coop.models.organisations import Office, Organisation
from coop.services import ballots
from coop.transaction import writing
from tests.loaded import app_in

pytestmark = pytest.mark.browser
TITLE = "Three seats, counted"
CANDIDATES = 7


@pytest.fixture
def counted(tmp_path, serve):
    """Hold an election of three of seven in the loaded co-op, and seal it; gives its number."""
    at = datetime.now(UTC) - timedelta(days=40)
    with app_in(tmp_path / "instance", serve).app_context():
        with writing():
            here = db.session.scalars(select(Organisation).where(Organisation.slug == "pioneers")).one()
            office = db.session.scalars(
                select(Office).where(Office.kind == "board_member", Office.organisation_id == here.id)
            ).first()
            returning = int(ballots.find(here, 1).certified_by.removeprefix("member "))
            officer = _actor(here, returning)
            stand = [(number, "") for number in range(1, CANDIDATES + 2) if number != returning]
            people = ballots.candidates_by_number(here, stand)
            ballot = ballots.set_up_election(here, officer, at, office=office, candidates=people, title=TITLE)
            ballots.open_ballot(ballot, here, officer, at)
            for voter in range(1, 25):
                first = (1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5, 6, 7, 2, 3, 4, 6)[voter - 1]
                order = [(first - 1 + step * (1 + voter % 3)) % CANDIDATES + 1 for step in range(4)]
                with suppress(Refusal, NoResultFound):
                    ballots.cast_vote(ballot, _actor(here, voter), order, at)
            number, ballot_id, due = ballot.number, ballot.id, ballot.closes_at + ballots.GRACE
        with writing():
            ballots.seal(ballot_id, due)
        db.session.remove()
        db.engine.dispose()
    return number


def _actor(here, number):
    membership = db.session.scalars(
        select(Membership).where(Membership.organisation_id == here.id, Membership.number == int(number))
    ).one()
    return actor_of(membership, "active", here.day_of(datetime.now(UTC)))


@pytest.mark.parametrize("width", [320, 375, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_result_is_drawn_round_by_round_and_what_else_is_told_in_a_fold_out(
    walking, counted, width, scheme
):
    with walking(f"results-{scheme}", width=width, scheme=scheme) as walker:
        walker.sign_in("member@pioneers.example")
        walker.go(f"/pioneers/ballots/{counted}", look=False)
        walker.page.get_by_text("Would another method, or the tie").click()
        walker.look()
        walker.sees(
            "Where the votes lay in every round", "came in this round", "What binds is the rule above."
        )
        assert walker.page.locator(".piles").count() >= 3
        narrow = walker.page.locator(".piles svg").first.bounding_box()["width"]
        assert narrow >= 200, f"a bar is only {narrow} px long"
        with walker.page.expect_download() as fetched:
            walker.page.get_by_role("link", name="Certificate (PDF)").click()
        if keep := os.environ.get("COOP_SCREENSHOTS"):
            fetched.value.save_as(f"{keep}/certificate.pdf")
        assert fetched.value.path().read_bytes().startswith(b"%PDF-")
