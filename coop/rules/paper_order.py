"""In which order the candidates stand on a paper. Their numbers, by which they are counted, never change.

By name: as numbered. By lot: `lot_order` over the numbers as tickets, with the commitment that is published when
the ballot is announced as the seed, so that anyone can draw it again while voting is open and nobody could choose
it. Rotated: each voter's paper begins with another candidate and goes round; over the roll each is first equally
often, give or take one. What isn't a person (“Reopen nominations”) stays last.
"""

from collections.abc import Sequence
from enum import StrEnum

from coop.rules.lot import lot_order

OCCASION = "order of the paper"


class PaperOrder(StrEnum):
    NAME = "name"
    LOT = "lot"
    ROTATED = "rotated"


def order_on_paper(order: PaperOrder, people: Sequence[int], commitment: str, turn: int) -> tuple[int, ...]:
    """Put candidates' numbers in the order of one voter's paper.

    `commitment` is the published SHA-256 of the ballot's seed, "" before it is announced; `turn` is the voter's
    place on the roll, counted from 0.
    """
    if order is PaperOrder.LOT and commitment:
        drawn = lot_order(bytes.fromhex(commitment), OCCASION, [str(number) for number in people])
        return tuple(int(ticket) for ticket in drawn)
    if order is PaperOrder.ROTATED and people:
        first = turn % len(people)
        return (*people[first:], *people[:first])
    return tuple(people)
