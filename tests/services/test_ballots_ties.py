"""A tied motion, by the rule that the constitution has for it."""

from coop.rules.lot import draw
from coop.services import ballots
from tests.ballot_house import after, cast

BY_LOT = '1. [A tie is settled by lot.]{provision="decision.tie" value="lot"}'


def test_a_tied_motion_falls_as_the_lot_over_its_announced_seed_says(coop_of, open_motion, make, deed, now):
    organisation, members, officer = coop_of(2, BY_LOT)
    for _ in range(4):
        ballot = open_motion(organisation, officer)
        cast(deed, make, ballot, members, ["for", "against"], now)
        drawn = draw(bytes.fromhex(ballot.seed), "tie", ("for", "against"))
        decision = deed(ballots.seal, ballot.id, after(ballot))
        assert decision.outcome == ("carried" if drawn == "for" else "lost")
        assert "lot" in decision.reasoning


def test_a_tied_motion_is_lost_where_the_constitution_says_nothing(coop_of, open_motion, make, deed, now):
    organisation, members, officer = coop_of(2)
    ballot = open_motion(organisation, officer)
    cast(deed, make, ballot, members, ["for", "against"], now)
    decision = deed(ballots.seal, ballot.id, after(ballot))
    assert (decision.outcome, "A tie is lost." in decision.reasoning) == ("lost", True)
