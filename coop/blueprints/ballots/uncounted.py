"""A vote that did not arrive: the page says so plainly, and keeps the paper to send again."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import g, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

View = TypeVar("View", bound=Callable[..., Any])
STATUSES = frozenset({401, 403, 409, 429, 500})


def says_uncounted(view: View) -> View:
    """Let a view that takes votes answer its errors with this page; `coop.doors` asks for it."""
    view.coop_error_page = page  # type: ignore[attr-defined]
    return view


def page(status: int, reference: str = "") -> str | None:
    """Say that the vote is not counted, and why; None where the ordinary page says enough."""
    if status not in STATUSES:
        return None
    if status in (401, 409) and not current_user.is_authenticated:
        return _page(401, _("You are no longer signed in, so your vote did not arrive."))
    words = {
        401: _("You are no longer signed in, so your vote did not arrive."),
        403: _("You may not vote here, so your vote was not taken."),
        409: _("This page was open for too long, or something changed at the same moment."),
        429: _("Too many are sending at once."),
        500: _("Something went wrong on our side, and nothing was changed."),
    }
    return _page(status, words[status], resend=status != 403, reference=reference)


def anothers() -> str | None:
    """Say that the paper was another member's: two who share a device never cast each other's votes."""
    mine = voter()
    if request.form.get("voter", mine) == mine:
        return None
    return _page(
        409, _("This paper was opened by another member. Open the vote and mark your own."), resend=False
    )


def voter() -> str:
    """Name the member a paper is for, as the paper carries it."""
    return f"{g.organisation.slug}/{g.actor.membership.number}" if g.actor.membership else ""


def _page(status: int, sentence: str, *, resend: bool = True, reference: str = "") -> str:
    return render_template(
        "ballots/uncounted.html",
        status=status,
        alone=status == 500 or g.get("organisation") is None,
        sentence=sentence,
        resend=resend,
        reference=reference,
        page=url_for("ballots.show", number=(request.view_args or {})["number"], **_for_whom()),
    )


def _for_whom() -> dict[str, str]:
    """Stay with the member whose proxy the vote is cast by; an error page takes any address."""
    asked = request.values.get("for", "")
    return {"for": asked} if asked.isascii() and asked.isdigit() else {}
