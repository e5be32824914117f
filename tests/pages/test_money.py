import gc
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from coop.extensions import db
from coop.models.dues import Charge
from coop.models.treasury import StatementLine
from tests.make import PASSWORD
from tests.pages.client import PageClient, Upload

HEADER = "date,amount,currency,name,account,purpose,bank_id"


@pytest.fixture
def coop(make):
    return make.organisation()


@pytest.fixture
def amina(app, coop, make):
    make.member(coop, "Amina Okafor", email="amina@pioneers.example", password=PASSWORD)
    client = PageClient(app)
    client.sign_in("amina@pioneers.example")
    return client


@pytest.fixture
def treasurer(app, coop, make):
    make.officer(coop, "treasurer", "Ines", email="treasurer@pioneers.example", password=PASSWORD)
    client = PageClient(app)
    client.sign_in("treasurer@pioneers.example")
    return client


def charge(coop, make, treasurer):
    """Dues of 12.00 a month since November, set and charged on the pages."""
    decision = make.decision(coop, decision_class="ordinary", title="Dues of twelve a month")
    treasurer.visit("/pioneers/dues/plans/new")
    treasurer.fill("Name", "Dues")
    treasurer.choose("How often it is owed", "Every month")
    treasurer.fill("Band 1", "full")
    treasurer.fill("Amount of band 1", "12,00")
    treasurer.fill("From", datetime.now(UTC).date().replace(day=1).isoformat())
    treasurer.fill("Decision that sets it", str(decision.id))
    treasurer.press("Set dues")
    return treasurer.press("Book these charges")


def charges(app):
    with app.app_context():
        return db.session.scalars(select(Charge).order_by(Charge.id)).all()


def upload(client, *rows, content=None, name="november.csv", status=200):
    client.visit("/pioneers/treasury/statements/new")
    client.fill("The bank’s file", Upload(content or "\n".join([HEADER, *rows, ""]).encode(), name))
    return client.press("Import", status)


def row(amount="12.00", purpose="", name="", day="2026-11-03"):
    return f"{day},{amount},EUR,{name},,{purpose},"


def test_before_anything_is_charged_every_page_says_what_to_do(amina, treasurer):
    assert "You owe nothing" in amina.visit("/pioneers/dues")
    assert "No dues are set" in amina.visit("/pioneers/dues/plans")
    for page in (
        "dues/arrears",
        "dues/charge",
        "treasury",
        "treasury/queue",
        "treasury/ledger",
        "dues/plans/new",
    ):
        treasurer.visit(f"/pioneers/{page}")


def test_a_member_sees_what_is_owed_why_and_the_reference_to_pay_with(app, coop, make, amina, treasurer):
    page = charge(coop, make, treasurer)
    assert "2 charges booked." in page
    page = amina.visit("/pioneers/dues")
    assert page.h1 == "You owe 12.00 €"
    mine = charges(app)[0]
    page = amina.follow("Why this amount?")
    assert "The rate was set by decision" in page
    assert mine.reference[:4] in page


def test_a_statement_pays_what_it_names_and_the_rest_waits(app, coop, make, amina, treasurer):
    charge(coop, make, treasurer)
    page = upload(treasurer, row(purpose=charges(app)[0].reference), row("20.00", "Monatsbeitrag", "Unknown"))
    assert page.h1 == "2 lines, 1 left"
    assert "1 booked by itself." in page
    assert "Waits for you because" in page
    assert "You owe nothing" in amina.visit("/pioneers/dues")
    assert "paid" in amina.page
    assert "by bank, line" in amina.follow("Dues for")


def test_importing_the_same_file_again_changes_nothing(treasurer):
    upload(treasurer, row())
    assert "Nothing has changed" in upload(treasurer, row())


def test_the_treasurer_accepts_a_proposal_and_undoes_it(app, coop, make, amina, treasurer):
    charge(coop, make, treasurer)
    page = upload(treasurer, row(name="Okafor Amina"))
    assert "The payer’s name reads as Amina Okafor’s." in page
    page = treasurer.press("Accept")
    assert "0 left" in page.h1
    treasurer.follow("Okafor Amina")
    page = treasurer.press("Undo")
    assert "Undone" in page
    assert "1 left" in page.h1
    assert "You owe 12.00" in amina.visit("/pioneers/dues").h1


def test_the_treasurer_chooses_another_charge(app, coop, make, amina, treasurer):
    charge(coop, make, treasurer)
    upload(treasurer, row(name="Grandmother"))
    treasurer.follow("Choose another charge")
    treasurer.fill("Member’s name or number", "okafor")
    treasurer.press("Search")
    treasurer.press("Book these", 422)
    assert treasurer.page.errors == ["Choose at least one charge."]
    treasurer.choose("Charges that this money pays", "1 Amina")
    page = treasurer.press("Book these")
    assert "Booked for Amina Okafor" in page


