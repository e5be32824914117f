"""A co-op that votes in secret: keys, and members who vote as their browsers do."""

from functools import cache

import pytest

from coop.gateways import blind_signatures as signatures
from coop.gateways.voter import Voter
from coop.services import ballots
from coop.services.ballots import secret
from coop.services.ballots.secret.keys import CLASS, RECEIPT
from tests.ballot_house import RULES

KEY = "test-only-" + "b" * 40  # the ballot key of the tests' settings
SECRET = '5. Motions are voted on [in secret]{provision="ballot.secrecy" value="secret"}.'
SECRET_RULES = f"{RULES}\n\n{SECRET}\n"


@cache
def class_key(number=0):
    """A class key that tests share: to make one takes a second."""
    return signatures.new_class_key()


def keys_for(ballot, organisation, classes=("member",)):
    """The keys of a draft, as `secret.prepare_keys` gives them."""
    here = secret.ballot_id(ballot, organisation)
    made = [(CLASS + name, *class_key(at)) for at, name in enumerate(classes)]
    made.append((RECEIPT, *signatures.new_receipt_key()))
    return tuple(
        secret.NewKey(purpose, public, signatures.seal_key(KEY, private, here, purpose))
        for purpose, public, private in made
    )


class Booth:
    """One open secret ballot and the members who come to it."""

    def __init__(self, deed, make, ballot, organisation, now):
        self.deed, self.make, self.ballot = deed, make, ballot
        self.organisation, self.now = organisation, now
        self.keys, self.receipt_key = secret.public_keys(ballot)

    def voter(self, voting_class="member"):
        """A member's browser before it asks for anything."""
        return Voter(secret.ballot_id(self.ballot, self.organisation), voting_class, self.keys)

    def ask(self, member, blinded, now=None):
        """Have a blinded value signed, in the steps of a request."""
        now, actor = now or self.now, self.make.actor(member)
        asked = secret.ask(self.ballot, actor, signatures.b64u(blinded), now)
        self.deed(secret.issue, self.ballot, actor, asked, now)
        return secret.sign(self.ballot, self.organisation, actor, asked, KEY)

    def token(self, member, voting_class="member"):
        """A member's browser with its token."""
        voter = self.voter(voting_class)
        voter.take(signatures.from_b64u(self.ask(member, voter.blinded)["signature"]))
        return voter

    def post(self, given, now=None):
        """Cast what a browser posts, in the steps of a request; gives the receipt."""
        paper = secret.checked(self.ballot, self.organisation, given)
        receipt = secret.receipt_for(self.ballot, self.organisation, paper, KEY)
        self.deed(secret.cast, self.ballot, paper, now or self.now)
        return receipt

    def vote(self, member, choice, voting_class="member"):
        """Vote from token to receipt; gives the browser."""
        voter = self.token(member, voting_class)
        self.post(voter.cast(choice))
        return voter

    def votes(self, members, choices):
        return [self.vote(member, choice) for member, choice in zip(members, choices, strict=False)]


@pytest.fixture
def booth_of(coop_of, deed, make, now):
    """Open a secret motion to so many voters; gives (booth, members, the officer as an actor)."""

    def build(voters=12, rules=SECRET_RULES, **fields):
        organisation, members, officer = coop_of(voters, rules=rules)
        return second_booth(deed, make, organisation, officer, now, **fields), members, officer

    return build


def second_booth(deed, make, organisation, officer, now, **fields):
    """Open one more secret motion of the same co-op."""
    fields = {"title": "Buy a mill", "text": "The co-op buys the mill.", "secrecy": "secret", **fields}
    ballot = deed(ballots.propose_motion, organisation, officer, now, **fields)
    keys = keys_for(ballot, organisation)
    deed(ballots.open_ballot, ballot, organisation, officer, now, keys=keys)
    return Booth(deed, make, ballot, organisation, now)
