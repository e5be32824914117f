from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.rules.rights import (
    ALL_RIGHTS,
    USES,
    Exclusivity,
    Grant,
    Holding,
    Right,
    Verdict,
    collides,
    equal_shares,
    first_collision,
    holds_rights,
    parse_share,
    parse_territory,
    problem_with_shares,
    split_royalty,
)

EXCLUSIVE, SOLE, PLAIN = Exclusivity.EXCLUSIVE, Exclusivity.SOLE, Exclusivity.NON_EXCLUSIVE
MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


def grant(**facts):
    facts = {"label": "grant 1 to Orchard Press", "rights": USES, "starts_on": JUNE} | facts
    return Grant(**facts)


# Shares


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("1/3", Fraction(1, 3)),
        (" 1 / 3 ", Fraction(1, 3)),
        ("50 %", Fraction(1, 2)),
        ("33.3%", Fraction(333, 1000)),
        ("12,5 %", Fraction(1, 8)),
        ("0.1", Fraction(1, 10)),
        ("1", Fraction(1)),
        ("100%", Fraction(1)),
    ],
)
def test_a_share_is_read_exactly(text, share):
    assert parse_share(text) == share


@pytest.mark.parametrize(
    "text", ["", "0", "0%", "1/0", "half", "-1/2", "1e-3", "101%", "4/3", "1//3", "nan", "1_0/20", "9" * 50]
)
def test_what_is_no_share_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match=r"share"):
        parse_share(text)


@pytest.mark.parametrize(
    ("shares", "says"),
    [
        pytest.param([Fraction(1, 3)] * 3, None, id="three thirds are one"),
        pytest.param([Fraction(333, 1000)] * 3, "1/1000 is missing", id="a thousandth short"),
        pytest.param([Fraction(1, 2), Fraction(501, 1000)], "1/1000 too much", id="a thousandth over"),
        pytest.param([], "at least one author", id="nobody"),
        pytest.param([Fraction(1), Fraction(0)], "more than nothing", id="an empty share"),
    ],
)
def test_shares_make_exactly_one(shares, says):
    problem = problem_with_shares(shares)
    assert problem is None if says is None else says in problem


@pytest.mark.parametrize(
    ("amount", "shares", "paid"),
    [
        (100, ["1/3", "1/3", "1/3"], [34, 33, 33]),
        (101, ["1/2", "1/2"], [51, 50]),
        (1, ["1/6", "5/6"], [0, 1]),
        (0, ["1/2", "1/2"], [0, 0]),
        (-100, ["1/3", "1/3", "1/3"], [-34, -33, -33]),
    ],
)
def test_every_cent_of_a_royalty_is_paid_once(amount, shares, paid):
    assert split_royalty(amount, [Fraction(share) for share in shares]) == paid


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(1, 1000), min_size=1, max_size=20))
def test_a_royalty_is_split_without_loss_and_within_one_cent(amount, weights):
    shares = [Fraction(weight, sum(weights)) for weight in weights]
    paid = split_royalty(amount, shares)
    assert sum(paid) == amount
    assert all(abs(part - amount * share) < 1 for part, share in zip(paid, shares, strict=True))


@given(st.integers(1, 200))
def test_equal_shares_make_one(count):
    assert problem_with_shares(equal_shares(count)) is None


def test_a_royalty_is_not_split_by_shares_that_do_not_make_one():
    with pytest.raises(ValueError, match="is missing"):
        split_royalty(100, [Fraction(1, 2)])


# Territory


@pytest.mark.parametrize(
    ("text", "territory"),
    [("", set()), ("World", set()), ("gb, IE", {"GB", "IE"}), ("GB;IE;", {"GB", "IE"})],
)
def test_a_territory_is_the_world_or_countries(text, territory):
    assert parse_territory(text) == frozenset(territory)


@pytest.mark.parametrize("text", ["Scotland", "G", "GBR", "G1", "ÄÖ"])
def test_a_territory_that_is_no_country_code_is_refused(text):
    with pytest.raises(ValueError, match="two-letter country code"):
        parse_territory(text)


# Collisions


