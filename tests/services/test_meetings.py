"""Meetings through their services: notice, agenda, attendance, minutes, on both engines."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from coop.access import OPERATOR
from coop.errors import Forbidden, Missing, Refusal
from coop.extensions import db
from coop.models.meetings import Answer, Meeting, Notice
from coop.models.records import AuditEvent, OutboxMail
from coop.services import meetings
from tests.make import RULES
from tests.meeting_house import LONDON, House


@pytest.fixture
def house(make, deed, now):
    return House(make, deed, now)


@pytest.mark.parametrize(
    ("days", "lawful"),
    [
        pytest.param(14, False, id="thirteen clear days are too few"),
        pytest.param(15, True, id="fourteen clear days are enough"),
        pytest.param(16, True, id="fifteen are more than enough"),
    ],
)
def test_a_meeting_needs_fourteen_clear_days_of_notice(house, days, lawful):
    if lawful:
        assert house.plan(house.wall(days)).number == 1
        return
    with pytest.raises(Refusal) as refused:
        house.plan(house.wall(days))
    assert "Article 2 (version 1) asks for 14 clear days of notice." in str(refused.value)
    assert "6 December 2026" in str(refused.value)
    assert db.session.scalar(select(func.count()).select_from(Meeting)) == 0


@pytest.mark.parametrize(
    ("called", "day", "lawful"),
    [
        # Clocks go forward on 29 March 2026: 23:30 UTC on the 28th is 23:30 in London, on the 29th past midnight.
        pytest.param(
            datetime(2026, 3, 28, 23, 30, tzinfo=UTC), date(2026, 4, 11), False, id="winter, too short"
        ),
        pytest.param(datetime(2026, 3, 28, 23, 30, tzinfo=UTC), date(2026, 4, 12), True, id="winter, exact"),
        pytest.param(
            datetime(2026, 3, 29, 23, 30, tzinfo=UTC), date(2026, 4, 13), False, id="summer, too short"
        ),
        pytest.param(datetime(2026, 3, 29, 23, 30, tzinfo=UTC), date(2026, 4, 14), True, id="summer, exact"),
    ],
)
def test_days_of_notice_are_those_of_the_organisations_clocks(house, called, day, lawful):
    wall = datetime.combine(day, datetime.min.time()) + timedelta(hours=18)
    if lawful:
        meeting = house.plan(wall, now=called)
        assert meeting.starts_at == datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=17)
    else:
        with pytest.raises(Refusal, match="14 clear days"):
            house.plan(wall, now=called)


def test_an_hour_the_clocks_skip_is_refused_with_advice(house):
    with pytest.raises(Refusal, match="clocks go forward"):
        house.plan(datetime.fromisoformat("2027-03-28T01:30"))


def test_a_draft_that_waited_too_long_cannot_be_called_any_more(house):
    meeting = house.plan(house.wall(15))
    with pytest.raises(Refusal, match="7 December 2026"):
        house.deed(meetings.call_meeting, meeting, house.actor, house.now + timedelta(days=1))
    house.deed(meetings.call_meeting, meeting, house.actor, house.now)
    assert meeting.called_at == house.now


def test_every_member_entitled_has_notice_by_mail_or_by_post(house, make):
    post = make.member(house.organisation, "Without Mail", notices="post", postal_address="2 Toad Lane")
    gone = make.member(house.organisation, "Gone")
    make.event(gone, "resigned", make.today)
    late = make.member(house.organisation, "Tomorrow", since=make.today + timedelta(days=1))
    meeting = house.called()
    told = dict(db.session.execute(select(Notice.membership_id, Notice.way)).all())
    assert told.pop(post.id) == "post"
    assert set(told) == {
        member.id for member in [house.secretary, house.chair, house.returning, *house.members]
    }
    assert set(told.values()) == {"mail"}
    assert gone.id not in told
    assert late.id not in told
    assert db.session.scalar(select(func.count()).select_from(OutboxMail)) == 7
    assert meeting.notice_reasoning == (
        "Notice was given on 21 November 2026 to 8 members: 7 by mail, 1 by post. That leaves 19 clear days. "
        "Article 2 (version 1) asks for 14 clear days of notice."
    )


def test_whoever_reads_the_post_list_leaves_a_trace(house, make, deed):
    make.member(house.organisation, "Without Mail", notices="post", postal_address="2 Toad Lane")
    meeting = house.called()
    [member] = deed(meetings.post_list, meeting, house.actor, house.now)
    assert member.postal_address == "2 Toad Lane"
    assert db.session.scalar(select(AuditEvent.verb).order_by(AuditEvent.id.desc()).limit(1)).startswith(
        "addresses read"
    )
    with pytest.raises(Forbidden):
        deed(meetings.post_list, meeting, make.actor(house.members[0]), house.now)


def test_a_second_call_tells_nobody_twice(house):
    meeting = house.called()
    with pytest.raises(Refusal, match="went out"):
        house.deed(meetings.call_meeting, meeting, house.actor, house.now)
    assert db.session.scalar(select(func.count()).select_from(Notice)) == 7


def test_a_meeting_without_an_agenda_cannot_be_called(house):
    meeting = house.plan(items=())
    with pytest.raises(Refusal, match="at least one item"):
        house.deed(meetings.call_meeting, meeting, house.actor, house.now)


def test_the_agenda_is_ordered_with_buttons_and_fixed_by_the_notice(house, deed):
    meeting = house.plan(items=("One", "Two", "Three"))

    def order():
        return [(item.position, item.title) for item in meeting.agenda]

    deed(meetings.move_item, meeting, meeting.agenda[2], house.actor, house.now, up=True)
    assert order() == [(1, "One"), (2, "Three"), (3, "Two")]
    deed(meetings.move_item, meeting, meeting.agenda[0], house.actor, house.now, up=True)
    assert order() == [(1, "One"), (2, "Three"), (3, "Two")]
    deed(meetings.move_item, meeting, meeting.agenda[0], house.actor, house.now, up=False)
    assert order() == [(1, "Three"), (2, "One"), (3, "Two")]
    deed(meetings.remove_item, meeting, meeting.agenda[1], house.actor, house.now)
    deed(meetings.add_item, meeting, house.actor, house.now, title="Four")
    assert order() == [(1, "Three"), (2, "Two"), (3, "Four")]
    deed(meetings.call_meeting, meeting, house.actor, house.now)
    with pytest.raises(Refusal, match="members rely on both"):
        deed(meetings.add_item, meeting, house.actor, house.now, title="Late")


def test_only_the_secretary_or_the_chair_calls_a_meeting(house, make):
    with pytest.raises(Forbidden):
        house.plan(actor=make.actor(house.members[0]))
    assert house.plan(actor=make.actor(house.chair)).number == 1


def test_a_branch_secretary_calls_only_the_meetings_of_the_branch(house, make):
    branch = make.body(house.organisation, members=house.members[:2])
    clerk = make.officer(house.organisation, "secretary", "Branch Clerk", body=branch)
    with pytest.raises(Forbidden):
        house.plan(actor=make.actor(clerk))
    meeting = house.called(body=branch, actor=make.actor(clerk))
    told = set(db.session.scalars(select(Notice.membership_id).where(Notice.meeting_id == meeting.id)))
    assert told == {member.id for member in house.members[:2]}


def test_a_draft_is_seen_only_by_those_who_may_call_it(house, make):
    meeting = house.plan()
    assert meetings.find(house.organisation, 1, house.actor).id == meeting.id
    with pytest.raises(Missing):
        meetings.find(house.organisation, 1, make.actor(house.members[0]))
    assert meetings.listing(house.organisation, make.actor(house.members[0]), house.now).total == 0
    assert meetings.listing(house.organisation, house.actor, house.now).total == 1


def test_another_organisations_meeting_does_not_exist(house, make):
    house.called()
    other = make.organisation("orchard", "Orchard")
    with pytest.raises(Missing):
        meetings.find(other, 1, house.actor)


@pytest.mark.parametrize("words", ["mill", "toad lane"])
def test_meetings_are_found_by_their_words(house, words):
    house.called(title="Buying the mill")
    house.plan(title="Something else", wall=house.wall(30))
    titles = [
        row.title
        for row in meetings.listing(house.organisation, house.actor, house.now, words=words).meetings
    ]
    assert "Buying the mill" in titles
    assert meetings.listing(house.organisation, house.actor, house.now, words="100%").total == 0
    later = house.now + timedelta(days=25)
    assert meetings.listing(house.organisation, house.actor, later, when="past").total == 1
    assert meetings.listing(house.organisation, house.actor, later, when="coming").total == 1


def test_a_member_answers_and_changes_the_answer_until_the_meeting_begins(house, make, deed):
    meeting = house.called()
    member = make.actor(house.members[0])
    assert [row.id for row in meetings.awaiting(house.organisation, member.membership_id, house.now)] == [
        meeting.id
    ]
    deed(meetings.answer_invitation, meeting, member, house.now, answer="coming")
    deed(meetings.answer_invitation, meeting, member, house.now, answer="apologies")
    assert db.session.scalars(select(Answer.answer)).all() == ["apologies"]
    assert meetings.awaiting(house.organisation, member.membership_id, house.now) == []
    with pytest.raises(Refusal, match="until the meeting begins"):
        deed(meetings.answer_invitation, meeting, member, meeting.starts_at, answer="coming")


def test_a_meeting_called_off_tells_its_reason_and_takes_no_answers(house, make, deed):
    meeting = house.called()
    deed(meetings.cancel_meeting, meeting, house.actor, house.now, reason="The hall burnt down.")
    mails = select(func.count()).select_from(OutboxMail).where(OutboxMail.template == "meeting-cancelled")
    assert db.session.scalar(mails) == 7
    with pytest.raises(Refusal, match="called off"):
        deed(meetings.answer_invitation, meeting, make.actor(house.members[0]), house.now, answer="coming")
    with pytest.raises(Refusal, match="notice"):
        deed(meetings.open_meeting, meeting, house.actor, meeting.starts_at, at=meeting.starts_at)


@pytest.mark.parametrize(
    ("minutes", "opens"),
    [
        pytest.param(-1, False, id="a minute before the promised hour"),
        pytest.param(0, True, id="at the promised hour"),
        pytest.param(1, True, id="a minute after"),
    ],
)
def test_a_meeting_opens_no_earlier_than_promised(house, deed, minutes, opens):
    meeting = house.called()
    at = meeting.starts_at + timedelta(minutes=minutes)
    if opens:
        deed(meetings.open_meeting, meeting, house.actor, at, at=at)
        assert meeting.opened_at == at
    else:
        with pytest.raises(Refusal, match="later hour"):
            deed(meetings.open_meeting, meeting, house.actor, at, at=at)


def test_presence_follows_who_comes_and_leaves(house, deed):
    meeting, later = house.opened()
    start = meeting.starts_at
    first, second = house.members[:2]
    house.came(meeting, [first, second], start)
    row = next(row for row, member in meetings.attendances_of(meeting) if member.id == second.id)
    deed(meetings.record_departure, meeting, row, house.actor, later, at=start + timedelta(hours=1))
    house.came(meeting, [second], start + timedelta(minutes=90), way="online")
    assert meetings.present_members(meeting, start) == {first.id, second.id}
    assert meetings.present_members(meeting, start + timedelta(hours=1)) == {first.id}
    assert meetings.present_members(meeting, start + timedelta(minutes=90)) == {first.id, second.id}


def test_nobody_is_recorded_as_there_twice_at_once(house):
    meeting, _later = house.opened()
    house.came(meeting, [house.members[0]], meeting.starts_at)
    with pytest.raises(Refusal, match="Member 1 would be there twice"):
        house.came(meeting, [house.members[0]], meeting.starts_at + timedelta(hours=1))


def test_a_proxy_must_be_there_and_takes_the_represented_along_when_leaving(house, deed):
    meeting, later = house.opened()
    start = meeting.starts_at
    holder, absent = house.members[:2]
    with pytest.raises(Refusal, match="must be there"):
        house.came(meeting, [absent], start, way="by proxy", proxy=holder)
    house.came(meeting, [holder], start)
    house.came(meeting, [absent], start, way="by proxy", proxy=holder)
    with pytest.raises(Refusal, match="Say who stands"):
        house.came(meeting, [house.members[2]], start, way="by proxy")
    row = next(row for row, member in meetings.attendances_of(meeting) if member.id == holder.id)
    deed(meetings.record_departure, meeting, row, house.actor, later, at=start + timedelta(hours=1))
    assert meetings.present_members(meeting, start + timedelta(hours=1)) == frozenset()


@pytest.mark.parametrize(("before", "refused"), [(0, False), (1, False), (2, True)])
def test_a_member_stands_for_no_more_than_the_constitution_allows(house, before, refused):
    meeting, _later = house.opened()
    start, (holder, *others) = meeting.starts_at, house.members
    house.came(meeting, [holder], start)
    for absent in others[:before]:
        house.came(meeting, [absent], start, way="by proxy", proxy=holder)
    if not refused:
        house.came(meeting, [others[2]], start, way="by proxy", proxy=holder)
        return
    with pytest.raises(Refusal, match="would stand for more than may be") as told:
        house.came(meeting, [others[2]], start, way="by proxy", proxy=holder)
    assert "One member may stand for 2 others at most (article 5)." in str(told.value)


def test_three_at_once_are_refused_as_three_one_after_the_other(house):
    meeting, _later = house.opened()
    holder, *others = house.members
    house.came(meeting, [holder], meeting.starts_at)
    with pytest.raises(Refusal, match="would stand for more"):
        house.came(meeting, others, meeting.starts_at, way="by proxy", proxy=holder)
    assert len(meetings.attendances_of(meeting)) == 1


def test_who_left_leaves_room_for_another_by_the_same_proxy(house, deed):
    meeting, later = house.opened()
    start, (holder, *others) = meeting.starts_at, house.members
    house.came(meeting, [holder], start)
    house.came(meeting, others[:2], start, way="by proxy", proxy=holder)
    row = next(row for row, member in meetings.attendances_of(meeting) if member.id == others[0].id)
    half = start + timedelta(minutes=30)
    deed(meetings.record_departure, meeting, row, house.actor, later, at=half)
    with pytest.raises(Refusal, match="would stand for more"):
        house.came(meeting, [others[2]], half - timedelta(minutes=1), way="by proxy", proxy=holder)
    house.came(meeting, [others[2]], half, way="by proxy", proxy=holder)


def test_where_the_constitution_is_silent_on_proxies_none_are_recorded(make, deed, now):
    house = House(make, deed, now, text=RULES + LONDON)
    meeting, _later = house.opened()
    house.came(meeting, [house.members[0]], meeting.starts_at)
    with pytest.raises(Refusal, match=r"The constitution allows no proxies\."):
        house.came(meeting, [house.members[1]], meeting.starts_at, way="by proxy", proxy=house.members[0])


def test_only_members_of_the_body_attend_and_none_from_elsewhere(house, make):
    meeting, _later = house.opened()
    other = make.organisation("orchard", "Orchard")
    with pytest.raises(Refusal, match="no member of this body"):
        house.came(meeting, [make.member(other, "Stranger")], meeting.starts_at)


def test_a_mistaken_record_is_taken_back(house, deed):
    meeting, later = house.opened()
    house.came(meeting, [house.members[0]], meeting.starts_at)
    [(row, _member)] = meetings.attendances_of(meeting)
    deed(meetings.strike_attendance, meeting, row, house.actor, later)
    assert meetings.attendances_of(meeting) == []


def test_the_operator_calls_no_meeting(house):
    with pytest.raises(Forbidden):
        house.plan(actor=OPERATOR)