def test_money_that_is_no_dues_is_booked_as_what_it_is(treasurer):
    upload(treasurer, row("-555.00", "STROM", "Power company"))
    treasurer.fill("Book as", "Rent and energy")
    treasurer.press("Book as this", 422)
    assert treasurer.page.errors == ["Say what this money was."]
    assert treasurer.page.value("Book as")
    treasurer.fill("What it was", "Electricity for November")
    treasurer.press("Book as this")
    page = treasurer.visit("/pioneers/treasury/ledger")
    assert "Rent and energy: Electricity for November" in page


def test_a_line_is_put_on_hold_with_a_question(treasurer):
    upload(treasurer, row())
    treasurer.press("Hold", 422)
    treasurer.fill("What is to be found out", "Ask the bank")
    treasurer.press("Hold")
    page = treasurer.visit("/pioneers/treasury/queue")
    assert "Ask the bank" in page


def test_settling_from_the_queue_leads_back_to_the_queue(treasurer):
    upload(treasurer, row(), row("5.00", "gift"))
    treasurer.visit("/pioneers/treasury/queue")
    treasurer.fill("Book as", "Donations")
    treasurer.fill("What it was", "Gift")
    assert treasurer.press("Book as this").h1 == "1 line waits"


def test_the_same_money_from_two_files_is_not_booked_twice(treasurer):
    upload(treasurer, row(purpose="a"))
    page = upload(treasurer, row(purpose="b"), name="again.csv")
    assert "probably here already" in page
    treasurer.press("The same money")
    assert treasurer.visit("/pioneers/treasury/queue").h1 == "1 line waits"


def test_a_returned_debit_is_booked_as_returned(app, coop, make, amina, treasurer):
    charge(coop, make, treasurer)
    upload(treasurer, row(purpose=charges(app)[0].reference, name="Amina Okafor"))
    upload(treasurer, row("-14.50", "returned", "Amina Okafor", day="2026-11-09"), name="later.csv")
    assert "2.50 € is the bank’s fee." in treasurer.page
    treasurer.press("Book as returned")
    assert "You owe 12.00" in amina.visit("/pioneers/dues").h1


