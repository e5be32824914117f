"""What a constitution says of offices: who acts, how often one can be elected again, petitions and recall."""

from collections.abc import Sequence

from coop.rules.provisions.provision import Provision
from coop.rules.provisions.values import DAYS, MAJORITY, MONTHS, NUMBER, OFFICES, QUORUM, choice

_ACTING = choice(
    none="nobody, until the office is filled",
    chair="the chair",
    secretary="the secretary",
    treasurer="the treasurer",
    librarian="the librarian",
    auditor="the auditor",
    returning_officer="the returning officer",
)
_VACANCY = choice(
    by_election="a by-election, for a new term",
    countback="a countback: the papers of the election are counted again without whoever left",
    co_option="co-option by the body, or for an office of the assembly by the board, until the next general meeting",
)
# Money and its audit fall to nobody by themselves.
_ACTS = {
    "chair": "secretary",
    "secretary": "chair",
    "treasurer": "none",
    "librarian": "none",
    "auditor": "none",
    "returning_officer": "secretary",
}


def _acting(kind: str, acts: str) -> Provision:
    name = kind.replace("_", " ")
    return Provision(
        f"office.{kind}.acting",
        _ACTING,
        acts,
        f"Vacant: {name}",
        f"Who has the duties of the {name} while nobody holds that office.",
        ("body",),
    )


OFFICE_RULES: Sequence[Provision] = (
    *(_acting(kind, acts) for kind, acts in _ACTS.items()),
    Provision(
        "office.most_terms",
        NUMBER,
        "0",
        "Limit of re-election",
        "How many terms one after another a member can be elected to an office; 0 sets no limit. A break as "
        "long as a term begins the count anew.",
        ("body", "office"),
        low=0,
        high=20,
    ),
    Provision(
        "office.excludes",
        OFFICES,
        "none",
        "Offices that exclude each other",
        "Whoever holds the office can't hold one of these at the same time.",
        ("body", "office"),
    ),
    Provision(
        "office.vacancy",
        _VACANCY,
        "by-election",
        "Filling a vacancy",
        "How an office that becomes vacant before its term ends is filled.",
        ("body", "office"),
    ),
    Provision(
        "petition.period",
        DAYS,
        "30 days",
        "Time to sign a petition",
        "How long members can sign a petition; after that it has lapsed.",
        low=1,
        high=180,
    ),
    Provision(
        "meeting.petition",
        QUORUM,
        "1/10 of eligible",
        "Meeting on petition",
        "How many members must sign for a general meeting to be called, whoever holds office.",
    ),
    Provision(
        "recall.threshold",
        QUORUM,
        "1/5 of eligible",
        "Petition for recall",
        "How many members must sign for a vote on the recall of an office-holder.",
        ("body",),
    ),
    Provision(
        "recall.reply",
        DAYS,
        "7 days",
        "Reply to a recall",
        "How long an office-holder has to reply before the vote on their recall opens.",
        ("body",),
        low=1,
        high=60,
    ),
    Provision(
        "recall.cool_down",
        MONTHS,
        "6 months",
        "Time between recalls",
        "How long after a vote that did not recall an office-holder no other petition can be begun.",
        ("body",),
        low=0,
        high=60,
    ),
    Provision(
        "decision.recall.majority",
        MAJORITY,
        "> 1/2 of cast",
        "Recall majority",
        "What recalls an office-holder. Abstentions never count among the votes cast.",
        ("body",),
    ),
    Provision(
        "decision.recall.quorum",
        QUORUM,
        "1/4 of eligible",
        "Recall quorum",
        "How many must vote, abstentions included, for a recall to carry.",
        ("body",),
    ),
    Provision(
        "decision.recall.voting_period",
        DAYS,
        "14 days",
        "Recall voting period",
        "How long a vote on a recall stays open. Nothing closes early.",
        ("body",),
        low=1,
        high=120,
    ),
)
