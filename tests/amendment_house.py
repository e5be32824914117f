"""A co-op that amends its constitution: members who vote, an officer, and amendments carried or not."""

from datetime import timedelta

import pytest

from coop.extensions import db
from coop.services import ballots, constitution

RULES = """
1. The co-op is called the Lane.

2. Notice of a general meeting is [fourteen clear days]{provision="meeting.notice" value="14 days"}.

3. An ordinary resolution is carried by [more than half of the votes cast]{provision="decision.ordinary.majority" value="> 1/2 of cast"}.

4. A change of these rules is carried by [two thirds of the votes cast]{provision="decision.constitutional.majority" value=">= 2/3 of cast"},
   provided [a third of the members]{provision="decision.constitutional.quorum" value="1/3 of eligible"} vote within
   [seven days]{provision="decision.constitutional.voting_period" value="7 days"}, and comes into force
   [ten days]{provision="constitution.in_force" value="10 days"} later.

5. Dues are paid in [euro]{provision="organisation.currency" value="EUR"} and days begin by
   [the clocks of Madrid]{provision="organisation.zone" value="Europe/Madrid"}.
"""
REGISTERED = (
    RULES + '\n6. A change [must be registered]{provision="constitution.registration" value="yes"}.\n'
)
LONGER = 'Notice of a general meeting is [twenty-one clear days]{provision="meeting.notice" value="21 days"}.'
SHORTER = 'Notice of a general meeting is [ten clear days]{provision="meeting.notice" value="10 days"}.'
STRICTER = 'It is carried by [two thirds of the votes cast]{provision="decision.ordinary.majority" value=">= 2/3 of cast"}.'


class AmendingCoop:
    """`amend({"2": LONGER})` drafts and hands in; `vote` opens and casts; `count` seals."""

    def __init__(self, make, deed, now, rules):
        self.make, self.deed, self.now = make, deed, now
        self.here = make.organisation(text=rules)
        self.secretary = make.actor(make.officer(self.here, "secretary", "Sela"))
        self.officer = make.actor(make.officer(self.here, "returning_officer", "Rita"))
        self.members = [make.actor(one) for one in make.members(self.here, 3)]
        self.author = self.members[0]

    def draft(self, edits, *, author=None, now=None, title="Another rule"):
        who, at = author or self.author, now or self.now
        amendment = self.deed(constitution.draft_amendment, self.here, who, at, title=title)
        for number, body in edits.items():
            write = constitution.write_article if body else constitution.remove_article
            more = {"number": number, "body": body} if body else {"number": number}
            self.deed(write, amendment, self.here, who, at, **more)
        return amendment

    def amend(self, edits, **more):
        amendment = self.draft(edits, **more)
        at = more.get("now") or self.now
        self.deed(constitution.hand_in, amendment, self.here, more.get("author") or self.author, at)
        return amendment

    def put(self, amendment, *, now=None, choice="for"):
        """Open the vote; everybody casts the same."""
        at = now or self.now
        ballot = self.deed(ballots.put_amendment, amendment, self.here, self.officer, at)
        self.deed(ballots.open_ballot, ballot, self.here, self.officer, at)
        for member in self.members:
            self.deed(ballots.cast_vote, ballot, member, choice, at)
        return ballot

    def count(self, ballot):
        decision = self.deed(ballots.seal, ballot.id, ballot.closes_at + ballots.GRACE)
        db.session.expire_all()
        return decision

    def carry(self, edits, **more):
        amendment = self.amend(edits, **more)
        self.count(self.put(amendment, now=more.get("now")))
        return amendment

    def on(self, day):
        return constitution.in_force(self.here, day)

    def notice(self, day):
        return constitution.rule(self.on(day), "meeting.notice").value.n

    @property
    def versions(self):
        return [version.number for version in reversed(constitution.versions(self.here))]

    @property
    def closing(self):
        return self.now + timedelta(days=7, hours=1)


@pytest.fixture
def amending(make, deed, now):
    def build(rules=RULES):
        return AmendingCoop(make, deed, now, rules)

    return build
