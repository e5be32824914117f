from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from coop.access import OPERATOR, PROGRAM
from coop.errors import Forbidden, Missing, Refusal
from coop.extensions import db
from coop.models.organisations import Office, OfficeTerm
from coop.models.records import AuditEvent, OutboxMail
from coop.services import organisations
from coop.transaction import writing

BECAUSE = "the secretary died and the board is empty"


def found(deed, now, slug="mill", name="The Mill"):
    return deed(organisations.found_organisation, slug, name, actor=OPERATOR, now=now)


def test_an_organisation_begins_with_its_general_assembly(deed, now):
    mill = found(deed, now)
    assert [(body.kind, body.slug) for body in organisations.bodies_of(mill)] == [("assembly", "assembly")]
    assert organisations.any_exists()
    assert organisations.find_organisation("mill") is mill


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("mill", " "),
        ("", "Mill"),
        ("The Mill", "Mill"),
        ("-mill", "Mill"),
        ("sign-in", "Mill"),
        ("m" * 41, "Mill"),
    ],
)
def test_an_organisation_needs_a_name_and_an_address_of_its_own(deed, now, slug, name):
    with pytest.raises(Refusal):
        found(deed, now, slug, name)


def test_an_address_is_given_once(deed, now):
    found(deed, now)
    with pytest.raises(Refusal, match="taken"):
        found(deed, now)


def test_only_the_operator_founds(deed, make, now):
    member = make.member(make.organisation())
    with pytest.raises(Forbidden):
        deed(organisations.found_organisation, "mill", "Mill", actor=make.actor(member), now=now)


def test_a_body_and_an_office_have_one_name_each(deed, make, now):
    coop = make.organisation()
    board = deed(organisations.add_body, coop, "board", "board", "Board", actor=OPERATOR, now=now)
    with pytest.raises(Refusal, match="already"):
        deed(organisations.add_body, coop, "board", "board", "Board", actor=OPERATOR, now=now)
    deed(organisations.add_office, board, "chair", "Chair", actor=OPERATOR, now=now)
    with pytest.raises(Refusal, match="already"):
        deed(organisations.add_office, board, "chair", "Chair", actor=OPERATOR, now=now)


def test_a_member_cannot_form_bodies(deed, make, now):
    coop = make.organisation()
    make.officer(coop, "secretary")
    member = make.actor(make.member(coop))
    with pytest.raises(Forbidden):
        deed(organisations.add_body, coop, "board", "board", "Board", actor=member, now=now)


def appoint(deed, make, now, office, membership, *, days=30, because=BECAUSE, actor=OPERATOR, tell=()):
    until = make.today + timedelta(days=days)
    return deed(
        organisations.appoint_in_emergency,
        office,
        membership,
        until,
        because,
        tell=tell,
        actor=actor,
        now=now,
    )


def test_nobody_holds_an_office_without_a_decision(deed, make, now):
    coop = make.organisation()
    member = make.member(coop)
    office = organisations.find_office(coop, "secretary")
    with pytest.raises(Refusal, match="without a decision"):
        deed(
            organisations.begin_term,
            office,
            member,
            make.today,
            None,
            decision_id=None,
            actor=PROGRAM,
            now=now,
        )


def test_an_emergency_appointment_is_told_to_every_member_with_its_reason_in_the_record(deed, make, now):
    coop = make.organisation()
    members = make.members(coop, 3)
    office = organisations.find_office(coop, "secretary")
    appoint(deed, make, now, office, members[0], tell=[m.id for m in members])
    assert [h.id for h in organisations.holders_of(office, make.today)] == [members[0].id]
    assert organisations.holders_of(office, make.today + timedelta(days=30))
    assert not organisations.holders_of(office, make.today + timedelta(days=31))
    told = db.session.scalars(select(OutboxMail).where(OutboxMail.template == "emergency-appointment")).all()
    assert {mail.membership_id for mail in told} == {m.id for m in members}
    event = db.session.scalar(select(AuditEvent).where(AuditEvent.verb == "began a term of office"))
    assert event.actor == "operator"
    assert BECAUSE in event.facts


@pytest.mark.parametrize(("days", "allowed"), [(-1, False), (0, True), (180, True), (181, False)])
def test_an_emergency_lasts_half_a_year_at_most(deed, make, now, days, allowed):
    coop = make.organisation()
    office, member = organisations.find_office(coop, "chair"), make.member(coop)
    if allowed:
        assert appoint(deed, make, now, office, member, days=days)
    else:
        with pytest.raises(Refusal, match="ends between"):
            appoint(deed, make, now, office, member, days=days)


