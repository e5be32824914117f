"""`coop tally`: count a file of ballots."""

import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import click

from coop.rules.tally import METHODS
from coop.rules.tally.election import Election, Method, PaperKind, Result
from coop.rules.tally.papers import Overvote
from coop.rules.tally.reading import Unreadable, read

UNREADABLE, TIED = 2, 3  # exit codes


@click.command("tally")
@click.argument("file")
@click.option("--method", required=True, metavar="METHOD", help=f"One of: {', '.join(METHODS)}.")
@click.option("--seats", type=click.IntRange(1, 10_000), metavar="N", help="Seats; else the file's, else 1.")
@click.option("--tie-seed", metavar="HEX", help="The seed of the lot that breaks ties.")
@click.option(
    "--overvote",
    type=click.Choice([policy.value for policy in Overvote]),
    default=Overvote.EXHAUST.value,
    show_default=True,
    help="What several marks on one rank do where one preference counts at a time.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    file: str, method: str, seats: int | None, tie_seed: str | None, overvote: str, *, as_json: bool
) -> None:
    """Count the ballots in FILE (- for standard input) and say who is elected.

    FILE is BLT, PrefLib (.soc .soi .toc .toi) or CSV. Exit codes: 0 counted; 2 the file or an option can't
    be read; 3 a tie decides who is elected and there is no --tie-seed.
    """
    if method not in list(METHODS):
        _refuse(f"There is no method “{method}”; there are {', '.join(METHODS)}.")
    chosen = METHODS[method]
    if chosen.one_seat and (seats or 1) > 1:
        _refuse(f"{method} fills one seat, not {seats}.")
    seed = None if tie_seed is None else _seed(tie_seed)
    election = _read(file)
    if chosen.paper is PaperKind.SCORE and election.scores is None:
        _refuse(f"{method} needs scores, and {file} holds rankings.")
    seats = 1 if chosen.one_seat else seats or election.seats
    result = chosen.count(replace(election, seats=seats, seed=seed, overvote=Overvote(overvote)))
    _print(result, chosen, as_json=as_json)
    if result.ties:
        sys.exit(TIED)


def _seed(digits: str) -> bytes:
    if not re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", digits):
        _refuse(f"--tie-seed takes hexadecimal digits, two for each byte, not “{digits}”.")
    return bytes.fromhex(digits)


def _read(file: str) -> Election:
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return read(data, file)
    except Unreadable as error:
        _refuse(f"{file}: {error}")
    except (OSError, ValueError) as error:
        _refuse(f"{file} can't be read: {getattr(error, 'strerror', None) or error}.")


def _print(result: Result, method: Method, *, as_json: bool) -> None:
    if as_json:
        data = result.plain() | {"papers": result.election.unusual()}
        encoding = (sys.stdout.encoding or "").lower()
        click.echo(json.dumps(data, ensure_ascii=not encoding.startswith("utf"), indent=2))
        return
    from coop.cli.count_report import report  # noqa: PLC0415 - JSON goes without it

    sys.stdout.reconfigure(errors="replace")
    click.echo(report(result, method))


def _refuse(why: str) -> NoReturn:
    click.echo(" ".join(why.split()), err=True)
    sys.exit(UNREADABLE)
