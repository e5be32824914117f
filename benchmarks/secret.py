"""A secret poll: tokens signed, votes cast without a name, the box sorted and counted, its file checked."""

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from benchmarks import browser
from benchmarks.population import AGENT, add_members, signed_in
from benchmarks.sending import HEAD, Run, post_json, send
from benchmarks.voting import CHOICES, installed
from coop.background import scrub_secret_ballots
from coop.extensions import db
from coop.gateways.blind_signatures import b64u, from_b64u, receipt_is_signed
from coop.gateways.voter import Voter
from coop.models.ballots import Ballot, SecretVote
from coop.models.organisations import Organisation
from coop.rules.secret_messages import receipt_message
from coop.services import ballots, records
from coop.services.ballots import secret
from coop.transaction import writing
from tests.make import Make
from tests.server import Server

VOTES = int(os.environ.get("COOP_BENCH_VOTES", "5000"))


class SecretPoll:
    """A secret motion open to so many members, and each of them as their browser is before it asks."""

    def __init__(self, app: Flask, members: int) -> None:
        self.app, self.now = app, datetime.now(UTC)
        make = Make(app, self.now)
        organisation = make.organisation("bench", "Bench")
        officer = make.officer(organisation, "returning_officer", "Rita Returning")
        with app.app_context():
            self.people = add_members(organisation.id, members + browser.VOTES, self.now)
            here, rita = db.session.get_one(Organisation, organisation.id), make.actor(officer)
            with writing():
                ballot = ballots.propose_motion(
                    here, rita, self.now, title="Buy a mill", text="We buy it.", secrecy="secret"
                )
            keys = secret.prepare_keys(ballot, here, rita, self.now, app.config["COOP"].ballot_key)
            with writing():
                ballots.open_ballot(ballot, here, rita, self.now, keys=keys)
            self.ballot_id, self.organisation_id = ballot.id, here.id
            self.name, self.path = secret.ballot_id(ballot, here), f"/bench/ballots/{ballot.number}"
            self.class_keys, self.receipt_key = secret.public_keys(ballot)
            db.session.remove()
        self.in_browsers = self.people[members:]
        del self.people[members:]
        self.voters = [Voter(self.name, "member", self.class_keys) for _ in self.people]

    def fetch_tokens(self, server: Server) -> Run:
        """Have every blinded value signed; each voter takes the signature off its blinding and checks it."""
        asked = []
        for voter, person in zip(self.voters, self.people, strict=True):
            cookie, token = signed_in(self.app, person)
            blinded = {"blinded": b64u(voter.blinded)}
            asked.append(post_json(f"{self.path}/token", blinded, Cookie=cookie, X_CSRFToken=token))
        issued = send(server, asked, keep=True)
        for voter, body in zip(self.voters, issued.bodies, strict=True):
            voter.take(from_b64u(json.loads(body)["signature"]))
        return issued

    def cast(self, server: Server) -> tuple[Run, int]:
        """Cast every vote; gives also how many receipts are good and have their vote in the box."""
        papers = [voter.cast(CHOICES[at % len(CHOICES)]) for at, voter in enumerate(self.voters)]
        run = send(server, [post_json(f"{self.path}/cast", paper) for paper in papers], keep=True)
        with self.app.app_context():
            rows = db.session.execute(sa.select(SecretVote.serial, SecretVote.n, SecretVote.vote))
            there = set(map(tuple, rows))
            db.session.remove()
        kept = sum(
            self.is_good(json.loads(body)["receipt"])
            and (paper["serial"], paper["n"], paper["vote"]) in there
            for body, paper in zip(run.bodies, papers, strict=True)
        )
        return run, kept if len(there) == len(papers) else 0

    def is_good(self, receipt: dict) -> bool:
        message = receipt_message(self.name, receipt["serial"], receipt["n"], receipt["vote_sha256"])
        return receipt_is_signed(self.receipt_key, message, receipt["signature"])

    def end(self) -> dict[str, float]:
        """Seal, clean the disk, and check the bundle as any member can; gives seconds."""
        found = {}
        with self.app.app_context():
            ballot = db.session.get_one(Ballot, self.ballot_id)
            closed = ballot.closes_at + ballots.GRACE
            found["sealing and counting"] = _seconds(self._seal, closed)
            found["removing traces from the disk"] = _seconds(scrub_secret_ballots, self.app)
            with writing():
                records.chain_events(self.organisation_id)
            db.session.remove()
        cookie, _ = signed_in(self.app, self.people[0])
        answer = self.app.test_client(use_cookies=False).get(
            f"{self.path}/bundle.json", headers={"Cookie": cookie, "User-Agent": AGENT}
        )
        with tempfile.NamedTemporaryFile(suffix=".json") as file:
            file.write(answer.data)
            file.flush()
            command = [str(Path(sys.executable).with_name("coop")), "verify", file.name]
            found["`coop verify`"] = _seconds(subprocess.run, command, check=True, stdout=subprocess.DEVNULL)
        return found

    def _seal(self, now: datetime) -> None:
        with writing():
            ballots.seal(self.ballot_id, now)


def _seconds(deed, *given, **named) -> float:
    began = time.perf_counter()
    deed(*given, **named)
    return time.perf_counter() - began


def measure() -> tuple[list[str], list[str]]:
    """Run everything here; gives the lines of the results page, and in sentences what was asked and missed."""
    print(f"{VOTES} vote in secret …", flush=True)
    with installed() as app:
        poll = SecretPoll(app, VOTES)
        with Server(app.config["COOP"], target="benchmarks.server:app") as server:
            issued = poll.fetch_tokens(server)
            cast, kept = poll.cast(server)
            cookies = [signed_in(app, person)[0] for person in poll.in_browsers]
            in_browser = browser.vote_in_secret(server, poll.path, cookies)
        ended = poll.end()
    missed = []
    if kept < VOTES:
        missed.append(f"Of {VOTES} secret votes {VOTES - kept} have no good receipt, or aren't in the box.")
    how = (
        f"{VOTES:,} members, signed in beforehand, have a token signed (RSA-3072, blinded by each) and then cast "
        "without cookies, each with a signature of their own; on SQLite, as above. Blinding and signing as the "
        "members' browsers do is not in the figures."
    )
    said = (
        f"Of {VOTES:,} receipts {kept:,} are good and have their vote in the box. After closing, in seconds: "
        + ", ".join(f"{name} {took:.1f}" for name, took in ended.items())
        + "."
    )
    if in_browser is None:
        missed.append("Chromium is not installed, so no secret vote was measured in a browser.")
    else:
        whole, computing = in_browser
        said += (
            f" In Chromium at 375 px the median of {browser.VOTES} votes took {whole:.0f} ms from the tap to the "
            f"receipt, **{computing:.0f} ms** of them computing (asked: under {browser.MOST_MS})."
        )
        if computing >= browser.MOST_MS:
            missed.append(f"A secret vote computes for {computing:.0f} ms in Chromium.")
    rows = [issued.row("tokens"), cast.row("casts")]
    return ["## A secret poll", "", how, "", *HEAD, *rows, "", said], missed
