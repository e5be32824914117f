"""What else the same papers could have come to: by another method, or by another lot.

It tells who would be elected and nothing of the votes. What binds is the method that the rule names:
voters who knew of another might have filled in their papers otherwise.
"""

from collections.abc import Iterator
from dataclasses import replace

from coop.rules.tally import METHODS
from coop.rules.tally.election import Election, Method, PaperKind, Result

FEWEST, MOST = 5, 20_000  # papers: fewer could tell how somebody voted, more take too long
MOST_LOTS = 64  # counts of the same papers with other lots

_SAME_PAPERS = {
    PaperKind.RANKING: (
        "plurality",
        "irv",
        "scottish-stv",
        "wigm-stv",
        "meek-stv",
        "schulze",
        "ranked-pairs",
        "borda",
    ),
    PaperKind.APPROVAL: ("approval", "equal-shares"),
    PaperKind.SCORE: ("score", "star"),
}

People = frozenset[int]


def compare(election: Election, method: Method) -> tuple[str, ...]:
    """Say in one sentence each what another lot and every other method would have come to."""
    if method.one_seat:
        election = replace(election, seats=1)
    counted = frozenset(method.count(election).elected)
    return (_another_lot(election, method, counted), *_other_methods(election, method, counted))


def by_every_lot(election: Election, method: Method) -> tuple[set[People], bool]:
    """Find every set of people that lots could have elected, and whether all lots were tried."""
    found: set[People] = set()
    open_ways: list[tuple[int, ...]] = [()]
    for _ in range(MOST_LOTS):
        if not open_ways:
            break
        lots = open_ways.pop(0)
        result = method.count(replace(election, seed=None, lots=lots))
        if result.ties:
            open_ways += [(*lots, number) for number in result.ties]
        else:
            found.add(frozenset(result.elected))
    return found, not open_ways


def _another_lot(election: Election, method: Method, counted: People) -> str:
    found, complete = by_every_lot(election, method)
    others = sorted(found - {counted}, key=sorted)
    if not others:
        return (
            "No lot was drawn that could change who is elected."
            if complete
            else "Lots were drawn; with so many ties not every other lot could be tried."
        )
    otherwise = "; or ".join(_instead(election, other, counted) for other in others)
    end = "" if complete else " There were too many ties to try every lot."
    return f"A lot was drawn. Had it fallen otherwise, {otherwise}.{end}"


def _other_methods(election: Election, method: Method, counted: People) -> Iterator[str]:
    names = _SAME_PAPERS.get(method.paper, ())
    if not names:
        yield "A paper that names one candidate can be counted in this way only."
    for other in (METHODS[name] for name in names if name != method.name):
        if other.one_seat and election.seats > 1:
            continue
        yield _by(other, election, other.count(replace(election, seed=None)), counted)


def _by(other: Method, election: Election, result: Result, counted: People) -> str:
    how = "By first preferences alone" if other.name == "plurality" else f"By {other.title}"
    if result.ties:
        return f"{how}, {election.names(result.ties)} would be tied, and a lot would decide."
    elected = frozenset(result.elected)
    if elected == counted:
        return f"{how}, the same would be elected."
    return f"{how}, {_instead(election, elected, counted)}."


def _instead(election: Election, elected: People, counted: People) -> str:
    """Name who would come in, and for whom."""
    came, went = sorted(elected - counted), sorted(counted - elected)
    if not came:
        return f"{election.names(went)} would not be elected"
    place = f" instead of {election.names(went)}" if went else ", too"
    return f"{election.names(came)} would be elected{place}"
