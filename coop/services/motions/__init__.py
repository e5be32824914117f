"""Motions that members move: proposed, seconded, ruled on, debated with reasons, and put to the vote."""

from coop.services.motions.moving import (
    CLASSES,
    asked,
    draft_motion,
    redraft,
    refuse_submitted,
    submit,
    withdraw,
)
from coop.services.motions.reading import Line, Told, find, motion_behind, motions_of
from coop.services.motions.reasons import (
    MOST_POINT,
    MOST_SOURCE,
    Reason,
    find_reason,
    frozen_at,
    give_reason,
    on_the_paper,
    reasons_as_data,
    reasons_of,
    reply,
    support,
    why_not_argue,
)
from coop.services.motions.ruling import admit, appeal, put, put_appeal, refer, refuse_unless_it_may, rule_out
from coop.services.motions.seconding import second, why_not_second

__all__ = [
    "CLASSES",
    "MOST_POINT",
    "MOST_SOURCE",
    "Line",
    "Reason",
    "Told",
    "admit",
    "appeal",
    "asked",
    "draft_motion",
    "find",
    "find_reason",
    "frozen_at",
    "give_reason",
    "motion_behind",
    "motions_of",
    "on_the_paper",
    "put",
    "put_appeal",
    "reasons_as_data",
    "reasons_of",
    "redraft",
    "refer",
    "refuse_submitted",
    "refuse_unless_it_may",
    "reply",
    "rule_out",
    "second",
    "submit",
    "support",
    "why_not_argue",
    "why_not_second",
    "withdraw",
]
