"""What other systems counted wrongly, each at its bound: one below, exactly, one above."""

from fractions import Fraction

import pytest

from coop.rules.tally.consent import ConsentRule, Position, Voice, count_consent
from coop.rules.tally.double_majority import DoubleRule, ShareTest, count_double
from coop.rules.tally.motion import Choice, MotionCounts, MotionRule, TakingPart, count_motion
from coop.rules.tally.options import OptionsPaper, OptionsRule, count_options
from coop.rules.thresholds import Limit, Majority, Quorum, percent


def motion(votes_for, against, abstained=0, eligible=100, *, majority, quorum=None, **more):
    rule = MotionRule(Majority.parse(majority), quorum and Quorum.parse(quorum))
    return count_motion(MotionCounts(votes_for, against, abstained, eligible, **more), rule).outcome


@pytest.mark.parametrize(
    ("votes_for", "against", "outcome"),
    [
        pytest.param(14, 10, "inquorate", id="24 of 100 voted: one below the quorum"),
        pytest.param(14, 11, "carried", id="25 of 100 voted: the quorum"),
        pytest.param(15, 11, "carried", id="26 of 100 voted: one above"),
        pytest.param(15, 15, "lost", id="15 to 15"),
        pytest.param(16, 15, "carried", id="16 to 15"),
        pytest.param(20, 10, "carried", id="20 to 10 must carry"),
    ],
)
def test_a_majority_of_the_votes_cast_is_not_one_of_all_members(votes_for, against, outcome):
    assert motion(votes_for, against, majority="> 1/2 of cast", quorum="25 of eligible") == outcome
    assert motion(votes_for, against, majority="> 1/2 of eligible", quorum="25 of eligible") in {
        "lost",
        "inquorate",
    }


@pytest.mark.parametrize(
    ("votes_for", "not_less", "more"),
    [
        pytest.param(44, "lost", "lost", id="44 of 60: one below three quarters"),
        pytest.param(45, "carried", "lost", id="45 of 60: three quarters"),
        pytest.param(46, "carried", "carried", id="46 of 60: one above three quarters"),
    ],
)
def test_not_less_than_three_quarters_is_not_more_than_three_quarters(votes_for, not_less, more):
    assert motion(votes_for, 60 - votes_for, majority=">= 3/4 of cast") == not_less
    assert motion(votes_for, 60 - votes_for, majority="> 3/4 of cast") == more
    options = [
        OptionsPaper((Choice.FOR,), weight=votes_for),
        OptionsPaper((Choice.AGAINST,), weight=60 - votes_for),
    ]
    assert (
        count_options(("A",), options, OptionsRule(Majority.parse(">= 3/4 of cast")), 60).outcome == not_less
    )


@pytest.mark.parametrize(
    ("took_part", "outcome"),
    [
        pytest.param(9, "inquorate", id="9 of 100: one below a tenth"),
        pytest.param(10, "carried", id="10 of 100: one tenth"),
        pytest.param(11, "carried", id="11 of 100: one above a tenth"),
    ],
)
def test_one_tenth_is_not_more_than_one_tenth(took_part, outcome):
    assert motion(took_part, 0, majority="> 1/2 of cast", quorum="1/10 of eligible") == outcome
    assert motion(1, 0, took_part - 1, majority="> 1/2 of cast", quorum="1/10 of eligible") == outcome


@pytest.mark.parametrize(("aside", "outcome"), [(9, "consent"), (10, "consent"), (11, "no consent")])
def test_at_most_one_tenth_is_not_less_than_one_tenth(aside, outcome):
    voices = [Voice(str(n), Position.STAND_ASIDE if n < aside else Position.AGREE, 1) for n in range(100)]
    rule = ConsentRule(stand_asides=Limit.parse("<= 1/10 of present"))
    assert count_consent(voices, [], rule, version=1, eligible=100).outcome == outcome


@pytest.mark.parametrize(
    ("votes_for", "outcome"),
    [
        pytest.param(6_666, "lost", id="66.66 % of 10,000 is below two thirds"),
        pytest.param(6_667, "carried", id="66.67 %"),
        pytest.param(6_668, "carried", id="66.68 %"),
    ],
)
def test_two_thirds_is_compared_exactly(votes_for, outcome):
    assert motion(votes_for, 10_000 - votes_for, eligible=10_000, majority=">= 2/3 of cast") == outcome


@pytest.mark.parametrize(
    ("votes_for", "outcome"),
    [
        pytest.param(1_999_999, "lost", id="one below"),
        pytest.param(2_000_000, "carried", id="two thirds"),
        pytest.param(2_000_001, "carried", id="one above"),
    ],
)
def test_three_results_that_are_the_same_percentage_are_not_the_same_result(votes_for, outcome):
    assert motion(votes_for, 3_000_000 - votes_for, eligible=3_000_000, majority=">= 2/3 of cast") == outcome
    assert percent(Fraction(votes_for, 3_000_000)) == "66.66 %"


@pytest.mark.parametrize(
    ("users_for", "outcome"), [(333_332, "lost"), (333_333, "lost"), (333_334, "carried")]
)
def test_weighted_classes_are_compared_exactly_though_the_percentage_shows_no_difference(users_for, outcome):
    halves = {"workers": Fraction(1, 2), "users": Fraction(1, 2)}
    rule = DoubleRule((ShareTest(Majority.parse("> 1/2 of cast"), halves),))
    classes = {
        "workers": MotionCounts(2, 1, 0, 3),
        "users": MotionCounts(users_for, 999_999 - users_for, 0, 999_999),
    }
    assert count_double(classes, rule).outcome == outcome


@pytest.mark.parametrize(
    ("majority", "needed"),
    [(">= 2/3 of cast", 20), (">= 2/3 of present", 26), (">= 2/3 of eligible", 40)],
)
def test_two_thirds_says_of_what(majority, needed):
    for votes_for, outcome in ((needed - 1, "lost"), (needed, "carried")):
        abstained = 0 if needed == 40 else 9
        against = max(0, 30 - votes_for)
        assert motion(votes_for, against, abstained, 60, majority=majority, present=39) == outcome
    with pytest.raises(ValueError, match="write it like"):
        Majority.parse(">= 2/3")


def test_abstentions_blank_and_invalid_papers_are_never_merged():
    rule = MotionRule(Majority.parse("> 1/2 of present"), Quorum.parse("16 of eligible"))
    counts = MotionCounts(8, 4, 1, 100, blank=2, invalid=1)
    result = count_motion(counts, rule)
    assert "8 for, 4 against, 1 abstained, 2 blank, 1 invalid" in result.says
    assert [result.plain()[kind] for kind in ("abstained", "blank", "invalid")] == [1, 2, 1]
    votes_alone = MotionRule(rule.majority, rule.quorum, taking_part=TakingPart.VOTES)
    assert (result.outcome, count_motion(counts, votes_alone).outcome) == ("lost", "inquorate")
