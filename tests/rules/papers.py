"""Papers for tests of the counts, written as they are spoken of."""

from dataclasses import replace

from coop.rules.tally import METHODS
from coop.rules.tally.election import PaperKind
from coop.rules.tally.papers import letter_of, profile, word


def R(*ranks, weight=1):  # noqa: N802 - one letter, as elections are written on blackboards
    """Give a ranking, each rank a number, several level ones, or () for a skipped one."""
    return word(ranks), weight


def papers(*given):
    return profile(given)


def count(method, election):
    """Count rankings by any method; one that asks for scores is given 9 for the first, 8 for the next."""
    if METHODS[method].paper is PaperKind.SCORE:
        signs = [letter_of(n) for n in sorted(election.numbers)]
        scores = {}
        for weight, words in election.papers.items():
            for spelt in words:
                given = tuple(9 - spelt.index(sign) if sign in spelt else None for sign in signs)
                scores[given] = scores.get(given, 0) + weight
        election = replace(election, scores=scores)
    return METHODS[method].count(election)
