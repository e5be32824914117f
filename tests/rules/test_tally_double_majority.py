"""Several tests at once: the whole, each class of members, and classes whose votes count a stated share."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.rules.tally.double_majority import ClassTest, DoubleRule, ShareTest, WholeTest, count_double
from coop.rules.tally.motion import Choice, MotionCounts, MotionRule, TieRule
from coop.rules.thresholds import Basis, Majority, Quorum


def rule(majority, quorum=None, **more):
    return MotionRule(Majority.parse(majority), quorum and Quorum.parse(quorum), **more)


HALF = rule("> 1/2 of cast")
WHOLE_AND_EACH = DoubleRule((WholeTest(HALF), ClassTest(HALF)), ("30",), 2)


def outcome(given_rule, **classes):
    return count_double({name: MotionCounts(*c) for name, c in classes.items()}, given_rule).outcome


@pytest.mark.parametrize(
    ("workers", "users", "result"),
    [
        pytest.param((6, 4, 0, 10), (60, 40, 0, 200), "carried", id="the whole and both classes"),
        pytest.param((5, 5, 0, 10), (60, 40, 0, 200), "lost", id="a tie in one class loses it"),
        pytest.param((4, 6, 0, 10), (60, 40, 0, 200), "lost", id="one class against"),
        pytest.param(
            (6, 4, 0, 10), (50, 51, 0, 200), "lost", id="the whole carries it, the larger class doesn't"
        ),
        pytest.param(
            (0, 0, 5, 10), (60, 40, 0, 200), "lost", id="a class that only abstains doesn't carry it"
        ),
    ],
)
def test_a_double_majority_needs_the_whole_and_every_class(workers, users, result):
    assert outcome(WHOLE_AND_EACH, workers=workers, users=users) == result


def test_the_classes_alone_can_carry_what_the_whole_would_not():
    classes = {"a": (2, 1, 0, 9), "b": (2, 1, 0, 9), "c": (0, 9, 0, 9)}
    two = DoubleRule((ClassTest(HALF, needed=2),))
    assert outcome(two, **classes) == "carried"
    assert outcome(DoubleRule((ClassTest(HALF, needed=3),)), **classes) == "lost"
    assert outcome(DoubleRule((WholeTest(HALF), ClassTest(HALF, needed=2))), **classes) == "lost"


@pytest.mark.parametrize(("carrying", "result"), [(1, "lost"), (2, "carried"), (3, "carried")])
def test_a_stated_number_of_classes_at_its_bound(carrying, result):
    votes = [(2, 1, 0, 9)] * carrying + [(1, 2, 0, 9)] * (3 - carrying)
    assert outcome(DoubleRule((ClassTest(HALF, needed=2),)), **dict(zip("abc", votes, strict=True))) == result


def test_one_class_can_be_enough_and_so_can_all_that_are_asked():
    votes = {"a": (2, 1, 0, 9), "b": (1, 2, 0, 9)}
    assert outcome(DoubleRule((ClassTest(HALF, needed=1),)), **votes) == "carried"
    assert outcome(DoubleRule((ClassTest(HALF, needed=2, of=("a", "b")),)), **votes) == "lost"


def test_in_a_class_without_an_attendance_list_those_who_handed_in_a_paper_are_present():
    of_present = DoubleRule((WholeTest(rule("> 1/2 of present")),))
    listed = MotionCounts(6, 0, 0, 20, present=8)
    for handed_in, carried in ((2, True), (3, True), (4, False)):
        unlisted = MotionCounts(0, handed_in - 1, 0, 20, blank=1)
        assert count_double({"a": listed, "b": unlisted}, of_present).carried is carried


def test_two_tests_on_the_whole_must_both_pass():
    both = DoubleRule((WholeTest(rule(">= 2/3 of cast")), WholeTest(rule(">= 1/3 of eligible"))))
    assert outcome(both, all=(33, 10, 0, 99)) == "carried"
    assert outcome(both, all=(32, 10, 0, 99)) == "lost"
    assert outcome(both, all=(34, 18, 0, 99)) == "lost"
    assert outcome(both, all=(34, 17, 0, 99)) == "carried"


def test_each_class_can_have_a_test_of_its_own():
    own = DoubleRule((ClassTest(rule(">= 2/3 of cast"), of=("workers",)), ClassTest(HALF, of=("users",))))
    assert outcome(own, workers=(4, 2, 0, 9), users=(4, 3, 0, 9)) == "carried"
    assert outcome(own, workers=(4, 3, 0, 9), users=(4, 2, 0, 9)) == "lost"


@pytest.mark.parametrize(("voted", "result"), [(4, "inquorate"), (5, "carried"), (6, "carried")])
def test_a_class_without_its_quorum_does_not_carry_it(voted, result):
    quorate = DoubleRule((ClassTest(rule("> 1/2 of cast", "1/2 of eligible")),))
    assert outcome(quorate, workers=(voted, 0, 0, 10), users=(9, 0, 0, 10)) == result


def test_a_class_with_nobody_on_the_roll_is_not_asked():
    result = count_double(
        {"workers": MotionCounts(2, 1, 0, 3), "supporters": MotionCounts(0, 0, 0, 0)}, WHOLE_AND_EACH
    )
    assert result.carried
    assert "Not asked, for want of members: supporters." in result.says
    assert outcome(WHOLE_AND_EACH, supporters=(0, 0, 0, 0)) == "lost"


def test_the_reasoning_names_every_test_and_every_class():
    result = count_double(
        {"workers": MotionCounts(6, 4, 0, 10), "users": MotionCounts(40, 41, 2, 200)}, WHOLE_AND_EACH
    )
    assert result.says == (
        "Lost: 1 of 2 tests passed. "
        "All members: Carried: 46 for, 45 against, 2 abstained. Needs more than 1/2 of 91 votes cast (46). "
        "By class: 1 of 2 carry it, 2 must. "
        "workers: Carried: 6 for, 4 against, 0 abstained. Needs more than 1/2 of 10 votes cast (6). "
        "users: Lost: 40 for, 41 against, 2 abstained. Needs more than 1/2 of 81 votes cast (41). "
        "Article 30, version 2."
    )
    plain = result.plain()
    assert [(test["test"], test["outcome"]) for test in plain["tests"]] == [
        ("whole", "carried"),
        ("classes", "lost"),
    ]
    assert [detail["class"] for detail in plain["tests"][1]["details"]] == ["workers", "users"]


def test_the_chairs_casting_vote_decides_a_tie_of_the_whole():
    chair = DoubleRule((WholeTest(rule("> 1/2 of cast", tie=TieRule.CHAIR)),))
    tied = {"all": MotionCounts(3, 3, 0, 9)}
    assert not count_double(tied, chair).carried
    assert count_double(tied, chair, Choice.FOR).carried


def test_the_lots_of_two_classes_are_drawn_apart():
    lot = DoubleRule((ClassTest(rule("> 1/2 of cast", tie=TieRule.LOT)),))
    tied = {"a": MotionCounts(3, 3, 0, 9), "b": MotionCounts(3, 3, 0, 9)}
    found = [count_double(tied, lot, seed=bytes([n])).findings[0].details for n in range(20)]
    assert {tuple(each["outcome"] for each in details) for details in found} >= {
        ("carried", "lost"),
        ("lost", "carried"),
    }


def shares(majority, quorum=None, **by_class):
    by_class = {name: Fraction(share) for name, share in by_class.items()}
    return DoubleRule((ShareTest(Majority.parse(majority), by_class, quorum and Quorum.parse(quorum)),))


@pytest.mark.parametrize(
    ("workers", "users", "result"),
    [
        pytest.param((3, 0, 0, 3), (0, 900, 0, 900), "lost", id="half against half is not more than half"),
        pytest.param((3, 0, 0, 3), (1, 899, 0, 900), "carried", id="one of 900 users tips it"),
        pytest.param((2, 1, 0, 3), (300, 600, 0, 900), "lost", id="two thirds and one third make half"),
        pytest.param((2, 1, 0, 3), (301, 599, 0, 900), "carried", id="one more makes it more"),
        pytest.param((2, 1, 0, 3), (299, 601, 0, 900), "lost", id="one less makes it less"),
        pytest.param(
            (1, 0, 0, 3), (1, 1, 0, 900), "carried", id="a class counts its share whatever its turnout"
        ),
        pytest.param(
            (0, 0, 0, 3), (2, 1, 0, 900), "carried", id="where nobody of a class voted, its share falls away"
        ),
        pytest.param((0, 0, 0, 3), (0, 0, 0, 900), "lost", id="no vote carries nothing"),
    ],
)
def test_classes_that_count_half_each(workers, users, result):
    assert (
        outcome(shares("> 1/2 of cast", workers="1/2", users="1/2"), workers=workers, users=users) == result
    )


def test_a_share_test_of_those_eligible_counts_silence_against():
    of_all = shares("> 1/2 of eligible", workers="1/2", users="1/2")
    assert outcome(of_all, workers=(3, 0, 0, 3), users=(0, 0, 0, 9)) == "lost"
    assert outcome(of_all, workers=(3, 0, 0, 3), users=(1, 0, 0, 9)) == "carried"


@pytest.mark.parametrize(("voted", "result"), [(4, "inquorate"), (5, "carried"), (6, "carried")])
def test_the_quorum_of_a_share_test_is_of_heads(voted, result):
    given_rule = shares("> 1/2 of cast", "1/2 of eligible", workers="3/4", users="1/4")
    assert outcome(given_rule, workers=(0, 0, 0, 2), users=(voted, 0, 0, 8)) == result


def test_the_reasoning_of_shares_is_exact_and_shows_a_percentage_for_the_eye():
    classes = {
        "workers": MotionCounts(2, 1, 0, 3),
        "users": MotionCounts(300, 600, 7, 950),
        "patrons": MotionCounts(0, 0, 1, 4),
    }
    result = count_double(
        classes, shares("> 1/2 of cast", "10 of eligible", workers="2/5", users="2/5", patrons="1/5")
    )
    assert result.says == (
        "Lost: 0 of 1 tests passed. By shares: workers, which counts 2/5: 2 for, 1 against, 0 abstained, so 2/3 for; "
        "users, which counts 2/5: 300 for, 600 against, 7 abstained, so 1/3 for; "
        "patrons, which counts 1/5: 0 for, 0 against, 1 abstained, so its share falls away. "
        "For: 2/5 of 4/5 (50.00 %). Needs more than 1/2 of it, each class by its votes cast. "
        "Quorum 10 of 957 members: 911 took part."
    )


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda: DoubleRule(()), "at least one test"),
        (lambda: ClassTest(HALF, needed=0), "At least one class"),
        (lambda: ClassTest(HALF, needed=2, of=("a",)), "only 1 are asked"),
        (lambda: ShareTest(HALF.majority, {"a": Fraction(1, 2)}), "add up to 1"),
        (lambda: ShareTest(HALF.majority, {"a": Fraction(1), "b": Fraction(0)}), "above 0"),
        (lambda: outcome(shares("> 1/2 of cast", a="1"), a=(1, 0, 0, 1), b=(1, 0, 0, 1)), "“b” has no share"),
        (lambda: outcome(shares("> 1/2 of cast", a="1/2", b="1/2"), a=(1, 0, 0, 1)), "no class “b”"),
        (lambda: outcome(DoubleRule((ClassTest(HALF, of=("b",)),)), a=(1, 0, 0, 1)), "no class “b”"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_counted_is_refused_in_a_sentence(wrong, sentence):
    with pytest.raises(ValueError, match=rf"{sentence}.*\.$"):
        wrong()


votes = st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 3))
majorities = st.builds(
    Majority,
    st.fractions(Fraction(1, 3), Fraction(3, 4), max_denominator=6),
    st.booleans(),
    st.sampled_from(Basis),
)


@given(
    classes=st.lists(votes, min_size=3, max_size=3),
    majority=majorities,
    test=st.sampled_from(["whole", "each", "two", "shares"]),
    which=st.integers(0, 2),
)
def test_a_vote_more_for_in_any_class_never_loses_what_was_carried(classes, majority, test, which):
    thirds = {name: Fraction(part, 6) for name, part in zip("abc", (1, 2, 3), strict=True)}
    tests = {
        "whole": WholeTest(MotionRule(majority)),
        "each": ClassTest(MotionRule(majority)),
        "two": ClassTest(MotionRule(majority), needed=2),
        "shares": ShareTest(majority, thirds),
    }
    given_rule = DoubleRule((tests[test],))
    before = {name: (*counts, sum(counts) + 2) for name, counts in zip("abc", classes, strict=True)}
    name = "abc"[which]
    more = before | {name: (before[name][0] + 1, *before[name][1:])}
    assert outcome(given_rule, **more) == "carried" or outcome(given_rule, **before) != "carried"


@given(classes=st.lists(votes, min_size=3, max_size=3), order=st.permutations("abc"), majority=majorities)
def test_the_order_of_the_classes_changes_nothing(classes, order, majority):
    counts = {name: (*each, sum(each) + 1) for name, each in zip("abc", classes, strict=True)}
    thirds = {name: Fraction(part, 6) for name, part in zip("abc", (1, 2, 3), strict=True)}
    given_rule = DoubleRule((ClassTest(MotionRule(majority), needed=2), ShareTest(majority, thirds)))
    assert outcome(given_rule, **counts) == outcome(given_rule, **{name: counts[name] for name in order})
