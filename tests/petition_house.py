"""A co-op whose treasurer can be recalled: twenty members, a returning officer among them."""

from datetime import timedelta

import pytest

from coop.extensions import db
from coop.models.organisations import OfficeTerm
from coop.services import organisations, petitions

RULES = """
1. Members can vote on the recall of an officer when [one fifth of the members]{provision="recall.threshold" value="1/5 of eligible"} sign.

2. The officer has [five days]{provision="recall.reply" value="5 days"} to reply; a recall is carried by
   [more than half of the votes cast]{provision="decision.recall.majority" value="> 1/2 of cast"}, provided
   [a tenth of the members]{provision="decision.recall.quorum" value="1/10 of eligible"} vote, within
   [ten days]{provision="decision.recall.voting_period" value="10 days"}.

3. After a lost vote no other petition is begun for [three months]{provision="recall.cool_down" value="3 months"}.

4. A petition can be signed for [twenty days]{provision="petition.period" value="20 days"}.

5. [One tenth of the members]{provision="meeting.petition" value="1/10 of eligible"} can have a general meeting called.
"""
SIGNING = timedelta(days=20)
REPLY = timedelta(days=5)


class PetitionHouse:
    def __init__(self, make, members=20, rules=RULES):
        self.make = make
        self.organisation = make.organisation(text=rules)
        self.treasurer = make.officer(self.organisation, "treasurer", "Tom")
        self.officer = make.officer(self.organisation, "returning_officer", "Rita")
        self.members = [make.member(self.organisation, f"Member {n}") for n in range(3, members + 1)]

    def actor(self, member, *, on=None):
        return self.make.actor(member, on=on)

    @property
    def term(self):
        office = organisations.find_office(self.organisation, "treasurer")
        return db.session.query(OfficeTerm).filter_by(office_id=office.id).order_by(OfficeTerm.id).first()

    def begin(self, deed, now, *, by=None):
        who = self.actor(by or self.members[0], on=self.organisation.day_of(now))
        return deed(
            petitions.begin_recall, self.term, self.organisation, who, now, grounds="The books lie open."
        )

    def sign(self, deed, petition, now, *who):
        for one in who:
            deed(petitions.sign, petition, self.organisation, self.actor(one), now)


@pytest.fixture
def recall_house(make, context):
    """A house of twenty members, four of whom must sign."""
    return PetitionHouse(make)
