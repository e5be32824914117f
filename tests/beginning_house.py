"""A founding for tests: three who found a mill together, and the steps they take."""

from datetime import date, timedelta

import pytest

from coop.access import Actor, actor_of
from coop.extensions import db
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.services import accounts, beginnings
from coop.transaction import writing

FOUNDERS = (
    ("Ana Ruiz", "ana@mill.example"),
    ("Bo Lind", "bo@mill.example"),
    ("Caro Diaz", "caro@mill.example"),
)


class Founding:
    """The mill, and one actor for each who founds it."""

    def __init__(self, now, model="workers"):
        self.now = now
        with writing():
            person = accounts.find_or_create(FOUNDERS[0][1], now)
            self.mill_id = beginnings.begin_founding(
                "the-mill",
                "The Mill",
                model,
                founder=(FOUNDERS[0][0], person),
                zone="Europe/Lisbon",
                currency="EUR",
                now=now,
            ).id
        for name, email in FOUNDERS[1:]:
            self.do(beginnings.invite_founder, self.ana, name=name, email=email)

    @property
    def mill(self):
        return db.session.get(Organisation, self.mill_id)

    @property
    def state(self):
        return beginnings.founding_of(self.mill)

    @property
    def sha256(self):
        return self.state.beginning.sha256

    @property
    def ana(self):
        return self.actor(0)

    @property
    def bo(self):
        return self.actor(1)

    @property
    def caro(self):
        return self.actor(2)

    def actor(self, at):
        person = accounts.find_by_email(FOUNDERS[at][1])
        return Actor(person_id=person.id, organisation_id=self.mill_id, label=f"person {person.id}")

    def founder(self, at):
        return self.state.founders[at].id

    def do(self, deed, actor, **more):
        with writing():
            return deed(self.mill, actor, self.now, **more)

    def answers(self, **other):
        return {"name": "The Mill", "answers": self.state.beginning.answers | other}

    def accept(self, *who):
        for at in who or (0, 1, 2):
            self.do(beginnings.accept, self.actor(at), sha256=self.sha256)

    def votes(self, **who):
        return {office: who.get(office) for office in beginnings.OFFICES}

    def meet(self, *who, **elected):
        """They meet; each votes alike, for Ana as secretary and Bo as treasurer unless told otherwise."""
        if not self.state.beginning.meets:
            self.do(beginnings.set_meeting, self.ana, meets="Today at six, at the mill")
        votes = self.votes(**(elected or {"secretary": self.founder(0), "treasurer": self.founder(1)}))
        for at in who or (0, 1, 2):
            self.do(beginnings.take_part, self.actor(at), sha256=self.sha256, votes=votes)


@pytest.fixture
def founding(context, now):
    return Founding(now)


REGISTERED = """# Rules of the Old Mill Society Limited

1. The society is called the Old Mill Society Limited.

2. A general meeting is called by notice of twenty-one clear days.

3. A special resolution is carried by three quarters of the votes cast.

4. Officers serve for three years. Dues are paid within the month.
"""


class MovingIn:
    """A society that exists already: Rosa brings it here, and is its secretary; Tom is its treasurer."""

    def __init__(self, make, now):
        self.make, self.now = make, now
        rosa = make.person("rosa@old.example")
        with writing():
            self.mill_id = beginnings.begin_moving(
                "old-mill", "Old Mill", person=rosa, zone="Europe/Lisbon", currency="GBP", now=now
            ).id
        self.rosa = Actor(person_id=rosa.id, organisation_id=self.mill_id, label=f"person {rosa.id}")
        self.rows = [
            make.member(self.mill, "Rosa", person=rosa),
            *(make.member(self.mill, who) for who in ("Tom", "Una")),
        ]

    @property
    def mill(self):
        return db.session.get(Organisation, self.mill_id)

    @property
    def state(self):
        return beginnings.moving_of(self.mill, self.now)

    @property
    def sha256(self):
        return self.state.beginning.sha256

    def as_member(self, at):
        membership = db.session.get(Membership, self.rows[at].id)
        return actor_of(membership, "active", self.now.date(), person_id=membership.holders[0].person_id)

    def do(self, deed, actor, **more):
        with writing():
            return deed(self.mill, actor, self.now, **more)

    def officer(self, kind, number, **more):
        more = {
            "starts_on": date(2026, 3, 1),
            "ends_on": None,
            "source": "annual meeting of 1 March 2026",
        } | more
        return self.do(beginnings.name_officer, self.rosa, kind=kind, number=number, **more)

    def officers(self):
        self.officer("secretary", 1)
        self.officer("treasurer", 2)

    def text(self, text=REGISTERED):
        self.do(beginnings.take_text, self.rosa, text=text, registered_on=date(1999, 5, 1))

    def marks(self, *no):
        every = range(len(beginnings.offers_of(self.state.beginning)))
        self.do(beginnings.choose_marks, self.rosa, yes=[at for at in every if at not in no], no=no)

    def attest(self, *who):
        for at in who or (0, 1):
            self.do(beginnings.attest, self.as_member(at), sha256=self.sha256)

    def balances(self, **more):
        given = {"on": self.now.date(), "amounts": {"bank": 90_000, "opening": 91_500}, "owed": {3: 1_500}}
        return self.do(beginnings.enter_balances, self.as_member(1), **given | more)

    def ready(self):
        self.officers()
        self.text()
        self.marks()
        self.attest()
        self.balances()
        self.now += timedelta(days=14)


@pytest.fixture
def moving(context, make, now):
    return MovingIn(make, now)


__all__ = ["FOUNDERS", "REGISTERED", "Founding", "MovingIn", "founding", "moving"]
