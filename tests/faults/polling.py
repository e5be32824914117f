"""A poll under way: a co-op with an open motion and a private election, and members who vote without pause."""

import collections
import http.client
import json
import random
import threading
import time
import urllib.parse
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from benchmarks.population import AGENT, add_members, signed_in
from coop.access import Actor
from coop.cli.serve import HOST
from coop.extensions import db
from coop.models.ballots import Ballot, RollEntry, Vote
from coop.models.members import Holder, Membership
from coop.models.organisations import Office, Organisation
from coop.rules.verification import read, verify
from coop.services import ballots, records
from coop.services.ballots import Candidate
from coop.transaction import writing
from tests.make import Make

RULES = """
1. An ordinary resolution is carried by [more than half of the votes cast]{provision="decision.ordinary.majority" value="> 1/2 of cast"}
   and [everyone sees who voted how]{provision="ballot.secrecy" value="open"}.

2. Offices are filled by [a single transferable vote]{provision="election.method" value="scottish-stv"}.
"""
CANDIDATES = 3
MOTION, ELECTION = 1, 2


@dataclass(frozen=True)
class Member:
    """Someone who signed in before the poll, on as many devices as they like."""

    person_id: int
    cookie: str
    token: str


@dataclass(frozen=True)
class Poll:
    """Ballot 1 is an open motion, ballot 2 a private election by ranking; everybody may vote on both."""

    app: object
    slug: str
    officer: Actor
    members: list[Member]

    def link(self, port):
        return http.client.HTTPConnection(HOST, port, timeout=60)

    def send(self, link, member, ballot, choice):
        """Send a vote as the form does, and return the answer's status."""
        path, fields = ("vote", {"choice": choice}) if ballot == MOTION else ("rank", places(choice))
        body = urllib.parse.urlencode({"csrf_token": member.token, **fields})
        headers = {
            "Cookie": member.cookie, "User-Agent": AGENT, "Content-Type": "application/x-www-form-urlencoded",
        }  # fmt: skip
        link.request("POST", f"/{self.slug}/ballots/{ballot}/{path}", body, headers)
        answer = link.getresponse()
        answer.read()
        return answer.status

    def votes(self):
        """Give all that is in the table of votes: (person, ballot) → the choices found there."""
        found = collections.defaultdict(list)
        with self.app.app_context():
            rows = db.session.execute(
                sa.select(Holder.person_id, Ballot.number, Vote.choice)
                .join(RollEntry, RollEntry.membership_id == Holder.membership_id)
                .join(Vote, Vote.roll_entry_id == RollEntry.id)
                .join(Ballot, Ballot.id == Vote.ballot_id)
            )
            for person_id, ballot, choice in rows:
                found[person_id, ballot].append(choice)
            db.session.remove()
        return found

    def close(self):
        """Seal both ballots as after their closing, and give each count with its checked bundle."""
        closed = {}
        with self.app.app_context():
            organisation = db.session.scalar(sa.select(Organisation))
            for ballot in db.session.scalars(sa.select(Ballot).order_by(Ballot.number)).all():
                number, later = ballot.number, ballot.closes_at + ballots.GRACE
                with writing():
                    ballots.seal(ballot.id, later)
                with writing():
                    records.chain_events(organisation.id)
                bundle = ballots.bundle(ballot, organisation, self.officer, later)
                failing = [check for check in verify(read(json.dumps(bundle).encode())) if not check.ok]
                choices = [vote["choice"] if ballot.secrecy == "open" else vote for vote in bundle["votes"]]
                closed[number] = Closed(ballots.decision_on(ballot).result, choices, failing)
            db.session.remove()
        return closed


@dataclass(frozen=True)
class Closed:
    """A counted ballot: its result, the choices in its bundle, and the checks of the bundle that fail."""

    result: dict
    choices: list
    failing: list


def places(ranking):
    """The paper of an election: a place or none for each candidate."""
    none = {f"place_{number}": "" for number in range(1, CANDIDATES + 1)}
    return none | {f"place_{number}": str(place) for place, number in enumerate(ranking, 1)}


def any_choice(ballot):
    if ballot == MOTION:
        return random.choice(["for", "against", "abstain"])
    return random.sample(range(1, CANDIDATES + 1), random.randint(1, CANDIDATES))


def open_poll(app, members):
    """Open both ballots now: a server of its own process goes by the true clock."""
    now = datetime.now(UTC)
    make = Make(app, now)
    organisation = make.organisation("pioneers", text=RULES)
    officer = make.officer(organisation, "returning_officer", "Rita Returning")
    with app.app_context():
        people = add_members(organisation.id, members, now)
        with writing():
            here, rita = db.session.get(Organisation, organisation.id), make.actor(officer)
            motion = ballots.propose_motion(here, rita, now, title="Buy a mill", text="We buy the mill.")
            chair = db.session.scalar(sa.select(Office).where(Office.kind == "chair"))
            named = db.session.scalars(sa.select(Membership).order_by(Membership.id).limit(CANDIDATES))
            election = ballots.set_up_election(
                here, rita, now, office=chair, candidates=[Candidate(one) for one in named]
            )
            for ballot in (motion, election):
                ballots.open_ballot(ballot, here, rita, now)
        db.session.remove()
    return Poll(app, "pioneers", rita, [Member(person, *signed_in(app, person)) for person in people])


class Voters:
    """Members who vote and change their votes until told to stop; each remembers what was sent and acknowledged.

    A member sends one vote after the other. When the line is lost they try the same again, or think anew.
    """

    def __init__(self, poll, port, hands=8):
        self.poll, self.port = poll, port
        self.sent = collections.defaultdict(list)
        self.acknowledged = {}  # the place in `sent` of the last vote that was answered "recorded"
        self.answers, self.refused, self.lost = 0, [], 0
        self._over = threading.Event()
        self._count = threading.Lock()
        self._threads = [
            threading.Thread(target=self._vote, args=(poll.members[hand::hands],)) for hand in range(hands)
        ]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        for thread in self._threads:
            thread.join(60)

    def _vote(self, members):
        link = self.poll.link(self.port)
        while not self._over.is_set():
            member, ballot = random.choice(members), random.choice([MOTION, ELECTION])
            link = self._until_acknowledged(link, member, ballot)
        link.close()

    def _until_acknowledged(self, link, member, ballot):
        choice, mine = any_choice(ballot), (member.person_id, ballot)
        while not self._over.is_set():
            self.sent[mine].append(choice)
            try:
                status = self.poll.send(link, member, ballot, choice)
            except (OSError, http.client.HTTPException):
                link.close()
                link = self.poll.link(self.port)
                with self._count:
                    self.lost += 1
                choice = random.choice([choice, any_choice(ballot)])
                time.sleep(0.05)
                continue
            with self._count:
                self.answers += 1
                if status != 302:
                    self.refused.append(status)
            self.acknowledged[mine] = len(self.sent[mine]) - 1
            return link
        return link

    def faults(self, votes):
        """Say of each member and ballot what the table of votes holds and may not."""
        wrong = []
        for mine, sent in self.sent.items():
            found, last = votes.get(mine, []), self.acknowledged.get(mine)
            # What came after the last acknowledged vote may have arrived, or not.
            may_stand = sent if last is None else sent[last:]
            if len(found) > 1:
                wrong.append((mine, "twice", found))
            elif found and found[0] not in may_stand:
                wrong.append((mine, "another vote than the last", found, may_stand))
            elif not found and last is not None:
                wrong.append((mine, "lost", may_stand))
        wrong += [(mine, "never sent") for mine in votes if mine not in self.sent]
        return wrong
