"""Elections in the loaded co-op of the browser's tests: opened by its returning officer, voted on by its members."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from coop.access import Actor, actor_of
from coop.extensions import db
from coop.models.members import Membership, MembershipEvent
from coop.models.organisations import Office, Organisation
from coop.services import ballots
from coop.transaction import writing
from tests.loaded import app_in

VOTER = "member@pioneers.example"
NAMES = ("Óscar Müller-Lüdenscheidt", "Ngozi Okonkwo", "Bo Li", "Wilhelmina Featherstonehaugh-Cholmondeley")
LONG = "I kept the books of the bakery for nine years and of the choir for three. " * 4


def pioneers() -> Organisation:
    return db.session.scalars(select(Organisation).where(Organisation.slug == "pioneers")).one()


def actor(here: Organisation, number: int) -> Actor:
    membership = db.session.scalars(
        select(Membership).where(Membership.organisation_id == here.id, Membership.number == number)
    ).one()
    return actor_of(membership, "active", here.day_of(datetime.now(UTC)))


def officer(here: Organisation) -> Actor:
    return actor(here, int(ballots.find(here, 1).certified_by.removeprefix("member ")))


def newcomers(here: Organisation, count: int) -> list[int]:
    """Enter as many members with names of all lengths; gives their numbers."""
    last = db.session.scalar(select(func.max(Membership.number)).where(Membership.organisation_id == here.id))
    now = datetime.now(UTC)
    numbers = range(last + 1, last + 1 + count)
    for at, number in enumerate(numbers):
        name = NAMES[at] if at < len(NAMES) else f"Candidate {at + 1}"
        member = Membership(organisation_id=here.id, number=number, name=name, email="")
        db.session.add(member)
        db.session.flush()
        admitted = {"on": (now - timedelta(days=400)).date(), "by": "member 1", "recorded_at": now}
        db.session.add(MembershipEvent(membership_id=member.id, kind="admitted", **admitted))
    db.session.flush()
    return list(numbers)


@pytest.fixture
def open_election(tmp_path, serve):
    """Open an election with so many candidates for the board's seats; gives its address."""

    def build(candidates: int, seats: int = 1) -> str:
        at = datetime.now(UTC) - timedelta(hours=1)
        with app_in(Path(tmp_path) / "instance", serve).app_context():
            with writing():
                here = pioneers()
                office = db.session.scalars(
                    select(Office).where(Office.kind == "board_member", Office.organisation_id == here.id)
                ).first()
                says = ("I keep books.", LONG, "")
                named = [(n, says[at % 3]) for at, n in enumerate(newcomers(here, candidates))]
                people = ballots.candidates_by_number(here, named)
                ballot = ballots.set_up_election(
                    here,
                    officer(here),
                    at,
                    office=office,
                    candidates=people,
                    seats=seats,
                    title="A board seat",
                )
                ballots.open_ballot(ballot, here, officer(here), at)
                number = ballot.number
            db.session.remove()
            db.engine.dispose()
        return f"/pioneers/ballots/{number}"

    return build
