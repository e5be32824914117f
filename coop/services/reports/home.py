"""What awaits a member: to vote, to pay, to attend; what was decided; what a newcomer should know.

Six queries, or eight for a newcomer, whatever the size; more where something rarer waits, as a nomination.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, not_, or_, select

from coop.access import Actor
from coop.extensions import db
from coop.models.ballots import Ballot, Decision, RollEntry, TokenIssued, Vote
from coop.models.constitution import ConstitutionVersion, ProvisionRow
from coop.models.dues import Allocation, Charge, ChargeReversal
from coop.models.handovers import Handover
from coop.models.meetings import Answer, Meeting, Notice
from coop.models.members import Membership, MembershipEvent
from coop.models.nominations import NominationCall
from coop.models.organisations import Body, Organisation
from coop.models.tellers import PaperVoter
from coop.models.vacancies import SeatOffer
from coop.services import ballots as votes
from coop.services import constitution, mandates, motions, nominations, offices, vacancies
from coop.services.reports.newcomers import Newcomer, VotesFrom, newcomer_of, votes_from

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
class Home:
    to_vote: list[BallotTask]
    voted: list[BallotTask]
    excluded: list[Excluded]
    to_answer: list[NominationCall]
    to_look_at: list[motions.ToLookAt]  # offers rather than tasks
    to_second: list[constitution.ToSecond]  # changes of the constitution; offers too
    to_take: list[SeatOffer]  # vacant seats offered to one
    to_hand_over: list[Handover]
    to_pay: list[Due]
    to_attend: list[Coming]
    to_report: list[mandates.Due]
    decided: list[Decided]
    votes_from: VotesFrom | None
    newcomer: Newcomer | None
    tasks: int = field(init=False)

    def __post_init__(self) -> None:
        count = (
            len(self.to_vote)
            + len(self.to_answer)
            + len(self.to_take)
            + len(self.to_hand_over)
            + len(self.to_pay)
            + len(self.to_report)
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
    admitted_on, rule, waits = _standing(membership, day, now)
    first_vote = votes_from(organisation, admitted_on, rule, day)
    charges = _open_charges(membership, day)
    is_new = admitted_on is not None and (day - admitted_on).days < NEWCOMER_DAYS
    return Home(
        to_vote=[ballot for ballot in ballots if not ballot.voted or ballot.for_others],
        voted=[ballot for ballot in ballots if ballot.voted],
        excluded=excluded,
        to_answer=nominations.to_answer(organisation, actor, now) if "to_answer" in waits else [],
        to_look_at=motions.to_look_at(organisation, membership.id, now) if "to_look_at" in waits else [],
        to_second=(
            constitution.amendments_to_second(organisation, membership.id, now)
            if "to_second" in waits
            else []
        ),
        to_take=vacancies.to_answer(actor, now) if "to_take" in waits else [],
        to_hand_over=offices.to_sign(membership.id) if "to_hand_over" in waits else [],
        to_pay=charges,
        to_attend=_meetings(organisation, membership, now),
        to_report=mandates.reports_due(organisation, now, of=actor) if "to_report" in waits else [],
        decided=decided_lately(organisation),
        votes_from=first_vote,
        newcomer=newcomer_of(organisation, membership, day) if is_new else None,
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
) -> tuple[date | None, tuple[str, str] | None, set[str]]:
    """The day of admission; the rule on voting after it, its value and article; which rarer things wait."""
    rarer = {
        "to_answer": nominations.has_to_answer(membership.id, now),
        "to_look_at": motions.has_to_look_at(membership.organisation_id, membership.id, now),
        "to_second": constitution.has_amendments_to_second(membership.organisation_id, membership.id, now),
        "to_take": vacancies.has_to_answer(membership.id, now),
        "to_hand_over": offices.has_to_sign(membership.id),
        "to_report": mandates.is_sent(membership.id),
    }
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
            *(waits.label(name) for name, waits in rarer.items()),
        )
        .outerjoin(
            ProvisionRow,
            (ProvisionRow.version_id == in_force)
            & (ProvisionRow.key == "roll.cutoff")
            & (ProvisionRow.scope == ""),
        )
        .where(Membership.id == membership.id)
    ).one()
    waiting = {name for name in rarer if row._mapping[name]}  # noqa: SLF001 - SQLAlchemy's public name of it
    return row[1], (row[2], row[3]) if row[2] else None, waiting
