"""The ladder for ties: an earlier stage, then whether it matters at all, then the lot."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from coop.rules.lot import draw
from coop.rules.tally.election import Action, Election, Result, Round
from coop.rules.tally.papers import Weight

# Looking ahead re-runs the count; where so many re-runs can't tell, this tie and all that follow go to the lot.
LOOK_AHEAD = 200


@dataclass(frozen=True)
class Settled:
    """A tie that the earlier stages left open, and how it was settled."""

    chosen: int
    says: str


class OpenTie(Exception):  # noqa: N818 - it carries a question to the ladder, not an error
    """No earlier stage separates these; `so_far` is the count up to here."""

    def __init__(self, tied: Sequence[int], occasion: str, so_far: Result) -> None:
        super().__init__(occasion)
        self.tied = tuple(tied)
        self.occasion = occasion
        self.so_far = so_far


class _TooManyWaysError(Exception):
    """Looking ahead would take more counts than are allowed."""


@dataclass
class Script:
    """The ties settled so far, handed out in the order in which the count meets them.

    Ties beyond them are left open, or, to look ahead, all go to the one at `beyond` among the tied.
    """

    settled: tuple[Settled, ...] = ()
    beyond: int | None = None
    _waiting: Iterator[Settled] = field(init=False)

    def __post_init__(self) -> None:
        """Start at the first tie."""
        self._waiting = iter(self.settled)

    def next(self, tied: Sequence[int]) -> Settled | None:
        settled = next(self._waiting, None)
        if settled is None and self.beyond is not None:
            return Settled(tied[self.beyond], "")
        return settled


Count = Callable[[Election, Script], Result]


def count_with_ladder(election: Election, count: Count) -> Result:
    """Run the count; settle each tie it can't settle itself; without a seed stop at one that matters."""
    settled: tuple[Settled, ...] = ()
    matters: bool | None = False
    lots = iter(election.lots)
    while True:
        try:
            return count(election, Script(settled))
        except OpenTie as tie:
            names = election.names(tie.tied)
            if matters is not None:
                matters = _matters(election, count, settled, tie.tied)
            if matters is False:
                settled = (*settled, Settled(tie.tied[0], immaterial(election, tie.tied)))
            else:
                occasion = f"tie {len(settled) + 1}"
                drawn = next(lots, None) or _draw(election.seed, occasion, tie.tied)
                if drawn is None:
                    return _stopped(tie, f"{names} are tied at every stage: this needs a lot.")
                says = (
                    f"{names} are tied at every stage; the lot ({occasion}) falls on {election.name(drawn)}."
                )
                settled = (*settled, Settled(drawn, says))


def immaterial(election: Election, tied: Sequence[int]) -> str:
    """Say of a tie that it doesn't matter, so that the first of them is taken."""
    return (
        f"{election.names(tied)} are tied at every stage; whichever is taken, the same are elected, "
        f"so {election.name(tied[0])}, the first on the paper, is taken."
    )


def separate(
    tied: Sequence[int], stages: Sequence[Mapping[int, Fraction]], *, most: bool, within: Weight = 0
) -> tuple[int, ...]:
    """Go back from the latest stage; at each keep those with the most (or fewest) votes there.

    Scottish Local Government Elections Order 2011, schedule 1: the most recent preceding stage at
    which the tied had an unequal number of votes. Figures `within` so many votes count as equal.
    """
    left = tuple(sorted(tied))
    for tallies in reversed(stages):
        if len(left) == 1:
            break
        best = (max if most else min)(tallies[number] for number in left)
        left = tuple(number for number in left if abs(tallies[number] - best) <= within)
    return left


def _draw(seed: bytes | None, occasion: str, tied: Sequence[int]) -> int | None:
    return None if seed is None else int(draw(seed, occasion, [str(number) for number in tied]))


def _matters(
    election: Election, count: Count, settled: tuple[Settled, ...], tied: tuple[int, ...]
) -> bool | None:
    """Whether the choice among the tied can change who is elected; None where looking ahead can't tell.

    Whole counts with the first and the last of the tied, each by two habits in all ties to come, mostly
    tell. Only then every way is tried: the choice doesn't matter if each leads to the same later ties
    that matter, and these to the same elected.
    """
    starts = [(*settled, Settled(number, "")) for number in tied]
    for habit in (0, -1):
        if _people(count, election, Script(starts[0], habit)) != _people(
            count, election, Script(starts[-1], habit)
        ):
            return True
    counts = iter(range(LOOK_AHEAD))
    try:
        first, *others = [_what_follows(election, count, start, counts) for start in starts]
    except _TooManyWaysError:
        return None
    return any(other != first for other in others)


def _what_follows(
    election: Election, count: Count, settled: tuple[Settled, ...], counts: Iterator[int]
) -> object:
    """Find who is elected, or the next tie that matters with what follows each choice; one of `counts` each."""
    if next(counts, None) is None:
        raise _TooManyWaysError
    try:
        return _people(count, election, Script(settled))
    except OpenTie as tie:
        ways = {
            number: _what_follows(election, count, (*settled, Settled(number, "")), counts)
            for number in tie.tied
        }
    first, *others = ways.values()
    return ways if any(other != first for other in others) else first


def _people(count: Count, election: Election, script: Script) -> frozenset[int]:
    return frozenset(count(election, script).elected)


def _stopped(tie: OpenTie, says: str) -> Result:
    last = tie.so_far.rounds[-1]
    stop = Round(Action.STOP, says, last.tallies, last.exhausted, last.loss)
    return replace(tie.so_far, rounds=(*tie.so_far.rounds, stop), ties=tie.tied)
