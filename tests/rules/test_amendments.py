"""Articles changed, added or removed, put into a later text; stale by article; the effects in sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.gateways import markdown
from coop.rules.amendments import (
    Change,
    adopted,
    astray,
    body_of,
    combine,
    effects,
    locate,
    overtaken,
    say,
    source_of,
    touched,
)
from coop.rules.constitution import assemble
from tests.make import RULES

BOARD = (
    RULES
    + '\n7. The board is called with [seven clear days]{provision="meeting.notice" body="board" value="7 days"}.\n'
)


def read(text):
    return assemble(markdown.parse(text))


def hashes(text):
    return {article.number: article.sha256 for article in read(text).articles}


def changed(text, *edits):
    """The text with these articles' new words; an empty one is removed."""
    known = hashes(text)
    changes = [
        Change(number, source_of(number, body) if body else "", known.get(number, ""))
        for number, body in edits
    ]
    return combine(text, read(text).articles, changes), changes


def sentences(before, after, names=None):
    values = {(one.key, one.scope): one for one in read(before).effective}
    return [say(one, names or {}) for one in effects(values, adopted(read(after), values))]


SHORTER = 'Notice of a general meeting is [ten clear days]{provision="meeting.notice" value="10 days"}.'


def test_a_changed_article_takes_the_place_of_the_old_and_every_other_line_stays():
    after, _ = changed(RULES, ("2", SHORTER))
    assert after == RULES.replace("fourteen clear days", "ten clear days").replace('"14 days"', '"10 days"')


def test_a_new_article_follows_the_next_lower_number():
    after, changes = changed(BOARD, ("5", "Everyone may read the books."))
    assert [article.number for article in read(after).articles] == ["1", "2", "3", "5", "7"]
    assert changes[0].kind == "added"
    assert astray(read(BOARD).articles, read(after).articles, changes) == []


@pytest.mark.parametrize("number", ["1", "3", "7"])
def test_a_removed_article_is_gone_and_no_other(number):
    after, changes = changed(BOARD, (number, ""))
    assert [a.number for a in read(after).articles] == [n for n in ("1", "2", "3", "7") if n != number]
    assert changes[0].kind == "removed"
    assert astray(read(BOARD).articles, read(after).articles, changes) == []


def test_two_new_articles_at_the_end_stand_in_their_order():
    after, _ = changed(BOARD, ("9", "Ninth."), ("8", "Eighth."))
    assert [article.number for article in read(after).articles][-2:] == ["8", "9"]


def test_a_new_first_article_stands_before_the_others():
    after, _ = changed("# Rules\n\n5. Five.\n", ("2", "Two."))
    assert after == "# Rules\n\n2. Two.\n\n5. Five.\n"


def test_what_is_typed_never_leaves_its_article():
    sneaked = "Notice is short.\n\n3. An ordinary resolution is carried by the chair."
    after, changes = changed(RULES, ("2", sneaked))
    assert hashes(after)["3"] == hashes(RULES)["3"]
    assert astray(read(RULES).articles, read(after).articles, changes) == []


@given(
    st.lists(
        st.text('ab #>-*`[]{}"=.1\n\t', min_size=1, max_size=40).filter(str.strip), min_size=1, max_size=3
    )
)
def test_whatever_is_typed_the_untouched_articles_stay_or_it_is_named(bodies):
    edits = list(zip(("2", "5", "9"), bodies, strict=False))
    after, changes = changed(BOARD, *edits)
    others = {n: h for n, h in hashes(BOARD).items() if n != "2"}
    kept = {n: h for n, h in hashes(after).items() if n in others}
    assert (
        kept == others or astray(read(BOARD).articles, read(after).articles, changes) or read(after).problems
    )


@pytest.mark.parametrize("article", read(BOARD).articles, ids=lambda article: article.number)
def test_the_words_to_edit_are_the_article_without_its_number(article):
    body = body_of(article.source)
    assert not body.startswith(article.number)
    assert read(source_of(article.number, body)).articles[0].text == article.text


def test_an_article_of_several_paragraphs_is_edited_and_put_back():
    text = "1. One.\n\n   More of one.\n   And more.\n\n2. Two.\n"
    article = read(text).articles[0]
    assert body_of(article.source) == "One.\n\nMore of one.\nAnd more."
    assert source_of("1", body_of(article.source)) == article.source


def test_an_amendment_is_overtaken_by_another_to_the_same_article_only():
    later, _ = changed(BOARD, ("2", SHORTER))
    since = [(4, touched(hashes(BOARD), hashes(later)))]
    assert overtaken([Change("2", "2. x", "")], since) == ("2", 4)
    assert overtaken([Change("3", "3. x", "")], since) is None
    both = [*since, (5, frozenset({"3"}))]
    assert overtaken([Change("3", "", "a")], both) == ("3", 5)


def test_a_changed_and_changed_back_article_is_overtaken_all_the_same():
    later, _ = changed(BOARD, ("2", SHORTER))
    since = [(4, touched(hashes(BOARD), hashes(later))), (5, touched(hashes(later), hashes(BOARD)))]
    assert overtaken([Change("2", "2. x", "")], since) == ("2", 4)


def test_the_effects_are_said_with_their_numbers():
    after, _ = changed(BOARD, ("2", SHORTER))
    assert sentences(BOARD, after) == ["Notice: 14 → 10 clear days"]


def test_the_effects_are_said_by_scope():
    after, _ = changed(BOARD, ("7", ""))
    assert sentences(BOARD, after, {"body=board": "board"}) == ["Notice (board): 7 → 14 clear days"]


def test_a_rule_that_no_article_gives_any_more_falls_to_the_built_in_value_and_says_so():
    text = RULES.replace("fourteen clear days", "nine clear days").replace('"14 days"', '"9 days"')
    after, _ = changed(text, ("2", "Members are called in time."))
    assert sentences(text, after) == [
        "Notice: 9 → 14 clear days (no article says so any more, so the built-in value holds)"
    ]


def test_words_that_carry_no_value_have_no_effect():
    after, _ = changed(RULES, ("1", "The co-op decides by ballot."))
    assert sentences(RULES, after) == []


def test_a_majority_is_said_whole():
    body = 'It is carried by [two thirds of the votes cast]{provision="decision.ordinary.majority" value=">= 2/3 of cast"}.'
    after, _ = changed(RULES, ("3", body))
    assert sentences(RULES, after) == [
        "Ordinary majority: more than half of the votes cast → at least 2/3 of the votes cast"
    ]


def test_a_problem_is_named_by_its_article_and_the_line_in_it():
    after, _ = changed(
        BOARD, ("3", 'One.\nTwo is [ten days]{provision="meeting.notice" value="11 days"} indeed.')
    )
    reading = read(after)
    found = locate(reading.problems[0], reading.articles)
    assert (found.article, found.line) == ("3", 2)
