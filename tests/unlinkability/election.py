"""A secret ballot played through the real application, over HTTP, while a clock of its own goes on.

Members come in an order that has nothing to do with their numbers; each asks for a token and votes seconds
later, so that some overtake others. Some change their vote, some send it twice, some send what is refused.
"""

import heapq
import logging
import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa
import time_machine
from flask import Flask

from coop import background
from coop.extensions import db
from coop.gateways.blind_signatures import b64u, from_b64u, open_key
from coop.gateways.voter import Voter
from coop.models.ballots import RollEntry, SigningKey
from coop.models.organisations import Organisation
from coop.services import ballots
from coop.services.ballots import secret
from coop.transaction import writing
from tests.make import PASSWORD, Make
from tests.pages.client import PageClient
from tests.unlinkability.clues import Known

CHOICES = ("for", "against", "abstain")
WORD = re.compile(rb"member \d+|Name\d+ Surname\d+|voter\d+@pioneers\.example|[0-9a-f]{64}")
OPEN_FOR = timedelta(hours=2)  # in which everybody comes
STEPS = (
    background.open_and_seal,
    background.scrub_secret_ballots,
    background.link_events,
    background.send_mail,
)


@dataclass
class Ballot:
    """What only this test knows of a ballot: who cast which vote, and what the server was never to keep."""

    ballot_id: int
    path: str
    closes_at: datetime
    truth: dict[int, str] = field(default_factory=dict)  # member number → serial
    rows: dict[tuple[str, int], int] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)
    tokens: list[bytes] = field(default_factory=list)
    gone: dict[str, list[bytes]] = field(
        default_factory=dict
    )  # what must be nowhere once the ballot is sealed

    @property
    def known(self) -> Known:
        return Known(self.rows, self.words, WORD, {one: one for one in self.truth.values()})


