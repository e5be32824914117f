"""The papers of elections: what a method asks of its voters, checked when cast.

A choice is kept as a list: the candidates' numbers in order of preference; or those approved of, in
order of number; or a score for each candidate, null where none was given. The empty list is a vote for
none of them, where the rule takes such votes.
"""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, BallotOption
from coop.rules.tally import METHODS
from coop.rules.tally.election import HIGHEST_SCORE, PaperKind

Choice = Sequence[int | None]


def paper_of(ballot: Ballot) -> PaperKind:
    """Say what the method of an election asks for."""
    return METHODS[ballot.method].paper


def takes_none(ballot: Ballot) -> bool:
    """Whether the frozen rule lets voters vote for none of the candidates."""
    return "none" in (ballot.rule or {})


def checked(ballot: Ballot, choice: str | Choice) -> list[Any]:
    """Give the choice as it is kept; refuse a paper that the method can't count."""
    kind, none = paper_of(ballot), takes_none(ballot)
    if none and not choice and not isinstance(choice, str):
        return []
    if isinstance(choice, str) or not any(given is not None for given in choice):
        raise Refusal(blank_words(kind, none=none))
    if kind is PaperKind.SCORE:
        if len(choice) != _options_of(ballot):
            raise Refusal(_stranger())
        if any(score is not None and score not in range(HIGHEST_SCORE + 1) for score in choice):
            raise Refusal(_("A score is a whole number from 0 to %(most)d.", most=HIGHEST_SCORE))
        return list(choice)
    numbers = [number or 0 for number in choice]
    if kind is PaperKind.CHOICE and len(numbers) > 1:
        raise Refusal(_("This election asks for one candidate. Mark only one."))
    if len(set(numbers)) < len(numbers):
        raise Refusal(_("Somebody has two places on your paper. Give each candidate one place or none."))
    most = _options_of(ballot)
    if not all(1 <= number <= most for number in numbers):
        raise Refusal(_stranger())
    return sorted(numbers) if kind is PaperKind.APPROVAL else numbers


def blank_words(kind: PaperKind, *, none: bool) -> str:
    """Say what to do with a paper on which nothing is marked; `none`: it offers “None of these”."""
    words = {
        PaperKind.CHOICE: _("Choose first: mark a candidate."),
        PaperKind.RANKING: _("Choose first: put at least one candidate in place 1."),
        PaperKind.APPROVAL: _("Choose first: mark everybody you would be content with."),
        PaperKind.SCORE: _("Choose first: give at least one candidate a score."),
    }
    return f"{words[kind]} {_('Or mark “None of these”.')}" if none else str(words[kind])


def _options_of(ballot: Ballot) -> int:
    count = select(func.count(BallotOption.id)).where(BallotOption.ballot_id == ballot.id)
    return db.session.scalar(count) or 0


def _stranger() -> str:
    return str(_("There is no such candidate on this paper. Reload the page and choose again."))
