"""Weights per class of members: each class has its share of the vote, however many of it vote."""

from collections.abc import Mapping
from fractions import Fraction

from coop.rules.tally.papers import LEVEL, SKIPPED, Profile, Weight


def weigh(classes: Mapping[str, Profile], shares: Mapping[str, Fraction]) -> dict[Weight, list[str]]:
    """Weigh each class's papers, so that together they carry its share of all papers cast, exactly.

    `classes` are each class's papers and `shares` what each is entitled to, 1 in all. Blank papers carry
    nothing: their class's share lies with those of it who marked theirs. All together weigh as much as
    all marked papers, so that quotas stay in votes; the share of a class of which nobody voted is cast
    by nobody.
    """
    if any(share < 0 for share in shares.values()) or sum(shares.values()) != 1:
        raise ValueError("The shares of the classes must be 1 in all, and none below 0.")
    unknown = classes.keys() - shares.keys()
    if unknown:
        raise ValueError(f"No share is stated for {min(unknown)}.")
    marked = {name: _marked(papers) for name, papers in classes.items()}
    whole = sum(marked.values(), Fraction(0))
    weighed: dict[Weight, list[str]] = {}
    for name, papers in classes.items():
        factor = shares[name] * whole / marked[name] if marked[name] else 1
        for weight, words in papers.items():
            weighed.setdefault(weight * factor, []).extend(words)
    return weighed


def _marked(papers: Profile) -> Fraction:
    return sum(
        (Fraction(weight) * sum(map(_is_marked, words)) for weight, words in papers.items()), Fraction(0)
    )


def _is_marked(spelt: str) -> bool:
    return spelt.strip(LEVEL + SKIPPED) != ""
