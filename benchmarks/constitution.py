"""A long constitution with many versions: reading it, comparing two versions, and reading it as of a past day."""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import event

from benchmarks.population import AGENT, add_members, signed_in
from benchmarks.voting import installed
from coop.blueprints.constitution import views
from coop.extensions import db
from coop.gateways.model_texts import model_text
from coop.models.organisations import Organisation
from coop.services import constitution
from tests.make import Make

ARTICLES, VERSIONS, MEMBERS, ROUNDS = 200, 30, 28, 9
MS_ALLOWED, QUERIES_ALLOWED = 150, 12
PLAIN = (
    "Whoever does common work keeps an account of it, shows it to every member who asks, and hands it on in good order "
    "when the work passes to someone else; what was left open is told to the next meeting, number {}."
)


def text_of(version: int, articles: int) -> str:
    """The workers' model, made long; each version rewrites a tenth of the articles and changes the notice."""
    text = model_text("workers").replace("twenty-one clear days", f"{version + 14} clear days")
    text = text.replace(
        'provision="meeting.notice" value="21 days"',
        f'provision="meeting.notice" value="{version + 14} days"',
    )
    more = [
        f"{number}. " + PLAIN.format(version if number % 10 == version % 10 else 0)
        for number in range(43, articles + 1)
    ]
    return "\n\n".join([text.rstrip(), *more]) + "\n"


def enact(app: Flask, slug: str, *, articles: int, versions: int) -> int:
    """A co-op whose constitution was changed every twenty days; gives a person who is a member."""
    now = datetime.now(UTC)
    make = Make(app, now)
    organisation = make.organisation(slug, "Long Lane", text=None)
    with app.app_context():
        person = add_members(organisation.id, MEMBERS, now)[-1]
        db.session.remove()
    for version in range(versions):
        decision = make.decision(organisation) if version else None
        with make.scope():
            day = make.today - timedelta(days=20 * (versions - version))
            constitution.adopt_version(
                db.session.get_one(Organisation, organisation.id),
                text_of(version, articles),
                passed_on=day,
                registered_on=None,
                in_force_on=day,
                decision_id=decision.id if decision else None,
                now=now,
            )
    return person


def forget() -> None:
    """What a process remembers of versions that never change, as in one that has just begun."""
    views.forget()
    constitution.forget_values()


def measure_constitution(
    app: Flask, *, articles: int = ARTICLES, versions: int = VERSIONS, rounds: int = ROUNDS
) -> dict[str, dict[str, float]]:
    """Median times, of a process that just began and of one that has read it before, and the queries of the first."""
    slug = "long-lane"
    cookie, _ = signed_in(app, enact(app, slug, articles=articles, versions=versions))
    with app.app_context():
        engine = db.engine
    client = app.test_client(use_cookies=False)
    past = datetime.now(UTC).date() - timedelta(days=20 * (versions // 2))
    pages = {
        "page": "",
        "as of a past day": f"?day={past}",
        "two versions compared": f"/compare?older=1&newer={versions}",
        "searched": "?q=meeting",
    }
    seen: list[str] = []

    def saw(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT")):
            seen.append(statement)

    def timed(path: str, before: Callable[[], None]) -> float:
        times = []
        for _ in range(rounds):
            before()
            seen.clear()
            began = time.perf_counter()
            answer = client.get(
                f"/{slug}/constitution{path}", headers={"Cookie": cookie, "User-Agent": AGENT}
            )
            times.append(time.perf_counter() - began)
            assert answer.status_code == 200, (path, answer.status_code)
        return statistics.median(times) * 1000

    event.listen(engine, "before_cursor_execute", saw)
    found = {}
    for name, path in pages.items():
        first = timed(path, forget)
        queries = len(seen)
        found[name] = {"first ms": first, "ms": timed(path, lambda: None), "queries": queries}
    event.remove(engine, "before_cursor_execute", saw)
    return found


def measure() -> tuple[list[str], list[str]]:
    """Run it; gives the lines of the results page, and in sentences what was asked and missed."""
    print(f"a constitution of {ARTICLES} articles and {VERSIONS} versions …", flush=True)
    with installed() as app:
        found = measure_constitution(app)
    missed = [
        f"A constitution's {name} takes {row['ms']:.0f} ms and {row['queries']} queries."
        for name, row in found.items()
        if row["ms"] > MS_ALLOWED or row["queries"] > QUERIES_ALLOWED
    ]
    return lines_of(found), missed


def lines_of(found: dict[str, dict[str, float]]) -> list[str]:
    return [
        "## A long constitution",
        "",
        f"{ARTICLES} articles, {VERSIONS} versions; median of {ROUNDS}. The first time nothing is remembered.",
        "",
        "| page | first ms | ms | queries |",
        "|---|---:|---:|---:|",
        *(
            f"| {name} | {row['first ms']:.1f} | {row['ms']:.1f} | {row['queries']} |"
            for name, row in found.items()
        ),
    ]
