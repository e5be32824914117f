"""Measure what was promised beside a baseline of the same run; writes benchmarks/RESULTS.md."""

import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import constitution, counting, pages, secret, sizes, voting
from tests.evidence import commit

SUBJECTS = {
    "voting": voting.measure,
    "secret": secret.measure,
    "sizes": sizes.measure,
    "pages": pages.measure,
    "constitution": constitution.measure,
    "counting": counting.measure,
}
RESULTS = Path(__file__).parent / "RESULTS.md"


def main() -> None:
    """Measure every subject, or only those named; a page with fewer subjects isn't written."""
    chosen = sys.argv[1:] or list(SUBJECTS)
    made = (
        f"Made by `make bench` on {datetime.now(UTC):%Y-%m-%d} at commit {commit()}: {os.cpu_count()} cores, "
        f"Python {platform.python_version()}. Machines are shared and noisy: read the ratios."
    )
    lines = ["# Results", "", made]
    missed = []
    for subject in chosen:
        found, short = SUBJECTS[subject]()
        lines += ["", *found]
        missed += short
    text = "\n".join(lines) + "\n"
    if set(chosen) == set(SUBJECTS):
        RESULTS.write_text(text)
    print(text)
    if missed:
        sys.exit("\n".join(missed))


if __name__ == "__main__":
    main()
