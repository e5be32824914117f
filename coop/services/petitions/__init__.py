"""Petitions of members: begun, signed, and where enough have signed, a vote on a recall or a general meeting."""

from coop.services.petitions.beginning import begin_meeting, begin_recall, why_no_recall
from coop.services.petitions.reading import (
    count_of,
    find,
    has_signed,
    petitions_of,
    running_by_term,
    signers_of,
)
from coop.services.petitions.signing import reply, reply_until, sign, why_not_reply, why_not_sign

__all__ = [
    "begin_meeting",
    "begin_recall",
    "count_of",
    "find",
    "has_signed",
    "petitions_of",
    "reply",
    "reply_until",
    "running_by_term",
    "sign",
    "signers_of",
    "why_no_recall",
    "why_not_reply",
    "why_not_sign",
]
