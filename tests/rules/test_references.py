import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.rules.references import (
    check_digit,
    creditor_reference,
    creditor_references_in,
    is_creditor_reference,
    is_iban,
    member_numbers_in,
    member_reference,
    spaced,
)

DIGITS = st.text("0123456789", min_size=1, max_size=21)


def test_the_standards_own_example():
    assert creditor_reference("539007547034") == "RF18539007547034"


@given(DIGITS)
def test_a_reference_that_was_issued_is_recognised_as_people_copy_it(digits):
    reference = creditor_reference(digits)
    assert is_creditor_reference(reference)
    assert reference in creditor_references_in(f"Dues november {spaced(reference).lower()}, thank you")


@given(DIGITS, st.data())
def test_one_wrong_digit_is_always_found(digits, data):
    reference = creditor_reference(digits)
    place = data.draw(st.integers(2, len(reference) - 1))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != reference[place]]))
    assert not is_creditor_reference(reference[:place] + wrong + reference[place + 1 :])


def test_digits_a_bank_glued_behind_do_not_hide_the_reference():
    reference = creditor_reference("20261104")
    assert reference in creditor_references_in(f"{reference}2026-11-04")


@pytest.mark.parametrize("digits", ["", "1" * 22, "12A", "١٢"])
def test_a_reference_is_made_of_one_to_twenty_one_digits(digits):
    with pytest.raises(ValueError, match="1 to 21 digits"):
        creditor_reference(digits)


def test_damms_own_example():
    assert check_digit("572") == "4"


@given(st.integers(1, 10**7))
def test_a_members_reference_is_found_however_the_bank_prints_it(number):
    reference = member_reference(number)
    for printed in (reference, reference.replace("-", ""), reference.replace("-", " "), reference.lower()):
        assert member_numbers_in(f"dues {printed} nov") == (number,)


@given(st.integers(10, 10**6), st.data())
def test_two_neighbouring_digits_swapped_are_always_found(number, data):
    digits = str(number) + check_digit(str(number))
    place = data.draw(st.integers(0, len(digits) - 2))
    swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    if swapped != digits and int(swapped[:-1]) > 0:
        assert member_numbers_in(f"M{swapped}") == ()


@pytest.mark.parametrize("text", ["", "M", "AM12-5", "M12-55", "M0-0"])
def test_what_is_no_members_reference(text):
    assert member_numbers_in(text) == ()


@pytest.mark.parametrize(
    ("iban", "right"),
    [
        ("DE89370400440532013000", True),
        ("DE88370400440532013000", False),
        ("GB29NWBK60161331926819", True),
        ("", False),
    ],
)
def test_an_iban_proves_itself(iban, right):
    assert is_iban(iban) is right
