"""Marks offered for a registered text: what its words seem to rule, and nothing of the words changed."""

import re

import pytest

from coop.gateways import markdown
from coop.rules.constitution import assemble
from coop.rules.offering import marked, offers_for, own_mark
from coop.rules.provisions import BadValue

TEXT = """# Rules of the Old Mill Society Limited

1. The society is called the Old Mill Society Limited.

2. A general meeting is called by notice of twenty-one clear days. One tenth of the members may request one.

3. A quorum is a quarter of the members. An ordinary resolution is carried by more than half of the votes cast,
   and a special resolution by not less than three quarters of the votes cast.

4. These rules are amended by four fifths of the votes cast.

5. Officers serve for three years. The board meets when half of its members attend, with notice of 5 days.

6. Subscriptions are paid within one month. The mill was built in 1844 and closes on Sundays.
"""


def offers():
    return offers_for(TEXT, markdown.parse(TEXT).articles)


def test_what_the_words_seem_to_rule():
    found = [(one.article, one.words, one.label, one.value) for one in offers()]
    assert found == [
        ("2", "twenty-one clear days", "Notice", "21 days"),
        ("2", "One tenth of the members", "Meeting on petition", "1/10 of eligible"),
        ("3", "a quarter of the members", "Quorum of a meeting", "1/4 of eligible"),
        ("3", "more than half of the votes cast", "Ordinary majority", "> 1/2 of cast"),
        ("3", "not less than three quarters of the votes cast", "Special majority", ">= 3/4 of cast"),
        ("4", "four fifths of the votes cast", "Constitutional majority", ">= 4/5 of cast"),
        ("5", "three years", "Term of office", "36 months"),
        ("5", "half of its members", "Quorum of a meeting (board)", "1/2 of eligible"),
        ("5", "5 days", "Notice (board)", "5 days"),
    ]


def test_marking_leaves_every_word_as_it_was():
    text = marked(TEXT, offers())
    reading = assemble(markdown.parse(text))
    assert not reading.problems
    assert len(reading.provisions) == 9
    assert re.sub(r"\[([^\]]*)\]\{[^}]*\}", r"\1", text) == TEXT


def mark(**other):
    asked = {"article": "6", "words": "one month", "key": "dues.due", "value": "31 days", "body": ""}
    return own_mark(TEXT, markdown.parse(TEXT).articles, asked | other)


def test_words_that_were_not_offered_are_marked_by_hand():
    one = mark(article="5", words="three years", key="office.term", value="3 years")
    assert TEXT[one.start : one.end] == "three years"
    assert one.mark == '{provision="office.term" value="36 months"}'


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({}, "Words prevail"),
        ({"article": "99"}, "no article 99"),
        ({"words": "two months"}, "stands not in article 6"),
        ({"words": "is"}, "copy words that stand there once"),
        ({"words": ""}, "copy words"),
        ({"key": "moon.phase"}, "no provision"),
        ({"value": "soon"}, "Time to pay"),
    ],
)
def test_a_mark_by_hand_that_can_not_be_is_refused(other, said):
    with pytest.raises(BadValue, match=said):
        mark(**other)
