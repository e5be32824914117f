"""Random elections of every kind that tells counters apart: small and tied, large, truncated, with level ranks."""

import random

from coop.rules.tally.election import Election
from coop.rules.tally.papers import profile, word

MODELS = ("impartial", "strengths", "camps")


def random_elections(method, many):
    """Give elections as JSON values: papers are rankings, each a list of ranks, with a weight."""
    return [_election(method, random.Random(f"{method} {number}")) for number in range(many)]


def as_ours(election, seed=b"crosscheck"):
    names = tuple(f"Candidate {number}" for number in range(1, election["candidates"] + 1))
    papers = profile((word(map(tuple, ranks)), weight) for ranks, weight in election["papers"])
    return Election(names, papers, election["seats"], seed=seed)


def _election(method, chance):
    candidates = chance.randint(2, 8)
    voters = 500 if chance.random() < 0.05 else chance.randint(3, 60)
    seats = chance.randint(1, min(5, candidates - 1)) if method in SEVERAL_SEATS else 1
    model = chance.choice(MODELS)
    camps = [chance.sample(range(1, candidates + 1), candidates) for _ in range(3)]
    truncated = chance.random() < 0.6
    level = method in WITH_LEVEL_RANKS and chance.random() < 0.5
    papers = []
    for _ in range(voters):
        order = _order(model, candidates, camps, chance)
        if truncated or method in APPROVALS:
            order = order[: chance.randint(1, candidates)]
        papers.append((_ranks(order, chance) if level else [[number] for number in order], 1))
    gathered = {}
    for ranks, weight in papers:
        key = tuple(tuple(sorted(rank)) for rank in ranks)
        gathered[key] = gathered.get(key, 0) + weight
    return {
        "candidates": candidates,
        "seats": seats,
        "papers": [[list(map(list, ranks)), weight] for ranks, weight in sorted(gathered.items())],
    }


SEVERAL_SEATS = {"scottish-stv", "approval", "equal-shares"}
WITH_LEVEL_RANKS = {"schulze", "ranked-pairs"}
APPROVALS = {"approval", "equal-shares"}


def _order(model, candidates, camps, chance):
    """Order the candidates by chance alone, by strengths 1/√i (Plackett–Luce), or nearly as one's camp does."""
    if model == "strengths":
        return sorted(range(1, candidates + 1), key=lambda number: chance.expovariate(number**-0.5))
    order = list(chance.choice(camps))
    if model == "impartial":
        chance.shuffle(order)
    elif candidates > 1 and chance.random() < 0.5:
        at = chance.randrange(candidates - 1)
        order[at : at + 2] = order[at + 1], order[at]
    return order


def _ranks(order, chance):
    ranks = [[order[0]]]
    for number in order[1:]:
        if chance.random() < 0.25:
            ranks[-1].append(number)
        else:
            ranks.append([number])
    return ranks
