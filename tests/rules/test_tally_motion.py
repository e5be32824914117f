"""Motions: what carries, what is lost, and the sentence that says why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.rules.lot import draw
from coop.rules.tally.motion import (
    Choice,
    MotionCounts,
    MotionRule,
    Outcome,
    TakingPart,
    TieRule,
    count_motion,
)
from coop.rules.thresholds import Majority, Quorum


def rule(majority, quorum=None, **more):
    return MotionRule(Majority.parse(majority), quorum and Quorum.parse(quorum), **more)


SPECIAL = rule(">= 2/3 of cast", "1/4 of eligible", articles=("22", "23"), version=4)
ORDINARY = rule("> 1/2 of cast", "1/4 of eligible")


@pytest.mark.parametrize(
    ("given_rule", "counted", "outcome"),
    [
        pytest.param(ORDINARY, (20, 10, 0, 100), "carried", id="20 of 30 votes cast carry, though only 20 of 100 members"),
        pytest.param(ORDINARY, (15, 10, 0, 100), "carried", id="quorum of 25: 25 voted"),
        pytest.param(ORDINARY, (15, 9, 0, 100), "inquorate", id="quorum of 25: 24 voted"),
        pytest.param(ORDINARY, (15, 9, 1, 100), "carried", id="an abstention counts for the quorum"),
        pytest.param(ORDINARY, (13, 12, 50, 100), "carried", id="abstentions never count for the majority of votes cast"),
        pytest.param(ORDINARY, (15, 15, 0, 100), "lost", id="a tie is lost"),
        pytest.param(ORDINARY, (16, 15, 0, 100), "carried", id="one more than a tie carries"),
        pytest.param(ORDINARY, (14, 15, 0, 100), "lost", id="one less than a tie is lost"),
        pytest.param(rule(">= 3/4 of cast"), (45, 15, 0, 60), "carried", id="45 of 60 is not less than three quarters"),
        pytest.param(rule(">= 3/4 of cast"), (44, 16, 0, 60), "lost", id="44 of 60 is less"),
        pytest.param(rule("> 1/2 of eligible"), (30, 0, 0, 60), "lost", id="half of all members is not more than half"),
        pytest.param(rule("> 1/2 of eligible"), (31, 0, 0, 60), "carried", id="31 of 60 members is more than half"),
        pytest.param(rule("> 1/2 of present"), (20, 10, 10, 99), "lost", id="of those present, an abstention weighs as a no"),
        pytest.param(rule("> 1/2 of present"), (21, 10, 9, 99), "carried", id="more than half of those present"),
        pytest.param(rule(">= 1/2 of cast"), (15, 15, 0, 60), "carried", id="at least half: the constitution says otherwise of ties"),
        pytest.param(rule(">= 1/2 of cast"), (0, 0, 9, 60), "lost", id="abstentions alone carry nothing"),
        pytest.param(rule(">= 1/2 of cast", "0 of eligible"), (0, 0, 0, 60), "lost", id="no vote carries nothing"),
    ],
)  # fmt: skip
def test_when_a_motion_is_carried(given_rule, counted, outcome):
    result = count_motion(MotionCounts(*counted), given_rule)
    assert result.outcome == outcome
    assert result.carried is (outcome == "carried")


def test_the_decision_prints_its_own_reasoning():
    assert count_motion(MotionCounts(43, 19, 6, 240), SPECIAL).says == (
        "Carried: 43 for, 19 against, 6 abstained. Needs at least 2/3 of 62 votes cast (42). "
        "Quorum 1/4 of 240 members (60): 68 voted. Articles 22 and 23, version 4."
    )


@pytest.mark.parametrize(
    ("counts", "given_rule", "says"),
    [
        pytest.param(
            MotionCounts(41, 21, 6, 240), SPECIAL,
            "Lost: 41 for, 21 against, 6 abstained. Needs at least 2/3 of 62 votes cast (42). "
            "Quorum 1/4 of 240 members (60): 68 voted. Articles 22 and 23, version 4.", id="lost",
        ),
        pytest.param(
            MotionCounts(50, 9, 0, 240), SPECIAL,
            "Lost for want of a quorum: 50 for, 9 against, 0 abstained. Needs at least 2/3 of 59 votes cast (40). "
            "Quorum 1/4 of 240 members (60): 59 voted. Articles 22 and 23, version 4.", id="no quorum",
        ),
        pytest.param(
            MotionCounts(3, 3, 0, 9), rule("> 1/2 of cast", articles=("7",), version=1),
            "Lost: 3 for, 3 against, 0 abstained. Needs more than 1/2 of 6 votes cast (4). A tie is lost. "
            "Article 7, version 1.", id="a tie",
        ),
        pytest.param(
            MotionCounts(3, 3, 0, 9, casting_vote=Choice.FOR), rule("> 1/2 of cast", tie=TieRule.CHAIR, version=1),
            "Carried: 3 for, 3 against, 0 abstained. Needs more than 1/2 of 6 votes cast (4). "
            "The chair's casting vote was for. Version 1 of the constitution.", id="the chair decides a tie",
        ),
        pytest.param(
            MotionCounts(3, 3, 0, 9), rule("> 1/2 of cast", tie=TieRule.CHAIR),
            "Lost: 3 for, 3 against, 0 abstained. Needs more than 1/2 of 6 votes cast (4). "
            "The chair gave no casting vote, so the tie is lost.", id="the chair gave no casting vote",
        ),
    ],
)  # fmt: skip
def test_the_reasoning_of_other_outcomes(counts, given_rule, says):
    assert count_motion(counts, given_rule).says == says


def test_the_chair_decides_nothing_but_a_tie():
    chair_for = rule("> 1/2 of cast", tie=TieRule.CHAIR)
    assert not count_motion(MotionCounts(3, 4, 0, 9, casting_vote=Choice.FOR), chair_for).carried
    two_thirds = rule(">= 2/3 of cast", tie=TieRule.CHAIR)
    assert not count_motion(MotionCounts(3, 3, 0, 9, casting_vote=Choice.FOR), two_thirds).carried


def test_more_votes_than_members_are_refused():
    with pytest.raises(ValueError, match="only 9 members"):
        MotionCounts(5, 4, 1, 9)


small = st.integers(0, 40)
MAJORITIES = ("> 1/2 of cast", ">= 2/3 of cast", "> 1/2 of present", ">= 1/3 of eligible")
rules = st.builds(
    MotionRule,
    st.sampled_from([Majority.parse(text) for text in MAJORITIES]),
    st.sampled_from([None, Quorum.parse("1/4 of eligible"), Quorum.parse("5 of present")]),
    st.sampled_from(TieRule),
    taking_part=st.sampled_from(TakingPart),
)


@given(
    given_rule=rules,
    votes_for=small,
    against=small,
    abstained=small,
    blank=small,
    absent=small,
    seed=st.binary(min_size=1, max_size=2),
)
def test_a_vote_more_for_never_loses_what_was_carried(
    given_rule, votes_for, against, abstained, blank, absent, seed
):
    eligible = votes_for + against + abstained + blank + absent + 1
    before = count_motion(
        MotionCounts(votes_for, against, abstained, eligible, blank=blank), given_rule, seed
    )
    after = count_motion(
        MotionCounts(votes_for + 1, against, abstained, eligible, blank=blank), given_rule, seed
    )
    assert after.carried or not before.carried
    assert before.outcome in set(Outcome)


@given(
    given_rule=rules, votes_for=small, against=small, abstained=small, seed=st.binary(min_size=1, max_size=2)
)
def test_a_vote_against_made_a_vote_for_never_loses_what_was_carried(
    given_rule, votes_for, against, abstained, seed
):
    eligible = votes_for + against + abstained + 1
    before = count_motion(MotionCounts(votes_for, against + 1, abstained, eligible), given_rule, seed)
    after = count_motion(MotionCounts(votes_for + 1, against, abstained, eligible), given_rule, seed)
    assert after.carried or not before.carried


@pytest.mark.parametrize(
    ("which", "blank", "invalid", "outcome"),
    [
        pytest.param(TakingPart.PAPERS, 3, 2, "carried", id="every paper handed in: 25 of 100"),
        pytest.param(TakingPart.PAPERS, 2, 2, "inquorate", id="every paper handed in: 24 of 100"),
        pytest.param(TakingPart.PAPERS, 0, 6, "carried", id="every paper handed in: 26 of 100"),
        pytest.param(TakingPart.BLANK, 5, 9, "carried", id="blank ones, but not the invalid: 25"),
        pytest.param(TakingPart.BLANK, 4, 9, "inquorate", id="blank ones, but not the invalid: 24"),
        pytest.param(TakingPart.VOTES, 9, 9, "inquorate", id="votes alone: 20"),
    ],
)
def test_which_papers_count_for_the_quorum_is_declared(which, blank, invalid, outcome):
    counts = MotionCounts(12, 6, 2, 100, blank=blank, invalid=invalid)
    assert (
        count_motion(counts, rule("> 1/2 of cast", "1/4 of eligible", taking_part=which)).outcome == outcome
    )


def test_each_way_of_taking_part_counts_its_own_papers():
    counts = MotionCounts(12, 6, 2, 100, blank=3, invalid=4)
    assert [counts.taking_part(which) for which in TakingPart] == [20, 23, 27]


def test_blank_and_invalid_papers_are_counted_apart_from_abstentions():
    result = count_motion(MotionCounts(12, 6, 2, 100, blank=4, invalid=1), ORDINARY)
    assert result.says == (
        "Carried: 12 for, 6 against, 2 abstained, 4 blank, 1 invalid. Needs more than 1/2 of 18 votes cast (10). "
        "Quorum 1/4 of 100 members (25): 25 took part."
    )
    plain = result.plain()
    assert [plain[kind] for kind in ("for", "against", "abstained", "blank", "invalid")] == [12, 6, 2, 4, 1]
    assert (plain["voted"], plain["taking_part"], plain["base"]) == (20, 25, 18)


def test_more_papers_than_members_are_refused_whatever_stands_on_them():
    assert MotionCounts(5, 2, 1, 10, blank=1, invalid=1).papers == 10
    with pytest.raises(ValueError, match="11 votes were counted, but only 10 members"):
        MotionCounts(5, 2, 1, 10, blank=2, invalid=1)
    with pytest.raises(ValueError, match="below 0"):
        MotionCounts(5, 2, 1, 10, blank=-1)


def test_a_tie_goes_to_the_lot_only_where_the_rule_says_so_and_anyone_can_draw_it_again():
    by_lot = rule("> 1/2 of cast", tie=TieRule.LOT)
    drawn = {seed: count_motion(MotionCounts(3, 3, 0, 9), by_lot, bytes([seed])) for seed in range(20)}
    assert {result.outcome for result in drawn.values()} == {"carried", "lost"}
    for seed, result in drawn.items():
        falls_on = draw(bytes([seed]), "tie", ("for", "against"))
        assert result.carried is (falls_on == "for")
        assert f"A tie: the lot (tie) falls on {falls_on}." in result.says
    assert not count_motion(MotionCounts(3, 4, 0, 9), by_lot, b"\x01").carried
    assert count_motion(MotionCounts(4, 3, 0, 9), by_lot, b"\x00").carried


def test_a_seed_draws_nothing_where_the_rule_knows_no_lot():
    for tie in (TieRule.LOST, TieRule.CHAIR):
        assert not any(
            count_motion(MotionCounts(3, 3, 0, 9), rule("> 1/2 of cast", tie=tie), bytes([seed])).carried
            for seed in range(9)
        )


def test_where_nobody_votes_for_or_against_there_is_no_tie():
    assert "tie" not in count_motion(MotionCounts(0, 0, 4, 9), rule("> 1/2 of cast")).says


def test_a_lot_without_a_seed_is_refused_even_before_there_is_a_tie():
    with pytest.raises(ValueError, match="needs a seed"):
        count_motion(MotionCounts(5, 3, 0, 9), rule("> 1/2 of cast", tie=TieRule.LOT))
