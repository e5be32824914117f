"""The kinds of value a provision can carry: how each is written, read, measured and said.

Every kind reads the text between the quotes of a mark and gives a typed value or raises ``BadValue``;
``text`` writes the canonical form that is stored, ``spell`` the words a member reads.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from zoneinfo import available_timezones

from coop.rules.thresholds import Basis, Majority, Quorum


class BadValue(ValueError):  # noqa: N818 - it is a sentence about a text, not a fault
    """The text of a mark is not a value of its kind; the message is a sentence."""


@dataclass(frozen=True, order=True)
class Days:
    n: int
    clear: bool = False

    def __str__(self) -> str:
        return f"{self.n} day" if self.n == 1 else f"{self.n} days"


@dataclass(frozen=True, order=True)
class Months:
    n: int

    def __str__(self) -> str:
        return f"{self.n} month" if self.n == 1 else f"{self.n} months"


@dataclass(frozen=True, order=True)
class Number:
    n: int

    def __str__(self) -> str:
        return str(self.n)


Value = str | tuple[str, ...] | Days | Months | Number | Majority | Quorum


@dataclass(frozen=True)
class Kind:
    name: str
    grammar: str
    example: str
    parse: Callable[[str], Value]
    text: Callable[[Value], str]
    spell: Callable[[Value], str]
    choices: tuple[str, ...] = ()


def _days(text: str) -> Value:
    found = re.fullmatch(r"([0-9]{1,5}) +days?", text)
    if not found:
        raise BadValue(f"“{text}” is not a number of days, such as 14 days.")
    return Days(int(found[1]))


def _clear_days(text: str) -> Value:
    found = re.fullmatch(r"([0-9]{1,5}) +(?:clear +)?days?", text)
    if not found:
        raise BadValue(f"“{text}” is not a number of days, such as 21 days.")
    return Days(int(found[1]), clear=True)


def _months(text: str) -> Value:
    found = re.fullmatch(r"([0-9]{1,4}) +(months?|years?)", text)
    if not found:
        raise BadValue(f"“{text}” is not a number of months or years, such as 24 months.")
    return Months(int(found[1]) * (12 if found[2].startswith("year") else 1))


def _number(text: str) -> Value:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise BadValue(f"“{text}” is not a whole number, such as 2.")
    return Number(int(text))


def _items(text: str) -> Value:
    items = tuple(" ".join(item.split()) for item in text.split(";"))
    if not all(items):
        raise BadValue("Each item of a list needs words; items are parted by a semicolon.")
    if len({item.casefold() for item in items}) < len(items):
        raise BadValue("The list names the same item twice.")
    return items


OFFICE_NAMES = (
    "secretary", "treasurer", "chair", "librarian", "auditor", "returning officer", "delegate", "board member"
)  # fmt: skip


def _office_names(text: str) -> Value:
    items = _items(text)
    if not isinstance(items, tuple) or items == ("none",):
        return items
    for item in items:
        if item not in OFFICE_NAMES:
            raise BadValue(f"“{item}” is not an office. Write none, or some of: {', '.join(OFFICE_NAMES)}.")
    return items


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(text: str) -> Value:
    if text not in _zones():
        raise BadValue(f"“{text}” is not the name of a time zone, such as Europe/Madrid.")
    return text


_CURRENCIES = frozenset(
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "  # noqa: SIM905
    "CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG "
    "HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU "
    "MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR "
    "SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES "
    "WST XCD YER ZAR ZMW".split()
)


def _currency(text: str) -> Value:
    """ISO 4217, the currencies with two decimals, in which every amount of the books is kept."""
    if text not in _CURRENCIES:
        raise BadValue(f"“{text}” is not the code of a currency with hundredths, such as EUR.")
    return text


def _threshold(kind: type[Majority | Quorum]) -> Callable[[str], Value]:
    def read(text: str) -> Value:
        try:
            return kind.parse(text)
        except ValueError as why:
            raise BadValue(str(why)) from why

    return read


def _said_days(value: Value) -> str:
    if not isinstance(value, Days):
        raise TypeError(value)
    return str(value).replace(" day", " clear day") if value.clear else str(value)


def _said_months(value: Value) -> str:
    if not isinstance(value, Months):
        raise TypeError(value)
    years, rest = divmod(value.n, 12)
    if rest or not years:
        return str(value)
    return "1 year" if years == 1 else f"{years} years"


def _said_items(value: Value) -> str:
    return "; ".join(value) if isinstance(value, tuple) else str(value)


_BASES = {Basis.CAST: "the votes cast", Basis.PRESENT: "the members present", Basis.ELIGIBLE: "the members"}


def _share(share: Fraction) -> str:
    named = {Fraction(1): "all", Fraction(1, 2): "half"}
    return named.get(share, f"{share.numerator}/{share.denominator}")


def _said_majority(value: Value) -> str:
    if not isinstance(value, Majority):
        raise TypeError(value)
    than = "more than" if value.strict else "at least"
    if value.share == 1:
        return f"all {_BASES[value.basis].removeprefix('the ')}"
    return f"{than} {_share(value.share)} of {_BASES[value.basis]}"


def _said_quorum(value: Value) -> str:
    if not isinstance(value, Quorum):
        raise TypeError(value)
    if not value.share and not value.number:
        return "none"
    parts = [f"{_share(value.share)} of {_BASES[value.basis]}"] if value.share else []
    if value.number:
        parts.append(f"at least {value.number}" if parts else f"{value.number} of {_BASES[value.basis]}")
    return " and ".join(parts)


DAYS = Kind("days", "N days", "14 days", _days, str, _said_days)
CLEAR_DAYS = Kind("clear days", "N days (counted clear)", "21 days", _clear_days, str, _said_days)
MONTHS = Kind("months", "N months, or N years", "24 months", _months, str, _said_months)
NUMBER = Kind("number", "a whole number", "2", _number, str, str)
MAJORITY = Kind(
    "majority",
    "> or >= and a fraction, of cast, present or eligible",
    ">= 2/3 of cast",
    _threshold(Majority),
    str,
    _said_majority,
)
QUORUM = Kind(
    "quorum",
    "a fraction, a number or both, of eligible or present",
    "1/4 of eligible",
    _threshold(Quorum),
    str,
    _said_quorum,
)
LIST = Kind("list", "items parted by a semicolon", "one thing; another", _items, _said_items, _said_items)
OFFICES = Kind(
    "offices",
    "none, or offices parted by a semicolon",
    "treasurer; chair",
    _office_names,
    _said_items,
    _said_items,
)
ZONE = Kind("time zone", "a name from the IANA time zone database", "Europe/Madrid", _zone, str, str)
CURRENCY = Kind("currency", "an ISO 4217 code with hundredths", "EUR", _currency, str, str)


def choice(**said: str) -> Kind:
    """One of some named values (underscores stand for hyphens), each with the words a member reads."""
    names = {name.replace("_", "-"): words for name, words in said.items()}
    allowed = ", ".join(names)

    def read(text: str) -> Value:
        if text not in names:
            raise BadValue(f"“{text}” is not one of: {allowed}.")
        return text

    return Kind(
        "choice",
        "one of: " + allowed,
        next(iter(names)),
        read,
        str,
        lambda value: names[str(value)],
        tuple(names),
    )
