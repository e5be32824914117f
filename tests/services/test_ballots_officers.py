"""Who runs an election: its officer, else the secretary, and never whoever stands in it; then whom the officers name."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from coop.access import Permission, may
from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.models.organisations import OfficeTerm
from coop.models.records import AuditEvent, OutboxMail
from coop.services import ballots, nominations, organisations
from tests.ballot_house import after
from tests.nomination_house import OVER


@pytest.fixture
def officers(coop, make):
    """The chair and the secretary of the co-op, as actors."""
    organisation = coop[0]
    return make.actor(make.officer(organisation, "chair", "Carla")), make.actor(
        make.officer(organisation, "secretary", "Sara")
    )


@pytest.fixture
def rivals(coop, call, stands):
    """The returning officer stands, against member 2."""
    stands(coop[1][0], coop[1][1])
    return call


def name(deed, thing, organisation, actor, when, number):
    return deed(ballots.name_officer, thing, organisation, actor, when, number=number)


DEEDS = (Permission.SET_UP_BALLOT, Permission.CERTIFY_BALLOT, Permission.SEE_ROLL)


def test_an_officer_who_stands_neither_draws_up_opens_voids_nor_certifies(
    coop, rivals, officers, make, deed, now
):
    organisation, members, officer = coop
    chair, _secretary = officers
    for refused in (
        lambda: deed(nominations.draw_up, rivals, organisation, officer, now + OVER),
        lambda: deed(nominations.call_off, rivals, organisation, officer, now, reason="I lose."),
    ):
        with pytest.raises(Forbidden):
            refused()
    name(deed, rivals, organisation, chair, now, members[3].number)
    named = make.actor(members[3])
    ballot = deed(nominations.draw_up, rivals, organisation, named, now + OVER)
    for refused in (
        lambda: deed(ballots.open_ballot, ballot, organisation, officer, now + OVER),
        lambda: deed(ballots.announce, ballot, organisation, officer, now, opens_at=now + 2 * OVER),
        lambda: deed(ballots.void, ballot, organisation, officer, "I lose.", now + OVER),
    ):
        with pytest.raises(Forbidden):
            refused()
    deed(ballots.open_ballot, ballot, organisation, named, now + OVER)
    deed(ballots.seal, ballot.id, after(ballot))
    with pytest.raises(Forbidden):
        deed(ballots.certify, ballot, organisation, officer, after(ballot))
    deed(ballots.certify, ballot, organisation, named, after(ballot))
    assert ballot.certified_by == make.actor(members[3]).label


def test_whoever_is_named_has_this_election_and_nothing_else(coop, rivals, officers, make, deed, now):
    organisation, members, officer = coop
    name(deed, rivals, organisation, officers[0], now, members[3].number)
    named, body = make.actor(members[3]), organisations.assembly_of(organisation)
    assert may(named, Permission.SET_UP_BALLOT, rivals)
    assert not may(named, Permission.SET_UP_BALLOT, body)
    assert may(officer, Permission.SET_UP_BALLOT, body)
    motion = deed(ballots.propose_motion, organisation, officer, now, title="A mill", text="We buy it.")
    assert [may(one, Permission.SET_UP_BALLOT, motion) for one in (named, officer)] == [False, True]


def test_the_naming_is_recorded_told_to_the_named_and_said_with_who_did_it(coop, rivals, officers, deed, now):
    organisation, members, _officer = coop
    assert ballots.officer_named(rivals) is None
    name(deed, rivals, organisation, officers[0], now, members[3].number)
    told = ballots.officer_named(rivals)
    assert (told.name, told.by, told.at) == (members[3].name, "Carla", now)
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.verb.like("named a%"))).one()
    assert (event.subject, event.facts) == (
        f"nominations {rivals.number}",
        f'{{"member":{members[3].number}}}',
    )
    mail = db.session.scalars(select(OutboxMail).where(OutboxMail.template == "named-officer")).one()
    assert mail.membership_id == members[3].id


def test_nobody_is_named_while_the_officer_can_run_it(coop, call, officers, stands, deed, now):
    organisation, members, _officer = coop
    stands(*members[1:3])
    with pytest.raises(Refusal, match="Rita runs this and does not stand in it"):
        name(deed, call, organisation, officers[0], now, members[3].number)


def test_who_cannot_be_named(coop, rivals, officers, deed, now):
    chair, _secretary = officers
    for number, says in (
        (coop[1][1].number, "stands in this election"),
        (chair.membership.number, "nobody names themselves"),
        (999, "no active member with the number 999"),
    ):
        with pytest.raises(Refusal, match=says):
            name(deed, rivals, coop[0], chair, now, number)


def test_only_officers_who_do_not_stand_name(coop, rivals, officers, make, deed, now):
    organisation, members, officer = coop
    for actor in (officer, make.actor(members[1]), make.actor(members[4])):
        with pytest.raises(Forbidden):
            name(deed, rivals, organisation, actor, now, members[3].number)
    name(deed, rivals, organisation, officers[1], now, members[3].number)


def test_where_the_named_leaves_another_is_named_and_the_latest_holds(
    coop, rivals, officers, make, deed, now
):
    organisation, members, _officer = coop
    name(deed, rivals, organisation, officers[0], now, members[3].number)
    with pytest.raises(Refusal, match="runs this"):
        name(deed, rivals, organisation, officers[0], now, members[4].number)
    make.event(members[3], "suspended", now.date())
    db.session.expire_all()
    name(deed, rivals, organisation, officers[0], now, members[4].number)
    assert may(make.actor(members[4]), Permission.SET_UP_BALLOT, rivals)
    assert not may(make.actor(members[3]), Permission.SET_UP_BALLOT, rivals)


def test_an_officer_sets_up_no_election_with_themselves_on_the_paper(coop, deed, now):
    organisation, members, officer = coop
    office = organisations.find_office(organisation, "treasurer")
    with pytest.raises(Refusal, match="You stand yourself"):
        deed(ballots.set_up_election, organisation, officer, now, office=office,
             candidates=[ballots.Candidate(one) for one in members[:2]])  # fmt: skip


def test_without_a_returning_officer_the_secretary_has_the_duty(context, coop, officers, make, now):
    organisation, members, _officer = coop
    body, secretary = organisations.assembly_of(organisation), officers[1].membership
    assert not any(may(make.actor(secretary), one, body) for one in DEEDS)
    with make.scope():
        term = db.session.scalars(select(OfficeTerm).where(OfficeTerm.membership_id == members[0].id)).one()
        term.ends_on = now.date() - timedelta(days=1)
    assert all(may(make.actor(secretary), one, body) for one in DEEDS)
    assert not any(may(officers[0], one, body) for one in DEEDS), "the chair has not"


def test_the_secretary_of_a_branch_has_the_duty_only_where_the_whole_has_no_officer(context, make):
    organisation = make.organisation()
    branch = make.body(organisation, "branch")
    secretary = make.officer(organisation, "secretary", "Bea", body=branch)
    assert may(make.actor(secretary), Permission.SET_UP_BALLOT, branch)
    assert not may(make.actor(secretary), Permission.SET_UP_BALLOT, organisations.assembly_of(organisation))
    make.officer(organisation, "returning_officer")
    assert not may(make.actor(secretary), Permission.SET_UP_BALLOT, branch)


def test_a_secretary_who_has_the_duty_and_stands_is_replaced_like_any_officer(
    coop, officers, call, make, deed, now
):
    organisation, members, _officer = coop
    chair, secretary = officers
    with make.scope():
        term = db.session.scalars(select(OfficeTerm).where(OfficeTerm.membership_id == members[0].id)).one()
        term.ends_on = now.date() - timedelta(days=1)
    acting = make.actor(secretary.membership)
    assert [one.id for one in ballots.who_runs(call, now.date())] == [secretary.membership_id]
    deed(nominations.stand, call, organisation, acting, now, statement="")
    assert ballots.who_runs(call, now.date()) == []
    assert not may(make.actor(secretary.membership), Permission.SET_UP_BALLOT, call)
    name(deed, call, organisation, chair, now, members[2].number)
    assert may(make.actor(members[2]), Permission.SET_UP_BALLOT, call)
