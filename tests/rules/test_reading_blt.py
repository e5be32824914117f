import random
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.rules.tally.election import Election
from coop.rules.tally.reading import Unreadable, blt, read
from coop.rules.tally.reading.source import tidy
from tests.rules.papers import R, papers
from tests.scale import scale

PLAIN = b'3 2\n1 1 2 0\n1 3 0\n0\n"Ada"\n"Ben"\n"Cem"\n"Title"\n'
THREE = b"0\nAda\nBen\nCem\n"


def counted(election):
    return {weight: Counter(words) for weight, words in election.papers.items()}


def test_candidates_seats_papers_and_names():
    election = read(PLAIN)
    assert election == Election(("Ada", "Ben", "Cem"), papers(R(1, 2), R(3)), 2)


@pytest.mark.parametrize(
    "dirty",
    [
        pytest.param(b"\xef\xbb\xbf" + PLAIN, id="a byte-order mark"),
        pytest.param(PLAIN.decode().encode("utf-16"), id="UTF-16 with a mark"),
        pytest.param(PLAIN.decode().encode("utf-16-le"), id="UTF-16, little end first, without a mark"),
        pytest.param(PLAIN.decode().encode("utf-16-be"), id="UTF-16, big end first, without a mark"),
        pytest.param(PLAIN.replace(b"\n", b"\r\n"), id="lines ended by CR and LF"),
        pytest.param(PLAIN.replace(b"\n", b"\r"), id="lines ended by CR"),
        pytest.param(PLAIN.replace(b"\n", b"\n\n  \n"), id="blank lines everywhere"),
        pytest.param(PLAIN.removesuffix(b"\n"), id="no last line end"),
        pytest.param(PLAIN + b"\x1a", id="a DOS end of file"),
        pytest.param(b"# by hand\n" + PLAIN, id="a comment first"),
        pytest.param(PLAIN.replace(b"1 3 0", b"1 3 0 # late"), id="a comment beside a paper"),
        pytest.param(PLAIN.replace(b"1 3 0", b"# late\n1 3 0"), id="a comment between papers"),
        pytest.param(PLAIN.replace(b"1 3 0", b"  1\t3   0 "), id="odd blanks"),
        pytest.param(PLAIN.replace(b"1 3 0", b"1 3\xa00"), id="a no-break space"),
        pytest.param(PLAIN.replace(b"1 3 0", b"01 03 0"), id="leading zeros"),
        pytest.param(PLAIN.replace(b"0\n", b"0,\n"), id="commas at the end of lines"),
        pytest.param(PLAIN.replace(b" ", b","), id="commas for blanks"),
        pytest.param(PLAIN.replace(b"1 3 0", b"(vote-7) 1 3 0"), id="an id in parentheses"),
        pytest.param(PLAIN.replace(b"1 2 0", b"1\n2 0"), id="a paper over two lines"),
        pytest.param(PLAIN.replace(b"1 1 2 0", b"[tie 3 2 1 ]\n[droop precision=5]\n1 1 2 0"), id="options"),
        pytest.param(b'3 2 1 1 2 0 1 3 0 0 "Ada" "Ben" "Cem" "Title"', id="all on one line"),
        pytest.param(PLAIN.replace(b" 0\n", b"\n"), id="no 0 after papers"),
        pytest.param(PLAIN.replace(b"\n0\n", b"\n0\n0\n"), id="two lines of 0"),
        pytest.param(PLAIN.replace(b'"', b""), id="bare names"),
        pytest.param(PLAIN.replace(b'"', b"'"), id="single quotes"),
        pytest.param(PLAIN.replace(b'"', b'"""'), id="quoted three times"),
        pytest.param(PLAIN.replace(b'"Ada"', b'"Ada" # the first'), id="a comment beside a name"),
        pytest.param(PLAIN.replace(b'"Ada"', b"# ALTERNATIVE NAME 1: Ada"), id="a name in a comment"),
        pytest.param(PLAIN.replace(b'"Title"\n', b""), id="no title"),
        pytest.param(PLAIN + b"First Prefs\n  0119 32 43\n", id="text after the title"),
        pytest.param(PLAIN.replace(b"3 2\n", b"3\n2\n", 1), id="candidates and seats on two lines"),
    ],
)
def test_dirt_changes_nothing(dirty):
    assert counted(read(dirty, "x.blt")) == {1: Counter({"AB": 1, "C": 1})}
    assert read(dirty, "x.blt").candidates == ("Ada", "Ben", "Cem")
    assert read(dirty, "x.blt").seats == 2


