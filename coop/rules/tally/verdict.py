"""What an election comes to: who is elected if enough took part, with the reasoning printed."""

from dataclasses import dataclass
from enum import StrEnum

from coop.rules.tally.election import Method, PaperKind, Result, quantity
from coop.rules.tally.motion import sources, too_many
from coop.rules.thresholds import Basis, Quorum


class ElectionOutcome(StrEnum):
    ELECTED = "elected"
    LOST = "lost"  # nobody voted, or a tie for want of a seed
    INQUORATE = "inquorate"


@dataclass(frozen=True)
class Verdict:
    outcome: ElectionOutcome
    elected: tuple[int, ...]  # candidates' numbers, in order of election
    says: str


def judge_election(
    result: Result,
    method: Method,
    *,
    voted: int,
    eligible: int,
    quorum: Quorum | None,
    articles: tuple[str, ...] = (),
    version: int | None = None,
    members: int | None = None,
    none: int = 0,
) -> Verdict:
    """Say who is elected; without a quorum, without papers or with an open tie nobody is.

    `eligible` are the votes on the roll, `members` its heads where these are fewer; `none` of those who
    voted did so for none of the candidates.
    """
    weighted = members is not None and members != eligible
    if voted > eligible:
        raise ValueError(too_many(voted, eligible, weighted=weighted))
    base = voted if quorum is not None and quorum.basis is Basis.PRESENT else eligible
    quorate = quorum is None or quorum.met_by(voted, base)
    outcome = ElectionOutcome.ELECTED
    if not quorate:
        outcome = ElectionOutcome.INQUORATE
    elif result.ties or not result.elected:
        outcome = ElectionOutcome.LOST
    elected = result.elected if outcome is ElectionOutcome.ELECTED else ()

    election = result.election
    seats = 1 if method.one_seat else election.seats
    quota = "" if result.quota is None else f", quota {quantity(result.quota)} of {result.valid}"
    for_none = f", {none} of them for none of these" if none else ""
    parts = [
        _head(outcome, result, none),
        f"{_many(seats, 'seat')}, {_many(len(election.standing), 'candidate')}, {method.title}{quota}.",
    ]
    if method.paper is PaperKind.NONE:
        pass  # nobody was to vote, so that nobody did says nothing
    elif quorum is not None and quorum.needed(base):
        verb = "were given" if weighted else "voted"
        parts.append(f"Quorum {quorum.says(base, weighted=weighted)}: {voted} {verb}{for_none}.")
    elif weighted:
        parts.append(f"{voted} of {_many(eligible, 'vote')} on the roll were given{for_none}.")
    else:
        parts.append(f"{voted} of {_many(eligible, 'member')} voted{for_none}.")
    return Verdict(outcome, elected, " ".join([*parts, sources(articles, version)]).strip())


def _head(outcome: ElectionOutcome, result: Result, none: int) -> str:
    if outcome is ElectionOutcome.INQUORATE:
        return "Nobody is elected, for want of a quorum."
    if result.ties:
        return f"Nobody is elected: {result.election.names(result.ties)} are tied."
    if not result.elected and none and not result.valid:
        return "Nobody is elected: no paper names a candidate."
    if not result.elected:
        return "Nobody is elected: no valid paper was cast."
    return f"Elected: {result.election.names(result.elected)}."


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
