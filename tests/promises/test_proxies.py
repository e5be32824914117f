"""One proxy a giver and ballot, no chains, no more than the rule allows, and no vote by a hand that was not given it."""

import json

import pytest

from tests.promises.rows import NOW

RULE = "UPDATE ballots SET rule = :rule, opened_at = :now WHERE id = :id"
NAME = (
    "INSERT INTO proxies (ballot_id, giver_id, holder_id, named_at, state, changed_at, reason)"
    " VALUES (:ballot, :giver, :holder, :now, 'named', :now, '')"
)
CAST = (
    "INSERT INTO votes (ballot_id, roll_entry_id, choice, cast_at, cast_by_id)"
    " VALUES (:ballot, :entry, '\"for\"', :now, :by)"
)


@pytest.fixture
def ballot(rows):
    """An open ballot in which a member may stand for two: (ballot, its roll entries, their members)."""
    made, roll = rows.ballot(opened=False, entries=5)
    rows.run(RULE, rule=json.dumps({"proxies": {"limit": 2, "article": "5"}}), now=str(NOW), id=made)
    members = [rows.one("SELECT membership_id FROM roll_entries WHERE id = :id", id=entry) for entry in roll]
    return made, roll, members


@pytest.fixture
def name(rows, ballot):
    def insert(giver, holder):
        made, _, members = ballot
        rows.run(NAME, ballot=made, giver=members[giver], holder=members[holder], now=str(NOW))

    return insert


@pytest.fixture
def refused_to_name(refused, ballot):
    def attempt(giver, holder):
        made, _, members = ballot
        return refused(NAME, ballot=made, giver=members[giver], holder=members[holder], now=str(NOW))

    return attempt


def test_a_member_gives_one_proxy_in_a_ballot(name, refused_to_name):
    name(0, 1)
    refused_to_name(0, 2)


def test_nobody_gives_a_proxy_to_themselves(refused_to_name):
    refused_to_name(0, 0)


def test_nobody_carries_more_than_the_frozen_rule_allows(rows, ballot, name, refused_to_name, refused):
    name(0, 4)
    name(1, 4)
    assert "as many as the rule allows" in refused_to_name(2, 4)
    name(2, 3)
    refused(
        "UPDATE proxies SET holder_id = :holder WHERE giver_id = :giver",
        holder=ballot[2][4],
        giver=ballot[2][2],
    )
    rows.run("UPDATE proxies SET state = 'revoked' WHERE giver_id = :giver", giver=ballot[2][0])
    rows.run(
        "UPDATE proxies SET holder_id = :holder WHERE giver_id = :giver",
        holder=ballot[2][4],
        giver=ballot[2][2],
    )
    refused("UPDATE proxies SET state = 'named' WHERE giver_id = :giver", giver=ballot[2][0])


def test_a_rule_of_none_lets_nobody_name(rows, refused):
    made, roll = rows.ballot(opened=False)
    rows.run(RULE, rule=json.dumps({"proxies": {"limit": 0, "article": ""}}), now=str(NOW), id=made)
    giver, holder = (
        rows.one("SELECT membership_id FROM roll_entries WHERE id = :id", id=entry) for entry in roll
    )
    refused(NAME, ballot=made, giver=giver, holder=holder, now=str(NOW))


def test_there_are_no_chains(name, refused_to_name):
    name(0, 1)
    assert "who gave a proxy holds none" in refused_to_name(1, 2)
    assert "who gave a proxy holds none" in refused_to_name(2, 0)


def test_giver_and_holder_stand_on_the_roll(rows, ballot, refused):
    made, _, members = ballot
    stranger = rows.add("memberships")
    refused(NAME, ballot=made, giver=stranger, holder=members[1], now=str(NOW))
    refused(NAME, ballot=made, giver=members[0], holder=stranger, now=str(NOW))


def test_in_a_secret_ballot_nobody_names_a_proxy(rows, refused):
    made, roll = rows.ballot(secrecy="secret")
    giver, holder = (
        rows.one("SELECT membership_id FROM roll_entries WHERE id = :id", id=entry) for entry in roll
    )
    refused(NAME, ballot=made, giver=giver, holder=holder, now=str(NOW))


def test_a_draft_has_no_proxies_and_an_announced_ballot_has(rows, refused):
    made, _roll = rows.ballot(opened=False)
    two = {"giver": rows.add("memberships"), "holder": rows.add("memberships")}
    refused(NAME, ballot=made, now=str(NOW), **two)
    rows.run("UPDATE ballots SET announced_at = :now WHERE id = :id", now=str(NOW), id=made)
    rows.run(NAME, ballot=made, now=str(NOW), **two)


def test_proxies_are_frozen_once_the_ballot_is_sealed_or_void(rows, ballot, name, refused_to_name, refused):
    made, _, members = ballot
    name(0, 1)
    refused("DELETE FROM proxies WHERE giver_id = :giver", giver=members[0])
    refused(
        "UPDATE proxies SET giver_id = :other WHERE giver_id = :giver", other=members[3], giver=members[0]
    )
    rows.seal(made)
    refused("UPDATE proxies SET state = 'revoked' WHERE giver_id = :giver", giver=members[0])
    refused_to_name(2, 3)


def test_a_lapsed_proxy_has_a_reason_and_no_other_has(ballot, name, refused):
    name(0, 1)
    refused("UPDATE proxies SET state = 'lapsed' WHERE giver_id = :giver", giver=ballot[2][0])
    refused("UPDATE proxies SET reason = 'why' WHERE giver_id = :giver", giver=ballot[2][0])
    refused("UPDATE proxies SET state = 'sold' WHERE giver_id = :giver", giver=ballot[2][0])


def test_only_the_holder_of_a_standing_proxy_votes_for_another(rows, ballot, name, refused):
    made, roll, members = ballot
    for by in (members[0], members[1], members[2]):
        refused(CAST, ballot=made, entry=roll[0], by=by, now=str(NOW))
    name(0, 1)
    refused(CAST, ballot=made, entry=roll[0], by=members[2], now=str(NOW))
    rows.run("UPDATE proxies SET state = 'declined' WHERE giver_id = :giver", giver=members[0])
    refused(CAST, ballot=made, entry=roll[0], by=members[1], now=str(NOW))
    rows.run("UPDATE proxies SET state = 'named' WHERE giver_id = :giver", giver=members[0])
    rows.run(CAST, ballot=made, entry=roll[0], by=members[1], now=str(NOW))
    refused("UPDATE votes SET cast_by_id = :by WHERE roll_entry_id = :entry", by=members[2], entry=roll[0])


def test_what_a_member_cast_themselves_is_replaced_by_no_proxy(rows, ballot, name, refused):
    made, roll, members = ballot
    name(0, 1)
    rows.run(CAST, ballot=made, entry=roll[0], by=members[1], now=str(NOW))
    rows.run(
        "UPDATE votes SET cast_by_id = NULL, choice = '\"against\"' WHERE roll_entry_id = :entry",
        entry=roll[0],
    )
    refused("UPDATE votes SET cast_by_id = :by WHERE roll_entry_id = :entry", by=members[1], entry=roll[0])
