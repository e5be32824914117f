"""A member's own particulars: changed, taken along, erased."""

import json
from datetime import timedelta

import pytest

from coop.access import Actor
from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.models.accounts import Person, SignInAttempt, SignInToken
from coop.models.members import Application, Membership
from coop.models.records import AuditEvent, AuditParticulars
from coop.services import accounts, members, records
from coop.services.members import Particulars


@pytest.fixture
def house(make, context):
    return make.organisation()


@pytest.fixture
def secretary(make, house):
    return make.actor(make.officer(house, "secretary", "Ines Roy"))


@pytest.fixture
def ana(make, house, secretary):
    return make.member(house, "Ana Poe", email="ana@home.example")


def actor_of(make, membership):
    from dataclasses import replace

    return replace(make.actor(membership), person_id=membership.holders[0].person_id)


def wish(**changes):
    return Particulars(
        **(
            {"name": "Ana Poe", "email": "ana@home.example", "postal_address": "", "notices": "mail"}
            | changes
        )
    )


def test_a_member_changes_how_they_are_called_and_reached(make, ana, deed, now):
    deed(
        members.change_particulars,
        ana,
        wish(name="Ana  Lind", postal_address="Mill Lane 1"),
        actor_of(make, ana),
        now,
    )
    assert (ana.name, ana.postal_address, ana.holders[0].name) == ("Ana Lind", "Mill Lane 1", "Ana Lind")
    event = db.session.query(AuditEvent).filter_by(verb="changed particulars").one()
    assert json.loads(event.facts) == {"changed": ["name", "postal_address"]}


def test_what_is_not_changed_is_not_recorded(make, ana, deed, now):
    deed(members.change_particulars, ana, wish(), actor_of(make, ana), now)
    assert db.session.query(AuditEvent).filter_by(verb="changed particulars").count() == 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"notices": "post"}, "postal address"), ({"email": ""}, "e-mail address")],
)
def test_notices_need_somewhere_to_go(make, ana, deed, now, changes, sentence):
    with pytest.raises(Refusal, match=sentence):
        deed(members.change_particulars, ana, wish(**changes), actor_of(make, ana), now)


def test_the_secretary_corrects_particulars_and_other_members_do_not(make, house, ana, secretary, deed, now):
    deed(members.change_particulars, ana, wish(name="Ana Lind"), secretary, now)
    for other in (make.member(house), make.officer(house, "auditor")):
        with pytest.raises(Forbidden):
            deed(members.change_particulars, ana, wish(name="X"), make.actor(other), now)


def test_all_that_is_held_is_handed_out_and_no_secret(make, house, ana, secretary, deed, now):
    person_id = ana.holders[0].person_id
    deed(
        accounts.set_password,
        db.session.get(Person, person_id),
        "$argon2id$kept",
        Actor(person_id=person_id),
        now,
    )
    deed(members.look_at, ana, secretary, now)
    deed(members.change_particulars, ana, wish(name="Ana Lind"), actor_of(make, ana), now)
    held = members.held_about(ana, actor_of(make, ana))

    assert held["memberships"][0]["name"] == "Ana Lind"
    assert held["people"][0]["email"] == "ana@home.example"
    assert [event["kind"] for event in held["membership_events"]] == ["admitted"]
    assert [(one["who"], one["what"]) for one in held["deeds"]] == [
        ("member 1", "looked at particulars"),
        ("member 2", "changed particulars"),
    ]
    text = json.dumps(held)
    assert "$argon2id$kept" not in text
    assert "Ines Roy" not in text


def test_ones_own_votes_are_held_and_handed_out_and_nobody_elses(make, house, ana, deed, now, context):
    from coop.models.ballots import Ballot, RollEntry, Vote
    from coop.models.organisations import Body

    body = db.session.query(Body).filter_by(organisation_id=house.id, kind="assembly").one()
    other = make.member(house, "Bo Lind")

    def vote():
        ballot = Ballot(
            organisation_id=house.id, number=1, kind="motion", decision_class="ordinary", body_id=body.id,
            title="Buy a mill", secrecy="open", method="motion", opens_at=now, closes_at=now + timedelta(days=1), zone="UTC",
        )  # fmt: skip
        db.session.add(ballot)
        db.session.flush()
        entries = [
            RollEntry(
                ballot_id=ballot.id,
                membership_id=one.id,
                entitled=True,
                reason="A member.",
                voting_class="member",
                weight=1,
            )
            for one in (ana, other)
        ]
        db.session.add_all(entries)
        db.session.flush()
        ballot.rule, ballot.opened_at, ballot.announced_at = {}, now, now
        db.session.flush()
        for entry, choice in zip(entries, ("for", "against"), strict=True):
            db.session.add(Vote(ballot_id=ballot.id, roll_entry_id=entry.id, choice=choice, cast_at=now))

    deed(vote)
    held = members.held_about(ana, actor_of(make, ana))
    assert [vote["choice"] for vote in held["votes"]] == ["for"]


def test_what_is_held_of_another_organisation_stays_there(make, house, ana):
    person = db.session.get(Person, ana.holders[0].person_id)
    orchard = make.organisation(slug="orchard", name="Orchard")
    make.member(orchard, "Ana of the Orchard", person=person)
    held = members.held_about(ana, actor_of(make, ana))
    assert "Ana of the Orchard" not in json.dumps(held)


def test_every_table_that_points_to_a_member_is_in_the_export_or_withheld_by_name():
    from coop.extensions import Base
    from coop.services.members import particulars

    for table in Base.metadata.sorted_tables:
        pointing = particulars._pointing(table, "memberships.id") or particulars._pointing(table, "people.id")
        if pointing and table.name in particulars._WITHHELD_TABLES:
            assert table.name in {"sign_in_tokens", "audit_particulars"}


