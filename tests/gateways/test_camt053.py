import datetime as dt
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coop.gateways.statements import Refused, read
from tests.scale import scale

SHARED = Path("../shared/data/statements")

ENTRY = """<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{extra}<Sts>{status}</Sts>
<BookgDt><Dt>{day}</Dt></BookgDt><NtryDtls>{details}</NtryDtls></Ntry>"""

DETAILS = """<TxDtls>{amount}<RltdPties><Dbtr>{name}</Dbtr><DbtrAcct><Id><IBAN>DE1</IBAN></Id></DbtrAcct>
<CdtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></CdtrAcct></RltdPties>
<RmtInf><Ustrd>dues</Ustrd><Ustrd>november</Ustrd></RmtInf></TxDtls>"""


def details(amount="", name="<Nm>Amina</Nm>"):
    return DETAILS.format(amount=amount, name=name)


def entry(amount="12.00", sign="CRDT", status="BOOK", day="2026-11-03", extra="", inside=None):
    return ENTRY.format(
        amount=amount,
        sign=sign,
        status=status,
        day=day,
        extra=extra,
        details=details() if inside is None else inside,
    )


def balance(code, amount, currency="EUR", sign="CRDT"):
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='{currency}'>{amount}</Amt>"
        f"<CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>2026-11-03</Dt></Dt></Bal>"
    )


def camt(
    *entries,
    balances="",
    namespace="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08",
    currency="<Ccy>EUR</Ccy>",
):
    account = f"<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id>{currency}</Acct>"
    xmlns = f' xmlns="{namespace}"' if namespace else ""
    inside = f"<Stmt><Id>1</Id>{account}{balances}{''.join(entries)}</Stmt>"
    return f"<Document{xmlns}><BkToCstmrStmt>{inside}</BkToCstmrStmt></Document>".encode()


def lines(*entries, **facts):
    return read(camt(*entries, **facts), "november.xml").statements[0].lines


def refusal(content, name="november.xml"):
    with pytest.raises(Refused) as refused:
        read(content, name)
    return str(refused.value)


def shared(name):
    if not SHARED.exists():
        if os.environ.get("COOP_REQUIRE_SHARED") == "1":
            pytest.fail("the shared statements are required and missing")
        pytest.skip("needs the shared statements")
    return (SHARED / name).read_bytes()


@pytest.mark.parametrize(
    "namespace",
    [
        "",
        "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02",
        "urn:iso:std:iso:20022:tech:xsd:camt.053.001.13",
        "x",
    ],
)
def test_every_version_is_read_by_the_names_of_its_elements(namespace):
    (line,) = lines(entry(), namespace=namespace)
    assert (line.amount_minor, line.currency, line.booked_on) == (1200, "EUR", dt.date(2026, 11, 3))
    assert (line.name, line.account, line.purpose) == ("Amina", "DE1", "dues november")


def test_the_name_may_stand_a_level_deeper_since_version_8():
    (line,) = lines(entry(status="<Cd>BOOK</Cd>", inside=details(name="<Pty><Nm>Amina</Nm></Pty>")))
    assert line.name == "Amina"


@pytest.mark.parametrize("status", ["PDNG", "INFO", "FUTR"])
def test_only_booked_entries_count(status):
    statement = read(camt(entry(), entry(status=status)), "x").statements[0]
    assert len(statement.lines) == 1
    assert status in statement.notes[0]


def test_a_debit_is_negative():
    assert lines(entry(sign="DBIT"))[0].amount_minor == -1200


def test_a_reversal_keeps_its_own_direction_and_the_payers_name():
    (line,) = lines(entry(sign="DBIT", extra="<RvslInd>true</RvslInd>"))
    assert (line.amount_minor, line.is_return, line.name) == (-1200, True, "Amina")


def test_several_payments_that_add_up_are_several_lines():
    inside = details('<Amt Ccy="EUR">5.00</Amt>') + details('<Amt Ccy="EUR">7.00</Amt>')
    assert [line.amount_minor for line in lines(entry(inside=inside))] == [500, 700]


def test_amounts_of_payments_may_stand_where_version_2_puts_them():
    inside = "".join(
        details(f'<AmtDtls><TxAmt><Amt Ccy="EUR">{amount}</Amt></TxAmt></AmtDtls>')
        for amount in ("5.00", "7.00")
    )
    assert [line.amount_minor for line in lines(entry(inside=inside))] == [500, 700]


def test_a_payment_in_a_batch_may_run_against_it():
    parts = [("14.00", "CRDT"), ("2.00", "DBIT")]
    inside = "".join(
        details(f'<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>') for amount, sign in parts
    )
    assert [line.amount_minor for line in lines(entry(inside=inside))] == [1400, -200]


def test_payments_that_do_not_add_up_stay_one_line_and_a_note():
    inside = details('<Amt Ccy="EUR">5.00</Amt>') + details('<Amt Ccy="EUR">6.99</Amt>')
    statement = read(camt(entry(inside=inside)), "x").statements[0]
    assert [line.amount_minor for line in statement.lines] == [1200]
    assert "do not add up" in statement.notes[0]


@pytest.mark.parametrize(("closing", "difference"), [("111.99", -1), ("112.00", 0), ("112.01", 1)])
def test_opening_and_lines_make_the_closing_balance_or_the_difference_is_told(closing, difference):
    balances = balance("OPBD", "100.00") + balance("CLBD", closing)
    statement = read(camt(entry(), balances=balances), "x").statements[0]
    assert statement.difference_minor == difference
    assert statement.whole_days


