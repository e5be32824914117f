"""A vote for none of the candidates: among those who voted, on no pile, and told in the result."""

import copy
import json

import pytest

from coop.rules.paper_votes import Pile, read_pile, write_pile
from coop.rules.tally import METHODS
from coop.rules.tally.decide import decide_election
from coop.rules.tally.election import PaperKind
from coop.rules.verification import Unreadable, read, verify
from tests.bundles import CHOICES, as_file, election, forged

SEED = bytes(32)
RULE = {"quorum": "1/4 of eligible", "articles": ["7"], "version": 2, "none": True}
FREE = RULE | {"quorum": None}
NAMES = ("Ada", "Ben", "Cem", "Dora")


def decide(method, choices, *, rule=RULE, eligible=40, **more):
    votes = [(choice, 1) for choice in choices]
    return decide_election(rule, votes, eligible, SEED, method=method, names=NAMES, seats=1, **more)


@pytest.mark.parametrize("method", METHODS)
def test_whoever_votes_for_none_of_these_changes_nobodys_votes(method):
    marked = CHOICES[METHODS[method].paper]
    alone, beside = (decide(method, given, rule=FREE) for given in (marked, [[], *marked, [], []]))
    for same in ("elected", "rounds", "valid", "quota", "ties"):
        assert beside.result[same] == alone.result[same], same
    assert (beside.result["none"], beside.result["voted"]) == (3, len(marked) + 3)
    assert f"{len(marked) + 3} of 40 members voted, 3 of them for none of these." in beside.reasoning


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("none", "outcome"), [(7, "inquorate"), (8, "elected"), (9, "elected")])
def test_it_counts_for_the_quorum(method, none, outcome):
    marked = CHOICES[METHODS[method].paper][:2]
    assert decide(method, marked + [[]] * none).outcome == outcome


@pytest.mark.parametrize("method", METHODS)
def test_where_all_vote_for_none_of_these_nobody_is_elected(method):
    counted = decide(method, [[]] * 12)
    assert (counted.outcome, counted.result["elected"], counted.result["valid"]) == ("lost", [], "0")
    assert counted.reasoning.startswith("Nobody is elected: no paper names a candidate.")
    assert "12 voted, 12 of them for none of these." in counted.reasoning


def test_it_weighs_what_its_voter_weighs():
    votes = [([1], 2), ([], 3), ([2], 1)]
    more = {"method": "irv", "names": NAMES, "seats": 1, "members": 3}
    counted = decide_election(FREE, votes, 9, SEED, **more)
    assert counted.result["none"] == 3
    assert "6 of 9 votes on the roll were given, 3 of them for none of these." in counted.reasoning


def test_where_the_rule_has_it_not_the_result_says_nothing_of_it():
    rule = {name: value for name, value in RULE.items() if name != "none"}
    counted = decide("irv", [[1]] * 10, rule=rule)
    assert "none" not in counted.result
    assert "none of these" not in counted.reasoning


def failing(bundle):
    return {check.name for check in verify(read(as_file(bundle))) if not check.ok}


@pytest.mark.parametrize("method", ["irv", "plurality", "approval", "star"])
def test_anyone_can_check_an_empty_choice_on_every_kind_of_paper(method):
    choices = [*CHOICES[METHODS[method].paper], [], []]
    assert failing(election(method, choices, none=True)) == set()
    assert "votes" in failing(election(method, choices))


def test_all_scores_left_out_is_no_vote_for_none_of_these():
    assert "votes" in failing(election("star", [[5, 0, 0, 0], [None] * 4], none=True))


@pytest.mark.parametrize("value", [False, "yes", 1, None])
def test_the_rule_says_true_or_leaves_it_out(value):
    bundle = copy.deepcopy(election("irv", none=True))
    bundle["rule"]["none"] = value
    with pytest.raises(Unreadable, match=r"rule\.none is not true"):
        read(as_file(forged(bundle)))


@pytest.mark.parametrize("kind", [PaperKind.CHOICE, PaperKind.RANKING, PaperKind.APPROVAL, PaperKind.SCORE])
def test_tellers_count_these_papers_as_a_pile_of_their_own(kind):
    line = "5 0 -" if kind is PaperKind.SCORE else "2"
    pile = read_pile(f"4 × {line}", kind, 3, spoilt=1, none=2)
    assert (pile.papers["[]"], pile.total) == (2, 7)
    assert write_pile(pile) == f"4 × {line}"
    assert Pile.of(json.loads(json.dumps(pile.plain()))) == pile
