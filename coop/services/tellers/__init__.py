"""Tellers: votes that don't come through a browser, entered by two people."""

from coop.models.tellers import ROLL_CALL
from coop.services.tellers.appointing import appoint, dismiss, finish, resign
from coop.services.tellers.asking import ask_for_paper, note_sent, take_back, why_no_paper
from coop.services.tellers.confirming import cancel, confirm
from coop.services.tellers.entering import correct, enter, repeat
from coop.services.tellers.reading import (
    FEWEST,
    Asked,
    Voter,
    batch_of,
    batches_of,
    edition_of,
    in_office,
    last_instant,
    names_of,
    next_to_call,
    on_the_roll,
    own_roll_call,
    refuse_when_over,
    request_of,
    requests_of,
    running_batches,
    teller_of,
    voters_of,
)
from coop.services.tellers.roll_calling import ABSENT, call_out, has_roll_call

__all__ = [
    "ABSENT",
    "FEWEST",
    "ROLL_CALL",
    "Asked",
    "Voter",
    "appoint",
    "ask_for_paper",
    "batch_of",
    "batches_of",
    "call_out",
    "cancel",
    "confirm",
    "correct",
    "dismiss",
    "edition_of",
    "enter",
    "finish",
    "has_roll_call",
    "in_office",
    "last_instant",
    "names_of",
    "next_to_call",
    "note_sent",
    "on_the_roll",
    "own_roll_call",
    "refuse_when_over",
    "repeat",
    "request_of",
    "requests_of",
    "resign",
    "running_batches",
    "take_back",
    "teller_of",
    "voters_of",
    "why_no_paper",
]