def test_the_currency_may_come_from_the_balance():
    assert (
        read(camt(entry(), balances=balance("OPBD", "1.00"), currency=""), "x").statements[0].currency
        == "EUR"
    )


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        pytest.param({"amount": "$12"}, "Amt", id="no amount"),
        pytest.param({"amount": "12.005"}, "Amt", id="half a cent"),
        pytest.param({"amount": "0"}, "zero", id="nothing"),
        pytest.param({"amount": "-3"}, "negative", id="a sign of its own"),
        pytest.param({"sign": "PLUS"}, "CdtDbtInd", id="no direction"),
        pytest.param({"status": ""}, "Sts", id="no status"),
        pytest.param({"day": "2026-02-30"}, "not a date", id="no such day"),
        pytest.param({"day": ""}, "BookgDt", id="no day"),
    ],
)
def test_one_bad_entry_is_listed_and_the_good_ones_are_kept(bad, named):
    found = read(camt(entry(), entry(**bad), entry(amount="5.00")), "x")
    assert [line.amount_minor for line in found.statements[0].lines] == [1200, 500]
    (problem,) = found.problems
    assert problem.where == "Ntry 2 of Stmt 1"
    assert named in problem.sentence


def test_an_entry_in_another_currency_is_listed():
    found = read(camt(entry(), entry().replace("EUR", "SEK")), "x")
    assert "SEK" in found.problems[0].sentence


BOMB = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><Document>&c;</Document>"""


@pytest.mark.parametrize(
    ("content", "named"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b" \r\n\t", "empty", id="blank"),
        pytest.param(b"\xef\xbb\xbf", "empty", id="a byte-order mark alone"),
        pytest.param(BOMB, "<!DOCTYPE>", id="an entity bomb"),
        pytest.param(
            b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document>&x;</Document>',
            "<!DOCTYPE>",
            id="a file of ours",
        ),
        pytest.param(b"<Document>\n<BkToCstmrStmt>", "line 2", id="cut off"),
        pytest.param(b"<Document/>", "Document", id="an empty document"),
        pytest.param(b"<html><body/></html>", "html", id="a web page"),
        pytest.param(b"<Document><BkToCstmrAcctRpt/></Document>", "CAMT.052", id="an interim report"),
        pytest.param(b"<Document><BkToCstmrStmt/></Document>", "Stmt", id="no statement"),
        pytest.param(
            b"<Document><BkToCstmrStmt><Stmt/></BkToCstmrStmt></Document>", "Acct/Id", id="no account"
        ),
        pytest.param(b'<?xml version="1.0" encoding="klingon"?><a/>', "line 1", id="an unknown encoding"),
        pytest.param(b"<a>\x00</a>", "line 1", id="a zero byte in XML"),
        pytest.param(b"\xff\xfe\x00\x01", "line 1", id="bytes that begin like UTF-16"),
        pytest.param(b"%PDF-1.7", "PDF", id="a PDF"),
        pytest.param(b"PK\x03\x04....", "ZIP", id="an archive"),
        pytest.param(b":20:STARTUMSE\r\n:25:1", "MT940", id="another format"),
        pytest.param(bytes(range(128, 192)) + b"\n\x00\xc3\x28", "", id="noise"),
    ],
)
def test_what_is_no_statement_is_refused_with_a_sentence(content, named):
    sentence = refusal(content)
    assert named in sentence
    assert sentence.endswith(".")


def test_a_file_of_50_mb_is_refused_by_its_size_alone():
    assert "50 MiB" in refusal(b"<Document>" + b" " * (50 * 1024 * 1024))


@pytest.mark.parametrize("size", [-1, 0, 1])
def test_the_size_limit(size, monkeypatch):
    content = camt(entry())
    monkeypatch.setattr("coop.gateways.statements.LARGEST_BYTES", len(content) - size)
    if size > 0:
        assert "MiB" in refusal(content)
    else:
        assert read(content, "x").lines == 1


@pytest.mark.shared
def test_two_statements_in_one_real_file():
    found = read(shared("camt053_v2_multi_statement.xml"), "x")
    assert [[line.amount_minor for line in one.lines] for one in found.statements] == [[885], [-700]]
    assert [one.difference_minor for one in found.statements] == [0, 0]
    assert found.statements[0].lines[0].name == "Company Name 1"


@pytest.mark.shared
@pytest.mark.parametrize("name", ["camt053_v2_ultimate.xml", "camt053_v4.xml"])
def test_a_real_file_with_a_structured_reference_and_a_closing_balance_in_another_currency(name):
    (statement,) = read(shared(name), "x").statements
    (line,) = statement.lines
    assert (line.amount_minor, line.currency, line.reference) == (885, "EUR", "4654654654654654")
    assert (statement.account, statement.opening_minor, statement.difference_minor) == (
        "NL26VAYB8060476890",
        1815,
        None,
    )
    assert "SEK" in statement.notes[0]


@pytest.mark.shared
def test_a_real_file_without_a_statement_is_refused():
    assert "BkToCstmrStmt has no Stmt" in refusal(shared("camt053_v2_wrong.xml"))


@settings(max_examples=scale(60, 3000), deadline=None)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_and_nothing_else(data):
    content = bytearray(
        camt(entry(), entry(sign="DBIT"), balances=balance("OPBD", "1.00") + balance("CLBD", "1.00"))
    )
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        length = data.draw(st.integers(0, 12))
        content[place : place + length] = data.draw(st.binary(max_size=6))
    try:
        found = read(bytes(content), "x")
    except Refused:
        return
    assert all(line.amount_minor for one in found.statements for line in one.lines)
