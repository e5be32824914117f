"""The things people ask for at the doors: their own, others', the branch's, and those of the other co-op."""

from typing import Any

from flask import Flask
from sqlalchemy import select

from coop.extensions import db
from coop.models.ballots import Ballot, Decision, Motion
from coop.models.dues import Charge
from coop.models.handovers import Handover
from coop.models.meetings import AgendaItem, Attendance, Meeting, Minutes
from coop.models.members import Application, Membership
from coop.models.organisations import Body, BodyMembership, Office, OfficeTerm, Organisation
from coop.models.records import Document
from coop.models.treasury import LedgerAccount, Match, Statement, StatementLine
from coop.models.works import Work, WorkVersion
from tests.pages.doors import NOWHERE
from tests.pages.happenings import counted_of, first, memberships, open_of, term_of

Things = dict[str, dict[str, dict[str, Any]]]


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
            "beginning/": {"of none that is open": {"number": 1}},
            **_of_people(here, there),
            **_of_decisions(here, there),
            **_of_money(here, there),
        }
        db.session.rollback()
    return {
        route if route.startswith("/") else f"/<organisation>/{route}": things
        for route, things in found.items()
    }


def _of_people(here: int, there: int) -> Things:
    mine = memberships(here)
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
    applications = {
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
    }
    return {
        "members/": members,
        "dues/members/": members,
        "applicants/": applications,
        "applications/": applications,
        "offices/": {
            "assembly": {"slug": "assembly"},
            "branch": {"slug": first(Body.slug, Body.organisation_id == here, Body.kind == "branch")},
            "of orchard": {"slug": "nowhere"},
        },
        "mandates/": {
            "of the librarian": {"number": 1, "act": 1},
            "of orchard": {"number": NOWHERE, "act": 1},
        },
        "positions/": {"adopted": {"number": 1}, "of orchard": {"number": NOWHERE}},
        "federation/recognise/": {"orchard": {"child": "orchard"}, "nobody": {"child": "nowhere"}},
        "petitions/<int:number>": {
            "about the librarian": {"number": 1},
            "of orchard": {"number": NOWHERE},
        },
        "petitions/recall/": {
            "of the treasurer": {"term_id": term_of(mine["treasurer"])},
            "of orchard": {"term_id": _term_elsewhere(there)},
        },
        "terms/": {
            "own": {"term_id": {role: _own_term(one) for role, one in mine.items()}},
            "of the treasurer": {"term_id": term_of(mine["treasurer"])},
            "of orchard": {"term_id": _term_elsewhere(there)},
        },
        "vacancies/": {
            "of the secretary": {"office_id": first(Office.id, Office.organisation_id == here)},
            "of orchard": {"office_id": first(Office.id, Office.organisation_id == there)},
        },
        "hand-overs/": {
            "from the librarian": {"number": first(Handover.id, Handover.organisation_id == here)},
            "of orchard": {"number": NOWHERE},
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
    term = term_of(membership)
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
    people = memberships(here)
    papers = {
        "with tellers": {
            "number": first(Ballot.number, *open_of(here, "motion")),
            "member": people["chair"].number,
            "batch": 1,
        },
        "without": {"number": first(Ballot.number, *open_of(here, "election")), "member": 1, "batch": 1},
        "of orchard": {"number": NOWHERE, "member": 1, "batch": 1},
    }
    announced = first(Ballot.number, of_us, Ballot.announced_at.is_not(None), Ballot.opened_at.is_(None))
    counted = first(Ballot.number, *counted_of(here))
    treasurer = memberships(here)["treasurer"].number
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
            "open motion": {"number": first(Ballot.number, *open_of(here, "motion"))},
            "open election": {"number": first(Ballot.number, *open_of(here, "election"))},
            "counted": {"number": counted},
            "draft": {"number": first(Ballot.number, of_us, Ballot.announced_at.is_(None))},
            "of orchard": {"number": NOWHERE},
        },
        "constitution/amendments/": {
            "handed in": {"number": 1},
            "the member's draft": {"number": 2},
            "of orchard": {"number": NOWHERE},
        },
        "constitution/corrections/": {
            "a correction": {"number": 1, "member": memberships(here)["treasurer"].number},
            "of orchard": {"number": NOWHERE, "member": 1},
        },
        "constitution/versions/": {"adopted": {"number": 1}, "of orchard": {"number": NOWHERE}},
        "nominations/": {
            "a call": {"number": 1, "member": memberships(here)["librarian"].number},
            "of orchard": {"number": NOWHERE, "member": 1},
        },
        "motions/": {
            "a motion": {"number": first(Motion.number, Motion.title == "Bees"), "reason": 1, "amendment": 1},
            "a draft": {"number": first(Motion.number, Motion.title == "Geese")},
            "of orchard": {"number": NOWHERE, "reason": 1, "amendment": 1},
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
    mine = memberships(here)
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
