"""References that carry their own proof: ISO 11649 for charges, a short one for members."""

import re

# "RF" in ISO 7064's letters-to-numbers (A = 10), moved to the end with the check digits.
_RF = "2715"

# Damm, 2004: finds every single wrong digit and every swap of neighbours.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)

_SPACED_RF = re.compile(r"RF((?:[ \t\r\n./-]?[0-9]){3,23})", re.IGNORECASE)
_SPACED_MEMBER = re.compile(
    r"(?<![A-Za-z0-9])M[ \t./-]{0,2}([0-9]{1,9})[ \t./-]{0,2}([0-9])(?![0-9])", re.IGNORECASE
)


def creditor_reference(digits: str) -> str:
    """The ISO 11649 reference of up to 21 digits: "RF" + two check digits + the digits."""
    if re.fullmatch(r"[0-9]{1,21}", digits) is None:
        raise ValueError("A creditor reference is made of 1 to 21 digits.")
    return f"RF{98 - int(digits + _RF + '00') % 97:02d}{digits}"


def is_creditor_reference(reference: str) -> bool:
    """Whether the compact text is an ISO 11649 reference of digits with right check digits."""
    found = re.fullmatch(r"RF([0-9]{2})([0-9]{1,21})", reference)
    # Check digits 00, 01 and 99 give remainder 1 too, but the standard's own formula never makes them.
    return found is not None and creditor_reference(found[2]) == reference


def spaced(reference: str) -> str:
    """The reference in groups of four, as people copy it."""
    return " ".join(reference[start : start + 4] for start in range(0, len(reference), 4))


def creditor_references_in(text: str) -> tuple[str, ...]:
    """Every valid creditor reference that begins somewhere in the text, compact, longest first.

    A bank may have glued other digits behind it, so each length is tried; whoever asks compares the
    candidates with the references they have issued.
    """
    found: dict[str, None] = {}
    for match in _SPACED_RF.finditer(text):
        digits = re.sub(r"[^0-9]", "", match[1])
        for length in range(len(digits), 2, -1):
            candidate = "RF" + digits[:length]
            if is_creditor_reference(candidate):
                found[candidate] = None
    return tuple(found)


def check_digit(digits: str) -> str:
    """Damm's check digit of a string of digits."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return str(interim)


def member_reference(number: int) -> str:
    """The short reference of a member's number: 12 → "M12-5"."""
    if number < 1:
        raise ValueError("Member numbers begin at 1.")
    return f"M{number}-{check_digit(str(number))}"


def member_numbers_in(text: str) -> tuple[int, ...]:
    """The member numbers whose short reference, with its right check digit, stands in the text."""
    found: dict[int, None] = {}
    for match in _SPACED_MEMBER.finditer(text):
        if check_digit(match[1]) == match[2] and int(match[1]) > 0:
            found[int(match[1])] = None
    return tuple(found)


def is_iban(text: str) -> bool:
    """Whether the compact text is shaped like an IBAN and its check digits are right (ISO 13616)."""
    if re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", text) is None:
        return False
    return int("".join(str(int(sign, 36)) for sign in text[4:] + text[:4])) % 97 == 1
