"""The order of candidates on the paper: by name, by a lot anyone can draw again, or another first for each voter."""

import json
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from coop.extensions import db
from coop.models.records import AuditEvent
from coop.rules.lot import lot_order
from coop.rules.verification import read, verify
from coop.services import ballots, organisations, records
from tests.ballot_house import after, cast

ARTICLE = '12. Candidates stand [in this order]{{provision="ballot.order" value="{order}"}}.'


@pytest.fixture
def election(coop_of, deed, now):
    """Draft an election of three under an order; gives ballot, organisation, members and officer."""

    def build(order, voters=8, **more):
        text = ARTICLE.format(order=order) if order else "1. We decide together."
        organisation, members, officer = coop_of(voters, rules=text)
        office = organisations.find_office(organisation, "treasurer")
        candidates = [ballots.Candidate(member) for member in members[1:4]]
        ballot = deed(
            ballots.set_up_election, organisation, officer, now, office=office, candidates=candidates, **more
        )
        return ballot, organisation, members, officer

    return build


@pytest.fixture
def paper(make, now):
    def read_it(ballot, organisation, member):
        rule = ballots.rule_of(ballot, organisation, now)
        return [option.position for option in ballots.options_for(ballot, make.actor(member), rule)]

    return read_it


def test_without_an_article_candidates_stand_by_name_and_the_page_says_so(election, paper, now):
    ballot, organisation, members, _officer = election("")
    assert paper(ballot, organisation, members[0]) == [1, 2, 3]
    words = ballots.order_words(ballot, ballots.rule_of(ballot, organisation, now))
    assert words == "The candidates stand in the order of their names. No article says otherwise."


def test_rotated_each_is_first_equally_often_over_the_roll_and_a_page_loaded_again_is_the_same(
    election, paper, deed, now
):
    ballot, organisation, members, officer = election("rotated", voters=8)
    deed(ballots.open_ballot, ballot, organisation, officer, now)
    papers = [paper(ballot, organisation, member) for member in members]
    assert papers == [paper(ballot, organisation, member) for member in members]
    assert sorted(Counter(one[0] for one in papers).values()) == [2, 3, 3]
    assert {tuple(one) for one in papers} == {(1, 2, 3), (2, 3, 1), (3, 1, 2)}


def test_members_who_may_not_vote_use_up_no_turn(election, paper, make, deed, now):
    ballot, organisation, members, officer = election("rotated", voters=7)
    make.event(members[5], "suspended", now.date() - timedelta(days=1))
    deed(ballots.open_ballot, ballot, organisation, officer, now)
    voters = [member for member in members if member is not members[5]]
    assert Counter(paper(ballot, organisation, one)[0] for one in voters) == {1: 2, 2: 2, 3: 2}


def test_the_lot_is_drawn_at_announcement_from_what_was_published_then_and_stands(election, paper, deed, now):
    ballot, organisation, members, officer = election("lot")
    words = ballots.order_words(ballot, ballots.rule_of(ballot, organisation, now))
    assert (
        words == "The candidates will stand in an order drawn by lot once the vote is announced. Article 12."
    )
    deed(ballots.announce, ballot, organisation, officer, now, opens_at=now + timedelta(days=1))
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.verb == "announced")).one()
    published = json.loads(event.facts)["seed_sha256"]
    drawn = [int(ticket) for ticket in lot_order(bytes.fromhex(published), "order of the paper", "123")]
    assert [paper(ballot, organisation, member) for member in members] == [drawn] * len(members)
    deed(ballots.open_ballot, ballot, organisation, officer, now)
    assert paper(ballot, organisation, members[3]) == drawn
    how = ballots.how_drawn(ballot, ballot.rule)
    assert how == {"seed": published, "occasion": "order of the paper", "numbers": "1, 2, 3"}
    assert ballot.seed not in how.values(), "the seed of ties stays hidden while voting is open"


@pytest.mark.parametrize("order", ["name", "lot", "rotated"])
def test_reopen_nominations_stands_last_in_any_order(election, paper, deed, now, order):
    ballot, organisation, members, officer = election(order, reopen=True)
    deed(ballots.open_ballot, ballot, organisation, officer, now)
    assert {paper(ballot, organisation, member)[-1] for member in members} == {4}


@pytest.mark.parametrize("order", ["name", "lot", "rotated"])
def test_the_numbers_that_are_counted_stay_and_the_bundle_verifies(election, deed, make, now, order):
    ballot, organisation, members, officer = election(order)
    deed(ballots.open_ballot, ballot, organisation, officer, now)
    assert [option.name for option in ballot.options] == [f"Member {n}" for n in (2, 3, 4)]
    cast(deed, make, ballot, members, [[2], [2, 1], [3]], now)
    decision = deed(ballots.seal, ballot.id, after(ballot))
    assert [one["name"] for one in decision.result["elected"]] == ["Member 3"]
    deed(records.chain_events, organisation.id)
    bundle = ballots.bundle(ballot, organisation, officer, after(ballot))
    assert bundle["rule"]["order"] == order
    assert all(check.ok for check in verify(read(json.dumps(bundle).encode())))
    other = {"rule": bundle["rule"] | {"order": "rotated" if order == "name" else "name"}}
    assert not all(check.ok for check in verify(read(json.dumps(bundle | other).encode())))
