import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.rules.dues import (
    Band,
    Booked,
    Choice,
    Plan,
    Stay,
    Waiver,
    desired_charges,
    difference,
)

JANUARY = dt.date(2026, 1, 1)
LATE = dt.date(2026, 12, 31)
ALWAYS = (Stay(dt.date(2020, 1, 1)),)


def plan(
    number=1, *, interval="month", starts_on=JANUARY, amount=1200, ends_on=None, name="Dues", student=600
):
    bands = (Band(number * 10, "full", amount), Band(number * 10 + 1, "student", student))
    return Plan(number, name, interval, "EUR", starts_on, ends_on, bands, f"2026/{number}", "31")


def charges(*, stays=ALWAYS, plans=None, choices=(), waivers=(), until=LATE):
    return desired_charges(stays, plans or [plan()], choices, waivers, until)


def amounts(**facts):
    return [charge.amount_minor for charge in charges(**facts)]


def booked(found):
    return [
        Booked(number, charge.plan_id, charge.period.first, charge.amount_minor, charge.currency)
        for number, charge in enumerate(found, 1)
        if charge.amount_minor
    ]


def test_a_month_is_charged_once_it_has_begun():
    assert len(charges(until=dt.date(2026, 2, 28))) == 2
    assert len(charges(until=dt.date(2026, 3, 1))) == 3
    assert charges(until=dt.date(2025, 12, 31)) == []


def test_a_member_who_leaves_owes_nothing_from_the_next_month_on():
    left = (Stay(dt.date(2020, 1, 1), dt.date(2026, 3, 2)),)
    assert [charge.period.first.month for charge in charges(stays=left)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("last_day", "months"),
    [(dt.date(2026, 2, 28), 2), (dt.date(2026, 3, 1), 3)],
    ids=["the last day of February", "the first day of March"],
)
def test_a_begun_month_counts_whole(last_day, months):
    assert len(charges(stays=(Stay(JANUARY, last_day),))) == months


def test_who_joins_in_october_owes_three_twelfths_of_the_year():
    (charge,) = charges(stays=(Stay(dt.date(2026, 10, 31)),), plans=[plan(interval="year", amount=10000)])
    assert charge.amount_minor == 2500
    assert any("3 of 12 months count" in part.says for part in charge.parts)


def test_who_comes_back_owes_only_the_months_of_membership():
    stays = (Stay(JANUARY, dt.date(2026, 2, 3)), Stay(dt.date(2026, 11, 30)))
    (charge,) = charges(stays=stays, plans=[plan(interval="year", amount=12000)])
    assert charge.amount_minor == 4000


def test_a_new_price_never_touches_the_past():
    before = charges(until=dt.date(2026, 6, 30))
    after = charges(plans=[plan(), plan(2, starts_on=dt.date(2026, 7, 1), amount=1500)])
    assert after[:6] == before
    assert {charge.amount_minor for charge in after[6:]} == {1500}


def test_a_new_price_within_a_paid_year_waits_for_the_next_year():
    plans = [plan(interval="year", amount=12000)]
    before = charges(plans=plans, until=dt.date(2026, 3, 1))
    raised = [*plans, plan(2, interval="year", starts_on=dt.date(2026, 6, 1), amount=15000)]
    after = charges(plans=raised, until=dt.date(2027, 1, 1))
    assert after[0] == before[0]
    assert (after[1].period.first, after[1].amount_minor) == (dt.date(2027, 1, 1), 15000)


def test_a_change_from_years_to_months_charges_no_day_twice():
    plans = [plan(interval="year"), plan(2, starts_on=dt.date(2026, 6, 1))]
    found = charges(plans=plans, until=dt.date(2027, 2, 1))
    assert [charge.period.first for charge in found] == [JANUARY, dt.date(2027, 1, 1), dt.date(2027, 2, 1)]


def test_a_plan_that_ended_charges_nothing_more():
    assert len(charges(plans=[plan(ends_on=dt.date(2026, 3, 31))])) == 3


def test_periods_from_the_31st_do_not_drift():
    found = charges(plans=[plan(starts_on=dt.date(2026, 1, 31))], until=dt.date(2026, 5, 31))
    assert [charge.period.first.day for charge in found] == [31, 28, 31, 30, 31]


