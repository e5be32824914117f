"""Single transferable vote by the weighted inclusive Gregory method, as Scottish councils count it.

Source: Scottish Local Government Elections Order 2011, schedule 1, the rules on counting (as before in
the Order of 2007): Droop quota; surpluses go on at values cut to five decimals. What is cut off is the
loss. A paper's weight, where papers have weights, multiplies its value after the cut.
"""

from fractions import Fraction

from coop.rules.tally import gregory
from coop.rules.tally.election import Election, Method, Result

NAME = "scottish-stv"
UNIT = 100_000


def _five_decimals(value: Fraction) -> Fraction:
    return Fraction(value * UNIT // 1, UNIT)


RULE = gregory.Rule(NAME, _five_decimals, ", cut to five decimals")


def count(election: Election) -> Result:
    """Count a Scottish single transferable vote."""
    return gregory.count(election, RULE)


METHOD = Method(
    NAME,
    "single transferable vote (Scottish)",
    one_seat=False,
    count=count,
    later_no_harm=True,
)
