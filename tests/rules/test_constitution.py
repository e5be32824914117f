from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coop.gateways.markdown import parse, render
from coop.rules.comparison import compare_articles, compare_words
from coop.rules.constitution import Effective, assemble, look_up, resolve
from coop.rules.provisions import REGISTRY, BadValue, Days
from coop.rules.thresholds import Majority, Quorum
from tests.scale import scale

MODELS = Path(__file__).resolve().parents[2] / "coop" / "constitution_models"

DESIGN = """\
14. Notice of a general meeting is [twenty-one clear days]{provision="meeting.notice" value="21 days"}.

22. A special resolution is carried by [two thirds of the votes cast]{provision="decision.special.majority" value=">= 2/3 of cast"}
    provided [a quarter of the members]{provision="decision.special.quorum" value="1/4 of eligible"} vote.

31. The board decides when [half of its members]{provision="meeting.quorum" body="board" value="1/2 of eligible"} are present.
"""


def read(text, **known):
    return assemble(parse(text), **known)


def test_the_text_of_the_design_reads_as_meant():
    reading = read(DESIGN)
    assert reading.problems == ()
    assert [(a.number, a.line) for a in reading.articles] == [("14", 1), ("22", 3), ("31", 6)]
    assert {p.name: (p.value, p.text, p.article, p.line) for p in reading.provisions} == {
        "meeting.notice": (Days(21, clear=True), "21 days", "14", 1),
        "decision.special.majority": (Majority.parse(">= 2/3 of cast"), ">= 2/3 of cast", "22", 3),
        "decision.special.quorum": (Quorum.parse("1/4 of eligible"), "1/4 of eligible", "22", 4),
        "meeting.quorum@board": (Quorum.parse("1/2 of eligible"), "1/2 of eligible", "31", 6),
    }
    assert reading.articles[0].text == "Notice of a general meeting is twenty-one clear days."


def test_what_the_text_leaves_open_is_filled_by_a_default():
    reading = read(DESIGN)
    marked = {"meeting.notice", "decision.special.majority", "decision.special.quorum"}
    assert {p.key for p in reading.defaults} == set(REGISTRY) - marked
    assert all(p.scope == "" and p.article is None for p in reading.defaults)


@pytest.mark.parametrize("model", sorted(MODELS.glob("*.md")), ids=lambda path: path.stem)
def test_the_model_constitutions_read_without_a_problem(model):
    reading = read(model.read_text(), bodies={"assembly", "board", "branch"}, offices={"auditor"})
    assert reading.problems == ()
    assert [int(a.number) for a in reading.articles] == list(range(1, len(reading.articles) + 1))


@pytest.mark.parametrize("model", ["workers", "housing", "federation"])
def test_a_complete_model_says_what_members_ask_for_first(model):
    reading = read((MODELS / f"{model}.md").read_text())
    assert 30 <= len(reading.articles) <= 45
    stated = {value.key for value in reading.provisions if not value.scope}
    assert stated >= {key for key in REGISTRY if key.startswith(("decision.", "organisation.", "dues."))}
    assert stated >= {"membership.admission", "roll.cutoff", "member.votes", "proxy.limit"}
    assert stated >= {
        "meeting.notice",
        "meeting.quorum",
        "election.method",
        "election.secrecy",
        "office.term",
    }


