"""Single transferable vote by the weighted inclusive Gregory method, as Scottish councils count it.

Source: Scottish Local Government Elections Order 2011, schedule 1, the rules on counting (as before in
the Order of 2007): Droop quota; every paper of an elected candidate goes on at surplus ÷ votes of its
value, cut to five decimals; exclusions move papers at the value they came with; when as many candidates
are left as seats, they are elected and nothing more is transferred.
"""

from fractions import Fraction

from coop.rules.tally.election import Action, Election, Method, Result, Round, quantity
from coop.rules.tally.ties import OpenTie, Script, count_with_ladder, separate

NAME = "scottish-stv"
UNIT = 100_000  # one vote; values are whole numbers of 0.00001

Pile = dict[int, list[tuple[tuple[int, ...], int, int]]]  # value → (preferences, place reached, papers)


class _Count:
    def __init__(self, election: Election, script: Script) -> None:
        self.election = election
        self.script = script
        self.piles: dict[int, Pile] = {number: {} for number in sorted(election.standing)}
        self.votes: dict[int, int] = dict.fromkeys(self.piles, 0)
        self.exhausted = 0
        self.loss = 0
        self.continuing = set(self.piles)
        self.pending: list[int] = []  # elected, their surplus not yet transferred
        self.elected: list[int] = []
        self.rounds: list[Round] = []
        self.stages: list[dict[int, Fraction]] = []
        self.valid = 0
        orders = election.preferences()
        orders.pop((), None)  # a paper without a first preference is not valid
        for order, papers in orders.items():
            self.piles[order[0]].setdefault(UNIT, []).append((order, 0, papers))
            self.votes[order[0]] += papers * UNIT
            self.valid += papers
        self.quota = (self.valid // (election.seats + 1) + 1) * UNIT

    @property
    def vacancies(self) -> int:
        return self.election.seats - len(self.elected)

    def run(self) -> Result:
        if not self.valid:
            self._stage(Action.STOP, "No valid paper was cast; nobody is elected.")
            return self._result()
        seats = f"{self.election.seats} seat{'' if self.election.seats == 1 else 's'}"
        papers = f"{self.valid} valid paper{'' if self.valid == 1 else 's'}"
        says = f"First preferences of {papers} for {seats}: the quota is {self._text(self.quota)}."
        self._stage(Action.TRANSFER, says)
        while self.vacancies and self.continuing:
            if len(self.continuing) <= self.vacancies:
                self._elect_the_rest("")
            elif self.pending:
                self._transfer_surplus(self._largest_surplus())
            else:
                self._exclude(self._last())
        return self._result()

    def _stage(self, action: Action, says: str) -> None:
        """Close a stage: note where the votes lie, and who has reached the quota."""
        self.stages.append({n: Fraction(votes, UNIT) for n, votes in self.votes.items()})
        reached = [n for n in self.continuing if self.votes[n] >= self.quota] if self.valid else []
        reached.sort(key=lambda n: (-self.votes[n], n))
        for number in reached:
            self.continuing.discard(number)
            self.elected.append(number)
            if self.votes[number] > self.quota:
                self.pending.append(number)
        if reached:
            says += (
                f" {self._people(reached, 'reaches the quota and is', 'reach the quota and are')} elected."
            )
        self._note(Action.ELECT if reached else action, says)

    def _elect_the_rest(self, says: str) -> None:
        rest = sorted(self.continuing, key=lambda n: (-self.votes[n], n))
        self.continuing.clear()
        self.elected += rest
        as_many = "As many candidates as seats are left, so nothing more is transferred:"
        self._note(Action.ELECT, f"{says} {as_many} {self._people(rest, 'is', 'are')} elected.".strip())

    def _largest_surplus(self) -> int:
        most = max(self.votes[n] for n in self.pending)
        level = [n for n in self.pending if self.votes[n] == most]
        return self._one_of(level, most=True)

    def _transfer_surplus(self, giver: int) -> None:
        self.pending.remove(giver)
        total, surplus = self.votes[giver], self.votes[giver] - self.quota
        pile, self.piles[giver] = self.piles[giver], {}
        self.votes[giver] = self.quota
        given = 0
        for value in sorted(pile, reverse=True):
            given += self._move(pile[value], surplus * value // total)
        self.loss += surplus - given
        name = self.election.name(giver)
        says = (
            f"The surplus of {name}, {self._text(surplus)}, goes on: every paper at "
            f"{self._text(surplus)} ÷ {self._text(total)} of its value, cut to five decimals."
        )
        self._stage(Action.TRANSFER, says)

    def _last(self) -> int:
        fewest = min(self.votes[n] for n in self.continuing)
        level = [n for n in self.continuing if self.votes[n] == fewest]
        return self._one_of(level, most=False)

    def _exclude(self, out: int) -> None:
        self.continuing.discard(out)
        had = self.votes[out]
        says = f"{self.election.name(out)} has the fewest votes, {self._text(had)}, and is excluded."
        if len(self.continuing) <= self.vacancies:
            self._elect_the_rest(says)
            return
        pile, self.piles[out] = self.piles[out], {}
        self.votes[out] = 0
        before = self.exhausted
        for value in sorted(pile, reverse=True):
            self._move(pile[value], value)
        gone = self.exhausted - before
        says += f" {self._text(had - gone)} passed on, {self._text(gone)} without a further preference."
        self._stage(Action.EXCLUDE, says)

    def _move(self, parcel: list[tuple[tuple[int, ...], int, int]], value: int) -> int:
        """Pass each paper to its next continuing candidate at this value; return the votes passed on."""
        moved = 0
        for order, place, papers in parcel:
            moved += papers * value
            for at in range(place + 1, len(order)):
                if order[at] in self.continuing:
                    self.piles[order[at]].setdefault(value, []).append((order, at, papers))
                    self.votes[order[at]] += papers * value
                    break
            else:
                self.exhausted += papers * value
        return moved

    def _one_of(self, level: list[int], *, most: bool) -> int:
        if len(level) == 1:
            return level[0]
        tied = separate(level, self.stages, most=most)
        names = self.election.names(sorted(level))
        if len(tied) == 1:
            word = "most" if most else "fewest"
            chosen = self.election.name(tied[0])
            self._note(
                Action.TIE, f"{names} are tied; {chosen} had {word} at the latest stage where they differed."
            )
            return tied[0]
        unvoted = not most and not any(self.votes[n] for n in tied)
        if unvoted and len(self.continuing) - len(tied) >= self.vacancies:
            return tied[0]  # nothing to transfer, and they all go before anyone else
        settled = self.script.next()
        if settled is None:
            raise OpenTie(tied, "surplus" if most else "exclude", self._result())
        self._note(Action.TIE, settled.says)
        return settled.chosen

    def _note(self, action: Action, says: str) -> None:
        tallies = {n: Fraction(votes, UNIT) for n, votes in self.votes.items()}
        self.rounds.append(
            Round(action, says, tallies, Fraction(self.exhausted, UNIT), Fraction(self.loss, UNIT))
        )

    def _result(self) -> Result:
        quota = Fraction(self.quota, UNIT)
        return Result(NAME, self.election, quota, self.valid, tuple(self.elected), tuple(self.rounds))

    def _people(self, numbers: list[int], one: str, several: str) -> str:
        return f"{self.election.names(numbers)} {one if len(numbers) == 1 else several}"

    def _text(self, votes: int) -> str:
        return quantity(Fraction(votes, UNIT))


def count(election: Election) -> Result:
    """Count a Scottish single transferable vote."""
    return count_with_ladder(election, lambda given, script: _Count(given, script).run())


METHOD = Method(NAME, "single transferable vote (Scottish)", one_seat=False, count=count)
