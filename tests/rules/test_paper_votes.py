"""Tellers read piles of papers: each line a paper, or equal ones together; what can't be read is named by its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.rules.paper_votes import (
    Difference,
    Pile,
    Unclear,
    differences,
    pile_of_motion,
    read_numbers,
    read_pile,
    write_pile,
)
from coop.rules.tally.election import PaperKind

RANKING, CHOICE, APPROVAL, SCORE = PaperKind.RANKING, PaperKind.CHOICE, PaperKind.APPROVAL, PaperKind.SCORE


@pytest.mark.parametrize(
    ("kind", "text", "papers"),
    [
        pytest.param(RANKING, "2 1 3", {"[2,1,3]": 1}, id="one paper"),
        pytest.param(RANKING, "4 × 2 1\n2,1", {"[2,1]": 5}, id="equal papers add up, commas or spaces"),
        pytest.param(RANKING, "4x2 1\n3 X 1\n2*1", {"[2,1]": 4, "[1]": 5}, id="the count with any cross"),
        pytest.param(RANKING, "\n  1 \n\n", {"[1]": 1}, id="empty lines are nothing"),
        pytest.param(RANKING, "10 x 3", {"[3]": 10}, id="a count of two digits"),
        pytest.param(CHOICE, "3\n12 × 1", {"[3]": 1, "[1]": 12}, id="one candidate"),
        pytest.param(APPROVAL, "3 1\n1 3", {"[1,3]": 2}, id="marks have no order"),
        pytest.param(SCORE, "5 0 -\n2 × 5 0 –", {"[5,0,null]": 3}, id="scores, none given"),
        pytest.param(RANKING, "", {}, id="no paper"),
    ],
)
def test_a_pile_is_read(kind, text, papers):
    assert read_pile(text, kind, 3, 1) == Pile(papers, 1)


@pytest.mark.parametrize(
    ("kind", "text", "says"),
    [
        (RANKING, "1\n2 4", "Line 2: there is no candidate 4, the paper has 1 to 3."),
        (RANKING, "0", "Line 1: there is no candidate 0, the paper has 1 to 3."),
        (RANKING, "1 1", "Line 1: candidate 1 stands there twice."),
        (RANKING, "1 b", "Line 1: “b” is not a candidate's number."),
        (RANKING, "1 -2", "Line 1: “-2” is not a candidate's number."),
        (RANKING, "1\n\n0 × 2", "Line 3: “0 × 2” holds no paper."),
        (RANKING, "3 ×", "Line 1: “3 ×” holds no paper."),
        (RANKING, "× 1", "Line 1: “×” is not a candidate's number."),
        (RANKING, "٣", "Line 1: “٣” is not a candidate's number."),
        (RANKING, "100001 × 1", "more than 100000 papers"),
        (RANKING, "1234567 × 1", "there is no candidate 1234567"),
        (CHOICE, "1 2", "Line 1: this election asks for one candidate."),
        (SCORE, "1 2", "Line 1: there are 2 scores for 3 candidates."),
        (SCORE, "1 2 6", "Line 1: “6” is no score from 0 to 5."),
        (SCORE, "- - -", "Line 1: a paper without any score is blank."),
    ],
)
def test_what_cannot_be_read_is_named_by_its_line(kind, text, says):
    with pytest.raises(Unclear) as caught:
        read_pile(text, kind, 3, 0)
    assert says in str(caught.value)


def test_five_problems_are_told_and_how_many_more():
    with pytest.raises(Unclear) as caught:
        read_pile("9\n" * 7, RANKING, 3, 0)
    assert str(caught.value).count("Line") == 5
    assert str(caught.value).endswith("And 2 more.")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("12, 15 18\n20", [12, 15, 18, 20]), ("", []), (" 7;8 ,\n", [7, 8]), ("007", [7])],
)
def test_numbers_of_members_are_read_as_people_write_them(text, numbers):
    assert read_numbers(text) == numbers


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("12 12", "Member 12 stands there twice."),
        ("12 012", "Member 12 stands there twice."),
        ("12 Ada", "“Ada” is not a member number."),
        ("-3", "“-3” is not a member number."),
        ("9" * 400, "is not a member number."),
    ],
)
def test_a_number_twice_or_no_number_is_named(text, says):
    with pytest.raises(Unclear) as caught:
        read_numbers(text)
    assert says in str(caught.value)
    assert len(str(caught.value)) < 60


def test_a_motion_is_read_as_counts():
    pile = pile_of_motion(3, 0, 1, 2)
    assert pile == Pile({'"for"': 3, '"abstain"': 1}, 2)
    assert pile.total == 6


def test_where_two_tellers_differ_is_named_with_both_counts():
    first, second = Pile({"[1]": 3, "[2]": 1}, 0), Pile({"[1]": 2, "[3]": 1, "[2]": 1}, 1)
    assert differences(first, second) == [
        Difference([1], 3, 2),
        Difference([3], 0, 1),
        Difference(None, 0, 1),
    ]
    assert differences(first, first) == []


PAPERS = {
    RANKING: st.permutations([1, 2, 3, 4]).flatmap(lambda order: st.integers(1, 4).map(lambda n: order[:n])),
    APPROVAL: st.sets(st.integers(1, 4), min_size=1).map(sorted),
    SCORE: st.lists(st.none() | st.integers(0, 5), min_size=4, max_size=4).filter(
        lambda s: any(x is not None for x in s)
    ),
}


@pytest.mark.parametrize("kind", PAPERS)
def test_a_pile_that_is_written_is_read_as_the_same_pile(kind):
    @given(st.lists(st.tuples(PAPERS[kind], st.integers(1, 30)), max_size=8), st.integers(0, 9))
    def holds(papers, spoilt):
        text = "\n".join(
            f"{n} × {' '.join('-' if m is None else str(m) for m in marks)}" for marks, n in papers
        )
        pile = read_pile(text, kind, 4, spoilt)
        assert read_pile(write_pile(pile), kind, 4, spoilt) == pile
        assert Pile.of(pile.plain()) == pile
        assert pile.total == sum(n for _marks, n in papers) + spoilt

    holds()


@pytest.mark.parametrize("kind", [*PAPERS, CHOICE])
@given(text=st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused_in_a_sentence(kind, text):
    try:
        told = write_pile(read_pile(text, kind, 3, 0)) or "."
    except Unclear as why:
        told = str(why)
    assert told[-1] in ".-0123456789"
