"""What the co-op feels: votes and sign-ins through gunicorn, and the pages of a member."""

import json
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import event

from benchmarks.population import AGENT, PASSWORD, anonymous, populate, signed_in
from config import read_settings
from coop.app import create_app
from coop.cli.serve import THREADS
from coop.extensions import db

ROOT = Path(__file__).parent.parent
CONNECTIONS = 16
VOTES = int(os.environ.get("COOP_BENCH_VOTES", "4000"))
SIGN_INS = 300
SIZES = (28, 10_000)
QUERIES_ALLOWED = 12
RATIO_ASKED = 0.6


@contextmanager
def served(target: str, environment: dict):
    """One gunicorn process with threads, as `make run` serves."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [
            sys.executable, "-m", "gunicorn", f"benchmarks.server:{target}", "--bind", f"127.0.0.1:{port}",
            "--worker-class", "gthread", "--workers", "1", "--threads", str(THREADS), "--keep-alive", "15",
            "--no-control-socket", "--log-level", "warning",
        ],
        cwd=ROOT, env=os.environ | environment,
    )  # fmt: skip
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.1)
        if target == "app":
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz").read()
        yield port
    finally:
        server.terminate()
        server.wait(30)


def send(port: int, requests: list[str], connections: int = CONNECTIONS) -> dict:
    """Send every request once from a process of its own."""
    told = json.dumps({"host": "127.0.0.1", "port": port, "connections": connections, "requests": requests})
    result = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        cwd=ROOT,
        input=told,
        capture_output=True,
        text=True,
        check=True,
    )
    answer = json.loads(result.stdout)
    times = answer["times"]
    return {
        "per_second": len(requests) / answer["seconds"],
        "p50": times[len(times) // 2] * 1000,
        "p99": times[int(len(times) * 0.99)] * 1000,
        "statuses": answer["statuses"],
    }


def post(path: str, cookie: str, **fields) -> str:
    body = urllib.parse.urlencode(fields)
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nCookie: {cookie}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )


def measure_load(app, coop, environment) -> dict:
    """Votes, the baseline and sign-ins through gunicorn; the bare endpoint beside them."""
    voters = [signed_in(app, person) for person in coop.people[:VOTES]]
    visitors = [anonymous(app) for _ in range(SIGN_INS)]
    votes = [
        post(f"/{coop.slug}/ballots/{coop.ballot}/vote", cookie, csrf_token=token, choice="for")
        for cookie, token in voters
    ]
    inserts = [post(f"/{coop.slug}/bench", cookie, csrf_token=token) for cookie, token in voters]
    sign_ins = [
        post("/sign-in", cookie, csrf_token=token, email=f"m{person}@bench.example", password=PASSWORD)
        for (cookie, token), person in zip(visitors, coop.people, strict=False)
    ]
    found = {}
    with served("app", environment) as port:
        send(port, inserts[:200])
        # In halves and by turns, so that a busy machine weighs on both.
        half = len(votes) // 2
        runs = [
            (send(port, inserts[part]), send(port, votes[part])) for part in (slice(half), slice(half, None))
        ]
        found["baseline"], found["votes"] = (joined(pair) for pair in zip(*runs, strict=True))
        found["sign-ins"] = send(port, sign_ins)
    with served("bare", environment) as port:
        found["bare"] = send(port, [post("/", "x=y")] * VOTES)
    return found


def joined(runs) -> dict:
    """Two halves as one run: the harmonic mean of the rates, the worse of the tails."""
    statuses = {}
    for run in runs:
        for status, count in run["statuses"].items():
            statuses[status] = statuses.get(status, 0) + count
    return {
        "per_second": statistics.harmonic_mean([run["per_second"] for run in runs]),
        "p50": statistics.mean(run["p50"] for run in runs),
        "p99": max(run["p99"] for run in runs),
        "statuses": statuses,
    }


def measure_pages(app, coop, rounds: int = 15) -> dict:
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
    pages, load = {}, {}
    for size in SIZES:
        with tempfile.TemporaryDirectory(prefix="coop-bench-") as instance:
            environment = {"INSTANCE": instance, "PYTHONPATH": str(ROOT), "COOP_ENV": "", "PORT": "5000"}
            os.environ.update(environment)
            app = create_app(read_settings())
            with app.app_context():
                upgrade()
            print(f"{size} members …", flush=True)
            coop = populate(app, size)
            pages[size] = measure_pages(app, coop)
            if size == SIZES[-1]:
                load = measure_load(app, coop, environment)
    missed = []
    if load["votes"]["per_second"] < RATIO_ASKED * load["baseline"]["per_second"]:
        missed.append(f"A vote costs more than it may: less than {RATIO_ASKED} of the baseline.")
    if any(row["queries"] > QUERIES_ALLOWED for of_size in pages.values() for row in of_size.values()):
        missed.append(f"A page asks the database more than {QUERIES_ALLOWED} times.")
    return lines_of(pages, load), missed


def lines_of(pages, load) -> list[str]:
    ratio = load["votes"]["per_second"] / load["baseline"]["per_second"]
    how = (
        f"SQLite {sqlite3.sqlite_version} (WAL, synchronous=FULL), gunicorn with one process of {THREADS} "
        f"threads, {CONNECTIONS} kept-alive connections from another process of the same machine."
    )
    poll = (
        f"{SIZES[-1]:,} members on the roll, {VOTES:,} of them vote once each, signed in beforehand. The baseline is "
        "a route of the same application, known to benchmarks only: it loads the session's member, checks the "
        "form's token, takes the same lock, inserts one row and commits."
    )
    lines = [
        "## A poll opens",
        "",
        how,
        "",
        poll,
        "",
        "| what | per second | median ms | p99 ms | answers |",
        "|---|---:|---:|---:|---|",
    ]
    names = {
        "votes": "votes on a motion",
        "baseline": "baseline: member, token, one insert",
        "bare": "Flask and nothing else",
        "sign-ins": "sign-ins with a password (argon2id)",
    }
    for key, name in names.items():
        row = load[key]
        statuses = ", ".join(f"{count} × {status}" for status, count in row["statuses"].items())
        lines.append(
            f"| {name} | {row['per_second']:.0f} | {row['p50']:.1f} | {row['p99']:.1f} | {statuses} |"
        )
    lines += [
        "",
        f"A vote runs at **{ratio:.2f}** of the baseline (asked: at least {RATIO_ASKED}).",
        "",
        "## A member's pages",
        "",
        "Median of 15 in one process; the number of queries must not grow with the members.",
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
