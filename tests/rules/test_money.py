from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.rules.money import (
    NotAnAmount,
    format_amount,
    fraction_of,
    parse_amount,
    parse_typed,
    plain_amount,
    share_out,
)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        pytest.param("12", "EUR", 1200, id="euros without cents"),
        pytest.param("12.5", "EUR", 1250, id="one decimal"),
        pytest.param("-0.01", "EUR", -1, id="a cent out"),
        pytest.param("\u22120.01", "EUR", -1, id="a true minus sign"),
        pytest.param("8.8500", "EUR", 885, id="zeros beyond the cents say nothing"),
        pytest.param("2700", "JPY", 2700, id="yen have no decimals"),
        pytest.param("1.234", "KWD", 1234, id="dinars have three"),
    ],
)
def test_an_amount_is_read_exactly(text, currency, minor):
    assert parse_amount(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency", "why"),
    [
        pytest.param("12.345", "EUR", "more decimals", id="a tenth of a cent is never rounded away"),
        pytest.param("1.5", "JPY", "more decimals", id="half a yen"),
        pytest.param("$120", "USD", "not an amount", id="a currency sign"),
        pytest.param("", "EUR", "not an amount", id="nothing"),
        pytest.param("1,200.00", "EUR", "not an amount", id="a mark between thousands where none is agreed"),
        pytest.param("1e3", "EUR", "not an amount", id="an exponent"),
        pytest.param("٣", "EUR", "not an amount", id="other scripts' digits"),
        pytest.param("9" * 40, "EUR", "too large", id="a number no bank has"),
        pytest.param("1", "euro", "currency code", id="a word for a currency"),
    ],
)
def test_what_is_no_amount_is_refused_with_a_sentence(text, currency, why):
    with pytest.raises(NotAnAmount, match=why):
        parse_amount(text, currency)


def test_german_amounts_have_a_comma_and_points_between_thousands():
    assert parse_amount("-1.234,56", "EUR", decimal_mark=",", group_mark=".") == -123456


@pytest.mark.parametrize(
    ("typed", "minor"),
    [("12", 1200), ("12,50", 1250), ("12.50", 1250), ("1,200.00", 120000), ("1 200,00", 120000)],
)
def test_people_type_points_and_commas(typed, minor):
    assert parse_typed(typed, "EUR") == minor


def test_an_amount_that_reads_two_ways_is_asked_again():
    with pytest.raises(NotAnAmount, match="two ways"):
        parse_typed("1.200", "EUR")


@given(st.integers(-(10**12), 10**12), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_writing_and_reading_an_amount_gives_the_same_amount(minor, currency):
    assert parse_amount(plain_amount(minor, currency), currency) == minor


def test_people_see_thousands_and_a_true_minus():
    assert format_amount(-123450, "EUR") == "−1,234.50\u00a0€"
    assert format_amount(2700, "JPY") == "2,700\u00a0¥"
    assert format_amount(5, "SEK") == "0.05\u00a0SEK"


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 50), min_size=1, max_size=12).filter(any))
def test_every_cent_is_given_once(amount, weights):
    parts = share_out(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(amount * weight, sum(weights))) < 1


def test_a_half_cent_goes_up():
    assert fraction_of(1001, Fraction(1, 2)) == 501
