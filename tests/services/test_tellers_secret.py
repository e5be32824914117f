"""Papers in a secret ballot: a voter has a token or a paper, never both, and the file holds both kinds of votes."""

import json

import pytest
from sqlalchemy import func, select

from coop.errors import Refusal
from coop.extensions import db
from coop.gateways import blind_signatures as signatures
from coop.models.ballots import TokenIssued
from coop.models.tellers import PaperVoter
from coop.rules.verification import read, verify
from coop.services import ballots, records, tellers
from tests.teller_house import House, last, votes


@pytest.fixture
def house(booth_of, deed, make, now):
    """A house whose motion is secret, and the booth of those who vote in the browser."""
    booth, members, _officer = booth_of(14)
    made = House(booth.organisation, members, booth.ballot, deed, make, now)
    made.booth = booth
    made.appoint(2, 3)
    return made


def checks(house):
    house.deed(records.chain_events, house.organisation.id)
    given = ballots.bundle(house.ballot, house.organisation, house.actor(1), last(house.ballot))
    bundle, head = read(json.dumps(given).encode()), ballots.head_of_bundle(house.ballot)
    return given, [check for check in verify(bundle, head, signatures) if not check.ok]


def test_papers_count_with_the_secret_votes_and_the_bundle_verifies(house):
    house.booth.votes(house.members[3:9], ["for"] * 4 + ["against"] * 2)
    house.strike(1, 10, 11, 12, 13, pile=votes(2, 2, spoilt=1))
    decision = house.seal()
    assert {name: decision.result[name] for name in ("for", "against", "invalid", "taking_part")} == {
        "for": 6,
        "against": 4,
        "invalid": 1,
        "taking_part": 11,
    }
    given, failing = checks(house)
    assert failing == []
    told = [vote for vote in given["votes"] if "serial" not in vote]
    said = ["against", "against", "for", "for"]
    assert told == [{"class": "member", "vote": f'"{choice}"'} for choice in said]
    assert given["spoilt"] == {"member": 1}
    assert sum("struck" in entry for entry in given["roll"]) == 5
    assert sum(entry["issued"] for entry in given["roll"]) == 6
    assert ballots.ways_of(house.ballot).counts == {"online": 6, "post": 5}


def test_whoever_has_a_token_gets_no_paper_for_it_may_have_been_cast(house):
    house.booth.token(house.members[4])
    with pytest.raises(Refusal, match="Member 5 has begun a secret vote here"):
        house.enter(5)
    with pytest.raises(Refusal, match="Finish it here"):
        house.do(tellers.ask_for_paper, 5, way="hand")


def test_whoever_is_struck_gets_no_token_and_is_told_why(house):
    batch = house.enter(5, 6, 7, 8, 9)
    for confirmed in (False, True):
        if confirmed:
            house.repeat(batch, votes(5))
            house.confirm(batch)
        with pytest.raises(Refusal, match="Your paper vote was handed in"):
            house.booth.token(house.members[4])
    assert db.session.scalar(select(func.count(TokenIssued.roll_entry_id))) == 0
    assert ballots.turnout(house.ballot) == (5, 14)


def test_a_cancelled_batch_lets_its_voters_have_their_tokens(house):
    batch = house.enter(5)
    house.do(tellers.cancel, 3, number=batch)
    house.booth.vote(house.members[4], "for")


def test_sealing_leaves_no_trace_of_which_batch_said_what(house):
    house.booth.votes(house.members[:5], ["for"] * 5)
    house.strike(6, 7, 8, 9, 10)
    house.strike(11)
    house.enter(12)
    house.seal()
    assert not any(batch.entered or batch.repeated for batch in tellers.batches_of(house.ballot))
    assert db.session.scalar(select(func.count(PaperVoter.roll_entry_id))) == 6


def test_papers_so_few_that_they_could_be_guessed_are_not_confirmed(house):
    batch = house.enter(5, 6, 7, 8)
    house.repeat(batch, votes(4))
    with pytest.raises(Refusal, match="Fewer than 5 papers in a secret ballot could show who voted how"):
        house.confirm(batch)
    house.do(tellers.correct, 2, number=batch, numbers=[5, 6, 7, 8, 9], pile=votes(5))
    house.repeat(batch, votes(5))
    house.confirm(batch)


def test_a_secret_ballot_has_no_roll_call(house):
    with pytest.raises(Refusal, match="Only on a motion with open voting"):
        house.call(5, "for")
