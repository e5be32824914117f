"""`coop draw`: a lot over a roll, which anyone can re-run."""

import hashlib
import json
import shlex
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from coop.rules.lot import Commitment, Seed, seed_from
from coop.rules.sortition import Place, Sortition, draw_seats
from coop.rules.tickets import BadRoll, read_tickets


@click.command("draw")
@click.argument("roll", type=click.Path(path_type=Path))
@click.option("--seats", multiple=True, required=True, metavar="N|STRATUM=N", help="How many to draw.")
@click.option("--reserves", type=click.IntRange(0), default=0, metavar="N", help="Reserves, of each stratum.")
@click.option("--stratum", "column", metavar="COLUMN", help="Read ROLL as CSV; this column is the stratum.")
@click.option("--ticket", metavar="COLUMN", help="The column of the tickets; else the first other one.")
@click.option("--occasion", default="draw", show_default=True, metavar="TEXT", help="What is drawn for.")
@click.option("--seed", "seed_hex", metavar="HEX", help="The seed itself.")
@click.option("--reveal", "secrets", multiple=True, metavar="TEXT", help="A revealed secret; '' if withheld.")
@click.option("--commit", "digests", multiple=True, metavar="SHA256", help="The commitment to it.")
@click.option("--public", metavar="TEXT", help="The public value that was named beforehand.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    roll: Path,
    seats: tuple[str, ...],
    reserves: int,
    column: str | None,
    ticket: str | None,
    occasion: str,
    seed_hex: str | None,
    secrets: tuple[str, ...],
    digests: tuple[str, ...],
    public: str | None,
    *,
    as_json: bool,
) -> None:
    """Draw seats and reserves by lot from a frozen ROLL.

    ROLL has one ticket a line, or is a CSV file with a header if --stratum is given. The tickets are put in
    order by HMAC-SHA256 (seed, "occasion:ticket"), the smallest first. With strata, --seats N is shared out
    by largest remainder; or state --seats STRATUM=N once for each.

    The seed is given by --seed, or made of secrets: repeat --reveal with its --commit (its SHA-256), in the
    same order, and add --public. First freeze the roll, name the public value and collect the commitments,
    then the reveals; only after the last may the public value become known. So whoever withholds a secret
    (--reveal '') gains nothing by it.

    \b
    Examples:
      coop draw members.txt --seats 3 --reserves 2 --seed 5eed
      coop draw members.csv --stratum region --seats north=2 --seats south=1 --seed 5eed
      coop draw members.txt --seats 3 --reveal "ours" --commit SHA256 --public "04 17 23"

    \b
    JSON (--json):
      {"occasion", "seed": hex,
       "strata": [{"stratum", "tickets", "seats"}],
       "drawn": [{"number", "ticket", "stratum"}], in the order of the lot,
       "reserves": the same, numbered within each stratum,
       "says": [sentence],
       "made_of": null, or {"seed", "text": what the seed is the SHA-256 of,
                            "withheld": [which commitment], "says"},
       "roll": {"file", "sha256", "tickets"},
       "rerun": a line for the shell}

    Exits with 2 and one line if something can't be read; a faulty roll with the number of the line.
    """  # noqa: D301 - \b is click's mark for lines to leave as they are
    try:
        made = _seed(seed_hex, secrets, digests, public)
        seed = made.value if isinstance(made, Seed) else made
        content = roll.read_bytes()
        tickets = read_tickets(content, column, ticket)
        sortition = draw_seats(tickets, _seats(seats, column), seed, occasion, reserves)
    except OSError as error:
        _refuse(f"{roll} can't be read: {error.strerror}.")
    except BadRoll as error:
        _refuse(f"{roll}, {error}")
    except UnicodeError:
        _refuse("What was typed is not UTF-8.")
    except ValueError as error:
        _refuse(str(error))
    sha256 = hashlib.sha256(content).hexdigest()
    facts = {"file": str(roll), "sha256": sha256, "tickets": len(tickets)}
    rerun = _rerun(sortition, str(roll) if column is None and ticket is None else "TICKETS")
    made_of = made if isinstance(made, Seed) else None
    if as_json:
        plain: dict[str, Any] = {
            **sortition.plain(),
            "made_of": made_of and made_of.plain(),
            "roll": facts,
            "rerun": rerun,
        }
        print(json.dumps(plain, ensure_ascii=False, indent=2))
    else:
        _tell(sortition, made_of, facts, rerun)