@pytest.mark.parametrize(
    ("line", "paper"),
    [
        pytest.param(b"4 2 1 0", R(2, 1, weight=4), id="a weight"),
        pytest.param(b"2.50 2 0", R(2, weight=Fraction(5, 2)), id="a decimal weight"),
        pytest.param(b"1.0 2 0", R(2), id="a decimal that is whole"),
        pytest.param(b"2/3 2 0", R(2, weight=Fraction(2, 3)), id="a fraction"),
        pytest.param(b"1 0", R(), id="a blank paper"),
        pytest.param(b"1 2=3 1 0", R((2, 3), 1), id="level ranks"),
        pytest.param(b"1 2 = 3 1 0", R((2, 3), 1), id="level ranks with blanks"),
        pytest.param(b"1 (2 3) 1 0", R((2, 3), 1), id="level ranks in parentheses"),
        pytest.param(b"1 - 2 - 0", R((), 2, ()), id="skipped ranks"),
        pytest.param(b"1 3 -=- 2 0", ("C?B", 1), id="an overvote that doesn't say whom"),
        pytest.param(b"1 2 1 2 0", R(2, 1, 2), id="a candidate twice"),
    ],
)
def test_a_paper(line, paper):
    assert read(b"3 1\n" + line + b"\n" + THREE).papers == papers(paper)


def test_a_paper_of_weight_0_is_no_paper():
    assert read(b"3 1\n0 1 2 0\n1 3 0\n" + THREE).papers == papers(R(3))


def test_marks_may_come_twice_on_a_paper_over_two_lines():
    assert read(b"3 1\n1 - 2=3\n- -=- -=- 1 0\n" + THREE).papers == {1: ["-B=C-??A"]}


def test_a_nickname_may_withdraw():
    assert read(b"3 1\n[nick a b c]\n[withdrawn b 3]\n1 a 0\n" + THREE).withdrawn == {2, 3}


@pytest.mark.parametrize("lines", [b"-1 -3\n", b"-1\n-3\n", b"[withdrawn 1 3]\n", b"-1, -3,\n"])
def test_the_withdrawn(lines):
    assert read(b"3 1\n" + lines + b"1 2 0\n" + THREE).withdrawn == {1, 3}


def test_nicknames_stand_for_candidates():
    assert read(b"3 1\n[nick a b c]\n5 a b 0\n1 b=c 0\n" + THREE).papers == papers(
        R(1, 2, weight=5), R((2, 3))
    )


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (b'"Con ""Brian DAVIDSON"" "', 'Con "Brian DAVIDSON"'),
        (b'"""Robert BARR"" ""Independent"""', "Robert BARR, Independent"),
        (b'"Yvonne ALLAN" "Scottish Labour Party"', "Yvonne ALLAN, Scottish Labour Party"),
        (b'"Smith, John"', "Smith, John"),
        (b"Smith, John,", "Smith, John"),
        (b'"Joe #1 Plumber"', "Joe #1 Plumber"),
        ("“Adam”".encode(), "Adam"),
        ('"Cåstor"'.encode(), "Cåstor"),
        ('"Cåstor – €"'.encode("cp1252"), "Cåstor – €"),
        (b'"B\x81d"', "B\x81d"),
        (b'"no end', "no end"),
        (b'"over\ntwo lines"', "over two lines"),
        (b'""', "Candidate 1"),
        (b"O'Neill", "O'Neill"),
    ],
)
def test_a_name(line, name):
    assert read(b"2 1\n1 1 0\n0\n" + line + b'\n"Other"\n"Title"\n').candidates == (name, "Other")


