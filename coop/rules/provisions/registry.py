"""Every provision a constitution can carry: what it is called, how it is written, what holds without it.

A key is added here together with the code that reads it, and never changes its meaning afterwards:
adopted versions keep the values they were adopted with, defaults included.
"""

from coop.rules.provisions.amending import AMENDING_RULES
from coop.rules.provisions.decisions import CLASSES, decision_provisions
from coop.rules.provisions.mandates import MANDATE_RULES
from coop.rules.provisions.membership import MEMBERSHIP_RULES
from coop.rules.provisions.motions import motion_provisions
from coop.rules.provisions.offices import OFFICE_RULES
from coop.rules.provisions.provision import Provision
from coop.rules.provisions.values import (
    CLEAR_DAYS,
    CURRENCY,
    DAYS,
    MONTHS,
    NUMBER,
    QUORUM,
    ZONE,
    choice,
)

_CLASS = choice(
    ordinary="an ordinary resolution",
    special="a special resolution",
    constitutional="a constitutional resolution",
)
_ROLL_VISIBLE = choice(
    officers="the returning officer and the auditor", members="every member of the body that votes"
)
_TIE = choice(lost="a tie is lost", lot="a tie is settled by a lot that anyone can draw again")
_PRIVATE = "private: members and officers can't see it"
_SECRET = "secret: no name is stored with a vote"  # noqa: S105 - a sentence
_SECRECY = choice(open="open: the record shows who voted how", private=_PRIVATE, secret=_SECRET)
_SECRECY_OF_PEOPLE = choice(private=_PRIVATE, secret=_SECRET)
_TOO_FEW = choice(
    reopen="a vote in which “Reopen nominations” stands against every candidate",
    unopposed="elected unopposed, without a vote",
)
_NONE_OF_THESE = choice(
    no="whoever votes marks at least one candidate",
    yes="voters may vote for none of the candidates: that counts for the quorum and elects nobody",
)
_ORDER = choice(
    name="in the order of their names",
    lot="in an order drawn by lot, the same for everybody",
    rotated="each voter's paper begins with another candidate",
)
_METHOD = choice(
    scottish_stv="single transferable vote, as in Scottish local elections",
    wigm_stv="single transferable vote, exact (weighted inclusive Gregory)",
    meek_stv="single transferable vote by Meek's method",
    irv="instant run-off",
    schulze="comparison of every pair, by Schulze's method",
    ranked_pairs="comparison of every pair, by ranked pairs",
    borda="points for places (Borda)",
    approval="approval voting",
    equal_shares="proportional approval (equal shares)",
    score="score voting",
    star="score, then automatic run-off (STAR)",
    plurality="plurality: whoever has most votes",
)


