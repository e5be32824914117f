"""Plurality: each paper counts for its first preference; the most votes win.

Source: Robert's Rules of Order Newly Revised (12th edition), 44:11. With several seats each paper still
has one vote, the single non-transferable vote. A first rank given to several is skipped or spends the
paper, by the policy for overvotes.
"""

from fractions import Fraction
from operator import itemgetter

from coop.rules.tally.election import Election, Method, PaperKind, Result, quantity
from coop.rules.tally.papers import letter_of, size
from coop.rules.tally.points import Table, fill_seats, opening

NAME = "plurality"


def count(election: Election) -> Result:
    """Count the first preferences and give the seats to the highest."""
    votes = {number: Fraction(0) for number in sorted(election.standing)}
    papers = election.plain()
    for weight, words in papers.items():
        first = "".join(map(itemgetter(0), words))
        for number in votes:
            votes[number] += first.count(letter_of(number)) * weight
    spent = election.valid - size(papers)
    says = f"First preferences of {opening(election)}, the most votes first."
    if spent:
        says += f" {quantity(spent)} had marked several where one counts, and count for nobody."
    return fill_seats(Table(NAME, election, votes, "votes", says, spent, conserves=True))


METHOD = Method(NAME, "plurality", one_seat=False, count=count, paper=PaperKind.CHOICE)