@pytest.mark.parametrize(
    ("new", "earlier", "verdict"),
    [
        (PLAIN, PLAIN, Verdict.NO),
        (PLAIN, SOLE, Verdict.YES),
        (PLAIN, EXCLUSIVE, Verdict.YES),
        (SOLE, PLAIN, Verdict.YES),
        (SOLE, SOLE, Verdict.YES),
        (SOLE, EXCLUSIVE, Verdict.YES),
        (EXCLUSIVE, PLAIN, Verdict.YES),
        (EXCLUSIVE, SOLE, Verdict.YES),
        (EXCLUSIVE, EXCLUSIVE, Verdict.YES),
    ],
)
def test_who_shuts_out_whom(new, earlier, verdict):
    assert collides(grant(exclusivity=new), grant(exclusivity=earlier)).verdict is verdict


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "verdict"),
    [
        pytest.param(MAY, JUNE - timedelta(days=1), Verdict.NO, id="ends the day before"),
        pytest.param(MAY, JUNE, Verdict.YES, id="ends on the first day"),
        pytest.param(MAY, JUNE + timedelta(days=1), Verdict.YES, id="ends the day after it begins"),
        pytest.param(JULY - timedelta(days=1), None, Verdict.YES, id="begins the day before the end"),
        pytest.param(JULY, None, Verdict.YES, id="begins on the last day"),
        pytest.param(JULY + timedelta(days=1), None, Verdict.NO, id="begins the day after"),
        pytest.param(MAY, None, Verdict.YES, id="spans all of it"),
    ],
)
def test_grants_collide_only_on_common_days(starts_on, ends_on, verdict):
    earlier = grant(ends_on=JULY)
    new = grant(label="new", exclusivity=EXCLUSIVE, starts_on=starts_on, ends_on=ends_on)
    assert collides(new, earlier).verdict is verdict


@pytest.mark.parametrize(
    ("mine", "theirs", "verdict"),
    [
        (set(), set(), Verdict.YES),
        ({"GB"}, set(), Verdict.YES),
        ({"GB"}, {"GB", "IE"}, Verdict.YES),
        ({"GB"}, {"IE"}, Verdict.NO),
    ],
)
def test_grants_collide_only_in_common_countries(mine, theirs, verdict):
    new = grant(exclusivity=EXCLUSIVE, territory=frozenset(mine))
    assert collides(new, grant(territory=frozenset(theirs))).verdict is verdict


@pytest.mark.parametrize(
    ("mine", "theirs", "verdict"),
    [
        ("", "", Verdict.YES),
        ("Theatre", "theatre", Verdict.YES),
        ("theatre", "", Verdict.YES),
        ("commercial", "non-commercial", Verdict.NO),
        ("theatre", "non-commercial", Verdict.ASK),
        ("theatre", "radio", Verdict.ASK),
    ],
)
def test_fields_that_only_a_person_can_tell_apart_are_asked(mine, theirs, verdict):
    assert collides(grant(exclusivity=EXCLUSIVE, field=mine), grant(field=theirs)).verdict is verdict


def test_grants_of_different_rights_stand_side_by_side():
    film = grant(rights=frozenset({Right.ADAPT, Right.SUBLICENSE}), exclusivity=EXCLUSIVE)
    print_ = grant(rights=frozenset({Right.REPRODUCE, Right.SUBLICENSE}), exclusivity=EXCLUSIVE)
    assert collides(film, print_).is_no


def test_a_licensee_may_get_more_than_it_had():
    assert collides(grant(exclusivity=EXCLUSIVE, licensee="P7"), grant(licensee="P7")).is_no


def test_a_public_licence_is_for_good_and_no_exclusive_grant_fits_beside_it():
    licence = grant(label="the public licence CC-BY-4.0", starts_on=MAY, ends_on=MAY, public=True)
    answer = collides(grant(exclusivity=EXCLUSIVE, starts_on=date(2046, 1, 1)), licence)
    assert answer.is_yes
    assert "the public licence CC-BY-4.0" in answer.reason
    assert "since 1 May 2026 and for good" in answer.reason
    assert "taken back" in answer.reason


def test_a_public_licence_may_not_be_offered_while_somebody_holds_the_work_alone():
    new = grant(label="CC0-1.0", public=True, starts_on=MAY)
    assert collides(new, grant(exclusivity=EXCLUSIVE, ends_on=JULY)).is_yes


