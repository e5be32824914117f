"""Ranked pairs: majorities are locked, the strongest first, unless they would close a circle.

Source: T. N. Tideman, “Independence of clones as a criterion for voting rules”, Social Choice and Welfare
4 (1987), and T. M. Zavist and T. N. Tideman, “Complete independence of clones in the ranked pairs rule”,
6 (1989). Majorities are measured by winning votes: the more papers for the winner, and of equal ones the
fewer against. Whoever no locked majority beats is elected.

Majorities of equal strength can be taken in any order. All orders that make a difference are tried
(“parallel universes”, Brill and Fischer 2012); candidates elected in some of them, or left unbeaten
together, are tied; the lot takes one, and the majorities are then locked in an order that elects it.
Where `MOST_ORDERS` don't suffice, the tied are all who may be elected in some order, as far as known;
after the lot, majorities that clash are locked in favour of the one it fell on.
"""

from collections.abc import Iterable
from functools import cached_property
from itertools import groupby

from coop.rules.tally.election import Action, Election, Method, Result
from coop.rules.tally.majorities import Account, Duels, Majority, chain, count_duels
from coop.rules.tally.pairwise import pairwise
from coop.rules.tally.ties import count_with_ladder

NAME = "ranked-pairs"
RULE = (
    "Whoever beats everyone is elected; failing that, such majorities are locked, the strongest first, "
    "unless one would close a circle with those locked before."
)
MOST_ORDERS = 100  # states of the locking looked at before the search is given up

Reach = tuple[int, ...]  # for each candidate's number, a bit for everyone locked behind them, and their own
Order = tuple[Majority, ...]


def _lock(reach: Reach, majorities: Iterable[Majority]) -> Reach:
    for winner, loser in majorities:
        if not _leads(reach, winner, loser):
            behind = reach[loser]
            reach = tuple(far | behind if far >> winner & 1 else far for far in reach)
    return reach


def _leads(reach: Reach, number: int, other: int) -> bool:
    return bool(reach[number] >> other & 1)


class _Orders:
    """The orders in which equal majorities can be locked, as far as they make a difference.

    Orders in favour of each one who may be elected come first; then all others, until nobody is left to find.
    """

    def __init__(self, duels: Duels) -> None:
        self.duels = duels
        self.nothing: Reach = tuple(1 << n for n in range(len(duels.election.candidates) + 1))
        self.groups = [list(equal) for _, equal in groupby(duels.majorities, duels.strength)]
        self.clash = False
        self.complete = True

    @cached_property
    def elects(self) -> dict[int, Order]:
        """Find who is unbeaten in some order, with such an order of the majorities that matter."""
        found: dict[int, Order] = {}
        for number in self.hopeful(self.nothing, 0):
            reach, order = self._in_favour_of(number)
            found = dict.fromkeys(self.unbeaten(reach), order) | found
        waiting: list[tuple[Reach, int, Order]] = [(self.nothing, 0, ())]
        seen: set[tuple[Reach, int]] = set()
        while waiting:
            reach, at, order = waiting.pop()
            wanted = self.hopeful(reach, at) - found.keys()
            if not wanted or (reach, at) in seen:
                continue
            if len(seen) == MOST_ORDERS:
                self.complete = False
                break
            seen.add((reach, at))
            if at == len(self.groups):
                found |= dict.fromkeys(wanted, order)
                continue
            safe, clashing = self._part(reach, self.groups[at])
            reach, order = _lock(reach, safe), (*order, *safe)
            waiting += [(_lock(reach, [m]), at, (*order, m)) for m in clashing] or [(reach, at + 1, order)]
        return found

    @cached_property
    def tied(self) -> list[int]:
        found = set(self.elects)
        return sorted(found if self.complete else self.hopeful(self.nothing, 0))

    def unbeaten(self, reach: Reach) -> set[int]:
        running = self.duels.running
        return {n for n in running if not any(_leads(reach, other, n) for other in running if other != n)}

    def hopeful(self, reach: Reach, at: int) -> set[int]:
        """Find who may still end unbeaten: a chain no weaker leads back to each one who beats them."""
        left, locked = self.unbeaten(reach), reach
        for equal in self.groups[at:]:
            reach = _lock(reach, [(a, b) for a, b in equal if not _leads(locked, b, a)])
            left -= {loser for winner, loser in equal if not _leads(reach, loser, winner)}
        return left

    def order_for(self, number: int) -> list[Majority]:
        """Order all majorities so that this one is elected, or, where none is known, in its favour."""
        order = self.elects.get(number) or self._in_favour_of(number)[1]
        first = {majority: place for place, majority in enumerate(order)}
        return [
            m for equal in self.groups for m in sorted(equal, key=lambda m: (first.get(m, len(first)), m))
        ]

    def _in_favour_of(self, number: int) -> tuple[Reach, Order]:
        """Of majorities that clash lock first those that lead on from this candidate to somebody new."""
        reach = self.nothing
        order: Order = ()
        for equal in self.groups:
            safe, clashing = self._part(reach, equal)
            while clashing:
                self.clash = True
                best = min(
                    clashing, key=lambda m: (not _leads(reach, number, m[0]), _leads(reach, number, m[1]), m)
                )
                reach, order = _lock(reach, [*safe, best]), (*order, *safe, best)
                safe, clashing = self._part(reach, equal)
            reach, order = _lock(reach, safe), (*order, *safe)
        return reach, order

    def _part(self, reach: Reach, equal: list[Majority]) -> tuple[list[Majority], list[Majority]]:
        """Part the majorities still open: those on no circle, locked in any order, and those that clash."""
        still_open = [(a, b) for a, b in equal if not _leads(reach, a, b) and not _leads(reach, b, a)]
        together = _lock(reach, still_open)
        safe = [(a, b) for a, b in still_open if not _leads(together, b, a)]
        return safe, [(a, b) for a, b in still_open if _leads(together, b, a)]


