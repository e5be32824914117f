"""Elections by every method a constitution can name: the paper it asks for, kept, counted and printed."""

import pytest

from coop.errors import Refusal
from coop.rules.provisions import REGISTRY
from coop.rules.tally import METHODS
from coop.rules.tally.election import PaperKind
from coop.services import ballots, organisations
from tests.ballot_house import after, cast

# Three voters of whom most want the second of three candidates.
PAPERS = {
    PaperKind.CHOICE: [[2], [2], [1]],
    PaperKind.RANKING: [[2, 1], [2], [1, 2]],
    PaperKind.APPROVAL: [[2], [2, 1], [2]],
    PaperKind.SCORE: [[0, 5, None], [1, 4, 0], [5, 4, None]],
}


@pytest.fixture
def election_by(make, deed, now):
    """Open an election for treasurer of three candidates by a method."""

    def build(method):
        text = (
            f'1. Papers are counted by [the method we chose]{{provision="election.method" value="{method}"}}.'
        )
        organisation = make.organisation(text=text)
        officer = make.officer(organisation, "returning_officer", "Rita")
        members = [make.member(organisation, f"Member {n}") for n in range(2, 5)]
        office = organisations.find_office(organisation, "treasurer")
        ballot = deed(
            ballots.set_up_election,
            organisation,
            make.actor(officer),
            now,
            office=office,
            candidates=[ballots.Candidate(member, "") for member in members],
        )
        deed(ballots.open_ballot, ballot, organisation, make.actor(officer), now)
        return ballot, members

    return build


def test_every_method_that_counts_can_be_chosen_by_a_constitution():
    assert set(REGISTRY["election.method"].kind.choices) == set(METHODS)


@pytest.mark.parametrize("method", METHODS)
def test_an_election_is_counted_by_the_method_of_the_constitution(election_by, method, make, deed, now):
    ballot, members = election_by(method)
    cast(deed, make, ballot, members, PAPERS[METHODS[method].paper], now)
    decision = deed(ballots.seal, ballot.id, after(ballot))
    assert decision.outcome == "elected"
    assert decision.result["method"] == method
    assert [one["name"] for one in decision.result["elected"]] == ["Member 3"]
    assert METHODS[method].title in decision.reasoning
    assert decision.result["valid"] == "3"


BAD = [
    ("plurality", [1, 2], "This election asks for one candidate"),
    ("plurality", [], "Choose first: mark a candidate."),
    ("plurality", [4], "There is no such candidate"),
    ("borda", [1, 1], "Somebody has two places"),
    ("borda", [0], "There is no such candidate"),
    ("approval", [], "Choose first: mark everybody"),
    ("approval", [3, 4], "There is no such candidate"),
    ("score", [None, None, None], "Choose first: give at least one candidate a score."),
    ("score", [5, 5], "There is no such candidate"),
    ("score", [5, 5, 6], "A score is a whole number from 0 to 5."),
    ("score", [5, 5, -1], "A score is a whole number from 0 to 5."),
    ("star", "for", "Choose first"),
]


@pytest.mark.parametrize(("method", "choice", "says"), BAD)
def test_a_paper_the_method_cannot_count_is_refused_with_words(
    election_by, method, choice, says, make, deed, now
):
    ballot, members = election_by(method)
    with pytest.raises(Refusal, match=says):
        deed(ballots.cast_vote, ballot, make.actor(members[0]), choice, now)


def test_an_approval_paper_keeps_no_order(election_by, make, deed, now):
    ballot, members = election_by("approval")
    deed(ballots.cast_vote, ballot, make.actor(members[0]), [3, 1], now)
    assert ballots.vote_of(ballot, members[0].id) == [1, 3]
