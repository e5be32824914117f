"""The attacks themselves: a leak is found, however small a part of the order it tells; chance is not."""

import random
from fractions import Fraction
from math import comb, factorial

import pytest

from tests.scale import scale
from tests.unlinkability.attacks import attack, by_chance, figures_of, holm, p_values, score_of

VOTERS = scale(40, 200)


def shuffled(n, seed):
    order = list(range(n))
    random.Random(seed).shuffle(order)
    return order


def world(leak, seed=1):
    """Voters who voted in the order of their names, and among the clues about their votes one that leaks."""
    lot = random.Random(seed)
    serials = {voter: f"{lot.random():.17f}" for voter in range(VOTERS)}
    noise = {f"noise {n}": dict(zip(serials.values(), shuffled(VOTERS, n), strict=True)) for n in range(50)}
    of_votes = {"serial": {serial: serial for serial in serials.values()}, **noise}
    of_votes["leak"] = {serials[voter]: value for voter, value in enumerate(leak)}
    return attack(serials, {"time": {voter: voter for voter in serials}}, of_votes, 30_000)


def cut_in_pieces(n, size, seed):
    """An order kept within pieces, as pages keep it, while the pieces themselves are mixed."""
    pieces = [list(range(at, min(at + size, n))) for at in range(0, n, size)]
    random.Random(seed).shuffle(pieces)
    return [one for piece in pieces for one in piece]


LEAKS = {
    "the order itself": list(range(VOTERS)),
    "the order backwards": list(range(VOTERS, 0, -1)),
    "neighbours changed places": [n ^ 1 for n in range(VOTERS)],
    "only who came in the first half": [n * 2 // VOTERS for n in range(VOTERS)],
    "only the last quarter, in order": [max(0, n - VOTERS * 3 // 4) for n in range(VOTERS)],
    "pages of five out of order": cut_in_pieces(VOTERS, 5, "pages"),
    "half of it is noise": [n if n % 2 else (n * 7919) % VOTERS for n in range(VOTERS)],
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_clue_that_leaks_is_found_among_fifty_that_do_not(leak):
    assert [one.votes for one in world(LEAKS[leak]) if one.works] == ["leak"]


def test_chance_is_alarmed_at_about_as_rarely_as_promised():
    worlds = scale(40, 200)
    alarms = sum(any(one.works for one in world(shuffled(VOTERS, seed), seed)) for seed in range(worlds))
    assert alarms <= worlds // 20


def test_matches_fall_by_chance_as_the_counts_of_derangements_say():
    """From one end only: P(k of n in place) is the number of ways, over n!; here from either end, so at most twice."""
    n, draws = 8, 100_000
    derangements = [1, 0]
    for m in range(2, n + 1):
        derangements.append((m - 1) * (derangements[-1] + derangements[-2]))
    for least in (3, 4, 5):
        one_end = sum(Fraction(comb(n, k) * derangements[n - k], factorial(n)) for k in range(least, n + 1))
        found = Fraction(sum(drawn >= least for drawn in by_chance(n, draws)[0]), draws)
        assert one_end < found + Fraction(1, 200)
        assert found < 2 * one_end + Fraction(1, 200)


@pytest.mark.parametrize(
    ("order", "figures"),
    [
        pytest.param([0, 1, 2, 3], (4, 60, 3), id="the same order"),
        pytest.param([3, 2, 1, 0], (4, -60, 3), id="the reverse joins as well, from the other end"),
        pytest.param([1, 0, 3, 2], (0, 36, 2), id="no match, but a trend"),
        pytest.param([2, 3, 0, 1], (0, -36, 2), id="two halves changed places"),
    ],
)
def test_the_figures_of_an_order(order, figures):
    assert figures_of(order) == figures
    assert score_of(order).correlation == figures[1] / 60


def test_an_order_that_tells_all_is_as_unlikely_as_the_draws_can_say():
    assert p_values(range(12), 1000)[:2] == (1 / 1001, 1 / 1001)


def test_many_figures_are_judged_together():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_too_few_draws_for_so_many_attacks_are_refused_because_they_could_never_alarm():
    clue = {n: n for n in range(5)}
    with pytest.raises(ValueError, match="can't alarm"):
        attack(clue, {"a": clue}, {"b": clue}, draws=100)


def test_clues_of_one_kind_and_order_are_one_attack_and_a_clue_the_same_for_all_is_none():
    truth = {n: f"vote {n}" for n in range(5)}
    up = {vote: n for n, vote in truth.items()}
    down, same = {vote: -n for vote, n in up.items()}, dict.fromkeys(up, 1)
    tried = attack(
        truth,
        {"time": {n: n for n in truth}},
        {"size: up": up, "size: down": down, "size: same": same, "value: up": up},
        1000,
    )
    assert [one.name for one in tried] == [("time", "size: up"), ("time", "value: up")]
