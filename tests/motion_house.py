"""A co-op whose members move motions: two must second, five days of debate, six months before the same again."""

import pytest

from coop.services import motions, organisations

RULES = """
1. An ordinary motion is seconded by [two members]{provision="decision.ordinary.seconders" value="2"}
   within [ten days]{provision="motion.seconding" value="10 days"}.

2. A motion is debated for [five days]{provision="motion.debate" value="5 days"} and lapses after
   [three months]{provision="motion.lapse" value="3 months"}.

3. The same words come again no sooner than [six months]{provision="decision.ordinary.again" value="6 months"}
   after they were lost.

4. A special motion is proposed by [officers only]{provision="decision.special.proposers" value="officer"}.

5. In the board, motions are proposed by [members of a board]{provision="decision.ordinary.proposers" body="board" value="board"}.
"""


@pytest.fixture
def movers(make):
    """(organisation, members, the returning officer as an actor): Rita returns, Carl has the chair."""
    organisation = make.organisation(text=RULES)
    officer = make.officer(organisation, "returning_officer", "Rita")
    make.officer(organisation, "chair", "Carl")
    return organisation, make.members(organisation, 5), make.actor(officer)


@pytest.fixture
def moved(movers, make, deed, now):
    """Move a motion and bring it as far as asked: "draft", "submitted", "seconded", "admitted"."""
    organisation, members, officer = movers

    def build(stage="admitted", **more):
        mover = make.actor(members[0])
        fields = {
            "title": "Buy a mill",
            "text": "The co-op buys the mill.",
            "decision_class": "ordinary",
            "body": organisations.assembly_of(organisation),
            **more,
        }
        number = deed(motions.draft_motion, organisation, mover, now, **fields).number

        def told(when=now, actor=mover):
            return motions.find(organisation, number, actor, when)

        if stage != "draft":
            deed(motions.submit, told(), organisation, mover, now)
        if stage in ("seconded", "admitted"):
            for one in members[1:3]:
                deed(motions.second, told(), organisation, make.actor(one), now)
        if stage == "admitted":
            deed(motions.admit, told(), organisation, officer, now)
        return told

    return build