def _decide(account: Account, orders: _Orders) -> None:
    name, tied = account.election.name, orders.tied
    chosen = tied[0]
    if len(tied) > 1:
        names = account.election.names(tied)
        clash = f"Equally strong majorities clash: by which goes first, one or another of {names} is elected."
        account.note(Action.TIE, clash if orders.clash else f"No majority decides between {names}.")
        chosen = account.settle(tied)
    elif orders.clash:
        account.note(
            Action.TIE, f"Whichever of equally strong majorities goes first, {name(chosen)} is elected."
        )
    unbeaten = sorted(orders.unbeaten(_lock_in(account, orders.nothing, orders.order_for(chosen))))
    if chosen not in unbeaten:
        chosen = unbeaten[0] if len(unbeaten) == 1 else account.settle(unbeaten)
    account.elect(chosen, f"No locked majority beats {name(chosen)}: elected.")


def _lock_in(account: Account, reach: Reach, order: list[Majority]) -> Reach:
    """Lock the majorities in order, and tell it."""
    duels = account.duels
    beaten: dict[int, list[int]] = {}
    locked: list[Majority] = []
    for winner, loser in order:
        if _leads(reach, loser, winner):
            _tell_locked(account, locked)
            circle = duels.says(chain(loser, winner, beaten))
            says = f"{duels.says([(winner, loser)])}, but locked before it: {circle}. It is left out."
            account.note(Action.EXCLUDE, says)
            locked = []
            continue
        reach = _lock(reach, [(winner, loser)])
        beaten.setdefault(winner, []).append(loser)
        locked.append((winner, loser))
    _tell_locked(account, locked)
    return reach


def _tell_locked(account: Account, locked: list[Majority]) -> None:
    if locked:
        account.note(Action.TRANSFER, f"Locked, the strongest first: {account.duels.says(locked)}.")


def count(election: Election) -> Result:
    """Count by ranked pairs; it fills one seat whatever the election says."""
    duels = Duels(election, pairwise(election))
    orders = _Orders(duels)
    return count_with_ladder(
        election,
        lambda _, script: count_duels(
            Account(NAME, duels, script), RULE, lambda account: _decide(account, orders)
        ),
    )


METHOD = Method(NAME, "ranked pairs", one_seat=True, count=count)
