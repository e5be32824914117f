"""Unopposed: no more stand than there are seats, so all who stand are elected and nobody votes.

Source: Robert's Rules of Order Newly Revised (12th edition), 46:40: where a ballot isn't required, the chair
declares the only nominees elected. Here too it is a count, of no papers, that anyone can repeat.
"""

from fractions import Fraction

from coop.rules.tally.election import Action, Election, Method, PaperKind, Result, Round

NAME = "unopposed"


def count(election: Election) -> Result:
    """Elect all who stand; raise ValueError where somebody stands against them, or voted."""
    standing = sorted(election.standing)
    if election.ballots:
        raise ValueError("Papers were cast in an election without a vote.")
    if len(standing) > election.seats:
        raise ValueError(f"{len(standing)} stand for {election.seats} seats, so there must be a vote.")
    are = "is" if len(standing) == 1 else "are"
    says = f"No more stand than there are seats, so {election.names(standing)} {are} elected unopposed."
    declared = Round(Action.ELECT, says, {}, Fraction(0), Fraction(0))
    return Result(NAME, election, None, 0, tuple(standing), (declared,))


METHOD = Method(NAME, "unopposed, without a vote", one_seat=False, count=count, paper=PaperKind.NONE)
