import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from coop.errors import Forbidden, Missing, Refusal
from coop.extensions import db
from coop.models.dues import Charge
from coop.models.organisations import Organisation
from coop.models.treasury import LedgerEntry, Match, Payment, Posting, StatementLine
from coop.services import dues, treasury
from coop.transaction import writing
from tests.money_house import TODAY, everything, row


def test_charging_twice_changes_nothing(house):
    run = house.charge()
    assert run.added == house.count(Charge) > 2
    before = everything(house)
    assert house.charge().added == 0
    assert everything(house) == before


def test_every_charge_has_a_reference_a_reason_and_an_entry(house):
    house.charge()
    for charge in house.charges(house.amina):
        assert charge.reference.startswith("RF")
        assert charge.entry_id is not None
        assert {part["what"] for part in charge.explanation} >= {"plan", "band", "period", "decision"}
    assert house.balance("receivable") == -house.balance("dues") > 0


def test_a_charge_is_due_as_long_after_it_is_made_as_the_constitution_says(house):
    house.charge()
    assert house.charges(house.amina)[0].due_on == TODAY + timedelta(days=30)


def test_a_payment_with_the_reference_pays_by_itself_and_the_member_sees_by_what(house):
    house.charge()
    (charge,) = house.charges(house.amina)
    result = house.imports(row(purpose=charge.reference))
    assert (result.new, result.booked) == (1, 1)
    account = dues.account_of(house.amina, house.make.actor(house.amina), TODAY)
    assert account.owed == ()
    assert account.rows[0].payments[0].line_id == house.lines()[0].id
    assert house.balance("suspense") == 0
    assert house.balance("bank") == 1200


def test_an_unknown_payer_waits_in_suspense_with_a_sentence(house):
    house.charge()
    house.imports(row(name="Unfähig zu Überweisen", purpose="Monatsbeitrag"))
    bench = treasury.queue(house.organisation, house.treasurer)
    assert bench.waiting == 1
    assert bench.lines[0].outcome.because.startswith("Waits for you because")
    assert house.balance("suspense") == -1200


# LESSONS, money 1: the same money is never booked twice.
def test_the_same_file_again_changes_nothing(house):
    house.charge()
    rows = [row(purpose=house.charges(house.amina)[0].reference), row("3.00", "jam")]
    house.imports(*rows)
    before = everything(house)
    again = house.imports(*rows)
    assert again.was_here
    assert everything(house) == before


def test_overlapping_files_book_each_line_once(house):
    first = [row(day=f"2026-11-0{day}", purpose=f"no {day}") for day in range(1, 6)]
    second = [row(day=f"2026-11-0{day}", purpose=f"no {day}") for day in range(3, 9)]
    house.imports(*first)
    result = house.imports(*second, file_name="later.csv")
    assert house.balance("bank") == 8 * 1200
    assert (result.new, result.known, result.held) == (3, 3, 0)


def test_an_equal_line_on_the_edge_of_both_files_waits_for_a_person(house):
    house.imports(row(purpose="dues"))
    result = house.imports(row(purpose="dues"), row(purpose="jam", amount="1.00"), file_name="again.csv")
    assert (result.new, result.held) == (1, 1)
    assert house.balance("bank") == 1300
    held = house.lines()[1]
    house.deed(treasury.same_money, held, house.treasurer, house.now)
    assert house.balance("bank") == 1300
    assert treasury.queue(house.organisation, house.treasurer).waiting == 2


def test_a_held_line_that_is_money_of_its_own_is_booked(house):
    house.imports(row(purpose="dues"))
    house.imports(row(purpose="DUES/NOV"), file_name="again.csv")
    held = house.lines()[1]
    with pytest.raises(Refusal, match="probably here already"):
        house.deed(treasury.hold, held, house.treasurer, house.now, "why")
    house.deed(treasury.other_money, held, house.treasurer, house.now)
    assert house.balance("bank") == 2400


# LESSONS, money 2: genuine twins survive.
def test_two_equal_payments_in_one_file_are_two_payments(house):
    house.imports(row(purpose="dues", bank_id="7"), row(purpose="dues", bank_id="7"))
    assert house.balance("bank") == 2400


# LESSONS, money 4: one payment for many charges, many payments for one charge.
def test_one_payment_for_two_members_pays_both(house):
    house.charge()
    references = [house.charges(member)[0].reference for member in (house.amina, house.bjorn)]
    assert house.imports(row("24.00", " ".join(references))).booked == 1
    assert house.open(house.amina) == house.open(house.bjorn) == 0


