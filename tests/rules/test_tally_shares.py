"""Equal shares: worked examples, what a paper approves, ties, and every group its due."""

from fractions import Fraction
from itertools import combinations
from time import perf_counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coop.rules.tally import METHODS
from coop.rules.tally.election import Action, Election
from coop.rules.tally.equal_shares import approvals
from tests.rules.papers import R, papers
from tests.scale import scale

count = METHODS["equal-shares"].count


def names(result):
    return [result.election.name(number) for number in result.elected]


def approving(*cast, candidates, seats, **more):
    """Hold an election of approval papers, each a string of one-letter candidates and a weight."""
    numbered = (R(*(candidates.index(name) + 1 for name in liked), weight=weight) for liked, weight in cast)
    return Election(tuple(candidates), papers(*numbered), seats, **more)


# Eight papers for three seats; worked by hand with the price of a seat at 8/3 votes.
EIGHT = approving(("cd", 3), ("ab", 2), ("ac", 2), ("bd", 1), candidates="abcd", seats=3)


def test_a_seat_is_bought_where_it_asks_least_of_each_supporter():
    result = count(EIGHT)
    assert names(result) == ["c", "a", "d"]
    assert result.quota == Fraction(8, 3)
    opening, first, second, third = (counted.says for counted in result.rounds)
    assert opening == (
        "8 valid papers for 3 seats: each has one vote to spend, and a seat costs 8/3, paid by those who "
        "approve the candidate. Approvals: a 4, b 3, c 5, d 4."
    )
    assert first == (
        "c asks least of each supporter: of 5 who approve, 5 pay 8/15 of a vote each. c is elected."
    )
    assert second == (
        "a asks least of each supporter: of 4 who approve, 2 pay 13/15 of a vote each, "
        "2 the 7/15 they have left. a is elected."
    )
    assert third == (
        "No candidate's supporters have the price of a seat left between them, so every paper gets credit "
        "until some have: d is first, at 1/15 of a vote for each paper in all, and the 4 who approve pay all "
        "they have. d is elected."
    )


def test_whoever_pays_exactly_what_is_left_pays_like_the_others():
    result = count(approving(("ab", 3), candidates="abc", seats=1, seed=b"s"))
    assert "of 3 who approve, 3 pay the whole vote each" in result.rounds[-1].says


def test_the_votes_spent_and_those_unspent_add_up_after_every_round():
    result = count(EIGHT)
    assert [counted.exhausted for counted in result.rounds] == [8, Fraction(16, 3), Fraction(8, 3), 0]
    assert result.rounds[2].tallies == {1: Fraction(8, 3), 2: 0, 3: Fraction(8, 3), 4: 0}
    assert all(counted.total == 8 for counted in result.rounds)


def test_a_majority_takes_no_more_than_its_share():
    result = count(approving(("abcdef", 51), ("uvwxyz", 49), candidates="abcdefuvwxyz", seats=6, seed=b"s"))
    assert sum(name in "abcdef" for name in names(result)) == 3


@pytest.mark.parametrize(
    ("minority", "wins"), [(19, False), (20, None), (21, True)], ids=["fewer", "as many", "more"]
)
def test_the_last_of_three_seats_beside_a_block_of_sixty(minority, wins):
    # Sixty spend 2 × 80/3 on two seats; their third and the first of twenty then need 1/3 of a vote each.
    cast = (("abc", 60), ("x", minority))
    result = count(approving(*cast, candidates="abcx", seats=3, seed=b"s"))
    tied = any(says.action is Action.TIE and "and x are tied" in says.says for says in result.rounds)
    assert tied is (wins is None)  # then the block asked less at the first step
    assert ("x" in names(result)) is bool(wins)


@pytest.mark.parametrize(("supporters", "on_credit"), [(9, True), (10, False), (11, False)])
def test_who_has_a_full_share_of_the_voters_needs_no_credit(supporters, on_credit):
    cast = (("a", supporters), ("b", 20 - supporters), ("c", 10), ("d", 10), ("e", 10), ("f", 10))
    result = count(approving(*cast, candidates="abcdefg", seats=6, seed=b"s"))
    bought = next(counted.says for counted in result.rounds if "a is elected" in counted.says)
    assert ("credit" in bought) is on_credit


