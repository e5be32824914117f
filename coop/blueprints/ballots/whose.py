"""Whose vote a page is about: one's own, or with `for=12` that of a member whose proxy one holds.

A page is asked for it in its address; a paper says it in itself, so that it stays the same paper when sent again.
"""

from flask import g, request
from flask_babel import gettext as _

from coop.errors import Missing
from coop.models.members import Membership
from coop.services import ballots, members


def is_running(stage: str) -> bool:
    """Whether members can name proxies, and holders see them."""
    return stage in ("announced", "open")


def asked_number() -> int | None:
    """The number of the member to vote for; nothing that can't be read is taken for one's own vote."""
    asked = (request.args if request.method == "GET" else request.form).get("for")
    if asked is None:
        return None
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        raise Missing
    return int(asked)


def asked_giver() -> Membership | None:
    number = asked_number()
    return None if number is None else members.find(g.organisation, number)


def for_whom() -> dict[str, int]:
    """What an address carries on to stay with the member to vote for."""
    number = asked_number()
    return {} if number is None else {"for": number}


def whom_for(proxies: ballots.Proxies | None) -> tuple[ballots.Held | None, str]:
    """The member to vote for, None for oneself; and what to say if there is nothing to vote for them any more."""
    number = asked_number()
    if number is None or proxies is None:
        return None, ""
    held = proxies.held_of(number)
    return held, "" if held else str(
        _(
            "You hold no proxy of member %(number)d now. They may have voted themselves, or taken it back.",
            number=number,
        )
    )
