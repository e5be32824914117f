"""What all counters share: elections as JSON in, everybody who could be elected as JSON out.

These scripts run in an environment of their own, where nothing of the project is installed.
"""

import contextlib
import json
import random
import sys
import warnings
from importlib.metadata import version


def answer(package, **methods):
    """Count each election on stdin; an answer is the list of the sets of numbers that may be elected."""
    asked = json.load(sys.stdin)
    count = methods[asked["method"].replace("-", "_")]
    warnings.simplefilter("ignore")
    random.seed(1)
    with contextlib.redirect_stdout(sys.stderr):
        answers = [_one(count, election) for election in asked["elections"]]
    json.dump({"version": version(package), "answers": answers}, sys.stdout)


def _one(count, election):
    try:
        return {"elected": sorted(map(sorted, count(election)))}
    except Exception as fault:  # noqa: BLE001 - a counter that fails is an answer to be explained
        return {"fails": f"{type(fault).__name__}: {fault}"[:200]}


def each_paper(election):
    """Spell out the papers one by one, each a list of ranks."""
    for ranks, weight in election["papers"]:
        for _ in range(weight):
            yield ranks


def approved(ranks):
    return [number for rank in ranks for number in rank]
