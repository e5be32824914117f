"""What a constitution's text makes the software do: its articles, its marks, and the values in force.

Reading the Markdown is a gateway's work; here its plain findings are checked and assembled.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from coop.rules.provisions import CLASSES, REGISTRY, BadValue, Value
from coop.rules.provisions.together import clashes
from coop.rules.provisions.words import contradiction


@dataclass(frozen=True, order=True)
class Problem:
    """What is wrong with a text, and the line to look at (the first is 1)."""

    line: int
    what: str


@dataclass(frozen=True)
class Article:
    number: str  # as typed
    source: str  # its Markdown
    text: str  # what members read
    line: int
    heading: str = ""  # the nearest above

    @property
    def sha256(self) -> str:
        return sha256(self.source.encode()).hexdigest()


@dataclass(frozen=True)
class Mark:
    """A bracketed span that carries a value: ``attributes`` as written, ``words`` as members read them."""

    attributes: tuple[tuple[str, str], ...]
    words: str
    line: int
    article: str | None


@dataclass(frozen=True)
class Draft:
    """What a gateway found in a text."""

    articles: tuple[Article, ...]
    marks: tuple[Mark, ...]
    problems: tuple[Problem, ...] = ()
    unread: bool = False  # too long to be looked at


@dataclass(frozen=True)
class Effective:
    """One value in force: from an article's mark, or (without article and line) a default adopted with it."""

    key: str
    scope: str  # "body=board", "office=auditor", "class=delegate"; "" holds for all
    value: Value
    text: str  # canonical
    article: str | None = None
    line: int | None = None
    words: str = ""

    @property
    def name(self) -> str:
        """The key, with the body, office or voting class it is for: ``meeting.quorum@board``."""
        return f"{self.key}@{self.scope.partition('=')[2]}" if self.scope else self.key


Values = Mapping[tuple[str, str], Effective]


@dataclass(frozen=True)
class Reading:
    articles: tuple[Article, ...]
    provisions: tuple[Effective, ...]  # as marked, in the order of the text
    defaults: tuple[Effective, ...]
    problems: tuple[Problem, ...]

    @property
    def effective(self) -> tuple[Effective, ...]:
        """Everything a version stores when it is adopted, defaults included."""
        return self.provisions + self.defaults


_ATTRIBUTES = ("provision", "value", "body", "office", "class", "decision")
_SCOPES = ("body", "office", "class")
LONGEST_CLASS = 40
_LONGEST_PROBLEM = 400  # characters
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,59}")


def assemble(
    draft: Draft, *, bodies: Collection[str] | None = None, offices: Collection[str] | None = None
) -> Reading:
    """Give every provision its value; name each problem with its line.

    ``bodies`` and ``offices``, where given, are the names a scope may have; a text names its own classes.
    """
    known = {"body": bodies, "office": offices}
    problems = list(draft.problems) + ([] if draft.unread else _misnumbered(draft.articles))
    provided: dict[tuple[str, str], Effective] = {}
    for mark in draft.marks:
        effective = _read_mark(mark, known, problems)
        if effective is None:
            continue
        place = (effective.key, effective.scope)
        if place in provided:
            first = provided[place].line
            what = f"{effective.name} has a value already, on line {first}: a rule is given once."
            problems.append(Problem(mark.line, what))
        else:
            provided[place] = effective
    problems += [Problem(line, _short(what)) for line, what in clashes(provided)]
    defaults = tuple(
        Effective(key, "", provision.parse(provision.default), provision.default)
        for key, provision in REGISTRY.items()
        if (key, "") not in provided
    )
    return Reading(draft.articles, tuple(provided.values()), defaults, tuple(sorted(set(problems))))


def _misnumbered(articles: Sequence[Article]) -> list[Problem]:
    if not articles:
        return [
            Problem(1, "There is no article: an article is a line that begins with a number, as in “1. ”.")
        ]
    problems = []
    lines: dict[int, int] = {}
    before = articles[0]
    for article in articles:
        if int(article.number) in lines:
            other = lines[int(article.number)]
            what = f"There are two articles {article.number}: the other is on line {other}."
            problems.append(Problem(article.line, what))
        elif int(article.number) < int(before.number):
            what = f"Article {article.number} comes after article {before.number}: numbers must ascend."
            problems.append(Problem(article.line, what))
        if not article.text.strip():
            problems.append(Problem(article.line, f"Article {article.number} has no words."))
        lines.setdefault(int(article.number), article.line)
        before = article
    return problems