def test_a_licence_without_changes_leaves_room_for_an_exclusive_adaptation():
    unchanged = grant(rights=USES - {Right.ADAPT}, public=True)
    assert collides(grant(rights=frozenset({Right.ADAPT}), exclusivity=EXCLUSIVE), unchanged).is_no


def test_own_terms_are_asked_about():
    own = grant(label="LicenseRef-House", public=True, terms_known=False)
    answer = collides(grant(exclusivity=EXCLUSIVE), own)
    assert answer.verdict is Verdict.ASK
    assert "LicenseRef-House" in answer.reason


def test_a_refusal_names_the_earlier_grant_and_its_days():
    answer = collides(grant(exclusivity=EXCLUSIVE), grant(exclusivity=SOLE, ends_on=JULY))
    assert answer.is_yes
    for words in ("grant 1 to Orchard Press", "1 June 2026", "1 July 2026", "sole"):
        assert words in answer.reason


def test_a_certain_collision_comes_before_a_question():
    earlier = [grant(label="asks", field="radio"), grant(label="collides")]
    new = grant(exclusivity=EXCLUSIVE, field="theatre")
    assert "collides" in first_collision(new, earlier).source
    assert first_collision(new, earlier[:1]).verdict is Verdict.ASK
    assert first_collision(new, []) is None


days = st.dates(date(2020, 1, 1), date(2022, 12, 31))
grants = st.builds(
    Grant,
    label=st.just("a grant"),
    rights=st.sets(st.sampled_from(list(Right)), min_size=1).map(frozenset),
    starts_on=days,
    ends_on=st.none() | days,
    exclusivity=st.sampled_from(list(Exclusivity)),
    territory=st.sets(st.sampled_from(["GB", "IE", "FR"])).map(frozenset),
    field=st.sampled_from(["", "commercial", "non-commercial", "stage"]),
    public=st.booleans(),
)


@given(grants, grants)
def test_whether_two_grants_collide_does_not_depend_on_their_order(one, other):
    assert collides(one, other).verdict is collides(other, one).verdict


# Holding


def holding(**facts):
    facts = {
        "holder": "the co-op",
        "rights": ALL_RIGHTS,
        "starts_on": MAY,
        "source": "register, 2026",
    } | facts
    return Holding(**facts)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "verdict"),
    [
        pytest.param(MAY - timedelta(days=1), JULY, Verdict.NO, id="a day too early"),
        pytest.param(MAY, JULY, Verdict.YES, id="exactly"),
        pytest.param(MAY, JULY + timedelta(days=1), Verdict.NO, id="a day too long"),
        pytest.param(MAY, None, Verdict.NO, id="without end"),
    ],
)
def test_nobody_gives_rights_beyond_the_days_they_hold_them(starts_on, ends_on, verdict):
    answer = holds_rights(grant(starts_on=starts_on, ends_on=ends_on), "the co-op", [holding(ends_on=JULY)])
    assert answer.verdict is verdict
    assert answer.source == "register, 2026"


def test_holdings_that_follow_each_other_count_together():
    held = [holding(ends_on=JUNE), holding(starts_on=JUNE + timedelta(days=1))]
    assert holds_rights(grant(starts_on=MAY), "the co-op", held).is_yes
    late = [held[0], holding(starts_on=JUNE + timedelta(days=2))]
    assert holds_rights(grant(starts_on=MAY), "the co-op", late).reason.endswith("on 2 June 2026.")


def test_nobody_gives_a_right_they_do_not_hold():
    held = [holding(rights=ALL_RIGHTS - {Right.PERFORM}), holding(holder="somebody else")]
    answer = holds_rights(grant(), "the co-op", held)
    assert answer.is_no
    assert "performing" in answer.reason


def test_nobody_gives_the_world_who_holds_one_country():
    held = [holding(territory=frozenset({"GB"}))]
    assert holds_rights(grant(), "the co-op", held).is_no
    assert holds_rights(grant(territory=frozenset({"GB"})), "the co-op", held).is_yes


def test_joint_holders_are_asked_first():
    answer = holds_rights(grant(), "the co-op", [holding(share=Fraction(1, 2))])
    assert answer.verdict is Verdict.ASK
    assert "together with others" in answer.reason
