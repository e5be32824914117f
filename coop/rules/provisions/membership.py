"""What a constitution says of members: who is admitted, and by whom, and how one leaves."""

from collections.abc import Sequence

from coop.rules.provisions.provision import Provision
from coop.rules.provisions.values import DAYS, LIST, NUMBER, choice

_ADMISSION = choice(
    officer="by an officer",
    open="whoever declares it is a member at once, without anybody's answer",
    sponsors="by members who sponsor the application",
    ballot="by a vote of the members on each application",
)

MEMBERSHIP_RULES: Sequence[Provision] = (
    Provision(
        "membership.admission",
        _ADMISSION,
        "officer",
        "Admission",
        "Who admits an applicant or refuses, with a reason.",
    ),
    Provision(
        "membership.sponsors",
        NUMBER,
        "2",
        "Sponsors",
        "Where members admit by sponsoring: how many must sponsor an application. The last of them admits.",
        low=1,
        high=50,
    ),
    Provision(
        "membership.minimum_age",
        NUMBER,
        "0",
        "Minimum age",
        "Whoever applies declares to be at least so many years old; no date of birth is asked. 0 asks nothing.",
        low=0,
        high=100,
    ),
    Provision(
        "membership.admission_time",
        DAYS,
        "14 days",
        "Time to an answer",
        "Applicants are told that an answer usually takes this long.",
        low=1,
        high=365,
    ),
    Provision(
        "membership.declarations",
        LIST,
        "I have read the rules and accept them",
        "Declarations",
        "Everyone who applies declares this; the wording is kept with the application.",
    ),
    Provision(
        "membership.resignation_notice",
        DAYS,
        "0 days",
        "Notice of resignation",
        "Whoever resigns is a member, with rights and dues, until this long after saying so.",
        low=0,
        high=366,
    ),
)
