"""The shared real elections, read by our own reader."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from coop.rules.tally.papers import Overvote
from coop.rules.tally.reading import read

SHARED = Path(__file__).parents[3] / "shared" / "data" / "elections"

REAL = [
    "Anderston-City-2007.blt",
    "Baillieston-2007.blt",
    "Hillhead-2007.blt",
    "2009-Burlington-Mayor.blt",
    "debian-dpl-2012.toc",
    "albany-2022.csv",
]


def real_path(name):
    path = SHARED / name
    if not path.exists():
        if os.environ.get("COOP_REQUIRE_SHARED") == "1":
            pytest.fail(f"{name} is missing from the shared elections.")
        pytest.skip("the shared elections are not here")
    return path


def real_election(name, *, overvote=Overvote.EXHAUST, seed=None):
    return replace(read(real_path(name).read_bytes(), name), overvote=overvote, seed=seed)
