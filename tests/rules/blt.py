"""Just enough of the BLT format for the shared elections; tests only."""

import os
import re
from pathlib import Path

import pytest

from coop.rules.tally.election import Election, Overvote, Paper

SHARED = Path(__file__).parents[3] / "shared" / "data" / "elections"


def real_election(name, *, overvote=Overvote.EXHAUST, seed=None):
    path = SHARED / name
    if not path.exists():
        if os.environ.get("COOP_REQUIRE_SHARED") == "1":
            pytest.fail(f"{name} is missing from the shared elections.")
        pytest.skip("the shared elections are not here")
    lines = [line.split("#")[0].strip() for line in path.read_text("utf-8-sig").splitlines()]
    lines = [line for line in lines if line]
    _, seats = map(int, lines[0].split()[:2])
    withdrawn, papers = set(), []
    for at, line in enumerate(lines[1:], 1):
        words = line.split()
        if words == ["0"]:
            names = tuple(re.sub(r'^"|"$', "", text) for text in lines[at + 1 :])
            return Election(names[:-1], tuple(papers), seats, frozenset(withdrawn), seed, overvote)
        if words[0].startswith("-"):
            withdrawn |= {abs(int(word)) for word in words}
            continue
        ranks = tuple(
            () if word == "-" else tuple(int(number) for number in word.split("=")) for word in words[1:-1]
        )
        papers.append(Paper(ranks, int(words[0])))
    raise AssertionError(name)