def test_the_band_of_a_members_own_holds_from_its_day_on():
    found = amounts(choices=(Choice("student", dt.date(2026, 3, 1)),), until=dt.date(2026, 4, 1))
    assert found == [1200, 1200, 600, 600]


def test_a_band_that_a_plan_lacks_falls_back_to_the_first_and_says_so():
    charge = charges(choices=(Choice("gold", JANUARY),), until=JANUARY)[0]
    assert charge.amount_minor == 1200
    assert any("“gold” is not in this plan" in part.says for part in charge.parts)


def test_a_waiver_of_a_half_leaves_a_half():
    half = Waiver("Dues", dt.date(2026, 2, 1), dt.date(2026, 2, 28), Fraction(1, 2), decision="2026/9")
    assert amounts(waivers=(half,), until=dt.date(2026, 3, 1)) == [1200, 600, 1200]


def test_two_waivers_of_a_half_are_not_the_whole():
    half = Waiver("Dues", JANUARY, None, Fraction(1, 2))
    assert amounts(waivers=(half, half), until=JANUARY) == [600]


def test_a_whole_waiver_leaves_an_explanation_and_no_charge_to_book():
    whole = Waiver("Dues", JANUARY, None, Fraction(1))
    found = charges(waivers=(whole,), until=JANUARY)
    assert [charge.amount_minor for charge in found] == [0]
    assert difference(found, [], JANUARY).to_add == ()


def test_a_joining_fee_is_owed_once():
    fee = plan(interval="once", amount=5000)
    stays = (Stay(dt.date(2026, 2, 3), dt.date(2026, 3, 1)), Stay(dt.date(2026, 8, 1)))
    (charge,) = charges(stays=stays, plans=[fee, plan(2, interval="once", starts_on=dt.date(2026, 7, 1))])
    assert (charge.period.first, charge.amount_minor) == (dt.date(2026, 2, 3), 5000)


def test_every_charge_says_where_it_comes_from():
    half = Waiver("Dues", JANUARY, None, Fraction(1, 2))
    charge = charges(stays=(Stay(dt.date(2026, 2, 1)),), plans=[plan(interval="quarter")], waivers=(half,))[0]
    assert [part.what for part in charge.parts] == [
        "plan",
        "decision",
        "band",
        "period",
        "proration",
        "waiver",
    ]
    assert "2026/1, article 31" in charge.parts[1].says


def test_charging_twice_changes_nothing():
    found = charges()
    again = difference(found, booked(found), LATE)
    assert (again.to_add, again.to_reverse) == ((), ())


def test_a_charge_booked_twice_is_taken_back_once():
    found = charges(until=JANUARY)
    twice = [*booked(found), Booked(99, 1, JANUARY, 1200, "EUR")]
    assert [charge.id for charge in difference(found, twice, JANUARY).to_reverse] == [99]


def test_a_late_waiver_reverses_and_charges_what_is_left():
    half = Waiver("Dues", JANUARY, None, Fraction(1, 2))
    change = difference(charges(waivers=(half,), until=JANUARY), booked(charges(until=JANUARY)), JANUARY)
    assert [charge.amount_minor for charge in change.to_add] == [600]
    assert [charge.amount_minor for charge in change.to_reverse] == [1200]


def test_charging_an_earlier_day_leaves_later_charges_alone():
    change = difference(charges(until=JANUARY), booked(charges()), JANUARY)
    assert (change.to_add, change.to_reverse) == ((), ())


@given(
    st.dates(dt.date(2024, 1, 1), dt.date(2027, 1, 1)),
    st.one_of(st.none(), st.integers(0, 900)),
    st.dates(dt.date(2024, 1, 1), dt.date(2027, 1, 1)),
    st.sampled_from(["month", "quarter", "half-year", "year", "once"]),
)
def test_later_runs_only_add(joined, stayed, until, interval):
    stays = (Stay(joined, None if stayed is None else joined + dt.timedelta(days=stayed)),)
    facts = {"stays": stays, "plans": [plan(interval=interval, starts_on=dt.date(2024, 1, 31))]}
    early, late = charges(until=until, **facts), charges(until=until + dt.timedelta(days=200), **facts)
    assert late[: len(early)] == early
    change = difference(late, booked(early), until + dt.timedelta(days=200))
    assert change.to_reverse == ()
    assert list(change.to_add) == late[len(early) :]
