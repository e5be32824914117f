"""A poll opens: members of a large co-op vote at once, beside the least that a vote could be."""

import os
import random
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from benchmarks.population import PASSWORD, anonymous, populate, signed_in
from benchmarks.sending import CONNECTIONS, HEAD, Run, joined, post, send
from benchmarks.server import make_table
from config import read_settings
from coop.app import create_app
from coop.cli.serve import THREADS
from coop.extensions import db
from coop.models.ballots import RollEntry, Vote
from coop.models.members import Holder
from tests.postgres import postgres_cluster
from tests.server import Server

VOTES = int(os.environ.get("COOP_BENCH_VOTES", "5000"))
MEMBERS = 2 * VOTES
ON_POSTGRESQL = VOTES * 2 // 5
PARTS = 10
WORKERS = 2  # on PostgreSQL
MINUTE = 60.0
SIGN_INS = 300
RATIO_ASKED = 0.7
CHOICES = ("for", "against", "abstain")


@contextmanager
def installed(url: str = "") -> Iterator[Flask]:
    """An application over an empty database: SQLite in a folder of its own, or the one at the address."""
    with tempfile.TemporaryDirectory(prefix="coop-bench-") as instance:
        app = create_app(read_settings({"INSTANCE": instance, "COOP_DATABASE_URL": url}))
        with app.app_context():
            upgrade()
            make_table()
        yield app
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


