"""Approval: everyone a paper approves gets its vote; the most approvals win.

Source: Steven Brams and Peter Fishburn, “Approval voting”, American Political Science Review 72 (1978).
On a ranking everyone listed is approved, on whatever rank; where scores were given, a score above 0.
"""

from fractions import Fraction

from coop.rules.tally.election import Election, Method, PaperKind, Result
from coop.rules.tally.equal_shares import approvals
from coop.rules.tally.points import Table, fill_seats, opening

NAME = "approval"


def count(election: Election) -> Result:
    """Count the approvals and give the seats to the highest."""
    votes = {number: Fraction(0) for number in sorted(election.standing)}
    for approved, weight in approvals(election).items():
        for number in approved:
            votes[number] += weight
    says = f"{opening(election)}: each gives one approval to everyone it names, and the most approvals win."
    return fill_seats(Table(NAME, election, votes, "approvals", says))


METHOD = Method(NAME, "approval voting", one_seat=False, count=count, paper=PaperKind.APPROVAL)
