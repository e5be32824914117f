"""The questions of a founding: each answer is the value of a provision, and changes words and mark of a model."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from coop.rules.provisions import REGISTRY, BadValue, Value
from coop.rules.provisions.values import Days, Months, Number
from coop.rules.thresholds import Basis, Majority, Quorum

LONGEST_ANSWER = 400


@dataclass(frozen=True)
class Question:
    """One question of a founding; `choices`, where given, are the values it may be answered with."""

    name: str  # of the field, and in the answers that are kept
    key: str  # of the provision
    choices: tuple[str, ...] = ()


_SHARES = ("1/20", "1/10", "1/5", "1/4", "1/3", "1/2")
QUESTIONS = (
    Question("declarations", "membership.declarations"),
    Question("cutoff", "roll.cutoff"),
    Question("dues", "dues.decision", ("ordinary", "special")),
    Question("notice", "meeting.notice"),
    Question("quorum", "meeting.quorum", tuple(f"{share} of eligible" for share in _SHARES)),
    Question("special", "decision.special.majority", (">= 3/5 of cast", ">= 2/3 of cast", ">= 3/4 of cast")),
    Question(
        "constitutional",
        "decision.constitutional.majority",
        (">= 2/3 of cast", ">= 3/4 of cast", ">= 4/5 of cast"),
    ),
    Question("board", "office.term"),
    Question("zone", "organisation.zone"),
    Question("currency", "organisation.currency"),
)


@dataclass(frozen=True)
class Answered:
    """An answer as the text carries it."""

    question: Question
    value: str
    words: str
    article: str


def _mark_of(key: str) -> re.Pattern[str]:
    """The mark that holds for all: one with a body, an office or a class is another rule."""
    return re.compile(
        rf"\[(?P<words>[^\[\]]*)\]\{{provision=\"{re.escape(key)}\" value=\"(?P<value>[^\"]*)\"\}}"
    )


def defaults_of(text: str) -> dict[str, str]:
    """What the model itself answers to each question it has a mark for, by the question's name."""
    found = ((question, _mark_of(question.key).search(text)) for question in QUESTIONS)
    return {question.name: mark["value"] for question, mark in found if mark}


def check_answer(question: Question, answer: str) -> str:
    """Give the canonical value; raise BadValue with a sentence that names the rule."""
    provision, answer = REGISTRY[question.key], " ".join(answer.split())
    if len(answer) > LONGEST_ANSWER or re.search(r"[\"{}\[\]]", answer):
        raise BadValue(
            f"{provision.label}: use at most {LONGEST_ANSWER} characters, and no quotes or brackets."
        )
    try:
        value = provision.text(provision.parse(answer))
    except BadValue as why:
        raise BadValue(f"{provision.label}: {why}") from why
    if question.choices and value not in question.choices:
        raise BadValue(f"{provision.label}: choose one of the answers that are offered.")
    return value


def fill(text: str, answers: Mapping[str, str]) -> str:
    """Write the answers into a model: the words that members read and the value behind them, together."""
    for question in QUESTIONS:
        mark = _mark_of(question.key)
        found = mark.search(text)
        if question.name not in answers or found is None or found["value"] == answers[question.name]:
            continue
        provision = REGISTRY[question.key]
        value = provision.text(provision.parse(answers[question.name]))
        words = _escaped(words_for(question.key, provision.parse(value)))
        written = f'[{words}]{{provision="{question.key}" value="{value}"}}'
        text = text[: found.start()] + written + text[found.end() :]
    return text


def words_for(key: str, value: Value) -> str:
    """How an article says the value."""
    if key == "roll.cutoff" and isinstance(value, Days):
        return "from the day of admission" if value.n == 0 else f"from {_days(value)} after admission"
    if isinstance(value, Days):
        return _days(value)
    if isinstance(value, Months):
        years, rest = divmod(value.n, 12)
        return _counted(value.n, "month") if rest or not years else _counted(years, "year")
    if isinstance(value, Number):
        return number_words(value.n)
    if isinstance(value, Majority):
        than = "more than" if value.strict else "at least"
        return f"{than} {share_words(value.share)} of {_BASES[value.basis]}"
    if isinstance(value, Quorum) and value.share and not value.number:
        return f"{share_words(value.share)} of {_BASES[value.basis]}"
    return REGISTRY[key].spell(value)


_BASES = {Basis.CAST: "the votes cast", Basis.PRESENT: "the members present", Basis.ELIGIBLE: "the members"}
_UNITS = (  # noqa: SIM905
    "no one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
_PARTS = {
    2: "half", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 8: "eighth", 10: "tenth", 20: "twentieth"
}  # fmt: skip


def number_words(n: int) -> str:
    """Write a number below a hundred in words, any other in figures."""
    if n < 20:
        return _UNITS[n]
    if n >= 100:
        return str(n)
    return _TENS[n // 10] + (f"-{_UNITS[n % 10]}" if n % 10 else "")


def share_words(share: Fraction) -> str:
    """Write a share as people say it: half, two thirds, a quarter."""
    part = _PARTS.get(share.denominator)
    if part is None:
        return f"{share.numerator}/{share.denominator}" if share != 1 else "all"
    if share.denominator == 2:
        return part
    return f"one {part}" if share.numerator == 1 else f"{number_words(share.numerator)} {part}s"


def _days(value: Days) -> str:
    return _counted(value.n, "clear day" if value.clear else "day")


def _counted(n: int, what: str) -> str:
    return f"{number_words(n)} {what}" if n == 1 else f"{number_words(n)} {what}s"


def _escaped(words: str) -> str:
    """Whatever is typed stays words: no emphasis, no link."""
    return re.sub(r"([\\`*_#+\-!<>|~])", r"\\\1", words) if re.search(r"[\\`*_<>|~]", words) else words
