"""Countback: the papers of an election fill the seat of a member who left, without a new vote.

All papers are counted again by a Gregory rule for all the seats, as if the member who left and those who
no longer stand had never stood. Whoever still sits is guarded: never excluded, and seated already; a
sitting member who reaches the quota passes their surplus on as before. The first of the others to reach
the quota, or to be left when all others are excluded, takes the seat.

Source: the full recount that the Proportional Representation Society of Australia describes for
organisations, beside the Hare-Clark countback (Australian Capital Territory, Electoral Act 1992,
schedule 4, part 4.3), which reads only the papers that lay with the member who left. The full recount
suits a co-op whose papers are on file: every member's paper speaks, not just those that happened to end
in one pile; it needs no record of how the first count ran, whatever its method; and a group big enough
for its seats has them again, because the whole is counted in proportion. Its known fault, that a recount
can unseat somebody who did nothing, is what guarding mends.
"""

from collections.abc import Collection
from dataclasses import replace

from coop.rules.tally import gregory, wigm_stv
from coop.rules.tally.election import Election, Result


def countback(
    election: Election,
    elected: Collection[int],
    vacating: int,
    willing: Collection[int],
    rule: gregory.Rule = wigm_stv.RULE,
) -> Result:
    """Fill the seat of `vacating`, one of the `elected`, with one of those `willing`; tell who takes it.

    The result's election is the recount's, and its `elected` the new member alone: nobody, where nobody
    is willing.
    """
    if vacating not in elected:
        raise ValueError(f"Candidate {vacating} has no seat to vacate.")
    sitting = frozenset(elected) - {vacating}
    others = frozenset(willing)
    unfit = others & (election.withdrawn | frozenset(elected)) | others - election.numbers
    if unfit:
        raise ValueError(f"Candidate {min(unfit)} can't take the seat: they sit, left or never stood.")
    recount = replace(election, seats=len(sitting) + 1, withdrawn=election.numbers - sitting - others)
    return gregory.count(recount, rule, guarded=sitting)