def _read_mark(
    mark: Mark, known: Mapping[str, Collection[str] | None], problems: list[Problem]
) -> Effective | None:
    try:
        return _checked(mark, known)
    except BadValue as why:
        problems.append(Problem(mark.line, _short(str(why))))
        return None


def _short(what: str) -> str:
    """A sentence that quotes a text of any length stays a sentence."""
    half = _LONGEST_PROBLEM // 2
    return what if len(what) <= _LONGEST_PROBLEM else f"{what[:half]}…{what[-half:]}"


def _checked(mark: Mark, known: Mapping[str, Collection[str] | None]) -> Effective:
    attributes = _plain_attributes(mark)
    key = resolve(attributes["provision"], attributes.get("decision"))
    provision = REGISTRY.get(key)
    if provision is None:
        raise BadValue(f"There is no provision “{key}”.")
    if mark.article is None:
        raise BadValue(f"“{mark.words}” stands outside an article: only articles carry provisions.")
    scope = _scope(key, provision.scopes, attributes, known)
    try:
        value = provision.parse(attributes["value"])
    except BadValue as why:
        raise BadValue(f"{key}: {why}") from why
    if wrong := contradiction(provision, value, mark.words):
        raise BadValue(f"{key}: {wrong} Words prevail: correct one of them.")
    text = provision.text(value)
    return Effective(key, scope, value, text, mark.article, mark.line, mark.words)


def _plain_attributes(mark: Mark) -> dict[str, str]:
    attributes = dict(mark.attributes)
    names = [name for name, _ in mark.attributes]
    for name in names:
        if name not in _ATTRIBUTES:
            raise BadValue(f"A mark has no “{name}”: it has {', '.join(_ATTRIBUTES)}.")
        if names.count(name) > 1:
            raise BadValue(f"The mark gives “{name}” twice.")
    for name in ("provision", "value"):
        if not attributes.get(name, "").strip():
            raise BadValue(f"The mark behind “{mark.words}” has no “{name}”.")
    if not any(sign.isalnum() for sign in mark.words):
        raise BadValue("A mark needs words: members read the words, not the mark.")
    return attributes


def resolve(key: str, decision: str | None = None) -> str:
    """Name the key that holds for a class of decision: ``decision.majority`` for ``special``."""
    if decision is None:
        return key
    if decision not in CLASSES:
        raise BadValue(f"There is no class of decision “{decision}”: there are {', '.join(CLASSES)}.")
    head, _, tail = key.partition(".")
    if head != "decision" or f"decision.{decision}.{tail}" not in REGISTRY:
        raise BadValue(f"{key} doesn't differ by the class of decision.")
    return f"decision.{decision}.{tail}"


def _scope(
    key: str,
    allowed: tuple[str, ...],
    attributes: Mapping[str, str],
    known: Mapping[str, Collection[str] | None],
) -> str:
    given = [name for name in _SCOPES if name in attributes]
    if not given:
        return ""
    kind, name = given[0], attributes[given[0]]
    if len(given) > 1 or kind not in allowed:
        raise BadValue(f"{key} can't be set for one {given[-1]}.")
    if not _NAME.fullmatch(name):
        raise BadValue(f"“{name}” is not the name of a {kind}: write it in small letters, as in “board”.")
    if kind == "class" and len(name) > LONGEST_CLASS:
        raise BadValue(f"“{name}” is too long for a voting class: at most {LONGEST_CLASS} letters.")
    names = known.get(kind)  # a voting class is there because the text names it
    if names is not None and name not in names:
        raise BadValue(f"There is no {kind} “{name}”: there are {', '.join(sorted(names)) or 'none'}.")
    return f"{kind}={name}"


def look_up(values: Values, key: str, scopes: Sequence[str] = ()) -> Effective:
    """The value in force for a key: that of the first scope that has its own, else the one for all.

    A version adopted before the key existed has no value for it; then the built-in default holds.
    """
    for scope in (*scopes, ""):
        if found := values.get((key, scope)):
            return found
    provision = REGISTRY[key]
    return Effective(key, "", provision.parse(provision.default), provision.default)
