"""A count to read on a terminal: who is elected, every round, and what was unusual; 80 columns wide."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from coop.rules.tally.election import Method, Pairwise, Result, Round, quantity

WIDTH = 80
_LONGEST = 14  # characters of a quantity in a table; longer ones are cut, and exact with --json
_PLACES = 5


def report(result: Result, method: Method) -> str:
    """Write the whole count."""
    return "\n".join([*_head(result, method), *_elected(result), *_rounds(result), *_foot(result)])


def _head(result: Result, method: Method) -> Iterator[str]:
    election = result.election
    yield _sentence(method.title)
    yield "=" * len(method.title)
    seats = _many(election.seats, "seat")
    yield f"{seats}, {_many(len(election.standing), 'candidate')}"
    if election.withdrawn:
        yield from _wrapped(f"Withdrawn: {election.names(sorted(election.withdrawn))}.")
    quota = "" if result.quota is None else f", quota {_short(result.quota)}"
    yield f"{quantity(election.ballots)} papers, {quantity(result.valid)} valid{quota}"
    kinds = {kind: many for kind, many in election.unusual().items() if many != "0"}
    if kinds:
        yield from _wrapped("Unusual papers: " + ", ".join(f"{n} {kind}" for kind, n in kinds.items()) + ".")


def _elected(result: Result) -> Iterator[str]:
    yield ""
    if result.ties:
        yield "NOT DECIDED"
        tied = result.election.names(result.ties)
        yield from _wrapped(f"{tied} are tied, and who is elected depends on it.", "  ")
        yield from _wrapped(
            "Draw a seed that nobody could choose, and count again with --tie-seed HEX: the lot then breaks "
            "the tie, and anyone can re-run it.",
            "  ",
        )
    if result.elected:
        yield "Elected before the tie" if result.ties else "ELECTED"
        for place, number in enumerate(result.elected, 1):
            yield f"  {place:>2}. {result.election.name(number)}"
    elif not result.ties:
        yield "NOBODY IS ELECTED"


def _rounds(result: Result) -> Iterator[str]:
    before: Mapping[int, Fraction] = {}
    for place, counted in enumerate(result.rounds, 1):
        yield ""
        yield f"Round {place} ".ljust(WIDTH, "-")
        yield from _wrapped(counted.says)
        if counted.tallies != before or place == 1:
            yield ""
            yield from _table(result, counted, before)
        before = counted.tallies
    if result.pairwise is not None:
        yield from _pairs(result, result.pairwise)


def _table(result: Result, counted: Round, before: Mapping[int, Fraction]) -> Iterator[str]:
    """List the candidates, the first first, with what each gained or lost since the last round."""
    rows = []
    for number in sorted(counted.tallies, key=lambda n: (-counted.tallies[n], n)):
        votes = counted.tallies[number]
        change = votes - before.get(number, votes)
        if votes or change or not before:
            rows.append((number, result.election.name(number), votes, change))
    if counted.exhausted:
        rows.append((0, "exhausted", counted.exhausted, Fraction(0)))
    if counted.loss:
        rows.append((0, "lost to rounding", counted.loss, Fraction(0)))
    room = WIDTH - 2 * (_LONGEST + 2) - 6
    for number, name, votes, change in rows:
        moved = "" if not change else f"{'+' if change > 0 else ''}{_short(change)}"
        shown = name if len(name) <= room else f"{name[: room - 1]}…"
        line = f"{number or '':>4}  {shown:<{room}}  {_short(votes):>{_LONGEST}}  {moved:>{_LONGEST}}"
        yield line.rstrip()


def _pairs(result: Result, pairwise: Pairwise) -> Iterator[str]:
    """Show the papers that put the row before the column, where the page is wide enough."""
    yield ""
    yield from _wrapped("Two by two: how many papers put the row's candidate before the column's.")
    cells = [[_short(Fraction(votes)) for votes in row] for row in pairwise]
    widest = max(len(cell) for row in cells for cell in row) + 1
    widest = max(widest, len(str(len(cells))) + 1)
    name_room = WIDTH - 6 - widest * len(cells)
    if name_room < 12:
        yield "(Too many candidates for this page: see --json.)"
        return
    yield ""
    yield " " * (6 + name_room) + "".join(f"{n:>{widest}}" for n in range(1, len(cells) + 1))
    for n, row in enumerate(cells, 1):
        shown = ["·" if m == n else cell for m, cell in enumerate(row, 1)]
        name = result.election.name(n)[: name_room - 1]
        yield f"{n:>4}  {name:<{name_room}}" + "".join(f"{cell:>{widest}}" for cell in shown)


def _foot(result: Result) -> Iterator[str]:
    seed = result.election.seed
    if seed is None or not any("the lot" in counted.says for counted in result.rounds):
        return
    yield ""
    yield from _wrapped(
        "To re-run a lot, for each of the tied (N, the number on the paper), under the name the round gives:"
    )
    hexkey = f"-mac HMAC -macopt hexkey:{seed.hex()}"
    yield f"  printf 'tie 1:N' | openssl dgst -sha256 {hexkey}"
    yield "The smallest of these digests is drawn."


def _short(value: Fraction) -> str:
    """Write a quantity exactly where it is short, else cut to five decimals and marked so."""
    exact = quantity(value)
    if len(exact) <= _LONGEST - 1:
        return exact
    unit = 10**_PLACES
    cut = abs(value.numerator) * unit // value.denominator
    return f"{'-' if value < 0 else ''}{cut // unit}.{cut % unit:0{_PLACES}}…"


def _wrapped(text: str, indent: str = "") -> Iterable[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