class Electorate:
    """The members of a co-op with a secret ballot, each with a browser of their own."""

    def __init__(
        self,
        app: Flask,
        now: datetime,
        size: int,
        clock: time_machine.Traveller,
        meanwhile: Callable[[], None],
    ) -> None:
        self.app, self.clock, self.meanwhile, self.lot = app, clock, meanwhile, random.Random(1844)
        make = Make(app, now)
        self.organisation = make.organisation()
        officer = make.officer(self.organisation, "returning_officer", "Rita Sands")
        self.members = [
            make.member(
                self.organisation,
                f"Name{n} Surname{n}",
                email=f"voter{n}@pioneers.example",
                password=PASSWORD,
            )
            for n in range(size)
        ]
        self.ballot = self._open(make.actor(officer), now)
        self.nobody = app.test_client(use_cookies=False)
        self.browsers, self.voters = {}, {}

    def _open(self, officer, now):
        with self.app.app_context():
            key = self.app.config["COOP"].ballot_key
            organisation = db.session.get(Organisation, self.organisation.id)
            with writing():
                draft = ballots.propose_motion(
                    organisation, officer, now, title="Buy a mill", text="We buy it.", secrecy="secret"
                )
            keys = secret.prepare_keys(draft, organisation, officer, now, key)
            with writing():
                ballots.open_ballot(draft, organisation, officer, now, keys=keys)
            played = Ballot(draft.id, f"/{organisation.slug}/ballots/{draft.number}", draft.closes_at)
            entries = db.session.query(RollEntry).filter_by(ballot_id=draft.id).all()
            of_membership = {entry.membership_id: entry.id for entry in entries}
            played.gone["private keys"] = _key_bytes(draft.id, secret.ballot_id(draft, organisation), key)
            db.session.remove()
        for member in self.members:
            played.rows["memberships", member.id] = member.number
            played.rows["roll_entries", of_membership[member.id]] = member.number
            played.words |= dict.fromkeys(
                (f"member {member.number}", member.name, member.email), member.number
            )
        return played

    def vote(self) -> None:
        """Let everybody come, in an order drawn by lot, and things be done in between."""
        coming, start = self.lot.sample(self.members, len(self.members)), self.clock_now()
        waiting = [
            (start + OPEN_FOR * self.lot.random(), at, self.asks, member) for at, member in enumerate(coming)
        ]
        heapq.heapify(waiting)
        done = 0
        while waiting:
            when, _, deed, member = heapq.heappop(waiting)
            self.clock.move_to(when)
            for delay, then in deed(member):
                done += 1
                heapq.heappush(waiting, (when + delay, len(self.members) + done, then, member))
            if self.lot.random() < 0.1:
                self.background()
                self.meanwhile()

    def asks(self, member):
        """Sign in and ask for a token; casting follows in seconds, a change of mind perhaps later."""
        browser = self.browsers[member.number] = PageClient(self.app)
        self._sign_in(browser, member)
        keys = self.nobody.get(f"{self.ballot.path}/keys.json").json
        voter = self.voters[member.number] = Voter(keys["ballot"], "member", keys["keys"])
        self._remember(member, voter)
        for _ in range(1 + (self.lot.random() < 0.1)):  # a phone asks twice when it lost the answer
            answer = browser.http.post(
                f"{self.ballot.path}/token",
                json={"blinded": b64u(voter.blinded)},
                headers={"X-CSRFToken": browser.token()},
            )
            assert answer.status_code == 200, answer.text
        signature = from_b64u(answer.json["signature"])
        voter.take(signature)
        self.ballot.tokens.append(voter.cast("for")["token"].encode())
        self.ballot.gone.setdefault("blind signatures", []).append(b64u(signature).encode())
        yield timedelta(seconds=self.lot.uniform(3, 20)), self.casts
        if self.lot.random() < 0.2:
            yield timedelta(minutes=self.lot.uniform(5, 60)), self.changes

    def casts(self, member):
        vote = self.voters[member.number].cast(self.lot.choice(CHOICES))
        if self.lot.random() < 0.1:
            with failing_disk(self.app):
                assert self._post(vote) == 500
        for _ in range(1 + (self.lot.random() < 0.1)):
            assert self._post(vote) == 200
        if self.lot.random() < 0.1:  # another vote under the same signature
            assert self._post({**vote, "vote": '"for"' if vote["vote"] != '"for"' else '"against"'}) == 409
        return ()

    def changes(self, member):
        """Vote another way: the first vote's signature is to be nowhere afterwards."""
        voter = self.voters[member.number]
        old, new = voter.cast("abstain", 2), voter.cast(self.lot.choice(CHOICES), 3)
        assert (self._post(old), self._post(new), self._post(old)) == (200, 200, 409)
        self.ballot.gone.setdefault("replaced votes", []).append(old["sig"].encode())
        return ()

    def background(self) -> None:
        for step in STEPS:
            with self.app.app_context():
                step(self.app)
                db.session.remove()

    def clock_now(self) -> datetime:
        return datetime.now(self.ballot.closes_at.tzinfo)

    def close(self) -> None:
        """Move past the closing, and let a page and the background do what they do."""
        self.clock.move_to(self.ballot.closes_at + ballots.GRACE + timedelta(seconds=1))
        assert self._post(next(iter(self.voters.values())).cast("for", 9)) == 409
        some = next(iter(self.browsers.values()))
        assert some.get(self.ballot.path).status_code == 200
        self.background()
        self.clock.shift(timedelta(minutes=1))
        self.background()

    def _post(self, vote) -> int:
        return self.nobody.post(f"{self.ballot.path}/cast", json=vote).status_code

    def _sign_in(self, browser, member):
        sent = {"email": member.email, "password": PASSWORD}
        assert browser.post("/sign-in", sent).status_code == 302

    def _remember(self, member, voter):
        played = self.ballot
        played.truth[member.number] = voter.serial
        raw = from_b64u(voter.serial)
        played.gone.setdefault("serials spelt otherwise", []).extend([raw[1:33], raw.hex().encode()])
        played.words[sha256(voter.blinded).hexdigest()] = member.number
        blinded = [voter.blinded[:64], b64u(voter.blinded).encode(), voter.blinded.hex().encode()]
        played.gone.setdefault("blinded values", []).extend(blinded)


def _key_bytes(ballot_id: int, name: str, ballot_key: str) -> list[bytes]:
    """Give what a private key could be recognised by: as it is sealed, and opened, in pieces."""
    found = []
    for row in db.session.query(SigningKey).filter_by(ballot_id=ballot_id):
        private = open_key(ballot_key, row.private_sealed, name, row.purpose)
        found += [row.private_sealed[at : at + 24] for at in range(0, len(row.private_sealed) - 24, 400)]
        found += [private[at : at + 24] for at in range(40, len(private) - 24, 400)]
    return found


@contextmanager
def failing_disk(app: Flask) -> Iterator[None]:
    """Let no vote be written; the error knows, as errors of databases do, what it was to be."""

    def fail(_connection, _cursor, statement, parameters, *_):
        if statement.startswith("INSERT INTO secret_votes"):
            raise sa.exc.OperationalError(statement, parameters, OSError("disk I/O error"))

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", fail)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    try:
        yield
    finally:
        app.config["PROPAGATE_EXCEPTIONS"] = None
        sa.event.remove(engine, "before_cursor_execute", fail)


@contextmanager
def written_down() -> Iterator[list[str]]:
    """Collect all that any logger says, at its most talkative."""
    lines = []

    class Collect(logging.Handler):
        def emit(self, record):
            lines.append(logging.Formatter("%(asctime)s %(name)s %(message)s").format(record))

    root, handler = logging.getLogger(), Collect(logging.DEBUG)
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
