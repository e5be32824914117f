"""Single transferable vote by Meek's method: who is elected keeps just the share of every paper they need.

Source: I. D. Hill, B. A. Wichmann, D. R. Woodall, “Algorithm 123: single transferable vote by Meek's
method”, The Computer Journal 30 (1987), as fixed by the Proportional Representation Foundation's
reference Meek rule: whole numbers of 0.000000001 votes; what a candidate keeps of a paper is rounded
up; the quota is the votes still in play ÷ (seats + 1), cut, plus 0.000000001, so it falls as papers are
spent (`Result.quota` is the first one); a new keep factor is the old × quota ÷ votes, rounded up twice.

The passes stop (the stop rule) when somebody reaches the quota; else when the surplus of the elected
together is below 0.000001, or no smaller than in the pass before, and then the candidate with the
fewest votes is excluded, all within that surplus of the fewest being tied. The count ends when all
seats are filled or as many candidates are left as seats, who are then elected.

A paper is split into whole parts, so nothing is lost by rounding: what no candidate keeps is exhausted.
A paper's weight, where papers have weights, multiplies what candidates keep of it after the rounding.
"""

from fractions import Fraction

from coop.rules.tally.election import Action, Election, Method, Result
from coop.rules.tally.papers import Weight, deal, letter_of, number_of, size
from coop.rules.tally.sheet import Sheet, figure
from coop.rules.tally.ties import Script, count_with_ladder

NAME = "meek-stv"
UNIT = 10**9  # one vote
OMEGA = 1000  # 0.000001 votes

Waiting = dict[str, dict[Weight, list[str]]]


class _Count:
    """Papers wait with the first hopeful they name; a path spells the elected before and that hopeful."""

    def __init__(self, election: Election, script: Script) -> None:
        self.sheet = Sheet(NAME, election, script)
        self.keep = {letter_of(number): UNIT for number in sorted(election.standing)}
        self.hopeful = set(self.keep)
        papers = election.plain()
        self.sheet.valid = size(papers)
        self.waiting: Waiting = {"": papers}
        self.passing: dict[str, Weight] = {}  # path → the papers that come along it, parents first
        self.votes: dict[str, Weight] = {}
        self.quota = 0
        self.surplus: Weight = 0

    def run(self) -> Result:
        self._deal()
        self._pass()
        self._close_stage()
        self.sheet.quota = Fraction(self.quota, UNIT)
        if not self.sheet.valid:
            return self.sheet.stop("No valid paper was cast; nobody is elected.")
        keep_it = f"the quota is {self._text(self.quota)}; the elected keep just that, and the rest goes on"
        self.sheet.note(Action.TRANSFER, f"{self.sheet.opening()}: {keep_it}.")
        while self.sheet.vacancies and self.hopeful:
            if len(self.hopeful) <= self.sheet.vacancies:
                self.sheet.elect_the_rest(map(number_of, self.hopeful))
                break
            surplus_left = self._iterate()
            self._close_stage()
            reached = [number_of(sign) for sign in self._reached()]
            if reached:
                self._elect(reached)
            else:
                self._exclude(surplus_left)
        return self.sheet.result()

    def _iterate(self) -> str:
        """Pass the papers on until the stop rule is met; tell what became of the surplus."""
        self._deal()
        self._pass()
        before = None
        while not self._reached():
            left = f"The surplus left, {self._text(self.surplus)},"
            if self.surplus < OMEGA:
                return f"{left} is below {self._text(OMEGA)}"
            if before is not None and self.surplus >= before:
                return f"{left} no longer shrinks"
            before = self.surplus
            for sign in self._elected():
                share = _divide_up(self.keep[sign] * self.quota, UNIT)
                self.keep[sign] = min(_divide_up(share * UNIT, self.votes[sign]), UNIT)
            self._pass()
        return ""

    def _elected(self) -> list[str]:
        return [sign for sign, keep in self.keep.items() if keep and sign not in self.hopeful]

    def _reached(self) -> list[str]:
        return [sign for sign in self.hopeful if self.votes[sign] >= self.quota]

    def _elect(self, reached: list[int]) -> None:
        seated = self.sheet.in_order(reached)
        self.hopeful.difference_update(map(letter_of, seated))
        self.sheet.elected += seated
        reach = self.sheet.people(seated, "reaches", "reach")
        are = "is" if len(seated) == 1 else "are"
        self.sheet.note(Action.ELECT, f"{reach} the quota, now {self._text(self.quota)}, and {are} elected.")

    def _exclude(self, surplus_left: str) -> None:
        out = self.sheet.lowest(
            [*map(number_of, self.hopeful)], within=Fraction(self.surplus, UNIT), votes_only_rise=False
        )
        sign = letter_of(out)
        self.hopeful.discard(sign)
        self.keep[sign] = 0
        says = (
            f"{surplus_left}: {self.sheet.election.name(out)} has the fewest votes, "
            f"{self._text(self.votes[sign])}, and is excluded."
        )
        self.sheet.note(Action.EXCLUDE, says)

    def _deal(self) -> None:
        """Pass on the papers that wait with somebody elected or excluded, to the first hopeful they name."""
        gone = "".join(sign for sign, keep in self.keep.items() if not keep)
        staying = [sign for sign, keep in self.keep.items() if keep]
        while moving := [path for path in self.waiting if path[-1:] not in self.hopeful]:
            for path in moving:
                papers = self.waiting.pop(path)
                along = path.rstrip(gone)
                if along != path:
                    del self.passing[path]
                for weight, words in papers.items():
                    self._wait(along, weight, deal(words, gone + along, staying))

    def _wait(self, along: str, weight: Weight, heirs: dict[str, list[str]]) -> None:
        """Let each parcel wait with its heir; papers that name nobody more wait no longer."""
        del heirs[""]
        for sign, parcel in heirs.items():
            if parcel:
                self.waiting.setdefault(along + sign, {}).setdefault(weight, []).extend(parcel)
                self.passing[along + sign] = self.passing.get(along + sign, 0) + weight * len(parcel)

    def _pass(self) -> None:
        """Give each candidate along each path what they keep of its papers; set quota and surplus anew."""
        votes: dict[str, Weight] = dict.fromkeys(self.keep, 0)
        keep, hopeful, left = self.keep, self.hopeful, {"": UNIT}
        for path, papers in self.passing.items():
            sign, before = path[-1], left[path[:-1]]
            if sign in hopeful:
                votes[sign] += before * papers
                continue
            kept = -(-before * keep[sign] // UNIT)
            left[path] = before - kept
            votes[sign] += kept * papers
        self.votes = votes
        self.quota = int(sum(votes.values()) // (self.sheet.election.seats + 1)) + 1
        self.surplus = max(sum(votes[sign] - self.quota for sign in self._elected()), 0)

    def _close_stage(self) -> None:
        tallies = {number_of(sign): Fraction(votes, UNIT) for sign, votes in self.votes.items()}
        self.sheet.close_stage(tallies, self.sheet.valid - sum(tallies.values()))

    def _text(self, votes: Weight) -> str:
        return figure(Fraction(votes, UNIT))


def _divide_up(dividend: Weight, divisor: Weight) -> int:
    return int(-(-dividend // divisor))


def count(election: Election) -> Result:
    """Count a Meek vote."""
    return count_with_ladder(election, lambda given, script: _Count(given, script).run())


METHOD = Method(
    NAME,
    "single transferable vote (Meek)",
    one_seat=False,
    count=count,
    later_no_harm=True,
)
