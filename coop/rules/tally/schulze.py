"""Schulze's method: whoever has the stronger chain of majorities against each of the others.

Source: Markus Schulze, “A new monotonic, clone-independent, reversal symmetric, and Condorcet-consistent
single-winner election method”, Social Choice and Welfare 36 (2011), with majorities measured by winning
votes: the more papers for the winner, and of equal ones the fewer against, as in Debian's constitution,
A.5. A chain is as strong as its weakest majority. Candidates against none of whom anyone has a stronger
chain than they have back are tied, and the lot takes one.
"""

from functools import cached_property

from coop.rules.tally.election import Action, Election, Method, Result
from coop.rules.tally.majorities import Account, Duels, Majority, chain, count_duels
from coop.rules.tally.pairwise import pairwise
from coop.rules.tally.ties import count_with_ladder

NAME = "schulze"
RULE = (
    "Whoever beats everyone is elected; failing that, Schulze's method compares chains of such majorities, "
    "each as strong as its weakest."
)


class _Chains:
    """The strongest chain from each candidate to each other."""

    def __init__(self, duels: Duels) -> None:
        self.duels = duels
        self.levels = sorted({duels.strength(majority) for majority in duels.majorities})

    @cached_property
    def strongest(self) -> dict[Majority, int]:
        """Give the place of its strength among all, from 1 for the weakest; 0 where there is no chain."""
        running = self.duels.running
        place = {strength: level for level, strength in enumerate(self.levels, 1)}
        best = {(a, b): 0 for a in running for b in running}
        best |= {majority: place[self.duels.strength(majority)] for majority in self.duels.majorities}
        for by in running:
            for a in running:
                first = best[a, by]
                for b in running if first else ():
                    through = min(first, best[by, b])
                    if through > best[a, b] and a != b:
                        best[a, b] = through
        return best

    def leads(self, number: int, other: int) -> bool:
        return self.strongest[number, other] > self.strongest[other, number]

    @cached_property
    def leaders(self) -> list[int]:
        running = self.duels.running
        return [n for n in running if not any(self.leads(other, n) for other in running)]

    def says(self, number: int, other: int) -> str:
        """Tell why one is behind another."""
        name = self.duels.election.name
        there = self._links(number, other)
        back = self._links(other, number)
        holds = f": this chain holds {self._weakest(there)}" if len(there) > 1 else ""
        if not back:
            against = f"no chain leads back from {name(other)} to {name(number)}"
        elif len(back) > 1:
            against = f"the strongest chain back holds only {self._weakest(back)} ({self.duels.says(back)})"
        else:
            against = f"no chain back is stronger than {self.duels.says(back)}"
        return f"{self.duels.says(there)}{holds}; {against}. {name(other)} is behind {name(number)}."

    def _links(self, number: int, other: int) -> list[Majority]:
        least = self.strongest[number, other]
        if not least:
            return []
        beaten: dict[int, list[int]] = {}
        for winner, loser in self.duels.majorities:
            if self.duels.strength((winner, loser)) >= self.levels[least - 1]:
                beaten.setdefault(winner, []).append(loser)
        return chain(number, other, beaten)

    def _weakest(self, links: list[Majority]) -> str:
        return self.duels.score(*min(links, key=self.duels.strength))


def _decide(account: Account, chains: _Chains) -> None:
    election, leaders = account.election, chains.leaders
    for number in account.duels.running:
        leader = next((n for n in leaders if chains.leads(n, number)), None)
        if leader is not None:
            account.note(Action.EXCLUDE, chains.says(leader, number))
    if len(leaders) == 1:
        name = election.name(leaders[0])
        account.elect(leaders[0], f"Nobody has a stronger chain to {name} than {name} has back: elected.")
        return
    account.note(Action.TIE, f"Between {election.names(leaders)} no chain is stronger than the one back.")
    chosen = account.settle(leaders)
    account.elect(chosen, f"{election.name(chosen)} is elected.")


def count(election: Election) -> Result:
    """Count by Schulze's method; it fills one seat whatever the election says."""
    duels = Duels(election, pairwise(election))
    chains = _Chains(duels)
    return count_with_ladder(
        election,
        lambda _, script: count_duels(
            Account(NAME, duels, script), RULE, lambda account: _decide(account, chains)
        ),
    )


METHOD = Method(NAME, "Schulze's method", one_seat=True, count=count)
