"""Papers as words: one letter for each candidate, the first preference first.

“CAB” prefers candidate 3 to 1 to 2, “A=BC” puts 1 and 2 level before 3, “A-B” skips the second rank,
and on the second rank of “A?B” several were marked, but the file doesn't say whom. Words of letters
alone are *plain*; they move between piles as text, which is what makes counts fast.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from fractions import Fraction

LEVEL, SKIPPED, UNCLEAR = "=", "-", "?"
MOST_CANDIDATES = 10_000  # far more than any paper holds, far fewer than there are letters

Weight = int | Fraction
Profile = Mapping[Weight, Sequence[str]]  # weight → the words that carry it
Scores = tuple[Fraction | int | None, ...]  # one for each candidate; None where the voter gave none


class Overvote(StrEnum):
    """What a rank given to several candidates does to a paper counted one preference at a time."""

    SKIP = "skip"
    EXHAUST = "exhaust"


def letter_of(number: int) -> str:
    """Give candidate 1 the letter A, and so on through the characters; none of them is =, - or ?."""
    return chr(0x40 + number)


def number_of(sign: str) -> int:
    return ord(sign) - 0x40


def word(ranks: Iterable[int | Sequence[int]]) -> str:
    """Spell a paper: each rank is a candidate's number, several on one rank, or () for a skipped one."""
    spelt = []
    for rank in ranks:
        several = (rank,) if isinstance(rank, int) else rank
        spelt.append(LEVEL.join(map(letter_of, several)) if several else SKIPPED)
    return "".join(spelt)


def ranks(word: str) -> list[str]:
    """Split a paper into its ranks: the letters on each, "" where none can be read."""
    found: list[str] = []
    level = False
    for sign in word:
        if sign == LEVEL:
            level = True
        elif level:
            found[-1] += sign
            level = False
        else:
            found.append("" if sign in {SKIPPED, UNCLEAR} else sign)
    return found


def profile(papers: Iterable[tuple[str, Weight]]) -> dict[Weight, list[str]]:
    """Gather words by the weight they carry."""
    gathered: dict[Weight, list[str]] = {}
    for spelt, weight in papers:
        gathered.setdefault(weight, []).append(spelt)
    return gathered


def papers_of_scores(scores: Mapping[Scores, Weight]) -> dict[Weight, list[str]]:
    """Read rankings from scores: the higher before the lower, equal ones level, those without one not at all."""
    papers = []
    for given, weight in scores.items():
        levels: dict[Fraction | int, list[int]] = {}
        for number, score in enumerate(given, 1):
            if score is not None:
                levels.setdefault(score, []).append(number)
        papers.append((word(levels[score] for score in sorted(levels, reverse=True)), weight))
    return profile(papers)


def is_plain(word: str) -> bool:
    return LEVEL not in word and SKIPPED not in word and UNCLEAR not in word


def is_overvoted(word: str) -> bool:
    return UNCLEAR in word or any(len(set(rank)) > 1 for rank in ranks(word))


def one_by_one(word: str, standing: frozenset[str], overvote: Overvote) -> str:
    """Make a paper plain: without withdrawn, repeated and skipped ones; an overvote is skipped or ends it."""
    order: dict[str, None] = {}
    if overvote is Overvote.EXHAUST:
        word = word.partition(UNCLEAR)[0]
    for rank in ranks(word):
        named = [sign for sign in dict.fromkeys(rank) if sign in standing]
        if len(named) > 1 and overvote is Overvote.EXHAUST:
            break
        if len(named) == 1:
            order.setdefault(named[0])
    return "".join(order)


def plain(papers: Profile, standing: frozenset[str], overvote: Overvote) -> dict[Weight, list[str]]:
    """Make every paper plain; those that name nobody any more are left out.

    A plain word may still repeat a letter: whoever it repeats has left the count before, so it is stripped.
    """
    made: dict[Weight, list[str]] = {}
    for weight, words in papers.items():
        clean = words
        if not is_plain("".join(words)):
            clean = [w if is_plain(w) else one_by_one(w, standing, overvote) for w in words]
        withdrawn = set("".join(clean)) - standing
        if withdrawn:
            left_out = {ord(sign): None for sign in withdrawn}
            clean = [w.translate(left_out) for w in clean]
        made[weight] = [w for w in clean if w]
    return made


def deal(words: Iterable[str], gone: str, standing: Iterable[str]) -> dict[str, list[str]]:
    """Pass each plain paper to the first it names who isn't gone; under "" the papers that name no more."""
    heirs: dict[str, list[str]] = {sign: [] for sign in ("", *standing)}
    for spelt in words:
        rest = spelt.lstrip(gone)
        heirs[rest[:1]].append(rest)
    return heirs


def size(papers: Mapping[Weight, Sequence[str]]) -> Weight:
    """Add up the weight of the papers."""
    return sum((weight * len(words) for weight, words in papers.items()), 0)