def test_two_payments_pay_one_charge(house):
    house.charge()
    (charge,) = house.charges(house.amina)
    house.imports(row("5.00", charge.reference), row("7.00", charge.reference))
    first, second = house.lines()
    house.deed(treasury.pay_charges, first, [charge.id], house.treasurer, house.now)
    assert house.open(house.amina) == 700
    house.deed(treasury.pay_charges, second, [charge.id], house.treasurer, house.now)
    assert house.open(house.amina) == 0


def test_what_is_paid_too_much_becomes_credit_and_pays_the_next_charge(house):
    house.charge(until=date(2026, 11, 1))
    (charge,) = house.charges(house.amina)
    house.imports(row("20.00", charge.reference))
    house.deed(treasury.pay_charges, house.lines()[0], [charge.id], house.treasurer, house.now)
    assert dues.credit_of(house.amina.id) == ((800, "EUR"),)
    house.now += timedelta(days=20)
    run = house.charge(until=date(2026, 12, 1))
    assert run.paid_from_credit == 1
    assert house.open(house.amina) == 400
    assert house.balance("credit") == 0


# LESSONS, money 5: mistakes are undone without deleting anything.
def test_a_wrong_match_is_undone_by_reversing_rows(house):
    house.charge()
    (right,), (wrong,) = house.charges(house.amina), house.charges(house.bjorn)
    house.imports(row(name="A. Okafor"))
    line = house.lines()[0]
    house.deed(treasury.pay_charges, line, [wrong.id], house.treasurer, house.now)
    entries = house.count(LedgerEntry)
    house.deed(treasury.undo, line, house.treasurer, house.now)
    assert house.open(house.bjorn) == 1200
    assert house.count(LedgerEntry) == entries + 1
    house.deed(treasury.pay_charges, line, [right.id], house.treasurer, house.now)
    assert (house.open(house.amina), house.open(house.bjorn)) == (0, 1200)
    assert house.balance("suspense") == 0


def test_an_undone_match_teaches_nothing(house):
    house.charge()
    (charge,) = house.charges(house.amina)
    house.imports(row(account="DE1", purpose=charge.reference))
    line = house.lines()[0]
    house.deed(treasury.undo, line, house.treasurer, house.now)
    outcome = treasury.outcomes(house.organisation, house.account(), [line])[line.id]
    assert not any("account" in item.sentence for item in outcome.proposals[0].evidence)


def test_a_confirmed_account_is_known_the_next_time(house):
    house.charge()
    (charge,) = house.charges(house.amina)
    house.imports(row(account="DE1", purpose=charge.reference))
    house.now += timedelta(days=20)
    house.charge(until=date(2026, 12, 1))
    assert house.imports(row(account="DE1", day="2026-12-02"), file_name="december.csv").booked == 1
    assert house.open(house.amina) == 0


def test_undoing_twice_is_refused(house):
    house.imports(row())
    with pytest.raises(Refusal, match="Nothing is booked"):
        house.deed(treasury.undo, house.lines()[0], house.treasurer, house.now)


# LESSONS, money 6: a returned debit reopens what it had paid, and the fee is the bank's.
def test_a_returned_debit_reopens_exactly_what_it_had_paid_and_books_the_fee_apart(house):
    house.charge()
    (charge,) = house.charges(house.amina)
    house.imports(
        row(account="DE1", purpose=charge.reference), row("-14.50", account="DE1", day="2026-11-09")
    )
    paid, returned = house.lines()
    (proposal,) = treasury.returns_for(house.account(), returned)
    assert proposal.fee_minor == 250
    match = treasury.find_match(house.organisation, proposal.match_id)
    house.deed(treasury.return_payment, returned, match, house.treasurer, house.now)
    assert house.open(house.amina) == 1200
    assert house.balance("fees") == 250
    assert house.balance("suspense") == 0
    with pytest.raises(Refusal, match="Undo the return first"):
        house.deed(treasury.undo, paid, house.treasurer, house.now)
    house.deed(treasury.undo, returned, house.treasurer, house.now)
    assert house.open(house.amina) == 0
    assert house.balance("fees") == 0


def test_money_that_is_no_dues_is_booked_as_what_it_is(house):
    house.imports(row("-555.00", "STROM"), row("50.00", "a gift"))
    accounts = {account.role: account for account in treasury.accounts_to_choose(house.account().body_id)}
    power, gift = house.lines()
    house.deed(treasury.book_as, power, accounts["rent"], house.treasurer, house.now, "Electricity")
    house.deed(treasury.book_as, gift, accounts["donations"], house.treasurer, house.now, "Gift")
    assert house.balance("rent") == 55500
    assert house.balance("donations") == -5000
    assert treasury.queue(house.organisation, house.treasurer).waiting == 0
    house.deed(treasury.undo, gift, house.treasurer, house.now)
    assert house.balance("donations") == 0


