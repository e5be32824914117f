"""Postings sum to zero, allocations stay within payment and charge, holdings are never negative."""

import pytest
import sqlalchemy as sa

from tests.promises.rows import NOW


def entry_refused(rows, *amounts, **more):
    with pytest.raises(sa.exc.IntegrityError):
        rows.entry(*amounts, **more)
    return True


@pytest.mark.parametrize(
    ("amounts", "currencies"),
    [
        pytest.param((100, -99), None, id="one cent too little"),
        pytest.param((100, -101), None, id="one cent too much"),
        pytest.param((100,), None, id="one side only"),
        pytest.param((), None, id="no posting at all"),
        pytest.param((100, -100), ("EUR", "USD"), id="zero over two currencies, in neither of them"),
        pytest.param((100, -100, 1), ("EUR", "EUR", "USD"), id="a second currency left over"),
    ],
)
def test_an_entry_that_does_not_sum_to_zero_in_each_currency_is_refused(rows, amounts, currencies):
    before = rows.one("SELECT COUNT(*) FROM ledger_entries")
    assert entry_refused(rows, *amounts, currencies=currencies)
    assert rows.one("SELECT COUNT(*) FROM ledger_entries") == before


def test_an_entry_may_balance_in_two_currencies(rows):
    rows.entry(100, -100, 7, -7, currencies=("EUR", "EUR", "USD", "USD"))


def test_an_entry_without_its_closing_row_never_commits(rows):
    assert entry_refused(rows, 100, -100, close=False)
    assert entry_refused(rows, 100, close=False)


def test_an_entry_cannot_name_the_closing_row_of_another(rows):
    first = rows.entry(100, -100)
    organisation = rows.add("organisations")
    with pytest.raises(sa.exc.IntegrityError):
        rows.add("ledger_entries", id=first + 1, closing_id=first, organisation_id=organisation)


def test_a_closing_row_cannot_come_before_its_entry(rows, refused):
    refused("INSERT INTO ledger_closings (id) VALUES (:id)", id=4711)


def test_a_closed_entry_takes_no_more_postings(rows, refused):
    entry = rows.entry(100, -100)
    account = rows.one("SELECT account_id FROM postings WHERE entry_id = :id", id=entry)
    more = "INSERT INTO postings (entry_id, account_id, amount_minor, currency) VALUES "
    refused(more + "(:entry, :account, 50, 'EUR')", entry=entry, account=account)
    refused(
        more + "(:entry, :account, 50, 'EUR'), (:entry, :account, -50, 'EUR')", entry=entry, account=account
    )


# Allocations

ALLOCATE = (
    "INSERT INTO allocations (organisation_id, payment_id, charge_id, amount_minor, reverses_id, entry_id, at)"
    " VALUES (:organisation, :payment, :charge, :amount, :reverses, :entry, :now)"
)


@pytest.fixture
def debt(rows):
    """A payment and a charge of 100 each; `debt.pay(60)` allocates."""

    class Debt:
        organisation = rows.add("organisations")
        entry = rows.entry(100, -100)
        payment = rows.add("payments", amount_minor=100)
        charge = rows.add("charges", amount_minor=100)

        def values(self, amount, **more):
            known = {
                "organisation": self.organisation,
                "payment": self.payment,
                "charge": self.charge,
                "entry": self.entry,
                "reverses": None,
                "now": str(NOW),
            }
            return known | {"amount": amount} | more

        def pay(self, amount, **more):
            rows.run(ALLOCATE, **self.values(amount, **more))
            return rows.one("SELECT MAX(id) FROM allocations")

    return Debt()


@pytest.mark.parametrize(("second", "fits"), [(39, True), (40, True), (41, False)])
def test_allocations_never_exceed_the_payment(rows, refused, debt, second, fits):
    other = rows.add("charges", amount_minor=1000)
    debt.pay(60)
    if fits:
        debt.pay(second, charge=other)
    else:
        assert "payment" in refused(ALLOCATE, **debt.values(second, charge=other))


@pytest.mark.parametrize(("second", "fits"), [(39, True), (40, True), (41, False)])
def test_allocations_never_exceed_the_charge(rows, refused, debt, second, fits):
    other = rows.add("payments", amount_minor=1000)
    debt.pay(60)
    if fits:
        debt.pay(second, payment=other)
    else:
        assert "charge" in refused(ALLOCATE, **debt.values(second, payment=other))


