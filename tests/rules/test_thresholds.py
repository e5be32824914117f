"""Majorities and quorums: exact at the bound, one below and one above."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.rules.thresholds import Basis, Limit, Majority, Quorum, percent

shares = st.fractions(0, 1, max_denominator=400)
counts = st.integers(0, 10_000)


@pytest.mark.parametrize(
    ("rule", "votes_for", "base", "met"),
    [
        pytest.param("> 1/2 of cast", 29, 60, False, id="more than half: one below"),
        pytest.param("> 1/2 of cast", 30, 60, False, id="more than half: half is not more"),
        pytest.param("> 1/2 of cast", 31, 60, True, id="more than half: one above"),
        pytest.param("> 1/2 of cast", 30, 61, False, id="more than half of an odd number: just below"),
        pytest.param("> 1/2 of cast", 31, 61, True, id="more than half of an odd number: just above"),
        pytest.param(">= 3/4 of cast", 44, 60, False, id="not less than three quarters: one below"),
        pytest.param(">= 3/4 of cast", 45, 60, True, id="not less than three quarters: 45 of 60 carries"),
        pytest.param(">= 3/4 of cast", 46, 60, True, id="not less than three quarters: one above"),
        pytest.param(">= 2/3 of cast", 41, 62, False, id="two thirds of 62: 41 is below"),
        pytest.param(">= 2/3 of cast", 42, 62, True, id="two thirds of 62: 42 is the first"),
        pytest.param(">= 2/3 of cast", 43, 62, True, id="two thirds of 62: 43"),
        pytest.param(">= 1/10 of eligible", 9, 100, False, id="one tenth: one below"),
        pytest.param(">= 1/10 of eligible", 10, 100, True, id="one tenth is not more than one tenth"),
        pytest.param(">= 1/10 of eligible", 11, 100, True, id="one tenth: one above"),
        pytest.param(
            ">= 2/3 of cast",
            666_666_666,
            1_000_000_000,
            False,
            id="a percentage of 66.67 would have carried it",
        ),
        pytest.param(">= 1/1 of cast", 59, 60, False, id="unanimity: one against"),
        pytest.param(">= 1/1 of cast", 60, 60, True, id="unanimity"),
        pytest.param("> 0/1 of cast", 0, 60, False, id="any vote at all: none"),
        pytest.param("> 0/1 of cast", 1, 60, True, id="any vote at all: one"),
    ],
)
def test_a_majority_at_its_bound(rule, votes_for, base, met):
    assert Majority.parse(rule).met_by(votes_for, base) is met


@pytest.mark.parametrize(
    ("rule", "count", "base", "met"),
    [
        pytest.param("1/4 of eligible", 59, 240, False, id="a quarter of 240: one below"),
        pytest.param("1/4 of eligible", 60, 240, True, id="a quarter of 240: 60 suffice"),
        pytest.param("1/4 of eligible", 61, 240, True, id="a quarter of 240: one above"),
        pytest.param("1/4 of eligible", 60, 241, False, id="a quarter of 241: 60 are too few"),
        pytest.param("1/4 of eligible", 61, 241, True, id="a quarter of 241: 61 suffice"),
        pytest.param("20 of eligible", 19, 240, False, id="twenty: one below"),
        pytest.param("20 of eligible", 20, 240, True, id="twenty"),
        pytest.param("20 of eligible", 21, 240, True, id="twenty: one above"),
        pytest.param("1/10 and 20 of eligible", 20, 201, False, id="both: the share fails"),
        pytest.param("1/10 and 20 of eligible", 19, 100, False, id="both: the number fails"),
        pytest.param("1/10 and 20 of eligible", 20, 200, True, id="both: exactly"),
        pytest.param("0 of eligible", 0, 240, True, id="no quorum"),
    ],
)
def test_a_quorum_at_its_bound(rule, count, base, met):
    assert Quorum.parse(rule).met_by(count, base) is met


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        (">= 2/3 of cast", ">= 2/3 of cast"),
        ("  >=2/3   of  cast ", ">= 2/3 of cast"),
        ("≥ 4/6 of cast", ">= 2/3 of cast"),
        ("> 1/2 of eligible", "> 1/2 of eligible"),
        (">= 1/1 of present", ">= 1/1 of present"),
    ],
)
def test_a_majority_has_one_canonical_spelling(typed, canonical):
    assert Majority.parse(typed).text == canonical


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("2/8 of eligible", "1/4 of eligible"),
        ("20 of eligible", "20 of eligible"),
        ("020 of present", "20 of present"),
        ("1/4 and 20 of eligible", "1/4 and 20 of eligible"),
    ],
)
def test_a_quorum_has_one_canonical_spelling(typed, canonical):
    assert Quorum.parse(typed).text == canonical


@pytest.mark.parametrize(
    "text",
    ["", "2/3", "2/3 of cast", ">= 2/3", ">= 2/3 of", ">= 66% of cast", ">= 0.66 of cast", ">= 2/0 of cast", ">= 4/3 of cast",
     ">= 0/3 of cast", "> 1/1 of cast", ">= 2/3 of members", ">= -1/3 of cast", "<= 2/3 of cast", ">= ²/3 of cast", ">= 2/3 of cast!"],
)  # fmt: skip
def test_what_is_not_a_majority_is_refused_in_a_sentence(text):
    with pytest.raises(ValueError, match=r"\.$"):
        Majority.parse(text)


@pytest.mark.parametrize(
    "text",
    ["", "1/4", "20", "of eligible", "5/4 of eligible", "1/0 of eligible", "20 of cast", "1/4 of members", "1/4 20 of eligible",
     "1/4 and of eligible", "and 20 of eligible", "25% of eligible", "-1 of eligible"],
)  # fmt: skip
def test_what_is_not_a_quorum_is_refused_in_a_sentence(text):
    with pytest.raises(ValueError, match=r"\.$"):
        Quorum.parse(text)


@given(share=shares, strict=st.booleans(), basis=st.sampled_from(Basis), votes=counts, base=counts)
def test_needed_is_the_first_number_that_meets_a_majority(share, strict, basis, votes, base):
    if share == (1 if strict else 0):
        return
    majority = Majority(share, strict, basis)
    needed = majority.needed(base)
    assert majority.met_by(needed, base)
    assert not majority.met_by(needed - 1, base)
    assert majority.met_by(votes, base) is (votes >= needed)
    assert Majority.parse(majority.text) == majority
    exact = Fraction(votes) > share * base if strict else Fraction(votes) >= share * base
    assert majority.met_by(votes, base) is exact


@given(share=st.none() | shares, number=st.none() | counts, count=counts, base=counts)
def test_needed_is_the_first_number_that_meets_a_quorum(share, number, count, base):
    if share is None and number is None:
        return
    quorum = Quorum(share, number, Basis.ELIGIBLE)
    assert quorum.met_by(count, base) is (count >= quorum.needed(base))
    assert Quorum.parse(quorum.text) == quorum


def test_a_threshold_prints_what_it_needs():
    assert Majority.parse(">= 2/3 of cast").says(62) == "at least 2/3 of 62 votes cast (42)"
    assert Majority.parse("> 1/2 of eligible").says(1) == "more than 1/2 of 1 member (1)"
    assert Quorum.parse("1/4 of eligible").says(240) == "1/4 of 240 members (60)"
    assert Quorum.parse("20 of present").says(31) == "20 of 31 members present"
    assert Quorum.parse("1/4 and 20 of eligible").says(40) == "1/4 of 40 members, and at least 20 (20)"


@pytest.mark.parametrize(
    ("rule", "count", "base", "met"),
    [
        pytest.param("<= 1/4 of present", 3, 16, True, id="a quarter of 16: one below"),
        pytest.param("<= 1/4 of present", 4, 16, True, id="a quarter of 16 is not more than a quarter"),
        pytest.param("<= 1/4 of present", 5, 16, False, id="a quarter of 16: one above"),
        pytest.param("<= 1/4 of present", 3, 15, True, id="a quarter of 15: 3 are below"),
        pytest.param("<= 1/4 of present", 4, 15, False, id="a quarter of 15: 4 are above"),
        pytest.param("<= 1 of eligible", 0, 9, True, id="one: none"),
        pytest.param("<= 1 of eligible", 1, 9, True, id="one"),
        pytest.param("<= 1 of eligible", 2, 9, False, id="one: two"),
        pytest.param("<= 1/4 and 2 of present", 2, 8, True, id="both: exactly"),
        pytest.param("<= 1/4 and 2 of present", 3, 99, False, id="both: the number fails"),
        pytest.param("<= 1/4 and 2 of present", 2, 7, False, id="both: the share fails"),
        pytest.param("<= 0 of eligible", 0, 9, True, id="none at all"),
    ],
)
def test_a_limit_at_its_bound(rule, count, base, met):
    assert Limit.parse(rule).met_by(count, base) is met


@given(share=st.none() | shares, number=st.none() | counts, count=counts, base=counts)
def test_most_is_the_last_number_that_keeps_a_limit(share, number, count, base):
    if share is None and number is None:
        return
    limit = Limit(share, number, Basis.PRESENT)
    assert limit.met_by(count, base) is (count <= limit.most(base))
    assert Limit.parse(limit.text) == limit


@pytest.mark.parametrize(
    "text",
    ["", "1/4 of present", "<= 5/4 of present", "<= 2 of cast", "<= 1/4 2 of present", "< 2 of present", "<= of present", "<= 1/0 of present"],
)  # fmt: skip
def test_what_is_not_a_limit_is_refused_in_a_sentence(text):
    with pytest.raises(ValueError, match=r"\.$"):
        Limit.parse(text)


def test_a_limit_prints_what_it_allows():
    assert Limit.parse("<= 1/4 of present").says(15) == "at most 1/4 of 15 members present (3)"
    assert Limit.parse("≤ 2 of eligible").says(40) == "at most 2"
    assert Limit.parse("<= 1/4 and 2 of eligible").says(40) == "at most 1/4 of 40 members, and at most 2 (2)"


def test_a_percentage_is_cut_and_never_rounded_up_to_a_share_that_was_not_reached():
    assert percent(Fraction(2, 3)) == "66.66 %"
    assert percent(Fraction(666_666_666, 1_000_000_000)) == "66.66 %"
    assert percent(Fraction(1, 1)) == "100.00 %"
    assert percent(Fraction(1, 40)) == "2.50 %"
    assert percent(Fraction(99_999, 100_000)) == "99.99 %"
