"""Random elections counted by other people's counters, too: the cheap ones of `benchmarks/crosscheck.py`."""

import sys
from collections import Counter

import pytest

from benchmarks.crosscheck import SAME, SAME_TIES, UNEXPLAINED, Ours, ask, explain
from benchmarks.random_elections import random_elections
from tests.scale import scale


@pytest.mark.parametrize(
    ("method", "counter"), [("irv", "pyrankvote"), ("irv", "stvpoll"), ("scottish-stv", "stvpoll")]
)
def test_every_difference_from_another_counter_is_explained(method, counter, evidence):
    elections = random_elections(method, scale(60, 1000))
    heard = ask(sys.executable, method, counter, elections)
    kinds = Counter(
        explain(Ours(method, election), counter, theirs)
        for election, theirs in zip(elections, heard["answers"], strict=True)
    )
    evidence(version=heard["version"], **{kind.replace(" ", "_"): many for kind, many in kinds.items()})
    assert kinds[UNEXPLAINED] == 0
    assert kinds[SAME] > len(elections) * 3 / 4


THREE = {"candidates": 3, "seats": 1, "papers": [[[[1]], 4], [[[2]], 3], [[[3], [2]], 2]]}
LEVEL = {"candidates": 2, "seats": 1, "papers": [[[[1]], 4], [[[2]], 4]]}


@pytest.mark.parametrize(
    ("election", "theirs", "kind"),
    [
        (THREE, [[2]], SAME),
        (THREE, [[1]], UNEXPLAINED),
        (THREE, [[1], [2]], UNEXPLAINED),
        (LEVEL, [[1], [2]], SAME_TIES),
        (LEVEL, [[]], UNEXPLAINED),
        (LEVEL, [], UNEXPLAINED),
    ],
)
@pytest.mark.parametrize("method", ["irv", "scottish-stv"])
def test_only_what_a_tie_or_another_rule_gives_counts_as_explained(method, election, theirs, kind):
    assert explain(Ours(method, election), "stvpoll", {"elected": theirs}) == kind