def test_many_allocations_in_one_statement_are_counted_together(rows, refused, debt):
    one = "(:organisation, :payment, :charge, :amount, :reverses, :entry, :now)"
    refused(f"{ALLOCATE}, {one}, {one}", **debt.values(40))
    assert rows.one("SELECT COUNT(*) FROM allocations WHERE payment_id = :id", id=debt.payment) == 0


def test_a_reversal_takes_back_exactly_what_it_names_and_once(rows, refused, debt):
    first = debt.pay(60)
    refused(ALLOCATE, **debt.values(-59, reverses=first))
    refused(ALLOCATE, **debt.values(-61, reverses=first))
    refused(ALLOCATE, **debt.values(-60))
    refused(ALLOCATE, **debt.values(60, reverses=first))
    refused(ALLOCATE, **debt.values(-60, reverses=first, charge=None))
    debt.pay(-60, reverses=first)
    refused(ALLOCATE, **debt.values(-60, reverses=first))
    debt.pay(100)


def test_a_payment_in_another_currency_pays_nothing(rows, refused, debt):
    dollars = rows.add("payments", amount_minor=100, currency="USD")
    refused(ALLOCATE, **debt.values(50, payment=dollars))


def test_a_charge_that_was_reversed_takes_no_payment_and_a_paid_one_is_not_reversed(rows, refused, debt):
    paid = debt.pay(60)
    reverse = (
        "INSERT INTO charge_reversals (charge_id, reason, by, at) VALUES (:charge, 'wrong', 'member 1', :now)"
    )
    refused(reverse, charge=debt.charge, now=str(NOW))
    debt.pay(-60, reverses=paid)
    rows.run(reverse, charge=debt.charge, now=str(NOW))
    refused(ALLOCATE, **debt.values(1))
    refused(reverse, charge=debt.charge, now=str(NOW))


# Shares

SHARES = (
    'INSERT INTO share_entries (organisation_id, membership_id, kind, shares, "on", by, at)'
    " VALUES (:organisation, :member, 'subscribed', :shares, '2026-11-21', 'member 1', :now)"
)


@pytest.mark.parametrize(("redeemed", "fits"), [(4, True), (5, True), (6, False)])
def test_a_share_holding_is_never_negative(rows, refused, redeemed, fits):
    member, organisation = rows.add("memberships"), rows.add("organisations")
    values = {"member": member, "organisation": organisation, "now": str(NOW)}
    refused(SHARES, shares=-1, **values)
    rows.run(SHARES, shares=5, **values)
    if fits:
        rows.run(SHARES, shares=-redeemed, **values)
    else:
        refused(SHARES, shares=-redeemed, **values)


# Money that comes once


def test_a_bank_line_has_one_identity_in_an_organisation(rows):
    line = {"organisation_id": rows.add("organisations"), "identity": "1:abc"}
    rows.add("statement_lines", **line)
    with pytest.raises(sa.exc.IntegrityError):
        rows.add("statement_lines", **line)
    rows.add("statement_lines", identity="1:abc")  # of another organisation


def test_what_the_bank_said_is_never_changed(rows, refused):
    line = rows.add("statement_lines")
    for change in ("amount_minor = amount_minor + 1", "identity = 'other'", "purpose = 'other'"):
        refused(f"UPDATE statement_lines SET {change} WHERE id = :id", id=line)


def test_a_line_has_one_standing_match_and_one_payment(rows):
    line = rows.add("statement_lines")
    for table in ("matches", "payments"):
        rows.add(table, line_id=line)
        with pytest.raises(sa.exc.IntegrityError):
            rows.add(table, line_id=line)
    rows.run(
        "UPDATE matches SET undone_at = :now, undone_by = 'member 1' WHERE line_id = :id",
        now=str(NOW),
        id=line,
    )
    rows.add("matches", line_id=line)


def test_a_card_event_comes_once(rows):
    rows.add("webhook_events", event_id="evt_1")
    with pytest.raises(sa.exc.IntegrityError):
        rows.add("webhook_events", event_id="evt_1")
