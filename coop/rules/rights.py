"""Who may do what with a work: shares, grants and whether two grants can stand side by side.

Every question is answered yes, no or ask, with the reason and the source it was read from; never by a guess.
Days are inclusive at both ends; an end of ``None`` is open; an empty territory is the whole world.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction


class Right(StrEnum):
    REPRODUCE = "reproduce"
    DISTRIBUTE = "distribute"
    ADAPT = "adapt"
    PERFORM = "perform"
    SUBLICENSE = "sublicense"


class Exclusivity(StrEnum):
    EXCLUSIVE = "exclusive"  # the licensee alone, not even the grantor
    SOLE = "sole"  # the licensee and the grantor, nobody else
    NON_EXCLUSIVE = "non-exclusive"


class Verdict(StrEnum):
    YES = "yes"
    NO = "no"
    ASK = "ask"


ALL_RIGHTS = frozenset(Right)
USES = ALL_RIGHTS - {Right.SUBLICENSE}  # what one can do with a work; sublicensing only passes those on
COMMERCIAL = "commercial"
NON_COMMERCIAL = "non-commercial"

_IN_WORDS = {
    Right.REPRODUCE: "copying",
    Right.DISTRIBUTE: "distributing",
    Right.ADAPT: "adapting",
    Right.PERFORM: "performing",
    Right.SUBLICENSE: "passing these rights on",
}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True)
class Answer:
    verdict: Verdict
    reason: str
    source: str = ""

    @property
    def is_yes(self) -> bool:
        return self.verdict is Verdict.YES

    @property
    def is_no(self) -> bool:
        return self.verdict is Verdict.NO


@dataclass(frozen=True)
class Grant:
    """Rights given to somebody, or to everybody by a public licence, which nobody can take back."""

    label: str
    rights: frozenset[Right]
    starts_on: date
    ends_on: date | None = None
    exclusivity: Exclusivity = Exclusivity.NON_EXCLUSIVE
    territory: frozenset[str] = frozenset()
    field: str = ""
    licensee: str = ""
    public: bool = False
    terms_known: bool = True

    @property
    def period(self) -> str:
        if self.public:
            return f"since {in_words(self.starts_on)} and for good"
        return period_in_words(self.starts_on, self.ends_on)

    @property
    def uses(self) -> frozenset[Right]:
        return self.rights & USES


@dataclass(frozen=True)
class Holding:
    """Rights that a holder has, and the share of them where several hold them together."""

    holder: str
    rights: frozenset[Right]
    starts_on: date
    ends_on: date | None = None
    share: Fraction = field(default=Fraction(1))
    territory: frozenset[str] = frozenset()
    source: str = ""


def in_words(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def period_in_words(starts_on: date, ends_on: date | None) -> str:
    if ends_on is None:
        return f"from {in_words(starts_on)} without end"
    return f"from {in_words(starts_on)} until {in_words(ends_on)}"


def rights_in_words(rights: Iterable[Right]) -> str:
    words = [_IN_WORDS[right] for right in Right if right in set(rights)]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


# Shares


def parse_share(text: str) -> Fraction:
    """Read "1/3", "50 %" or "0.25" exactly; raises ValueError with a sentence."""
    words = text.strip().replace(" ", "").replace(",", ".")
    percent = words.endswith("%")
    number = words.removesuffix("%")
    if len(words) > 40 or not number or set(number) - set("0123456789./"):
        raise ValueError(f"“{text.strip()[:40]}” is not a share. Write it like 1/3 or 50 %.")
    try:
        share = Fraction(number) / (100 if percent else 1)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"“{text.strip()[:40]}” is not a share. Write it like 1/3 or 50 %.") from None
    if not 0 < share <= 1:
        raise ValueError(f"A share is more than nothing and at most the whole; “{text.strip()}” is not.")
    return share


def equal_shares(count: int) -> list[Fraction]:
    return [Fraction(1, count)] * count


def problem_with_shares(shares: Sequence[Fraction]) -> str | None:
    """A sentence that says why these are not the shares of one whole, or None."""
    if not shares:
        return "A work has at least one author."
    if any(share <= 0 for share in shares):
        return "Every share is more than nothing."
    total = sum(shares, Fraction())
    if total < 1:
        return f"The shares add up to {total}; {1 - total} is missing. Together they make exactly one."
    if total > 1:
        return f"The shares add up to {total}, {total - 1} too much. Together they make exactly one."
    return None


def split_royalty(amount_minor: int, shares: Sequence[Fraction]) -> list[int]:
    """Pay out every cent once: whole cents first, the rest to the largest remainders.

    Equal remainders go to who is listed first. A negative amount (a refund) mirrors the positive one.
    Raises ValueError where the shares do not make one.
    """
    problem = problem_with_shares(shares)
    if problem:
        raise ValueError(problem)

    exact = [abs(amount_minor) * share for share in shares]
    paid = [part.numerator // part.denominator for part in exact]
    left = abs(amount_minor) - sum(paid)
    by_remainder = sorted(range(len(shares)), key=lambda place: (paid[place] - exact[place], place))
    for place in by_remainder[:left]:
        paid[place] += 1
    return paid if amount_minor >= 0 else [-part for part in paid]


# Territory


def parse_territory(text: str) -> frozenset[str]:
    """Read "world" or country codes like "GB, IE"; raises ValueError with a sentence."""
    words = text.replace(";", ",").strip()
    if not words or words.casefold() in {"world", "worldwide", "the world", "the whole world"}:
        return frozenset()
    codes = frozenset(code.strip().upper() for code in words.split(",") if code.strip())
    for code in sorted(codes):
        if len(code) != 2 or not (code.isascii() and code.isalpha()):
            raise ValueError(
                f"“{code[:40]}” is not a two-letter country code. Write “world”, or codes like GB, IE."
            )
    return codes


def territory_in_words(territory: frozenset[str]) -> str:
    return ", ".join(sorted(territory)) or "the whole world"


# Grants side by side


def collides(new: Grant, earlier: Grant) -> Answer:
    """Whether the new grant promises what the earlier one has already given away.

    Exclusive and sole grants stand no other licensee beside them; two non-exclusive ones never collide.
    """
    source = f"{earlier.label}, {earlier.period}"
    if new.licensee and new.licensee == earlier.licensee:
        return Answer(Verdict.NO, "Both are given to the same licensee.", source)
    if Exclusivity.NON_EXCLUSIVE is new.exclusivity is earlier.exclusivity:
        return Answer(Verdict.NO, "Neither shuts anybody out.", source)
    common = new.uses & earlier.uses
    if not common:
        return Answer(Verdict.NO, "They give different rights.", source)
    if not _periods_meet(new, earlier):
        return Answer(Verdict.NO, "They never run at the same time.", source)
    if new.territory and earlier.territory and not new.territory & earlier.territory:
        return Answer(Verdict.NO, "They are for different countries.", source)

    fields = _fields_meet(new.field, earlier.field)
    if fields is Verdict.NO:
        return Answer(Verdict.NO, "One is for commercial use only, the other for other use.", source)
    if not earlier.terms_known:
        return Answer(
            Verdict.ASK,
            f"{earlier.label} has terms of its own: read whether they leave room for this grant.",
            source,
        )
    if fields is Verdict.ASK:
        return Answer(
            Verdict.ASK,
            f"{earlier.label} is for “{earlier.field}” and this one for “{new.field}”: "
            "whether these fields overlap needs a person who knows them.",
            source,
        )
    return Answer(Verdict.YES, _why_they_collide(new, earlier, common), source)


def first_collision(new: Grant, earlier: Iterable[Grant]) -> Answer | None:
    """The first certain collision, else the first question to ask, else None."""
    question = None
    for grant in earlier:
        answer = collides(new, grant)
        if answer.is_yes:
            return answer
        if answer.verdict is Verdict.ASK and question is None:
            question = answer
    return question


def _periods_meet(one: Grant, other: Grant) -> bool:
    one_ends = date.max if one.public else one.ends_on or date.max
    other_ends = date.max if other.public else other.ends_on or date.max
    return one.starts_on <= other_ends and other.starts_on <= one_ends


def _fields_meet(new: str, earlier: str) -> Verdict:
    one, other = new.strip().casefold(), earlier.strip().casefold()
    if not one or not other or one == other:
        return Verdict.YES
    if {one, other} == {COMMERCIAL, NON_COMMERCIAL}:
        return Verdict.NO
    return Verdict.ASK


def _why_they_collide(new: Grant, earlier: Grant, common: frozenset[Right]) -> str:
    what = rights_in_words(common)
    if earlier.public:
        return (
            f"Everyone has been allowed {what} under {earlier.label} {earlier.period}; "
            f"no public licence can be taken back, so it cannot be given as {new.exclusivity}."
        )
    if earlier.exclusivity is Exclusivity.NON_EXCLUSIVE:
        return (
            f"{earlier.label} already gives {what} {earlier.period}, "
            f"so nobody else can have it as {new.exclusivity}."
        )
    return f"{earlier.label} is {earlier.exclusivity} for {what} {earlier.period}: it shuts this one out."


# Who holds the rights


def holds_rights(new: Grant, holder: str, holdings: Iterable[Holding]) -> Answer:
    """Whether the holder has the rights the grant would give, on each day it would run."""
    own = [holding for holding in holdings if holding.holder == holder]
    whole = [holding for holding in own if holding.share == 1]
    for right in Right:
        if right not in new.rights:
            continue
        having = [holding for holding in own if right in holding.rights]
        what = _IN_WORDS[right]
        if not having:
            return Answer(Verdict.NO, f"{holder} does not hold the right of {what}.", _sources(own))
        reaching = [holding for holding in having if _reaches(holding, new.territory)]
        if not reaching:
            where = territory_in_words(new.territory)
            return Answer(Verdict.NO, f"{holder} does not hold {what} for {where}.", _sources(having))
        gap = _first_gap(new, reaching)
        if gap:
            return Answer(
                Verdict.NO, f"{holder} does not hold {what} on {in_words(gap)}.", _sources(reaching)
            )
        if _first_gap(new, [holding for holding in reaching if holding in whole]):
            return Answer(
                Verdict.ASK,
                f"{holder} holds {what} together with others: ask them to agree first.",
                _sources(reaching),
            )
    return Answer(Verdict.YES, f"{holder} holds these rights {new.period}.", _sources(own))


def _reaches(holding: Holding, territory: frozenset[str]) -> bool:
    return not holding.territory or (bool(territory) and territory <= holding.territory)


def _first_gap(new: Grant, holdings: Iterable[Holding]) -> date | None:
    """The first day of the grant's period on which none of these holdings runs."""
    reached, last = new.starts_on, new.ends_on or date.max
    for holding in sorted(holdings, key=lambda one: one.starts_on):
        if holding.starts_on > reached:
            break
        ends = holding.ends_on or date.max
        if ends >= last:
            return None
        if ends >= reached:
            reached = ends + timedelta(days=1)
    return reached


def _sources(holdings: Iterable[Holding]) -> str:
    return "; ".join(dict.fromkeys(holding.source for holding in holdings if holding.source))
