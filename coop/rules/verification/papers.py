"""Whether a bundle's votes are papers that the ballot allows, from members marked as having voted."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from coop.rules.tally import METHODS
from coop.rules.tally.election import HIGHEST_SCORE, PaperKind
from coop.rules.tally.motion import Choice
from coop.rules.verification.bundle import Bundle


def faults_of_votes(bundle: Bundle) -> Iterator[tuple[str, str]]:
    yield from _options(bundle)
    choices = bundle["votes"]
    if bundle.is_open:
        shaped = [
            isinstance(vote, dict) and vote.keys() == {"member", "choice"} and isinstance(vote["member"], str)
            for vote in choices
        ]
        if not all(shaped):
            yield f"votes[{shaped.index(False)}]", "A vote names no member and choice."
            return
        yield from _voters(bundle)
        choices = [vote["choice"] for vote in choices]
    else:
        could = sum(entry["weight"] for entry in bundle.issued)
        if len(choices) != could:
            yield "votes", f"There are {len(choices)} votes, but those who voted could give {could}."
    for place, choice in enumerate(choices):
        if not is_paper(bundle, choice):
            yield f"votes[{place}]", f"Vote {place + 1} is nothing that this ballot's paper allows."


def weighed(bundle: Bundle) -> list[tuple[Any, int]]:
    """Give each choice with its weight; call only where the votes have no faults."""
    if not bundle.is_open:
        return [(choice, 1) for choice in bundle["votes"]]
    weights = {entry["member"]: entry["weight"] for entry in bundle.roll}
    return [(vote["choice"], weights[vote["member"]]) for vote in bundle["votes"]]


def is_paper(bundle: Bundle, choice: Any) -> bool:
    """Whether the ballot's paper allows a choice."""
    if not bundle.is_election:
        return isinstance(choice, str) and choice in set(Choice)
    method, candidates = bundle.ballot["method"], len(bundle["options"])
    if method not in METHODS or not isinstance(choice, list):
        return False
    kind = METHODS[method].paper
    if kind is PaperKind.NONE:
        return False
    if kind is PaperKind.SCORE:
        marks = [one for one in choice if one is not None]
        scored = all(type(one) is int and 0 <= one <= HIGHEST_SCORE for one in marks)
        return len(choice) == candidates and bool(marks) and scored
    named = all(type(one) is int and 1 <= one <= candidates for one in choice)
    if not choice or not named or len(set(choice)) < len(choice):
        return False
    return len(choice) == 1 or kind is not PaperKind.CHOICE


def _options(bundle: Bundle) -> Iterator[tuple[str, str]]:
    options = bundle["options"]
    if not bundle.is_election:
        if options != [choice.value for choice in Choice]:
            yield "options", "A motion's options are for, against and abstain."
    elif [option["number"] for option in options] != list(range(1, len(options) + 1)) or not options:
        yield "options", "The candidates are not numbered from 1 on."


def _voters(bundle: Bundle) -> Iterator[tuple[str, str]]:
    voted = Counter(vote["member"] for vote in bundle["votes"])
    issued = {entry["member"] for entry in bundle.issued}
    for member, votes in voted.items():
        if votes > 1:
            yield "votes", f"The mark {member[:12]}… votes {votes} times."
        if member not in issued:
            yield "votes", f"The mark {member[:12]}… votes, but isn't marked on the roll as having voted."
    for member in sorted(issued - set(voted)):
        yield "roll", f"The mark {member[:12]}… is marked on the roll as having voted, but there is no vote."
