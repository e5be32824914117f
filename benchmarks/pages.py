"""A member's pages: how long they take and how often they ask the database, in a small co-op and a large one."""

import statistics
import time

from flask import Flask
from sqlalchemy import event

from benchmarks.population import AGENT, Coop, populate, signed_in
from benchmarks.voting import installed
from coop.extensions import db

SIZES = (28, 10_000)
ROUNDS = 15
QUERIES_ALLOWED = 12


def measure_pages(app: Flask, coop: Coop, rounds: int = ROUNDS) -> dict:
    """Median time and number of queries of a member's pages, in this process."""
    cookie, _ = signed_in(app, coop.people[-1])
    with app.app_context():
        engine = db.engine
    client = app.test_client(use_cookies=False)
    seen = []

    def saw(_connection, _cursor, statement, *_):
        if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT")):
            seen.append(statement)

    found = {}
    pages = {
        "first page": f"/{coop.slug}/",
        "ballot": f"/{coop.slug}/ballots/{coop.ballot}",
        "library": f"/{coop.slug}/library",
        "library, searched": f"/{coop.slug}/library?q=mill",
    }
    event.listen(engine, "before_cursor_execute", saw)
    for name, path in pages.items():
        times = []
        for _ in range(rounds):
            seen.clear()
            began = time.perf_counter()
            answer = client.get(path, headers={"Cookie": cookie, "User-Agent": AGENT})
            times.append(time.perf_counter() - began)
            assert answer.status_code == 200, (path, answer.status_code)
        found[name] = {"ms": statistics.median(times) * 1000, "queries": len(seen)}
    event.remove(engine, "before_cursor_execute", saw)
    return found


def measure() -> tuple[list[str], list[str]]:
    """Run everything here; gives the lines of the results page, and in sentences what was asked and missed."""
    pages = {}
    for size in SIZES:
        print(f"pages for {size} members …", flush=True)
        with installed() as app:
            pages[size] = measure_pages(app, populate(app, size))
    missed = []
    if any(row["queries"] > QUERIES_ALLOWED for of_size in pages.values() for row in of_size.values()):
        missed.append(f"A page asks the database more than {QUERIES_ALLOWED} times.")
    return lines_of(pages), missed


def lines_of(pages: dict) -> list[str]:
    lines = [
        "## A member's pages",
        "",
        f"Median of {ROUNDS} in one process; the number of queries must not grow with the members.",
        "",
        "| page | " + " | ".join(f"{size:,} members: ms | queries" for size in SIZES) + " |",
        "|---|" + "---:|" * (2 * len(SIZES)),
    ]
    for name in pages[SIZES[0]]:
        cells = " | ".join(
            f"{pages[size][name]['ms']:.1f} | {pages[size][name]['queries']}" for size in SIZES
        )
        lines.append(f"| {name} | {cells} |")
    return lines
