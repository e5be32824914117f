"""A co-op of any size, with an open motion, dues and a library; put in by bulk, voted on by requests."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa
from flask import session
from flask_login import login_user
from flask_wtf.csrf import generate_csrf

from coop.extensions import db
from coop.gateways.passwords import hash_password
from coop.models.accounts import Person
from coop.models.dues import Charge
from coop.models.members import Holder, Membership, MembershipEvent
from coop.models.organisations import Organisation
from coop.models.records import OutboxMail
from coop.models.works import Contribution, LicenceOffer, Work
from coop.services import ballots
from coop.transaction import writing
from tests.make import Make

RULES = """
1. An ordinary resolution is carried by
   [more than half of the votes cast]{provision="decision.ordinary.majority" value="> 1/2 of cast"}.

2. A vote on an ordinary resolution lasts
   [seven days]{provision="decision.ordinary.voting_period" value="7 days"}.
"""
AGENT = "bench"
PASSWORD = "toad-lane-1844-demo"


@dataclass(frozen=True)
class Coop:
    slug: str
    ballot: int
    people: list[int]


def populate(app, members: int, slug: str = "bench") -> Coop:
    now = datetime.now(UTC)
    make = Make(app, now)
    with app.app_context():
        organisation = make.organisation(slug, "Bench", text=RULES)
        officer = make.officer(organisation, "returning_officer", "Rita Returning")
        treasurer = make.officer(organisation, "treasurer", "Tom Treasurer")
        plan = make.dues_plan(organisation, make.actor(treasurer), ("full", 1200), starts_on=date(2026, 9, 1))
        people = add_members(organisation.id, members, now)
        add_charges(organisation.id, plan, now)
        add_works(organisation.id, members, now)
        with writing():
            here = db.session.get(Organisation, organisation.id)
            ballot = ballots.propose_motion(
                here, make.actor(officer), now, title="Buy a mill", text="We buy it."
            )
            ballots.open_ballot(ballot, here, make.actor(officer), now)
            number = ballot.number
            # The notices are not what is measured.
            db.session.execute(sa.update(OutboxMail).values(sent_at=now))
        db.session.remove()
        return Coop(slug, number, people)


def add_members(organisation_id: int, count: int, now: datetime) -> list[int]:
    """Put members in by bulk, all with one password's hash, and return their people."""
    secret = hash_password(PASSWORD)
    with writing():
        first_person = 1 + (db.session.scalar(sa.select(sa.func.max(Person.id))) or 0)
        first = 1 + (db.session.scalar(sa.select(sa.func.max(Membership.id))) or 0)
        number = 1 + (
            db.session.scalar(
                sa.select(sa.func.max(Membership.number)).where(Membership.organisation_id == organisation_id)
            )
            or 0
        )
        here = {"organisation_id": organisation_id}
        put(Person, count, lambda n: {
            "id": first_person + n, "email": f"m{first_person + n}@bench.example", "password_hash": secret,
            "session_version": 1, "confirmed_at": now, "created_at": now,
        })  # fmt: skip
        put(Membership, count, lambda n: {
            "id": first + n, "number": number + n, "name": f"Member {number + n}", "kind": "person",
            "email": f"m{first_person + n}@bench.example", "postal_address": "", "notices": "mail",
            "voting_class": "member", **here,
        })  # fmt: skip
        put(Holder, count, lambda n: {
            "membership_id": first + n, "person_id": first_person + n, "name": f"Member {number + n}", **here,
        })  # fmt: skip
        put(MembershipEvent, count, lambda n: {
            "membership_id": first + n, "kind": "admitted", "on": now.date() - timedelta(days=700),
            "by": "member 1", "recorded_at": now, "article": "", "reason": "",
        })  # fmt: skip
    return list(range(first_person, first_person + count))


def add_charges(organisation_id: int, plan, now: datetime) -> None:
    """Two months of dues for everyone."""
    with writing():
        members = db.session.scalars(
            sa.select(Membership.id).where(Membership.organisation_id == organisation_id)
        ).all()
        for month in (9, 10):
            put(Charge, len(members), lambda n, month=month: {
                "organisation_id": organisation_id, "membership_id": members[n], "plan_id": plan.id,
                "period_starts_on": date(2026, month, 1), "period_ends_on": date(2026, month, 30),
                "amount_minor": 1200, "currency": "EUR", "due_on": date(2026, month, 28),
                "reference": f"RF{month:02}{members[n]:012}", "explanation": [],
                "decision_id": plan.decision_id, "charged_at": now,
            })  # fmt: skip


def add_works(organisation_id: int, members: int, now: datetime) -> None:
    """A work for every third member, openly licensed."""
    count = max(10, members // 3)
    with writing():
        first = 1 + (db.session.scalar(sa.select(sa.func.max(Work.id))) or 0)
        put(Work, count, lambda n: {
            "id": first + n, "organisation_id": organisation_id, "number": n + 1, "title": f"Song {n + 1}",
            "kind": "music", "description": "A song of the mill.", "words": f"song {n + 1} mill",
            "registered_at": now,
        })  # fmt: skip
        put(Contribution, count, lambda n: {
            "work_id": first + n, "author": f"Member {n + 1}", "share_numerator": 1, "share_denominator": 1,
        })  # fmt: skip
        put(LicenceOffer, count, lambda n: {
            "work_id": first + n, "expression": "CC-BY-SA-4.0", "offered_on": now.date(),
            "offered_by": "member 1", "recorded_at": now,
        })  # fmt: skip


def put(model, count, row) -> None:
    db.session.execute(sa.insert(model.__table__), [row(n) for n in range(count)])


def signed_in(app, person_id: int) -> tuple[str, str]:
    """The cookie and form token of a member who signed in before."""
    with app.test_request_context(headers={"User-Agent": AGENT}, environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        login_user(db.session.get(Person, person_id))
        return cookie_and_token(app)


def anonymous(app) -> tuple[str, str]:
    with app.test_request_context():
        return cookie_and_token(app)


def cookie_and_token(app) -> tuple[str, str]:
    token = generate_csrf()
    cookie = app.session_interface.get_signing_serializer(app).dumps(dict(session))
    return f"{app.config['SESSION_COOKIE_NAME']}={cookie}", token