NOTICE = '[ten days]{provision="meeting.notice" value="10 days"}'
MALFORMED = [
    pytest.param("", 1, "no article", id="nothing at all"),
    pytest.param("Some words.\n", 1, "no article", id="no article"),
    pytest.param(f"# Title\n\n{NOTICE}\n\n1. One.\n", 3, "outside an article", id="a mark in the preamble"),
    pytest.param(f"# Title {NOTICE}\n\n1. One.\n", 1, "outside an article", id="a mark in a heading"),
    pytest.param(f"1. One.\n\n- {NOTICE}\n", 3, "outside an article", id="a mark in a top-level bullet"),
    pytest.param(f"**1.** {NOTICE}\n\n2. Two.\n", 1, "outside an article", id="a bold number is no article"),
    pytest.param('1. [ten days]{provision=meeting.notice value="10 days"}\n', 1, "can't be read", id="an unquoted key"),
    pytest.param('1. One\n   [ten]{provision="dues.due" value=10}\n', 2, "in quotes", id="an unquoted value"),
    pytest.param('1. [ten days] {provision="meeting.notice" value="10 days"}\n', 1, "can't be read", id="a space before the mark"),
    pytest.param('1. ten days {provision="meeting.notice" value="10 days"}\n', 1, "can't be read", id="a mark behind no brackets"),
    pytest.param('1. [ten days]{provision="meeting.notice" value="10 days"\n', 1, "can't be read", id="a brace left open"),
    pytest.param('1. [ten days]{provision="meeting.notice value="10 days"}\n', 1, "can't be read", id="a quote left open"),
    pytest.param("1. [ten days]{provision=“meeting.notice” value=“10 days”}\n", 1, "can't be read", id="curly quotes"),
    pytest.param('1. \\[ten days\\]{provision="meeting.notice" value="10 days"}\n', 1, "can't be read", id="escaped brackets"),
    pytest.param(f"1. One.\n\n   `{NOTICE}`\n", 3, "can't be read", id="a mark in code"),
    pytest.param(f"1. One.\n\n    ```\n    {NOTICE}\n    ```\n", 4, "can't be read", id="a mark in a fence"),
    pytest.param(f"1. One.\n\n        {NOTICE}\n", 3, "can't be read", id="a mark indented into code"),
    pytest.param('1. One.\n\n[x]: /y "provision="\n', 3, "can't be read", id="a mark in a link definition"),
    pytest.param('1. One.\n\n   [ten days](/x){provision="meeting.notice" value="10 days"}\n', 3, "can't be read", id="a mark behind a link"),
    pytest.param(f'1. {NOTICE}{{provision="meeting.quorum" value="1/4 of eligible"}}\n', 1, "can't be read", id="a second mark behind the first"),
    pytest.param('1. [ten days]{provison="meeting.notice" value="10 days"}\n', 1, "has no “provison”", id="a misspelt attribute"),
    pytest.param('1. [ten days]{value="10 days"}\n', 1, "no “provision”", id="no provision"),
    pytest.param('1. [ten days]{provision="meeting.notice"}\n', 1, "no “value”", id="no value"),
    pytest.param('1. [ten days]{provision="meeting.notice" value=""}\n', 1, "no “value”", id="an empty value"),
    pytest.param('1. [ten days]{provision="meeting.notice" value="10 days" value="11 days"}\n', 1, "“value” twice", id="two values in one mark"),
    pytest.param('1. [ten days]{.law provision="meeting.notice" value="10 days"}\n', 1, "in quotes", id="a class in a mark"),
    pytest.param('1. []{provision="meeting.notice" value="10 days"}\n', 1, "needs words", id="no words"),
    pytest.param(f'1. [one {NOTICE}]{{provision="dues.due" value="10 days"}}\n', 1, "inside another", id="a mark in a mark"),
    pytest.param('1. [ten days]{provision="meeting.notices" value="10 days"}\n', 1, "no provision “meeting.notices”", id="an unknown key"),
    pytest.param('1. [ten]{provision="meeting.notice" value="ten"}\n', 1, "not a number of days", id="a bad value"),
    pytest.param('1. [ten years]{provision="meeting.notice" value="3650 days"}\n', 1, "too large", id="a value out of bounds"),
    pytest.param(f"1. {NOTICE}\n\n2. {NOTICE.replace('10 days', '10 days')}\n", 3, "on line 1", id="the same rule twice"),
    pytest.param(f'1. {NOTICE}\n\n2. [nine days]{{provision="meeting.notice" value="9 days"}}\n', 3, "on line 1", id="two values for one rule"),
    pytest.param('1. [half]{provision="meeting.quorum" body="board" value="1/2 of eligible"}\n\n2. [a third]{provision="meeting.quorum" body="board" value="1/3 of eligible"}\n', 3, "meeting.quorum@board", id="two values for one body"),
    pytest.param('1. [ten days]{provision="dues.due" body="board" value="10 days"}\n', 1, "for one body", id="a body where none can be"),
    pytest.param('1. [one year]{provision="meeting.notice" office="chair" value="12 months"}\n', 1, "for one office", id="an office where none can be"),
    pytest.param('1. [half]{provision="meeting.quorum" body="Board" value="1/2 of eligible"}\n', 1, "small letters", id="a body in capitals"),
    pytest.param('1. [half]{provision="decision.majority" decision="grave" value="> 1/2 of cast"}\n', 1, "no class of decision", id="an unknown class"),
    pytest.param('1. [twenty-one clear days]{provision="meeting.notice" value="14 days"}\n', 1, "Words prevail", id="words against the mark"),
    pytest.param("1. One.\n\n1. Another.\n", 3, "two articles 1", id="a number twice"),
    pytest.param("2. Two.\n\n1. One.\n", 3, "must ascend", id="numbers that fall"),
    pytest.param("1. One.\n2. Two.\n", 2, "blank line", id="no blank line between articles"),
    pytest.param("Preamble\n14. Fourteen.\n\n15. Fifteen.\n", 2, "blank line", id="an article swallowed by a paragraph"),
    pytest.param("1.One\n\n2. Two.\n", 1, "a space", id="a number glued to its text"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "what"), MALFORMED)
def test_a_malformed_constitution_is_told_with_its_line(text, line, what):
    problems = read(text).problems
    assert any(p.line == line and what in p.what for p in problems), problems


