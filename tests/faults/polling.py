"""A poll under way: an open motion, a private election and a secret motion, and what members send to a server."""

import collections
import http.client
import json
import random
import urllib.parse
from dataclasses import dataclass, field
from datetime import UTC, datetime

import sqlalchemy as sa

from benchmarks.population import AGENT, add_members, signed_in
from coop.access import Actor
from coop.cli.serve import HOST
from coop.extensions import db
from coop.gateways import blind_signatures
from coop.gateways.blind_signatures import b64u, from_b64u, receipt_is_signed
from coop.gateways.voter import Voter
from coop.models.ballots import Ballot, RollEntry, SecretVote, Vote
from coop.models.members import Holder, Membership
from coop.models.organisations import Office, Organisation
from coop.rules.secret_messages import receipt_message, vote_digest
from coop.rules.verification import read, verify
from coop.services import ballots, records
from coop.services.ballots import Candidate, secret
from coop.transaction import writing
from tests.make import Make
from tests.secret_house import keys_for

RULES = """
1. An ordinary resolution is carried by [more than half of the votes cast]{provision="decision.ordinary.majority" value="> 1/2 of cast"}
   and [everyone sees who voted how]{provision="ballot.secrecy" value="open"}.

2. Offices are filled by [a single transferable vote]{provision="election.method" value="scottish-stv"}.
"""
CANDIDATES = 3
MOTION, ELECTION, SECRET = 1, 2, 3  # the numbers of the ballots
BALLOTS = (MOTION, ELECTION, SECRET)
RECORDED = {MOTION: 302, ELECTION: 302, SECRET: 200}


@dataclass
class Member:
    """Someone who signed in before the poll, and the paper their browser keeps until it has a receipt."""

    person_id: int
    cookie: str
    token: str
    browser: Voter
    has_token: bool = False
    paper: dict = field(default_factory=dict)

    def secret_paper(self, choice, *, again):
        """The same bytes again, or a vote that replaces the one before."""
        if not (again and self.paper):
            self.paper = self.browser.cast(choice, self.paper.get("n", 0) + 1)
        return self.paper


@dataclass(frozen=True)
class Poll:
    """Everybody may vote on all three ballots."""

    app: object
    slug: str
    officer: Actor
    name: str  # of the secret ballot, as signatures say it
    keys: dict
    receipt_key: dict
    members: list[Member] = field(default_factory=list)

    def member(self, person_id):
        """A device of a member: signed in, and with a key of its own for the secret ballot."""
        return Member(person_id, *signed_in(self.app, person_id), Voter(self.name, "member", self.keys))

    def link(self, port):
        return http.client.HTTPConnection(HOST, port, timeout=120)

    def send(self, link, member, ballot, choice, *, again=False):
        """Send a vote as a browser does, and return the answer's status."""
        if ballot == SECRET:
            return self._send_in_secret(link, member, choice, again=again)
        path, fields = ("vote", {"choice": choice}) if ballot == MOTION else ("rank", places(choice))
        body = urllib.parse.urlencode({"csrf_token": member.token, **fields})
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.post(link, f"{ballot}/{path}", body, kind | signature_of(member))[0]

    def _send_in_secret(self, link, member, choice, *, again):
        if not member.has_token:
            status, signed = self.ask(link, member, member.browser)
            if status != 200:
                return status
            member.browser.take(from_b64u(signed["signature"]))
            member.has_token = True
        paper = member.secret_paper(choice, again=again)
        status, answer = self.post_json(link, f"{SECRET}/cast", paper, {})
        if status == 200:
            self.check(answer["receipt"], paper)
        return status

    def ask(self, link, member, browser):
        asked = {"blinded": b64u(browser.blinded)}
        headers = signature_of(member) | {"X-CSRFToken": member.token}
        return self.post_json(link, f"{SECRET}/token", asked, headers)

    def check(self, receipt, paper):
        digest = vote_digest(paper["vote"])
        message = receipt_message(self.name, paper["serial"], paper["n"], digest)
        assert (receipt["serial"], receipt["n"], receipt["vote_sha256"]) == (
            paper["serial"], paper["n"], digest,
        )  # fmt: skip
        assert receipt_is_signed(self.receipt_key, message, receipt["signature"])

    def post_json(self, link, path, value, headers):
        kind = {"Content-Type": "application/json"}
        status, body = self.post(link, path, json.dumps(value), kind | headers)
        return status, json.loads(body)

    def post(self, link, path, body, headers):
        link.request("POST", f"/{self.slug}/ballots/{path}", body, headers)
        answer = link.getresponse()
        return answer.status, answer.read()

    def votes(self):
        """Give all that is in the tables of votes: (person, or serial, and ballot) → the choices found there."""
        found = collections.defaultdict(list)
        with self.app.app_context():
            named = db.session.execute(
                sa.select(Holder.person_id, Ballot.number, Vote.choice)
                .join(RollEntry, RollEntry.membership_id == Holder.membership_id)
                .join(Vote, Vote.roll_entry_id == RollEntry.id)
                .join(Ballot, Ballot.id == Vote.ballot_id)
            )
            for person_id, ballot, choice in named:
                found[person_id, ballot].append(choice)
            for serial, vote in db.session.execute(sa.select(SecretVote.serial, SecretVote.vote)):
                found[serial, SECRET].append(json.loads(vote))
            db.session.remove()
        return found

    def close(self, number):
        """Seal a ballot as after its closing, and give the count with its checked bundle."""
        with self.app.app_context():
            organisation = db.session.scalar(sa.select(Organisation))
            ballot = db.session.scalars(sa.select(Ballot).where(Ballot.number == number)).one()
            later = ballot.closes_at + ballots.GRACE
            with writing():
                ballots.seal(ballot.id, later)
            with writing():
                records.chain_events(organisation.id)
            bundle = ballots.bundle(ballot, organisation, self.officer, later)
            checks = verify(read(json.dumps(bundle).encode()), bundle["head"], blind_signatures)
            choices = [choice_in(vote, number) for vote in bundle["votes"]]
            failing = [check for check in checks if not check.ok]
            closed = Closed(ballots.decision_on(ballot).result, choices, failing)
            db.session.remove()
        return closed


