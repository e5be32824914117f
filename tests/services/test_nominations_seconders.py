"""Where the constitution asks for seconders, a nomination without enough of them doesn't stand, and says why."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.models.records import AuditEvent
from coop.services import nominations, organisations
from tests.nomination_house import OVER, RULES

MOMENT = timedelta(seconds=1)
SECONDERS = '\n4. A nomination needs [two seconders]{provision="nomination.seconders" value="2"}.\n'


@pytest.fixture
def coop(make):
    """(organisation, eight members, the returning officer as an actor); nominations need two seconders."""
    organisation = make.organisation(text=RULES + SECONDERS)
    officer = make.officer(organisation, "returning_officer", "Rita")
    members = [officer, *(make.member(organisation, f"Member {n}") for n in range(2, 9))]
    return organisation, members, make.actor(officer)


@pytest.fixture
def second(coop, call, make, deed, now):
    def build(number, *seconders, at=None):
        nomination = nominations.nomination_of(call, number)
        for member in seconders:
            deed(nominations.second, nomination, coop[0], make.actor(member), at or now)
        return nomination

    return build


@pytest.mark.parametrize(("seconders", "standing"), [(1, False), (2, True), (3, True)])
def test_whoever_has_enough_seconders_stands_and_nobody_else(
    coop, call, stands, second, deed, now, seconders, standing
):
    organisation, members, officer = coop
    stands(members[1], members[2])
    second(2, *members[3 : 3 + seconders])
    second(3, *members[3:5])
    ballot = deed(nominations.draw_up, call, organisation, officer, now + OVER)
    names = [option.name for option in ballot.options if option.membership_id]
    assert names == (["Member 2", "Member 3"] if standing else ["Member 3"])
    if not standing:
        left_out = nominations.nomination_of(call, 2)
        assert left_out.state == "refused"
        assert left_out.reason == "Seconded by 1, and 2 members must second (article 4)."


def test_the_number_and_its_article_are_frozen_with_the_call(call):
    assert (call.rule["seconders"], call.rule["seconders_article"]) == (2, "4")
    assert call.rule["articles"] == ["2", "3", "4"]


def test_a_seconder_is_counted_once_and_it_is_recorded_without_a_word_of_why(coop, call, stands, second, now):
    _organisation, members, _officer = coop
    stands(members[1])
    nomination = second(2, members[3], members[3])
    assert [one.membership_id for one in nomination.secondings] == [members[3].id]
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.verb == "seconded")).all()
    assert len(events) == 1
    assert events[0].facts == '{"member":2}'


def test_neither_the_candidate_nor_who_named_them_seconds(coop, call, make, second, deed, now):
    organisation, members, officer = coop
    deed(nominations.nominate, call, organisation, officer, now, number=2)
    deed(nominations.stand, call, organisation, make.actor(members[1]), now, statement="")
    for one in members[:2]:
        with pytest.raises(Refusal, match="others must second it"):
            second(2, one)


def test_nobody_seconds_whom_they_were_not_told_of(coop, call, second, deed, now):
    organisation, members, officer = coop
    deed(nominations.nominate, call, organisation, officer, now, number=2)
    with pytest.raises(Refusal, match="Only a candidate who stands"):
        second(2, members[4])


@pytest.mark.parametrize(("moment", "in_time"), [(-MOMENT, True), (timedelta(0), False), (MOMENT, False)])
def test_seconding_ends_with_the_time_to_accept(coop, call, stands, second, moment, in_time):
    _organisation, members, _officer = coop
    stands(members[1])
    at = call.answers_until + moment
    if in_time:
        second(2, members[3], at=at)
    else:
        with pytest.raises(Refusal, match="The time to second is over"):
            second(2, members[3], at=at)


def test_only_members_in_good_standing_second(coop, call, stands, make, deed, now):
    organisation, members, _officer = coop
    stands(members[1])
    make.event(members[4], "suspended", now.date())
    nomination = nominations.nomination_of(call, 2)
    with pytest.raises(Forbidden):
        deed(nominations.second, nomination, organisation, make.actor(members[4]), now)


def test_without_an_article_nobody_needs_seconders(make, deed, now):
    organisation = make.organisation(text=RULES)
    officer = make.actor(make.officer(organisation, "returning_officer"))
    ada, ben = make.member(organisation, "Ada"), make.member(organisation, "Ben")
    office, body = (
        organisations.find_office(organisation, "treasurer"),
        organisations.assembly_of(organisation),
    )
    call = deed(nominations.call_nominations, organisation, officer, now, office=office, body=body, seats=1)
    deed(nominations.stand, call, organisation, make.actor(ada), now, statement="")
    nomination = nominations.nomination_of(call, ada.number)
    assert nominations.unseconded(call, nomination) == ""
    with pytest.raises(Refusal, match="need no seconders"):
        deed(nominations.second, nomination, organisation, make.actor(ben), now)
