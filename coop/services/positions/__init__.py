"""Adopted positions: what the organisation says, because a decision says so, and until when."""

from coop.services.positions.adopting import (
    adopt,
    decisions_to_adopt,
    dissent,
    review_by_rule,
    why_not_dissent,
)
from coop.services.positions.reading import (
    PAGE_SIZE,
    Listing,
    as_data,
    find,
    may_read,
    overdue,
    position_of,
    positions_of,
    standing,
)

__all__ = [
    "PAGE_SIZE",
    "Listing",
    "adopt",
    "as_data",
    "decisions_to_adopt",
    "dissent",
    "find",
    "may_read",
    "overdue",
    "position_of",
    "positions_of",
    "review_by_rule",
    "standing",
    "why_not_dissent",
]
