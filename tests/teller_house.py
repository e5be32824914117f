"""A co-op that votes on paper too: nine voters, a returning officer, and a motion with two tellers."""

from dataclasses import dataclass
from typing import Any

import pytest

from coop.rules.paper_votes import pile_of_motion
from coop.services import ballots, organisations, tellers

RULES = """
1. An ordinary resolution is carried by [more than half of the votes cast]{provision="decision.ordinary.majority" value="> 1/2 of cast"},
   provided [a quarter of the members]{provision="decision.ordinary.quorum" value="1/4 of eligible"} vote.

2. Papers that arrived in time are counted within [two days]{provision="ballot.paper_count" value="2 days"}.

3. Clocks are those of [Madrid]{provision="organisation.zone" value="Europe/Madrid"}.
"""
PRIVATE = '4. Votes are [private]{provision="ballot.secrecy" value="private"}.'
VOTERS = 9


@dataclass
class House:
    """Members by number from 1; 1 is the returning officer, 2 and 3 are tellers; `at` is when deeds are done."""

    organisation: Any
    members: list
    ballot: Any
    deed: Any
    make: Any
    at: Any

    def actor(self, number):
        return self.make.actor(self.members[number - 1])

    def do(self, service, by, /, at=None, **more):
        """Let a member do a deed of tellers."""
        return self.deed(service, self.ballot, self.organisation, self.actor(by), at or self.at, **more)

    def appoint(self, *numbers, papers_to="The shop, 31 Toad Lane", **more):
        self.do(tellers.appoint, 1, numbers=numbers, papers_to=papers_to, **more)

    def enter(self, *numbers, pile=None, by=2, channel="post", **more):
        """Enter one paper for each voter, all for, unless said otherwise."""
        pile = pile or votes(len(numbers))
        return self.do(tellers.enter, by, channel=channel, numbers=numbers, pile=pile, **more).number

    def repeat(self, number, pile, by=3, **more):
        return self.do(tellers.repeat, by, number=number, pile=pile, **more)

    def confirm(self, number, by=3, **more):
        edition = more.pop("edition", None) or tellers.edition_of(tellers.batch_of(self.ballot, number))
        return self.do(tellers.confirm, by, number=number, edition=edition, **more)

    def strike(self, *numbers, pile=None, **more):
        """Enter, enter again and confirm."""
        pile = pile or votes(len(numbers))
        batch = self.enter(*numbers, pile=pile, **more)
        self.repeat(batch, pile)
        self.confirm(batch)
        return batch

    def call(self, number, says, by=2, **more):
        self.do(tellers.call_out, by, number=number, says=says, **more)

    def cast(self, number, choice="for", at=None):
        self.deed(ballots.cast_vote, self.ballot, self.actor(number), choice, at or self.at)

    def place(self, number):
        return ballots.place_of(self.ballot, self.actor(number))

    def seal(self, at=None):
        at = at or last(self.ballot)
        return self.deed(ballots.seal, self.ballot.id, at)


def votes(votes_for=0, against=0, abstained=0, spoilt=0):
    return pile_of_motion(votes_for, against, abstained, spoilt)


def last(ballot):
    """The first instant at which no paper can be entered any more."""
    return tellers.last_instant(ballot)


@pytest.fixture
def motion_house(make, deed, now):
    """Make a house whose motion is open; `appointed` says whether 2 and 3 are tellers."""

    def build(*articles, appointed=True, classes=()):
        organisation = make.organisation(text="\n\n".join([RULES, *articles]))
        officer = make.officer(organisation, "returning_officer", "Rita")
        of = dict(classes)
        names = {n: {"voting_class": of[n]} if n in of else {} for n in range(2, VOTERS + 1)}
        others = [make.member(organisation, f"Member {n}", **more) for n, more in names.items()]
        members = [officer, *others]
        actor = make.actor(officer)
        fields = {"title": "Buy a mill", "text": "The co-op buys the mill."}
        ballot = deed(ballots.propose_motion, organisation, actor, now, **fields)
        deed(ballots.open_ballot, ballot, organisation, actor, now)
        made = House(organisation, members, ballot, deed, make, now)
        if appointed:
            made.appoint(2, 3)
        return made

    return build


@pytest.fixture
def telling(motion_house):
    return motion_house()


@pytest.fixture
def election_house(make, deed, now):
    """Make a house that elects a treasurer of members 7 to 9."""

    def build(method="irv"):
        rules = (
            f'{RULES}\n\n4. Papers are counted by [a method]{{provision="election.method" value="{method}"}}.'
        )
        organisation = make.organisation(text=rules)
        officer = make.officer(organisation, "returning_officer", "Rita")
        members = [officer, *(make.member(organisation, f"Member {n}") for n in range(2, VOTERS + 1))]
        actor = make.actor(officer)
        ballot = deed(
            ballots.set_up_election,
            organisation,
            actor,
            now,
            office=organisations.find_office(organisation, "treasurer"),
            candidates=[ballots.Candidate(member) for member in members[6:]],
        )
        deed(ballots.open_ballot, ballot, organisation, actor, now)
        made = House(organisation, members, ballot, deed, make, now)
        made.appoint(2, 3)
        return made

    return build
