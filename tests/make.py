"""Builders: a co-op in a line or two. Each takes what a test cares about and fills in the rest.

Inside an application context (tests of services) rows come back attached; outside (tests of pages)
they come back detached with their columns loaded.
"""

import secrets
from contextlib import contextmanager
from datetime import date, timedelta

from flask import has_app_context
from sqlalchemy import func, insert, select

from coop.access import actor_of
from coop.extensions import db
from coop.models.accounts import Person
from coop.models.members import Holder, Membership, MembershipEvent
from coop.models.organisations import Body, BodyMembership, Office, OfficeTerm, Organisation
from coop.transaction import writing

OFFICES = ("secretary", "treasurer", "chair", "librarian", "auditor", "returning_officer")
PASSWORD = "toad-lane-1844-demo"

# A small constitution for tests; the model texts are tested on their own.
RULES = """
1. The co-op decides in general meeting and by ballot.

2. Notice of a general meeting is [fourteen clear days]{provision="meeting.notice" value="14 days"}.

3. An ordinary resolution is carried by [more than half of the votes cast]{provision="decision.ordinary.majority" value="> 1/2 of cast"}.
"""


class Make:
    def __init__(self, app, now):
        self.app, self.now, self.today = app, now, now.date()

    @contextmanager
    def scope(self):
        if has_app_context():
            with writing():
                yield
        else:
            with self.app.app_context(), writing():
                yield

    def keep(self, row):
        """Load a row's columns so that it can be read after its session ended."""
        if has_app_context():
            return row
        raise RuntimeError("keep() is called inside scope()")

    def organisation(self, slug="pioneers", name="Toad Lane Pioneers", *, text=RULES, **more):
        """An organisation with its assembly, the usual offices, and a constitution in force for two years."""
        with self.scope():
            organisation = Organisation(
                slug=slug,
                name=name,
                founded_at=self.now - timedelta(days=730),
                secret=secrets.token_hex(32),
                **more,
            )
            assembly = Body(
                organisation=organisation, kind="assembly", slug="assembly", name="General assembly"
            )
            db.session.add_all([organisation, assembly])
            db.session.flush()
            for kind in OFFICES:
                db.session.add(
                    Office(
                        organisation_id=organisation.id,
                        body=assembly,
                        kind=kind,
                        title=kind.replace("_", " "),
                    )
                )
            db.session.flush()
            if text:
                from coop.services import constitution

                day = self.today - timedelta(days=730)
                constitution.adopt_version(
                    organisation,
                    text,
                    passed_on=day,
                    registered_on=None,
                    in_force_on=day,
                    decision_id=None,
                    now=self.now,
                )
            row_id = organisation.id
        return self._load(Organisation, row_id)

    def person(self, email=None, *, password=None):
        with self.scope():
            person = Person(
                email=email or f"p{secrets.token_hex(4)}@pioneers.example",
                created_at=self.now,
                confirmed_at=self.now,
            )
            if password:
                from coop.gateways.passwords import hash_password

                person.password_hash = hash_password(password)
            db.session.add(person)
            db.session.flush()
            row_id = person.id
        return self._load(Person, row_id)

    def member(
        self, organisation, name="Amina Holt", *, email=None, since=None, person=None, password=None, **more
    ):
        """An active member with an account; `since` is the day of admission, two years ago unless given."""
        person = person or self.person(email, password=password)
        with self.scope():
            number = 1 + (
                db.session.scalar(
                    select(func.max(Membership.number)).where(Membership.organisation_id == organisation.id)
                )
                or 0
            )
            membership = Membership(
                organisation_id=organisation.id, number=number, name=name, email=person.email, **more
            )
            db.session.add(membership)
            db.session.flush()
            db.session.add_all(
                [
                    Holder(
                        organisation_id=organisation.id,
                        membership_id=membership.id,
                        person_id=person.id,
                        name=name,
                    ),
                    MembershipEvent(
                        membership_id=membership.id,
                        kind="admitted",
                        on=since or self.today - timedelta(days=700),
                        by="member 1",
                        recorded_at=self.now,
                    ),
                ]
            )
            row_id = membership.id
        return self._load(Membership, row_id)

    def members(self, organisation, count, **more):
        return [self.member(organisation, name=f"Member {n}", **more) for n in range(1, count + 1)]

    def crowd(self, organisation, size):
        """Fill the register up to that many members at once, as an import brings them: without accounts."""
        with self.scope():
            have = db.session.scalar(
                select(func.count()).where(Membership.organisation_id == organisation.id)
            )
            last = db.session.scalar(
                select(func.max(Membership.number)).where(Membership.organisation_id == organisation.id)
            )
            rows = [
                {"organisation_id": organisation.id, "number": (last or 0) + n, "name": f"Member {n}"}
                for n in range(1, size - have + 1)
            ]
            ids = db.session.scalars(insert(Membership).returning(Membership.id), rows).all()
            admitted = {"kind": "admitted", "on": date(2025, 1, 1), "by": "member 1", "recorded_at": self.now}
            db.session.execute(insert(MembershipEvent), [{"membership_id": one, **admitted} for one in ids])

    def event(self, membership, kind, on: date):
        with self.scope():
            db.session.add(
                MembershipEvent(
                    membership_id=membership.id, kind=kind, on=on, by="member 1", recorded_at=self.now
                )
            )

    def officer(self, organisation, office, name=None, *, body=None, **more):
        """A member who holds an office of the assembly (or of `body`) since a year ago."""
        membership = self.member(organisation, name or office.replace("_", " ").title(), **more)
        with self.scope():
            if body is None:
                body = db.session.scalar(
                    select(Body).where(Body.organisation_id == organisation.id, Body.kind == "assembly")
                )
            row = db.session.scalar(select(Office).where(Office.body_id == body.id, Office.kind == office))
            if row is None:
                row = Office(
                    organisation_id=organisation.id,
                    body_id=body.id,
                    kind=office,
                    title=office.replace("_", " "),
                )
                db.session.add(row)
                db.session.flush()
            db.session.add(
                OfficeTerm(
                    office_id=row.id,
                    membership_id=membership.id,
                    starts_on=self.today - timedelta(days=365),
                    because="for a test",
                    recorded_at=self.now,
                )
            )
        return membership

    def body(self, organisation, kind="branch", slug=None, name=None, *, members=()):
        with self.scope():
            body = Body(
                organisation_id=organisation.id, kind=kind, slug=slug or kind, name=name or f"The {kind}"
            )
            db.session.add(body)
            db.session.flush()
            for membership in members:
                db.session.add(
                    BodyMembership(
                        body_id=body.id,
                        membership_id=membership.id,
                        starts_on=self.today - timedelta(days=365),
                    )
                )
            row_id = body.id
        return self._load(Body, row_id)

    def decision(self, organisation, *, decision_class="constitutional", outcome="carried", title="A change"):
        """A decision of the assembly with its sealed ballot, as the record of a carried motion looks."""
        from coop.models.ballots import Ballot, Decision
        from coop.models.constitution import ConstitutionVersion

        with self.scope():
            body = db.session.scalar(
                select(Body).where(Body.organisation_id == organisation.id, Body.kind == "assembly")
            )
            version_id = db.session.scalar(
                select(func.max(ConstitutionVersion.id)).where(
                    ConstitutionVersion.organisation_id == organisation.id
                )
            )
            number = 1 + (
                db.session.scalar(
                    select(func.max(Ballot.number)).where(Ballot.organisation_id == organisation.id)
                )
                or 0
            )
            closed = self.now - timedelta(days=1)
            ballot = Ballot(
                organisation_id=organisation.id,
                number=number,
                kind="motion",
                decision_class=decision_class,
                body_id=body.id,
                title=title,
                secrecy="open",
                method="motion",
                rule={},
                version_id=version_id,
                opens_at=closed - timedelta(days=7),
                closes_at=closed,
                zone=organisation.zone,
                announced_at=closed - timedelta(days=7),
                opened_at=closed - timedelta(days=7),
                sealed_at=closed,
            )
            db.session.add(ballot)
            db.session.flush()
            decision = Decision(
                organisation_id=organisation.id,
                year=closed.year,
                number=number,
                ballot_id=ballot.id,
                decision_class=decision_class,
                body_id=body.id,
                title=title,
                text=title,
                outcome=outcome,
                reasoning="Carried: 3 for, 0 against.",
                result={"for": 3, "against": 0, "abstain": 0},
                version_id=version_id,
                articles=[],
                decided_on=closed.date(),
                decided_at=closed,
            )
            db.session.add(decision)
            db.session.flush()
            row_id = decision.id
        return self._load(Decision, row_id)

    def dues_plan(
        self,
        organisation,
        treasurer,
        *bands,
        name="Dues",
        interval="month",
        starts_on=None,
        body=None,
        decision=None,
    ):
        """A plan set by a carried decision and by this treasurer (an actor); bands are (name, minor units)."""
        decision = decision or self.decision(organisation, decision_class="ordinary", title="Dues")
        starts_on = starts_on or date(2026, 9, 1)
        with self.scope():
            from coop.services import dues

            plan = dues.set_plan(
                db.session.get(Organisation, organisation.id),
                treasurer,
                self.now,
                name=name,
                interval=interval,
                bands=bands or [("full", 1200)],
                starts_on=starts_on,
                decision=decision,
                body=db.session.get(Body, body.id) if body else None,
            )
            row_id = plan.id
        return self._load(type(plan), row_id)

    def actor(self, membership, *, on=None):
        """The member as an actor, with the offices held today."""
        if has_app_context():
            membership = db.session.get(Membership, membership.id)
            day = on or self.today
            return actor_of(membership, membership.status_on(day), day)
        with self.app.app_context():
            return self.actor(membership, on=on)

    def _load(self, model, row_id):
        if has_app_context():
            return db.session.get(model, row_id)
        with self.app.app_context():
            row = db.session.get(model, row_id)
            db.session.refresh(row)
            db.session.expunge(row)
            return row
