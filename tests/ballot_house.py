"""A co-op that votes: voters, a returning officer among them, and motions open to them."""

import pytest

from coop.services import ballots

RULES = """
1. A member votes after [ninety days]{provision="roll.cutoff" value="90 days"}.

2. An ordinary resolution is carried by [more than half of the votes cast]{provision="decision.ordinary.majority" value="> 1/2 of cast"},
   provided [a quarter of the members]{provision="decision.ordinary.quorum" value="1/4 of eligible"} vote.

3. A special resolution needs [three quarters of the votes cast]{provision="decision.special.majority" value=">= 3/4 of cast"}.

4. A vote on an ordinary resolution lasts [seven days]{provision="decision.ordinary.voting_period" value="7 days"},
   and ends by [the clocks of Madrid]{provision="organisation.zone" value="Europe/Madrid"}.
"""


@pytest.fixture
def coop_of(make, deed):
    """Make a co-op with so many voters, a returning officer among them, and the officer as an actor."""

    def build(voters, rules=RULES):
        organisation = make.organisation(text=rules)
        officer = make.officer(organisation, "returning_officer", "Rita")
        members = [officer, *(make.member(organisation, f"Member {n}") for n in range(2, voters + 1))]
        return organisation, members, make.actor(officer)

    return build


@pytest.fixture
def open_motion(deed, now):
    def build(organisation, officer, **more):
        fields = {"title": "Buy a mill", "text": "The co-op buys the mill.", **more}
        ballot = deed(ballots.propose_motion, organisation, officer, now, **fields)
        deed(ballots.open_ballot, ballot, organisation, officer, now)
        return ballot

    return build


def cast(deed, make, ballot, members, choices, now):
    for member, choice in zip(members, choices, strict=False):
        deed(ballots.cast_vote, ballot, make.actor(member), choice, now)


def after(ballot):
    return ballot.closes_at + ballots.GRACE