_ALL = (
    Provision(
        "organisation.zone",
        ZONE,
        "UTC",
        "Time zone",
        "Days begin and votes close by the clocks of this zone.",
    ),
    Provision(
        "organisation.currency",
        CURRENCY,
        "EUR",
        "Currency",
        "Dues are charged and the books are kept in this currency.",
    ),
    *MEMBERSHIP_RULES,
    Provision(
        "application.retention",
        MONTHS,
        "12 months",
        "Keeping of applications",
        "An application that was refused or withdrawn is erased after this time.",
        low=1,
        high=120,
    ),
    Provision(
        "roll.cutoff",
        DAYS,
        "0 days",
        "Voting after admission",
        "A member can vote once this long a member on the day a ballot opens.",
        low=0,
        high=365,
    ),
    Provision(
        "roll.visible",
        _ROLL_VISIBLE,
        "officers",
        "Who sees a roll",
        "Who may read the names of those who may vote; a reason is shown to that member and officers only.",
        ("body",),
    ),
    Provision(
        "member.votes",
        NUMBER,
        "1",
        "Votes of a member",
        "How many votes each member has, or each member of one voting class.",
        ("class",),
        low=1,
        high=1000,
    ),
    Provision(
        "delegate.members_per_vote",
        NUMBER,
        "0",
        "Members for one more vote",
        "A member that is an organisation has one more vote for each time it has so many members; 0 gives none.",
        low=0,
        high=1_000_000,
    ),
    Provision(
        "delegate.most_votes",
        NUMBER,
        "0",
        "Most votes by size",
        "No member has more votes than this by the number of its own members; 0 sets no limit.",
        low=0,
        high=1000,
    ),
    Provision(
        "proxy.limit",
        NUMBER,
        "0",
        "Proxies",
        "How many other members one member may stand for, in a ballot or at a meeting; 0 allows no proxies.",
        ("body",),
        low=0,
        high=10,
    ),
    Provision(
        "meeting.notice",
        CLEAR_DAYS,
        "14 days",
        "Notice",
        "No meeting is called with less notice; neither the day of notice nor that of the meeting counts.",
        ("body",),
        low=0,
        high=180,
    ),
    Provision(
        "meeting.quorum",
        QUORUM,
        "1/10 of eligible",
        "Quorum of a meeting",
        "How many members must attend for the meeting to decide anything.",
        ("body",),
    ),
    *decision_provisions(),
    *motion_provisions(CLASSES),
    Provision(
        "decision.tie",
        _TIE,
        "lost",
        "Tie",
        "What happens to a motion with as many votes for as against.",
    ),
    Provision(
        "ballot.secrecy",
        _SECRECY,
        "open",
        "Secrecy of motions",
        "How motions are voted on, unless a draft asks for more secrecy. Elections of people are never open.",
        ("body",),
    ),
    Provision(
        "ballot.paper_count",
        DAYS,
        "3 days",
        "Counting of papers",
        "How long after closing two tellers can enter the papers that arrived in time.",
        ("body",),
        low=0,
        high=14,
    ),
    Provision(
        "election.secrecy",
        _SECRECY_OF_PEOPLE,
        "private",
        "Secrecy of elections",
        "How people are elected, unless a draft asks for more secrecy.",
        ("body",),
    ),
    Provision(
        "ballot.secret.minimum",
        NUMBER,
        "10",
        "Smallest secret ballot",
        "A secret ballot opens only if each class of voters on its roll has at least so many.",
        low=5,
        high=1000,
    ),
    Provision(
        "ballot.order",
        _ORDER,
        "name",
        "Order on the paper",
        "In which order the candidates stand on the paper of an election.",
        ("body",),
    ),
    Provision(
        "ballot.reminder",
        DAYS,
        "2 days",
        "Reminder to vote",
        "How long before closing those who have not voted are reminded, once; 0 days for never. A ballot "
        "shorter than twice this has its reminder at half time.",
        ("body",),
        low=0,
        high=60,
    ),
    Provision(
        "ballot.challenge_period",
        DAYS,
        "14 days",
        "Time to challenge a result",
        "How long after the count members can challenge a result; 0 days for not at all.",
        ("body",),
        low=0,
        high=90,
    ),
    Provision(
        "election.method",
        _METHOD,
        "scottish-stv",
        "Counting of elections",
        "What the papers of an election ask for, and how they are counted.",
        ("body",),
    ),
    Provision(
        "nomination.period",
        DAYS,
        "14 days",
        "Time for nominations",
        "How long members can nominate candidates once nominations are called.",
        ("body",),
        low=1,
        high=120,
    ),
    Provision(
        "nomination.withdrawal",
        DAYS,
        "3 days",
        "Time to accept or withdraw",
        "How long after nominations close a candidate can still accept or withdraw.",
        ("body",),
        low=0,
        high=60,
    ),
    Provision(
        "nomination.seconders",
        NUMBER,
        "0",
        "Seconders",
        "How many members must second a nomination, beside whoever made it, for the candidate to stand.",
        ("body",),
        low=0,
        high=20,
    ),
    Provision(
        "election.too_few",
        _TOO_FEW,
        "reopen",
        "No more candidates than seats",
        "How an election is held where no more stand than are to be elected.",
        ("body",),
    ),
    Provision(
        "election.none_of_these",
        _NONE_OF_THESE,
        "no",
        "None of these",
        "Whether voters may vote for none of the candidates: such a vote counts for the quorum and elects nobody.",
        ("body",),
    ),
    Provision(
        "election.voting_period",
        DAYS,
        "14 days",
        "Voting period of elections",
        "How long an election stays open. Nothing closes early.",
        ("body",),
        low=1,
        high=120,
    ),
    Provision(
        "election.quorum",
        QUORUM,
        "0 of eligible",
        "Quorum of elections",
        "How many must vote for an election to count.",
        ("body",),
    ),
    Provision(
        "office.term",
        MONTHS,
        "24 months",
        "Term of office",
        "Whoever is elected holds the office this long.",
        ("body", "office"),
        low=1,
        high=120,
    ),
    *OFFICE_RULES,
    Provision(
        "dues.decision",
        _CLASS,
        "ordinary",
        "Setting of dues",
        "The kind of resolution by which dues are set.",
    ),
    Provision(
        "dues.due",
        DAYS,
        "30 days",
        "Time to pay",
        "A charge is due this long after it is made.",
        low=0,
        high=365,
    ),
    Provision(
        "grant.exclusive.approval",
        _CLASS,
        "special",
        "Exclusive grants",
        "The kind of resolution that must approve an exclusive grant of a work.",
    ),
    *MANDATE_RULES,
    *AMENDING_RULES,
)

REGISTRY = {provision.key: provision for provision in _ALL}
