"""The shared reports of another counter, read stage by stage; tests only."""

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction

from tests.rules.real import SHARED, real_election

AS_42 = {"42t": "42"}  # the same papers; it only tells that counter how to order the tied


@dataclass
class Printed:
    """What the report prints after an action: names, and figures to the printed digits."""

    action: str
    subject: str
    tallies: dict[str, Fraction] = field(default_factory=dict)
    totals: dict[str, Fraction] = field(default_factory=dict)


def reference(file, *, seed=None):
    """Give the election of a report; its file carries remarks after the names."""
    file = AS_42.get(file, file)
    election = real_election(f"reference/{file}.blt", seed=seed)
    first = (SHARED / f"reference/{file}.blt").read_text("utf-8-sig").split()
    return replace(election, candidates=election.candidates[: int(first[0])])


def report(file, counter):
    """Read the rounds of a report, each its actions; what moved no votes at all (0.00…) is left out."""
    path = next((SHARED / "reference").glob(f"{file}.{counter}*.report.txt"))
    rounds = [[]]
    for line in path.read_text("utf-8").splitlines():
        text = line.strip()
        if text.startswith("Round "):
            rounds.append([])
        elif text.startswith("Action: "):
            action, _, subject = text.removeprefix("Action: ").partition(": ")
            if not re.search(r" \(0\.0+\)$", subject):
                rounds[-1].append(Printed(action, re.sub(r" \([\d.]+\)$", "", subject)))
        elif rounds[-1]:
            _read(text, rounds[-1][-1])
    return rounds


def _read(text, printed):
    candidates = re.fullmatch(r"(?:Elected|Hopeful|Pending|Defeated): +(.+) \(([\d.]+)\)", text)
    total = re.fullmatch(r"([\w ]+): ([\d.]+)", text)
    if candidates:
        names = candidates[1].split(", ") if text.startswith("Defeated") else [candidates[1]]
        printed.tallies |= dict.fromkeys(names, Fraction(candidates[2]))
    elif total:
        printed.totals[total[1]] = Fraction(total[2])
