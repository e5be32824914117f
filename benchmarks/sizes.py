"""Long rolls: what opening, sealing, a page, the bundle and its check cost, and how that grows.

Each size runs in a process of its own, `python -m benchmarks.sizes MEMBERS`, which prints one JSON object.
"""

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from benchmarks.population import AGENT, RULES, add_members, put, signed_in
from benchmarks.sending import get, send
from benchmarks.voting import installed
from coop.access import Actor
from coop.extensions import db
from coop.models.ballots import Ballot, RollEntry, Vote
from coop.models.organisations import Organisation
from coop.models.records import AuditEvent
from coop.services import ballots, records
from coop.transaction import writing
from tests.make import Make
from tests.server import ROOT, Server

SIZES = (10_000, 250_000)
ROUNDS = 5
PERIOD = timedelta(days=7)  # of voting, as RULES have it
READERS, SECONDS, DUE = 120, 12.0, 4.0  # pages asked for around the moment when something is due


class LongRoll:
    """A co-op of so many members, and what is asked of it."""

    def __init__(self, app: Flask, members: int) -> None:
        self.app, self.now = app, datetime.now(UTC)
        self.make = Make(app, self.now)
        self.organisation = self.make.organisation("bench", "Bench", text=RULES)
        self.officer = self.make.officer(self.organisation, "returning_officer", "Rita Returning")
        with app.app_context():
            self.people = add_members(self.organisation.id, members, self.now)
            db.session.remove()
        self.voters = members // 2
        self.cookie, _ = signed_in(app, self.people[0])

    def draft(self, now: datetime) -> int:
        with writing():
            return ballots.propose_motion(*self.here(), now, title="Buy a mill", text="We buy it.").id

    def here(self) -> tuple[Organisation, Actor]:
        return db.session.get_one(Organisation, self.organisation.id), self.make.actor(self.officer)

    def open(self, ballot_id: int, now: datetime) -> None:
        with writing():
            ballots.open_ballot(db.session.get_one(Ballot, ballot_id), *self.here(), now)

    def announce(self, ballot_id: int, now: datetime, opens_at: datetime) -> None:
        with writing():
            ballots.announce(db.session.get_one(Ballot, ballot_id), *self.here(), now, opens_at=opens_at)

    def vote(self, ballot_id: int) -> None:
        """Half of the roll votes, by bulk, with the deeds that votes are."""
        with writing():
            half = sa.select(RollEntry.id).where(RollEntry.ballot_id == ballot_id).limit(self.voters)
            entries = db.session.scalars(half).all()
            put(Vote, len(entries), lambda n: {
                "ballot_id": ballot_id, "roll_entry_id": entries[n], "cast_at": self.now,
                "choice": ("for", "for", "against", "abstain")[n % 4],
            })  # fmt: skip
            put(AuditEvent, len(entries), lambda n: {
                "organisation_id": self.organisation.id, "at": self.now, "actor": f"member {n}",
                "verb": "voted on", "subject": "ballot 1", "facts": "{}",
            })  # fmt: skip

    def seal(self, ballot_id: int) -> None:
        with writing():
            ballots.seal(ballot_id, db.session.get_one(Ballot, ballot_id).closes_at + ballots.GRACE)

    def link_events(self) -> None:
        with writing():
            records.chain_events(self.organisation.id)

    def page(self, path: str) -> bytes:
        """Read a page of the ballot whose costs are looked at."""
        answer = self.app.test_client(use_cookies=False).get(
            f"/bench/ballots/{path}", headers={"Cookie": self.cookie, "User-Agent": AGENT}
        )
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.data


def seconds(deed: Callable[[], object]) -> float:
    began = time.perf_counter()
    deed()
    return time.perf_counter() - began


def milliseconds(deed: Callable[[], object]) -> float:
    """The median of a few, after a first one."""
    deed()
    return statistics.median(seconds(deed) for _ in range(ROUNDS)) * 1000


