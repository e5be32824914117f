"""Secret ballots: keys, tokens that nobody can join to votes, votes without names, and a box that is sorted."""

from coop.services.ballots.secret.casting import Paper, cast, checked, is_counted, receipt_for
from coop.services.ballots.secret.issuing import Asked, ask, issue, sign
from coop.services.ballots.secret.keys import (
    NewKey,
    ballot_id,
    fingerprint_of,
    forget_closed,
    prepare_keys,
    public_keys,
    store_keys,
)
from coop.services.ballots.secret.listing import (
    Page,
    SecretLine,
    issued_marks,
    issued_names,
    marks_issued,
    vote_list,
    votes_cast,
)
from coop.services.ballots.secret.roll import refuse_unfit
from coop.services.ballots.secret.sealing import (
    end,
    mark_scrubbed,
    mark_sorted,
    one_at_a_time,
    sealing_of,
    too_few,
    unscrubbed,
    votes_by_serial,
    weighed,
)

__all__ = [
    "Asked",
    "NewKey",
    "Page",
    "Paper",
    "SecretLine",
    "ask",
    "ballot_id",
    "cast",
    "checked",
    "end",
    "fingerprint_of",
    "forget_closed",
    "is_counted",
    "issue",
    "issued_marks",
    "issued_names",
    "mark_scrubbed",
    "mark_sorted",
    "marks_issued",
    "one_at_a_time",
    "prepare_keys",
    "public_keys",
    "receipt_for",
    "refuse_unfit",
    "sealing_of",
    "sign",
    "store_keys",
    "too_few",
    "unscrubbed",
    "vote_list",
    "votes_by_serial",
    "votes_cast",
    "weighed",
]
