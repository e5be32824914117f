"""A secret ballot in the loaded co-op, and a server for it that can be made to fail."""

import dataclasses
import json
import threading
from datetime import UTC, datetime

import pytest
from flask import Flask, g, has_request_context, jsonify, request
from sqlalchemy import select

from coop.access import actor_for
from coop.blueprints.ballots.secret_papers import told_to_browser
from coop.extensions import csrf, db
from coop.gateways import blind_signatures as signatures
from coop.models.accounts import Person
from coop.models.ballots import Ballot
from coop.models.organisations import Office, Organisation
from coop.rules.secret_messages import receipt_message, token_message, vote_digest, vote_message
from coop.services import ballots
from coop.services.ballots import drafting
from coop.transaction import writing


class Box:
    """A fake of the server's part, in memory, over the real page: one ballot, one class."""

    def __init__(self, app: Flask, monkeypatch):
        self.app, self.issued, self.votes, self.lock = app, {}, {}, threading.Lock()
        self.keys, self.private = {}, {}
        jwk, self.private["member"] = signatures.new_class_key()
        self.keys["member"] = jwk
        self.receipt_key, self.private["receipt"] = signatures.new_receipt_key()
        self.asked = []
        right = drafting.lawful_for
        monkeypatch.setattr(
            drafting, "lawful_for", lambda *a: dataclasses.replace(right(*a), secrecy="secret")
        )
        for end, view in (("token", self.token), ("cast", csrf.exempt(self.cast))):
            app.add_url_rule(
                f"/<organisation>/ballots/<int:number>/{end}", f"try_{end}", view, methods=["POST"]
            )
        app.add_url_rule("/<organisation>/ballots/<int:number>/keys.json", "try_keys", self.public)
        app.context_processor(self.tell)
        self.faults = {}
        app.after_request(self.meddle)

    def open(self, **election):
        with self.app.test_request_context("/"):
            now = datetime.now(UTC)
            organisation = db.session.scalar(select(Organisation).where(Organisation.slug == "pioneers"))
            person = db.session.scalar(select(Person).where(Person.email == "returning@pioneers.example"))
            officer = actor_for(person, organisation, organisation.day_of(now))
            with writing():
                if election:
                    office = db.session.scalar(
                        select(Office).where(Office.organisation_id == organisation.id, Office.seats > 1)
                    )
                    standing = drafting_candidates(organisation, election["candidates"])
                    ballot = drafting.set_up_election(
                        organisation, officer, now, office=office, candidates=standing
                    )
                else:
                    ballot = drafting.propose_motion(
                        organisation, officer, now, title="Buy a second oven", text="The co-op buys an oven."
                    )
                drafting.open_ballot(ballot, organisation, officer, now)
            self.id, self.number = f"pioneers/{ballot.number}", ballot.number
            return f"/pioneers/ballots/{ballot.number}"

    def meddle(self, response):
        """Once the work is done, let a fault change its answer."""
        fault = self.faults.get(request.path.rpartition("/")[2])
        return fault(response) or response if fault else response

    def tell(self):
        if not has_request_context() or request.endpoint != "ballots.show" or g.actor.membership is None:
            return {}
        ballot = ballots.find(g.organisation, request.view_args["number"])
        if ballot.secrecy != "secret":
            return {}
        mark = ballots.member_mark(ballot, g.actor.membership.number)
        told = told_to_browser(
            ballot,
            ballot_id=self.id,
            mark=mark,
            voting_class="member",
            issued=g.actor.membership_id in self.issued,
            keys=self.keys,
            receipt_key=self.receipt_key,
        )
        return {"secret": told}

    def public(self, number):
        self.asked.append("keys")
        return jsonify(ballot=self.id, keys=self.keys, receipt_key=self.receipt_key, fingerprint="")

    def token(self, number):
        self.asked.append("token")
        if g.actor.membership_id is None:
            return jsonify(error="Sign in first."), 401
        blinded = request.get_json()["blinded"]
        with self.lock:
            if self.issued.setdefault(g.actor.membership_id, blinded) != blinded:
                return jsonify(error="You were given a voting token on another device."), 409
        signed = signatures.sign_blinded(self.private["member"], signatures.from_b64u(blinded, 384))
        return jsonify({"class": "member", "signature": signatures.b64u(signed)})

    def cast(self, number):
        self.asked.append("cast")
        given = json.loads(request.get_data())
        serial, n, vote = given["serial"], given["n"], given["vote"]
        message = token_message(self.id, "member", serial)
        good = signatures.token_is_good(self.keys["member"], given["prefix"], message, given["token"])
        if not good or not signatures.vote_is_signed(serial, vote_message(self.id, n, vote), given["sig"]):
            return jsonify(error="The signature doesn't fit the vote."), 409
        with self.lock:
            before = self.votes.get(serial)
            if before and (before["n"] > n or (before["n"] == n and before["sig"] != given["sig"])):
                return jsonify(error="A later vote with this token is counted already."), 409
            self.votes[serial] = given
        digest = vote_digest(vote)
        signed = signatures.sign_receipt(self.private["receipt"], receipt_message(self.id, serial, n, digest))
        told = {"ballot": self.id, "serial": serial, "n": n, "vote_sha256": digest}
        return jsonify(receipt=told | {"signature": signatures.b64u(signed)})

    def cast_votes(self):
        return [json.loads(vote["vote"]) for vote in self.votes.values()]

    def numbers(self):
        return [vote["n"] for vote in self.votes.values()]

    def serials(self):
        return list(self.votes)


def drafting_candidates(organisation, numbers):
    from coop.models.members import Membership

    return [
        ballots.Candidate(
            db.session.scalar(
                select(Membership).where(
                    Membership.organisation_id == organisation.id, Membership.number == number
                )
            )
        )
        for number in numbers
    ]


@pytest.fixture
def box(serve_app, monkeypatch):
    return Box(serve_app, monkeypatch)