@pytest.mark.parametrize(
    ("paper", "approved"),
    [
        (R(2, 1), {1, 2}),
        (R((1, 2), 3), {1, 2, 3}),
        (R((), 3), {3}),
        (R(1, 1), {1}),
        (R(4, 1), {1}),
        (R(4), None),
        (R(()), None),
    ],
)
def test_whom_a_ranking_approves(paper, approved):
    election = Election(tuple("abcd"), papers(paper), withdrawn=frozenset({4}))
    assert approvals(election) == ({frozenset(approved): 1} if approved else {})


def test_a_score_above_zero_approves():
    scores = {(5, 0, None): 2, (Fraction(1, 2), 1, -1): 3, (0, 0, 0): 4, (None, 7, 1): 0}
    election = Election(tuple("abc"), {}, scores=scores)
    assert approvals(election) == {frozenset({1}): 2, frozenset({1, 2}): 3}
    assert names(count(election)) == ["a"]


def test_a_paper_that_approves_only_who_withdrew_has_no_vote_to_spend():
    result = count(
        approving(("a", 4), ("b", 3), ("z", 2), candidates="abz", seats=1, withdrawn=frozenset({3}))
    )
    assert (result.valid, result.quota, names(result)) == (7, 7, ["a"])


def test_a_tie_is_settled_by_the_latest_step_where_they_asked_differently():
    # Once b is bought, a's ten and d's seven lack the same from each of them; at the first step a asked less.
    cast = (("a", 4), ("b", 5), ("ab", 6), ("bc", 3), ("d", 7))
    result = count(approving(*cast, candidates="abcd", seats=2))
    tie = next(counted.says for counted in result.rounds if counted.action is Action.TIE)
    assert tie == "a and d are tied; a asked least of each supporter at the latest step where they differed."
    assert (names(result), result.ties) == (["b", "a"], ())


def test_seats_nobody_is_approved_for_go_by_lot():
    cast = (("a", 3),)
    assert count(approving(*cast, candidates="abc", seats=2)).ties == (2, 3)
    drawn = count(approving(*cast, candidates="abc", seats=2, seed=b"s"))
    assert drawn.elected[0] == 1
    assert len(drawn.elected) == 2
    assert "Nobody approves b and c" in drawn.rounds[-1].says


def test_no_more_candidates_than_seats_are_all_elected():
    result = count(approving(("b", 2), ("a", 1), candidates="abc", seats=4))
    assert names(result) == ["b", "a", "c"]
    assert not result.ties


@pytest.mark.parametrize(("friends", "elected"), [(3, []), (4, []), (5, ["a"])])
def test_who_is_approved_by_no_more_than_would_reopen_is_not_elected(friends, elected):
    result = count(approving(("a", friends), ("r", 4), candidates="ar", seats=1, reopen=2))
    behind = "No more approvals than “r”, 4, and so not to be elected: a."
    assert names(result) == elected
    assert any(counted.says == behind for counted in result.rounds) is not bool(elected)
    if not elected:
        assert result.rounds[-1].says == "Nobody is elected, and nominations reopen."


@st.composite
def elections(draw, most=6):
    candidates = draw(st.integers(1, most))
    liked = st.sets(st.integers(1, candidates))
    cast = draw(st.lists(st.tuples(liked, st.integers(1, 3)), max_size=8))
    return Election(
        tuple("abcdefgh"[:candidates]),
        papers(*(R(*sorted(group), weight=weight) for group, weight in cast)),
        draw(st.integers(1, candidates)),
        seed=draw(st.binary(min_size=1, max_size=2)),
    )


def represented(group, elected, standard):
    """The weight of the papers of a group that approve fewer than `standard` of those elected."""
    return sum(weight for approved, weight in group if len(approved & elected) < standard)


@given(election=elections())
@settings(max_examples=scale(150, 3000), deadline=None)
def test_every_group_that_agrees_gets_its_due(election):
    """Extended justified representation: brute force over every set of candidates a group could agree on."""
    result = count(election)
    cast, elected = approvals(election), set(result.elected)
    for many in range(1, election.seats + 1):
        due = Fraction(many * result.valid, election.seats)
        for agreed in combinations(sorted(election.standing), many):
            group = [(liked, weight) for liked, weight in cast.items() if liked.issuperset(agreed)]
            if group:
                assert represented(group, elected, many) < due, (agreed, many)


