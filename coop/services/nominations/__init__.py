"""Nominations before an election: called, named, accepted or not, and drawn up as a ballot."""

from coop.services.nominations.calling import call_nominations, call_off, deadlines, draw_up
from coop.services.nominations.naming import MOST_STATEMENT, decline, nominate, refuse, stand
from coop.services.nominations.photos import (
    Photo,
    forget_photos,
    keep_photo,
    photo_bytes,
    photos_in,
    photos_on,
    remove_photo,
)
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
from coop.services.nominations.seconding import asked_for, second, unseconded, why_not_second

__all__ = [
    "MOST_STATEMENT",
    "Eligibility",
    "Photo",
    "asked_for",
    "call_nominations",
    "call_off",
    "calls_of",
    "deadlines",
    "decline",
    "draw_up",
    "eligibility",
    "find",
    "forget_photos",
    "has_to_answer",
    "keep_photo",
    "mine_in",
    "nominate",
    "nomination_of",
    "over",
    "photo_bytes",
    "photos_in",
    "photos_on",
    "refuse",
    "remove_photo",
    "second",
    "stand",
    "to_answer",
    "unseconded",
    "who_may_nominate",
    "why_not_second",
]