@pytest.mark.parametrize(
    ("content", "named"),
    [
        pytest.param(b" ", "is empty", id="empty"),
        pytest.param(b"\x7fELF\x00\x01", "line 1", id="binary"),
        pytest.param(b"<!DOCTYPE a [<!ENTITY a 'b'>]><Document>&a;</Document>", "<!DOCTYPE>", id="a bomb"),
        pytest.param(b"<Document>\n<BkTo", "line 2", id="malformed"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence_and_nothing_is_booked(
    app, treasurer, content, named
):
    upload(treasurer, content=content, status=422)
    assert any(named in sentence for sentence in treasurer.page.errors)
    with app.app_context():
        assert db.session.scalar(select(StatementLine.id)) is None


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the test client's own file
def test_a_file_of_fifty_megabytes_is_refused_with_the_form(treasurer):
    upload(treasurer, content=b"0" * (50 * 1024 * 1024), status=422)
    assert any("larger than 10 MiB" in sentence for sentence in treasurer.page.errors)
    treasurer.page = None
    gc.collect()


def test_one_bad_row_is_listed_and_the_good_ones_are_booked(treasurer):
    page = upload(treasurer, row(), "nonsense", row("5.00"))
    assert page.h1 == "2 lines, 2 left"
    assert "line 3: It has 1 cell where" in page


def test_the_file_comes_back_as_it_came_and_never_inline(treasurer):
    upload(treasurer, row())
    answer = treasurer.get("/pioneers/treasury/statements/1/file")
    assert answer.data.startswith(HEADER.encode())
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_nothing_typed_is_lost_when_a_plan_is_wrong(coop, make, treasurer):
    make.decision(coop, decision_class="ordinary", title="Dues")
    treasurer.visit("/pioneers/dues/plans/new")
    treasurer.fill("Band 1", "full")
    treasurer.fill("Amount of band 1", "1.2.3")
    treasurer.press("Set dues", 422)
    assert any("not an amount" in sentence for sentence in treasurer.page.errors)
    assert treasurer.page.value("Amount of band 1") == "1.2.3"


def test_a_member_is_put_in_a_band_and_dues_are_waived(coop, make, amina, treasurer):
    charge(coop, make, treasurer)
    treasurer.visit("/pioneers/dues/members/1")
    treasurer.fill("How much of it", "Half")
    treasurer.fill("Reason", "Article 7")
    start = datetime.now(UTC).date().replace(day=1).isoformat()
    form = {"waiver-plan": "Dues", "waiver-share": "1/2", "waiver-starts_on": start, "waiver-decision": "0"}
    treasurer.post("/pioneers/dues/members/1/waive", {**form, "waiver-reason": "Article 7"})
    treasurer.visit("/pioneers/dues/charge")
    page = treasurer.press("Book these charges")
    assert "1 charge booked. 1 taken back." in page
    assert "You owe 6.00" in amina.visit("/pioneers/dues").h1


def test_a_charge_is_taken_back_with_a_reason(app, coop, make, amina, treasurer):
    charge(coop, make, treasurer)
    number = charges(app)[0].id
    treasurer.visit(f"/pioneers/dues/charges/{number}")
    treasurer.press("Take it back", 422)
    treasurer.fill("Why it is taken back", "Charged by mistake")
    treasurer.press("Take it back")
    assert "You owe nothing" in amina.visit("/pioneers/dues")


def test_arrears_are_searched_by_name(app, coop, make, amina, treasurer):
    charge(coop, make, treasurer)
    page = treasurer.visit("/pioneers/dues/arrears")
    assert "Nobody is behind" in page
    assert "Nobody of that name" in treasurer.visit("/pioneers/dues/arrears?q=zzz&page=99")


def test_members_see_their_own_money_only(app, coop, make, amina, treasurer):
    charge(coop, make, treasurer)
    mine, hers = (one.id for one in charges(app))
    assert amina.get(f"/pioneers/dues/charges/{mine}").status_code == 200
    assert amina.get(f"/pioneers/dues/charges/{hers}").status_code == 403
    for page in (
        "treasury",
        "treasury/queue",
        "treasury/ledger",
        "dues/arrears",
        "dues/charge",
        "dues/members/2",
    ):
        assert amina.get(f"/pioneers/{page}").status_code == 403


def test_another_organisations_money_is_missing(app, coop, make, treasurer):
    upload(treasurer, row())
    charge(coop, make, treasurer)
    orchard = make.organisation("orchard", "Orchard")
    make.officer(orchard, "treasurer", email="treasurer@orchard.example", password=PASSWORD)
    other = PageClient(app)
    other.sign_in("treasurer@orchard.example")
    number = charges(app)[0].id
    for page in (
        f"dues/charges/{number}",
        "treasury/statements/1",
        "treasury/statements/1/file",
        "treasury/lines/1/choose",
    ):
        assert other.get(f"/orchard/{page}").status_code == 404, page
    for deed in ("accept", "book-as", "hold", "same", "other", "undo", "returns/1"):
        assert other.post(f"/orchard/treasury/lines/1/{deed}").status_code == 404, deed


def test_a_branch_treasurer_imports_to_the_branchs_own_account(app, coop, make, treasurer):
    branch = make.body(coop)
    make.officer(coop, "treasurer", "Branch", body=branch, email="branch@pioneers.example", password=PASSWORD)
    upload(treasurer, row("77.00"))
    client = PageClient(app)
    client.sign_in("branch@pioneers.example")
    assert "No bank account yet" in client.visit("/pioneers/treasury")
    assert client.get("/pioneers/treasury/statements/1").status_code == 403
    page = upload(client, row("5.00"), name="branch.csv")
    assert page.h1 == "1 line, 1 left"
    assert "77.00" not in client.visit("/pioneers/treasury/ledger")


def test_the_treasury_says_whether_books_and_bank_agree(treasurer):
    upload(treasurer, row())
    assert "no statement gave a balance to compare" in treasurer.visit("/pioneers/treasury")


@pytest.mark.parametrize(
    "page", ["dues", "treasury", "treasury/queue", "treasury/statements/1", "treasury/ledger"]
)
def test_pages_ask_the_database_few_questions(coop, make, amina, treasurer, count_queries, page):
    charge(coop, make, treasurer)
    upload(treasurer, *(row(purpose=f"no {number}") for number in range(30)))
    with count_queries() as seen:
        treasurer.get(f"/pioneers/{page}")
    assert seen.count <= 25


def test_lists_leave_as_spreadsheets(coop, make, amina, treasurer):
    charge(coop, make, treasurer)
    upload(treasurer, row("-3.00", "=1+1"))
    journal = treasurer.get("/pioneers/treasury/ledger.csv").text
    assert "-3.00,EUR" in journal
    assert treasurer.get("/pioneers/dues/arrears.csv").text.startswith("number,name")


def test_the_statements_have_pages_and_as_many_questions_for_many_as_for_few(treasurer, count_queries):
    upload(treasurer, row(purpose="no 0"), name="statement-00.csv")
    with count_queries() as few:
        treasurer.get("/pioneers/treasury")
    for number in range(1, 21):
        upload(treasurer, row(purpose=f"no {number}"), name=f"statement-{number:02}.csv")
    with count_queries() as many:
        page = treasurer.visit("/pioneers/treasury")
    assert many.count == few.count <= 12
    assert ("statement-20.csv" in page, "statement-00.csv" in page, "Page 1 of 2" in page) == (
        True,
        False,
        True,
    )
    page = treasurer.follow("Next")
    assert ("statement-20.csv" in page, "statement-00.csv" in page, "Page 2 of 2" in page) == (
        False,
        True,
        True,
    )
    assert "Page 2 of 2" in treasurer.visit("/pioneers/treasury?page=99")
