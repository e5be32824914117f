"""Proportional approval by the Method of Equal Shares, exact.

Source: D. Peters and P. Skowron, “Proportionality and the Limits of Welfarism” (2020), where it is called
Rule X. Here every paper has one vote to spend and a seat costs valid papers ÷ seats. Seats that nobody can
pay for any more go by Phragmén's sequential rule, started from what is left in the purses, as proposed
there: of the ways to fill up it alone lets the whole result still be read as prices paid from equal purses.
A paper approves whomever it lists, at any rank, or scores above 0.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from coop.rules.tally.election import Action, Election, Method, PaperKind, Result, Round, quantity
from coop.rules.tally.papers import Weight, letter_of
from coop.rules.tally.ties import OpenTie, Script, count_with_ladder, separate

NAME = "equal-shares"
WHOLE = Fraction(1)  # the vote each paper starts with, so no share a supporter can pay is larger

Approvals = Mapping[frozenset[int], Weight]  # the candidates a paper approves → the weight of such papers


def approvals(election: Election) -> dict[frozenset[int], Weight]:
    """Read whom each paper approves among those standing; papers that approve nobody are left out."""
    found: dict[frozenset[int], Weight] = {}
    for approved, weight in _read(election):
        if approved and weight:
            found[approved] = found.get(approved, 0) + weight
    return found


def _read(election: Election) -> Iterator[tuple[frozenset[int], Weight]]:
    if election.scores is not None:
        for scores, weight in election.scores.items():
            liked = frozenset(
                number for number, score in enumerate(scores, 1) if score is not None and score > 0
            )
            yield liked & election.standing, weight
        return
    numbers = {letter_of(number): number for number in election.standing}
    for weight, words in election.papers.items():
        for signs, many in Counter(map(frozenset, words)).items():
            yield frozenset(numbers[sign] for sign in signs if sign in numbers), weight * many


class _Count:
    """The purses as they stand: what is left to each paper, and whom such papers approve."""

    def __init__(self, election: Election, cast: Approvals, script: Script) -> None:
        self.election = election
        self.script = script
        self.purses: Mapping[Fraction, Approvals] = {WHOLE: cast}
        self.valid = sum(cast.values(), 0)
        self.price = Fraction(self.valid) / election.seats
        self.approved: dict[int, Weight] = {
            number: sum((weight for group, weight in cast.items() if number in group), 0)
            for number in sorted(election.standing)
        }
        self.spent = dict.fromkeys(self.approved, Fraction(0))
        self.continuing = set(self.approved)
        self.elected: list[int] = []
        self.rounds: list[Round] = []
        self.stages: list[dict[int, Fraction]] = []  # what each candidate would have asked of a supporter

    @property
    def vacancies(self) -> int:
        return self.election.seats - len(self.elected)

    def run(self) -> Result:
        if not self.valid:
            return self._stop("No valid paper was cast; nobody is elected.")
        self._note(Action.TRANSFER, self._opening())
        self._drop_those_behind_reopening()
        while self.vacancies and self.continuing:
            if len(self.continuing) <= self.vacancies:
                self._elect_the_rest()
            elif any(self.approved[number] for number in self.continuing):
                self._elect_the_cheapest()
            else:
                names = self.election.names(sorted(self.continuing))
                chosen = self._settle(tuple(sorted(self.continuing)))
                self._elect(
                    chosen, f"Nobody approves {names}; {self.election.name(chosen)} takes a seat left."
                )
        if not self.elected:
            return self._stop("Nobody is elected, and nominations reopen.")
        return self._result()

    def _opening(self) -> str:
        papers = f"{quantity(self.valid)} valid paper{'' if self.valid == 1 else 's'}"
        seats = f"{self.election.seats} seat{'' if self.election.seats == 1 else 's'}"
        liked = ", ".join(f"{self.election.name(n)} {quantity(many)}" for n, many in self.approved.items())
        return (
            f"{papers} for {seats}: each has one vote to spend, and a seat costs {quantity(self.price)}, "
            f"paid by those who approve the candidate. Approvals: {liked}."
        )

    def _drop_those_behind_reopening(self) -> None:
        reopen = self.election.reopen
        if reopen not in self.approved:
            return
        behind = {n for n in self.continuing if self.approved[n] <= self.approved[reopen]} - {reopen}
        self.continuing -= behind | {reopen}
        if behind:
            option = f"“{self.election.name(reopen)}”, {quantity(self.approved[reopen])}"
            names = self.election.names(sorted(behind))
            self._note(Action.EXCLUDE, f"No more approvals than {option}, and so not to be elected: {names}.")

    def _elect_the_rest(self) -> None:
        rest = sorted(self.continuing, key=lambda n: (-self.approved[n], n))
        self.continuing.clear()
        self.elected += rest
        names, verb = self.election.names(rest), "is" if len(rest) == 1 else "are"
        self._note(Action.ELECT, f"As many candidates as seats are left: {names} {verb} elected.")

    def _elect_the_cheapest(self) -> None:
        shares = self._shares()
        self.stages.append(shares)
        least = min(shares.values())
        level = tuple(number for number, share in shares.items() if share == least)
        chosen = self._one_of(level)
        says = self._pay_with_credit(chosen, least - WHOLE) if least > WHOLE else self._pay(chosen, least)
        self.spent[chosen] = self.price
        self._elect(chosen, says)

    def _shares(self) -> dict[int, Fraction]:
        """Find the least share that pays for each candidate if no supporter pays more.

        Where the supporters can't pay, it is one vote and the credit that each would need on top.
        """
        shares: dict[int, Fraction] = {}
        backing = {n: self._backing(n) for n in sorted(self.continuing) if self.approved[n]}
        for number, purses in backing.items():
            owed, payers = self.price, self.approved[number]
            for left, weight in purses:
                if left * payers >= owed:
                    shares[number] = owed / payers
                    break
                owed, payers = owed - left * weight, payers - weight
            else:
                shares[number] = WHOLE + owed / self.approved[number]
        return shares

    def _backing(self, number: int) -> list[tuple[Fraction, Weight]]:
        """Give the purses of a candidate's supporters, the smallest first, with the weight of each."""
        sums = (
            (left, sum((weight for group, weight in groups.items() if number in group), 0))
            for left, groups in self.purses.items()
        )
        return sorted((left, weight) for left, weight in sums if weight)

    def _one_of(self, level: tuple[int, ...]) -> int:
        tied = separate(level, self.stages, most=False)
        if len(tied) > 1:
            return self._settle(tied)
        if len(level) > 1:
            names, chosen = self.election.names(level), self.election.name(tied[0])
            why = "asked least of each supporter at the latest step where they differed"
            self._note(Action.TIE, f"{names} are tied; {chosen} {why}.")
        return tied[0]

    def _settle(self, tied: tuple[int, ...]) -> int:
        settled = self.script.next(tied)
        if settled is None:
            raise OpenTie(tied, "seat", self._result())
        self._note(Action.TIE, settled.says)
        return settled.chosen

    def _pay(self, chosen: int, share: Fraction) -> str:
        purses = self._backing(chosen)
        self._take(chosen, lambda left: max(left - share, Fraction(0)))
        full = sum((weight for left, weight in purses if left >= share), 0)
        each = "the whole vote" if share == WHOLE else f"{_part(share)} of a vote"
        parts = [f"{quantity(full)} pay {each} each"]
        parts += [
            f"{quantity(many)} the {_part(left)} they have left" for left, many in purses if 0 < left < share
        ]
        parts += [f"{quantity(many)} have nothing left" for left, many in purses if not left]
        return (
            f"{self.election.name(chosen)} asks least of each supporter: "
            f"of {quantity(self.approved[chosen])} who approve, {', '.join(parts)}."
        )

    def _pay_with_credit(self, chosen: int, credit: Fraction) -> str:
        self._take(chosen, lambda _: -credit)
        name = self.election.name(chosen)
        return (
            f"No candidate's supporters have the price of a seat left between them, so every paper gets "
            f"credit until some have: {name} is first, at {_part(credit)} of a vote for each paper in all, "
            f"and the {quantity(self.approved[chosen])} who approve pay all they have."
        )

    def _take(self, chosen: int, paid: Callable[[Fraction], Fraction]) -> None:
        """Let every purse of the chosen one's supporters become what is left of it once they have paid."""
        purses: dict[Fraction, dict[frozenset[int], Weight]] = {}
        for left, groups in self.purses.items():
            then = paid(left)
            for group, weight in groups.items():
                purses.setdefault(then if chosen in group else left, {})[group] = weight
        self.purses = purses

    def _elect(self, chosen: int, says: str) -> None:
        self.continuing.discard(chosen)
        self.elected.append(chosen)
        self._note(Action.ELECT, f"{says} {self.election.name(chosen)} is elected.")

    def _stop(self, says: str) -> Result:
        self._note(Action.STOP, says)
        return self._result()

    def _note(self, action: Action, says: str) -> None:
        unspent = self.valid - sum(self.spent.values(), Fraction(0))
        self.rounds.append(Round(action, says, dict(self.spent), unspent, Fraction(0)))

    def _result(self) -> Result:
        return Result(NAME, self.election, self.price, self.valid, tuple(self.elected), tuple(self.rounds))


def _part(vote: Fraction) -> str:
    """Write a part of a vote, exactly, and in four decimals too where nobody could picture it."""
    if vote.denominator < 1000:
        return quantity(vote)
    whole, rest = divmod(round(vote * 10_000), 10_000)
    return f"{quantity(vote)} (about {whole}.{rest:04})"


def count(election: Election) -> Result:
    """Count by equal shares; the tallies are votes spent, what is unspent stands under `exhausted`."""
    cast = approvals(election)
    return count_with_ladder(election, lambda given, script: _Count(given, cast, script).run())


METHOD = Method(NAME, "method of equal shares", one_seat=False, count=count, paper=PaperKind.APPROVAL)
