"""What waits for an officer: only what their offices cover, and only what they can do something about."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import format_date, ngettext
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from coop.access import Actor, Permission, authorize, may
from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.meetings import Meeting, Minutes
from coop.models.members import Application, Membership
from coop.models.organisations import Organisation
from coop.models.treasury import Match, Statement, StatementLine
from coop.models.works import Grant, Work
from coop.services import (
    admissions,
    ballots,
    constitution,
    mandates,
    motions,
    nominations,
    offices,
    positions,
)
from coop.services.organisations import assembly_of

MOST = 5
GRANT_WARNING = timedelta(days=90)


@dataclass(frozen=True)
class Waiting:
    """One line of the desk: the verb, what it is about, and where, below the organisation's address."""

    verb: str
    what: str
    about: str
    path: str


@dataclass(frozen=True)
class Pile:
    """What waits for one office, and where its work is done when nothing waits."""

    id: str
    title: str
    waiting: list[Waiting]
    nothing: str


def desk_of(organisation: Organisation, actor: Actor, now: datetime) -> list[Pile]:
    """The piles of the offices that the actor holds; at most twenty-one queries."""
    authorize(actor, Permission.SEE_DESK, organisation)
    piles = []
    if may(actor, Permission.SEE_APPLICATIONS, organisation):
        piles.append(
            Pile(
                "applications",
                _("Members"),
                _applications(organisation, actor, now),
                _("No application waits."),
            )
        )
    if _holds(actor, "secretary", "chair") or actor.founding:
        piles.append(Pile("minutes", _("Minutes"), _minutes(organisation, actor), _("No minutes wait.")))
    if may(actor, Permission.MATCH_LINE, organisation):
        piles.append(
            Pile("lines", _("Bank lines"), _lines(organisation), _("Every line of the bank is settled."))
        )
    if _holds(actor, "returning_officer") or actor.founding:
        piles.append(
            Pile("ballots", _("Ballots"), _ballots(organisation, actor, now), _("No ballot waits for you."))
        )
    if waiting := _handovers(actor):
        piles.append(Pile("hand-overs", _("Hand-over"), waiting, ""))
    if waiting := _motions(organisation, actor, now):
        piles.append(Pile("motions", _("Motions"), waiting, ""))
    if waiting := _elsewhere(organisation, actor, now):
        piles.append(Pile("elsewhere", _("Delegates and positions"), waiting, ""))
    if waiting := _constitution(organisation, actor):
        piles.append(Pile("constitution", _("Constitution"), waiting, ""))
    if may(actor, Permission.RECORD_GRANT, organisation):
        piles.append(Pile("grants", _("Grants"), _grants(organisation, now), _("No grant ends soon.")))
    return piles


def _holds(actor: Actor, *offices: str) -> bool:
    return any(seat.office in offices for seat in actor.seats)


def _in_reach(actor: Actor, column: InstrumentedAttribute[int], *offices: str) -> list[ColumnElement[bool]]:
    """Nothing for an office of the whole organisation, else the bodies of the seats held."""
    seats = [seat for seat in actor.seats if seat.office in offices]
    if actor.founding or any(seat.body_kind == "assembly" for seat in seats):
        return []
    return [column.in_([seat.body_id for seat in seats])]


def _applications(organisation: Organisation, actor: Actor, now: datetime) -> list[Waiting]:
    way = admissions.way_of(organisation, now)
    by_hand = admissions.answers_by_hand(way, actor)
    where = [Application.organisation_id == organisation.id, Application.outcome.is_(None)]
    if way.kind == "ballot" and not by_hand:
        where.append(admissions.can_be_put())
    elif not by_hand:
        where.append(false())  # members and applicants see to it by themselves
    rows = db.session.execute(
        select(Application.id, Application.name, Application.applied_at)
        .where(*where)
        .order_by(Application.id)
    ).all()
    waiting = [
        Waiting(
            _("Decide") if by_hand else _("Put to the vote"),
            _("Application of %(name)s", name=name),
            _("since %(day)s", day=format_date(organisation.day_of(at), "d MMMM y")),
            f"applications/{key}",
        )
        for key, name, at in rows[:MOST]
    ]
    if len(rows) > MOST:
        more = _("%(count)s more applications", count=len(rows) - MOST)
        waiting.append(Waiting(_("See"), more, "", "applications"))
    asked = db.session.execute(
        select(Membership.number, Membership.name)
        .where(
            Membership.organisation_id == organisation.id,
            Membership.erasure_asked_at.is_not(None),
            Membership.erased_at.is_(None),
        )
        .order_by(Membership.erasure_asked_at)
        .limit(MOST)
    )
    return waiting + [
        Waiting(_("Erase"), _("%(name)s asked for erasure", name=name), "", f"members/{number}")
        for number, name in asked
    ]


