"""A vote for none of the candidates, where the constitution has it: cast, changed, counted, checkable."""

import json

import pytest

from coop.errors import Refusal
from coop.gateways import blind_signatures as signatures
from coop.rules.paper_votes import Pile
from coop.rules.verification import read, verify
from coop.services import ballots, organisations, records
from tests.ballot_house import after, cast
from tests.secret_house import Booth, keys_for
from tests.teller_house import House, last

ARTICLE = '12. One may vote for [none of the candidates]{provision="election.none_of_these" value="yes"}.'
METHOD = '13. Papers are counted by [a method]{{provision="election.method" value="{}"}}.'
QUORUM = '14. [Half of the members]{provision="election.quorum" value="1/2 of eligible"} must vote.'
PROXIES = '15. A member may stand for [one other]{provision="proxy.limit" value="1"}.'
SAYS = "Voters may vote for none of these (article 12): that counts for the quorum and elects nobody."
KINDS = [("plurality", [1]), ("irv", [2, 1]), ("approval", [1, 3]), ("star", [5, None, 0])]


@pytest.fixture
def election(coop_of, deed, now):
    """Open an election of three among ten; gives ballot, organisation, members and officer."""

    def build(*articles, none=True, voters=10, secrecy="", **more):
        text = "\n\n".join([ARTICLE if none else "1. We decide together.", *articles])
        organisation, members, officer = coop_of(voters, rules=text)
        office = organisations.find_office(organisation, "treasurer")
        people = [ballots.Candidate(member) for member in members[7:10]]
        more |= {"office": office, "candidates": people, "secrecy": secrecy}
        ballot = deed(ballots.set_up_election, organisation, officer, now, **more)
        keys = {"keys": keys_for(ballot, organisation)} if secrecy == "secret" else {}
        deed(ballots.open_ballot, ballot, organisation, officer, now, **keys)
        return ballot, organisation, members, officer

    return build


@pytest.fixture
def bundle(deed):
    def build(ballot, organisation, officer, at):
        deed(records.chain_events, organisation.id)
        return ballots.bundle(ballot, organisation, officer, at)

    return build


def failing(bundle):
    checks = verify(read(json.dumps(bundle).encode()), signatures=signatures)
    return {check.name for check in checks if not check.ok}


@pytest.mark.parametrize(("method", "other"), KINDS)
def test_it_is_cast_changed_and_counted_on_every_kind_of_paper_and_the_bundle_verifies(
    election, bundle, make, deed, now, method, other
):
    ballot, organisation, members, officer = election(METHOD.format(method))
    assert (ballot.rule["none"], ballot.rule["none_article"]) == (True, "12")
    cast(deed, make, ballot, members, [[], other, other, []], now)
    cast(deed, make, ballot, members, [other, []], now)
    place = ballots.place_of(ballot, make.actor(members[1]))
    assert (place.choice, place.has_voted) == ([], True)
    decision = deed(ballots.seal, ballot.id, after(ballot))
    assert (decision.result["none"], decision.result["voted"], decision.outcome) == (2, 4, "elected")
    assert "4 of 10 members voted, 2 of them for none of these." in decision.reasoning
    assert ballots.what_else(ballot, decision), "other methods can count these papers too"
    given = bundle(ballot, organisation, officer, after(ballot))
    assert given["votes"].count([]) == 2
    assert failing(given) == set()
    assert ballots.recount(ballot, officer).same


@pytest.mark.parametrize(("method", "other"), KINDS)
def test_without_an_article_an_empty_paper_is_refused_as_ever(election, make, deed, now, method, other):
    ballot, _organisation, members, _officer = election(METHOD.format(method), none=False)
    assert "none" not in ballot.rule
    assert "none of these" not in ballots.explain(ballot.rule)
    for empty in ([], [None, None, None]):
        with pytest.raises(Refusal, match=r"^Choose first: [^“]*\.$"):
            deed(ballots.cast_vote, ballot, make.actor(members[0]), empty, now)
    deed(ballots.cast_vote, ballot, make.actor(members[0]), other, now)


@pytest.mark.parametrize(("method", "other"), KINDS)
def test_a_paper_left_empty_by_mistake_is_no_vote_for_none_of_these(election, make, deed, now, method, other):
    ballot, _organisation, members, _officer = election(METHOD.format(method))
    for empty in ([None] * len(other), "", "none"):
        with pytest.raises(Refusal, match="Or mark “None of these”"):
            deed(ballots.cast_vote, ballot, make.actor(members[0]), empty, now)


@pytest.mark.parametrize(("none", "outcome"), [(3, "inquorate"), (4, "elected")])
def test_it_counts_for_the_quorum(election, make, deed, now, none, outcome):
    ballot, _organisation, members, _officer = election(QUORUM)
    cast(deed, make, ballot, members, [[1], *[[]] * none], now)
    assert deed(ballots.seal, ballot.id, after(ballot)).outcome == outcome


def test_where_all_voted_so_nobody_is_elected(election, make, deed, now):
    ballot, _organisation, members, _officer = election()
    cast(deed, make, ballot, members, [[], [], []], now)
    decision = deed(ballots.seal, ballot.id, after(ballot))
    assert (decision.outcome, decision.text) == ("lost", "Nobody is elected.")


def test_the_rule_says_so_above_the_paper_with_its_article(election):
    ballot, _organisation, _members, _officer = election()
    assert SAYS in ballots.explain(ballot.rule, 10, 10)


def test_beside_reopen_nominations_it_abstains_from_both(election, bundle, make, deed, now):
    ballot, organisation, members, officer = election(reopen=True)
    cast(deed, make, ballot, members, [[1], [1], [4], []], now)
    decision = deed(ballots.seal, ballot.id, after(ballot))
    assert [one["name"] for one in decision.result["elected"]] == ["Member 10"]
    assert failing(bundle(ballot, organisation, officer, after(ballot))) == set()


def test_in_a_secret_ballot_it_is_cast_changed_and_counted(election, bundle, make, deed, now):
    ballot, organisation, members, officer = election(secrecy="secret")
    booth = Booth(deed, make, ballot, organisation, now)
    voters = booth.votes(members, [[], [2], [2, 1], [], [1], [2]])
    booth.post(voters[1].cast([], 2))
    decision = deed(ballots.seal, ballot.id, after(ballot))
    assert (decision.result["none"], decision.result["voted"]) == (3, 6)
    assert failing(bundle(ballot, organisation, officer, after(ballot))) == set()


def test_a_proxy_casts_it_for_another(election, make, deed, now):
    ballot, organisation, members, _officer = election(PROXIES)
    giver, holder = members[5], members[6]
    deed(ballots.name_proxy, ballot, organisation, make.actor(giver), now, number=holder.number)
    deed(ballots.cast_vote, ballot, make.actor(holder), [], now, giver=giver)
    place = ballots.place_of(ballot, make.actor(giver))
    assert (place.choice, place.by) == ([], holder.name)
    assert deed(ballots.seal, ballot.id, after(ballot)).result["none"] == 1


@pytest.mark.parametrize("secrecy", ["", "secret"])
def test_tellers_enter_it_from_paper(election, bundle, make, deed, now, secrecy):
    ballot, organisation, members, officer = election(secrecy=secrecy)
    house = House(organisation, members, ballot, deed, make, now)
    house.appoint(2, 3)
    house.strike(5, 6, 7, 8, 9, pile=Pile({"[]": 3, "[2]": 1}, spoilt=1))
    decision = house.seal(last(ballot))
    assert (decision.result["none"], decision.result["voted"]) == (3, 5)
    assert failing(bundle(ballot, organisation, officer, last(ballot))) == set()
