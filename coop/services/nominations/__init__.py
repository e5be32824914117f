"""Nominations before an election: called, named, accepted or not, and drawn up as a ballot."""

from coop.services.nominations.calling import call_nominations, call_off, deadlines, draw_up
from coop.services.nominations.naming import MOST_STATEMENT, decline, nominate, refuse, stand
from coop.services.nominations.reading import (
    Eligibility,
    calls_of,
    eligibility,
    find,
    has_to_answer,
    mine_in,
    nomination_of,
    over,
    to_answer,
    who_may_nominate,
)

__all__ = [
    "MOST_STATEMENT",
    "Eligibility",
    "call_nominations",
    "call_off",
    "calls_of",
    "deadlines",
    "decline",
    "draw_up",
    "eligibility",
    "find",
    "has_to_answer",
    "mine_in",
    "nominate",
    "nomination_of",
    "over",
    "refuse",
    "stand",
    "to_answer",
    "who_may_nominate",
]