def costs(roll: LongRoll) -> dict[str, float]:
    """One motion from opening to its checked bundle."""
    with roll.app.app_context():
        ballot_id = roll.draft(roll.now)
        page = str(db.session.get_one(Ballot, ballot_id).number)
        found = {"opening s": seconds(lambda: roll.open(ballot_id, roll.now))}
        db.session.remove()
    found["page while open ms"] = milliseconds(lambda: roll.page(page))
    found["roll's page ms"] = milliseconds(lambda: roll.page(f"{page}/roll"))
    with roll.app.app_context():
        roll.vote(ballot_id)
        found["linking the deeds s"] = seconds(roll.link_events)
        found["sealing and counting s"] = seconds(lambda: roll.seal(ballot_id))
        roll.link_events()
        found["looking for unlinked deeds ms"] = milliseconds(records.organisations_with_unchained_events)
        db.session.remove()
    found["page of the result ms"] = milliseconds(lambda: roll.page(page))
    bundle = []
    found["bundle s"] = seconds(lambda: bundle.append(roll.page(f"{page}/bundle.json")))
    found["bundle MB"] = len(bundle[0]) / 1e6
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        file.write(bundle[0])
        file.flush()
        command = [str(Path(sys.executable).with_name("coop")), "verify", file.name]
        found["coop verify s"] = seconds(
            lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        )
    found["peak MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def closing_soon(roll: LongRoll) -> int:
    """Make a ballot with its votes that closes soon; voting closes at whole minutes."""
    closes_at = (datetime.now(UTC) + timedelta(seconds=110)).replace(second=0, microsecond=0)
    with roll.app.app_context():
        ballot_id = roll.draft(closes_at - PERIOD)
        roll.open(ballot_id, closes_at - PERIOD)
        roll.vote(ballot_id)
        roll.link_events()
        db.session.remove()
    return ballot_id


def opening_soon(roll: LongRoll) -> int:
    opens_at = datetime.now(UTC) + timedelta(seconds=DUE)
    with roll.app.app_context():
        ballot_id = roll.draft(opens_at - timedelta(hours=1))
        roll.announce(ballot_id, opens_at - timedelta(hours=1), opens_at)
        db.session.remove()
    return ballot_id


def first_need(roll: LongRoll, closing: int) -> dict[str, float]:
    """Members read a ballot's page while its moment comes: the slowest waits for the opening, or the count."""
    cookies = [signed_in(roll.app, person)[0] for person in roll.people[:READERS]]
    moments = [SECONDS * at / READERS for at in range(READERS)]

    def around(what: str, ballot: Ballot, due: datetime) -> dict[str, float]:
        time.sleep(max(0, (due - datetime.now(UTC)).total_seconds() - DUE))
        pages = send(server, [get(f"/bench/ballots/{ballot.number}", one) for one in cookies], moments)
        assert set(pages.statuses) == {"200"}, pages.statuses
        return {
            f"around the {what}: median ms": pages.quantile(0.5),
            f"around the {what}: slowest ms": pages.quantile(1),
        }

    with Server(roll.app.config["COOP"]) as server:
        opened, counted = look(roll, opening_soon(roll)), look(roll, closing)
        found = around("opening", opened, opened.opens_at)
        found |= around("count", counted, counted.closes_at + ballots.GRACE)
    assert look(roll, opened.id).opened_at is not None
    assert look(roll, counted.id).sealed_at is not None
    return found


def look(roll: LongRoll, ballot_id: int) -> Ballot:
    """Read a ballot as it is now, to keep."""
    with roll.app.app_context():
        ballot = db.session.get_one(Ballot, ballot_id)
        db.session.expunge(ballot)
        db.session.remove()
    return ballot


def measure() -> tuple[list[str], list[str]]:
    """Run every size; gives the lines of the results page, and what was asked and missed: nothing was."""
    found = {}
    for size in SIZES:
        print(f"a roll of {size} …", flush=True)
        words = [sys.executable, "-m", "benchmarks.sizes", str(size)]
        result = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        found[size] = json.loads(result.stdout.splitlines()[-1])
    return lines_of(found), []


def lines_of(found: dict[int, dict[str, float]]) -> list[str]:
    small, large = (found[size] for size in SIZES)
    how = (
        "A motion on SQLite in which half of the roll votes. Opening draws and freezes the roll, hashes it and "
        "queues a mail for everyone; sealing counts and records; both hold the write lock meanwhile."
    )
    near = ", ".join(f"{name} {value:.0f}" for name, value in small.items() if name not in large)
    first = (
        f"{READERS} members read the page of a ballot within {SECONDS:.0f} s around its moment, {SIZES[0]:,} on the "
        f"roll, through the server: {near}."
    )
    return [
        "## Long rolls",
        "",
        how,
        "",
        "| what | " + " | ".join(f"{size:,} on the roll" for size in SIZES) + " | times |",
        "|---|---:|---:|---:|",
        *(
            f"| {name} | {small[name]:.2f} | {large[name]:.2f} | {large[name] / small[name]:.0f} |"
            for name in large
        ),
        "",
        first,
    ]


def main() -> None:
    size = int(sys.argv[1])
    with installed() as app:
        roll, near = LongRoll(app, size), size == SIZES[0]
        closing = closing_soon(roll) if near else 0  # meanwhile the rest is measured
        found = costs(roll)
        if near:
            found |= first_need(roll, closing)
        print(json.dumps(found))


if __name__ == "__main__":
    main()