def test_only_the_operator_appoints_in_an_emergency_and_says_why(deed, make, now):
    coop = make.organisation()
    office, secretary = organisations.find_office(coop, "chair"), make.officer(coop, "secretary")
    for actor, because in ((make.actor(secretary), BECAUSE), (OPERATOR, "  ")):
        with pytest.raises(Refusal):
            appoint(deed, make, now, office, secretary, actor=actor, because=because)


def test_an_office_that_is_held_is_not_given_again(deed, make, now):
    coop = make.organisation()
    make.officer(coop, "secretary", "Rosa")
    office = organisations.find_office(coop, "secretary")
    with pytest.raises(Refusal, match="Rosa holds it until further notice"):
        appoint(deed, make, now, office, make.member(coop))


def test_an_office_of_another_organisation_is_out_of_reach(deed, make, now):
    coop, orchard = make.organisation(), make.organisation("orchard", "Orchard")
    office = organisations.find_office(coop, "chair")
    with pytest.raises(Missing):
        appoint(deed, make, now, office, make.member(orchard))
    with pytest.raises(Missing):
        organisations.find_body(orchard, "board")


def test_the_database_refuses_a_second_holder_of_one_seat(make, context):
    coop = make.organisation()
    holder, other = make.officer(coop, "secretary"), make.member(coop)
    office = organisations.find_office(coop, "secretary")
    with pytest.raises(IntegrityError, match="no free seat"), writing():
        db.session.add(
            OfficeTerm(
                office_id=office.id,
                membership_id=other.id,
                starts_on=make.today,
                because="by hand",
                recorded_at=make.now,
            )
        )
    assert [who.id for who in organisations.holders_of(office, make.today)] == [holder.id]


def test_a_term_ends_on_its_last_day_and_the_next_begins_the_day_after(deed, make, now):
    coop = make.organisation()
    make.officer(coop, "secretary")
    office = organisations.find_office(coop, "secretary")
    term = db.session.scalar(select(OfficeTerm).where(OfficeTerm.office_id == office.id))
    deed(organisations.end_term, term, make.today - timedelta(days=1), actor=OPERATOR, now=now)
    successor = make.member(coop)
    appoint(deed, make, now, office, successor)
    held = {h.office.kind: h.holder and h.holder.id for h in organisations.holders_on(coop, make.today)}
    assert held["secretary"] == successor.id
    assert held["treasurer"] is None
    assert [h.term.id for h in organisations.past_terms(coop, make.today)] == [term.id]
    with pytest.raises(Refusal, match="isn't made longer"):
        deed(organisations.end_term, term, make.today, actor=OPERATOR, now=now)


def test_a_setting_is_changed_by_the_secretary_and_written_down(deed, make, now):
    coop = make.organisation()
    secretary, member = make.actor(make.officer(coop, "secretary")), make.actor(make.member(coop))
    change = {"name": "New Lane", "summary": "We bake.", "contact": "hello@lane.example", "now": now}
    with pytest.raises(Forbidden):
        deed(organisations.change_settings, coop, actor=member, **change)
    deed(organisations.change_settings, coop, actor=secretary, **change)
    assert (coop.name, coop.summary) == ("New Lane", "We bake.")
    event = db.session.scalar(select(AuditEvent).where(AuditEvent.verb == "changed the settings"))
    assert event.facts == '{"changed":["contact","name","summary"]}'


def test_a_branch_counts_who_sits_in_it_today(deed, make, now):
    coop = make.organisation()
    one, two = make.members(coop, 2)
    branch = make.body(coop, members=[one])
    deed(organisations.join_body, branch, two, make.today + timedelta(days=1), actor=OPERATOR, now=now)
    assert organisations.sizes_of(coop, [branch], make.today) == {branch.id: 1}
    assert organisations.sizes_of(coop, [branch], make.today + timedelta(days=1)) == {branch.id: 2}
    with pytest.raises(Refusal, match="Every member"):
        deed(
            organisations.join_body,
            organisations.assembly_of(coop),
            one,
            make.today,
            actor=OPERATOR,
            now=now,
        )


def test_every_office_of_an_organisation_is_listed(make, context):
    coop = make.organisation()
    kinds = {office.kind for office in organisations.offices_of(coop)}
    assert kinds == set(db.session.scalars(select(Office.kind)))
