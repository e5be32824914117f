"""Secret ballots with tellers: a member votes by token or on paper, and both are counted."""

import pytest

from coop.errors import Refusal
from coop.gateways import blind_signatures
from coop.rules.verification import read, verify
from coop.services import ballots, records
from coop.services.ballots import secret
from tests.bundles import as_file
from tests.teller_house import House, last, votes

FIVE = ("for", "for", "for", "against", "against")


@pytest.fixture
def both(booth_of, deed, make, now):
    """A secret ballot of sixteen with tellers: (booth, house, members, officer)."""
    booth, members, officer = booth_of(16)
    house = House(booth.organisation, members, booth.ballot, deed, make, now)
    house.appoint(2, 3)
    return booth, house, members, officer


def test_who_was_struck_gets_no_token_and_who_has_one_is_not_struck(both):
    booth, house, members, _officer = both
    house.strike(8, 9, 10, 12, 13)
    with pytest.raises(Refusal, match="the tellers struck you"):
        booth.token(members[9])
    booth.token(members[10])
    with pytest.raises(Refusal, match="has begun a secret vote here"):
        house.enter(11)
    assert ballots.turnout(booth.ballot) == (6, 16)


def test_votes_by_token_and_on_paper_are_counted_together_and_the_bundle_verifies(both, deed):
    booth, house, members, officer = both
    booth.votes(members[3:], FIVE)
    house.strike(10, 11, 12, 13, 14, pile=votes(votes_for=2, against=2, spoilt=1))
    decision = house.seal()
    assert (decision.result["for"], decision.result["against"], decision.result["invalid"]) == (5, 4, 1)
    deed(records.chain_events, booth.organisation.id)
    bundle = read(as_file(ballots.bundle(booth.ballot, booth.organisation, officer, last(booth.ballot))))
    head = ballots.head_of_bundle(booth.ballot)
    assert [check.name for check in verify(bundle, head, blind_signatures) if not check.ok] == []
    assert (len(bundle.serials), len(bundle.struck)) == (5, 5)
    assert secret.vote_list(booth.ballot, officer).total == 5


@pytest.mark.parametrize(("online", "papers", "counted"), [(4, 6, False), (5, 6, True), (0, 6, True)])
def test_a_few_votes_by_token_are_not_hidden_by_those_on_paper(both, online, papers, counted):
    booth, house, members, _officer = both
    booth.votes(members[3:], FIVE[:online])
    house.strike(*range(10, 10 + papers))
    assert (house.seal() is not None) == counted
    assert (booth.ballot.void_at is None) == counted