def _minutes(organisation: Organisation, actor: Actor) -> list[Waiting]:
    rows = db.session.execute(
        select(Meeting.number, Meeting.title, Meeting.wall_time)
        .outerjoin(Minutes, Minutes.meeting_id == Meeting.id)
        .where(
            Meeting.organisation_id == organisation.id,
            Meeting.closed_at.is_not(None),
            Minutes.circulated_at.is_(None),
            *_in_reach(actor, Meeting.body_id, "secretary", "chair"),
        )
        .order_by(Meeting.starts_at)
        .limit(MOST)
    )
    return [
        Waiting(_("Finish"), _("Minutes of “%(title)s”", title=title), at, f"meetings/{number}/minutes")
        for number, title, at in rows
    ]


def _lines(organisation: Organisation) -> list[Waiting]:
    count = db.session.scalar(
        select(func.count())
        .select_from(StatementLine)
        .join(Statement, Statement.id == StatementLine.statement_id)
        .outerjoin(Match, (Match.line_id == StatementLine.id) & Match.undone_at.is_(None))
        .where(
            StatementLine.organisation_id == organisation.id,
            Statement.undone_at.is_(None),
            or_(Match.id.is_(None), Match.kind == "held"),
        )
    )
    if not count:
        return []
    what = ngettext("%(num)s line of the bank", "%(num)s lines of the bank", count)
    return [Waiting(_("Settle"), what, _("not yet matched; each says why"), "treasury/queue")]


def _ballots(organisation: Organisation, actor: Actor, now: datetime) -> list[Waiting]:
    rows = db.session.scalars(
        select(Ballot)
        .where(
            Ballot.organisation_id == organisation.id,
            Ballot.certified_at.is_(None),
            Ballot.void_at.is_(None),
            *_in_reach(actor, Ballot.body_id, "returning_officer"),
        )
        .order_by(Ballot.closes_at)
        .limit(4 * MOST)
    )
    verbs = {
        "drafted": (_("Announce"), _("drafted, not announced")),
        "announced": (_("Open"), _("announced, not open")),
        "closed": (_("Count"), _("closed, not counted")),
        "sealed": (_("Certify"), _("counted, not certified")),
    }
    waiting: list[Waiting] = []
    for ballot in rows:
        stage = ballot.stage_at(now)
        if stage in verbs:
            verb, about = verbs[stage]
            waiting.append(Waiting(verb, ballot.title, about, f"ballots/{ballot.number}"))
    waiting += _objections(organisation, actor)
    return waiting + [
        Waiting(_("Draw up"), call.office.title, _("nominations are over"), f"nominations/{call.number}")
        for call in nominations.over(organisation, now)
        if may(actor, Permission.SET_UP_BALLOT, call)
    ]


def _motions(organisation: Organisation, actor: Actor, now: datetime) -> list[Waiting]:
    """Motions that wait for a ruling or for the vote, for those who may; four queries."""
    if not _holds(actor, "chair", "secretary", "returning_officer") and not actor.founding:
        return []
    steps = {
        "seconded": (Permission.RULE_ON_MOTION, _("Rule on"), _("seconded, not admitted")),
        "heard": (Permission.RULE_ON_MOTION, _("Admit"), _("the meeting wants to hear it")),
        "appealed": (Permission.SET_UP_BALLOT, _("Put"), _("its mover appeals to the meeting")),
        "debated": (Permission.SET_UP_BALLOT, _("Put"), _("the time for debate is over")),
    }
    amended = (Permission.SET_UP_BALLOT, _("Put"), _("an amendment waits to be put first"))
    held_up = motions.awaiting_vote(organisation)
    return [
        Waiting(verb, one.title, about, f"motions/{one.number}")
        for one in motions.motions_of(organisation, actor, now)
        if one.stage in steps
        for permission, verb, about in (
            amended if one.stage == "debated" and one.number in held_up else steps[one.stage],
        )
        if not (one.stage == "debated" and held_up.get(one.number))
        if may(actor, permission, one)
    ]


def _handovers(actor: Actor) -> list[Waiting]:
    return [
        Waiting(_("Sign"), one.term.office.title, _("signed off by both"), f"hand-overs/{one.id}")
        for one in offices.to_sign(actor.membership_id)
    ]