def _refuse(what: str) -> NoReturn:
    click.echo(what, err=True)
    sys.exit(2)


def _seed(
    seed_hex: str | None, secrets: tuple[str, ...], digests: tuple[str, ...], public: str | None
) -> bytes | Seed:
    if seed_hex is not None:
        if secrets or digests or public is not None:
            raise ValueError("Give --seed, or --reveal, --commit and --public; not both.")
        try:
            seed = bytes.fromhex(seed_hex)
        except ValueError:
            seed = b""
        if not seed:
            raise ValueError(f"“{seed_hex}” is not a seed: give pairs of hexadecimal digits.")
        return seed
    if not digests or public is None:
        raise ValueError("A lot needs a seed: give --seed, or --reveal, --commit and --public.")
    if len(secrets) != len(digests):
        raise ValueError(
            f"There are {len(secrets)} --reveal for {len(digests)} --commit; give them in pairs."
        )
    names = [f"commitment {number}" for number in range(1, len(digests) + 1)]
    commitments = [Commitment(name, digest) for name, digest in zip(names, digests, strict=True)]
    return seed_from(commitments, {n: s for n, s in zip(names, secrets, strict=True) if s}, public)


def _seats(seats: tuple[str, ...], column: str | None) -> int | dict[str, int]:
    if len(seats) == 1 and seats[0].isdecimal():
        return int(seats[0])
    if column is None:
        raise ValueError("--seats is one number; seats by stratum need --stratum COLUMN.")
    given: dict[str, int] = {}
    for text in seats:
        name, _, number = text.rpartition("=")
        if not name or not number.isdecimal() or name in given:
            raise ValueError(f"--seats “{text}”: write one number, or STRATUM=N once for each stratum.")
        given[name] = int(number)
    return given


def _rerun(sortition: Sortition, tickets: str) -> str:
    text, file = shlex.quote(f"{sortition.occasion}:"), shlex.quote(tickets)
    hmac = f"openssl dgst -sha256 -mac HMAC -macopt hexkey:{sortition.seed.hex()}"
    digest = f"printf '%s' {text}\"$t\" | {hmac} | sed 's/.* //'"
    return f'grep . {file} | while read -r t; do printf \'%s %s\\n\' "$({digest})" "$t"; done | LC_ALL=C sort'


def _tell(sortition: Sortition, made_of: Seed | None, facts: dict[str, Any], rerun: str) -> None:
    print(f"Roll: {facts['file']}, {facts['tickets']} tickets, SHA-256 {facts['sha256']}")
    print(f"Occasion: {sortition.occasion}")
    print(f"Seed: {sortition.seed.hex()}")
    for says in ([made_of.says] if made_of else []) + list(sortition.says):
        print(says)
    print("\nDrawn, in order:")
    _list(sortition.drawn)
    if sortition.reserves:
        print("\nReserves; a vacated seat falls to the first of its stratum:")
        _list(sortition.reserves)
    if made_of:
        lines = " ".join(shlex.quote(line) for line in made_of.text.splitlines())
        print(f"\nTo make the seed again:\n  printf '%s\\n' {lines} | sha256sum")
    print(f"\nTo draw again, the smallest first (TICKETS: a file of the tickets, one a line):\n  {rerun}")


def _list(places: tuple[Place, ...]) -> None:
    for place in places:
        print(f"  {place.number}. {place.ticket}" + (f" ({place.stratum})" if place.stratum else ""))
