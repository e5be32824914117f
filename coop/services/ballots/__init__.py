"""Ballots: motions and elections from draft to decision; nothing is decided without counts."""

from coop.services.ballots.candidates import Candidate
from coop.services.ballots.certificates import certificate, certificate_record, drawing_of
from coop.services.ballots.comparing import what_else
from coop.services.ballots.drafting import (
    announce,
    change_draft,
    open_ballot,
    open_due,
    propose_motion,
    refuse_unless_draft,
    set_up_election,
    void,
)
from coop.services.ballots.ordering import how_drawn, options_for, order_words
from coop.services.ballots.papers import paper_of
from coop.services.ballots.preparing import (
    Preview,
    before_opening,
    candidates_by_number,
    offices_to_fill,
    preview,
)
from coop.services.ballots.reading import (
    PAGE_SIZE,
    VOTES_A_PAGE,
    Listing,
    Place,
    RollLine,
    awaiting,
    ballot_of,
    decision_on,
    decisions_by_id,
    find,
    find_decision,
    list_ballots,
    list_decisions,
    outcomes_of,
    place_of,
    recent_decisions,
    roll_lines,
    turnout,
    who_voted_how,
)
from coop.services.ballots.roll import draw_roll, eligible_on, why_not
from coop.services.ballots.rule import explain, lawful, rule_of
from coop.services.ballots.sealing import GRACE, certify, ids_due, seal
from coop.services.ballots.transcript import bundle, head_of_bundle, member_mark
from coop.services.ballots.voting import cast_vote, vote_of

__all__ = [
    "GRACE",
    "PAGE_SIZE",
    "VOTES_A_PAGE",
    "Candidate",
    "Listing",
    "Place",
    "Preview",
    "RollLine",
    "announce",
    "awaiting",
    "ballot_of",
    "before_opening",
    "bundle",
    "candidates_by_number",
    "cast_vote",
    "certificate",
    "certificate_record",
    "certify",
    "change_draft",
    "decision_on",
    "decisions_by_id",
    "draw_roll",
    "drawing_of",
    "eligible_on",
    "explain",
    "find",
    "find_decision",
    "head_of_bundle",
    "how_drawn",
    "ids_due",
    "lawful",
    "list_ballots",
    "list_decisions",
    "member_mark",
    "offices_to_fill",
    "open_ballot",
    "open_due",
    "options_for",
    "order_words",
    "outcomes_of",
    "paper_of",
    "place_of",
    "preview",
    "propose_motion",
    "recent_decisions",
    "refuse_unless_draft",
    "roll_lines",
    "rule_of",
    "seal",
    "set_up_election",
    "turnout",
    "void",
    "vote_of",
    "what_else",
    "who_voted_how",
    "why_not",
]
