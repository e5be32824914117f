"""Amendments: articles changed, added or removed, put into a later text, and what that does in sentences."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from coop.rules.constitution import Article, Effective, Problem, Reading, Values, look_up
from coop.rules.provisions import REGISTRY

_MARKER = re.compile(r" {0,3}\d{1,9}[.)](?: |\t|$)[ \t]*")


@dataclass(frozen=True)
class Change:
    """What becomes of one article. Without `text` it is removed, without `replaces` it is new."""

    number: str
    text: str  # the article's new source, its number included
    replaces: str  # SHA-256 of the article it takes the place of

    @property
    def kind(self) -> str:
        if not self.text:
            return "removed"
        return "changed" if self.replaces else "added"


@dataclass(frozen=True)
class Effect:
    """A value that the software obeys differently afterwards; each in the words of a member."""

    key: str
    scope: str
    before: str
    after: str
    article: str  # that says so afterwards; "" where none does and the built-in value holds


@dataclass(frozen=True)
class Located:
    """A problem by the article it is in, and the line within that article (the first is 1)."""

    article: str
    line: int
    what: str


def body_of(source: str) -> str:
    """The words of an article as one edits them: without its number and without the indentation it brings."""
    first, *rest = source.split("\n")
    marker = _MARKER.match(first)
    width = marker.end() if marker else 0
    return "\n".join([first[width:], *(_dedented(line, width) for line in rest)]).strip()


def _dedented(line: str, width: int) -> str:
    spaces = len(line) - len(line.lstrip(" "))
    return line[min(spaces, width) :].rstrip()


def source_of(number: str, body: str) -> str:
    """The article with its number; every further line is indented, so that nothing leaves the article."""
    marker = f"{number}. "
    lines = body.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n")
    inner = (" " * len(marker) + line.rstrip() if line.strip() else "" for line in lines[1:])
    return "\n".join([marker + lines[0].strip(), *inner]).rstrip()


def combine(text: str, articles: Sequence[Article], changes: Iterable[Change]) -> str:
    """Put the changes into a text with these articles; every other line stays as it is.

    A new article follows the one with the next lower number, under the same heading.
    """
    lines = text.split("\n")
    places = {article.number: article for article in articles}
    for change in sorted(changes, key=lambda change: int(change.number), reverse=True):
        old = places.get(change.number)
        if old is None:
            _insert(lines, articles, change)
            continue
        start, end = old.line - 1, old.line + old.source.count("\n")
        if change.text:
            lines[start:end] = change.text.split("\n")
            continue
        while end < len(lines) and not lines[end].strip():
            end += 1
        del lines[start:end]
    return "\n".join(lines).rstrip("\n") + "\n"


def _insert(lines: list[str], articles: Sequence[Article], change: Change) -> None:
    if not change.text:
        return
    before = [article for article in articles if int(article.number) < int(change.number)]
    new = change.text.split("\n")
    if before:
        at = before[-1].line + before[-1].source.count("\n")
        lines[at:at] = ["", *new]
    elif articles:
        lines[articles[0].line - 1 : articles[0].line - 1] = [*new, ""]
    else:
        lines += ["", *new]


def astray(before: Iterable[Article], after: Iterable[Article], changes: Iterable[Change]) -> list[Problem]:
    """The changes that did more, or other, than to change, add or remove their own article."""
    wanted = {article.number: article.sha256 for article in before}
    for change in changes:
        wanted.pop(change.number, None)
        if change.text:
            wanted[change.number] = sha256(change.text.encode()).hexdigest()
    found = {article.number: article for article in after}
    problems = [
        Problem(article.line, f"The text of article {number} doesn't stay within its article.")
        for number, article in found.items()
        if wanted.get(number) != article.sha256
    ]
    lost = sorted(wanted.keys() - found.keys(), key=int)
    problems += [Problem(1, f"With this, article {number} would be no article any more.") for number in lost]
    return problems


def touched(older: Mapping[str, str], newer: Mapping[str, str]) -> frozenset[str]:
    """The numbers of the articles that differ between two versions; by hash."""
    return frozenset(
        number for number in older.keys() | newer.keys() if older.get(number) != newer.get(number)
    )


def overtaken(
    changes: Iterable[Change], since: Iterable[tuple[int, frozenset[str]]]
) -> tuple[str, int] | None:
    """The first article of these that a version passed since has touched, with that version's number."""
    numbers = {change.number for change in changes}
    for version, others in since:
        if both := numbers & others:
            return min(both, key=int), version
    return None


def adopted(reading: Reading, before: Values) -> tuple[Effective, ...]:
    """Every value the text gives, and the defaults as they were adopted: a release changes none of those."""
    found = []
    for effective in reading.effective:
        known = before.get((effective.key, effective.scope))
        keeps = effective.article is None and known is not None and not known.article
        found.append(known if keeps and known is not None else effective)
    return tuple(found)


def effects(before: Values, after: Iterable[Effective]) -> list[Effect]:
    """What the software does differently, by key and scope, in the order of the keys."""
    later = {(effective.key, effective.scope): effective for effective in after}
    changed = []
    for key, scope in sorted(before.keys() | later.keys()):
        if key not in REGISTRY:
            continue
        old, new = look_up(before, key, (scope,)), look_up(later, key, (scope,))
        if old.text != new.text:
            spell = REGISTRY[key].spell
            changed.append(Effect(key, scope, spell(old.value), spell(new.value), new.article or ""))
    return changed


def say(effect: Effect, names: Mapping[str, str]) -> str:
    """The effect as a sentence: “Notice (board): 7 → 5 clear days”; `names` are what scopes are called."""
    label = REGISTRY[effect.key].label
    if effect.scope:
        label = f"{label} ({names.get(effect.scope, effect.scope.partition('=')[2])})"
    return f"{label}: {_arrow(effect.before, effect.after)}" + (
        "" if effect.article else " (no article says so any more, so the built-in value holds)"
    )


def _arrow(before: str, after: str) -> str:
    """“21 clear days” and “14 clear days” differ by their number only, which is then said once."""
    old, _, old_unit = before.partition(" ")
    new, _, new_unit = after.partition(" ")
    if old_unit and old_unit == new_unit and old.isdigit() and new.isdigit():
        return f"{old} → {after}"
    return f"{before} → {after}"


def locate(problem: Problem, articles: Sequence[Article]) -> Located:
    """Name a problem's line by the article it is in; "" where it is in none."""
    inside = [article for article in articles if article.line <= problem.line]
    if not inside:
        return Located("", problem.line, problem.what)
    return Located(inside[-1].number, problem.line - inside[-1].line + 1, problem.what)
