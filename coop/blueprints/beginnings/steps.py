"""The checklist of a beginning."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One line of the checklist; `state` is "done", "next" or "later". Without an address it is only told."""

    title: str
    about: str
    href: str
    state: str


def in_order(lines: Sequence[tuple[str, str, str, bool]]) -> list[Step]:
    """Make the steps of `(title, about, address, is done)`: the first that is not done is next."""
    first = next((at for at, line in enumerate(lines) if not line[3]), None)
    return [
        Step(title, about, href, "done" if is_done else "next" if at == first else "later")
        for at, (title, about, href, is_done) in enumerate(lines)
    ]
