"""Who knocks, at which door, with which thing in hand: the questions that `policy.csv` answers."""

import csv
import re
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from coop.extensions import db
from tests.pages.client import DEMO_PASSWORD, PageClient

POLICY = Path(__file__).parent / "policy.csv"
ACCOUNTS = {
    "stranger": None,
    "applicant": "applicant@pioneers.example",
    "member": "member@pioneers.example",
    "secretary": "secretary@pioneers.example",
    "treasurer": "treasurer@pioneers.example",
    "librarian": "librarian@pioneers.example",
    "auditor": "auditor@pioneers.example",
    "returning officer": "returning@pioneers.example",
    "chair": "chair@pioneers.example",
    "branch secretary": "branch@pioneers.example",
    "orchard's member": "member@orchard.example",
}
NOWHERE = 987654
NAMES = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Door:
    """One question: may they come in, with this method, by this route, about this thing?"""

    method: str
    route: str
    thing: str


class Street:
    """Every door of the loaded co-op, and every role to knock.

    `things` says, for the beginning of a route, which things to ask about: {thing: {name: value}},
    where a value that differs by role is a dict from role to value.
    """

    def __init__(self, app: Flask, things: dict[str, dict[str, dict[str, Any]]]) -> None:
        self.app, self.things = app, things
        self.database = Path(app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"))
        self.before = self.database.with_name("before.db")
        copy_database(self.database, self.before)
        self.cookies: dict[str, str | None] = {}
        for role, email in ACCOUNTS.items():
            client = PageClient(app)
            if email:
                answer = client.post("/sign-in", {"email": email, "password": DEMO_PASSWORD})
                assert answer.status_code == 302, f"{email} could not sign in"
            cookie = client.http.get_cookie("coop")
            self.cookies[role] = cookie.value if cookie else None

    def doors(self) -> Iterator[Door]:
        for rule in sorted(self.app.url_map.iter_rules(), key=lambda r: r.rule):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                for thing in self._things_of(rule.rule):
                    yield Door(method, rule.rule, thing)

    def _things_of(self, route: str) -> dict[str, dict[str, Any]]:
        names = set(NAMES.findall(route)) - {"organisation"}
        if not names:
            return {"-": {}}
        for start in sorted(self.things, key=len, reverse=True):
            if route.startswith(start):
                return {thing: values for thing, values in self.things[start].items() if names <= set(values)}
        raise AssertionError(f"tests/pages/things.py names no thing for {route}")

    def path(self, role: str, door: Door) -> str | None:
        """The address to knock at; None if this role has no such thing of their own."""
        values = {"organisation": "pioneers", **self._things_of(door.route)[door.thing]}
        mine = {name: value.get(role) if isinstance(value, dict) else value for name, value in values.items()}
        if None in mine.values():
            return None
        return NAMES.sub(lambda name: str(mine[name[1]]), door.route)

    def knock(self, role: str, door: Door) -> str:
        """Ask as that person; what a deed changed is put back afterwards."""
        path = self.path(role, door)
        if path is None:
            return "-"
        response = (
            self.as_role(role).get(path, buffered=True)
            if door.method == "GET"
            else self.post(role, path, door.method)
        )
        return said_at_the_door(response)

    def as_role(self, role: str) -> FlaskClient:
        http = self.app.test_client()
        if self.cookies[role]:
            http.set_cookie("coop", self.cookies[role])
        return http

    def post(self, role: str, path: str, method: str = "POST") -> TestResponse:
        """Send a form with nothing in it but its token."""
        http = self.as_role(role)
        with http.session_transaction() as session:
            raw = session.setdefault("csrf_token", secrets.token_hex(20))
        token = URLSafeTimedSerializer(self.app.secret_key, salt="wtf-csrf-token").dumps(raw)
        response = http.open(path, method=method, data={"csrf_token": token}, buffered=True)
        if response.status_code < 400:
            self._put_back()
        return response

    def _put_back(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        copy_database(self.before, self.database)


def copy_database(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def said_at_the_door(response: Any) -> str:
    """One word: yes, no, sign in, missing, or the number of a fault."""
    status = response.status_code
    if status == 401 or (status in (302, 303) and "/sign-in?next=" in response.headers.get("Location", "")):
        return "sign in"
    if status == 403:
        return "no"
    if status == 404:
        return "missing"
    # 409, 413, 422 and 429 are said by the room behind the door, to someone who was let in.
    return "yes" if status < 400 or status in (409, 413, 422, 429) else f"fault {status}"


def read_policy() -> dict[tuple[str, str, str], dict[str, str]]:
    with POLICY.open(encoding="utf-8") as file:
        return {(row["method"], row["route"], row["thing"]): row for row in csv.DictReader(file)}
