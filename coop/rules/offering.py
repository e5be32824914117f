"""Marks offered for a text that has none: which of its words state a rule that the software obeys.

Only an offer: officers say yes or no, and members can question it. Nothing of the text is changed but the
brackets around the words and the value behind them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from coop.rules.constitution import Article
from coop.rules.provisions import REGISTRY, BadValue, Provision
from coop.rules.provisions.values import Days, Months
from coop.rules.provisions.words import claims_of, contradiction


@dataclass(frozen=True)
class Offer:
    """Words of an article, and the value that may be meant; `start` and `end` count characters of the text."""

    article: str
    words: str
    start: int
    end: int
    key: str
    value: str
    body: str = ""

    @property
    def label(self) -> str:
        """What the rule is called, with the body it is for."""
        label = REGISTRY[self.key].label
        return f"{label} ({self.body})" if self.body else label

    @property
    def mark(self) -> str:
        """What stands behind the words."""
        body = f' body="{self.body}"' if self.body else ""
        return f'{{provision="{self.key}"{body} value="{self.value}"}}'


_COUNT = (
    r"(?:\d{1,3}|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-[a-z]+)?|one|two|three|four|five|"
    r"six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"
)
_PART = r"(?:half|halves|third|quarter|fourth|fifth|sixth|eighth|tenth|twentieth)s?"
_SHARE = rf"(?:(?:an?|one|two|three|four|five|nine) {_PART}|half|\d+/\d+|\d{{1,2}} ?(?:%|per cent))"
_TIME = re.compile(
    rf"\b{_COUNT}(?: \(\d+\))? (?:clear |full |whole )?(?:day|week|fortnight|month|year)s?\b", re.IGNORECASE
)
_OF_VOTES = re.compile(
    rf"\b(?:at least |not less than |more than )?(?:a majority|{_SHARE}) of (?:the |all )?votes(?: cast)?\b",
    re.IGNORECASE,
)
_OF_MEMBERS = re.compile(
    rf"\b{_SHARE} of (?:the |all |its |the voting |all voting )?members(?: present)?(?:hip)?\b", re.IGNORECASE
)
# What the sentence around a period speaks of → the rule, the first that fits.
_PERIODS = (
    (r"\bnominat", "nomination.period"),
    (r"\bnotice\b|\bconvene|\bcalled? (?:with|by)\b", "meeting.notice"),
    (r"\bspecial\b.*\b(?:vot|ballot)|\b(?:vot|ballot)\w*\b.*\bspecial\b", "decision.special.voting_period"),
    (r"\bballot\b.*\bopen|\bvot(?:e|ing)\b.*\bopen", "decision.ordinary.voting_period"),
    (r"\b(?:office|officers?|elected|serve|term)\b", "office.term"),
    (r"\b(?:dues|subscriptions?|contributions?|fees?)\b", "dues.due"),
    (r"\bvote\b.*\b(?:admi|join|member)|\b(?:admi|join)\w*.*\bvote\b", "roll.cutoff"),
    (r"\bappl(?:y|ies|icant|ication)", "membership.admission_time"),
    (r"\b(?:challenge|contest|complain)\w*.*\bresult", "ballot.challenge_period"),
)
_LAW = r"\b(?:articles?|rules?|statutes?|bye-?laws|constitution)"
_CLASSES = (
    (r"\bspecial\b|\bexpel|\bexclu(?:de|sion)", "special"),
    (rf"\b(?:amend|alter|chang)\w*.*{_LAW}|{_LAW}.*\b(?:amend|alter|chang)", "constitutional"),
    (r"\b(?:resolution|decid|decision|carried|adopted|vote)", "ordinary"),
)
_SHARES_OF_MEMBERS = (
    (r"\bpetition|\brequest|\bdemand|\brequisition", "meeting.petition"),
    (r"\brecall|\bremov", "recall.threshold"),
    (r"\battend|\bpresent\b|\bquorum\b|\bquorate\b", "meeting.quorum"),
)


def offers_for(text: str, articles: Sequence[Article]) -> list[Offer]:
    """Every passage that looks like a rule, in the order of the text."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    found = []
    for article in articles:
        begins = starts[article.line - 1]
        source = text[begins : begins + len(article.source)]
        found += [
            replace(offer, article=article.number, start=offer.start + begins, end=offer.end + begins)
            for offer in _in(source)
        ]
    return sorted(found, key=lambda offer: offer.start)


def marked(text: str, offers: Sequence[Offer]) -> str:
    """Put brackets around the words and the values behind; every other sign stays as it is."""
    for offer in sorted(offers, key=lambda one: one.start, reverse=True):
        text = f"{text[: offer.start]}[{text[offer.start : offer.end]}]{offer.mark}{text[offer.end :]}"
    return text