def test_lines_are_counted_alike_whatever_ends_them():
    text = f"1. One.\n\n2. {NOTICE.replace('10 days', '9 days')}\n"
    for ending in ("\n", "\r\n", "\r"):
        assert [p.line for p in read("\ufeff" + text.replace("\n", ending)).problems] == [3]


def test_a_list_within_an_article_is_no_list_of_articles():
    reading = read("1. One:\n\n   1. first,\n   2. second.\n\n2. Two.\n")
    assert reading.problems == ()
    assert [a.number for a in reading.articles] == ["1", "2"]


def test_a_mark_may_run_over_the_end_of_a_line():
    reading = read(
        '1. Ask [twenty-one\n   clear days]{provision="meeting.notice"\n   value="21 days"} before.\n'
    )
    assert reading.problems == ()
    assert reading.provisions[0].words == "twenty-one clear days"


def test_an_unknown_body_is_named_where_the_bodies_are_known():
    text = '1. [half]{provision="meeting.quorum" body="boad" value="1/2 of eligible"}\n'
    assert read(text).problems == ()
    assert "There is no body “boad”" in read(text, bodies={"board"}).problems[0].what


def test_a_class_of_decision_may_stand_in_the_key_or_beside_it():
    text = '1. By [two thirds of the votes cast]{provision="decision.majority" decision="special" value=">= 2/3 of cast"}.\n'
    reading = read(text)
    assert reading.problems == ()
    assert reading.provisions[0].key == "decision.special.majority" == resolve("decision.majority", "special")
    with pytest.raises(BadValue):
        resolve("meeting.notice", "special")


def test_a_rule_for_a_body_goes_before_the_rule_for_all():
    def of(scope, days):
        return Effective("meeting.notice", scope, Days(days, clear=True), f"{days} days")

    values = {("meeting.notice", ""): of("", 21), ("meeting.notice", "body=board"): of("body=board", 7)}
    assert look_up(values, "meeting.notice", ["body=board"]).value.n == 7
    assert look_up(values, "meeting.notice", ["body=branch"]).value.n == 21
    assert look_up(values, "meeting.notice", ["body=north", "body=board"]).value.n == 7
    assert look_up(values, "meeting.notice").value.n == 21
    assert look_up({}, "meeting.notice").text == REGISTRY["meeting.notice"].default


@settings(max_examples=scale(150, 5000), deadline=None)
@given(
    st.text(
        alphabet=st.sampled_from("1.) [x]{provision=\"meeting.notice\" value='7 days'}\n#-*`<a>\\&\t"),
        max_size=120,
    )
)
def test_no_text_is_too_odd_to_be_read_and_no_mark_vanishes_silently(text):
    draft = parse(text)
    reading = assemble(draft)
    assert reading.provisions or reading.problems or "provision=" not in text
    for piece in render(text, lambda mark: "#" + mark.get("provision", "")):
        assert "<script" not in piece.html


def test_what_members_read_holds_no_brackets_and_no_foreign_markup():
    text = f"# Rules of <b>us</b>\n\n1. Notice is {NOTICE}. <script>alert(1)</script> [go](javascript:alert(1))\n"
    heading, article = render(text, lambda mark: "#" + mark["provision"])
    assert (heading.heading, heading.html.strip()) == (1, "Rules of &lt;b&gt;us&lt;/b&gt;")
    assert article.article == "1"
    assert '<a class="provision" href="#meeting.notice">ten days</a>' in article.html
    assert article.html.startswith("<p><strong>1.</strong> Notice")
    assert "<script" not in article.html
    assert 'href="javascript' not in article.html
    assert "{" not in article.html


TEXTS = st.lists(st.sampled_from(["a", "b", "the\nquorum", "of", "notice"]), max_size=12).map(" ".join)


@settings(max_examples=scale(100, 5000), deadline=None)
@given(TEXTS, TEXTS)
def test_what_stayed_and_what_went_is_the_old_text_and_what_stayed_and_came_is_the_new(before, after):
    runs = compare_words(before, after)
    assert " ".join(run.text for run in runs if run.change != "added").split() == before.split()
    assert " ".join(run.text for run in runs if run.change != "removed").split() == after.split()


def test_articles_are_compared_by_their_numbers_and_a_new_line_is_no_change():
    before = {"1": "One stays.", "2": "Two days.", "9": "Nine goes.", "10": "Ten\nstays."}
    after = {"1": "One stays.", "2": "Three days.", "10": "Ten stays.", "11": "Eleven comes."}
    changes = compare_articles(before, after)
    assert [(change.number, change.change) for change in changes] == [
        ("2", "changed"),
        ("9", "removed"),
        ("11", "added"),
    ]
    assert [(run.change, run.text) for run in changes[0].words] == [
        ("removed", "Two"),
        ("added", "Three"),
        ("same", "days."),
    ]
