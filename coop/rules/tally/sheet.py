"""The count sheet: what a count by stages writes down, and whom it takes where votes are level."""

from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction

from coop.rules.tally.election import Action, Election, Result, Round, quantity
from coop.rules.tally.papers import Weight
from coop.rules.tally.ties import OpenTie, Script, immaterial, separate


class Sheet:
    """A stage is closed with where the votes lie; rounds noted after it carry its tallies.

    In a countback the `guarded` sit already: they keep their seats and aren't counted as elected.
    """

    def __init__(
        self, method: str, election: Election, script: Script, guarded: frozenset[int] = frozenset()
    ) -> None:
        self.method = method
        self.election = election
        self.script = script
        self.guarded = guarded
        self.valid: Weight = 0
        self.quota: Fraction | None = None
        self.elected: list[int] = []
        self.rounds: list[Round] = []
        self.stages: list[dict[int, Fraction]] = []
        self._exhausted = self._loss = Fraction(0)

    @property
    def vacancies(self) -> int:
        return self.election.seats - len(self.guarded) - len(self.elected)

    def close_stage(self, tallies: dict[int, Fraction], exhausted: Weight, loss: Weight = 0) -> None:
        self.stages.append(tallies)
        self._exhausted, self._loss = Fraction(exhausted), Fraction(loss)

    def note(self, action: Action, says: str) -> None:
        self.rounds.append(Round(action, says, self.stages[-1], self._exhausted, self._loss))

    def opening(self) -> str:
        seats = f"{self.election.seats} seat{'' if self.election.seats == 1 else 's'}"
        papers = f"{figure(self.valid)} valid paper{'' if self.valid == 1 else 's'}"
        kept = ""
        if self.guarded:
            keep = self.people(sorted(self.guarded), "keeps the seat", "keep the seats")
            kept = f", of which {keep} they have"
        return f"First preferences of {papers} for {seats}{kept}"

    def in_order(self, numbers: Iterable[int]) -> list[int]:
        """Order by votes, the most first; level ones as on the paper."""
        return sorted(numbers, key=lambda number: (-self.stages[-1][number], number))

    def elect_the_rest(self, rest: Iterable[int], says: str = "") -> None:
        seated = self.in_order(rest)
        self.elected += seated
        as_many = "As many candidates as seats are left, so nothing more is transferred:"
        self.note(Action.ELECT, f"{says} {as_many} {self.people(seated, 'is', 'are')} elected.".strip())

    def lowest(self, among: Collection[int], within: Weight = 0, *, votes_only_rise: bool = True) -> int:
        """Choose who has the fewest votes; those `within` so many votes of the fewest are level.

        `votes_only_rise`: while candidates are excluded, nobody else's votes fall, and neither does the quota.
        """
        tallies = self.stages[-1]
        fewest = min(tallies[number] for number in among)
        level = sorted(number for number in among if tallies[number] <= fewest + within)
        if not any(tallies[number] for number in level) and len(among) - len(level) >= self.vacancies:
            return level[0]  # nothing to transfer, and they all go before anyone else
        all_go = votes_only_rise and len(level) > 1 and self._all_go_first(len(level), among)
        return self.one_of(level, most=False, within=within, harmless=all_go)

    def _all_go_first(self, level: int, among: Collection[int]) -> bool:
        """Whether all the level ones are excluded before anyone else, and it ends alike whoever goes first.

        So it is where they and perhaps some above them have fewer votes together than the next one, and
        nobody can reach the quota meanwhile; or only one can, because one seat is left.
        """
        if self.guarded:
            return False
        votes = sorted(self.stages[-1][number] for number in among)
        together = Fraction(0)
        for place in range(1, len(votes) - self.vacancies + 1):
            together += votes[place - 1]
            last = place == len(votes)
            if place >= level and not last and together < votes[place]:
                return self.quota is None or self.vacancies == 1 or votes[-1] + together < self.quota
        return False

    def one_of(self, level: Sequence[int], *, most: bool, within: Weight = 0, harmless: bool = False) -> int:
        """Choose among the level ones by the latest stage where they differed, else by the ladder."""
        if len(level) == 1:
            return level[0]
        tied = separate(level, self.stages, most=most, within=within)
        if len(tied) == 1:
            names = self.election.names(sorted(level))
            had = f"{self.election.name(tied[0])} had {'most' if most else 'fewest'}"
            self.note(Action.TIE, f"{names} are tied; {had} at the latest stage where they differed.")
            return tied[0]
        if harmless:
            self.note(Action.TIE, immaterial(self.election, tied))
            return tied[0]
        settled = self.script.next(tied)
        if settled is None:
            raise OpenTie(tied, "surplus" if most else "exclude", self.result())
        self.note(Action.TIE, settled.says)
        return settled.chosen

    def stop(self, says: str) -> Result:
        self.note(Action.STOP, says)
        return self.result()

    def result(self) -> Result:
        return Result(
            self.method, self.election, self.quota, self.valid, tuple(self.elected), tuple(self.rounds)
        )

    def people(self, numbers: Sequence[int], one: str, several: str) -> str:
        return f"{self.election.names(numbers)} {one if len(numbers) == 1 else several}"


def figure(votes: Weight) -> str:
    """Write votes for a sentence: exactly up to nine decimals, else rounded to six and said so."""
    votes = Fraction(votes)
    if 10**9 % votes.denominator == 0:
        return quantity(votes)
    return f"about {quantity(Fraction(round(votes * 10**6), 10**6))}"
