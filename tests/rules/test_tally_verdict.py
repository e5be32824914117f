"""What an election comes to, in a sentence."""

import pytest

from coop.rules.tally import METHODS
from coop.rules.tally.election import Election
from coop.rules.tally.verdict import judge_election
from coop.rules.thresholds import Quorum
from tests.rules.papers import R, papers


def verdict(given, *, method="scottish-stv", seats=1, quorum=None, voted=None, eligible=40, **more):
    method = METHODS[method]
    result = method.count(Election(("Ada", "Ben", "Cem"), papers(*given), seats))
    voted = sum(weight for _spelt, weight in given) if voted is None else voted
    return judge_election(
        result, method, voted=voted, eligible=eligible, quorum=quorum and Quorum.parse(quorum), **more
    )


def test_an_election_prints_its_own_reasoning():
    assert verdict([R(1, weight=9), R(2, weight=6)], seats=2, quorum="1/4 of eligible", articles=("30", "31"), version=4).says == (
        "Elected: Ada and Ben. 2 seats, 3 candidates, single transferable vote (Scottish), quota 6 of 15. "
        "Quorum 1/4 of 40 members (10): 15 voted. Articles 30 and 31, version 4."
    )  # fmt: skip


def test_a_method_without_a_quota_names_none():
    assert verdict([R(1, weight=9)], method="irv").says == (
        "Elected: Ada. 1 seat, 3 candidates, instant runoff. 9 of 40 members voted."
    )


@pytest.mark.parametrize(("voted", "outcome"), [(9, "inquorate"), (10, "elected"), (11, "elected")])
def test_an_election_needs_its_quorum(voted, outcome):
    judged = verdict([R(1, weight=voted)], quorum="1/4 of eligible")
    assert judged.outcome == outcome
    assert judged.elected == ((1,) if outcome == "elected" else ())


def test_where_nobody_voted_or_a_tie_stands_nobody_is_elected():
    assert verdict([]).says.startswith("Nobody is elected: no valid paper was cast. 1 seat")
    tied = verdict([R(1, weight=3), R(2, weight=3)])
    assert (tied.outcome, tied.elected) == ("lost", ())
    assert tied.says.startswith("Nobody is elected: Ada and Ben are tied.")


def test_more_papers_than_members_are_refused():
    with pytest.raises(ValueError, match="only 2 members"):
        verdict([R(1, weight=3)], eligible=2)
