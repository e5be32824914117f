"""A co-op that belongs to a league of co-ops, and sends Dora there by its own decision."""

from datetime import date, timedelta

import pytest

from coop.extensions import db
from coop.models.ballots import Decision
from coop.models.organisations import Organisation
from coop.services import mandates
from tests.ballot_house import RULES as BALLOT_RULES

RULES = """
1. A delegate reports within [ten days]{provision="mandate.report" value="10 days"} of a sitting.

2. A position is reviewed after [one year]{provision="position.review" value="12 months"}, and whoever dissents says so
   within [seven days]{provision="position.dissent" value="7 days"}.
"""
OPEN_RULES = RULES + '\n3. Positions are [public]{provision="positions.public" value="public"}.\n'
LEAGUE = (
    BALLOT_RULES
    + """
5. A member organisation has [one more vote for each hundred]{provision="delegate.members_per_vote" value="100"} members.
"""
)


class MandateHouse:
    def __init__(self, make, rules=RULES):
        self.make = make
        self.organisation = make.organisation(text=rules)
        self.secretary = make.officer(self.organisation, "secretary", "Ines Sato")
        self.dora = make.member(self.organisation, "Dora Finch")
        self.amina = make.member(self.organisation, "Amina Holt")
        self.league = make.organisation("league", "League of Co-operatives", text=LEAGUE)
        self.league_secretary = make.officer(self.league, "secretary", "Lea")
        self.league_officer = make.officer(self.league, "returning_officer", "Rita")
        self.seat = make.member(self.league, "Toad Lane Pioneers", kind="organisation")

    @property
    def here(self):
        return db.session.get(Organisation, self.organisation.id)

    @property
    def there(self):
        return db.session.get(Organisation, self.league.id)

    def actor(self, member, *, on=None):
        return self.make.actor(member, on=on)

    def decided(self, title, *, organisation=None, outcome="carried", decision_class="ordinary"):
        made = self.make.decision(
            organisation or self.organisation, title=title, outcome=outcome, decision_class=decision_class
        )
        return db.session.get(Decision, made.id)

    def send(self, deed, now, *, title="Dora Finch goes to the works council", **more):
        fields = {"delegate": self.dora, "starts_on": date(2026, 11, 1), "sent_to": "Works council", **more}
        fields.setdefault("decision", self.decided(title))
        return deed(mandates.name_delegate, self.here, self.actor(self.secretary), now, **fields)

    def instruct(self, deed, mandate, now, *, matter="The new mill", how="for", **more):
        fields = {"matter": matter, "how": how, "decision": self.decided(f"On {matter}"), **more}
        return deed(mandates.instruct, mandate, self.here, self.actor(self.secretary), now, **fields)

    def act(self, deed, mandate, now, *, by=None, **more):
        fields = {"held_on": now.date(), "act": "for", "evidence": "Minutes, item 3", **more}
        return deed(mandates.record_act, mandate, self.here, self.actor(by or self.secretary), now, **fields)

    def federate(self, deed, now):
        """Join the league by a decision, be recognised there."""
        decision = self.decided("We join the League of Co-operatives")
        deed(mandates.join, self.here, self.actor(self.secretary), now, parent=self.there, decision=decision)
        lea = self.actor(self.league_secretary)
        deed(mandates.recognise, self.there, lea, now, child="pioneers", membership=self.seat)

    def report_size(self, deed, now, size, *, days_ago=0):
        counted_on = now.date() - timedelta(days=days_ago)
        fields = {"size": size, "counted_on": counted_on, "source": "Register of members"}
        return deed(mandates.report_size, self.here, self.actor(self.secretary), now, **fields)


@pytest.fixture
def mandate_house(make, context):
    return MandateHouse(make)
