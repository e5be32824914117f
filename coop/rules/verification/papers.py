"""Whether a bundle's votes are papers that the ballot allows, from members marked as having voted."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from coop.rules.tally import METHODS
from coop.rules.tally.election import HIGHEST_SCORE, PaperKind
from coop.rules.tally.motion import Choice
from coop.rules.verification.bundle import Bundle
from coop.rules.verification.secret import choice_of, faults_of_serials, weights_of_classes


def faults_of_votes(bundle: Bundle) -> Iterator[tuple[str, str]]:
    yield from _options(bundle)
    choices = bundle["votes"]
    if bundle.is_open:
        shaped = [_is_open_vote(vote) for vote in choices]
        if not all(shaped):
            yield f"votes[{shaped.index(False)}]", "A vote names no member and choice."
            return
        yield from _voters(bundle)
        yield from _told(bundle, sum("member" not in vote for vote in choices))
        choices = [vote["choice"] for vote in choices]
    elif bundle.is_secret:
        yield from faults_of_serials(bundle)
        choices = [choice_of(vote) for vote in choices]
    else:
        could = sum(entry["weight"] for entry in bundle.issued + bundle.struck) - sum(bundle.spoilt.values())
        if len(choices) != could:
            yield "votes", f"There are {len(choices)} votes, but those who voted could give {could}."
    yield from _spoilt(bundle)
    for place, choice in enumerate(choices):
        if not is_paper(bundle, choice):
            yield f"votes[{place}]", f"Vote {place + 1} is nothing that this ballot's paper allows."


def weighed(bundle: Bundle) -> list[tuple[Any, int]]:
    """Give each choice with its weight; call only where the votes have no faults."""
    if bundle.is_secret:
        by_class = weights_of_classes(bundle)
        return [(choice_of(vote), by_class[vote["class"]]) for vote in bundle["votes"]]
    if not bundle.is_open:
        return [(choice, 1) for choice in bundle["votes"]]
    weights = {entry["member"]: entry["weight"] for entry in bundle.roll}
    return [(vote["choice"], weights[vote["member"]] if "member" in vote else 1) for vote in bundle["votes"]]


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
    if not choice:
        return "none" in bundle.rule
    if kind is PaperKind.SCORE:
        marks = [one for one in choice if one is not None]
        scored = all(type(one) is int and 0 <= one <= HIGHEST_SCORE for one in marks)
        return len(choice) == candidates and bool(marks) and scored
    named = all(type(one) is int and 1 <= one <= candidates for one in choice)
    if not named or len(set(choice)) < len(choice):
        return False
    return len(choice) == 1 or kind is not PaperKind.CHOICE


def _options(bundle: Bundle) -> Iterator[tuple[str, str]]:
    options = bundle["options"]
    if not bundle.is_election:
        if options != [choice.value for choice in Choice]:
            yield "options", "A motion's options are for, against and abstain."
    elif [option["number"] for option in options] != list(range(1, len(options) + 1)) or not options:
        yield "options", "The candidates are not numbered from 1 on."


def _is_open_vote(vote: Any) -> bool:
    """Whether a vote has its choice and its member, or its choice alone as tellers enter it."""
    if not isinstance(vote, dict) or "choice" not in vote:
        return False
    return vote.keys() == {"choice"} or (
        vote.keys() == {"member", "choice"} and isinstance(vote["member"], str)
    )


def _told(bundle: Bundle, votes: int) -> Iterator[tuple[str, str]]:
    """Votes without a member are as many as the struck could give, but for those spoilt."""
    could = sum(entry["weight"] for entry in bundle.struck) - sum(bundle.spoilt.values())
    if votes != could:
        yield "votes", f"There are {votes} votes without a member, but the members struck could give {could}."


def _spoilt(bundle: Bundle) -> Iterator[tuple[str, str]]:
    """No class has more spoilt votes than its struck members could give."""
    could = Counter[str]()
    for entry in bundle.struck:
        could[entry["class"]] += entry["weight"]
    for voting_class, votes in bundle.spoilt.items():
        if not 1 <= votes <= could[voting_class]:
            yield "spoilt", f"Of class {voting_class[:40]} {votes} votes were spoilt, which can't be."


def _voters(bundle: Bundle) -> Iterator[tuple[str, str]]:
    voted = Counter(vote["member"] for vote in bundle["votes"] if "member" in vote)
    issued = {entry["member"] for entry in bundle.issued}
    for member, votes in voted.items():
        if votes > 1:
            yield "votes", f"The mark {member[:12]}… votes {votes} times."
        if member not in issued:
            yield "votes", f"The mark {member[:12]}… votes, but isn't marked on the roll as having voted."
    for member in sorted(issued - set(voted)):
        yield "roll", f"The mark {member[:12]}… is marked on the roll as having voted, but there is no vote."
