"""A founding for tests: three who found a mill together, and the steps they take."""

import pytest

from coop.access import Actor
from coop.extensions import db
from coop.models.organisations import Organisation
from coop.services import accounts, beginnings
from coop.transaction import writing

FOUNDERS = (("Ana Ruiz", "ana@mill.example"), ("Bo Lind", "bo@mill.example"), ("Caro Diaz", "caro@mill.example"))


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


__all__ = ["FOUNDERS", "Founding", "founding"]
