import pytest
from sqlalchemy import select

from coop.errors import Unreadable
from coop.extensions import db
from coop.models.treasury import Statement
from coop.services import treasury
from tests.money_house import row


# LESSONS, money 8: one bad row never blocks the others and never passes silently.
def test_a_bad_row_is_listed_and_the_good_ones_are_booked(house):
    result = house.imports(row(), "nonsense", row("5.00", "more"))
    assert (result.new, result.refused) == (2, 1)
    assert house.balance("bank") == 1700
    assert house.count(Statement) == 1
    assert db.session.scalars(select(Statement)).one().refused[0]["where"] == "line 3"


def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(house):
    with pytest.raises(Unreadable, match="line 1"):
        treasury.read(b"<Document", "x.xml")


CAMT = """<Document><BkToCstmrStmt><Stmt><Id>1</Id><Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-02</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{closing}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-03</Dt></Dt></Bal>
<Ntry><Amt Ccy="EUR">12.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-03</Dt></BookgDt>
<NtryDtls><TxDtls><RmtInf><Strd><CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls></Ntry>
</Stmt></BkToCstmrStmt></Document>"""


def camt(reference="RF18539007547034", closing="112.00", iban="DE89370400440532013000"):
    return CAMT.format(reference=reference, closing=closing, iban=iban).encode()


# LESSONS, money 11: books and bank agree, or the difference has a reason.
@pytest.mark.parametrize(("closing", "agrees"), [("111.99", False), ("112.00", True), ("112.01", False)])
def test_the_books_agree_with_the_bank_or_say_by_how_much_they_do_not(house, closing, agrees):
    house.imports(content=camt(closing=closing), file_name="november.xml")
    (proof,) = treasury.standing(house.organisation, house.treasurer).proofs
    assert proof.agrees is agrees
    assert ("agree with the bank" in proof.sentence) is agrees
    assert agrees or "0.01" in proof.sentence


def test_a_structured_reference_pays_by_itself(house):
    house.charge()
    reference = house.charges(house.amina)[0].reference
    assert house.imports(content=camt(reference), file_name="november.xml").booked == 1


def test_the_same_payment_from_a_csv_and_a_camt_file_is_held_not_booked_twice(house):
    house.imports(content=camt(), file_name="november.xml")
    result = house.imports(row(purpose="RF18539007547034"))
    assert (result.new, result.held) == (0, 1)
    assert house.balance("bank") == 11200


def test_a_statement_of_an_account_unknown_so_far_opens_that_account(house):
    house.imports(content=camt(), file_name="a.xml")
    house.imports(content=camt(iban="NL26VAYB8060476890"), file_name="b.xml")
    found = treasury.bank_accounts(house.organisation, house.treasurer)
    assert [account.bank_account for account in found] == ["DE89370400440532013000", "NL26VAYB8060476890"]
