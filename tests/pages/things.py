"""The things people ask for at the doors: their own, others', the branch's, and those of the other co-op."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import inspect, select

from coop.access import actor_of
from coop.extensions import db
from coop.models.accounts import Person
from coop.models.ballots import Ballot, Decision, RollEntry, Vote
from coop.models.dues import Charge
from coop.models.meetings import AgendaItem, Attendance, Meeting, Minutes
from coop.models.members import Application, Holder, Membership
from coop.models.objections import Challenge
from coop.models.organisations import Body, BodyMembership, Office, OfficeTerm, Organisation
from coop.models.records import Document
from coop.models.treasury import LedgerAccount, Match, Statement, StatementLine
from coop.models.works import Work, WorkVersion
from coop.rules.paper_votes import pile_of_motion
from coop.services import ballots, nominations, organisations, petitions, tellers
from coop.transaction import writing
from tests.pages.doors import ACCOUNTS, NOWHERE

Things = dict[str, dict[str, dict[str, Any]]]


def lay_out(app: Flask) -> None:
    """Put what the demonstration lacks into a copy of it: a draft, and a thing of each kind in the other co-op."""
    with app.app_context(), writing():
        here = db.session.scalars(select(Organisation).where(Organisation.slug == "pioneers")).one()
        there = db.session.scalars(select(Organisation).where(Organisation.slug == "orchard")).one()
        decision = first(Decision.id, Decision.organisation_id == there.id)
        member = first(Membership.id, Membership.organisation_id == there.id)
        officer = _memberships(here.id)["returning officer"]
        actor = actor_of(officer, "active", here.day_of(datetime.now(UTC)))
        ballots.propose_motion(
            here, actor, datetime.now(UTC), title="A clock for the shop", text="We buy one."
        )
        call_nominations(here, actor)
        vote_on_paper(here, actor)
        object_to(here, actor)
        ask_for_recall(here)
        application = db.session.scalars(select(Application).where(Application.outcome.is_(None))).first()
        db.session.add(twin(application, organisation_id=there.id))
        charge = db.session.scalars(select(Charge)).first()
        db.session.add(
            twin(charge, organisation_id=there.id, membership_id=member, decision_id=decision, entry_id=None)
        )
        line = db.session.scalars(select(StatementLine)).first()
        statement = twin(db.session.get(Statement, line.statement_id), organisation_id=there.id)
        db.session.add(statement)
        db.session.flush()
        db.session.add(twin(line, organisation_id=there.id, statement_id=statement.id, entry_id=None))


def call_nominations(here: Organisation, actor: Any) -> None:
    """A call for the treasurer, in which the librarian stands."""
    now = datetime.now(UTC)
    office, body = organisations.find_office(here, "treasurer"), organisations.assembly_of(here)
    call = nominations.call_nominations(here, actor, now, office=office, body=body, seats=1)
    librarian = actor_of(_memberships(here.id)["librarian"], "active", here.day_of(now))
    nominations.stand(call, here, librarian, now, statement="I would keep the books.")
    nominations.keep_photo(call, here, librarian, now, jpeg=b"a photo")


def vote_on_paper(here: Organisation, officer: Any) -> None:
    """The open motion has the librarian and the chair as tellers, a batch of the first, and a member who asked."""
    now, people = datetime.now(UTC), _memberships(here.id)
    ballot = ballots.find(here, first(Ballot.number, *_open(here.id, "motion")))
    numbers = [people[role].number for role in ("librarian", "chair")]
    tellers.appoint(ballot, here, officer, now, numbers=numbers, papers_to="The shop, 31 Toad Lane")
    day = here.day_of(now)
    librarian, member = (actor_of(people[role], "active", day) for role in ("librarian", "member"))
    idle = select(RollEntry.membership_id).where(
        RollEntry.ballot_id == ballot.id,
        RollEntry.entitled,
        RollEntry.id.not_in(select(Vote.roll_entry_id)),
        RollEntry.membership_id.not_in([one.id for one in people.values()]),
    )
    voter = first(Membership.number, Membership.id.in_(idle))
    tellers.enter(
        ballot, here, librarian, now, channel="post", numbers=[voter], pile=pile_of_motion(1, 0, 0, 0)
    )
    if not tellers.why_no_paper(ballot, member, now):
        tellers.ask_for_paper(ballot, here, member, now, way="hand")


def ask_for_recall(here: Organisation) -> None:
    """A petition for the recall of the librarian, begun by the chair."""
    now, people = datetime.now(UTC), _memberships(here.id)
    chair = actor_of(people["chair"], "active", here.day_of(now))
    term = db.session.get_one(OfficeTerm, _term_of(people["librarian"]))
    petitions.begin_recall(term, here, chair, now, grounds="The library was closed all summer.")


def _term_of(membership: Membership) -> Any:
    return first(OfficeTerm.id, OfficeTerm.membership_id == membership.id)


def _open(organisation_id: int, kind: str) -> tuple[Any, ...]:
    return (Ballot.organisation_id == organisation_id, Ballot.kind == kind, Ballot.sealed_at.is_(None))


def object_to(here: Organisation, officer: Any) -> None:
    """A motion announced for next week, whose roll the treasurer contests, and a challenge of a counted one."""
    now = datetime.now(UTC)
    day = here.day_of(now)
    treasurer = actor_of(_memberships(here.id)["treasurer"], "active", day)
    ballot = ballots.propose_motion(here, officer, now, title="A bench", text="We build one.")
    ballots.announce(ballot, here, officer, now, opens_at=now + timedelta(days=7))
    ballots.contest_roll(ballot, here, treasurer, now, text="I joined before the others.")
    counted = db.session.get_one(Ballot, first(Ballot.id, *_counted(here.id)))
    # Of the history nothing can be challenged any more: its time was over before the story was told.
    db.session.add(
        Challenge(
            ballot_id=counted.id,
            membership_id=treasurer.membership_id,
            reason="I had no notice.",
            named=False,
            made_at=now,
        )
    )


def _counted(here: int) -> tuple[Any, ...]:
    return Ballot.organisation_id == here, Ballot.sealed_at.is_not(None)


def twin(row: Any, **changes: Any) -> Any:
    """A second row like this one, but for the changes."""
    values = {
        column.key: getattr(row, column.key)
        for column in inspect(type(row)).column_attrs
        if column.key != "id"
    }
    return type(row)(**{**values, **changes})


def first(column: Any, *where: Any) -> Any:
    found = db.session.scalar(select(column).where(*where).order_by(column).limit(1))
    return NOWHERE if found is None else found


def things_of(app: Flask) -> Things:
    """What stands behind the routes that name a thing: {start of the route: {thing: {name: value}}}."""
    with app.app_context():
        here = db.session.scalar(select(Organisation.id).where(Organisation.slug == "pioneers"))
        there = db.session.scalar(select(Organisation.id).where(Organisation.slug == "orchard"))
        found = {
            "/static/": {"a file": {"filename": "coop.css"}},
            "/bootstrap/static/": {"a file": {"filename": "css/bootstrap.min.css"}},
            "/demo/mail/": {"no letter": {"name": "none.eml"}},
            "/sign-in/link/": {"no secret": {"secret": "none"}},
            **_of_people(here, there),
            **_of_decisions(here, there),
            **_of_money(here, there),
        }
        db.session.rollback()
    return {
        route if route.startswith("/") else f"/<organisation>/{route}": things
        for route, things in found.items()
    }


def _memberships(here: int) -> dict[str, Membership]:
    """The membership of each role that has one here."""
    rows = db.session.execute(
        select(Person.email, Membership)
        .join(Holder, Holder.person_id == Person.id)
        .join(Membership, Membership.id == Holder.membership_id)
        .where(Membership.organisation_id == here)
    ).all()
    by_email = dict(tuple(row) for row in rows)
    return {role: by_email[email] for role, email in ACCOUNTS.items() if email in by_email}


def _of_people(here: int, there: int) -> Things:
    mine = _memberships(here)
    in_branch = (
        select(BodyMembership.membership_id)
        .join(Body)
        .where(Body.organisation_id == here, Body.kind == "branch")
    )
    of_us = (Membership.organisation_id == here, Membership.id.not_in([m.id for m in mine.values()]))
    members = {
        "own": {"number": {role: membership.number for role, membership in mine.items()}},
        "of the branch": {"number": first(Membership.number, *of_us, Membership.id.in_(in_branch))},
        "another's": {"number": first(Membership.number, *of_us, Membership.id.not_in(in_branch))},
        "of orchard": {"number": NOWHERE},
    }
    return {
        "members/": members,
        "dues/members/": members,
        "applications/": {
            "waiting": {
                "number": first(
                    Application.id, Application.organisation_id == here, Application.outcome.is_(None)
                )
            },
            "decided": {
                "number": first(
                    Application.id, Application.organisation_id == here, Application.outcome.is_not(None)
                )
            },
            "of orchard": {"number": first(Application.id, Application.organisation_id == there)},
        },
        "offices/": {
            "assembly": {"slug": "assembly"},
            "branch": {"slug": first(Body.slug, Body.organisation_id == here, Body.kind == "branch")},
            "of orchard": {"slug": "nowhere"},
        },
        "petitions/<int:number>": {
            "about the librarian": {"number": 1},
            "of orchard": {"number": NOWHERE},
        },
        "petitions/recall/": {
            "of the treasurer": {"term_id": _term_of(mine["treasurer"])},
            "of orchard": {"term_id": _term_elsewhere(there)},
        },
        "terms/": {
            "own": {"term_id": {role: _own_term(one) for role, one in mine.items()}},
            "of the treasurer": {"term_id": _term_of(mine["treasurer"])},
            "of orchard": {"term_id": _term_elsewhere(there)},
        },
        "library/": {
            "own": {"number": {role: _work_of(m) for role, m in mine.items()}, "version": 1},
            "another's": {
                "number": first(
                    Work.number,
                    Work.organisation_id == here,
                    Work.registered_by_id == mine["librarian"].id,
                    Work.id.in_(select(WorkVersion.work_id)),
                ),
                "version": 1,
            },
            "of orchard": {"number": NOWHERE, "version": 1},
        },
    }


def _own_term(membership: Membership) -> int | None:
    term = _term_of(membership)
    return None if term == NOWHERE else term


def _term_elsewhere(there: int) -> Any:
    return first(
        OfficeTerm.id, OfficeTerm.office_id.in_(select(Office.id).where(Office.organisation_id == there))
    )


def _work_of(membership: Membership) -> int | None:
    work = first(Work.number, Work.registered_by_id == membership.id)
    return None if work == NOWHERE else work


def _of_decisions(here: int, there: int) -> Things:
    meeting = db.session.scalars(
        select(Meeting).join(Minutes).where(Meeting.organisation_id == here, Minutes.document_id.is_not(None))
    ).first()
    held = meeting.number
    decision = db.session.scalar(select(Decision).where(Decision.organisation_id == here).limit(1))
    elsewhere = select(Meeting.id).where(Meeting.organisation_id == there)
    of_us = Ballot.organisation_id == here
    secret = (of_us, Ballot.secrecy == "secret")
    secrets = {
        "open secret": {"number": first(Ballot.number, *secret, Ballot.sealed_at.is_(None))},
        "counted secret": {"number": first(Ballot.number, *secret, Ballot.sealed_at.is_not(None))},
        "open motion": {
            "number": first(Ballot.number, of_us, Ballot.secrecy == "open", Ballot.sealed_at.is_(None))
        },
        "draft": {"number": first(Ballot.number, of_us, Ballot.announced_at.is_(None))},
        "of orchard": {"number": NOWHERE},
    }
    people = _memberships(here)
    papers = {
        "with tellers": {
            "number": first(Ballot.number, *_open(here, "motion")),
            "member": people["chair"].number,
            "batch": 1,
        },
        "without": {"number": first(Ballot.number, *_open(here, "election")), "member": 1, "batch": 1},
        "of orchard": {"number": NOWHERE, "member": 1, "batch": 1},
    }
    announced = first(Ballot.number, of_us, Ballot.announced_at.is_not(None), Ballot.opened_at.is_(None))
    counted = first(Ballot.number, *_counted(here))
    treasurer = _memberships(here)["treasurer"].number
    return {
        **{
            f"ballots/<int:number>/{end}": secrets
            for end in ("cast", "issued", "keys.json", "receipt.svg", "secrecy", "token", "votes")
        },
        "ballots/<int:number>/tellers": papers,
        "ballots/<int:number>/telling": papers,
        "ballots/<int:number>/telling/requests": {
            thing: values | {"member": people["member"].number} for thing, values in papers.items()
        },
        "ballots/<int:number>/paper-vote": papers,
        "ballots/<int:number>/roll/": {
            "announced": {"number": announced},
            "counted": {"number": counted},
            "of orchard": {"number": NOWHERE},
        },
        "ballots/<int:number>/contests/": {
            "a contest": {"number": announced, "member": treasurer},
            "of orchard": {"number": NOWHERE, "member": treasurer},
        },
        "ballots/<int:number>/challenges/": {
            "a challenge": {"number": counted, "member": treasurer},
            "of orchard": {"number": NOWHERE, "member": treasurer},
        },
        "ballots/": {
            "open motion": {"number": first(Ballot.number, *_open(here, "motion"))},
            "open election": {"number": first(Ballot.number, *_open(here, "election"))},
            "counted": {"number": counted},
            "draft": {"number": first(Ballot.number, of_us, Ballot.announced_at.is_(None))},
            "of orchard": {"number": NOWHERE},
        },
        "nominations/": {
            "a call": {"number": 1, "member": _memberships(here)["librarian"].number},
            "of orchard": {"number": NOWHERE, "member": 1},
        },
        "decisions/": {
            "taken": {"year": decision.year, "number": decision.number},
            "of orchard": {"year": 2099, "number": 1},
        },
        "documents/": {
            "issued": {"number": first(Document.number, Document.organisation_id == here)},
            "of orchard": {"number": NOWHERE},
        },
        "meetings/": {"held": {"number": held}, "of orchard": {"number": NOWHERE}},
        "meetings/<int:number>/items/<int:item_id>": {
            "held": {"number": held, "item_id": first(AgendaItem.id, AgendaItem.meeting_id == meeting.id)},
            "of orchard": {
                "number": held,
                "item_id": first(AgendaItem.id, AgendaItem.meeting_id.in_(elsewhere)),
            },
        },
        "meetings/<int:number>/attendance/<int:attendance_id>": {
            "held": {
                "number": held,
                "attendance_id": first(Attendance.id, Attendance.meeting_id == meeting.id),
            },
            "of orchard": {
                "number": held,
                "attendance_id": first(Attendance.id, Attendance.meeting_id.in_(elsewhere)),
            },
        },
    }


def _of_money(here: int, there: int) -> Things:
    mine = _memberships(here)
    line_here, line_there = StatementLine.organisation_id == here, StatementLine.organisation_id == there
    return {
        "dues/charges/": {
            "own": {
                "number": {role: first(Charge.id, Charge.membership_id == m.id) for role, m in mine.items()}
            },
            "another's": {
                "number": first(
                    Charge.id,
                    Charge.organisation_id == here,
                    Charge.membership_id.not_in([m.id for m in mine.values()]),
                )
            },
            "of orchard": {"number": first(Charge.id, Charge.organisation_id == there)},
        },
        "treasury/lines/": {
            "a line": {"number": first(StatementLine.id, line_here), "match": first(Match.id)},
            "of orchard": {"number": first(StatementLine.id, line_there), "match": first(Match.id)},
        },
        "treasury/statements/": {
            "a statement": {"number": first(Statement.id, Statement.organisation_id == here)},
            "of orchard": {"number": first(Statement.id, Statement.organisation_id == there)},
        },
        "treasury/accounts/": {
            "an account": {"number": first(LedgerAccount.id, LedgerAccount.organisation_id == here)},
            "of orchard": {"number": first(LedgerAccount.id, LedgerAccount.organisation_id == there)},
        },
    }
