"""Damaged copies of the real files: read or refused with a line, never anything else."""

import random
import re
from collections import Counter

import pytest

from coop.rules.tally import METHODS
from coop.rules.tally.reading import Unreadable, read
from tests.rules.real import REAL, SHARED, real_path
from tests.scale import scale

WHOLE = 6_000  # bytes; of longer files the beginning and the end are damaged, to be quick
NUMBERS = [
    b"0",
    b"-1",
    b"99",
    b"9" * 20,
    b"9" * 5000,
    b"1.5",
    b"1/0",
    b"x",
    b"",
    b"7=7",
    "٣".encode(),
    b"\xb2",
]
OWN = {  # of the formats of which there is no real file here
    "ranks.csv": b"id,Rank 1,Rank 2,Rank 3,weight\n1,Ada,Ben,,2\n2,overvote,Ada=Cem,skipped,1.5\n" * 9,
    "numbers.csv": b"1;2;3\n2;1;0\n3;0;0\n1;2;3\n",
    "scores.csv": b"Ada,Ben,Cem\n5,0,\n2.5,-1,3\nx,no,5\n",
    "places.csv": b"Rank [Ada],Rank [Ben]\n1st,2nd\nsecond choice,first choice\n1,1\n",
    "ward.csv": b'2,1,\n126,1,\n9,1,2,\n"Candidate 1","Ada","A",\n"Candidate 2","Ben","B",\n"Mill",\n',
    "scored.csv": b"VoteKit ScoreProfile\nCandidates\n(A:a),(B:b)\n=\nA,B,&,Weight,&\n1.0,,&,2.0,&\n2,3,&,1,&\n",
    "old.toi": b"2\n1,Ada\n2,Ben\n7,7,3\n4,1,2\n2,{1,2}\n1,2\n",
    "ids.blt": b"2 1 # two\n-2\n[nick a b]\n(x) 1 a=b 0\n(y) 2.5 b - a 0\n1 -=- 2 0\n1 1\n 2 0\n0\nAda\n'B'\nT\n",
}
SCRAPS = [
    b'"',
    b"0",
    b"\n",
    b"=",
    b"-",
    b"#",
    b"(",
    b")",
    b"[",
    b",",
    b";",
    b"\r",
    b"\0",
    b"{",
    b"\xff",
    b"\x1a",
]


def flip(rng, data):
    at = rng.randrange(len(data) or 1)
    return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]


def truncate(rng, data):
    return data[: rng.randrange(len(data) + 1)]


def insert(rng, data):
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(SCRAPS) + data[at:]


def change_number(rng, data):
    numbers = list(re.finditer(rb"[0-9]+", data))
    if not numbers:
        return data
    number = rng.choice(numbers)
    return data[: number.start()] + rng.choice(NUMBERS) + data[number.end() :]


def by_line(change):
    def mutate(rng, data):
        lines = data.split(b"\n")
        change(rng, lines, rng.randrange(len(lines)), rng.randrange(len(lines)))
        return b"\n".join(lines)

    return mutate


def cut(rng, lines, i, _j):
    lines[i] = lines[i][: rng.randrange(len(lines[i]) + 1)]


def drop(_rng, lines, i, _j):
    del lines[i]


def double(_rng, lines, i, j):
    lines.insert(j, lines[i])


def swap(_rng, lines, i, j):
    lines[i], lines[j] = lines[j], lines[i]


MUTATIONS = [flip, truncate, insert, change_number, *map(by_line, (cut, drop, double, swap))]


def damaged(seed, originals):
    rng = random.Random(seed)
    name, data = rng.choice(originals)
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        data = rng.choice(MUTATIONS)(rng, data)
    return rng.choice([name, name, "-"]), data


@pytest.fixture(scope="module")
def originals():
    paths = [real_path(name) for name in REAL] + sorted((SHARED / "reference").glob("*.blt"))
    found = []
    for path in paths:
        data = path.read_bytes()
        found.append((path.name, data if len(data) < 2 * WHOLE else data[:WHOLE] + b"\n" + data[-WHOLE:]))
    return [*found, *OWN.items()]


def read_or_refusal(data, name):
    try:
        return read(data, name)
    except Unreadable as refused:
        return refused


@pytest.mark.shared
def test_damaged_files_are_read_or_refused_with_a_line(originals, evidence):
    kinds = Counter()
    for seed in range(scale(300, 10_000)):
        name, data = damaged(seed, originals)
        outcome = read_or_refusal(data, name)
        kinds[type(outcome)] += 1
        if isinstance(outcome, Unreadable):
            lines = data.count(b"\n") + data.count(b"\r") + 1
            assert 1 <= outcome.line <= lines, f"seed {seed}: {outcome}"
            assert re.fullmatch(r"line [0-9]+: expected \S.*", str(outcome)), f"seed {seed}: {outcome}"
        else:
            assert METHODS["irv"].count(outcome).valid <= outcome.ballots, f"seed {seed}"
            assert outcome.unusual().keys() >= {"blank", "overvoted", "skipped", "repeated"}, f"seed {seed}"
    assert len(kinds) == 2  # neither all read nor all refused
    assert min(kinds.values()) > scale(30, 1_000)
    refused = kinds[Unreadable]
    evidence(damaged=kinds.total(), read=kinds.total() - refused, refused_with_a_line=refused, tracebacks=0)