@pytest.mark.parametrize(
    ("data", "line", "expected"),
    [
        (b"", 1, "the file is empty"),
        (b" \n\n", 1, "the file is empty"),
        (b"\x7fELF\0\0\0", 1, "a binary file"),
        (b"3 x\n1 1 0\n" + THREE, 1, "candidates and of seats, found “3 x”"),
        (b"3\n", 1, "candidates and of seats"),
        (b"0 1\n1 1 0\n" + THREE, 1, "1 to 10000 candidates"),
        (b"10001 1\n1 1 0\n" + THREE, 1, "1 to 10000 candidates"),
        (b"3 0\n1 1 0\n" + THREE, 1, "at least one seat"),
        (b"3 1\n1 4 0\n" + THREE, 2, "a candidate's number from 1 to 3, found “4”"),
        (b"3 1\n1 1 0\n1 2 10 0\n" + THREE, 3, "a candidate's number from 1 to 3, found “10”"),
        (b"3 1\n1 1=4 0\n" + THREE, 2, "a candidate's number from 1 to 3, found “1=4”"),
        (b"3 1\n-4\n1 1 0\n" + THREE, 2, "a candidate's number from 1 to 3, found “4”"),
        (b"3 1\n\n# hm\n1 a 0\n" + THREE, 4, "found “a”"),
        (b"3 1\nx 1 0\n" + THREE, 2, "a paper: its weight"),
        (b"3 1\n- 1 0\n" + THREE, 2, "a paper: its weight"),
        (b"3 1\n1 1 0\n1 2\n1 1 0\n" + THREE, 3, "a 0 at the paper's end"),
        (b"3 1\n1 1 0 2 2 0\n" + THREE, 2, "nothing after a paper's 0"),
        (b"3 1\n1 1 0\n", 2, "the 0 that ends the papers"),
        (b'3 1\n1 1 0\n"Ada"\n', 3, "a paper: its weight"),
        (b"3 1\n1 1 0\n0\nAda\nBen\n", 5, "the names of 3 candidates, found 2"),
        (b"3 1\n1 1 0\n0\n", 3, "the names of 3 candidates, found 0"),
        (b"3 1\n1 1 0\n0\n1 2 0\n1 3 0\n" + THREE, 4, "a candidate's name after the 0"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(data, line, expected):
    with pytest.raises(Unreadable) as refused:
        read(data, "x.blt")
    assert refused.value.line == line
    assert expected in str(refused.value)
    assert str(refused.value).startswith(f"line {line}: expected ")


def test_a_wrong_line_beyond_the_first_chunk_is_named():
    lines = ["1 1 2 0"] * 100_000
    lines[77_777] = "1 1 4 0"
    data = "\n".join(["3 1", *lines, ""]).encode() + THREE
    with pytest.raises(
        Unreadable, match=r"^line 77779: expected a candidate's number from 1 to 3, found “4”$"
    ):
        read(data)


ALMOST_PLAIN = [
    "1 1 2 0",
    "1 0",
    "2 3 0",
    "1 2=1 0",
    "1 - 3 0",
    " 1 2 0",
    "1  2 0",
    "1 2 0 ",
    "1 12 0",
    "1 123 0",
    "(id) 1 2 0",
    "1 2 0 # c",
    "",
    "1 2 0,",
    "1,2,0",
    "(a) 1 (1 2) 0",
    "# (x) 1 2 0",
    "1 1 0 # (b",
    "(c 1 2 0",
    "1 2",
]


@given(
    st.integers(1, 14),
    st.lists(
        st.one_of(
            st.lists(st.integers(1, 14), max_size=5).map(lambda ns: " ".join(map(str, [1, *ns, 0]))),
            st.sampled_from(ALMOST_PLAIN),
        ),
        max_size=8,
    ),
)
def test_reading_at_once_by_distinct_lines_and_one_by_one_agree(candidates, lines):
    data = "\n".join([f"{candidates} 1", *lines, "0", *(f"N{n}" for n in range(candidates))]).encode() + b"\n"

    def outcome(*, at_once, distinct):
        with pytest.MonkeyPatch.context() as patched:
            if not at_once:
                patched.setattr(blt._Papers, "_spell", lambda *_: None)
            if not distinct:
                patched.setattr(blt._Papers, "_take_distinct", lambda *_: False)
            patched.setattr(blt, "CHUNK", 24)
            try:
                return counted(blt.read(tidy(data)))
            except Unreadable as refused:
                return str(refused)

    slow = outcome(at_once=False, distinct=False)
    assert outcome(at_once=True, distinct=True) == slow
    assert outcome(at_once=False, distinct=True) == slow


@pytest.mark.parametrize("candidates", [1, 9, 10, 62, 63, 99, 100, 300])
def test_many_candidates_are_told_apart(candidates):
    rng = random.Random(candidates)
    orders = [rng.sample(range(1, candidates + 1), candidates) for _ in range(scale(20, 200))]
    lines = "".join(f"1 {' '.join(map(str, order))} 0\n" for order in orders)
    names = "".join(f"N{n}\n" for n in range(1, candidates + 1))
    election = read(f"{candidates} 1\n{lines}0\n{names}T\n".encode())
    assert election.papers == papers(*(R(*order) for order in orders))
