"""Admission by the constitution's way, at once, by an officer, by sponsors or by a vote; and resigning."""

from coop.services.admissions.answering import admit, answers_by_hand, enter, refuse
from coop.services.admissions.leaving import LastDay, last_day, resign
from coop.services.admissions.sources import sources_of
from coop.services.admissions.sponsoring import (
    Asking,
    find,
    sponsor,
    sponsors_of,
    waiting_for_sponsors,
    why_no_sponsor,
    why_not_sponsor,
)
from coop.services.admissions.voting import can_be_put, put_to_vote, vote_on
from coop.services.admissions.way import Way, declared, way_of

__all__ = [
    "Asking",
    "LastDay",
    "Way",
    "admit",
    "answers_by_hand",
    "can_be_put",
    "declared",
    "enter",
    "find",
    "last_day",
    "put_to_vote",
    "refuse",
    "resign",
    "sources_of",
    "sponsor",
    "sponsors_of",
    "vote_on",
    "waiting_for_sponsors",
    "way_of",
    "why_no_sponsor",
    "why_not_sponsor",
]