@given(election=elections())
@settings(max_examples=scale(150, 3000), deadline=None)
def test_no_candidate_left_out_has_a_group_that_could_claim_more(election):
    """The stronger EJR+ (Brill and Peters 2023): the group need only share one candidate left out."""
    result = count(election)
    cast, elected = approvals(election), set(result.elected)
    for left_out in election.standing - elected:
        group = [(liked, weight) for liked, weight in cast.items() if left_out in liked]
        for many in range(1, election.seats + 1) if group else ():
            assert represented(group, elected, many) < Fraction(many * result.valid, election.seats)


def counted_by_loads(election):
    """The rule voter by voter, with a seat at 1; the second phase in Phragmén's own terms, loads to be kept low."""
    voters = [liked for liked, weight in approvals(election).items() for _ in range(weight)]
    left, loads, elected = [Fraction(election.seats, len(voters))] * len(voters), None, []
    while len(elected) < election.seats:
        asks = {}
        for number in election.standing - set(elected):
            supporters = [at for at, liked in enumerate(voters) if number in liked]
            if loads is None and sum(left[at] for at in supporters) >= 1:
                purses = sorted(left[at] for at in supporters)
                tries = (
                    (Fraction(1) - sum(purses[:few])) / (len(purses) - few) for few in range(len(purses))
                )
                asks[number] = next(share for few, share in enumerate(tries) if share <= purses[few])
            elif loads is not None and supporters:
                asks[number] = (1 + sum(loads[at] for at in supporters)) / len(supporters)
        if not asks:
            if loads is not None:
                break
            loads = [-purse for purse in left]
            continue
        chosen = min(asks, key=asks.get)
        elected.append(chosen)
        for at, liked in enumerate(voters):
            if chosen in liked and loads is None:
                left[at] -= min(left[at], asks[chosen])
            elif chosen in liked:
                loads[at] = asks[chosen]
    return tuple(elected)


PURSES_JUST_FULL = Election(
    tuple("abcd"), papers(R(1), R(2), R(3), R(1, 2, weight=4), R(1, weight=3)), 3, seed=b"lot"
)


@given(election=elections())
@example(election=PURSES_JUST_FULL)
@settings(max_examples=scale(80, 3000), deadline=None)
def test_the_rule_voter_by_voter_elects_the_same(election):
    result = count(election)
    drawn = any(counted.action is Action.TIE for counted in result.rounds)
    if result.valid and not drawn and election.seats < len(election.candidates):
        assert counted_by_loads(election) == result.elected


@given(election=elections(), factor=st.sampled_from([2, 7, Fraction(1, 3), Fraction(5, 2)]))
def test_only_the_ratio_of_the_weights_matters(election, factor):
    scaled = {weight * factor: words for weight, words in election.papers.items()}
    again = count(Election(election.candidates, scaled, election.seats, seed=election.seed))
    assert again.elected == count(election).elected


@given(election=elections())
def test_a_paper_of_weight_three_is_three_papers(election):
    single = {1: [word for weight, words in election.papers.items() for word in words * weight]}
    again = count(Election(election.candidates, single, election.seats, seed=election.seed))
    assert again.plain() == count(election).plain()


@given(election=elections(), order=st.randoms(use_true_random=False))
def test_the_order_of_approved_candidates_on_a_paper_does_not_matter(election, order):
    def shuffled(word):
        return "=".join(order.sample(word, len(word)))

    papers = {weight: list(map(shuffled, words)) for weight, words in election.papers.items()}
    again = count(Election(election.candidates, papers, election.seats, seed=election.seed))
    assert again.plain() == count(election).plain()


def test_a_hundred_thousand_papers_are_counted_at_once():
    words = [
        "".join(sorted("ABCDEFGHIJ", key=lambda c: hash((c, n)) % 97))[: n % 10 + 1] for n in range(5000)
    ]
    election = Election(tuple("abcdefghij"), {1: words * 20}, 5, seed=b"s")
    started = perf_counter()
    assert len(count(election).elected) == 5
    assert perf_counter() - started < 2  # about 0.15 s on a quiet machine
