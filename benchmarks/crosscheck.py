"""Count the same random elections with other people's counters, and explain every difference.

    python -m benchmarks.crosscheck [--python PATH] [--elections 1000] [METHOD …]

The other counters run in an environment of their own: that of PATH, or one made for the run and thrown
away. A difference is explained only by showing it: a tie, where another way for it to fall gives their
answer; another rule, where a plain recount by that rule does. Writes docs/evidence/cross_checks.md.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import venv
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import outcomes
from benchmarks.random_elections import as_ours, random_elections
from coop.rules.tally import METHODS
from tests.evidence import commit

HERE = Path(__file__).parent
EVIDENCE = HERE.parent / "docs" / "evidence" / "cross_checks.md"
PACKAGES = ("pyrankvote", "stvpoll", "votekit", "pref_voting", "abcvoting", "pabutools")
COUNTERS = {
    "irv": ("pyrankvote", "stvpoll", "pref_voting"),
    "scottish-stv": ("stvpoll", "votekit"),
    "schulze": ("pref_voting", "votekit"),
    "ranked-pairs": ("pref_voting", "votekit"),
    "approval": ("abcvoting", "votekit"),
    "equal-shares": ("abcvoting", "pabutools"),
}
SAME, UNEXPLAINED = "same", "unexplained"
SAME_TIES, TIE = "a tie, the same possible results", "a tie, another way to fall"
NO_VOTES = "it fails where nobody below the quota has a vote left"


@dataclass(frozen=True)
class Verdict:
    method: str
    counter: str
    kind: str
    number: int  # of the election, from 0
    ours: frozenset
    theirs: object


def main():
    asked = argparse.ArgumentParser(description="Count random elections with other people's counters.")
    asked.add_argument("--python", help="an interpreter that has the other counters")
    asked.add_argument("--elections", type=int, default=1000)
    asked.add_argument("methods", nargs="*", default=[m for m in COUNTERS if m in METHODS])
    given = asked.parse_args()
    started = time.monotonic()
    if given.python:
        verdicts, versions = check(given.python, given.methods, given.elections)
    else:
        with tempfile.TemporaryDirectory() as place:
            verdicts, versions = check(environment(Path(place)), given.methods, given.elections)
    text = report(verdicts, versions, given.elections, time.monotonic() - started)
    print(text)
    if set(given.methods) == set(COUNTERS):
        EVIDENCE.write_text(text)
    unexplained = [verdict for verdict in verdicts if verdict.kind == UNEXPLAINED]
    if unexplained:
        sys.exit("\n".join(map(str, unexplained)))


def environment(place):
    """Make an environment with the other counters; its interpreter's path."""
    venv.create(place, with_pip=True)
    python = place / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    return python


def check(python, methods, many):
    """Count everything twice; the verdicts on each, and the versions of the counters."""
    elections = {method: random_elections(method, many) for method in methods}
    pairs = [(method, counter) for method in methods for counter in COUNTERS[method]]
    with ThreadPoolExecutor(2) as pool:
        asked = pool.map(lambda pair: ask(python, *pair, elections[pair[0]]), pairs)
        ours = {method: [Ours(method, election) for election in elections[method]] for method in methods}
        verdicts, versions = [], {}
        for (method, counter), heard in zip(pairs, asked, strict=True):
            versions[counter] = heard["version"]
            verdicts += [
                Verdict(method, counter, explain(here, counter, theirs), number, here.elected, theirs)
                for number, (here, theirs) in enumerate(zip(ours[method], heard["answers"], strict=True))
            ]
    return verdicts, versions


def ask(python, method, counter, elections):
    script = HERE / "counters" / f"with_{counter}.py"
    text = json.dumps({"method": method, "elections": elections})
    heard = subprocess.run(
        [python, "-I", "-c", RUN, str(script)], input=text, capture_output=True, text=True, check=False
    )
    if heard.returncode:
        sys.exit(f"{counter} could not count {method}: {heard.stderr[-2000:]}")
    return json.loads(heard.stdout)


RUN = "import runpy, sys, os; path = sys.argv[1]; sys.path.insert(0, os.path.dirname(path)); runpy.run_path(path)"


class Ours:
    """Our count of an election, and what it could have been."""

    def __init__(self, method, election):
        self.method, self.election = method, election
        self.result = METHODS[method].count(as_ours(election))
        self.elected = frozenset(self.result.elected)

    def however_ties_fall(self, elected_in):
        if self.method in {"irv", "scottish-stv"}:
            return outcomes.stv_outcomes(self.election, outcomes.SCOTTISH)
        return outcomes.ours_however_ties_fall(self.method, as_ours(self.election), elected_in)


def explain(ours, counter, theirs):
    """Say why a counter elected others: nothing to explain, a tie, or a rule by which we'd elect them too."""
    if "fails" in theirs:
        return NO_VOTES if no_votes_left(ours) and counter == "votekit" else UNEXPLAINED
    answers = {frozenset(elected) for elected in theirs["elected"]}
    elected_in = bought_in_full if counter == "pabutools" else everyone_elected
    elected = elected_in(ours.result)
    if answers == {elected}:
        return SAME
    if not answers:
        return UNEXPLAINED
    possible = ours.however_ties_fall(elected_in)
    recount = PLAIN_RECOUNTS.get(ours.method, lambda _: {elected})(ours)
    if elected not in possible or not recount <= possible:
        return UNEXPLAINED
    if answers <= possible:
        return SAME_TIES if answers == possible else TIE
    rules = RULES.get((ours.method, counter), {})
    return next((rule for rule, recount in rules.items() if answers <= recount(ours)), UNEXPLAINED)


