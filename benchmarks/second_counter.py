"""The baseline of `coop tally`: a script as one would write it with pyrankvote, which counts in floats."""

import sys
from pathlib import Path

import pyrankvote
from pyrankvote import Ballot, Candidate

lines = Path(sys.argv[1]).read_text().splitlines()
many, seats = map(int, lines[0].split())
end = lines.index("0")
names = [Candidate(line.strip('"')) for line in lines[end + 1 : end + 1 + many]]
ballots = [Ballot([names[int(n) - 1] for n in line.split()[1:-1]]) for line in lines[1:end]]
print(pyrankvote.single_transferable_vote(names, ballots, seats))
