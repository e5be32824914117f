"""Who may do what."""

import pytest

from coop.access import GRANTS, OPERATOR, Permission, authorize, may
from coop.errors import Forbidden
from coop.predicates import Door


def test_every_permission_has_a_row():
    assert set(GRANTS) == set(Permission)


def test_a_member_may_vote_but_not_admit(make, context):
    organisation = make.organisation(text=None)
    make.officer(organisation, "secretary")
    actor = make.actor(make.member(organisation))
    assert may(actor, Permission.VOTE, organisation)
    assert not may(actor, Permission.ADMIT_MEMBER, organisation)


def test_an_office_opens_its_own_doors_only(make, context):
    organisation = make.organisation(text=None)
    secretary = make.actor(make.officer(organisation, "secretary"))
    assert may(secretary, Permission.ADMIT_MEMBER, organisation)
    assert not may(secretary, Permission.CHARGE_DUES, organisation)


def test_the_secretary_of_a_branch_sees_the_members_of_the_branch_only(make, context):
    organisation = make.organisation(text=None)
    inside, outside = make.members(organisation, 2)
    branch = make.body(organisation, "branch", members=[inside])
    actor = make.actor(make.officer(organisation, "secretary", body=branch))
    assert may(actor, Permission.SEE_MEMBER, inside)
    assert not may(actor, Permission.SEE_MEMBER, outside)
    assert not may(actor, Permission.SEE_REGISTER, organisation)
    assert may(actor, Permission.SEE_REGISTER, Door(organisation))
    assert may(actor, Permission.SEE_REGISTER, branch)


def test_nothing_of_another_organisation_is_ever_allowed(make, context):
    pioneers = make.organisation(text=None)
    orchard = make.organisation("orchard", "Orchard", text=None)
    secretary = make.actor(make.officer(pioneers, "secretary"))
    stranger = make.member(orchard)
    for permission in Permission:
        if permission is not Permission.SIGNED_IN:
            assert not may(secretary, permission, orchard), permission
            assert not may(secretary, permission, stranger), permission


def test_whoever_left_has_no_office_left(make, context):
    organisation = make.organisation(text=None)
    make.officer(organisation, "chair")
    membership = make.officer(organisation, "secretary")
    make.event(membership, "resigned", make.today)
    actor = make.actor(membership)
    assert not may(actor, Permission.ADMIT_MEMBER, organisation)
    assert not may(actor, Permission.SEE_MEMBER_PAGES, organisation)


def test_a_suspended_member_sees_but_holds_no_office(make, context):
    organisation = make.organisation(text=None)
    make.officer(organisation, "chair")
    membership = make.officer(organisation, "secretary")
    make.event(membership, "suspended", make.today)
    actor = make.actor(membership)
    assert may(actor, Permission.SEE_MEMBER_PAGES, organisation)
    assert not may(actor, Permission.ADMIT_MEMBER, organisation)


def test_founders_act_jointly_until_the_first_office_is_held(make, context):
    organisation = make.organisation(text=None)
    founder = make.member(organisation)
    assert may(make.actor(founder), Permission.SET_UP_BALLOT, organisation)
    make.officer(organisation, "secretary")
    assert not may(make.actor(founder), Permission.SET_UP_BALLOT, organisation)


def test_the_operator_sees_no_vote_and_no_books(make, context):
    organisation = make.organisation(text=None)
    for permission in (
        Permission.VOTE,
        Permission.SEE_ROLL,
        Permission.SEE_BOOKS,
        Permission.SEE_AUDIT_PARTICULARS,
    ):
        with pytest.raises(Forbidden):
            authorize(OPERATOR, permission, organisation)