class Poll:
    """A co-op whose members are signed in, and what each of them will send."""

    def __init__(self, app: Flask, members: int) -> None:
        self.app, self.coop = app, populate(app, members)
        voters = [(person, *signed_in(app, person)) for person in self.coop.people]
        self.chosen = {person: CHOICES[person % len(CHOICES)] for person, *_ in voters}
        path = f"/{self.coop.slug}/ballots/{self.coop.ballot}/vote"
        self.votes = [
            post(path, cookie, csrf_token=token, choice=self.chosen[who]) for who, cookie, token in voters
        ]
        self.inserts = [
            post(f"/{self.coop.slug}/bench", cookie, csrf_token=token) for _, cookie, token in voters
        ]

    def flat_out(self, server: Server, votes: int) -> tuple[Run, Run]:
        """Send so many votes, in parts by turns with the baseline, so that noise weighs on both."""
        send(server, self.inserts[:200])
        runs = []
        for part in range(PARTS):
            some = slice(part * votes // PARTS, (part + 1) * votes // PARTS)
            runs.append((send(server, self.votes[some]), send(server, self.inserts[some])))
        voted, baseline = zip(*runs, strict=True)
        return joined(voted), joined(baseline)

    def lost_and_doubled(self, voters: int) -> tuple[int, int]:
        """How many of the first so many have no vote of theirs in the table, and how many have several."""
        with self.app.app_context():
            rows = db.session.execute(
                sa.select(Holder.person_id, Vote.choice)
                .join(RollEntry, RollEntry.membership_id == Holder.membership_id)
                .join(Vote, Vote.roll_entry_id == RollEntry.id)
            ).all()
            db.session.remove()
        there, votes = set(map(tuple, rows)), Counter(person for person, _choice in rows)
        lost = sum((person, self.chosen[person]) not in there for person in self.coop.people[:voters])
        return lost, sum(count > 1 for count in votes.values())


def measure() -> tuple[list[str], list[str]]:
    """Run everything here; gives the lines of the results page, and in sentences what was asked and missed."""
    with installed() as app:
        rows, here, missed = on_sqlite(app)
    with postgres_cluster(durable=True) as cluster:
        cluster.run("CREATE DATABASE bench")
        with installed(cluster.url("bench")) as app:
            more, there, short = on_postgresql(app)
    lines = [*introduction(), *HEAD, *rows, *more, "", here, there]
    return lines, missed + short


def introduction() -> list[str]:
    setting = (
        f"{MEMBERS:,} members on the roll, signed in beforehand; each votes once. SQLite {sqlite3.sqlite_version} "
        f"(WAL, synchronous=FULL), gunicorn with one process of {THREADS} threads; {CONNECTIONS} kept-alive "
        "connections from one other process of the same machine, which sends the next vote as soon as one is "
        f"answered. On PostgreSQL (fsync on) {WORKERS} such server processes; its own processor time isn't in the "
        "table."
    )
    baseline = (
        "The baseline is a route of the same application, known to benchmarks only: it loads the session's member, "
        "checks the form's token, takes the same lock, inserts one row and commits. Votes and baseline take turns, in "
        f"{PARTS} parts each. In the row of one minute {VOTES:,} others vote, each at a random moment of it and over "
        "a connection of their own; times count from that moment."
    )
    return ["## A poll opens", "", setting, "", baseline, ""]


def on_sqlite(app: Flask) -> tuple[list[str], str, list[str]]:
    """Everybody flat out, then as many others within a minute; sign-ins, and Flask alone."""
    print(f"{MEMBERS} members …", flush=True)
    poll, settings = Poll(app, MEMBERS), app.config["COOP"]
    visitors = [anonymous(app) for _ in range(SIGN_INS)]
    sign_ins = [
        post("/sign-in", cookie, csrf_token=token, email=f"m{person}@bench.example", password=PASSWORD)
        for (cookie, token), person in zip(visitors, poll.coop.people, strict=False)
    ]
    moments = sorted(random.uniform(0, MINUTE) for _ in range(VOTES))
    with Server(settings, target="benchmarks.server:app") as server:
        votes, baseline = poll.flat_out(server, VOTES)
        minute = send(server, poll.votes[VOTES:], moments)
        signed = send(server, sign_ins)
    with Server(settings, target="benchmarks.server:bare") as server:
        bare = send(server, [post("/", "x=y")] * VOTES)

    lost, doubled = poll.lost_and_doubled(MEMBERS)
    rows = [
        votes.row("votes on a motion"),
        baseline.row("baseline: member, token, one insert"),
        minute.row("votes at random moments of one minute"),
        signed.row("sign-ins with a password (argon2id)"),
        bare.row("Flask and nothing else"),
    ]
    ratio = votes.per_second / baseline.per_second
    told = (
        f"{VOTES:,} votes took **{votes.seconds:.0f} s** (asked: {MINUTE:.0f}). Of all {MEMBERS:,}, {lost} were "
        f"lost and {doubled} doubled: each was looked up and is there once, with the choice that was sent. "
        f"A vote runs at **{ratio:.2f}** of the baseline on SQLite"
    )
    missed = faults("SQLite", ratio, lost, doubled, votes, minute)
    if votes.seconds > MINUTE:
        missed.append(f"{VOTES} votes took longer than a minute.")
    return rows, told, missed


def on_postgresql(app: Flask) -> tuple[list[str], str, list[str]]:
    """The same on PostgreSQL with several server processes."""
    print("on PostgreSQL …", flush=True)
    poll = Poll(app, ON_POSTGRESQL)
    with Server(app.config["COOP"], target="benchmarks.server:app", workers=WORKERS) as server:
        votes, baseline = poll.flat_out(server, ON_POSTGRESQL)
    lost, doubled = poll.lost_and_doubled(ON_POSTGRESQL)
    rows = [votes.row("PostgreSQL: votes on a motion"), baseline.row("PostgreSQL: baseline")]
    ratio = votes.per_second / baseline.per_second
    told = (
        f"and at **{ratio:.2f}** on PostgreSQL (asked: at least {RATIO_ASKED}), where {lost} of "
        f"{ON_POSTGRESQL:,} were lost and {doubled} doubled."
    )
    return rows, told, faults("PostgreSQL", ratio, lost, doubled, votes)


def faults(engine: str, ratio: float, lost: int, doubled: int, *runs: Run) -> list[str]:
    missed = []
    if ratio < RATIO_ASKED:
        missed.append(f"On {engine} a vote runs at {ratio:.2f} of the baseline, asked {RATIO_ASKED}.")
    if lost or doubled:
        missed.append(f"On {engine} {lost} votes were lost and {doubled} doubled.")
    if any(set(run.statuses) != {"302"} for run in runs):
        missed.append(f"On {engine} not every vote was answered as recorded.")
    return missed
