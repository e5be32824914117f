"""A secret ballot in the loaded co-op, and a server that can be made to lie or to lose its answers."""

import html
import json
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, request
from sqlalchemy import select

from coop.access import actor_for
from coop.extensions import db
from coop.gateways.blind_signatures import b64u, from_b64u
from coop.gateways.voter import Voter
from coop.models.accounts import Person
from coop.models.ballots import Ballot, SecretVote
from coop.models.members import Membership
from coop.models.organisations import Office, Organisation
from coop.rules.secret_messages import fingerprint
from coop.services import ballots
from coop.transaction import writing


class Box:
    """The ballot box behind the page, and what it is asked; `faults` change an answer once the work is done."""

    def __init__(self, app: Flask):
        self.app, self.path, self.asked, self.faults = app, "", [], {}
        app.after_request(self._meddle)

    def open(self, candidates=()):
        """Open a secret motion, or an election among members of these numbers; gives its path."""
        with self.app.test_request_context("/"):
            now = datetime.now(UTC)
            organisation = db.session.scalar(select(Organisation).where(Organisation.slug == "pioneers"))
            person = db.session.scalar(select(Person).where(Person.email == "returning@pioneers.example"))
            officer = actor_for(person, organisation, organisation.day_of(now))
            with writing():
                ballot = self._draft(organisation, officer, now, candidates)
                self.number = ballot.number
            ballot = ballots.find(organisation, self.number)
            key = self.app.config["COOP"].ballot_key
            keys = ballots.secret.prepare_keys(ballot, organisation, officer, now, key)
            with writing():
                ballots.open_ballot(
                    ballots.find(organisation, self.number), organisation, officer, now, keys=keys
                )
        self.path = f"/pioneers/ballots/{self.number}"
        return self.path

    def _draft(self, organisation, officer, now, candidates):
        if not candidates:
            words = {"title": "Buy a second oven", "text": "The co-op buys an oven."}
            return ballots.propose_motion(organisation, officer, now, **words, secrecy="secret")
        here = Membership.organisation_id == organisation.id
        standing = db.session.scalars(select(Membership).where(here, Membership.number.in_(candidates)))
        office = select(Office).where(Office.organisation_id == organisation.id, Office.seats > 1)
        return ballots.set_up_election(
            organisation,
            officer,
            now,
            office=db.session.scalars(office).first(),
            candidates=[ballots.Candidate(one) for one in standing],
            secrecy="secret",
        )

    def votes(self):
        """Give what stands in the box: (choice, n) of each vote."""
        rows = self._rows(SecretVote.vote, SecretVote.n)
        return [(json.loads(vote), n) for vote, n in rows]

    def serials(self):
        return [serial for (serial,) in self._rows(SecretVote.serial)]

    def receipt_key(self):
        with self.app.app_context():
            return ballots.secret.public_keys(self._ballot())[1]

    def others_vote(self):
        """Let five officers vote, so that the ballot has enough votes to be counted."""
        secret, key = ballots.secret, self.app.config["COOP"].ballot_key
        with self.app.test_request_context("/"):
            now, ballot = datetime.now(UTC), self._ballot()
            organisation = db.session.get_one(Organisation, ballot.organisation_id)
            for name in ("secretary", "treasurer", "librarian", "auditor", "branch"):
                person = db.session.scalar(select(Person).where(Person.email == f"{name}@pioneers.example"))
                actor = actor_for(person, organisation, organisation.day_of(now))
                voter = Voter(secret.ballot_id(ballot, organisation), "member", secret.public_keys(ballot)[0])
                asked = secret.ask(ballot, actor, b64u(voter.blinded), now)
                with writing():
                    secret.issue(ballot, actor, asked, now)
                voter.take(from_b64u(secret.sign(ballot, organisation, actor, asked, key)["signature"]))
                paper = secret.checked(ballot, organisation, voter.cast("for"))
                with writing():
                    secret.cast(ballot, paper, now)

    def _ballot(self):
        return db.session.scalar(
            select(Ballot)
            .join(Organisation, Organisation.id == Ballot.organisation_id)
            .where(Organisation.slug == "pioneers", Ballot.number == self.number)
        )

    def _rows(self, *columns):
        with self.app.app_context():
            here = SecretVote.ballot_id == self._ballot().id
            return db.session.execute(select(*columns).where(here)).all()

    def lose(self, step):
        """The server does what it is asked the first time, and its answer never comes."""

        def lost(response):
            del self.faults[step]
            response.status, response.data = 504, "lost on the way"

        self.faults[step] = lost

    def lie(self, step, change):
        """Change what is answered: of the page, what it tells the browser."""

        def lied(response):
            told = response.get_json()
            change(told)
            response.data = json.dumps(told)

        def lied_on_the_page(response):
            before, _, rest = response.get_data(as_text=True).partition('data-secret="')
            written, quote, after = rest.partition('"')
            told = json.loads(html.unescape(written))
            change(told)
            told["fingerprint"] = fingerprint(told["keys"], told["receipt_key"])
            response.data = f'{before}data-secret="{html.escape(json.dumps(told))}{quote}{after}'

        self.faults[step] = lied_on_the_page if step == "page" else lied

    def _meddle(self, response):
        step = "page" if request.path == self.path else request.path.rpartition("/")[2]
        self.asked.append(step)
        if step in self.faults:
            self.faults[step](response)
        return response


def after_closing():
    return datetime.now(UTC) + timedelta(days=40)


@pytest.fixture
def box(serve_app):
    return Box(serve_app)
