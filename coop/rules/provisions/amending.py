"""How a change of the constitution comes into force."""

from coop.rules.provisions.provision import Provision
from coop.rules.provisions.values import DAYS, choice

_REGISTRATION = choice(
    no="a change needs no registration",
    yes="a change comes into force only after a regulator has registered it",
)

AMENDING_RULES = (
    Provision(
        "constitution.registration",
        _REGISTRATION,
        "no",
        "Registration of changes",
        "Whether a change of this text waits until a regulator has registered it.",
    ),
    Provision(
        "constitution.in_force",
        DAYS,
        "14 days",
        "Coming into force",
        "A change of this text comes into force this long after it is passed, or registered where it must be; "
        "never on a day that has begun.",
        low=1,
        high=365,
    ),
)