def no_votes_left(ours):
    """Say whether a seat was still empty when all votes lay with those who had the quota."""
    quota, seats = ours.result.quota, ours.election["seats"]
    piles = ([votes for votes in counted.tallies.values() if votes] for counted in ours.result.rounds)
    return any(len(pile) < seats and min(pile) >= quota for pile in piles if quota and pile)


def everyone_elected(result):
    return frozenset(result.elected)


def bought_in_full(result):
    """Give those whom equal shares elect before any credit is given."""
    rounds = [counted for counted in result.rounds if "asks least of each supporter" in counted.says]
    return (
        frozenset(number for number, votes in rounds[-1].tallies.items() if votes) if rounds else frozenset()
    )


def _stv(rule):
    return lambda ours: outcomes.stv_outcomes(ours.election, rule)


def _pairs(outcomes_of, strengths, *, take=outcomes.unbeaten, shared_ranks=True):
    return lambda ours: outcomes_of(
        outcomes.pairwise_of(ours.election, shared_ranks=shared_ranks), strengths, take
    )


def _as_votekit_pairs(outcomes_of):
    tier = outcomes.top_tier
    return {
        "rule: measures majorities by margins": _pairs(outcomes_of, outcomes.margins),
        "rule: margins, and leaves ranks shared by several unread": _pairs(
            outcomes_of, outcomes.margins, shared_ranks=False
        ),
        "rule: margins, and the first by name in the smallest set that leads all others": _pairs(
            outcomes_of, outcomes.margins, take=tier
        ),
        "rule: all three": _pairs(outcomes_of, outcomes.margins, take=tier, shared_ranks=False),
    }


PLAIN_RECOUNTS = {
    "schulze": _pairs(outcomes.schulze_outcomes, outcomes.winning_votes),
    "ranked-pairs": _pairs(outcomes.ranked_pairs_outcomes, outcomes.winning_votes),
}
RULES = {
    ("scottish-stv", "stvpoll"): {
        "rule: rounds values to the nearest fifth decimal": _stv(outcomes.NEAREST),
        "rule: moves the surpluses of one stage together, among those elected too": _stv(outcomes.TOGETHER),
        "rule: both of these": _stv(outcomes.NEAREST_TOGETHER),
    },
    ("scottish-stv", "votekit"): {
        "rule: doesn't cut values to five decimals": _stv(outcomes.UNCUT),
        "rule: passes surplus on to others above the quota": _stv(outcomes.SINGLE),
        "rule: both of these": _stv(outcomes.UNCUT_SINGLE),
    },
    ("schulze", "votekit"): _as_votekit_pairs(outcomes.schulze_outcomes),
    ("ranked-pairs", "votekit"): _as_votekit_pairs(outcomes.ranked_pairs_outcomes),
}
READING = """\
A difference counts as explained only where the explanation was shown to hold. *A tie*: our own rule, with the
tie falling another way, elects whom they elect. Counters that list every possible result are the same where
ours is the only one, and otherwise a tie, with the same possible results or with some of them. *A rule*: a plain
recount of the papers by that rule elects whom they elect. pabutools leaves the seats empty that nobody can
pay in full, so only those bought before any credit are compared with it."""


def report(verdicts, versions, many, seconds):
    used = ", ".join(f"{counter} {version}" for counter, version in sorted(versions.items()))
    made = (
        f"Made by `python -m benchmarks.crosscheck` on {datetime.now(UTC):%Y-%m-%d} at commit {commit()}, in "
        f"{seconds:.0f} s: {many} random elections a method (seeded; 2–8 candidates, 3–60 voters, 500 in one of "
        f"twenty; most truncated; level ranks in half of those for Schulze and ranked pairs)."
    )
    lines = [
        "# Evidence: cross-checks with other counters",
        "",
        made,
        "",
        f"Counters: {used}.",
        "",
        READING,
        "",
    ]
    lines += ["| method | counter | same | explained | unexplained |", "|---|---|---|---|---|"]
    pairs = list(dict.fromkeys((verdict.method, verdict.counter) for verdict in verdicts))
    kinds = {pair: Counter(v.kind for v in verdicts if (v.method, v.counter) == pair) for pair in pairs}
    for (method, counter), found in kinds.items():
        rest = "; ".join(f"{kind}: {n}" for kind, n in found.most_common() if kind not in {SAME, UNEXPLAINED})
        lines.append(f"| {method} | {counter} | {found[SAME]} | {rest or '–'} | {found[UNEXPLAINED]} |")
    lines += ["", "## Two examples of each", ""]
    for (method, counter), found in kinds.items():
        for kind in sorted(set(found) - {SAME}):
            alike = [v for v in verdicts if (v.method, v.counter, v.kind) == (method, counter, kind)]
            told = "; ".join(_example(verdict) for verdict in alike[:2])
            lines.append(f"- {method}, {counter}, {kind}: {told}.")
    return "\n".join(lines) + "\n"


def _example(verdict):
    theirs = verdict.theirs.get("fails") or " or ".join(map(_numbers, verdict.theirs["elected"][:4]))
    more = len(verdict.theirs.get("elected", ())) - 4
    return (
        f"election {verdict.number}, ours {_numbers(verdict.ours)}, theirs {theirs}"
        f"{f' or {more} more' if more > 0 else ''}"
    )


def _numbers(elected):
    return "+".join(map(str, sorted(elected))) or "nobody"


if __name__ == "__main__":
    main()