def test_nobody_takes_along_what_is_held_about_another(make, house, ana, secretary):
    with pytest.raises(Forbidden):
        members.held_about(ana, secretary)


def test_erasure_waits_until_it_is_asked_for_and_the_membership_has_ended(make, ana, secretary, deed, now):
    with pytest.raises(Refusal, match="has not asked"):
        deed(members.erase, ana, secretary, now)
    deed(members.ask_for_erasure, ana, actor_of(make, ana), now)
    with pytest.raises(Refusal, match="still a member"):
        deed(members.erase, ana, secretary, now)
    with pytest.raises(Refusal, match="asked for this already"):
        deed(members.ask_for_erasure, ana, actor_of(make, ana), now)


@pytest.fixture
def leaver(make, ana, deed, now):
    me = actor_of(make, ana)
    deed(members.change_particulars, ana, wish(name="Ana Lind", postal_address="Mill Lane 1"), me, now)
    deed(members.ask_for_erasure, ana, me, now)
    make.event(ana, "resigned", make.today - timedelta(days=1))
    db.session.expire_all()
    return ana


def test_erasure_takes_name_and_addresses_and_leaves_number_and_dates(house, leaver, secretary, deed, now):
    person_id = leaver.holders[0].person_id
    assert members.erasures_asked_for(house, secretary) == [leaver]
    deed(members.erase, leaver, secretary, now)

    assert (leaver.number, leaver.name, leaver.email, leaver.postal_address) == (
        2,
        "Erased (member 2)",
        "",
        "",
    )
    assert leaver.holders[0].name == "Erased (member 2)"
    assert [event.kind for event in leaver.events] == ["admitted", "resigned"]
    person = db.session.get(Person, person_id)
    assert (person.email, person.password_hash, person.session_version) == (None, None, 2)
    assert members.erasures_asked_for(house, secretary) == []
    with pytest.raises(Refusal, match="erased already"):
        deed(members.erase, leaver, secretary, now)


def test_the_chain_of_deeds_still_verifies_after_erasure(house, leaver, secretary, deed, now):
    deed(records.chain_events, house.id)
    assert db.session.query(AuditParticulars).count() == 1
    deed(members.erase, leaver, secretary, now)
    deed(records.chain_events, house.id)
    assert db.session.query(AuditParticulars).count() == 0
    assert records.verify_chain(house.id)["ok"]


def test_a_sign_in_that_another_organisation_needs_survives_erasure(make, leaver, secretary, deed, now):
    person = db.session.get(Person, leaver.holders[0].person_id)
    make.member(make.organisation(slug="orchard", name="Orchard"), person=person)
    deed(members.erase, leaver, secretary, now)
    assert person.email == "ana@home.example"


def test_the_application_is_erased_with_its_member(make, house, secretary, deed, now):
    from coop.services import constitution

    application = deed(
        members.apply, house, Actor(), now, name="Cleo", email="cleo@home.example", declarations=[],
        version_id=constitution.in_force(house, make.today).id,
    )  # fmt: skip
    membership = deed(members.admit, application, secretary, now)
    deed(members.ask_for_erasure, membership, actor_of(make, membership), now)
    deed(members.resign, membership, actor_of(make, membership), now)
    deed(members.erase, membership, secretary, now)
    assert (application.name, application.email) == ("Erased (member 2)", "")
    assert db.session.query(Application).count() == db.session.query(Membership).count() - 1 == 1


@pytest.fixture
def refused(house, secretary, deed, now):
    from coop.services import constitution

    application = deed(
        members.apply, house, Actor(), now, name="Cleo", email="cleo@home.example", declarations=[],
        version_id=constitution.in_force(house, house.day_of(now)).id,
    )  # fmt: skip
    deed(members.refuse, application, "Cleo is known to us.", secretary, now)
    return application


@pytest.mark.parametrize(("days", "kept"), [(364, True), (365, False), (366, False)])
def test_a_refused_application_is_kept_as_long_as_the_constitution_says(
    house, refused, deed, now, days, kept
):
    deed(members.forget_applications, house, 12, now + timedelta(days=days))
    person = db.session.get(Person, refused.person_id)
    if kept:
        assert (refused.name, person.email) == ("Cleo", "cleo@home.example")
    else:
        assert (refused.name, refused.email, refused.reason, person.email) == ("Erased", "", "", None)
        assert db.session.query(AuditParticulars).count() == 0


def test_what_is_old_is_forgotten_by_itself(refused, deed, now):
    from coop import background

    deed(accounts.mint, refused.person_id, "sign-in", now)
    deed(accounts.count_failure, accounts.tallies("k" * 32, "a@x.example", "10.0.0.1"), now)
    background.forget_what_is_old(now + timedelta(days=400))
    db.session.expire_all()
    assert refused.name == "Erased"
    assert db.session.query(SignInToken).count() == 0
    assert db.session.query(SignInAttempt).count() == 0


def test_a_waiting_application_is_never_forgotten(house, deed, now):
    from coop.services import constitution

    application = deed(
        members.apply, house, Actor(), now, name="Dora", email="dora@home.example", declarations=[],
        version_id=constitution.in_force(house, house.day_of(now)).id,
    )  # fmt: skip
    assert deed(members.forget_applications, house, 1, now + timedelta(days=9999)) == 0
    assert application.name == "Dora"


@pytest.mark.parametrize("office", ["treasurer", "auditor", "chair"])
def test_only_the_secretary_erases(make, house, leaver, deed, now, office):
    with pytest.raises(Forbidden):
        deed(members.erase, leaver, make.actor(make.officer(house, office)), now)
