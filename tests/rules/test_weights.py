"""How many votes a member has, and how a count says so where votes and members are two numbers."""

import pytest

from coop.rules.tally.decide import decide_election, decide_motion
from coop.rules.tally.motion import MotionCounts, MotionRule, count_motion
from coop.rules.thresholds import Majority, Quorum
from coop.rules.weights import Weights

BY_CLASS = Weights({"": 1, "delegate": 2}, {"": "", "delegate": "7"})
BY_SIZE = Weights({"": 1, "delegate": 2}, {"": "", "by size": "8"}, 100, 5)
ORDINARY = MotionRule(Majority.parse("> 1/2 of cast"), Quorum.parse("1/4 of eligible"))
FROZEN = {
    "majority": "> 1/2 of cast",
    "quorum": "1/4 of eligible",
    "tie": "lost",
    "articles": ["4"],
    "version": 2,
}


@pytest.mark.parametrize(("voting_class", "votes"), [("member", 1), ("delegate", 2), ("unheard-of", 1)])
def test_a_class_that_the_constitution_does_not_name_votes_like_everyone(voting_class, votes):
    assert BY_CLASS.weigh(voting_class).votes == votes


@pytest.mark.parametrize(
    ("represents", "votes"),
    [(None, 1), (0, 1), (99, 1), (100, 2), (101, 2), (199, 2), (200, 3), (399, 4), (400, 5), (500, 5)],
)
def test_a_delegate_has_one_more_vote_for_each_full_hundred_up_to_five(represents, votes):
    found = BY_SIZE.weigh("member", delegate=True, represents=represents)
    assert found.votes == votes
    assert found.capped is (represents == 500)


def test_size_counts_for_organisations_alone_and_on_top_of_the_class():
    assert BY_SIZE.weigh("member", delegate=False, represents=400).votes == 1
    assert BY_SIZE.weigh("delegate", delegate=True, represents=240).votes == 4
    assert BY_CLASS.weigh("member", delegate=True, represents=240).votes == 1


def test_weights_are_kept_as_they_are_read():
    assert Weights.of(BY_SIZE.plain()) == BY_SIZE


@pytest.mark.parametrize(("given", "outcome"), [(9, "inquorate"), (10, "carried"), (11, "carried")])
def test_a_quorum_of_unequal_votes_is_a_share_of_the_votes_not_of_the_heads(given, outcome):
    """Twenty members with forty votes: a quarter is ten votes, were it five members or ten who gave them."""
    counts = MotionCounts(given, 0, 0, eligible=40, members=20)
    assert count_motion(counts, ORDINARY).outcome == outcome


@pytest.mark.parametrize(("votes_for", "outcome"), [(19, "lost"), (20, "lost"), (21, "carried")])
def test_a_majority_of_unequal_votes_is_reached_by_votes(votes_for, outcome):
    assert count_motion(MotionCounts(votes_for, 20, 0, eligible=43, members=40), ORDINARY).outcome == outcome


def test_the_reasoning_says_votes_where_members_have_unequal_ones():
    votes = [("for", 3), ("for", 1), ("against", 2)]
    counted = decide_motion(FROZEN, votes, 24, b"", members=20)
    assert counted.reasoning == (
        "Carried: 4 for, 2 against, 0 abstained. Needs more than 1/2 of 6 votes cast (4). "
        "Quorum 1/4 of 24 votes on the roll (6): 6 were given. Article 4, version 2."
    )
    assert counted.result["members"] == 20
    assert counted.result["voted"] == 6


def test_where_every_member_has_one_vote_nothing_is_said_of_weights():
    counted = decide_motion(FROZEN, [("for", 1)] * 6, 24, b"", members=24)
    assert counted == decide_motion(FROZEN, [("for", 1)] * 6, 24, b"")
    assert "members" not in counted.result
    assert "Quorum 1/4 of 24 members (6): 6 voted." in counted.reasoning


def test_more_votes_than_the_roll_has_are_refused():
    with pytest.raises(ValueError, match="25 votes were counted, but the roll has 24"):
        decide_motion(FROZEN, [("for", 25)], 24, b"", members=20)


@pytest.mark.parametrize(
    ("quorum", "says"),
    [
        ("0 of eligible", "6 of 24 votes on the roll were given."),
        ("1/4 of eligible", "Quorum 1/4 of 24 votes on the roll (6): 6 were given."),
        ("1/4 of present", "Quorum 1/4 of 6 votes present (2): 6 were given."),
    ],
)
def test_an_election_says_votes_too(quorum, says):
    rule = {"quorum": quorum, "articles": ["8"], "version": 2}
    counted = decide_election(
        rule,
        [([1], 4), ([2], 2)],
        24,
        b"",
        method="plurality",
        names=("Ada", "Ben"),
        seats=1,
        members=20,
    )
    assert says in counted.reasoning
    assert [one["name"] for one in counted.result["elected"]] == ["Ada"]
    assert counted.result["members"] == 20