def test_nobody_books_to_the_accounts_that_the_program_keeps(house):
    house.imports(row())
    with pytest.raises(Refusal, match="kept by the program"):
        house.deed(treasury.book_as, house.lines()[0], house.account(), house.treasurer, house.now, "x")


def test_a_line_on_hold_waits_with_its_question(house):
    house.imports(row())
    house.deed(treasury.hold, house.lines()[0], house.treasurer, house.now, "Ask Amina")
    bench = treasury.queue(house.organisation, house.treasurer)
    assert (bench.waiting, bench.lines[0].match.reason) == (1, "Ask Amina")
    house.deed(treasury.hold, house.lines()[0], house.treasurer, house.now, "Ask again")
    assert house.count(Match) == 2


def test_every_entry_sums_to_zero(house):
    house.charge()
    house.imports(row(purpose=house.charges(house.amina)[0].reference), row("-3.00", "fee"))
    sums = db.session.execute(
        select(Posting.entry_id, func.sum(Posting.amount_minor)).group_by(Posting.entry_id, Posting.currency)
    ).all()
    assert sums
    assert all(total == 0 for _entry, total in sums)


def test_a_charge_taken_back_leaves_the_payment_as_credit(house):
    house.charge()
    (charge,) = house.charges(house.amina)
    house.imports(row(purpose=charge.reference))
    house.deed(treasury.reverse_charge, house.organisation, charge, house.treasurer, house.now, "wrong")
    assert dues.credit_of(house.amina.id) == ((1200, "EUR"),)
    assert house.balance("credit") == -1200


def test_only_the_treasurer_imports_and_matches(house):
    house.imports(row())
    member = house.make.actor(house.amina)
    with pytest.raises(Forbidden):
        house.imports(row("1.00"), actor=member)
    with pytest.raises(Forbidden):
        house.deed(treasury.hold, house.lines()[0], member, house.now, "x")
    with pytest.raises(Forbidden):
        house.deed(treasury.charge_dues, house.organisation, member, TODAY, house.now)


def test_another_organisations_lines_are_missing(house):
    house.imports(row())
    orchard = house.make.organisation("orchard", "Orchard")
    treasurer = house.make.actor(house.make.officer(orchard, "treasurer"))
    with pytest.raises(Missing):
        treasury.find_line(orchard, house.lines()[0].id, treasurer)


def test_a_branch_treasurer_sees_only_the_branchs_money(house):
    branch = house.make.body(house.organisation, members=[house.amina])
    theirs = house.make.actor(house.make.officer(house.organisation, "treasurer", "Branch", body=branch))
    house.imports(row())
    assert treasury.bank_accounts(house.organisation, theirs) == []
    assert treasury.queue(house.organisation, theirs).count == 0
    with pytest.raises(Forbidden):
        treasury.find_line(house.organisation, house.lines()[0].id, theirs)


def test_two_people_confirming_the_same_line_at_once_do_no_harm(house, app):
    house.charge()
    (charge,), (other,) = house.charges(house.amina), house.charges(house.bjorn)
    house.imports(row(name="somebody"))
    number, wanted = house.lines()[0].id, [charge.id, other.id]
    treasurer, now, outcomes = house.treasurer, house.now, []
    db.session.remove()
    start = threading.Barrier(2)

    def confirm(charge_id):
        with app.app_context():
            start.wait()
            try:
                with writing():
                    line = db.session.get(StatementLine, number)
                    treasury.pay_charges(line, [charge_id], treasurer, now)
                outcomes.append("booked")
            except Refusal:
                outcomes.append("refused")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=confirm, args=(charge_id,)) for charge_id in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["booked", "refused"]
    assert house.balance("suspense") == 0
    assert house.count(Payment) == 1


def test_two_charge_runs_at_once_charge_once(house, app):
    house.make.dues_plan(house.organisation, house.treasurer, starts_on=date(2026, 11, 1))
    organisation_id, treasurer, now = house.organisation.id, house.treasurer, house.now
    db.session.remove()
    start, failures = threading.Barrier(2), []

    def run():
        with app.app_context():
            start.wait()
            try:
                with writing():
                    treasury.charge_dues(db.session.get(Organisation, organisation_id), treasurer, TODAY, now)
            except Exception as why:  # noqa: BLE001 - whatever it is, the test must see it
                failures.append(why)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    per_member = db.session.execute(
        select(Charge.membership_id, func.count()).group_by(Charge.membership_id)
    ).all()
    assert per_member
    assert all(count == 1 for _member, count in per_member)
