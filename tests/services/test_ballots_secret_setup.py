"""Secret ballots before they open: who chooses secrecy, what keys are made, which rolls are fit."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.gateways import blind_signatures as signatures
from coop.models.ballots import Ballot, Sealing, SigningKey
from coop.models.records import AuditEvent, OutboxMail
from coop.services import ballots, organisations
from coop.services.ballots import secret
from coop.services.ballots.roll import Entry
from coop.services.ballots.transcript import opening_record
from tests.ballot_house import RULES
from tests.secret_house import KEY, SECRET_RULES, keys_for

PRIVATE_RULES = (
    f'{RULES}\n\n5. Motions are voted on [in private]{{provision="ballot.secrecy" value="private"}}.'
)
PEOPLE_IN_SECRET = (
    f'{RULES}\n\n5. People are elected [in secret]{{provision="election.secrecy" value="secret"}}.'
)
MINIMUM = (
    f'{SECRET_RULES}\n6. A secret ballot needs [six voters]{{provision="ballot.secret.minimum" value="6"}}.'
)


def facts(ballot, verb):
    event = db.session.scalars(
        select(AuditEvent).where(AuditEvent.subject == f"ballot {ballot.number}", AuditEvent.verb == verb)
    ).one()
    return json.loads(event.facts)


@pytest.fixture
def draft(deed, now):
    def build(organisation, officer, **fields):
        fields = {"title": "Buy a mill", "text": "The co-op buys the mill.", **fields}
        return deed(ballots.propose_motion, organisation, officer, now, **fields)

    return build


@pytest.fixture
def drafted_election(deed, now):
    def build(organisation, officer, members, **fields):
        office = organisations.find_office(organisation, "treasurer")
        candidates = [ballots.Candidate(member) for member in members[1:3]]
        return deed(
            ballots.set_up_election,
            organisation,
            officer,
            now,
            office=office,
            candidates=candidates,
            **fields,
        )

    return build


@pytest.mark.parametrize(
    ("rules", "chosen", "gets"),
    [
        (RULES, "", "open"),
        (RULES, "open", "open"),
        (RULES, "private", "private"),
        (RULES, "secret", "secret"),
        (PRIVATE_RULES, "", "private"),
        (PRIVATE_RULES, "open", None),
        (PRIVATE_RULES, "secret", "secret"),
        (SECRET_RULES, "", "secret"),
        (SECRET_RULES, "private", None),
        (SECRET_RULES, "open", None),
        (RULES, "top secret", None),
    ],
)
def test_a_motion_is_as_secret_as_the_constitution_says_or_more(coop_of, draft, rules, chosen, gets):
    organisation, _members, officer = coop_of(2, rules=rules)
    if gets is None:
        with pytest.raises(Refusal):
            draft(organisation, officer, secrecy=chosen)
    else:
        ballot = draft(organisation, officer, secrecy=chosen)
        assert ballot.secrecy == gets == facts(ballot, "drafted")["secrecy"]


@pytest.mark.parametrize(
    ("rules", "chosen", "gets"),
    [
        (RULES, "", "private"),
        (RULES, "secret", "secret"),
        (RULES, "open", None),
        (PEOPLE_IN_SECRET, "", "secret"),
        (PEOPLE_IN_SECRET, "private", None),
    ],
)
def test_people_are_never_elected_openly(coop_of, drafted_election, rules, chosen, gets):
    organisation, members, officer = coop_of(4, rules=rules)
    if gets is None:
        with pytest.raises(Refusal, match="more secrecy"):
            drafted_election(organisation, officer, members, secrecy=chosen)
    else:
        assert drafted_election(organisation, officer, members, secrecy=chosen).secrecy == gets


def test_the_secrecy_of_a_draft_is_changed_and_after_the_announcement_by_nobody(coop_of, draft, deed, now):
    organisation, _members, officer = coop_of(12)
    ballot = draft(organisation, officer)
    deed(ballots.change_secrecy, ballot, organisation, officer, now, "secret")
    assert (ballot.secrecy, facts(ballot, "chose the secrecy of")) == ("secret", {"secrecy": "secret"})
    later = {"opens_at": now + timedelta(days=1), "keys": keys_for(ballot, organisation)}
    deed(ballots.announce, ballot, organisation, officer, now, **later)
    for secrecy in ("open", "private", "secret"):
        with pytest.raises(Refusal, match="its secrecy stands"):
            deed(ballots.change_secrecy, ballot, organisation, officer, now, secrecy)
    assert db.session.get(Ballot, ballot.id).secrecy == "secret"


def test_only_the_returning_officer_chooses(coop_of, draft, deed, make, now):
    organisation, members, officer = coop_of(3)
    ballot = draft(organisation, officer)
    with pytest.raises(Forbidden):
        deed(ballots.change_secrecy, ballot, organisation, make.actor(members[1]), now, "secret")
    with pytest.raises(Forbidden):
        secret.prepare_keys(ballot, organisation, make.actor(members[1]), now, KEY)


def test_a_draft_older_than_the_rule_becomes_as_secret_as_the_rule(coop_of, draft, deed, make, now):
    organisation, _members, officer = coop_of(12, rules=PRIVATE_RULES)
    ballot = draft(organisation, officer)
    with make.scope():
        ballot.secrecy = "open"  # as it was drafted under the rules before
    deed(ballots.open_ballot, ballot, organisation, officer, now)
    assert ballot.secrecy == "private"


# Keys


def test_the_announcement_makes_a_key_for_each_class_and_one_for_receipts(coop_of, draft, make, deed, now):
    organisation, _members, officer = coop_of(10, rules=SECRET_RULES)
    for _ in range(10):
        make.member(organisation, voting_class="founder")
    ballot = draft(organisation, officer)
    keys = secret.prepare_keys(ballot, organisation, officer, now, KEY)
    assert db.session.scalar(select(func.count(SigningKey.id))) == 0  # nothing is written by preparing
    deed(ballots.announce, ballot, organisation, officer, now, opens_at=now + timedelta(days=1), keys=keys)

    class_keys, receipt_key = secret.public_keys(ballot)
    assert class_keys.keys() == {"founder", "member"}
    assert {signatures.class_key_numbers(jwk)[0].bit_length() for jwk in class_keys.values()} == {3072}
    assert (receipt_key["kty"], receipt_key["crv"]) == ("EC", "P-256")
    assert len({jwk["n"] for jwk in class_keys.values()}) == 2
    assert facts(ballot, "announced")["keys"] == secret.fingerprint_of(ballot)
    for row in db.session.scalars(select(SigningKey)):
        here = secret.ballot_id(ballot, organisation)
        assert signatures.open_key(KEY, row.private_sealed, here, row.purpose)
        with pytest.raises(signatures.KeyUnreadable):
            signatures.open_key("another" * 8, row.private_sealed, here, row.purpose)


def test_what_is_not_secret_needs_no_keys_and_what_is_needs_them(coop_of, draft, deed, now):
    organisation, _members, officer = coop_of(12)
    motion = draft(organisation, officer)
    assert secret.prepare_keys(motion, organisation, officer, now, KEY) == ()
    deed(ballots.open_ballot, motion, organisation, officer, now)
    assert secret.public_keys(motion) == ({}, None)
    assert secret.fingerprint_of(motion) == ""
    ballot = draft(organisation, officer, secrecy="secret")
    with pytest.raises(Refusal, match="its keys are missing"):
        deed(ballots.open_ballot, ballot, organisation, officer, now)


def test_an_announced_ballot_keeps_its_keys_when_it_opens(coop_of, draft, deed, now):
    organisation, _members, officer = coop_of(12)
    ballot = draft(organisation, officer, secrecy="secret")
    later = {"opens_at": now + timedelta(days=1), "keys": keys_for(ballot, organisation)}
    deed(ballots.announce, ballot, organisation, officer, now, **later)
    before = secret.public_keys(ballot)
    assert secret.prepare_keys(ballot, organisation, officer, now, KEY) == ()
    deed(ballots.open_due, ballot.id, ballot.opens_at)
    assert secret.public_keys(ballot) == before
    opened = opening_record(ballot, organisation)
    assert (opened["keys"], opened["receipt_key"]) == before
    assert opened["ballot"]["secrecy"] == "secret"


def test_the_mail_that_calls_to_vote_holds_the_name_of_the_keys(booth_of, open_motion, deed):
    booth, members, _officer = booth_of(10)
    named = [mail.ids.get("fingerprint") for mail in db.session.scalars(select(OutboxMail))]
    assert named == [secret.fingerprint_of(booth.ballot)] * len(members)


# Rolls


def entries(*sizes, weights=(1,)):
    """Classes a, b, … of so many voters, whose weights take turns."""
    return [
        Entry(at, True, "", "abc"[group], weights[at % len(weights)])
        for group, size in enumerate(sizes)
        for at in range(size)
    ]


@pytest.mark.parametrize(
    ("roll", "refused"),
    [
        (entries(9), "at least 10 voters in each class .article 5., and “a” has 9"),
        (entries(10), None),
        (entries(11), None),
        (entries(10, 9), "“b” has 9"),
        (entries(10, 10), None),
        (entries(10, weights=(3,)), None),
        (entries(10, weights=(1, 3)), "don't all weigh the same"),
        ([*entries(10), Entry(99, False, "too new", "b")], None),
    ],
)
def test_each_class_of_a_secret_roll_is_large_enough_and_of_one_weight(roll, refused):
    if refused is None:
        secret.refuse_unfit(roll, 10, "article 5")
    else:
        with pytest.raises(Refusal, match=refused):
            secret.refuse_unfit(roll, 10, "article 5")


@pytest.mark.parametrize(("voters", "opens"), [(5, False), (6, True)])
def test_the_constitution_says_how_small_a_secret_ballot_may_be(coop_of, draft, deed, now, voters, opens):
    organisation, _members, officer = coop_of(voters, rules=MINIMUM)
    ballot = draft(organisation, officer)
    keys = keys_for(ballot, organisation)
    if opens:
        deed(ballots.open_ballot, ballot, organisation, officer, now, keys=keys)
        assert ballot.stage_at(now) == "open"
        return
    for refused in (
        lambda: secret.prepare_keys(ballot, organisation, officer, now, KEY),
        lambda: deed(ballots.open_ballot, ballot, organisation, officer, now, keys=keys),
    ):
        with pytest.raises(Refusal, match="at least 6 voters"):
            refused()


def test_a_roll_that_shrank_after_the_announcement_makes_the_ballot_void(coop_of, draft, make, deed, now):
    organisation, members, officer = coop_of(10)
    ballot = draft(organisation, officer, secrecy="secret")
    later = {"opens_at": now + timedelta(days=1), "keys": keys_for(ballot, organisation)}
    deed(ballots.announce, ballot, organisation, officer, now, **later)
    make.event(members[9], "suspended", on=now.date())
    deed(ballots.open_due, ballot.id, ballot.opens_at)
    assert ballot.stage_at(ballot.opens_at) == "void"
    assert "“member” has 9" in ballot.void_reason
    assert {key.private_sealed for key in db.session.scalars(select(SigningKey))} == {None}
    assert db.session.get(Sealing, ballot.id) is not None


def test_a_class_that_came_after_the_announcement_has_no_key(coop_of, draft, make, deed, now):
    organisation, _members, officer = coop_of(10)
    ballot = draft(organisation, officer, secrecy="secret")
    later = {"opens_at": now + timedelta(days=1), "keys": keys_for(ballot, organisation)}
    deed(ballots.announce, ballot, organisation, officer, now, **later)
    for _ in range(10):
        make.member(organisation, voting_class="founder")
    with pytest.raises(Refusal, match="no key for the class “founder”"):
        deed(ballots.open_ballot, ballot, organisation, officer, now)


def test_a_ballot_announced_less_secret_than_the_rules_by_then_does_not_open(coop_of, draft, make, deed, now):
    organisation, _members, officer = coop_of(12)
    ballot = draft(organisation, officer)
    deed(ballots.announce, ballot, organisation, officer, now, opens_at=now + timedelta(days=1))
    decision = make.decision(organisation)
    with make.scope():
        from coop.services import constitution

        day = now.date()
        constitution.adopt_version(
            organisation, PRIVATE_RULES, passed_on=day, registered_on=None, in_force_on=day,
            decision_id=decision.id, now=now,
        )  # fmt: skip
    deed(ballots.open_due, ballot.id, ballot.opens_at)
    assert "more secrecy than was announced" in ballot.void_reason
