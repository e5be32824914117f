"""Money as whole minor units and a currency code; never floats."""

import re
from collections.abc import Sequence
from fractions import Fraction

# ISO 4217: the currencies that do not have two decimals.
_DECIMALS = dict.fromkeys(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV"), 0
) | {
    "XAF": 0,
    "XOF": 0,
    "XPF": 0,
    "BHD": 3,
    "IQD": 3,
    "JOD": 3,
    "KWD": 3,
    "LYD": 3,
    "OMR": 3,
    "TND": 3,
    "CLF": 4,
    "UYW": 4,
}

_SIGNS = {"EUR": "€", "GBP": "£", "USD": "US$", "JPY": "¥"}

# A bigint column's bound, and far beyond any co-operative: larger figures are a misread file.
LARGEST_MINOR = 10**15


class NotAnAmount(ValueError):  # noqa: N818 - reads as the sentence it carries
    """The text is no amount of money; the message is a sentence for a person."""


def is_currency(code: str) -> bool:
    return re.fullmatch(r"[A-Z]{3}", code) is not None


def decimals_of(currency: str) -> int:
    """How many decimals the currency is written with."""
    return _DECIMALS.get(currency, 2)


def parse_amount(text: str, currency: str, *, decimal_mark: str = ".", group_mark: str = "") -> int:
    """Whole minor units of an amount as written; never rounds.

    Zeros beyond the currency's decimals are allowed ("12.000" euro cents), other digits there are refused.
    """
    if not is_currency(currency):
        raise NotAnAmount(f"“{currency}” is not a currency code of three capital letters.")
    written = text.strip().replace("\u2212", "-")
    grouped = rf"\d{{1,3}}(?:{re.escape(group_mark)}\d{{3}})+|" if group_mark else ""
    found = re.fullmatch(rf"([+-]?)({grouped}\d+)(?:{re.escape(decimal_mark)}(\d+))?", written, re.ASCII)
    if found is None:
        raise NotAnAmount(f"“{text.strip()[:40]}” is not an amount of money.")
    sign, whole, rest = found[1], found[2], found[3] or ""
    if group_mark:
        whole = whole.replace(group_mark, "")
    decimals = decimals_of(currency)
    if rest[decimals:].strip("0"):
        raise NotAnAmount(f"“{written[:40]}” has more decimals than {currency} has ({decimals}).")
    if len(whole) > 18:
        raise NotAnAmount(f"“{written[:40]}” is too large to be true.")
    minor: int = int(whole + rest[:decimals].ljust(decimals, "0"))
    if minor > LARGEST_MINOR:
        raise NotAnAmount(f"“{written[:40]}” is too large to be true.")
    return -minor if sign == "-" else minor


def parse_typed(text: str, currency: str) -> int:
    """An amount as a person types it, with a point or a comma before the decimals.

    A single mark before exactly three digits could be either decimals or thousands, so it is refused.
    """
    written = text.strip().replace("\u00a0", "").replace(" ", "")
    if re.fullmatch(r"[+-]?\d{1,3}[.,]\d{3}", written) and decimals_of(currency) != 3:
        raise NotAnAmount(f"“{written}” can be read in two ways; leave out the mark between thousands.")
    if "," in written and "." not in written:
        return parse_amount(written, currency, decimal_mark=",")
    return parse_amount(written, currency, group_mark=",")


def plain_amount(amount_minor: int, currency: str) -> str:
    """The amount with a decimal point and nothing else: "-1234.50", for files and form fields."""
    decimals = decimals_of(currency)
    sign = "-" if amount_minor < 0 else ""
    whole, rest = divmod(abs(amount_minor), 10**decimals)
    return f"{sign}{whole}.{rest:0{decimals}d}" if decimals else f"{sign}{whole}"


def format_amount(amount_minor: int, currency: str) -> str:
    """The amount for a person: "1,234.50 €", with a true minus sign and no line break inside."""
    decimals = decimals_of(currency)
    sign = "−" if amount_minor < 0 else ""
    whole, rest = divmod(abs(amount_minor), 10**decimals)
    figures = f"{whole:,}.{rest:0{decimals}d}" if decimals else f"{whole:,}"
    return f"{sign}{figures}\u00a0{_SIGNS.get(currency, currency)}"


def share_out(amount_minor: int, weights: Sequence[int | Fraction]) -> list[int]:
    """Split the amount by weight so that every minor unit is given once (largest remainder).

    Equal remainders go to the earlier weight. A negative amount is split as its positive is.
    """
    total = sum((Fraction(weight) for weight in weights), Fraction(0))
    if total <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("Weights must be non-negative and not all zero.")
    size = abs(amount_minor)
    exact = [Fraction(weight) * size / total for weight in weights]
    parts = [share.numerator // share.denominator for share in exact]
    by_remainder = sorted(range(len(exact)), key=lambda index: (parts[index] - exact[index], index))
    for index in by_remainder[: size - sum(parts)]:
        parts[index] += 1
    return [-part for part in parts] if amount_minor < 0 else parts


def fraction_of(amount_minor: int, share: Fraction) -> int:
    """The share of the amount, to the nearest minor unit; a half goes up."""
    exact = share * amount_minor + Fraction(1, 2)
    return exact.numerator // exact.denominator
