"""`coop tally` as a whole process, beside a pyrankvote script that reads the same file."""

import json
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
CANDIDATES, SEATS = 10, 5
BALLOTS = 100_000
TIMES = 7  # by turns with the baseline
MOST_MB = 300
MOST_GROWTH = 11  # ten times the ballots, at most so many times the time
# A method → the share of the baseline's time it may take.
ASKED = {
    "scottish-stv": 1 / 3, "wigm-stv": 1, "meek-stv": 5, "irv": 1 / 2, "schulze": 1 / 2, "ranked-pairs": 1 / 2,
}  # fmt: skip
BESIDES = ("plurality", "approval", "borda", "equal-shares")  # no ratio was asked for these


def write_election(path: Path, ballots: int, seed: int = 1844) -> int:
    """Write a BLT of Plackett–Luce rankings with strengths 1/√i, half of them cut short; count the distinct."""
    chance = random.Random(seed)
    means = [i**0.5 for i in range(1, CANDIDATES + 1)]  # an exponential race of rates 1/√i
    distinct = set()
    with path.open("w") as file:
        file.write(f"{CANDIDATES} {SEATS}\n")
        for _ in range(ballots):
            arrival = [chance.expovariate(1) * mean for mean in means]
            order = sorted(range(1, CANDIDATES + 1), key=lambda n: arrival[n - 1])
            length = chance.randrange(1, CANDIDATES) if chance.random() < 0.5 else CANDIDATES
            line = f"1 {' '.join(map(str, order[:length]))} 0\n"
            distinct.add(hash(line))
            file.write(line)
        file.write("0\n" + "".join(f'"Candidate {n}"\n' for n in range(1, CANDIDATES + 1)) + '"Benchmark"\n')
    return len(distinct)


def run(command: list[str]) -> tuple[float, float]:
    """Run a whole process; give its seconds and the most memory it held, in MB."""
    runner = [sys.executable, str(Path(__file__).with_name("whole_process.py"))]
    done = subprocess.run([*runner, *command], capture_output=True, text=True, check=True, cwd=ROOT)
    found = json.loads(done.stdout)
    if found["code"] or not found["said"]:
        sys.exit(f"{' '.join(command)} ended with {found['code']}. {done.stderr}")
    return found["seconds"], found["mb"]


def coop(path: Path, method: str) -> list[str]:
    one = ("irv", "schulze", "ranked-pairs", "star")
    seats = [] if method in one else ["--seats", str(SEATS)]
    program = str(Path(sys.executable).with_name("coop"))
    return [program, "tally", str(path), "--method", method, *seats, "--json"]


def measure() -> tuple[list[str], list[str]]:
    """Run everything here; gives the lines of the results page, and in sentences what was asked and missed."""
    with tempfile.TemporaryDirectory(prefix="coop-bench-") as folder:
        small, large = Path(folder, "small.blt"), Path(folder, "large.blt")
        distinct = write_election(small, BALLOTS)
        write_election(large, 10 * BALLOTS)
        print(f"{BALLOTS} ballots, {distinct} distinct …", flush=True)
        baseline = [sys.executable, str(Path(__file__).with_name("second_counter.py")), str(small)]
        ours, theirs = {method: [] for method in (*ASKED, *BESIDES)}, []
        for _ in range(TIMES):
            theirs.append(run(baseline))
            for method, runs in ours.items():
                runs.append(run(coop(small, method)))
        print("ten times as many …", flush=True)
        larger = {method: run(coop(large, method)) for method in ours}
        start = statistics.median(run([*coop(small, "irv")[:2], "--help"])[0] for _ in range(TIMES))
    return lines_of(ours, theirs, larger, distinct, start), faults(ours, theirs, larger)


def seconds(runs) -> float:
    return statistics.median(taken for taken, _ in runs)


def faults(ours, theirs, larger) -> list[str]:
    missed = []
    for method, runs in ours.items():
        ratio = seconds(runs) / seconds(theirs)
        if ratio > ASKED.get(method, ratio):
            missed.append(f"{method} takes {ratio:.2f} of the baseline's time, asked {ASKED[method]:.2f}.")
        if max(mb for _, mb in runs) > MOST_MB:
            missed.append(f"{method} takes more than {MOST_MB} MB.")
        if larger[method][0] > MOST_GROWTH * seconds(runs):
            missed.append(f"{method} takes more than {MOST_GROWTH} times as long for ten times the ballots.")
    return missed


def lines_of(ours, theirs, larger, distinct, start) -> list[str]:
    how = (
        f"{BALLOTS:,} ballots ({distinct:,} distinct), {CANDIDATES} candidates, {SEATS} seats, Plackett–Luce "
        "strengths 1/√i, half of the rankings cut short. Each is a whole process, `coop tally FILE --json`, "
        f"the median of {TIMES} by turns with the baseline: a ten-line pyrankvote script (in floats) that reads "
        f"the same file, {seconds(theirs):.2f} s and {max(mb for _, mb in theirs):.0f} MB. `coop tally --help` "
        f"takes {start:.2f} s."
    )
    lines = [
        "## Counting",
        "",
        how,
        "",
        "| method | s | of the baseline | asked at most | MB | 10 × the ballots: s | times | MB |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for method, runs in ours.items():
        taken, ratio = seconds(runs), seconds(runs) / seconds(theirs)
        asked = f"{ASKED[method]:.2f}" if method in ASKED else ""
        long, mb = larger[method]
        lines.append(
            f"| {method} | {taken:.2f} | **{ratio:.2f}** | {asked} | {max(mb for _, mb in runs):.0f} "
            f"| {long:.2f} | {long / taken:.1f} | {mb:.0f} |"
        )
    return lines
