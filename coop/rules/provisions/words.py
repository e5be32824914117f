"""Whether the words of an article say the same as the mark behind them. Words prevail over marks.

Only what the words claim outright is compared: their numbers, shares and units, "more than" against "at
least", what a share is taken of, and the name of a choice. Words that claim nothing contradict nothing.
"""

import re
import unicodedata
from collections.abc import Iterator
from fractions import Fraction

from coop.rules.provisions.provision import Provision
from coop.rules.provisions.values import Days, Months, Number, Value
from coop.rules.thresholds import Basis, Majority, Quorum

_UNITS = (  # noqa: SIM905
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
_NUMBERS = {word: n for n, word in enumerate(_UNITS)} | {word: 20 + 10 * n for n, word in enumerate(_TENS)}
_PARTS = {
    "half": 2, "halves": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "twelfth": 12, "fifteenth": 15, "twentieth": 20, "hundredth": 100,
}  # fmt: skip
_PARTS |= {word + "s": n for word, n in _PARTS.items() if word[-1] in "hdr"}
_SPANS = {
    "day": ("days", 1), "week": ("days", 7), "fortnight": ("days", 14), "month": ("months", 1),
    "year": ("months", 12), "hour": ("hours", 1), "quarter-year": ("months", 3),
}  # fmt: skip
_SPANS |= {word + "s": span for word, span in _SPANS.items()}
_GLYPHS = {"½": " 1/2 ", "⅓": " 1/3 ", "⅔": " 2/3 ", "¼": " 1/4 ", "¾": " 3/4 ", "⅕": " 1/5 ", "⅖": " 2/5 ",
           "⅗": " 3/5 ", "⅘": " 4/5 "}  # fmt: skip
_BETWEEN = {"clear", "full", "whole", "calendar", "complete", "consecutive"}  # "fourteen clear days"
_OTHER_DAYS = {"working", "business", "banking"}  # days the software doesn't count in

_AT_LEAST = re.compile(r"\b(at least|not less than|no less than|not fewer than|no fewer than|or more)\b")
_MORE_THAN = re.compile(r"\b(more than|over|exceeds?|exceeding|above)\b(?! or equal)")
_TELLING = {  # the words that name one choice, and so deny the others
    "ordinary": "ordinary", "special": "special", "constitutional": "constitutional",
    "open": "open", "private": "private", "secret": "secret",
    "scottish-stv": "scottish|single transferable(?!.*(gregory|meek))",
    "wigm-stv": "gregory|single transferable(?!.*(scottish|meek))",
    "meek-stv": "meek|single transferable(?!.*(scottish|gregory))", "irv": "instant|alternative vote",
    "schulze": "schulze", "ranked-pairs": "ranked pairs",
    "borda": "borda", "equal-shares": "equal shares", "approval": "approval vot", "star": "star\\b",
    "score": "score vot", "plurality": "plurality|most votes",
    "lost": "lost|fails|not carried|falls|rejected", "chair": "chair|casting", "lot": "lots?\\b",
}  # fmt: skip

Claim = tuple[str, Fraction | int]


def contradiction(provision: Provision, value: Value, words: str) -> str | None:
    """Say in a sentence how the words contradict the value, or None."""
    said = " ".join(words.split())
    if re.search(r"\d{13}", said):
        return "The words hold a number of more than twelve figures, which is none to live by."
    if mixed := _of_two_alphabets(said):
        return f"“{mixed}” mixes letters of two alphabets, so it may not be the word that it looks like."
    if isinstance(value, tuple):
        return _missing_item(value, said.casefold(), said)
    plain = _folded(said)
    if provision.kind.choices:
        return _other_choice(provision, str(value), plain, said)
    if isinstance(value, str):
        return _other_code(value, said)
    wrong = _days_not_counted(value, plain) or _another_number(value, plain)
    if wrong is None and isinstance(value, (Majority, Quorum)):
        wrong = _another_test(value, plain)
    return wrong and f"The words say “{said}”, {wrong}, but the mark says “{provision.text(value)}”."


def claims_of(said: str) -> list[Claim]:
    """The numbers, shares and spans that words claim outright."""
    return list(_claims(_folded(said)))


def _folded(said: str) -> str:
    """The letters that members see, small and plain: without accents and whatever joins or hides unseen."""
    for glyph, share in _GLYPHS.items():
        said = said.replace(glyph, share)
    letters = unicodedata.normalize("NFKD", said)
    return "".join(one for one in letters if unicodedata.category(one) not in ("Cf", "Mn")).casefold()


def _of_two_alphabets(said: str) -> str | None:
    """The first word in which a letter of one alphabet stands for its twin of another."""
    for word in re.findall(r"[^\W\d_]+", said):
        scripts = {unicodedata.name(letter, "").partition(" ")[0] for letter in word}
        if len(scripts & {"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE"}) > 1:
            return str(word)
    return None


def _missing_item(items: tuple[str, ...], plain: str, said: str) -> str | None:
    missing = [item for item in items if item.casefold() not in plain]
    return f"The words “{said}” don't contain the item “{missing[0]}” of the mark." if missing else None


def _other_choice(provision: Provision, value: str, plain: str, said: str) -> str | None:
    def told(choice: str) -> bool:
        return bool(re.search(rf"\b(?:{_TELLING.get(choice, re.escape(choice))})", plain))

    if told(value) or not any(told(other) for other in _TELLING if _rivals(provision, other, value)):
        return None
    return f"The words say “{said}”, but the mark says “{value}”."


def _rivals(provision: Provision, other: str, value: str) -> bool:
    """Whether naming the other choice denies this one: also of choices this release doesn't offer."""
    families = ({"lost", "chair", "lot"}, {"open", "private", "secret"})
    return other != value and (
        other in provision.kind.choices or any({other, value} <= family for family in families)
    )


def _other_code(value: str, said: str) -> str | None:
    codes = set(re.findall(r"\b[A-Z]{3}\b", said)) | set(re.findall(r"\b[A-Z][A-Za-z]+/[A-Z]\w+", said))
    if not codes or value in codes:
        return None
    return f"The words say “{said}”, but the mark says “{value}”."


def _days_not_counted(value: Value, plain: str) -> str | None:
    tokens = set(re.findall(r"[a-z]+", plain))
    if other := tokens & _OTHER_DAYS:
        return f"which are {min(other)} days, and only days of the calendar are counted"
    if isinstance(value, Days) and not value.clear and "clear" in tokens:
        return "which are clear days, and days from an event are counted here"
    return None


def _another_number(value: Value, plain: str) -> str | None:
    claims = set(_claims(plain))
    if not claims and isinstance(value, (Majority, Quorum)):
        claims = _by_name(plain)
    have = _claims_of(value)
    if isinstance(value, Number):  # "one vote for each hundred members" says more than the number marked
        claims = claims or ({("number", 1)} if re.search(r"\b(one|single)\b", plain) else set())
        return None if not claims or claims >= have else _which_is(claims)
    if not claims or claims == have or (isinstance(value, Quorum) and not have and claims == {("number", 0)}):
        return None
    return _which_is(claims)


def _which_is(claims: set[Claim]) -> str:
    return "which is " + " and ".join(sorted(_said(claim) for claim in claims))


def _claims_of(value: Value) -> set[Claim]:
    if isinstance(value, Days):
        return {("days", value.n)}
    if isinstance(value, Months):
        return {("months", value.n)}
    if isinstance(value, Number):
        return {("number", value.n)}
    if isinstance(value, Majority):
        return {("share", value.share)}
    if isinstance(value, Quorum):
        share: set[Claim] = {("share", value.share)} if value.share else set()
        return share | ({("number", value.number)} if value.number else set())
    return set()


def _said(claim: Claim) -> str:
    kind, size = claim
    return str(size) if kind in ("share", "number") else f"{size} {kind}"


def _by_name(plain: str) -> set[Claim]:
    if re.search(r"\bmajority\b", plain):
        return {("share", Fraction(1, 2))}
    return {("share", Fraction(1))} if re.search(r"\b(unanim\w*|all|every)\b", plain) else set()


def _another_test(value: Majority | Quorum, plain: str) -> str | None:
    if isinstance(value, Majority) and value.strict and _AT_LEAST.search(plain):
        return "which is “at least”"
    if isinstance(value, Majority) and not value.strict and _MORE_THAN.search(plain):
        return "which is “more than”"
    if isinstance(value, Quorum) and _MORE_THAN.search(plain):
        return "which is “more than”, and a quorum is reached by its exact number"
    bases = {
        Basis.CAST: bool(re.search(r"\bcast\b", plain)),
        Basis.PRESENT: bool(re.search(r"\bpresent\b|\battending\b", plain)),
        Basis.ELIGIBLE: bool(re.search(r"\bmembers(hip)?\b|\beligible\b|\bentitled\b", plain)),
    }
    if bases[Basis.CAST] or bases[Basis.PRESENT]:
        bases[Basis.ELIGIBLE] = bool(re.search(r"\beligible\b|\bentitled\b", plain))
    voting = re.search(r"\bvot(e|ing)\b(?! of)", plain)
    # "A quarter of the members present" counts heads of all members, and "who vote" may mean votes cast.
    if isinstance(value, Quorum) or not any(bases.values()) or bases[value.basis] or voting:
        return None
    return f"which is taken of other votes than “{value.basis}”"


def _claims(plain: str) -> Iterator[Claim]:
    plain = re.sub(r"(?<=\d),(?=\d{3}\b)", "", plain)  # 1,000
    tokens = re.findall(r"\d+/\d+|\d+(?:[.,]\d+)?|%|[^\W\d_]+", plain)
    at = 0
    while at < len(tokens):
        taken, claim = _claim_at(tokens, at)
        if claim:
            yield claim
        at += taken


def _claim_at(tokens: list[str], at: int) -> tuple[int, Claim | None]:
    word, after = tokens[at], tokens[at + 1] if at + 1 < len(tokens) else ""
    if re.fullmatch(r"\d+/\d+", word):
        top, bottom = (int(part) for part in word.split("/"))
        return 1, ("share", Fraction(top, bottom)) if bottom else None
    if word in ("half", "halves"):
        return 1, ("share", Fraction(1, 2))
    if word in ("a", "an") and after in _PARTS:
        return 2, ("share", Fraction(1, _PARTS[after]))
    if word in ("a", "an") and after in _SPANS:
        return 2, _span(1, after)
    taken, number = _number_at(tokens, at)
    if number is None:
        return 1, None
    return _after_number(tokens, at, taken, number)


def _after_number(tokens: list[str], at: int, taken: int, number: Fraction) -> tuple[int, Claim | None]:
    rest = [*tokens[at + taken :], "", "", ""]
    if rest[0] in _PARTS:
        return taken + 1, ("share", number / _PARTS[rest[0]])
    if rest[0] in ("%", "percent"):
        return taken + 1, ("share", number / 100)
    if rest[:2] == ["per", "cent"]:
        return taken + 2, ("share", number / 100)
    if rest[0] in ("in", "of", "out") and (found := _number_at(rest, 2 if rest[0] == "out" else 1))[1]:
        skipped, whole = found
        return taken + 1 + (rest[0] == "out") + skipped, ("share", number / (whole or 1))
    between = 1 if rest[0] in _BETWEEN | _OTHER_DAYS else 0
    if rest[between] in _SPANS:
        return taken + between + 1, _span(number, rest[between])
    if tokens[at] in ("one", "zero") and taken == 1:  # "no one", "one member, one vote": no claim
        return taken, None
    return taken, ("number", int(number)) if number.denominator == 1 else ("number", number)


def _span(number: Fraction | int, word: str) -> Claim:
    unit, size = _SPANS[word]
    return unit, number * size


def _number_at(tokens: list[str], at: int) -> tuple[int, Fraction | None]:
    """Read a number in figures or words; give how many tokens it takes."""
    if at >= len(tokens):
        return 0, None
    if re.fullmatch(r"\d+(?:[.,]\d+)?", tokens[at]):
        return 1, Fraction(tokens[at].replace(",", "."))
    thousands, total, taken, read = 0, 0, 0, False
    for word in tokens[at:]:
        fresh = total == 0 and (thousands > 0 or not read)
        joins = word == "and" and thousands + total >= 100 and _next(tokens, at + taken) in _NUMBERS
        if word in _NUMBERS and (fresh or _may_follow(total, _NUMBERS[word])):
            total += _NUMBERS[word]
        elif word == "hundred" and (fresh or 0 < total < 10):
            total = (total or 1) * 100
        elif word == "thousand" and not thousands and (fresh or total):
            thousands, total = (total or 1) * 1000, 0
        elif not joins:
            break
        read, taken = True, taken + 1
    return taken, Fraction(thousands + total) if read else None


def _next(tokens: list[str], at: int) -> str:
    return tokens[at + 1] if at + 1 < len(tokens) else ""


def _may_follow(total: int, number: int) -> bool:
    """Whether "twenty" may go on as "twenty-one", and "hundred" as "hundred and five"."""
    rest = total % 100
    return (rest == 0 and total >= 100) or (rest >= 20 and rest % 10 == 0 and 0 < number < 10)
