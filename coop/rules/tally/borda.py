"""Borda: of n candidates the first on a paper gets n−1 points, the last 0; the most points win.

Source: Jean-Charles de Borda, “Mémoire sur les élections au scrutin” (1781). Level candidates share the
mean of their places, and so do those a paper leaves out: each gets a point for everyone behind them and
half a point for everyone level.
"""

from fractions import Fraction

from coop.rules.tally.election import Election, Method, Result
from coop.rules.tally.pairwise import pairwise
from coop.rules.tally.points import Table, fill_seats, opening

NAME = "borda"


def count(election: Election) -> Result:
    """Add up the points of the places and give the seats to the highest."""
    before = pairwise(election)
    standing = sorted(election.standing)
    points = {
        a: sum(
            (
                Fraction(election.valid + before[a - 1][b - 1] - before[b - 1][a - 1], 2)
                for b in standing
                if b != a
            ),
            Fraction(0),
        )
        for a in standing
    }
    most = len(standing) - 1
    says = (
        f"{opening(election)}: each gives {most} point{'' if most == 1 else 's'} to its first, one fewer to the next "
        "and so on to 0; level ones, and those left out, share the points of their places evenly."
    )
    return fill_seats(Table(NAME, election, points, "points", says))


METHOD = Method(NAME, "Borda points", one_seat=False, count=count)
