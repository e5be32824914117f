"""A co-op that lives by a constitution at random: it tries what is forbidden, and what is just allowed."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from coop.errors import Refusal
from coop.extensions import db
from coop.services import ballots, motions, organisations
from tests.random_constitutions import constitutions
from tests.scale import FULL, scale

OPEN = st.sampled_from(("open", "private"))
A_SECOND = timedelta(seconds=1)
MOTION = {"title": "Buy a mill", "text": "The co-op buys the mill.", "decision_class": "ordinary"}


class RandomHouse:
    """Rita returns elections, Carl has the chair and sits on the board, so he may move whatever is asked for."""

    built = 0

    def __init__(self, make, deed, drawn, now, members=7):
        RandomHouse.built += 1
        self.make, self.deed, self.drawn, self.now = make, deed, drawn, now
        self.here = make.organisation(slug=f"coop-{RandomHouse.built}", text=drawn.text)
        self.today = self.here.day_of(now)
        self.rita = make.officer(self.here, "returning_officer", "Rita")
        self.carl = make.officer(self.here, "chair", "Carl")
        self.members = make.members(self.here, members - 2)
        make.body(self.here, "board", members=[self.carl])
        self.officer = self.actor(self.rita)

    @property
    def all(self):
        return [self.rita, self.carl, *self.members]

    @property
    def assembly(self):
        return organisations.assembly_of(self.here)

    @property
    def votes(self):
        """How many votes each member has."""
        return self.drawn.n("member.votes") if "member.votes" in self.drawn.values else 1

    def actor(self, member, day=None):
        return self.make.actor(member, on=day)

    def day(self, at):
        return self.here.day_of(at)

    def wall(self, at, days):
        """The same wall time so many days later, by the clocks of the co-op."""
        zone = ZoneInfo(self.here.zone)
        from_then = (at.astimezone(zone) + timedelta(days=days)).replace(tzinfo=None)
        return from_then.replace(tzinfo=zone)

    def office(self, kind):
        return organisations.find_office(self.here, kind)

    def refused(self, name, service, /, *args, **kwargs):
        """Forbidden: and the sentence names the article."""
        with pytest.raises(Refusal) as why:
            self.deed(service, *args, **kwargs)
        assert self.drawn.cites(name, str(why.value)), f"{name}: {why.value}"

    def allowed(self, service, /, *args, **kwargs):
        return self.deed(service, *args, **kwargs)

    def draft(self, at=None, **more):
        """A motion that Carl has not submitted yet; gives what tells of it, as seen by him."""
        at = at or self.now
        fields = {"body": self.assembly, **MOTION, **more}
        mover = self.actor(self.carl, self.day(at))
        number = self.deed(motions.draft_motion, self.here, mover, at, **fields).number
        return lambda when=None: motions.find(self.here, number, mover, when or at)

    def submitted(self, at=None, **more):
        at = at or self.now
        told = self.draft(at, **more)
        self.deed(motions.submit, told(), self.here, self.actor(self.carl, self.day(at)), at)
        return told

    def seconded(self, told, how_many, at=None):
        at = at or self.now
        for one in self.members[:how_many]:
            self.deed(motions.second, told(at), self.here, self.actor(one), at)

    def admitted(self, at=None, **more):
        at = at or self.now
        told = self.submitted(at, **more)
        self.seconded(told, told().moved.seconders, at)
        self.deed(motions.admit, told(at), self.here, self.officer, at)
        return told

    def put(self, at=None, **more):
        """A motion debated and put to the vote; gives its draft and the instant."""
        secrecy = more.pop("secrecy", "")
        told = self.admitted(at, **more)
        until = told().step("admitted").until
        return self.deed(motions.put, told(until), self.here, self.officer, until, secrecy=secrecy), until

    def opened(self, at=None, **more):
        ballot, until = self.put(at, **more)
        self.deed(ballots.open_ballot, ballot, self.here, self.officer, until)
        return ballot

    def cast(self, ballot, members, choice):
        for one in members:
            self.deed(ballots.cast_vote, ballot, self.actor(one), choice, ballot.opens_at)

    def count(self, ballot):
        decision = self.deed(ballots.seal, ballot.id, ballot.closes_at + ballots.GRACE)
        db.session.expire_all()
        return decision


class Trials(dict):
    """The rules that one file tries, by name."""

    def rule(self, members=7, **pins):
        """Register a rule to be tried; `pins` are the provisions it is about."""

        def keep(play):
            self[play.__name__] = (play, members, {"ballot__secrecy": OPEN, **pins})
            return play

        return keep

    @property
    def at_random(self):
        """Decorate a test that takes `rule` and `data`: some constitutions every day, many at full size."""

        def decorated(test):
            drawn = settings(
                max_examples=scale(2, 40),
                derandomize=not FULL,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )(given(data=st.data())(test))
            return pytest.mark.parametrize("rule", self)(drawn)

        return decorated

    def play(self, rule, data, make, deed, now):
        play, members, pins = self[rule]
        play(RandomHouse(make, deed, data.draw(constitutions(**pins)), now, members))


def counted(low, high, unit=""):
    return st.integers(low, high).map(lambda n: f"{n}{unit}")
