"""Several options against things as they are: each a motion of its own, and a declared way to take one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.rules.tally.motion import Choice
from coop.rules.tally.options import Deciding, OptionsPaper, OptionsRule, count_options
from coop.rules.thresholds import Majority, Quorum

MARKS = {"f": Choice.FOR, "a": Choice.AGAINST, "s": Choice.ABSTAIN, "-": None}
MILL_BARN = ("Mill", "Barn")


def papers(*written):
    """Write papers as “12 fa 21”: the weight, a mark an option, the order of preference."""
    return [paper(*line.split()) for line in written]


def paper(weight, marks, order=""):
    return OptionsPaper(
        tuple(MARKS[mark] for mark in marks), tuple(int(digit) for digit in order), int(weight)
    )


def rule(majority="> 1/2 of cast", quorum=None, deciding=Deciding.QUESTION, **more):
    return OptionsRule(Majority.parse(majority), quorum and Quorum.parse(quorum), deciding, **more)


def taken(options, written, given_rule=None, eligible=100, **more):
    return count_options(options, papers(*written), given_rule or rule(), eligible, **more).taken


@pytest.mark.parametrize(
    ("written", "number"),
    [
        pytest.param(["6 fa", "5 aa"], 1, id="only one is adopted"),
        pytest.param(["5 fa", "5 aa"], None, id="a tie against the status quo is lost"),
        pytest.param(["4 fa", "5 af"], 2, id="the other one is adopted, narrowly"),
        pytest.param(["5 fa", "5 af"], None, id="neither has more than half"),
        pytest.param(["9 ss"], None, id="abstentions adopt nothing"),
        pytest.param(["7 ff 21", "6 fa 12"], 2, id="both are adopted; the deciding question prefers the second"),
        pytest.param(["6 ff 21", "6 ff 12", "1 ff"], None, id="equal in everything: things stay as they are"),
        pytest.param(["6 ff 21", "6 ff 12", "1 fa"], 1, id="an equal deciding question goes to most votes for"),
        pytest.param(["6 ff 21", "6 ff 12", "1 sa"], 1, id="and then to fewest against"),
        pytest.param(["9 ff", "1 fa 1"], 1, id="one mark in the deciding question is enough"),
        pytest.param(["9 ff", "2 aa 2"], 2, id="who wants neither can still prefer one"),
        pytest.param([], None, id="no paper"),
    ],
)  # fmt: skip
def test_two_options_the_double_yes_and_the_deciding_question(written, number):
    assert taken(MILL_BARN, written) == number


def test_an_option_preferred_to_every_other_is_taken_though_another_has_more_votes_for():
    three = ("A", "B", "C")
    written = ["4 fff 123", "3 aff 231", "2 aff 321"]
    assert taken(three, written, rule(">= 1/3 of cast")) == 2
    assert taken(three, ["4 fff 123", "3 faf 231", "2 fff 321"]) == 2


def test_a_circle_of_deciding_questions_goes_to_most_votes_for():
    three = ("A", "B", "C")
    circle = ["4 fff 123", "4 fff 231", "4 fff 312"]
    assert taken(three, circle) is None
    assert taken(three, [*circle, "1 asf"]) == 3
    assert taken(three, [*circle, "1 saa"]) == 1


def test_options_that_are_not_adopted_stand_in_nobodys_way():
    result = count_options(("A", "B", "C"), papers("6 ffa 312", "5 fff 321"), rule(), 20)
    assert result.adopted == (1, 2)
    assert dict(result.deciding) == {(1, 2): (6, 5)}
    assert result.taken == 1


@pytest.mark.parametrize(
    ("deciding", "number"),
    [(Deciding.QUESTION, 3), (Deciding.MOST_FOR, 2), (Deciding.IN_ORDER, 1)],
)
def test_what_decides_among_the_adopted_is_declared(deciding, number):
    written = ["6 fff 321", "3 aff 231", "1 sfs", "2 fff 123"]
    assert taken(("A", "B", "C"), written, rule(deciding=deciding)) == number


def test_a_tie_for_most_votes_for_goes_to_fewest_against_and_then_to_the_status_quo():
    most_for = rule(deciding=Deciding.MOST_FOR)
    assert taken(MILL_BARN, ["6 ff", "1 as"], most_for) == 2
    assert taken(MILL_BARN, ["6 ff", "1 aa"], most_for) is None


@pytest.mark.parametrize(
    ("votes_for", "number"),
    [
        pytest.param(39, None, id="two thirds of 60: one below"),
        pytest.param(40, 1, id="two thirds of 60"),
        pytest.param(41, 1, id="two thirds of 60: one above"),
    ],
)
def test_each_option_must_reach_the_declared_majority(votes_for, number):
    written = [f"{votes_for} f", f"{60 - votes_for} a"]
    assert taken(("A",), written, rule(">= 2/3 of cast")) == number


@pytest.mark.parametrize(("votes", "outcome"), [(24, "inquorate"), (25, "carried"), (26, "carried")])
def test_each_option_must_reach_the_declared_quorum(votes, outcome):
    result = count_options(("A",), papers(f"{votes} f"), rule(quorum="1/4 of eligible"), 100)
    assert result.outcome == outcome


def test_a_question_left_open_is_no_abstention_and_no_vote_but_takes_part():
    result = count_options(
        MILL_BARN, papers("3 fs", "2 a-", "1 --"), rule(quorum="7 of eligible"), 9, invalid=1
    )
    mill, barn = (motion.counts for motion in result.motions)
    assert (mill.votes_for, mill.against, mill.abstained, mill.blank, mill.invalid) == (3, 2, 0, 1, 1)
    assert (barn.votes_for, barn.against, barn.abstained, barn.blank, barn.invalid) == (0, 0, 3, 3, 1)
    assert result.taken == 1


def test_a_paper_of_no_weight_counts_for_nothing():
    written = ["3 fa 1", "2 af 2"]
    assert (
        count_options(MILL_BARN, papers(*written, "0 af 2"), rule(), 9).plain()
        == count_options(MILL_BARN, papers(*written), rule(), 9).plain()
    )


def test_the_reasoning_says_each_step():
    result = count_options(
        MILL_BARN, papers("7 ff 21", "6 fa 12"), rule(articles=("24",), version=3), 20
    )  # fmt: skip
    assert result.says == (
        "Mill: Carried: 13 for, 0 against, 0 abstained. Needs more than 1/2 of 13 votes cast (7). "
        "Barn: Carried: 7 for, 6 against, 0 abstained. Needs more than 1/2 of 13 votes cast (7). "
        "Adopted: Mill and Barn. Deciding question: 6 prefer Mill, 7 prefer Barn. "
        "Most deciding questions won: Barn (1). Barn is taken. Article 24, version 3."
    )
    plain = result.plain()
    assert plain["taken"] == {"number": 2, "name": "Barn"}
    assert plain["deciding"] == [{"options": [1, 2], "votes": [6, 7]}]
    assert [option["for"] for option in plain["options"]] == [13, 7]


def test_the_reasoning_of_the_status_quo():
    assert "No option is adopted, so things stay as they are." in count_options(MILL_BARN, [], rule(), 9).says
    tied = count_options(MILL_BARN, papers("6 ff"), rule(), 9)
    assert tied.says.endswith(
        "Most deciding questions won: Mill and Barn (0). Most votes for: Mill and Barn (6). "
        "Fewest against: Mill and Barn (0). They are equal in all of it, so things stay as they are."
    )
    assert tied.outcome == "lost"
    assert tied.plain()["taken"] is None


@pytest.mark.parametrize(
    ("options", "written", "sentence"),
    [
        ((), [], "at least one option"),
        (("A", "A"), [], "names must differ"),
        (MILL_BARN, ["1 f"], "answers 1 questions; there are 2"),
        (MILL_BARN, ["1 ff 3"], "an option that there is not"),
        (MILL_BARN, ["1 ff 11"], "an option twice"),
        (MILL_BARN, ["-1 ff"], "can't be below 0"),
        (MILL_BARN, ["101 ff"], "only 100 members"),
    ],
)
def test_papers_that_cannot_be_counted_are_refused_in_a_sentence(options, written, sentence):
    with pytest.raises(ValueError, match=sentence):
        taken(options, written)


marks = st.lists(st.sampled_from("fffas-"), min_size=3, max_size=3).map("".join)
orders = st.permutations("123").flatmap(lambda order: st.integers(0, 3).map(lambda n: "".join(order[:n])))
rolls = st.lists(st.builds(lambda m, o: f"1 {m} {o}", marks, orders), max_size=12)
ABC = ("A", "B", "C")


@given(written=rolls, order=st.randoms(use_true_random=False), deciding=st.sampled_from(Deciding))
def test_the_order_of_the_papers_changes_nothing(written, order, deciding):
    shuffled = list(written)
    order.shuffle(shuffled)
    given_rule = rule(deciding=deciding)
    assert (
        count_options(ABC, papers(*shuffled), given_rule, 12).plain()
        == count_options(ABC, papers(*written), given_rule, 12).plain()
    )


@given(
    written=rolls,
    rename=st.permutations([0, 1, 2]),
    deciding=st.sampled_from([Deciding.QUESTION, Deciding.MOST_FOR]),
)
def test_the_places_of_the_options_on_the_paper_change_nothing(written, rename, deciding):
    before = papers(*written)
    after = [
        OptionsPaper(
            tuple(each.choices[at] for at in rename), tuple(rename.index(n - 1) + 1 for n in each.preference)
        )
        for each in before
    ]
    found = count_options(ABC, after, rule(deciding=deciding), 12)
    was = count_options(ABC, before, rule(deciding=deciding), 12)
    assert (found.taken and rename[found.taken - 1] + 1) == was.taken


@given(
    written=rolls.filter(bool),
    which=st.integers(0, 11),
    deciding=st.sampled_from(Deciding),
    majority=st.sampled_from(["> 1/2 of cast", ">= 2/3 of present"]),
)
def test_more_support_never_costs_an_option_what_it_had_won(written, which, deciding, majority):
    before = papers(*written)
    was = count_options(ABC, before, rule(majority, deciding=deciding), 12).taken
    if was is None:
        return
    each = before[which % len(before)]
    choices = tuple(Choice.FOR if at == was - 1 else choice for at, choice in enumerate(each.choices))
    preference = (was, *(number for number in each.preference if number != was))
    before[which % len(before)] = OptionsPaper(choices, preference)
    assert count_options(ABC, before, rule(majority, deciding=deciding), 12).taken == was
