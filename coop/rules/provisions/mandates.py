"""What a constitution says of those it sends elsewhere, and of what it says in public."""

from collections.abc import Sequence

from coop.rules.provisions.provision import Provision
from coop.rules.provisions.values import DAYS, MONTHS, choice

_WHO_READS = choice(
    members="members only",
    public="anyone; who dissents is told to members only",
)

MANDATE_RULES: Sequence[Provision] = (
    Provision(
        "mandate.report",
        DAYS,
        "30 days",
        "Report of a delegate",
        "How long after a sitting elsewhere a delegate has to report on it.",
        low=1,
        high=365,
    ),
    Provision(
        "positions.public",
        _WHO_READS,
        "members",
        "Who reads positions",
        "Who can read the positions that the members have adopted.",
    ),
    Provision(
        "position.review",
        MONTHS,
        "24 months",
        "Review of a position",
        "How long after a position is adopted it is to be reviewed, unless an earlier day was chosen.",
        low=1,
        high=120,
    ),
    Provision(
        "position.dissent",
        DAYS,
        "14 days",
        "Time to dissent",
        "How long after a position is adopted a member can have their dissent recorded, by name; 0 days for not "
        "at all after that day.",
        low=0,
        high=180,
    ),
)
