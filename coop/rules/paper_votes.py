"""What tellers read off papers: lines of a pile, the numbers of voters, and where two readings differ.

A choice is written as canonical JSON, so that equal papers are equal texts: `"for"`, `[2,1,3]`, `[5,null,0]`;
`[]` is a paper for none of the candidates, of a pile of its own.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coop.rules.chain import canonical
from coop.rules.tally.election import HIGHEST_SCORE, PaperKind
from coop.rules.tally.motion import Choice

MOST_PAPERS = 100_000
FOR_NONE = "[]"
MOST_NAMED = 5  # problems told at once
_COUNTED = re.compile(r"(?P<count>\d{1,6})\s*[×xX*]\s*(?P<marks>.*)", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


class Unclear(ValueError):  # noqa: N818 - it is a sentence about what was typed, not a fault
    """What was typed can't be read; the message is a sentence that names the place."""


@dataclass(frozen=True)
class Pile:
    """What one teller read: how many papers say what, and how many say nothing that counts."""

    papers: Mapping[str, int]  # canonical choice → how many
    spoilt: int = 0

    @property
    def total(self) -> int:
        return sum(self.papers.values()) + self.spoilt

    def plain(self) -> dict[str, Any]:
        """Give the pile as JSON values: equal piles are equal."""
        return {
            "papers": sorted([choice, many] for choice, many in self.papers.items()),
            "spoilt": self.spoilt,
        }

    def choices(self) -> list[tuple[Any, int]]:
        """List the choices with how many papers say them, the most frequent first."""
        ordered = sorted(self.papers.items(), key=lambda item: (-item[1], item[0]))
        return [(json.loads(choice), many) for choice, many in ordered]

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "Pile":
        return cls({str(choice): int(many) for choice, many in plain["papers"]}, int(plain["spoilt"]))


@dataclass(frozen=True)
class Difference:
    """A choice that two tellers counted differently; None stands for spoilt papers."""

    choice: Any
    first: int
    second: int


def pile_of_motion(votes_for: int, against: int, abstained: int, spoilt: int) -> Pile:
    """Gather the counts of a motion's papers."""
    counted = {Choice.FOR: votes_for, Choice.AGAINST: against, Choice.ABSTAIN: abstained}
    return Pile({canonical(choice.value): many for choice, many in counted.items() if many}, spoilt)


def read_pile(text: str, kind: PaperKind, candidates: int, spoilt: int, none: int = 0) -> Pile:
    """Read a pile written one paper a line, as “2 1 3”, or equal ones together, as “4 × 2 1 3”.

    The numbers are the candidates' in order of preference, those marked, or their scores in the order of the
    paper with “-” for none; `none` papers more are for none of the candidates. Raises Unclear.
    """
    papers = Counter({FOR_NONE: none} if none else {})
    problems = []
    for at, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            many, choice = _read_line(line.strip(), kind, candidates)
            papers[canonical(choice)] += many
        except Unclear as why:
            problems.append(f"Line {at}: {why}")
    _raise(problems)
    if papers.total() > MOST_PAPERS:
        raise Unclear(f"These are more than {MOST_PAPERS} papers. Enter them in several batches.")
    return Pile(dict(papers), spoilt)


def write_pile(pile: Pile) -> str:
    """Write a pile the way it is read, the most frequent paper first; those for nobody are no lines."""
    lines = []
    for choice, many in pile.choices():
        if not choice:
            continue
        marks = " ".join("-" if mark is None else str(mark) for mark in choice)
        lines.append(f"{many} × {marks}" if many > 1 else marks)
    return "\n".join(lines)


def read_numbers(text: str) -> list[int]:
    """Read member numbers parted by spaces, commas or line ends, each once. Raises Unclear."""
    seen: dict[int, None] = {}
    problems = []
    for word in re.split(r"[\s,;]+", text.strip()):
        if not word:
            continue
        if not _NUMBER.fullmatch(word):
            problems.append(f"“{word[:20]}” is not a member number.")
        elif int(word) in seen:
            problems.append(f"Member {int(word)} stands there twice.")
        else:
            seen[int(word)] = None
    _raise(problems)
    return list(seen)


def differences(first: Pile, second: Pile) -> list[Difference]:
    """Name what two tellers counted differently, in the order of the choices; spoilt papers last."""
    found = [
        Difference(json.loads(choice), first.papers.get(choice, 0), second.papers.get(choice, 0))
        for choice in sorted(first.papers.keys() | second.papers.keys())
        if first.papers.get(choice, 0) != second.papers.get(choice, 0)
    ]
    if first.spoilt != second.spoilt:
        found.append(Difference(None, first.spoilt, second.spoilt))
    return found


def _read_line(line: str, kind: PaperKind, candidates: int) -> tuple[int, list[int | None]]:
    counted = _COUNTED.fullmatch(line)
    many = int(counted["count"]) if counted else 1
    marks = re.split(r"[\s,]+", (counted["marks"] if counted else line).strip(" \t,"))
    if many < 1 or marks == [""]:
        raise Unclear(f"“{line[:40]}” holds no paper. Count blank ones as spoilt.")
    return many, _scores(marks, candidates) if kind is PaperKind.SCORE else _named(marks, kind, candidates)


def _named(marks: list[str], kind: PaperKind, candidates: int) -> list[int | None]:
    numbers: list[int | None] = []
    for mark in marks:
        if not _NUMBER.fullmatch(mark):
            raise Unclear(f"“{mark[:20]}” is not a candidate's number.")
        number = int(mark)
        if not 1 <= number <= candidates:
            raise Unclear(f"there is no candidate {number}, the paper has 1 to {candidates}.")
        if number in numbers:
            raise Unclear(f"candidate {number} stands there twice. A paper that can't be read is spoilt.")
        numbers.append(number)
    if kind is PaperKind.CHOICE and len(numbers) > 1:
        raise Unclear("this election asks for one candidate. A paper with more is spoilt.")
    return sorted(numbers, key=lambda number: number or 0) if kind is PaperKind.APPROVAL else numbers


def _scores(marks: list[str], candidates: int) -> list[int | None]:
    if len(marks) != candidates:
        raise Unclear(
            f"there are {len(marks)} scores for {candidates} candidates. Write “-” where none is given."
        )
    scores = [None if mark in {"-", "–"} else mark for mark in marks]
    for score in scores:
        if score is not None and not (_NUMBER.fullmatch(score) and int(score) <= HIGHEST_SCORE):
            raise Unclear(f"“{score[:20]}” is no score from 0 to {HIGHEST_SCORE}.")
    if all(score is None for score in scores):
        raise Unclear("a paper without any score is blank. Count it as spoilt.")
    return [None if score is None else int(score) for score in scores]


def _raise(problems: list[str]) -> None:
    if problems:
        more = len(problems) - MOST_NAMED
        raise Unclear(" ".join(problems[:MOST_NAMED]) + (f" And {more} more." if more > 0 else ""))
