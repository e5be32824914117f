"""What `make prove` does on top of the tests: remembers what passed, and writes docs/evidence.

A test that has figures to show takes the fixture `evidence` and calls it: `evidence(pairs=1000)`.
The subject of a test is its file: `tests/promises/test_ballots.py` proves `ballots`.
"""

import collections
import datetime as dt
import json
import os
import platform
import sqlite3
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
STATE = ROOT / ".prove" / "passed.jsonl"
PAGES = ROOT / "docs" / "evidence"


def pytest_addoption(parser):
    parser.addoption(
        "--prove", action="store_true", help="skip what passed at this commit; write docs/evidence"
    )


def pytest_configure(config):
    if config.getoption("--prove"):
        config.pluginmanager.register(Prover(is_worker=hasattr(config, "workerinput")))


@pytest.fixture
def evidence(request):
    """Keep named figures of this test for the page of its subject."""

    def keep(**figures):
        plain = {name: one if isinstance(one, int | float) else str(one) for name, one in figures.items()}
        request.node.user_properties.extend(plain.items())

    return keep


def subject_of(nodeid):
    return Path(nodeid.split("::", 1)[0]).stem.removeprefix("test_")


def commit():
    def git(*words):
        return subprocess.run(
            ["git", *words], cwd=ROOT, capture_output=True, text=True, check=False
        ).stdout.strip()

    changed = git("status", "--porcelain", "--", ".", ":!docs/evidence", ":!benchmarks/RESULTS.md")
    return (git("rev-parse", "--short=12", "HEAD") or "no commit") + (" with changes" if changed else "")


class Prover:
    """Skips tests that passed at this commit, and tells what all of them showed."""

    def __init__(self, *, is_worker):
        self.is_worker = is_worker
        self.commit = commit()
        self.passed = {}
        self.failed = set()
        if STATE.exists():
            for line in STATE.read_text().splitlines():
                row = json.loads(line)
                if row["commit"] == self.commit:
                    self.passed[row["test"]] = row

    def pytest_collection_modifyitems(self, config, items):
        done = [item for item in items if item.nodeid in self.passed]
        items[:] = [item for item in items if item.nodeid not in self.passed]
        config.hook.pytest_deselected(items=done)

    def pytest_runtest_logreport(self, report):
        if self.is_worker:
            return
        if report.failed:
            self.failed.add(report.nodeid)
        elif report.when == "call" and report.passed:
            row = {
                "test": report.nodeid,
                "commit": self.commit,
                "seconds": round(report.duration, 2),
                "figures": [[name, str(value)] for name, value in report.user_properties],
            }
            self.passed[report.nodeid] = row
            STATE.parent.mkdir(exist_ok=True)
            with STATE.open("a") as file:
                file.write(json.dumps(row) + "\n")

    def pytest_sessionfinish(self):
        if self.is_worker:
            return
        subjects = collections.defaultdict(list)
        for test, row in sorted(self.passed.items()):
            if test not in self.failed:
                subjects[subject_of(test)].append(row)
        failed = {subject_of(test) for test in self.failed}
        for subject, rows in subjects.items():
            if subject not in failed and any(row["figures"] for row in rows):
                PAGES.mkdir(parents=True, exist_ok=True)
                (PAGES / f"{subject}.md").write_text(page(subject, self.commit, rows))


def page(subject, at_commit, rows):
    size = "full" if os.environ.get("COOP_SCALE") == "full" else "small"
    lines = [
        f"# Evidence: {subject}",
        "",
        (
            f"Made by `make prove` on {dt.datetime.now(dt.UTC):%Y-%m-%d} at commit {at_commit}, "
            f"{size} size, {os.cpu_count()} cores, Python {platform.python_version()}, "
            f"SQLite {sqlite3.sqlite_version}: {len(rows)} tests passed in "
            f"{sum(row['seconds'] for row in rows):.0f} s."
        ),
        "",
        "| fact | figures | seconds |",
        "|---|---|---|",
    ]
    for row in rows:
        if row["figures"]:
            fact = row["test"].split("::", 1)[1].removeprefix("test_").replace("_", " ").replace("|", "/")
            figures = ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in row["figures"])
            lines.append(f"| {fact} | {figures} | {row['seconds']} |")
    return "\n".join(lines) + "\n"
