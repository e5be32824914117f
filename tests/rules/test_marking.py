"""Members edit words and values, and meet no braces."""

import pytest

from coop.gateways import markdown
from coop.rules.amendments import body_of
from coop.rules.marking import join_marks, split_marks
from coop.rules.provisions import BadValue
from tests.make import RULES

NOTICE = 'Notice is [fourteen clear days]{provision="meeting.notice" body="board" value="14 days"}, see [the law](https://law.example).'


def test_the_words_keep_their_brackets_and_lose_their_braces():
    words, marks = split_marks(NOTICE)
    assert words == "Notice is [fourteen clear days], see [the law](https://law.example)."
    assert [(m.label, m.value, m.words) for m in marks] == [
        ("Notice (board)", "14 days", "fourteen clear days")
    ]


@pytest.mark.parametrize("article", markdown.parse(RULES).articles, ids=lambda article: article.number)
def test_what_was_parted_is_put_together_again(article):
    body = body_of(article.source)
    words, marks = split_marks(body)
    assert join_marks(words, marks, [mark.value for mark in marks]) == body


def test_words_and_value_are_changed():
    words, marks = split_marks(NOTICE)
    joined = join_marks(words.replace("fourteen", "ten"), marks, [" 10  days "])
    assert '[ten clear days]{provision="meeting.notice" body="board" value="10 days"}, see' in joined


@pytest.mark.parametrize(
    ("words", "values", "says"),
    [
        ("Notice is short.", ["14 days"], "one passage in square brackets, and your text has 0"),
        ("Notice is [ten] or [nine] days.", ["14 days"], "your text has 2"),
        ("Notice is [ten] days.", [], "your text has 1"),
        ("Notice is [ten] days.", ['14" days'], "write the value like this: N days"),
        ("Notice is [ten] days.", [""], "write the value like this: N days"),
    ],
)
def test_brackets_without_their_value_are_refused_in_a_sentence(words, values, says):
    _, marks = split_marks(NOTICE)
    with pytest.raises(BadValue, match=says.replace("(", r"\(")):
        join_marks(words, marks, values)
