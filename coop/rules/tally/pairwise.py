"""Head to head: the weight of the papers that put one candidate before another.

A ranked candidate is before one the paper leaves out; level ones, and two left out, are not compared;
a candidate named twice counts at the first place; a skipped rank keeps the order and nothing else. The
papers are read a column at a time, and a set of papers is one big integer with a bit for each of them.
"""

from collections.abc import Iterator, Sequence
from itertools import repeat

from coop.rules.tally.election import Election, Pairwise
from coop.rules.tally.papers import LEVEL, SKIPPED, UNCLEAR, Weight, letter_of

BLANK = " "


def pairwise(election: Election) -> Pairwise:
    """Compare the candidates two by two; those who withdrew are passed over and have only zeros."""
    letters = [letter_of(number) for number in sorted(election.numbers)]
    before: dict[str, dict[str, Weight]] = {sign: dict.fromkeys(letters, 0) for sign in letters}
    for weight, words in election.papers.items():
        if words:
            _compare(words, weight, [sign for sign in letters if sign in election.letters], before)
    return tuple(tuple(before[sign].values()) for sign in letters)


def _compare(
    words: Sequence[str], weight: Weight, letters: list[str], before: dict[str, dict[str, Weight]]
) -> None:
    """Add what these papers of one weight say to `before`."""
    named = dict.fromkeys(letters, 0)  # the papers that have named a candidate so far
    above = dict.fromkeys(letters, 0)  # those that did so on an earlier rank than the one being read
    joined = 0
    for column in _columns(words):
        joining = column.pop(LEVEL, 0)
        same_rank, joined = joining | joined, joining
        for sign in letters:
            above[sign] |= named[sign] & ~same_rank
        for sign in letters:
            here = column.get(sign, 0) & ~named[sign]
            if here:
                for other in letters:
                    before[other][sign] += (above[other] & here).bit_count() * weight
                named[sign] |= here
    everyone = (1 << len(words)) - 1
    for sign in letters:
        left_out = everyone & ~named[sign]
        for other in letters:
            before[other][sign] += (named[other] & left_out).bit_count() * weight


def _columns(words: Sequence[str]) -> Iterator[dict[str, int]]:
    """Give, for each place in the words, the signs found there and the papers that have them."""
    width = max(map(len, words))
    text = "".join(map(str.ljust, words, repeat(width)))
    for place in range(width):
        column = text[place::width]
        signs = set(column)
        nowhere = {ord(sign): "0" for sign in signs}
        yield {
            sign: int(column.translate(nowhere | {ord(sign): "1"}), 2)
            for sign in signs - {BLANK, SKIPPED, UNCLEAR}
        }
