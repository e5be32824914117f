"""What a register kept in a spreadsheet tells, and what is wrong with it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.rules.register_import import LARGEST_FILE, LONGEST_NAME, Reading, RegisterRow, read_register
from tests.scale import scale

TODAY = date(2026, 11, 21)
HEADER = "number,name,email,joined_on,kind\n"


def read(text, **known):
    return read_register(text.encode() if isinstance(text, str) else text, today=TODAY, **known)


def sentences(reading):
    return [(problem.line, problem.sentence) for problem in reading.problems]


def test_a_full_line_becomes_a_member():
    assert read(HEADER + "12,Amina Okafor,Amina@Members.example,2024-03-31,person\n") == Reading(
        (RegisterRow(2, "Amina Okafor", date(2024, 3, 31), "amina@members.example", 12, "person"),)
    )


def test_number_and_address_may_be_missing():
    assert read("joined_on,name\n2024-03-31,Amina Okafor\n").rows == (
        RegisterRow(2, "Amina Okafor", date(2024, 3, 31)),
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_files_that_spreadsheets_write_are_read(delimiter):
    text = "\ufeff" + delimiter.join(["Name", "Joined on", "E-mail"]) + "\r\n"
    text += delimiter.join(['"Åkesson, Björn"', "2024-03-31", "b@x.example"]) + "\r\n"
    [row] = read(text).rows
    assert (row.name, row.email) == ("Åkesson, Björn", "b@x.example")


def test_an_organisation_and_a_joint_membership_are_told_apart():
    reading = read(
        "name,joined_on,kind\nOrchard Ltd,2024-01-01,organisation\nAda and Bo Lind,2024-01-01,Joint\n"
    )
    assert [(row.kind, row.holders) for row in reading.rows] == [
        ("organisation", ()),
        ("joint", ("Ada", "Bo Lind")),
    ]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("1,,a@x.example,2024-01-01,person", "There is no name."),
        (f"1,{'n' * (LONGEST_NAME + 1)},,2024-01-01,person", "The name is longer than 200 characters."),
        ("1,Ada,,,person", "There is no date of joining."),
        ("1,Ada,,31.3.2024,person", "“31.3.2024” is no date. Write it as 2024-03-31: year, month, day."),
        ("1,Ada,,2024-02-30,person", "“2024-02-30” is no date. Write it as 2024-03-31: year, month, day."),
        ("1,Ada,,20240131,person", "“20240131” is no date. Write it as 2024-03-31: year, month, day."),
        ("1,Ada,,2026-11-22,person", "The date of joining, 2026-11-22, has not come yet."),
        ("1,Ada,,1799-12-31,person", "The date of joining, 1799-12-31, is too long ago to be right."),
        (
            "0,Ada,,2024-01-01,person",
            "“0” is no member number. Write a whole number from 1, or leave it empty.",
        ),
        (
            "-1,Ada,,2024-01-01,person",
            "“-1” is no member number. Write a whole number from 1, or leave it empty.",
        ),
        (
            "1.5,Ada,,2024-01-01,person",
            "“1.5” is no member number. Write a whole number from 1, or leave it empty.",
        ),
        (
            "9999999999,Ada,,2024-01-01,",
            "“9999999999” is no member number. Write a whole number from 1, or leave it empty.",
        ),
        (
            "1,Ada,not an address,2024-01-01,person",
            "“not an address” is no e-mail address. Correct it, or leave it empty.",
        ),
        (
            "1,Ada,a@localhost,2024-01-01,person",
            "“a@localhost” is no e-mail address. Correct it, or leave it empty.",
        ),
        ("1,Ada,,2024-01-01,cat", "“cat” is no kind of membership. Write person, organisation or joint."),
        (
            "1,Ada,,2024-01-01,joint",
            "A joint membership needs the names of two or more people, joined by “and”.",
        ),
        ("1,Ada,,2024-01-01,person,more", "There are 6 cells, but line 1 names 5 columns."),
    ],
)
def test_a_bad_line_is_told_in_a_sentence_and_the_good_ones_are_kept(line, sentence):
    reading = read(
        HEADER + "7,Good Person,,2024-01-01,person\n" + line + "\n8,Other Person,,2024-01-01,person\n"
    )
    assert sentences(reading) == [(3, sentence)]
    assert [row.number for row in reading.rows] == [7, 8]


@pytest.mark.parametrize(
    ("length", "kept"), [(LONGEST_NAME - 1, True), (LONGEST_NAME, True), (LONGEST_NAME + 1, False)]
)
def test_the_longest_name(length, kept):
    assert bool(read(HEADER + f"1,{'n' * length},,2024-01-01,person").rows) is kept


@pytest.mark.parametrize(("day", "kept"), [("2026-11-20", True), ("2026-11-21", True), ("2026-11-22", False)])
def test_nobody_joined_tomorrow(day, kept):
    assert bool(read(HEADER + f"1,Ada,,{day},person").rows) is kept


def test_a_number_once_given_is_never_given_again():
    reading = read(HEADER + "3,Ada,,2024-01-01,\n3,Bo,,2024-01-01,\n5,Cy,,2024-01-01,\n", numbers={5})
    assert sentences(reading) == [
        (3, "Number 3 is already on line 2."),
        (4, "Number 5 was given to a member before, and a number is never used again."),
    ]


def test_an_address_belongs_to_one_member():
    reading = read(
        HEADER
        + "1,Ada,a@x.example,2024-01-01,\n2,Bo,A@X.example,2024-01-01,\n3,Cy,c@x.example,2024-01-01,\n",
        emails={"c@x.example"},
    )
    assert sentences(reading) == [
        (
            3,
            "a@x.example is also on line 2. Each member has an own address: leave one of them empty.",
        ),
        (4, "c@x.example belongs to a member who is in the register already."),
    ]


def test_a_line_with_two_faults_tells_both():
    assert len(read(HEADER + "x,,,2024-01-01,person").problems) == 2


def test_a_bad_line_takes_neither_its_number_nor_its_address_from_a_later_good_one():
    reading = read(HEADER + "1,Ada,a@x.example,never,\n1,Ada,a@x.example,2024-01-01,\n")
    assert [row.line for row in reading.rows] == [3]


def test_lines_are_counted_as_an_editor_counts_them():
    reading = read(HEADER + '1,"Ada\nLind",,2024-01-01,\n\n2,Bo,,never,\n')
    assert [(row.line, row.name) for row in reading.rows] == [(2, "Ada Lind")]
    assert reading.problems[0].line == 5


def test_a_name_that_an_export_made_safe_comes_back_as_it_was():
    assert read(HEADER + "1,'=Ada,,2024-01-01,").rows[0].name == "=Ada"


@pytest.mark.parametrize(
    ("data", "line", "part"),
    [
        (b"", 0, "The file is empty."),
        (b"  \n \n", 0, "The file is empty."),
        (b"\xef\xbb\xbf", 0, "The file is empty."),
        (b"\xef\xbb\xbf\n", 0, "The file is empty."),
        (b"\x89PNG\r\n\x1a\n\0\0", 0, "This is not a text file."),
        (b"name,joined_on\nBj\xf6rn,2024-01-01\n", 2, "Line 2 has a character that is not UTF-8."),
        (b"Ada,2024-01-01\n", 1, "Missing: name, joined_on."),
        (b"name,email\nAda,\n", 1, "Missing: joined_on."),
        (b"name,joined_on,name\nAda,2024-01-01,Bo\n", 1, "more than once"),
        (b"name,joined_on\n", 0, "no members under it"),
        pytest.param(b"x" * (LARGEST_FILE + 1), 0, "larger than 15 MB", id="too large"),
    ],
)
def test_a_file_that_is_no_register_is_refused_with_a_sentence(data, line, part):
    reading = read(data)
    assert reading.is_refused
    assert reading.problems[0].line == line
    assert part in reading.problems[0].sentence


def test_a_cell_too_long_to_read_is_told_and_the_lines_before_it_are_kept():
    reading = read(HEADER + "1,Ada,,2024-01-01,\n2," + "n" * 200_000 + ",,2024-01-01,\n")
    assert len(reading.rows) == 1
    assert "could not be read to its end" in reading.problems[0].sentence


@given(st.binary(max_size=scale(200, 2000)))
def test_no_bytes_at_all_make_it_stumble(data):
    reading = read(data)
    assert reading.rows or reading.problems


@given(st.text(max_size=scale(200, 2000)))
def test_no_text_under_a_header_is_lost_in_silence(text):
    reading = read(HEADER + text)
    assert reading.rows or reading.problems
