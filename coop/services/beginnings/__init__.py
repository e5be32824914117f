"""How organisations begin here: founded by their founders together, or moving in with what they are already."""

from coop.services.beginnings.founding import (
    FEWEST_FOUNDERS,
    accept,
    answer_questions,
    begin_founding,
    draft_of,
    invite_founder,
    open_founded,
    set_meeting,
    take_part,
    withdraw,
)
from coop.services.beginnings.inviting import WRONG_CODE, invite, is_invited, use_invitation
from coop.services.beginnings.reading import (
    NEEDED,
    OFFICES,
    Founding,
    find_beginning,
    founding_of,
    my_founder,
)

__all__ = [
    "FEWEST_FOUNDERS",
    "NEEDED",
    "OFFICES",
    "WRONG_CODE",
    "Founding",
    "accept",
    "answer_questions",
    "begin_founding",
    "draft_of",
    "find_beginning",
    "founding_of",
    "invite",
    "invite_founder",
    "is_invited",
    "my_founder",
    "open_founded",
    "set_meeting",
    "take_part",
    "use_invitation",
    "withdraw",
]
