"""Texts by people who wish the software to obey what members don't read: each is told, with its line."""

import random
import time
from pathlib import Path

import pytest

from coop.gateways.markdown import LONGEST, LONGEST_PARAGRAPH, parse, render
from coop.rules.constitution import assemble
from tests.scale import scale

MODELS = Path(__file__).resolve().parents[2] / "coop" / "constitution_models"
NOTICE = '[ten days]{provision="meeting.notice" value="10 days"}'
MARK = '{provision="meeting.notice" value="10 days"}'


def read(text):
    return assemble(parse(text))


ATTACKS = [
    pytest.param(f"1. One.\n\n<!-- {NOTICE} -->\n", 3, "hidden", id="a mark in a comment"),
    pytest.param("1. One. <!-- not for members -->\n", 1, "hidden", id="words in a comment"),
    pytest.param("1. One.\n\n2. Two\x1b[2K.\n", 3, "U+001B", id="a control character"),
    pytest.param("1. One.\0\n", 1, "U+0000", id="a nought"),
    pytest.param("1. One.\n\n2. Two \u202eowt.\n", 3, "U+202E", id="words that run backwards"),
    pytest.param(f"1. One.\n\n2. [twen\u200bty-one days]{MARK}\n", 3, "U+200B", id="a number hidden from the check"),
    pytest.param("1. One.\n\n2. Two.\u2028\n\n3. Three\n", 3, "U+2028", id="a line end of another kind"),
    pytest.param("1. One.\n\n2. Two \ufffd.\n", 3, "U+FFFD", id="a character that was lost"),
    pytest.param("\ufeff\ufeff1. One.\n\n2. Two.\n", 1, "U+FEFF", id="two marks of the byte order"),
    pytest.param(f"1. One.\n\n2. [tw\u0435nty days]{MARK}\n", 3, "two alphabets", id="a letter of another alphabet"),
    pytest.param(f"1. One.\n\n2. [twen\u00adty days]{MARK}\n", 3, "Words prevail", id="a number parted by a soft hyphen"),
    pytest.param(f"1. One.\n\n2. [twen\u200dty days]{MARK}\n", 3, "Words prevail", id="a number parted by a joiner"),
    pytest.param(f"1. One.\n\n2. [twen\ufe0fty days]{MARK}\n", 3, "Words prevail", id="a number parted by a variant"),
    pytest.param(f"1. One.\n\n2. [\uff54\uff57\uff45\uff4e\uff54\uff59 days]{MARK}\n", 3, "Words prevail", id="a number in wide letters"),
    pytest.param(f"1. One.\n\n2. [\u00ad]{MARK}\n", 3, "needs words", id="words nobody can see"),
    pytest.param(f"1. One.\n\n2. [—]{MARK}\n", 3, "needs words", id="a dash for words"),
    pytest.param("1. One.\n\n2.\u00a0Two.\n", 3, "isn't read as an article", id="a space that is none"),
    pytest.param("1. One.\n\n\uff12. Two.\n", 3, "isn't read as an article", id="figures of another script"),
    pytest.param("1. One.\n\n2000000000. Two.\n", 3, "isn't read as an article", id="a number of ten figures"),
    pytest.param("1. One.\n\n2.two.\n", 3, "a space", id="a number glued to a small letter"),
    pytest.param("1. One.\n\n2.\n\n3. Three.\n", 3, "Article 2 has no words", id="an article without words"),
    pytest.param("1. One.\n\n3. Three.\n\n2. Two.\n\n3. Three again.\n", 7, "two articles 3", id="a number again, after others"),
    pytest.param("1. One.\n\n3. Three.\n\n2. Two.\n", 5, "must ascend", id="a number in the wrong place"),
    pytest.param(f"1. One.\n\n2. [[ten days](/x)]{MARK}\n", 3, "share words", id="a link in a mark"),
    pytest.param('1. One\n   Value = "3" and {Provision = "dues.due"}\n', 2, "can't be read", id="capitals"),
    pytest.param("1. One.\n\n2. [ten days]{provision='meeting.notice' value='10 days'}\n", 3, "straight quotes", id="single quotes"),
    pytest.param(f'1. One.\n\n2. [{"9" * 5000}]{{provision="proxy.limit" value="2"}}\n', 3, "twelve figures", id="a number nobody can write out"),
    pytest.param(f'1. One.\n\n2. [two]{{provision="proxy.limit" value="{"9" * 5000}"}}\n', 3, "not a whole number", id="a value nobody can write out"),
    pytest.param('1. [ten days]{provision="meeting.notice" branch="north" value="10 days"}\n', 1, "no “branch”", id="a scope there is not"),
    pytest.param('1. [ten days]{provision="meeting.notice" body="board" office="chair" value="10 days"}\n', 1, "can't be set", id="two scopes at once"),
    pytest.param('1. [ten days]{provision="meeting.notice" body="" value="10 days"}\n', 1, "small letters", id="a scope without a name"),
    pytest.param(f"1. One:\n\n   - first\n   - second {NOTICE}{MARK}\n", 4, "can't be read", id="twice in a list of an article"),
    pytest.param(f"1. One.\n\n   > so said {NOTICE.replace('ten', 'nine')}\n", 3, "Words prevail", id="a contradiction in a quotation"),
    pytest.param(f"> 1. {NOTICE}\n\n1. One.\n", 1, "outside an article", id="an article in a quotation"),
    pytest.param("1. One.\n\n2. " + "[" * LONGEST_PARAGRAPH, 3, "without a blank line", id="brackets that nobody closes"),
    pytest.param("1. One.\n" * (LONGEST // 8 + 1), 1, "longer than", id="a text longer than any"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "what"), ATTACKS)
def test_what_would_deceive_is_told_with_its_line(text, line, what):
    problems = read(text).problems
    assert any(p.line == line and what in p.what for p in problems), problems
    assert all(len(p.what) < 500 for p in problems)


@pytest.mark.parametrize("unit", ["[", "![", "[a][", "[a]{", '[a]{b="', " ]{ =", "*a ", "> 1. ", "\\"])
def test_a_text_made_to_be_slow_is_read_all_the_same(unit):
    paragraph = "1. " + (unit * LONGEST_PARAGRAPH)[: LONGEST_PARAGRAPH - 3]
    began = time.process_time()
    read("\n\n".join([paragraph] * 3))
    assert time.process_time() - began < 5


BITS = [
    *'[]{}()<>"`*_\\&!#|~:.=“”\t\r\0\u202e\ufeff\u0661',
    "\n", "\n\n", "1. ", "2) ", "> ", "   - ", "    ", "```\n", "provision=", 'value="', '"21 days"', "---\n",
    NOTICE, MARK, "]{", "body=", 'decision="special"', "<!--", "-->", "[a]: /b\n", "9" * 50, "1/0", "two thirds",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(scale(60, 3000)))
def test_a_damaged_constitution_is_read_or_refused_and_never_breaks(seed):
    dice = random.Random(seed)
    text = dice.choice([path.read_text() for path in sorted(MODELS.glob("*.md"))])
    start = dice.randrange(len(text))
    text = text[start : start + 3000]
    for _ in range(dice.randint(1, 12)):
        at = dice.randrange(len(text) + 1)
        text = (
            text[:at]
            + dice.choice(BITS) * dice.choice([1, 1, 2, 9])
            + text[at + dice.choice([0, 0, 1, 30]) :]
        )
    reading = read(text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert all(1 <= problem.line <= lines and problem.what for problem in reading.problems)
    assert all(1 <= value.line <= lines and value.article for value in reading.provisions)
    render(text)
