"""Tickets from a file: one a line or a table, and always the line where something is wrong."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.rules.tickets import BadRoll, read_tickets


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("Ada\nBen\nCem", id="no end of line at the end"),
        pytest.param("Ada\nBen\nCem\n", id="an end of line at the end"),
        pytest.param("Ada\r\nBen\r\nCem\r\n", id="Windows"),
        pytest.param("\ufeffAda\n\n Ben \n\n\nCem\n", id="a mark at the start, empty lines, space around"),
    ],
)
def test_one_ticket_a_line(content):
    assert list(read_tickets(content.encode())) == ["Ada", "Ben", "Cem"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("name,region\nAda,north\nBen,south\n", id="comma"),
        pytest.param("name;region\r\nAda;north\r\n;\r\nBen;south\r\n", id="semicolon and an empty row"),
        pytest.param("region\tname\nnorth\tAda\nsouth\tBen", id="tab, and the stratum first"),
        pytest.param('name, region ,more\n"Ada",north,1\nBen, south\n', id="quotes, space, a short row"),
    ],
)
def test_a_table_with_a_column_of_strata(content):
    assert read_tickets(content.encode(), "region") == {"Ada": "north", "Ben": "south"}


def test_the_column_of_the_tickets_can_be_named():
    content = b"name,number,region\nAda,7,north\nAda,8,south\n"
    assert read_tickets(content, "region", "number") == {"7": "north", "8": "south"}
    assert read_tickets(content, None, "number") == {"7": "", "8": ""}
    assert read_tickets(b"region;name\nnorth;Ada\n", "region", "name") == {"Ada": "north"}


@pytest.mark.parametrize(
    ("content", "columns", "sentence"),
    [
        (b"Ada\nBen\nAda\n", (), "line 3: expected tickets that differ; “Ada” is on line 1 already."),
        (b"Ada\n\nBen\nBen \n", (), "line 4: expected tickets that differ; “Ben” is on line 3 already."),
        (b"", (), "line 1: expected tickets; there are none."),
        (b"\n \n", (), "line 1: expected tickets; there are none."),
        (b"Ada\nB\xe9n\n", (), "line 2: expected UTF-8 text."),
        ("\ufeffAda\nBen\n".encode() + b"\xff", (), "line 3: expected UTF-8 text."),
        (b"\n\xff", (), "line 2: expected UTF-8 text."),
        (b"Ada\nB\0n\n", (), "line 2: expected a ticket on one line, without line breaks."),
        (b"name,region\nAda,north\nAda,south\n", ("region",), "line 3: expected tickets that differ; “Ada” is on line 2 already."),
        (b"name,region\nAda,north\n", ("town",), "line 1: expected a column “town”; there are name, region."),
        (b"", ("town",), "line 1: expected a column “town”; there are none."),
        (b"region\nnorth\n", ("region",), "line 1: expected a column for the tickets beside the one for the strata."),
        (b"name,region\nAda,north\nBen\n", ("region",), "line 3: expected something under “region”."),
        (b"name,region\n,north\n", ("region",), "line 2: expected something under “name”."),
        (b'name,region\n"Ada\nLee",north\n', ("region",), "line 3: expected a ticket on one line, without line breaks."),
        (b"name,region\n", ("region",), "line 1: expected tickets; there are none."),
        (b"name,region\nA\0,north\n", ("region",), "line 2: expected"),
        (b"name,region\n" + b"A" * 200_000 + b",north\n", ("region",), "line 2: expected CSV"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(content, columns, sentence):
    with pytest.raises(BadRoll) as refused:
        read_tickets(content, *columns)
    assert str(refused.value).startswith(sentence)


@given(
    content=st.binary(max_size=60) | st.text('a,;"\n\r\0', max_size=30).map(str.encode),
    stratum=st.sampled_from([None, "a", "b"]),
)
def test_any_bytes_are_read_or_refused_with_a_line(content, stratum):
    try:
        found = read_tickets(content, stratum)
    except BadRoll as refused:
        found = re.fullmatch(r"line \d+: expected .+[.]", str(refused), re.DOTALL)
    assert found
