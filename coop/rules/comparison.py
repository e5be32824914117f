"""Two texts compared by their words, article by article."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True)
class Words:
    """A run of words that stayed ("same"), came ("added") or went ("removed")."""

    change: str
    text: str


@dataclass(frozen=True)
class ArticleChange:
    number: str
    change: str  # "changed", "added" or "removed"
    words: tuple[Words, ...]


def compare_words(before: str, after: str) -> tuple[Words, ...]:
    """What becomes of each word, in runs; how the words are spaced and broken into lines is no change."""
    old, new = before.split(), after.split()
    runs: list[Words] = []
    for change, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if change == "equal":
            runs.append(Words("same", " ".join(new[k:m])))
            continue
        runs += [Words("removed", " ".join(old[i:j]))] if j > i else []
        runs += [Words("added", " ".join(new[k:m]))] if m > k else []
    return tuple(runs)


def compare_articles(before: Mapping[str, str], after: Mapping[str, str]) -> list[ArticleChange]:
    """The articles that differ, by number, in the order of their numbers; texts by article number."""
    changes = []
    for number in sorted(before.keys() | after.keys(), key=int):
        old, new = before.get(number), after.get(number)
        if old is None and new is not None:
            changes.append(ArticleChange(number, "added", (Words("added", new),)))
        elif new is None and old is not None:
            changes.append(ArticleChange(number, "removed", (Words("removed", old),)))
        elif old is not None and new is not None and old.split() != new.split():
            changes.append(ArticleChange(number, "changed", compare_words(old, new)))
    return changes
