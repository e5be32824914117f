"""All officers gone: the members' petition still calls a meeting, which elects its chair, and so a new secretary."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from coop.access import PROGRAM, Permission, may
from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.models.meetings import MeetingChair
from coop.models.records import AuditEvent
from coop.services import ballots, meetings, organisations, petitions
from coop.services.meetings.leading import LASTS, WAITED
from tests.ballot_house import after, cast

RULES = """
1. [One tenth of the members]{provision="meeting.petition" value="1/10 of eligible"} can have a general meeting called.

2. Notice is [five clear days]{provision="meeting.notice" value="5 days"}; a meeting decides when
   [a quarter of the members]{provision="meeting.quorum" value="1/4 of eligible"} are there.

3. Officers are elected for [one year]{provision="office.term" value="12 months"}. Elections last
   [seven days]{provision="election.voting_period" value="7 days"}. Where no more stand than there are seats,
   members vote on [reopening nominations]{provision="election.too_few" value="reopen"}.
"""


class Leaderless:
    """Twelve members whose only secretary has gone, and the meeting that their petition called."""

    def __init__(self, make, deed, now):
        self.make, self.deed = make, deed
        self.organisation = make.organisation(text=RULES)
        self.old = make.officer(self.organisation, "secretary", "Old")
        self.secretary = organisations.find_office(self.organisation, "secretary")
        deed(organisations.end_at_once, self.secretary.terms[0], actor=PROGRAM, now=now, why="gone")
        self.members = [make.member(self.organisation, f"Member {n}") for n in range(2, 13)]
        ask = {"title": "Elect officers", "text": "All have left.", "place": "The mill", "hour": 18}
        petition = deed(petitions.begin_meeting, self.organisation, self.actor(0), now, **ask)
        deed(petitions.sign, petition, self.organisation, self.actor(1), now)
        self.meeting = petition.meeting
        self.begins = self.meeting.starts_at

    def actor(self, index, at=None):
        return self.make.actor(self.members[index], on=self.organisation.day_of(at) if at else None)

    def come(self, *who, at=None):
        for index in who:
            self.deed(meetings.come, self.meeting, self.actor(index), at or self.begins)

    def propose(self, whom, by=0, at=None):
        return self.deed(
            meetings.propose_chair, self.meeting, self.members[whom], self.actor(by), at or self.begins
        )

    def chaired(self):
        """Let three come, and elect the third of them; gives when."""
        self.come(0, 1, 2)
        ballot = self.propose(2)
        cast(self.deed, self.make, ballot, self.members, ["for"] * 3, self.begins)
        decided = self.deed(ballots.seal, ballot.id, after(ballot))
        assert decided.outcome == "carried"
        return after(ballot)


@pytest.fixture
def coop(make, deed, now):
    return Leaderless(make, deed, now)


def test_all_officers_gone_and_a_new_secretary_is_elected_by_a_recorded_ballot_and_can_act(coop, make, deed):
    at = coop.chaired()
    chair = coop.actor(2, at)
    deed(meetings.open_meeting, coop.meeting, chair, at, at=coop.begins)
    candidates = [ballots.Candidate(coop.members[3])]
    ballot = deed(meetings.put_election, coop.meeting, coop.secretary, candidates, chair, at)
    deed(meetings.open_election, coop.meeting, ballot, chair, at)
    deed(meetings.close_meeting, coop.meeting, chair, at + timedelta(hours=1), at=at + timedelta(minutes=30))
    cast(deed, make, ballot, coop.members, [[1]] * 6, at)
    decision = deed(ballots.seal, ballot.id, after(ballot))
    assert decision.outcome == "elected"
    first = decision.decided_on + timedelta(days=1)
    assert coop.secretary.terms[-1].decision_id == decision.id
    new, old = make.actor(coop.members[3], on=first), make.actor(coop.old, on=first)
    assert (may(new, Permission.SEE_REGISTER, coop.organisation), may(old, Permission.SEE_REGISTER, coop.organisation)) == (True, False)  # fmt: skip
    assert coop.meeting.agenda[-1].ballot_id == ballot.id


def test_who_chairs_has_the_duties_of_that_meeting_and_no_others_until_it_ends(coop, make, deed):
    at = coop.chaired()
    chair = coop.actor(2, at)
    other = deed(
        meetings.plan_meeting,
        organisations.assembly_of(coop.organisation),
        PROGRAM,
        at,
        title="Another",
        wall=at.replace(tzinfo=None) + timedelta(days=30),
        place="Here",
        items=[("One", "")],
    )
    assert may(chair, Permission.RUN_MEETING, coop.meeting)
    assert not may(chair, Permission.RUN_MEETING, other)
    for never in (Permission.CALL_MEETING, Permission.SEE_REGISTER, Permission.SET_UP_BALLOT):
        assert not may(chair, never, coop.organisation)
    assert meetings.chair_of(coop.meeting).id == coop.members[2].id
    deed(meetings.open_meeting, coop.meeting, chair, at, at=coop.begins)
    deed(meetings.close_meeting, coop.meeting, chair, at, at=at - timedelta(seconds=1))
    assert not may(chair, Permission.RUN_MEETING, coop.meeting)
    assert not may(coop.actor(1, at), Permission.RUN_MEETING, coop.meeting)


@pytest.mark.parametrize(("there", "enough"), [
    pytest.param(2, False, id="one fewer than a quarter of twelve"),
    pytest.param(3, True, id="exactly a quarter"),
])  # fmt: skip
def test_too_few_who_are_there_elect_nobody(coop, there, enough):
    coop.come(*range(there))
    if enough:
        assert coop.propose(1).stage_at(coop.begins) == "open"
    else:
        with pytest.raises(Refusal, match="2 are here, and the meeting needs 3"):
            coop.propose(1)


def test_only_those_who_are_there_vote_on_who_chairs(coop, make, deed):
    coop.come(0, 1, 2)
    ballot = coop.propose(1)
    assert ballot.closes_at - ballot.opens_at == LASTS
    cast(deed, make, ballot, coop.members, ["for"] * 3, coop.begins)
    with pytest.raises(Refusal, match="not recorded as here"):
        deed(ballots.cast_vote, ballot, coop.actor(5), "against", coop.begins)


def test_nobody_is_proposed_who_is_not_there_nor_by_somebody_who_is_not(coop):
    coop.come(0, 1, 2)
    with pytest.raises(Refusal, match="must be here"):
        coop.propose(7)
    with pytest.raises(Refusal, match="Say first"):
        coop.propose(1, by=7)
    coop.propose(1)
    with pytest.raises(Refusal, match="vote on who chairs already"):
        coop.propose(2)


def test_coming_twice_is_coming_once_and_nobody_comes_too_early(coop):
    with pytest.raises(Refusal, match="has not begun"):
        coop.come(0, at=coop.begins - timedelta(seconds=1))
    coop.come(0, 0, 0)
    assert len(meetings.attendances_of(coop.meeting)) == 1


@pytest.mark.parametrize(("waited", "helps_itself"), [
    pytest.param(WAITED - timedelta(seconds=1), False, id="a second before half an hour"),
    pytest.param(WAITED, True, id="after half an hour"),
])  # fmt: skip
def test_an_officer_who_does_not_open_the_meeting_stops_nobody_for_long(coop, make, waited, helps_itself):
    make.officer(coop.organisation, "chair", "Clara")
    if helps_itself:
        coop.come(0, at=coop.begins + waited)
    else:
        with pytest.raises(Refusal, match="An officer can lead"):
            coop.come(0, at=coop.begins + waited)


def test_a_lost_vote_gives_nobody_the_chair_and_another_can_be_proposed(coop, make, deed):
    coop.come(0, 1, 2)
    ballot = coop.propose(1)
    cast(deed, make, ballot, coop.members, ["against"] * 3, coop.begins)
    deed(ballots.seal, ballot.id, after(ballot))
    assert not may(coop.actor(1, after(ballot)), Permission.RUN_MEETING, coop.meeting)
    assert coop.propose(2, at=after(ballot)).number == ballot.number + 1
    assert len(db.session.scalars(select(MeetingChair)).all()) == 2


def test_nobody_but_the_chair_of_the_meeting_puts_an_election_there(coop, deed):
    at = coop.chaired()
    with pytest.raises(Forbidden):
        deed(meetings.put_election, coop.meeting, coop.secretary, [], coop.actor(1, at), at)
    verbs = set(db.session.scalars(select(AuditEvent.verb)))
    assert {"came to", "proposed a chair of", "sealed"} <= verbs
