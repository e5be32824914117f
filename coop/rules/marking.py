"""An article as one edits it: words with brackets, and beside them the value that each bracket carries."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from coop.rules.constitution import resolve
from coop.rules.provisions import REGISTRY, BadValue

_MARK = re.compile(r"\]\{(?P<inside>[^{}\n]*\bprovision=\"[^{}\n]*)\}")
_ATTRIBUTE = re.compile(r"([\w:-]+)=\"([^\"]*)\"")
_BRACKET = re.compile(r"(?<!\\)\[(?P<words>[^\[\]]*)\](?![(\[{:])")


@dataclass(frozen=True)
class Marked:
    """One value behind words in brackets."""

    attributes: str  # as written, without the braces
    value: str
    words: str
    label: str
    grammar: str


def split_marks(body: str) -> tuple[str, tuple[Marked, ...]]:
    """Part an article into its words, brackets kept, and what stands behind the brackets, in their order."""
    marks = []
    for found in _MARK.finditer(body):
        attributes = dict(_ATTRIBUTE.findall(found["inside"]))
        opening = body.rfind("[", 0, found.start())
        words = " ".join(body[opening + 1 : found.start()].split())
        label, grammar = _named(attributes)
        marks.append(Marked(found["inside"], attributes.get("value", ""), words, label, grammar))
    return _MARK.sub("]", body), tuple(marks)


def join_marks(words: str, marks: Sequence[Marked], values: Sequence[str]) -> str:
    """Put the values back behind the brackets; raise BadValue where brackets and values don't match."""
    brackets = list(_BRACKET.finditer(words))
    if len(brackets) != len(marks) or len(values) != len(marks):
        raise BadValue(
            f"This article has {_counted(len(marks))} in square brackets, and your text has {len(brackets)}: "
            "each carries a value that the software obeys. Keep them, or edit the source to add or remove one."
        )
    parts, end = [], 0
    for bracket, mark, value in zip(brackets, marks, values, strict=True):
        parts += [words[end : bracket.end()], "{", _with_value(mark, value).attributes, "}"]
        end = bracket.end()
    return "".join([*parts, words[end:]])


def _counted(number: int) -> str:
    return {0: "no words", 1: "one passage"}.get(number, f"{number} passages")


def _with_value(mark: Marked, value: str) -> Marked:
    value = " ".join(value.split())
    if not value or re.search(r"[\"{}]", value):
        raise BadValue(f"{mark.label}: write the value like this: {mark.grammar}.")
    attributes = re.sub(r"\bvalue=\"[^\"]*\"", lambda _found: f'value="{value}"', mark.attributes)
    return replace(mark, attributes=attributes, value=value)


def _named(attributes: dict[str, str]) -> tuple[str, str]:
    key = attributes.get("provision", "")
    try:
        provision = REGISTRY[resolve(key, attributes.get("decision"))]
    except (BadValue, KeyError):
        return key, ""
    scope = attributes.get("body") or attributes.get("office") or attributes.get("class")
    label = f"{provision.label} ({scope})" if scope else provision.label
    return label, provision.kind.grammar