def own_mark(text: str, articles: Sequence[Article], asked: Mapping[str, str]) -> Offer:
    """Mark words that were not offered: `article`, `words`, `key`, `value`, `body`. Raises BadValue."""
    number, words = asked["article"].strip().rstrip("."), " ".join(asked["words"].split())
    article = next((one for one in articles if one.number == number), None)
    if article is None:
        raise BadValue(f"There is no article {number}.")
    begins = sum(len(line) + 1 for line in text.split("\n")[: article.line - 1])
    source = text[begins : begins + len(article.source)]
    places = [found.span() for found in re.finditer(r"\s+".join(map(re.escape, words.split())), source)]
    if not words or len(places) != 1:
        times = "not" if not places else f"{len(places)} times"
        raise BadValue(f"“{words}” stands {times} in article {number}: copy words that stand there once.")
    provision = REGISTRY.get(asked["key"])
    if provision is None:
        raise BadValue(f"There is no provision “{asked['key']}”.")
    try:
        value = provision.text(provision.parse(asked["value"].strip()))
    except BadValue as why:
        raise BadValue(f"{provision.label}: {why}") from why
    if wrong := contradiction(provision, provision.parse(value), words):
        raise BadValue(f"{provision.label}: {wrong} Words prevail: choose another value.")
    start, end = places[0]
    return Offer(number, words, begins + start, begins + end, provision.key, value, asked.get("body", ""))


def _in(source: str) -> Iterator[Offer]:
    taken: list[tuple[int, int]] = [found.span() for found in re.finditer(r"\[[^\]]*\]\{[^}]*\}", source)]
    for pattern in (_OF_VOTES, _OF_MEMBERS, _TIME):
        for found in pattern.finditer(source):
            if any(found.start() < end and start < found.end() for start, end in taken):
                continue
            offer = _offer(found, _sentence_around(source, found), pattern)
            if offer is not None:
                taken.append(found.span())
                yield offer


def _sentence_around(source: str, found: re.Match[str]) -> str:
    """From the full stop before to the one after, as plain small letters."""
    before = max(source.rfind(stop, 0, found.start()) for stop in (". ", "; ", "\n\n"))
    after = min(
        (at for stop in (". ", "; ", "\n\n") if (at := source.find(stop, found.end())) >= 0), default=None
    )
    return " ".join(source[before + 1 : after].split()).casefold()


def _offer(found: re.Match[str], sentence: str, pattern: re.Pattern[str]) -> Offer | None:
    words = " ".join(found[0].split())
    key = _key(sentence, words.casefold(), pattern)
    if key is None:
        return None
    provision = REGISTRY[key]
    body = "board" if "board" in sentence and "general" not in sentence and "body" in provision.scopes else ""
    value = _value(provision, words)
    if value is None or contradiction(provision, provision.parse(value), words):
        return None
    return Offer("", words, found.start(), found.end(), key, value, body if key != "office.term" else "")


def _key(sentence: str, words: str, pattern: re.Pattern[str]) -> str | None:
    if pattern is _TIME:
        return _first(_PERIODS, sentence)
    if pattern is _OF_VOTES:
        kind = _class_of(sentence, words)
        return f"decision.{kind}.majority" if kind else None
    if named := _first(_SHARES_OF_MEMBERS, sentence + " " + words):
        return named
    kind = _class_of(sentence, words)
    return f"decision.{kind}.quorum" if kind and "vote" in sentence else None


def _class_of(sentence: str, words: str) -> str | None:
    """The class of decision named right before the words, else the weightiest that the sentence names."""
    before = sentence.partition(words)[0]
    named = re.findall(r"\b(ordinary|special|constitutional)\b", before)
    return named[-1] if named else _first(_CLASSES, sentence)


def _first(table: Sequence[tuple[str, str]], sentence: str) -> str | None:
    return next((key for pattern, key in table if re.search(pattern, sentence)), None)


def _value(provision: Provision, words: str) -> str | None:
    """The canonical value that the words claim, if the provision can hold it."""
    claims = dict(claims_of(words))
    example = provision.parse(provision.default)
    said = None
    if isinstance(example, Days) and "days" in claims:
        said = f"{claims['days']} days"
    elif isinstance(example, Months) and "months" in claims:
        said = f"{claims['months']} months"
    elif "majority" in provision.key:
        share = Fraction(claims.get("share", Fraction(1, 2)))
        than = ">" if "more than" in words.casefold() or "a majority" in words.casefold() else ">="
        said = f"{than} {share} of cast"
    elif "share" in claims:
        said = f"{claims['share']} of eligible"
    try:
        return provision.text(provision.parse(said)) if said else None
    except BadValue:
        return None
