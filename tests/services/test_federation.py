"""A federation: the child reports its number, the parent weighs it, the child's delegate votes; no register leaves."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from coop.access import actor_for
from coop.errors import Forbidden, Missing, Refusal
from coop.extensions import db
from coop.models.accounts import Person
from coop.models.ballots import RollEntry
from coop.models.members import SizeReport
from coop.models.records import AuditEvent
from coop.services import ballots, mandates


@pytest.fixture
def joined(mandate_house, deed, now):
    mandate_house.federate(deed, now)
    return mandate_house


def send(house, deed, now, **more):
    fields = {"title": "Dora Finch votes in the League", "parent": house.there, **more}
    return house.send(deed, now, **fields)


def in_league(house, member, day):
    person = db.session.get(Person, member.holders[0].person_id)
    return actor_for(person, house.there, day)


def opened(house, deed, now):
    rita = house.actor(house.league_officer)
    ballot = deed(ballots.propose_motion, house.there, rita, now, title="A mill", text="We buy one.")
    deed(ballots.open_ballot, ballot, house.there, rita, now)
    return ballot


def entry_of(house, ballot):
    where = (RollEntry.ballot_id == ballot.id, RollEntry.membership_id == house.seat.id)
    return db.session.scalars(select(RollEntry).where(*where)).one()


def test_an_organisation_joins_by_its_own_decision_that_names_the_federation(mandate_house, deed, now):
    ines = mandate_house.actor(mandate_house.secretary)
    other = mandate_house.decided("We buy bees")
    with pytest.raises(Refusal, match="does not name League of Co-operatives"):
        deed(mandates.join, mandate_house.here, ines, now, parent=mandate_house.there, decision=other)
    theirs = mandate_house.decided("League of Co-operatives", organisation=mandate_house.league)
    with pytest.raises(Missing):
        deed(mandates.join, mandate_house.here, ines, now, parent=mandate_house.there, decision=theirs)
    with pytest.raises(Refusal, match="not recognised"):
        mandate_house.report_size(deed, now, 240)
    mandate_house.federate(deed, now)
    assert mandate_house.here.parent_id == mandate_house.league.id


def test_no_federation_belongs_to_one_of_its_members(joined, make, deed, now):
    lea = joined.actor(joined.league_secretary)
    decision = joined.decided("We join Toad Lane Pioneers", organisation=joined.league)
    with pytest.raises(Refusal, match="one of its members"):
        deed(mandates.join, joined.there, lea, now, parent=joined.here, decision=decision)


@pytest.mark.parametrize(("size", "votes"), [(99, 1), (100, 2), (101, 2), (199, 2), (200, 3)])
def test_the_parent_computes_the_votes_of_a_report_by_its_constitution(joined, deed, now, size, votes):
    joined.report_size(deed, now, size)
    entry = entry_of(joined, opened(joined, deed, now))
    assert entry.weight == votes
    assert entry.reason.endswith(f"of its {size} members (article 5). By its report for 21 November 2026.")


def test_a_roll_goes_by_the_latest_report_for_a_day_not_after_it(joined, deed, now):
    joined.report_size(deed, now, 300, days_ago=40)
    joined.report_size(deed, now, 240, days_ago=10)
    joined.report_size(deed, now, 900, days_ago=50)  # told late, of an earlier day
    assert entry_of(joined, opened(joined, deed, now)).weight == 3
    rule = ballots.lawful(joined.there, "ordinary", ballots_body(joined), now, None).frozen
    drawn = {
        days: next(
            one.weight
            for one in ballots.draw_roll(
                joined.there, ballots_body(joined), now.date() - timedelta(days=days), rule
            )
            if one.membership_id == joined.seat.id
        )
        for days in (9, 10, 11, 40, 41)
    }
    assert drawn == {9: 3, 10: 3, 11: 4, 40: 4, 41: 10}


def ballots_body(house):
    from coop.services.organisations import assembly_of

    return assembly_of(house.there)


def test_a_roll_that_stands_keeps_its_weight_when_a_later_report_comes(joined, deed, now):
    joined.report_size(deed, now, 240)
    ballot = opened(joined, deed, now)
    joined.report_size(deed, now, 2)
    assert entry_of(joined, ballot).weight == 3
    assert db.session.scalars(select(SizeReport.size).order_by(SizeReport.id)).all() == [240, 2]


def test_the_delegate_signs_in_as_a_person_and_votes_with_the_weight_of_the_child(joined, deed, now):
    joined.report_size(deed, now, 240)
    send(joined, deed, now)
    ballot = opened(joined, deed, now)
    dora = in_league(joined, joined.dora, now.date())
    assert (dora.membership_id, dora.status) == (joined.seat.id, "active")
    deed(ballots.cast_vote, ballot, dora, "for", now)
    decision = deed(ballots.seal, ballot.id, ballot.closes_at + ballots.GRACE)
    assert decision.result["for"] == 3


@pytest.mark.parametrize(("days", "acts"), [(-1, False), (0, True), (9, True), (10, False)])
def test_the_delegate_acts_from_the_first_to_the_last_day(joined, deed, now, days, acts):
    starts_on, ends_on = date(2026, 11, 1), date(2026, 11, 10)
    send(joined, deed, now, starts_on=starts_on, ends_on=ends_on)
    actor = in_league(joined, joined.dora, starts_on + timedelta(days=days))
    assert (actor.membership_id == joined.seat.id) is acts


def test_only_the_delegate_acts_for_a_recognised_member_organisation(joined, make, deed, now):
    holder = joined.seat.holders[0].person_id
    assert actor_for(db.session.get(Person, holder), joined.there, now.date()).membership_id is None
    send(joined, deed, now)
    assert in_league(joined, joined.amina, now.date()).membership_id is None
    make.event(joined.dora, "resigned", now.date())
    db.session.expire_all()
    assert in_league(joined, joined.dora, now.date()).membership_id is None


def test_another_delegate_takes_over_by_the_decision_that_names_them(joined, deed, now):
    first = send(joined, deed, now)
    day = now.date()
    send(joined, deed, now, delegate=joined.amina, title="Amina Holt votes in the League", starts_on=day)
    assert first.ends_on == day - timedelta(days=1)
    assert in_league(joined, joined.amina, day).membership_id == joined.seat.id
    assert in_league(joined, joined.dora, day).membership_id is None
    with pytest.raises(Refusal, match="Call them back first"):
        send(joined, deed, now, starts_on=day)


@pytest.mark.parametrize(("size", "told"), [(4, False), (5, True)])
def test_a_parent_sees_numbers_and_none_under_five(joined, make, deed, now, size, told):
    joined.report_size(deed, now, size)
    send(joined, deed, now)
    reader = make.actor(make.member(joined.league, "Reader"))
    (child,) = mandates.children_of(joined.there, reader, now)
    assert (child.told, child.mandate.delegate.name, child.votes) == (told, "Dora Finch", "1 vote")
    lea = joined.actor(joined.league_secretary)
    assert mandates.children_of(joined.there, lea, now)[0].told
    facts = db.session.scalars(
        select(AuditEvent.facts).where(
            AuditEvent.organisation_id == joined.league.id, AuditEvent.verb == "reported its size"
        )
    ).one()
    assert ('"size"' in facts) is told
    with pytest.raises(Forbidden):
        mandates.children_of(joined.there, joined.actor(joined.amina), now)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"size": -1}, "from 0 to"),
        ({"source": " "}, "where the number comes from"),
        ({"days": 1}, "not come yet"),
    ],
)
def test_a_report_that_cannot_be_is_refused(joined, deed, now, change, says):
    change = dict(change)
    counted_on = now.date() + timedelta(days=change.pop("days", 0))
    fields = {"size": 10, "counted_on": counted_on, "source": "Register", **change}
    with pytest.raises(Refusal, match=says):
        deed(mandates.report_size, joined.here, joined.actor(joined.secretary), now, **fields)
