"""Score: the points every paper gives each candidate are added up; the most points win.

Source: Warren D. Smith, “Range voting” (2000), by totals: a candidate gets nothing from a paper that
leaves them without a score.
"""

from coop.rules.tally.election import Election, Method, PaperKind, Result
from coop.rules.tally.points import Table, fill_seats, opening, total_scores

NAME = "score"


def count(election: Election) -> Result:
    """Add up the scores and give the seats to the highest; raise ValueError where there are none."""
    says = f"The scores of {opening(election)}, added up; no score adds nothing, and the most points win."
    return fill_seats(Table(NAME, election, total_scores(election), "points", says))


METHOD = Method(NAME, "score voting", one_seat=False, count=count, paper=PaperKind.SCORE)
