"""`coop verify`: check a ballot from its bundle, on any computer."""

import json
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import click

from coop.rules.verification import Bundle, Check, Signatures, Unreadable, read, verify

UNREADABLE, LARGEST = 2, 500_000_000  # an exit code; bytes
WIDTH, MARGIN = 80, 8


@click.command("verify")
@click.argument("file")
@click.option(
    "--head", metavar="HEX", help="The head, copied from a paper, a mail or the page of the result."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(file: str, head: str | None, *, as_json: bool) -> None:
    """Check the ballot in FILE (- for standard input), a bundle from the page of its result.

    It needs no network and no database. Without --head, a file re-made as a whole would pass. Exit codes:
    0 everything holds; 1 something fails; 2 the file or the head can't be read.
    """
    given = None if head is None else _head(head)
    bundle = _read(file)
    checks = verify(bundle, given, _signatures() if bundle.is_secret else None)
    ok = all(check.ok for check in checks)
    if as_json:
        encoding = (sys.stdout.encoding or "").lower()
        answer = {"ok": ok, "checks": [check.plain() for check in checks]}
        click.echo(json.dumps(answer, ensure_ascii=not encoding.startswith("utf"), indent=2))
    else:
        sys.stdout.reconfigure(errors="replace")
        click.echo("\n".join(_report(bundle, checks, with_head=given is not None)))
    sys.exit(0 if ok else 1)


def _signatures() -> Signatures:
    """Load what checks signatures only where there are any: it takes a moment."""
    from coop.gateways import blind_signatures  # noqa: PLC0415 - most bundles need it not

    return blind_signatures


def _head(text: str) -> str:
    digits = "".join(text.split()).lower()
    if not re.fullmatch("[0-9a-f]{64}", digits):
        _refuse("--head takes 64 hexadecimal digits, as they stand on the paper.")
    return digits


def _read(file: str) -> Bundle:
    try:
        if file == "-":
            data = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with Path(file).open("rb") as opened:
                data = opened.read(LARGEST + 1)
        if len(data) > LARGEST:
            _refuse(f"{file} is larger than any bundle.")
        return read(data)
    except Unreadable as error:
        _refuse(f"{file}: {error}")
    except (OSError, ValueError) as error:
        _refuse(f"{file} can't be read: {getattr(error, 'strerror', None) or error}.")


def _report(bundle: Bundle, checks: list[Check], *, with_head: bool) -> Iterator[str]:
    ballot, decision = bundle.ballot, bundle["decision"]
    title = _clean(f"Ballot {ballot['id']}: {ballot['title']}")
    yield from textwrap.wrap(title, WIDTH)
    yield "=" * min(len(title), WIDTH)
    yield from textwrap.wrap(_clean(f"Decision {decision['number']}. {decision['reasoning']}"), WIDTH)
    for check in checks:
        yield ""
        yield f"{'ok' if check.ok else 'FAILS':<{MARGIN}}{check.name}"
        yield from _indented(check.proves)
        if check.ok:
            yield from _indented(f"Not proved: {_lower(check.does_not_prove)}")
        else:
            yield from _indented(f"Where: {check.where}")
    yield ""
    yield "-" * WIDTH
    yield from textwrap.wrap(_verdict(checks), WIDTH)
    if not with_head:
        yield from textwrap.wrap(
            "No --head was given, so this compares the file with itself: a file re-made as a whole would "
            "pass. Copy the head from a paper, a mail or the page of the result, best from more than one, "
            "and run this again with it.",
            WIDTH,
        )


def _verdict(checks: list[Check]) -> str:
    failed = [check.name for check in checks if not check.ok]
    if not failed:
        return f"All {len(checks)} checks hold."
    return f"{len(failed)} of {len(checks)} checks FAIL: {', '.join(failed)}. Don't rely on this file."


def _indented(text: str) -> list[str]:
    margin = " " * MARGIN
    return textwrap.wrap(_clean(text), WIDTH, initial_indent=margin, subsequent_indent=margin)


def _clean(text: str) -> str:
    """Leave nothing that moves the cursor of a terminal: the words are a stranger's."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _refuse(why: str) -> NoReturn:
    click.echo(" ".join(_clean(why).split()), err=True)
    sys.exit(UNREADABLE)
