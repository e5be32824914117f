"""Petitions: who signs, when it is enough, what comes of it, and how a recall ends a term."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from coop.access import PROGRAM, Permission, may
from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, Decision
from coop.models.meetings import Meeting, Notice
from coop.models.petitions import PetitionSignature
from coop.models.records import AuditEvent, OutboxMail
from coop.rules.verification import read, verify
from coop.services import ballots, meetings, organisations, petitions, records
from tests.ballot_house import after, cast
from tests.objection_house import answer, challenge
from tests.petition_house import REPLY, RULES, SIGNING, PetitionHouse


@pytest.fixture
def voted(recall_house, deed, make, now):
    """Carry the petition to its vote; `voted(n)` of five voters are for it. Gives (petition, decision)."""

    def build(votes_for, of=5, at=now):
        house = recall_house
        petition = house.begin(deed, at)
        house.sign(deed, petition, at, *house.members[1:4])
        ballot = petition.ballot
        deed(ballots.open_due, ballot.id, ballot.opens_at)
        choices = ["for"] * votes_for + ["against"] * (of - votes_for)
        cast(deed, make, ballot, house.members, choices, ballot.opens_at)
        return petition, deed(ballots.seal, ballot.id, after(ballot))

    return build


@pytest.mark.parametrize(("signatures", "reached"), [
    pytest.param(3, False, id="one fewer than a fifth of twenty"),
    pytest.param(4, True, id="exactly a fifth"),
])  # fmt: skip
def test_one_fifth_of_the_members_is_not_more_than_one_fifth(recall_house, deed, now, signatures, reached):
    petition = recall_house.begin(deed, now)
    recall_house.sign(deed, petition, now, *recall_house.members[1:signatures])
    assert (petition.eligible, petition.needed) == (20, 4)
    assert (petition.stage_at(now) == "reached") is reached
    assert (petition.ballot is not None) is reached


def test_a_signature_more_than_enough_is_refused_since_they_are_frozen(recall_house, deed, now):
    petition = recall_house.begin(deed, now)
    recall_house.sign(deed, petition, now, *recall_house.members[1:4])
    with pytest.raises(Refusal, match="frozen"):
        recall_house.sign(deed, petition, now, recall_house.members[5])


def test_signing_twice_is_signing_once(recall_house, deed, now):
    petition = recall_house.begin(deed, now)
    recall_house.sign(deed, petition, now, *[recall_house.members[1]] * 5)
    assert petitions.count_of(petition) == 2


def test_who_signed_is_told_to_whoever_may_see_a_roll_and_stands_in_no_trail(recall_house, make, deed, now):
    petition = recall_house.begin(deed, now)
    recall_house.sign(deed, petition, now, recall_house.members[1])
    actors = db.session.scalars(select(AuditEvent.actor).where(AuditEvent.verb == "recorded a signature on"))
    assert set(actors) == {PROGRAM.label}
    seen = petitions.signers_of(petition, make.actor(recall_house.officer))
    assert [who.id for who in seen] == [one.id for one in recall_house.members[:2]]
    with pytest.raises(Forbidden):
        petitions.signers_of(petition, make.actor(recall_house.members[2]))


def test_the_threshold_is_of_the_roll_on_the_day_it_was_begun(recall_house, make, deed, now):
    petition = recall_house.begin(deed, now)
    newcomer = make.member(recall_house.organisation, "Newcomer", since=make.today + timedelta(days=1))
    tomorrow = now + timedelta(days=1)
    actor = make.actor(newcomer, on=tomorrow.date())
    with pytest.raises(Refusal, match="not on the roll on the day"):
        deed(petitions.sign, petition, recall_house.organisation, actor, tomorrow)
    assert petition.eligible == 20


def test_a_suspended_member_and_the_office_holder_do_not_sign(recall_house, make, deed, now):
    petition = recall_house.begin(deed, now)
    make.event(recall_house.members[6], "suspended", make.today)
    with pytest.raises(Forbidden):
        recall_house.sign(deed, petition, now, recall_house.members[6])
    with pytest.raises(Refusal, match="your own office"):
        recall_house.sign(deed, petition, now, recall_house.treasurer)


@pytest.mark.parametrize(("before", "open_"), [
    pytest.param(timedelta(seconds=1), True, id="a second before"),
    pytest.param(timedelta(0), False, id="at its end"),
    pytest.param(timedelta(seconds=-1), False, id="a second after"),
])  # fmt: skip
def test_a_petition_lapses_when_its_time_is_over(recall_house, deed, now, before, open_):
    petition = recall_house.begin(deed, now)
    when = now + SIGNING - before
    if open_:
        recall_house.sign(deed, petition, when, recall_house.members[1])
    else:
        with pytest.raises(Refusal, match="lapsed"):
            recall_house.sign(deed, petition, when, recall_house.members[1])


def test_enough_signatures_give_notice_once_and_announce_a_private_vote(recall_house, deed, now):
    petition = recall_house.begin(deed, now)
    recall_house.sign(deed, petition, now, *recall_house.members[1:4])
    ballot = petition.ballot
    assert (ballot.stage_at(now), ballot.secrecy, ballot.decision_class) == ("announced", "private", "recall")
    assert ballot.opens_at == now + REPLY
    told = db.session.scalars(select(OutboxMail).where(OutboxMail.template == "recall-notice")).all()
    assert [mail.membership_id for mail in told] == [recall_house.treasurer.id]


@pytest.mark.parametrize(("late", "heard"), [
    pytest.param(timedelta(seconds=-1), True, id="a second before the vote"),
    pytest.param(timedelta(0), False, id="when the vote opens"),
    pytest.param(timedelta(seconds=1), False, id="a second after"),
])  # fmt: skip
def test_the_reply_stands_on_the_paper_if_it_came_in_time(recall_house, make, deed, now, late, heard):
    petition = recall_house.begin(deed, now)
    recall_house.sign(deed, petition, now, *recall_house.members[1:4])
    tom, when = make.actor(recall_house.treasurer), now + REPLY + late
    say = {"text": "I closed them for the auditor."}
    if not heard:
        with pytest.raises(Refusal, match="vote has begun"):
            deed(petitions.reply, petition, recall_house.organisation, tom, when, **say)
        return
    deed(petitions.reply, petition, recall_house.organisation, tom, when, **say)
    deed(ballots.open_due, petition.ballot.id, now + REPLY)
    assert "The books lie open." in petition.ballot.text
    assert "I closed them for the auditor." in petition.ballot.motion.text


def test_nobody_but_the_office_holder_replies(recall_house, make, deed, now):
    petition = recall_house.begin(deed, now)
    recall_house.sign(deed, petition, now, *recall_house.members[1:4])
    actor = make.actor(recall_house.members[0])
    with pytest.raises(Forbidden):
        deed(petitions.reply, petition, recall_house.organisation, actor, now, text="No.")


def test_no_officer_opens_early_or_calls_off_what_the_members_called(recall_house, make, deed, now):
    petition = recall_house.begin(deed, now)
    recall_house.sign(deed, petition, now, *recall_house.members[1:4])
    rita, house = make.actor(recall_house.officer), recall_house.organisation
    with pytest.raises(Refusal, match="petition"):
        deed(ballots.open_ballot, petition.ballot, house, rita, now)
    with pytest.raises(Refusal, match="petition"):
        deed(ballots.void, petition.ballot, house, rita, "They are my friend.", now)
    with pytest.raises(Refusal, match="petition"):
        deed(ballots.propose_motion, house, rita, now, title="T", text="t", decision_class="recall")


def test_a_carried_recall_ends_the_term_when_the_votes_are_counted(voted, recall_house, make):
    petition, decision = voted(3)
    assert decision.outcome == "carried"
    sealed = petition.ballot.sealed_at
    day = recall_house.organisation.day_of(sealed)
    assert (petition.term.ended_at, petition.term.ends_on) == (sealed, day)
    before, since = (
        make.actor(recall_house.treasurer, on=day - timedelta(days=1)),
        make.actor(recall_house.treasurer, on=day),
    )
    assert may(before, Permission.SEE_BOOKS, recall_house.organisation)
    assert not may(since, Permission.SEE_BOOKS, recall_house.organisation)
    assert [one.term for one in organisations.past_terms(recall_house.organisation, day)] == [petition.term]
    assert not organisations.holders_of(petition.term.office, day)


@pytest.mark.parametrize(("votes_for", "outcome"), [
    pytest.param(2, "lost", id="one fewer than half of four and one"),
    pytest.param(3, "carried", id="one more"),
])  # fmt: skip
def test_only_more_than_half_recalls(voted, votes_for, outcome):
    petition, decision = voted(votes_for)
    assert decision.outcome == outcome
    assert (petition.term.ended_at is not None) is (outcome == "carried")


def test_the_bundle_of_a_recall_verifies(voted, recall_house, deed, make):
    petition, _ = voted(3)
    house, ballot = recall_house.organisation, petition.ballot
    deed(records.chain_events, house.id)
    actor = make.actor(recall_house.members[0])
    data = json.dumps(ballots.bundle(ballot, house, actor, after(ballot))).encode()
    assert [check.name for check in verify(read(data)) if not check.ok] == []


def test_a_tie_recalls_nobody(voted):
    petition, decision = voted(2, of=4)
    assert decision.outcome == "lost"
    assert petition.term.ended_at is None


@pytest.mark.parametrize(("days", "again"), [
    pytest.param(-1, False, id="the day before three months are over"),
    pytest.param(0, True, id="after three months"),
    pytest.param(1, True, id="the day after"),
])  # fmt: skip
def test_after_a_lost_vote_there_is_a_time_without_another(voted, recall_house, deed, now, make, days, again):
    _petition, decision = voted(1)
    assert decision.decided_on == date(2026, 12, 6)
    when = now.replace(year=2027, month=3, day=6) + timedelta(days=days)
    if again:
        assert recall_house.begin(deed, when).number == 2
        return
    with pytest.raises(Refusal, match=r"article 3 another petition can be begun from 6 March 2027"):
        recall_house.begin(deed, when)


def test_one_petition_about_a_term_at_a_time(recall_house, deed, now):
    petition = recall_house.begin(deed, now)
    with pytest.raises(Refusal, match="petition 1"):
        recall_house.begin(deed, now, by=recall_house.members[5])
    recall_house.sign(deed, petition, now, *recall_house.members[1:4])
    with pytest.raises(Refusal, match="ballot 1"):
        recall_house.begin(deed, now, by=recall_house.members[5])


def test_the_recalled_office_holder_does_not_run_the_vote(make, context, deed, now):
    house = PetitionHouse(make)
    office = organisations.find_office(house.organisation, "returning_officer")
    term = office.terms[0]
    actor = make.actor(house.members[0])
    petition = deed(petitions.begin_recall, term, house.organisation, actor, now, grounds="Counts at home.")
    house.sign(deed, petition, now, *house.members[1:4])
    assert not may(make.actor(house.officer), Permission.CERTIFY_BALLOT, petition.ballot)
    assert not may(make.actor(house.officer), Permission.SEE_ROLL, petition.ballot)


def test_a_recall_that_becomes_void_gives_the_office_back(voted, recall_house, deed, make):
    petition, decision = voted(5)
    ballot, term, house = petition.ballot, petition.term, recall_house.organisation
    case = (house, recall_house.members, make.actor(recall_house.officer), ballot, decision)
    made = challenge(case, deed, make, who=recall_house.members[9])
    answer(case, deed, made, upheld=True)
    assert (term.ended_at, term.ends_on) == (None, None)
    today = make.actor(recall_house.treasurer, on=date(2026, 12, 8))
    assert may(today, Permission.SEE_BOOKS, house)


def test_with_all_officers_gone_the_petition_still_calls_a_meeting(make, context, deed, now):
    organisation = make.organisation(text=RULES)
    members = make.members(organisation, 20)
    ask = {"title": "Elect officers", "text": "All have left.", "place": "The mill", "hour": 18}
    petition = deed(petitions.begin_meeting, organisation, make.actor(members[0]), now, **ask)
    assert petition.needed == 2
    assert db.session.scalar(select(func.count(Meeting.id))) == 0
    deed(petitions.sign, petition, organisation, make.actor(members[1]), now)
    meeting = petition.meeting
    assert meeting.wall_time == "2026-12-06 18:00"  # fourteen clear days
    assert [item.title for item in meeting.agenda] == ["Elect officers"]
    assert meeting.called_by == PROGRAM.label
    told = db.session.scalar(select(func.count(Notice.id)).where(Notice.meeting_id == meeting.id))
    assert told == 20
    assert meetings.find(organisation, meeting.number, make.actor(members[5])) is meeting


def test_no_officer_calls_off_the_meeting_that_members_had_called(recall_house, make, deed, now):
    house, who = recall_house.organisation, recall_house.members
    ask = {"title": "Roof", "text": "It leaks.", "place": "The mill", "hour": 18}
    petition = deed(petitions.begin_meeting, house, make.actor(who[0]), now, **ask)
    recall_house.sign(deed, petition, now, who[1])
    chair = make.actor(make.officer(house, "chair"))
    with pytest.raises(Refusal, match="petition"):
        deed(meetings.cancel_meeting, petition.meeting, chair, now, reason="No time.")


def test_with_all_officers_gone_a_recall_is_opened_counted_and_obeyed(make, context, deed, now):
    house = PetitionHouse(make)
    deed(
        organisations.end_at_once,
        organisations.find_office(house.organisation, "returning_officer").terms[0],
        actor=PROGRAM,
        now=now,
        why="gone",
    )
    petition = house.begin(deed, now)
    house.sign(deed, petition, now, *house.members[1:4])
    deed(ballots.open_due, petition.ballot_id, now + REPLY)
    cast(deed, make, petition.ballot, house.members, ["for"] * 3, now + REPLY)
    assert deed(ballots.seal, petition.ballot_id, after(petition.ballot)).outcome == "carried"
    assert petition.term.ended_at is not None


def test_a_recall_says_by_which_articles_it_was_begun(recall_house, deed, now):
    petition = recall_house.begin(deed, now)
    assert petition.rule["articles"] == ["1", "2", "3", "4"]
    assert petition.rule["version"] == 1
    assert db.session.scalar(select(func.count()).select_from(PetitionSignature)) == 1
    assert db.session.scalar(select(func.count(Ballot.id))) == 0
    assert db.session.scalar(select(func.count(Decision.id))) == 0
