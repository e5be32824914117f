"""Two values that are each lawful and contradict each other are refused, with the line of the later one."""

import pytest

from coop.gateways.markdown import parse
from coop.rules.constitution import assemble
from coop.rules.provisions import REGISTRY


def text_of(*marks):
    """Give each mark ("key", or "key@body=board", and value) an article of its own, from line 1, every other line."""
    articles = []
    for number, (name, value) in enumerate(marks, start=1):
        key, _, scope = name.partition("@")
        kind, _, body = scope.partition("=")
        more = f' {kind}="{body}"' if scope else ""
        words = value if key in ("office.excludes", "membership.declarations") else "so"
        articles.append(f'{number}. It is [{words}]{{provision="{key}"{more} value="{value}"}}.\n')
    return "\n".join(articles)


def read(*marks):
    return assemble(parse(text_of(*marks)))


CLASHES = [
    pytest.param(
        [("motion.lapse", "1 months"), ("motion.debate", "31 days")], [("motion.lapse", "1 months"), ("motion.debate", "30 days")],
        "while it is still debated (motion.debate, article 2)", id="a motion lapses while it is debated"),
    pytest.param(
        [("motion.seconding", "20 days"), ("motion.debate", "11 days"), ("motion.lapse", "1 months")],
        [("motion.seconding", "20 days"), ("motion.debate", "10 days"), ("motion.lapse", "1 months")],
        "before the 31 days to second and debate it are over", id="a motion lapses before it can be debated"),
    pytest.param(
        [("motion.lapse", "1 months"), ("motion.debate@body=board", "31 days")],
        [("motion.lapse", "1 months"), ("motion.lapse@body=board", "2 months"), ("motion.debate@body=board", "31 days")],
        "while it is still debated (motion.debate@board", id="in one body"),
    pytest.param(
        [("decision.ordinary.majority", ">= 2/3 of cast"), ("decision.special.majority", "> 1/2 of cast")],
        [("decision.ordinary.majority", ">= 2/3 of cast"), ("decision.special.majority", ">= 2/3 of cast")],
        "what is special would be carried by less than what is ordinary", id="special easier than ordinary"),
    pytest.param(
        [("decision.constitutional.majority", ">= 2/3 of cast"), ("decision.special.majority", "> 2/3 of cast")],
        [("decision.constitutional.majority", "> 2/3 of cast"), ("decision.special.majority", ">= 2/3 of cast")],
        "what is constitutional would be carried by less than what is special", id="the constitution easier to change by one vote"),
    pytest.param(
        [("decision.constitutional.majority", "> 1/2 of cast"), ("decision.ordinary.majority", ">= 3/4 of cast")],
        [("decision.constitutional.majority", "> 1/2 of eligible"), ("decision.ordinary.majority", ">= 3/4 of cast")],
        "what is constitutional would be carried by less than what is ordinary", id="the constitution easier than anything; of another whole nobody can say"),
    pytest.param(
        [("office.term", "1 months"), ("nomination.period", "14 days"), ("nomination.withdrawal", "3 days"), ("election.voting_period", "14 days")],
        [("office.term", "1 months"), ("nomination.period", "14 days"), ("nomination.withdrawal", "2 days"), ("election.voting_period", "14 days")],
        "before the 31 days that an election takes", id="a term shorter than its election"),
    pytest.param(
        [("office.term@office=auditor", "1 months"), ("recall.reply", "7 days"), ("decision.recall.voting_period", "24 days")],
        [("office.term@office=auditor", "1 months"), ("recall.reply", "7 days"), ("decision.recall.voting_period", "23 days")],
        "before the 31 days that a recall takes", id="a term shorter than its recall"),
    pytest.param(
        [("office.treasurer.acting", "auditor"), ("office.excludes@office=auditor", "chair; treasurer")],
        [("office.treasurer.acting", "auditor"), ("office.excludes@office=auditor", "chair")],
        "the auditor acts for the treasurer, and these offices exclude each other", id="who acts is excluded"),
    pytest.param(
        [("office.excludes", "treasurer"), ("office.treasurer.acting", "secretary")],
        [("office.excludes", "auditor"), ("office.treasurer.acting", "secretary")],
        "the secretary acts for the treasurer", id="who acts is excluded, as everybody is"),
    pytest.param(
        [("office.returning_officer.acting@body=board", "chair"), ("office.excludes@body=board", "chair")],
        [("office.returning_officer.acting@body=branch", "chair"), ("office.excludes@body=board", "chair")],
        "the chair acts for the returning officer", id="who acts is excluded in that body"),
    pytest.param(
        [("office.chair.acting", "secretary"), ("office.secretary.acting", "secretary")],
        [("office.chair.acting", "secretary"), ("office.secretary.acting", "chair")],
        "while there is no secretary, the secretary can't act", id="a vacant office acts for itself"),
    pytest.param(
        [("office.term", "2 years"), ("office.excludes@office=chair", "chair; secretary")],
        [("office.term", "2 years"), ("office.excludes@office=chair", "secretary")],
        "the office of chair would exclude itself", id="an office excludes itself"),
    pytest.param(
        [("delegate.most_votes", "1"), ("delegate.members_per_vote", "0")],
        [("delegate.most_votes", "0"), ("delegate.members_per_vote", "0")],
        "no member has votes by size", id="a limit of votes that nobody has"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "right", "what"), CLASHES)
def test_values_that_contradict_each_other_are_told_with_the_line_and_what_just_fits_is_not(
    wrong, right, what
):
    problems = read(*wrong).problems
    assert [what in problem.what for problem in problems] == [True], problems
    assert problems[0].line == 2 * len(wrong) - 1
    assert read(*right).problems == ()


def test_a_default_contradicts_nobodys_words():
    for key, provision in REGISTRY.items():
        for value in {provision.default, provision.example}:
            assert read((key, value)).problems == ()
    assert read(("motion.lapse", "1 months")).problems == ()


def test_the_defaults_written_out_contradict_nothing():
    assert read(*((key, provision.default) for key, provision in REGISTRY.items())).problems == ()
