"""The operator's emergency appointment: told to all, put to the next general meeting, over on its day at the latest."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from coop.access import OPERATOR, PROGRAM, Permission, may
from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.organisations import EmergencyAppointment
from coop.models.records import OutboxMail
from coop.services import ballots, meetings, organisations
from tests.ballot_house import after, cast

RULES = """
1. Notice of a meeting is [three days]{provision="meeting.notice" value="3 days"}.

2. A vote on an ordinary resolution lasts [five days]{provision="decision.ordinary.voting_period" value="5 days"};
   [a tenth of the members]{provision="decision.ordinary.quorum" value="1/10 of eligible"} must vote.
"""


class Appointed:
    """The operator has made Nora secretary for sixty days; the chair calls a meeting."""

    def __init__(self, make, deed, now):
        self.make, self.deed, self.now = make, deed, now
        self.organisation = make.organisation(text=RULES)
        self.chair = make.actor(make.officer(self.organisation, "chair"))
        self.nora = make.member(self.organisation, "Nora")
        self.members = make.members(self.organisation, 6)
        self.office = organisations.find_office(self.organisation, "secretary")
        self.until = make.today + timedelta(days=60)
        self.term = self.appoint()

    def appoint(self, actor=OPERATOR):
        return self.deed(
            organisations.appoint_in_emergency,
            self.office,
            self.nora,
            self.until,
            "Wages are due.",
            tell=[one.id for one in self.members],
            actor=actor,
            now=self.now,
        )

    def held_meeting(self):
        """Call, open and close a general meeting; gives when it ended."""
        wall = self.now.replace(hour=18, tzinfo=None) + timedelta(days=10)
        body = organisations.assembly_of(self.organisation)
        plan = {"title": "Winter", "wall": wall, "place": "Here", "items": [("Report", "")]}
        self.meeting = self.deed(meetings.plan_meeting, body, self.chair, self.now, **plan)
        self.deed(meetings.call_meeting, self.meeting, self.chair, self.now)
        begins, ends = self.meeting.starts_at, self.meeting.starts_at + timedelta(hours=2)
        self.deed(meetings.open_meeting, self.meeting, self.chair, begins, at=begins)
        self.deed(meetings.close_meeting, self.meeting, self.chair, ends, at=ends)
        return ends

    @property
    def vote(self):
        return db.session.scalars(select(Ballot).where(Ballot.decision_class == "confirmation")).one_or_none()

    def can(self, at):
        return may(self.make.actor(self.nora, on=self.organisation.day_of(at)), Permission.SEE_REGISTER, self.organisation)  # fmt: skip


@pytest.fixture
def coop(make, deed, now):
    return Appointed(make, deed, now)


def test_every_member_is_told_and_only_the_operator_appoints(coop, make):
    told = db.session.scalars(select(OutboxMail).where(OutboxMail.template == "emergency-appointment")).all()
    assert len(told) == 6
    with pytest.raises((Refusal, Forbidden)):
        coop.appoint(actor=coop.chair)


def test_the_next_general_meeting_puts_it_to_the_members_by_itself(coop):
    assert coop.vote is None
    ends = coop.held_meeting()
    assert [item.title for item in coop.meeting.agenda] == [
        "Report",
        "Confirm the emergency appointment: secretary",
    ]
    assert coop.meeting.agenda[-1].ballot_id == coop.vote.id
    assert (coop.vote.stage_at(ends), coop.vote.secrecy, coop.vote.meeting_id) == (
        "open",
        "private",
        coop.meeting.id,
    )
    assert "Wages are due." in coop.vote.text
    assert coop.can(ends)


@pytest.mark.parametrize(("votes_for", "stays"), [
    pytest.param(2, False, id="a tie does not confirm"),
    pytest.param(3, True, id="one more does"),
])  # fmt: skip
def test_confirmed_it_lasts_until_its_day_else_it_ends_when_the_votes_are_counted(
    coop, make, deed, votes_for, stays
):
    ends = coop.held_meeting()
    cast(deed, make, coop.vote, coop.members, ["for"] * votes_for + ["against"] * 2, ends)
    counted = after(coop.vote)
    deed(ballots.seal, coop.vote.id, counted)
    assert coop.can(counted) is stays
    assert (coop.term.ended_at is None) is stays
    last = counted.replace(year=coop.until.year, month=coop.until.month, day=coop.until.day)
    assert coop.can(last) is stays
    assert not coop.can(last + timedelta(days=1))


def test_it_is_put_once(coop):
    coop.held_meeting()
    first = coop.vote.id
    coop.now += timedelta(days=11)
    coop.held_meeting()
    assert coop.vote.id == first
    assert [one.ballot_id for one in db.session.scalars(select(EmergencyAppointment))] == [first]


def test_no_officer_calls_the_vote_off_or_puts_one_of_their_own(coop, make, deed):
    coop.held_meeting()
    officer = make.actor(make.officer(coop.organisation, "returning_officer"))
    with pytest.raises(Refusal, match="no officer opens it or calls it off"):
        deed(
            ballots.void,
            coop.vote,
            coop.organisation,
            officer,
            "No.",
            coop.meeting.starts_at + timedelta(hours=3),
        )
    for own in ("confirmation", "co-option", "meeting-chair"):
        with pytest.raises(Refusal, match="no such kind"):
            deed(
                ballots.propose_motion,
                coop.organisation,
                officer,
                coop.now,
                title="T",
                text="t",
                decision_class=own,
            )


def test_a_term_by_decision_is_not_put_to_the_meeting(make, deed, now):
    house = Appointed(make, deed, now)
    treasurer = organisations.find_office(house.organisation, "treasurer")
    deed(
        organisations.begin_term,
        treasurer,
        house.members[0],
        make.today,
        None,
        decision_id=make.decision(house.organisation).id,
        actor=PROGRAM,
        now=now,
    )
    assert [one.term_id for one in ballots.unconfirmed(house.organisation, make.today)] == [house.term.id]