@dataclass(frozen=True)
class Closed:
    """A counted ballot: its result, the choices in its bundle, and the checks of the bundle that fail."""

    result: dict
    choices: list
    failing: list


def signature_of(member):
    return {"Cookie": member.cookie, "User-Agent": AGENT}


def places(ranking):
    """The paper of an election: a place or none for each candidate."""
    none = {f"place_{number}": "" for number in range(1, CANDIDATES + 1)}
    return none | {f"place_{number}": str(place) for place, number in enumerate(ranking, 1)}


def any_choice(ballot):
    if ballot == ELECTION:
        return random.sample(range(1, CANDIDATES + 1), random.randint(1, CANDIDATES))
    return random.choice(["for", "against", "abstain"])


def choice_in(vote, ballot):
    """What a vote of a bundle chooses."""
    if ballot == SECRET:
        return json.loads(vote["vote"])
    return vote["choice"] if ballot == MOTION else vote


def open_poll(app, members):
    """Open all ballots now: a server of its own process goes by the true clock."""
    now = datetime.now(UTC)
    make = Make(app, now)
    organisation = make.organisation("pioneers", text=RULES)
    officer = make.officer(organisation, "returning_officer", "Rita Returning")
    with app.app_context():
        people = add_members(organisation.id, members, now)
        with writing():
            here, rita = db.session.get(Organisation, organisation.id), make.actor(officer)
            words = {"title": "Buy a mill", "text": "We buy the mill."}
            motion = ballots.propose_motion(here, rita, now, **words)
            chair = db.session.scalar(sa.select(Office).where(Office.kind == "chair"))
            others = sa.select(Membership).where(Membership.id != officer.id).order_by(Membership.id)
            named = db.session.scalars(others.limit(CANDIDATES))
            election = ballots.set_up_election(
                here, rita, now, office=chair, candidates=[Candidate(one) for one in named]
            )
            hidden = ballots.propose_motion(here, rita, now, secrecy="secret", **words)
            for ballot in (motion, election):
                ballots.open_ballot(ballot, here, rita, now)
            ballots.open_ballot(hidden, here, rita, now, keys=keys_for(hidden, here))
        poll = Poll(app, "pioneers", rita, secret.ballot_id(hidden, here), *secret.public_keys(hidden))
        db.session.remove()
    poll.members.extend(poll.member(person) for person in people)
    return poll
