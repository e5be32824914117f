import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.rules.statements import Arrival, Fate, Known, Line, Statement, identities, sift

DAY = dt.date(2026, 11, 3)


def line(amount=1200, purpose="dues", booked_on=DAY, **facts):
    return Line(booked_on=booked_on, amount_minor=amount, currency="EUR", purpose=purpose, **facts)


def arrivals(lines, *, whole=True):
    return [
        Arrival(identity, one.booked_on, one.amount_minor, one.currency, whole)
        for identity, one in zip(identities("DE1", lines), lines, strict=True)
    ]


def known(lines, *, whole=True):
    return [
        Known(number, one.identity, one.booked_on, one.amount_minor, one.currency, whole)
        for number, one in enumerate(arrivals(lines), 1)
    ]


def fates(new, here, **facts):
    return [sifted.fate for sifted in sift(new, here, **facts)]


def test_genuine_twins_are_two_lines():
    assert len(set(identities("DE1", [line(), line()]))) == 2


def test_an_identity_names_the_version_of_its_rule():
    assert identities("DE1", [line()])[0].startswith("1:")


@pytest.mark.parametrize(
    "other",
    [
        line(1201),
        line(purpose="fees"),
        line(booked_on=DAY + dt.timedelta(days=1)),
        line(bank_ids=("x",)),
        line(name="A"),
    ],
    ids=["amount", "purpose", "day", "bank id", "name"],
)
def test_whatever_differs_makes_another_identity(other):
    assert identities("DE1", [line()]) != identities("DE1", [other])


def test_another_account_is_another_identity():
    assert identities("DE1", [line()]) != identities("DE2", [line()])


def test_spaces_and_line_ends_make_no_difference():
    assert identities("DE1", [line(purpose="dues\r\n nov")]) == identities(
        "de 1", [line(purpose="dues  nov ")]
    )


def test_the_same_lines_again_are_dropped():
    lines = [line(), line(), line(500)]
    assert fates(arrivals(lines), known(lines)) == [Fate.REPEAT] * 3


def test_a_third_twin_is_new_when_the_day_is_whole():
    assert fates(arrivals([line()] * 3), known([line()] * 2)) == [Fate.REPEAT, Fate.REPEAT, Fate.NEW]


def test_an_equal_line_of_two_partial_files_waits_for_a_person():
    assert fates(arrivals([line()], whole=False), known([line()], whole=False)) == [Fate.PROBABLY_HERE]


def test_another_spelling_of_the_same_day_and_amount_waits_for_a_person():
    sifted = sift(arrivals([line(purpose="DUES/NOV")]), known([line()]))
    assert [(one.fate, one.known_id) for one in sifted] == [(Fate.PROBABLY_HERE, 1)]


def test_likeness_pairs_one_to_one():
    new = arrivals([line(purpose="a"), line(purpose="b"), line(purpose="c")])
    assert fates(new, known([line(), line()])) == [Fate.PROBABLY_HERE, Fate.PROBABLY_HERE, Fate.NEW]


def test_what_is_paired_by_identity_is_not_paired_again_by_likeness():
    assert fates(arrivals([line(), line(purpose="other")]), known([line()])) == [Fate.REPEAT, Fate.NEW]


@given(st.lists(st.tuples(st.sampled_from([500, 1200]), st.sampled_from(["a", "b"])), max_size=8), st.data())
def test_importing_twice_whole_books_each_line_once(facts, data):
    lines = [line(amount, purpose) for amount, purpose in facts]
    shuffled = data.draw(st.permutations(lines))
    assert all(fate is Fate.REPEAT for fate in fates(arrivals(shuffled), known(lines)))


def test_balances_show_what_is_missing():
    statement = Statement(
        "DE1", "EUR", (line(), line(-200)), opening_minor=100, closing_minor=1101, closing_currency="EUR"
    )
    assert statement.difference_minor == 1


def test_a_closing_balance_in_another_currency_proves_nothing():
    statement = Statement(
        "DE1", "EUR", (line(),), opening_minor=0, closing_minor=1200, closing_currency="SEK"
    )
    assert statement.difference_minor is None


def test_only_the_days_inside_a_file_without_balances_are_whole():
    days = [DAY + dt.timedelta(days=n) for n in range(3)]
    statement = Statement("DE1", "EUR", tuple(line(booked_on=day) for day in days))
    assert [statement.covers(day) for day in days] == [False, True, False]
