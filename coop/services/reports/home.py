"""What awaits a member: to vote, to pay, to attend; what was decided; what a newcomer should know.

Six queries, or eight for a newcomer, whatever the size; one more where a nomination waits for an answer.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, not_, or_, select

from coop.access import Actor
from coop.extensions import db
from coop.models.ballots import Ballot, Decision, RollEntry, TokenIssued, Vote
from coop.models.constitution import ConstitutionVersion, ProvisionRow
from coop.models.dues import Allocation, Charge, ChargeReversal, DuesBand, DuesPlan
from coop.models.meetings import Answer, Meeting, Notice
from coop.models.members import Membership, MembershipEvent
from coop.models.nominations import NominationCall
from coop.models.organisations import Body, Office, OfficeTerm, Organisation
from coop.models.tellers import PaperVoter
from coop.rules.provisions.registry import REGISTRY
from coop.rules.provisions.values import Days
from coop.services import ballots as votes
from coop.services import nominations

NEWCOMER_DAYS = 30
SOON = timedelta(days=3)
MOST_CHARGES = 3


@dataclass(frozen=True)
class BallotTask:
    number: int
    title: str
    kind: str  # "motion" or "election"
    decision_class: str
    secrecy: str
    closes_at: datetime
    zone: str
    voted: bool
    with_tellers: bool  # what they hold can't be changed here
    soon: bool
    for_others: int = 0  # members whose proxy one holds and has not voted for


@dataclass(frozen=True)
class Excluded:
    """A ballot that is open and not for this member, with the reason of the roll."""

    number: int
    title: str
    reason: str


@dataclass(frozen=True)
class Due:
    """Money owed: one charge, or several together."""

    count: int
    open_minor: int
    currency: str
    due_on: date
    overdue: bool
    period_starts_on: date | None = None


@dataclass(frozen=True)
class Coming:
    number: int
    title: str
    place: str
    starts_at: datetime
    zone: str
    answer: str | None


@dataclass(frozen=True)
class Decided:
    label: str
    title: str
    outcome: str
    half_sentence: str
    ballot_id: int


@dataclass(frozen=True)
class VotesFrom:
    """A member too new to vote can from this day on."""

    day: date
    article: str


@dataclass(frozen=True)
class Newcomer:
    """The three cards of the first days."""

    currency: str
    helper: str
    helper_office: str
    band: str = ""
    amount_minor: int | None = None  # None where no dues are set
    interval: str = ""
    decision: str = ""
    why: str = ""  # the charge's own explanation, once there is one


@dataclass(frozen=True)
class Home:
    to_vote: list[BallotTask]
    voted: list[BallotTask]
    excluded: list[Excluded]
    to_answer: list[NominationCall]
    to_pay: list[Due]
    to_attend: list[Coming]
    decided: list[Decided]
    votes_from: VotesFrom | None
    newcomer: Newcomer | None
    tasks: int = field(init=False)

    def __post_init__(self) -> None:
        count = (
            len(self.to_vote)
            + len(self.to_answer)
            + len(self.to_pay)
            + len([one for one in self.to_attend if not one.answer])
        )
        object.__setattr__(self, "tasks", count)


def hour_of(organisation: Organisation, now: datetime) -> int:
    return now.astimezone(ZoneInfo(organisation.zone)).hour


def home_of(organisation: Organisation, actor: Actor, now: datetime) -> Home:
    """Gather the first page of a member."""
    membership = actor.membership
    if membership is None:
        raise ValueError("only a member has a home")
    day = organisation.day_of(now)
    ballots, excluded = _ballots(organisation, membership, now)
    admitted_on, rule, is_named = _standing(membership, day, now)
    votes_from = _votes_from(organisation, admitted_on, rule, day)
    charges = _open_charges(membership, day)
    is_new = admitted_on is not None and (day - admitted_on).days < NEWCOMER_DAYS
    return Home(
        to_vote=[ballot for ballot in ballots if not ballot.voted or ballot.for_others],
        voted=[ballot for ballot in ballots if ballot.voted],
        excluded=excluded,
        to_answer=nominations.to_answer(organisation, actor, now) if is_named else [],
        to_pay=charges,
        to_attend=_meetings(organisation, membership, now),
        decided=decided_lately(organisation),
        votes_from=votes_from,
        newcomer=_newcomer(organisation, membership, day) if is_new else None,
    )


def ballots_due(organisation: Organisation, now: datetime) -> bool:
    """Whether a ballot waits to be opened or sealed before this page is true."""
    found = db.session.scalar(
        select(Ballot.id)
        .where(
            Ballot.organisation_id == organisation.id,
            Ballot.announced_at.is_not(None),
            Ballot.void_at.is_(None),
            or_(
                and_(Ballot.opened_at.is_(None), Ballot.opens_at <= now),
                and_(Ballot.sealed_at.is_(None), Ballot.closes_at <= now, not_(votes.awaits_papers(now))),
            ),
        )
        .limit(1)
    )
    return found is not None


def decided_lately(organisation: Organisation, most: int = 3) -> list[Decided]:
    rows = db.session.scalars(
        select(Decision)
        .where(Decision.organisation_id == organisation.id)
        .order_by(Decision.decided_at.desc(), Decision.id.desc())
        .limit(most)
    )
    return [
        Decided(one.label, one.title, one.outcome_now, half_sentence(one.reasoning), one.ballot_id)
        for one in rows
    ]


def half_sentence(reasoning: str) -> str:
    """The counts of a reasoning: “Carried: 43 for, 19 against. Needs …” is “43 for, 19 against”."""
    first = reasoning.split(". ", maxsplit=1)[0].rstrip(".")
    _word, colon, rest = first.partition(": ")
    return (rest if colon else first).removesuffix(", 0 abstained")


def _ballots(
    organisation: Organisation, membership: Membership, now: datetime
) -> tuple[list[BallotTask], list[Excluded]]:
    rows = db.session.execute(
        select(
            Ballot,
            Body.kind,
            RollEntry,
            func.coalesce(Vote.id, TokenIssued.roll_entry_id),
            PaperVoter.batch_id,
            votes.papers_to_cast(membership),
        )
        .join(Body, Body.id == Ballot.body_id)
        .outerjoin(RollEntry, (RollEntry.ballot_id == Ballot.id) & (RollEntry.membership_id == membership.id))
        .outerjoin(Vote, Vote.roll_entry_id == RollEntry.id)
        .outerjoin(PaperVoter, PaperVoter.roll_entry_id == RollEntry.id)
        .outerjoin(TokenIssued, TokenIssued.roll_entry_id == RollEntry.id)
        .where(
            Ballot.organisation_id == organisation.id,
            Ballot.opened_at.is_not(None),
            Ballot.sealed_at.is_(None),
            Ballot.void_at.is_(None),
            Ballot.opens_at <= now,
            Ballot.closes_at > now,
        )
        .order_by(Ballot.closes_at, Ballot.id)
    )
    open_to, excluded = [], []
    for ballot, body_kind, entry, voted, batch_id, for_others in rows:
        if entry is not None and entry.entitled:
            told = bool(batch_id)
            open_to.append(
                _task(ballot, now, voted=bool(voted or told), with_tellers=told, for_others=for_others)
            )
        elif entry is not None or body_kind == "assembly":
            excluded.append(Excluded(ballot.number, ballot.title, entry.reason if entry else ""))
    return open_to, excluded


def _task(ballot: Ballot, now: datetime, *, voted: bool, with_tellers: bool, for_others: int) -> BallotTask:
    return BallotTask(
        number=ballot.number,
        title=ballot.title,
        kind=ballot.kind,
        decision_class=ballot.decision_class,
        secrecy=ballot.secrecy,
        closes_at=ballot.closes_at,
        zone=ballot.zone,
        voted=voted,
        with_tellers=with_tellers,
        for_others=for_others,
        soon=ballot.closes_at - now < SOON,
    )


def _open_charges(membership: Membership, day: date) -> list[Due]:
    paid = func.coalesce(func.sum(Allocation.amount_minor), 0)
    rows = db.session.execute(
        select(Charge.amount_minor, Charge.currency, Charge.due_on, Charge.period_starts_on, paid)
        .outerjoin(Allocation, Allocation.charge_id == Charge.id)
        .outerjoin(ChargeReversal, ChargeReversal.charge_id == Charge.id)
        .where(Charge.membership_id == membership.id, ChargeReversal.id.is_(None))
        .group_by(Charge.id)
        .having(paid < Charge.amount_minor)
        .order_by(Charge.due_on, Charge.id)
    ).all()
    if len(rows) <= MOST_CHARGES:
        return [
            Due(1, amount - got, currency, due_on, due_on < day, starts_on)
            for amount, currency, due_on, starts_on, got in rows
        ]
    together: list[Due] = []
    for currency in dict.fromkeys(row[1] for row in rows):
        own = [row for row in rows if row[1] == currency]
        total = sum(row[0] - row[4] for row in own)
        together.append(Due(len(own), total, currency, own[0][2], own[0][2] < day))
    return together


def _meetings(organisation: Organisation, membership: Membership, now: datetime) -> list[Coming]:
    rows = db.session.execute(
        select(Meeting, Answer.answer)
        .join(Body, Body.id == Meeting.body_id)
        .outerjoin(Notice, (Notice.meeting_id == Meeting.id) & (Notice.membership_id == membership.id))
        .outerjoin(Answer, (Answer.meeting_id == Meeting.id) & (Answer.membership_id == membership.id))
        .where(
            Meeting.organisation_id == organisation.id,
            Meeting.called_at.is_not(None),
            Meeting.closed_at.is_(None),
            Meeting.cancelled_reason == "",
            Meeting.starts_at > now - timedelta(hours=6),  # one that has just begun is still to attend
            or_(Body.kind == "assembly", Notice.id.is_not(None)),
        )
        .order_by(Meeting.starts_at)
        .limit(3)
    )
    return [Coming(one.number, one.title, one.place, one.starts_at, one.zone, answer) for one, answer in rows]


def _standing(
    membership: Membership, day: date, now: datetime
) -> tuple[date | None, tuple[str, str] | None, bool]:
    """The day of admission; the rule in force on voting after it, its value and article; whether one is named."""
    in_force = (
        select(ConstitutionVersion.id)
        .where(
            ConstitutionVersion.organisation_id == membership.organisation_id,
            ConstitutionVersion.in_force_on <= day,
        )
        .order_by(ConstitutionVersion.in_force_on.desc())
        .limit(1)
        .scalar_subquery()
    )
    admitted_on = (
        select(func.min(MembershipEvent.on))
        .where(MembershipEvent.membership_id == membership.id, MembershipEvent.kind == "admitted")
        .scalar_subquery()
    )
    row = db.session.execute(
        select(
            Membership.id,
            admitted_on,
            ProvisionRow.value,
            ProvisionRow.article,
            nominations.has_to_answer(membership.id, now),
        )
        .outerjoin(
            ProvisionRow,
            (ProvisionRow.version_id == in_force)
            & (ProvisionRow.key == "roll.cutoff")
            & (ProvisionRow.scope == ""),
        )
        .where(Membership.id == membership.id)
    ).one()
    return row[1], (row[2], row[3]) if row[2] else None, row[4]


def _votes_from(
    organisation: Organisation, admitted_on: date | None, rule: tuple[str, str] | None, day: date
) -> VotesFrom | None:
    if admitted_on is None or rule is None or admitted_on == organisation.day_of(organisation.founded_at):
        return None  # whoever founded it is not new to it
    wait: Any = REGISTRY["roll.cutoff"].parse(rule[0])
    first = admitted_on + timedelta(days=wait.n) if isinstance(wait, Days) else admitted_on
    return VotesFrom(first, rule[1]) if day < first else None


def _newcomer(organisation: Organisation, membership: Membership, day: date) -> Newcomer:
    """One's dues and why: the last charge explains itself; without one, the plan's first band."""
    dues = db.session.execute(
        select(DuesBand, DuesPlan, Charge, Decision)
        .join(DuesPlan, DuesPlan.id == DuesBand.plan_id)
        .join(Decision, Decision.id == DuesPlan.decision_id)
        .outerjoin(Charge, (Charge.band_id == DuesBand.id) & (Charge.membership_id == membership.id))
        .where(
            DuesPlan.organisation_id == organisation.id,
            DuesPlan.starts_on <= day,
            or_(DuesPlan.ends_on.is_(None), DuesPlan.ends_on >= day),
        )
        .order_by(Charge.id.is_(None), Charge.id.desc(), DuesPlan.starts_on.desc(), DuesBand.position)
        .limit(1)
    ).first()
    helper = db.session.execute(
        select(Membership.name, Office.title)
        .join(OfficeTerm, OfficeTerm.membership_id == Membership.id)
        .join(Office, Office.id == OfficeTerm.office_id)
        .join(Body, Body.id == Office.body_id)
        .where(
            Office.organisation_id == organisation.id,
            Office.kind.in_(("secretary", "chair")),
            Body.kind == "assembly",
            OfficeTerm.held_on(day),
        )
        .order_by(Office.kind.desc())
        .limit(1)
    ).first()
    name, office = helper or ("", "")
    if dues is None:
        return Newcomer(currency=organisation.currency, helper=name, helper_office=office)
    band, plan, charge, decision = dues
    return Newcomer(
        currency=plan.currency,
        helper=name,
        helper_office=office,
        band=band.name,
        amount_minor=charge.amount_minor if charge else band.amount_minor,
        interval=plan.interval,
        decision=decision.label,
        why=" ".join(str(part.get("says", "")) for part in charge.explanation) if charge else "",
    )
