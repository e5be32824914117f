"""`coop constitution …`: the provisions there are, and what a text would make the software do."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from coop.gateways.markdown import parse
from coop.rules.constitution import Reading, assemble
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
            "example": provision.kind.example,
            "default": provision.default,
            "bounds": provision.bounds,
            "scopes": list(provision.scopes),
            "sentence": provision.sentence,
        }
        for provision in REGISTRY.values()
    ]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        print(f"{row['key']}  ({row['type']}: {row['grammar']}; default {row['default']})")
        print(f"    {row['sentence']}")


@command.command("read")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def read(file: Path, *, as_json: bool) -> None:
    """Say what a text would make the software do; exit with 2 where it has problems."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        sys.exit(_unreadable(f"{file} can't be read: {error.strerror}.", as_json=as_json))
    except UnicodeDecodeError as error:
        sys.exit(_unreadable(f"{file} is not UTF-8 at byte {error.start}.", as_json=as_json))
    reading = assemble(parse(text))
    if as_json:
        print(json.dumps(_as_data(reading), ensure_ascii=False, indent=2))
    else:
        _tell(reading)
    sys.exit(2 if reading.problems else 0)


def _unreadable(what: str, *, as_json: bool) -> int:
    if as_json:
        problems = [{"line": 1, "what": what}]
        print(json.dumps({"articles": 0, "provisions": {}, "defaults": {}, "problems": problems}))
    else:
        print(what, file=sys.stderr)
    return 2


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
    print(f"{len(reading.articles)} articles carry {len(reading.provisions)} provisions.")
    for found in reading.provisions:
        spelled = REGISTRY[found.key].spell(found.value)
        print(f"  article {found.article}: {found.name} is {spelled}")
    for found in reading.defaults:
        print(f"  by default: {found.name} is {REGISTRY[found.key].spell(found.value)}")
    for problem in reading.problems:
        print(f"line {problem.line}: {problem.what}", file=sys.stderr)