def _elsewhere(organisation: Organisation, actor: Actor, now: datetime) -> list[Waiting]:
    """Reports that delegates owe, and positions to review: for the secretary, and a delegate's own."""
    all_of_it = may(actor, Permission.KEEP_MANDATES, organisation)
    if not all_of_it and not _holds(actor, "delegate"):
        return []
    due = mandates.reports_due(organisation, now, of=None if all_of_it else actor)
    waiting = [
        Waiting(
            _("Report") if one.mandate.membership_id == actor.membership_id else _("Remind"),
            _("%(where)s: report of the delegate", where=one.mandate.sent_to),
            _("was due %(day)s", day=format_date(one.due_on, "d MMMM y")),
            f"mandates/{one.mandate.number}",
        )
        for one in due
        if one.overdue
    ]
    if not all_of_it:
        return waiting
    return waiting + [
        Waiting(
            _("Review"),
            one.decision.title,
            _("the review was due %(day)s", day=format_date(one.review_on, "d MMMM y")),
            f"positions/{one.number}",
        )
        for one in positions.overdue(organisation, now)
    ]


def _constitution(organisation: Organisation, actor: Actor) -> list[Waiting]:
    """Amendments to put, versions to register, corrections of others to confirm, and challenges of those to answer."""
    waiting: list[Waiting] = []
    if may(actor, Permission.SET_UP_BALLOT, assembly_of(organisation)):
        waiting += [
            Waiting(
                _("Put"), one.title, _("a change that was handed in"), f"constitution/amendments/{one.number}"
            )
            for one in constitution.amendments_to_put(organisation)
        ]
    if may(actor, Permission.RECORD_REGISTRATION, organisation):
        waiting += [
            Waiting(
                _("Register"),
                _("Version %(n)d of the constitution", n=one.number),
                _("passed on %(day)s", day=format_date(one.passed_on, "d MMMM y")),
                f"constitution/versions/{one.number}/registration",
            )
            for one in constitution.versions_to_register(organisation)
        ]
    if may(actor, Permission.CORRECT_MARK, organisation):
        me = actor.membership_id
        waiting += [
            Waiting(
                _("Confirm"),
                _("Correction of article %(n)s", n=one.article),
                _("proposed by %(name)s", name=one.proposed_by.name),
                f"constitution/corrections/{one.number}",
            )
            for one in constitution.corrections_to_confirm(organisation, me)
        ] + [
            Waiting(
                _("Answer"),
                _("Challenge of the correction of article %(n)s", n=one.article),
                _("member %(number)s", number=number),
                f"constitution/corrections/{one.number}/challenges/{number}",
            )
            for one, number in constitution.challenges_of_corrections(organisation, me)
        ]
    return waiting


def _objections(organisation: Organisation, actor: Actor) -> list[Waiting]:
    """What members object to and nobody has answered; two queries."""
    return [
        Waiting(
            _("Answer"),
            _("Objection to the roll of “%(title)s”", title=ballot.title),
            _("member %(number)s, before voting opens", number=number),
            f"ballots/{ballot.number}/contests/{number}",
        )
        for ballot, number in ballots.contests_to_answer(organisation)
        if may(actor, Permission.ANSWER_OBJECTION, ballot)
    ] + [
        Waiting(
            _("Answer"),
            _("Challenge of “%(title)s”", title=ballot.title),
            _("member %(number)s", number=number),
            f"ballots/{ballot.number}/challenges/{number}",
        )
        for ballot, number in ballots.challenges_to_answer(organisation)
        if may(actor, Permission.ANSWER_OBJECTION, ballot)
    ]


def _grants(organisation: Organisation, now: datetime) -> list[Waiting]:
    day = organisation.day_of(now)
    rows = db.session.execute(
        select(Work.number, Work.title, Grant.grantee, Grant.ends_on)
        .join(Grant, Grant.work_id == Work.id)
        .where(
            Work.organisation_id == organisation.id,
            Grant.ends_on >= day,
            Grant.ends_on <= day + GRANT_WARNING,
        )
        .order_by(Grant.ends_on)
        .limit(MOST)
    )
    return [
        Waiting(
            _("Renew"),
            _("Grant of “%(title)s” to %(grantee)s", title=title, grantee=grantee),
            _("ends %(day)s", day=format_date(ends_on, "d MMMM y")),
            f"library/{number}",
        )
        for number, title, grantee, ends_on in rows
    ]
