"""Random elections counted by other people's counters, too: the cheap ones of `benchmarks/crosscheck.py`."""

import sys
from collections import Counter

import pytest

from benchmarks import outcomes
from benchmarks.crosscheck import SAME, SAME_TIES, UNEXPLAINED, Ours, ask, everyone_elected, explain
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


@pytest.mark.parametrize("method", ["irv", "scottish-stv"])
def test_a_recount_paper_by_paper_elects_the_same(method):
    for election in random_elections(method, scale(60, 1000)):
        assert Ours(method, election).elected in outcomes.stv_outcomes(election, outcomes.SCOTTISH)


def test_a_plain_recount_by_chains_finds_the_same_ties():
    for election in random_elections("schulze", scale(100, 1000)):
        possible = Ours("schulze", election).however_ties_fall(everyone_elected)
        before = outcomes.pairwise_of(election)
        assert outcomes.schulze_outcomes(before, outcomes.winning_votes) == possible


def test_no_order_of_equal_majorities_elects_whom_ranked_pairs_does_not_find():
    for election in random_elections("ranked-pairs", scale(100, 1000)):
        possible = Ours("ranked-pairs", election).however_ties_fall(everyone_elected)
        before = outcomes.pairwise_of(election)
        assert outcomes.ranked_pairs_outcomes(before, outcomes.winning_votes) <= possible


# Only if 1 before 5 is locked ahead of 5 before 4, of equal strength, nobody beats 4.
TWO_CIRCLES = ((0, 33, 31, 24, 30, 29), (26, 0, 32, 27, 27, 25), (28, 27, 0, 32, 29, 28),
               (35, 32, 27, 0, 29, 30), (29, 32, 30, 30, 0, 31), (30, 34, 31, 29, 28, 0))  # fmt: skip


def test_who_is_elected_only_once_two_circles_are_broken_in_order_is_found_too():
    votes = {(a + 1, b + 1): votes for a, row in enumerate(TWO_CIRCLES) for b, votes in enumerate(row)}
    assert outcomes.ranked_pairs_outcomes(votes, outcomes.winning_votes) == {frozenset({4}), frozenset({5})}
    election = random_elections("ranked-pairs", 687)[686]
    assert outcomes.pairwise_of(election) == votes
    assert Ours("ranked-pairs", election).however_ties_fall(everyone_elected) == {
        frozenset({4}),
        frozenset({5}),
    }
