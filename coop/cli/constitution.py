"""`coop constitution …`: the provisions there are, and what a text would make the software do."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from coop.gateways.markdown import LONGEST, parse
from coop.rules.constitution import Draft, Problem, Reading, assemble
from coop.rules.provisions import REGISTRY


@click.group("constitution")
def command() -> None:
    """Read constitutions."""


@command.command("keys")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def keys(*, as_json: bool) -> None:
    """List every provision a constitution can carry."""
    rows = [
        {
            "key": provision.key,
            "type": provision.kind.name,
            "grammar": provision.kind.grammar,
            "example": provision.example,
            "default": provision.default,
            "bounds": provision.bounds,
            "scopes": list(provision.scopes),
            "sentence": provision.sentence,
        }
        for provision in REGISTRY.values()
    ]
    if as_json:
        _print_json(rows)
        return
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    for row in rows:
        print(f"{row['key']}  ({row['type']}: {row['grammar']}; default {row['default']})")
        print(f"    {row['sentence']}")


@command.command("read")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def read(file: Path, *, as_json: bool) -> None:
    """Say what a text would make the software do; exit with 2 where it has problems."""
    reading = _read(file)
    if as_json:
        _print_json(_as_data(reading))
    else:
        _tell(reading)
    sys.exit(2 if reading.problems else 0)


def _read(file: Path) -> Reading:
    """Whatever a file is or isn't, it has a reading."""
    try:
        with click.open_file(str(file), "rb") as opened:  # "-" is what is piped in
            data = opened.read(4 * LONGEST + 4)  # of UTF-8, with its mark at the beginning
    except OSError as error:
        return _unread(1, f"{_clean(str(file))} can't be read: {error.strerror}.")
    if len(data) > 4 * LONGEST + 3:
        return _unread(1, f"The text is longer than {LONGEST:,} characters: no article of it was read.")
    try:
        return assemble(parse(data.decode()))
    except UnicodeDecodeError as error:
        before = data[: error.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        begun = before.rpartition(b"\n")[2].decode(errors="replace").removeprefix("\ufeff")
        return _unread(
            before.count(b"\n") + 1,
            f"This line is not UTF-8 from its character {len(begun) + 1} on. Save the file as UTF-8.",
        )


def _unread(line: int, what: str) -> Reading:
    return assemble(Draft((), (), (Problem(line, what),), unread=True))


def _print_json(data: object) -> None:
    encoding = (sys.stdout.encoding or "").casefold()
    print(json.dumps(data, ensure_ascii=not encoding.startswith("utf"), indent=2))


def _clean(text: str) -> str:
    """Leave nothing that moves the cursor of a terminal: the words are a stranger's."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _as_data(reading: Reading) -> dict[str, Any]:
    return {
        "articles": len(reading.articles),
        "provisions": {
            found.name: {"value": found.text, "article": found.article, "line": found.line}
            for found in reading.provisions
        },
        "defaults": {found.name: found.text for found in reading.defaults},
        "problems": [{"line": problem.line, "what": problem.what} for problem in reading.problems],
    }


def _tell(reading: Reading) -> None:
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    print(f"{len(reading.articles)} articles carry {len(reading.provisions)} provisions.")
    for found in reading.provisions:
        spelled = REGISTRY[found.key].spell(found.value)
        print(f"  article {found.article}: {found.name} is {_clean(spelled)}")
    for found in reading.defaults:
        print(f"  by default: {found.name} is {REGISTRY[found.key].spell(found.value)}")
    for problem in reading.problems:
        print(f"line {problem.line}: {_clean(problem.what)}", file=sys.stderr)
