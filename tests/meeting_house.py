"""A small co-op that meets: a secretary, a chair, a returning officer, and members who come and vote."""

from datetime import datetime, timedelta

from coop.services import ballots, meetings
from tests.make import RULES

LONDON = '\n4. Days are those of [London]{provision="organisation.zone" value="Europe/London"}.\n'
PROXIES = '\n5. A member may stand for [no more than two others]{provision="proxy.limit" value="2"}.\n'


class House:
    """A co-op with a secretary and some members, in an application context."""

    def __init__(self, make, deed, now, *, text=RULES + LONDON + PROXIES, **more):
        self.make, self.deed, self.now = make, deed, now
        self.organisation = make.organisation(text=text, zone="Europe/London", **more)
        self.secretary = make.officer(self.organisation, "secretary", "Miles Holt")
        self.chair = make.officer(self.organisation, "chair", "Ada Ashworth")
        self.returning = make.officer(self.organisation, "returning_officer", "Rita Law")
        self.members = make.members(self.organisation, 4)

    @property
    def assembly(self):
        return next(body for body in self.organisation.bodies if body.kind == "assembly")

    @property
    def actor(self):
        return self.make.actor(self.secretary)

    def wall(self, days=20, hour=18):
        day = self.organisation.day_of(self.now) + timedelta(days=days)
        return datetime.combine(day, datetime.min.time()) + timedelta(hours=hour)

    def plan(self, wall=None, *, now=None, items=("Minutes", "Buy the mill"), body=None, actor=None, **more):
        return self.deed(
            meetings.plan_meeting,
            body or self.assembly,
            actor or self.actor,
            now or self.now,
            title=more.pop("title", "Winter meeting"),
            wall=wall or self.wall(),
            place="31 Toad Lane",
            items=[(item, "") for item in items],
            **more,
        )

    def called(self, **more):
        meeting = self.plan(**more)
        self.deed(meetings.call_meeting, meeting, more.get("actor") or self.actor, self.now)
        return meeting

    def opened(self):
        meeting = self.called()
        later = meeting.starts_at + timedelta(hours=3)
        self.deed(meetings.open_meeting, meeting, self.actor, later, at=meeting.starts_at)
        return meeting, later

    def came(self, meeting, members, at, *, way="in person", proxy=None, now=None):
        now = now or meeting.starts_at + timedelta(hours=3)
        self.deed(meetings.record_arrivals, meeting, members, self.actor, now, way=way, at=at, proxy=proxy)

    def decided(self, title="Buy the mill", votes=("for", "for", "for", "against", "abstain"), *, at=None):
        """A motion of the assembly, voted on and counted; returns its ballot. `at` is when it opens."""
        at = at or self.now
        officer = self.make.actor(self.returning)
        ballot = self.deed(
            ballots.propose_motion, self.organisation, officer, at, title=title, text=f"{title}."
        )
        self.deed(ballots.open_ballot, ballot, self.organisation, officer, at)
        for member, choice in zip([self.chair, *self.members], votes, strict=False):
            self.deed(ballots.cast_vote, ballot, self.make.actor(member), choice, at)
        self.deed(ballots.seal, ballot.id, ballot.closes_at + ballots.GRACE)
        return ballot

    def held(self):
        """A meeting that was opened, attended and closed, its second item settled by a ballot."""
        meeting, later = self.opened()
        start = meeting.starts_at
        self.came(meeting, [self.secretary, self.chair, *self.members[:2]], start)
        self.came(meeting, [self.members[2]], start + timedelta(minutes=30), way="online")
        self.came(meeting, [self.members[3]], start, way="by proxy", proxy=self.chair)
        self.deed(meetings.close_meeting, meeting, self.actor, later, at=start + timedelta(hours=2))
        ballot = self.decided(at=later)
        self.deed(
            meetings.link_item, meeting, meeting.agenda[1], self.actor, later, ballot=ballot, decision=None
        )
        return meeting, ballot.closes_at + timedelta(hours=1)

    def write(self, meeting, now, *, seen=None, **typed):
        """Save words for the minutes; keys are opening, closing, item1, item2, …"""
        texts = meetings.texts_of(meeting)
        keys = {f"item{item.position}": f"item-{item.id}" for item in meeting.agenda}
        words = texts | {keys.get(key, key): text for key, text in typed.items()}
        self.deed(
            meetings.write_minutes,
            meeting,
            self.actor,
            now,
            started_from=seen or meetings.text_marks(texts),
            typed=words,
        )

    def circulated(self):
        meeting, later = self.held()
        self.write(meeting, later, item1="The minutes were *read* and nobody asked for a change.")
        self.deed(meetings.circulate_minutes, meeting, self.actor, later)
        return meeting, later
