import datetime as dt
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coop.gateways.statements import Refused, read
from tests.scale import scale

SHARED = Path("../shared/data/statements/csv_byro_transactions.csv")
HEADER = "date,amount,currency,name,account,purpose,bank_id"
GOOD = "2026-11-03,12.00,EUR,Amina Okafor,DE89 3704 0044 0532 0130 00,RF18539007547034,b1"


def csv(*rows, header=HEADER, end="\r\n"):
    return end.join([header, *rows, ""]).encode()


def refusal(content):
    with pytest.raises(Refused) as refused:
        read(content, "november.csv")
    return str(refused.value)


def lines(*rows, **facts):
    return read(csv(*rows, **facts), "november.csv").statements[0].lines


def test_a_row_is_a_line():
    (line,) = lines(GOOD)
    assert (line.booked_on, line.amount_minor, line.currency) == (dt.date(2026, 11, 3), 1200, "EUR")
    assert (line.name, line.account) == ("Amina Okafor", "DE89370400440532013000")
    assert (line.purpose, line.bank_ids) == ("RF18539007547034", ("b1",))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n"])
def test_every_line_end_and_blank_lines_are_read(end):
    assert len(lines(GOOD, GOOD, end=end)) == 2


def test_a_byte_order_mark_and_quotation_marks_are_no_matter():
    content = b"\xef\xbb\xbf" + csv('2026-11-03,-0.01,EUR,"Okafor, Amina",,"two\nlines ""so""",')
    (line,) = read(content, "x").statements[0].lines
    assert (line.amount_minor, line.name, line.purpose) == (-1, "Okafor, Amina", 'two\nlines "so"')


def test_columns_may_stand_in_another_order():
    assert (
        lines("EUR,2026-11-03,1,,,,", header="currency,date,amount,name,account,purpose,bank_id")[
            0
        ].amount_minor
        == 100
    )


def test_each_currency_is_a_statement_of_its_own():
    found = read(csv(GOOD, GOOD.replace("EUR", "SEK")), "x")
    assert [one.currency for one in found.statements] == ["EUR", "SEK"]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        pytest.param(GOOD.replace("2026-11-03", "03.11.2026"), "not a day", id="a German day"),
        pytest.param(GOOD.replace("2026-11-03", "2026-11-31"), "not a day", id="the 31st of November"),
        pytest.param(GOOD.replace("2026-11-03", "20261103"), "not a day", id="a day without strokes"),
        pytest.param(GOOD.replace("12.00", "$120"), "not an amount", id="a currency sign"),
        pytest.param(GOOD.replace("12.00", "12.001"), "more decimals", id="a tenth of a cent"),
        pytest.param(GOOD.replace("12.00", "0.00"), "zero", id="nothing"),
        pytest.param(GOOD.replace("12.00", "NaN"), "not an amount", id="a float's nonsense"),
        pytest.param(GOOD.replace("EUR", "€"), "currency code", id="a sign for a currency"),
        pytest.param(GOOD + ",more", "8 cells", id="a cell too many"),
        pytest.param("2026-11-03,12.00", "2 cells", id="a row cut off"),
        pytest.param(GOOD.replace("RF", "\x01"), "not text", id="a control sign"),
        pytest.param(GOOD.replace("RF", "x" * 4001), "longer than", id="a novel"),
    ],
)
def test_one_bad_row_is_listed_and_the_good_ones_are_kept(bad, why):
    found = read(csv(GOOD, bad, GOOD), "x")
    assert found.lines == 2
    (problem,) = found.problems
    assert problem.where == "line 3"
    assert why in problem.sentence


def test_a_row_that_is_not_utf_8_is_listed():
    found = read(csv(GOOD) + GOOD.replace("Amina", "Bj\u00f6rn").encode("latin-1") + b"\n", "x")
    assert found.lines == 1
    assert "UTF-8" in found.problems[0].sentence


def test_a_row_after_one_of_two_lines_keeps_its_number():
    found = read(csv(GOOD.replace("RF18539007547034", '"a\nb"'), "bad"), "x")
    assert found.problems[0].where == "line 4"


@pytest.mark.parametrize(
    ("content", "named"),
    [
        pytest.param(csv(), "no rows", id="a header alone"),
        pytest.param(csv("nonsense"), "Line 2", id="no row can be read"),
        pytest.param(csv(GOOD, header="a,b"), "Line 1", id="another header"),
        pytest.param(csv(GOOD, header=HEADER.replace(",bank_id", "")), "bank_id", id="a column missing"),
        pytest.param(csv(GOOD, header=HEADER + ",date"), "twice", id="a column twice"),
        pytest.param(csv('2026-11-03,"never closed'), "line 2", id="an open quotation mark"),
        pytest.param(b"MZ\x90\x00\x03", "line 1", id="a program"),
        pytest.param(csv(GOOD) + b"\x00", "line 3", id="a zero byte"),
    ],
)
def test_what_is_no_csv_statement_is_refused_naming_the_line(content, named):
    sentence = refusal(content)
    assert named in sentence
    assert sentence.endswith(".")


@pytest.mark.shared
def test_the_real_german_file():
    if not SHARED.exists():
        if os.environ.get("COOP_REQUIRE_SHARED") == "1":
            pytest.fail("the shared statements are required and missing")
        pytest.skip("needs the shared statements")
    (statement,) = read(SHARED.read_bytes(), "x").statements
    assert statement.account == "7016809500"
    assert [line.amount_minor for line in statement.lines] == [-150, 2000, 2000, -55500, -10390, -1240]
    returned = statement.lines[-1]
    assert (returned.is_return, returned.fee_minor, returned.name) == (True, 440, "Doofes Mitglied")
    assert statement.lines[4].account == ""  # its IBAN has wrong check digits


GERMAN = "Kontonummer;Buchungstag;Wertstellung;Auftraggeber/Empfänger;Buchungstext;VWZ1;VWZ2;Betrag;Kontostand;Währung"


def test_german_amounts_and_letters_in_the_older_encoding():
    content = f'{GERMAN}\n1;3.1.2026;;Jörg;"Gutschrift";Beitrag;;1.234,56;;EUR\n'.encode("cp1252")
    (line,) = read(content, "x").statements[0].lines
    assert (line.amount_minor, line.name) == (123456, "Jörg")


def test_a_german_row_with_a_decimal_point_is_listed_not_guessed():
    content = f"{GERMAN}\n1;3.1.2026;;A;;;;12.50;;EUR\n1;3.1.2026;;A;;;;12,50;;EUR\n".encode()
    found = read(content, "x")
    assert (found.lines, found.problems[0].where) == (1, "line 2")


@settings(max_examples=scale(60, 3000), deadline=None)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_and_nothing_else(data):
    content = bytearray(csv(GOOD, GOOD, GOOD))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 12))] = data.draw(st.binary(max_size=6))
    try:
        found = read(bytes(content), "x")
    except Refused:
        return
    assert all(line.amount_minor for one in found.statements for line in one.lines)
