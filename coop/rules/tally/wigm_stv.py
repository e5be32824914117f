"""Single transferable vote by the weighted inclusive Gregory method, exact: nothing is rounded or cut.

Source: the Proportional Representation Foundation's reference WIGM rule, with every value kept as a
fraction instead of four decimals, and the Droop quota in whole votes, as public elections by this method
have it (Western Australia's Electoral Act 1907, schedule 1). `to_the_exact_quota` takes votes ÷
(seats + 1) instead, to be exceeded: the quota of rational counters. Fractions grow with every surplus that
holds papers of earlier ones: with forty seats they have thousands of digits, and the count takes seconds.
"""

from fractions import Fraction

from coop.rules.tally import gregory
from coop.rules.tally.election import Election, Method, Result

NAME = "wigm-stv"

RULE = gregory.Rule(NAME, cut=lambda value: value, how_cut="")
EXACT_QUOTA = gregory.Rule(
    NAME,
    cut=lambda value: value,
    how_cut="",
    quota=lambda valid, seats: Fraction(valid) / (seats + 1),
    above=True,
)


def count(election: Election) -> Result:
    """Count an exact weighted inclusive Gregory vote."""
    return gregory.count(election, RULE)


def to_the_exact_quota(election: Election) -> Result:
    """Count with votes ÷ (seats + 1) as the quota, which must be exceeded."""
    return gregory.count(election, EXACT_QUOTA)


METHOD = Method(
    NAME,
    "single transferable vote (exact weighted inclusive Gregory)",
    one_seat=False,
    count=count,
    later_no_harm=True,
)
