import datetime as dt

import pytest

from coop.rules.matching import OpenCharge, Openings, propose
from coop.rules.references import creditor_reference, member_reference, spaced
from coop.rules.statements import Line

DUE = dt.date(2026, 11, 27)
NAMES = {1: "Amina Okafor", 2: "Björn Åkesson", 3: "Karin Åkesson", 4: "Daniel Mensah"}


def charge(number, member, amount=1200, *, open_minor=None, due_on=DUE, currency="EUR"):
    reference = creditor_reference(f"2026{number:04d}")
    label = f"Dues, {due_on:%B}"
    left = amount if open_minor is None else open_minor
    return OpenCharge(number, member, member, NAMES[member], label, left, currency, due_on, reference)


def line(amount=1200, **facts):
    facts = {"booked_on": dt.date(2026, 11, 20), "currency": "EUR", **facts}
    return Line(amount_minor=amount, **facts)


EVERYONE = [charge(1, 1), charge(2, 2), charge(3, 3), charge(4, 4)]


def decide(paid, *, charges=EVERYONE, accounts=None):
    return propose(paid, charges, accounts or {})


def best(paid, **facts):
    return decide(paid, **facts).proposals[0]


def test_a_reference_and_the_exact_amount_book_by_themselves():
    outcome = decide(line(purpose=f"dues {spaced(EVERYONE[0].reference)}"))
    assert outcome.books_by_itself
    assert outcome.verdict == "Very likely"
    assert outcome.proposals[0].charges == (1,)
    assert "Amina Okafor" in outcome.because


@pytest.mark.parametrize("where", ["reference", "purpose"])
def test_a_reference_counts_wherever_the_bank_puts_it(where):
    assert best(line(**{where: EVERYONE[1].reference})).charges == (2,)


@pytest.mark.parametrize(
    ("amount", "books", "why"),
    [
        pytest.param(1199, False, "less than what is open", id="a cent short"),
        pytest.param(1200, True, "Booked by itself", id="exact"),
        pytest.param(1201, False, "more than what is open", id="a cent over"),
    ],
)
def test_only_the_exact_amount_books_by_itself(amount, books, why):
    outcome = decide(line(amount, purpose=EVERYONE[0].reference))
    assert outcome.books_by_itself is books
    assert why in outcome.because
    assert outcome.proposals[0].remainder_minor == amount - 1200


def test_a_reference_with_a_wrong_digit_is_no_reference():
    wrong = EVERYONE[0].reference[:-1] + ("0" if EVERYONE[0].reference[-1] != "0" else "1")
    assert decide(line(purpose=wrong)).proposals == ()


def test_name_and_amount_alone_never_suffice():
    outcome = decide(line(name="Okafor, Amina"))
    assert outcome.proposals[0].charges == (1,)
    assert not outcome.books_by_itself
    assert "no reference was given" in outcome.because


def test_amount_alone_is_no_idea():
    outcome = decide(line(2000, name="Unknown", purpose="Monatsbeitrag"), charges=[charge(1, 1, 2000)])
    assert outcome.verdict == "No idea"
    assert outcome.proposals == ()


def test_banks_fold_letters():
    assert best(line(name="BJOERN AKESSON")).charges == (2,)
    assert best(line(name="Bjorn Aakesson")).charges == (2,)


def test_an_account_that_paid_for_one_member_only_is_strong():
    outcome = decide(line(account="DE1"), accounts={"DE1": frozenset({4})})
    assert outcome.books_by_itself
    assert outcome.proposals[0].charges == (4,)


def test_an_account_that_paid_for_two_members_is_not():
    outcome = decide(line(account="DE1"), accounts={"DE1": frozenset({2, 3})})
    assert not outcome.books_by_itself


def test_one_payment_for_two_members_of_a_known_account_waits_with_both_named():
    outcome = decide(line(2400, account="DE1"), accounts={"DE1": frozenset({2, 3})})
    assert outcome.proposals[0].charges == (2, 3)
    assert not outcome.books_by_itself
    assert any(
        item.sentence == "12.00\u00a0€ + 12.00\u00a0€ is the whole amount."
        for item in outcome.proposals[0].evidence
    )


def test_two_references_that_add_up_book_by_themselves():
    outcome = decide(line(2400, purpose=f"{EVERYONE[1].reference} {EVERYONE[2].reference}"))
    assert outcome.proposals[0].charges == (2, 3)
    assert outcome.books_by_itself


def test_a_reference_of_one_and_an_account_of_another_wait_for_a_person():
    outcome = decide(line(purpose=EVERYONE[0].reference, account="DE1"), accounts={"DE1": frozenset({4})})
    assert not outcome.books_by_itself
    assert "different members" in outcome.because


def test_a_members_reference_pays_the_oldest_of_equal_charges():
    charges = [charge(5, 1), charge(6, 1, due_on=dt.date(2026, 10, 27)), charge(7, 2)]
    outcome = decide(line(purpose=f"dues {member_reference(1)}"), charges=charges)
    assert outcome.proposals[0].charges == (6,)
    assert outcome.books_by_itself


def test_a_charges_own_reference_is_not_overruled_by_an_older_charge_of_equal_amount():
    charges = [charge(5, 1, due_on=dt.date(2026, 1, 27)), charge(6, 1)]
    outcome = decide(line(purpose=charges[1].reference), charges=charges)
    assert outcome.proposals[0].charges == (6,)
    assert outcome.books_by_itself


def test_a_payment_for_several_months_takes_the_oldest_that_add_up():
    charges = [
        charge(number, 1, due_on=dt.date(2026, month, 27)) for number, month in ((5, 9), (6, 10), (7, 11))
    ]
    assert best(line(2400, purpose=member_reference(1)), charges=charges).charges == (5, 6)


def test_a_part_payment_is_proposed_against_the_oldest():
    proposal = best(line(500, purpose=member_reference(1)))
    assert (proposal.charges, proposal.remainder_minor) == ((1,), -700)


def test_paying_the_same_charge_twice_waits_and_says_so():
    outcome = decide(line(purpose=EVERYONE[0].reference), charges=[charge(1, 1, open_minor=0)])
    assert not outcome.books_by_itself
    assert any("already paid" in item.sentence for item in outcome.proposals[0].evidence)


def test_a_plain_number_helps_and_never_books():
    outcome = decide(line(2000, purpose="Mitgliedsbeitrag ID 1"), charges=[charge(1, 1, 2000)])
    assert outcome.proposals[0].charges == (1,)
    assert not outcome.books_by_itself


def test_another_currency_pays_nothing():
    assert decide(line(purpose=EVERYONE[0].reference, currency="SEK")).proposals == ()


def test_money_that_went_out_pays_nothing():
    assert decide(line(-1200, purpose=EVERYONE[0].reference)).proposals == ()


def test_two_namesakes_wait():
    namesakes = [charge(1, 1), OpenCharge(9, 9, 9, "Amina Okafor", "Dues", 1200, "EUR", DUE, "")]
    outcome = decide(line(name="Amina Okafor"), charges=namesakes)
    assert len(outcome.proposals) == 2
    assert not outcome.books_by_itself


def test_a_mandate_is_strong():
    outcome = propose(line(mandate="MND-4"), EVERYONE, {}, {"MND-4": 4})
    assert outcome.proposals[0].charges == (4,)
    assert outcome.books_by_itself


def test_points_are_the_sum_of_what_is_shown():
    proposal = best(line(purpose=EVERYONE[0].reference, name="Amina Okafor"))
    assert proposal.points == sum(item.points for item in proposal.evidence)
    assert all(item.sentence.endswith(".") for item in proposal.evidence)


def test_openings_can_be_prepared_once_for_many_lines():
    openings = Openings(EVERYONE)
    assert propose(line(purpose=EVERYONE[3].reference), openings, {}).proposals[0].charges == (4,)


def test_an_account_of_one_member_and_the_name_of_two_wait_for_a_person():
    charges = [charge(1, 3), charge(2, 3, due_on=dt.date(2026, 10, 27)), charge(3, 2)]
    paid = line(2400, account="DE1", name="Björn Åkesson u. Karin")
    outcome = decide(paid, charges=charges, accounts={"DE1": frozenset({3})})
    assert not outcome.books_by_itself
    assert any(set(proposal.charges) == {2, 3} for proposal in outcome.proposals)


def test_two_names_on_one_payment_propose_both():
    outcome = decide(line(2400, name="Björn Åkesson u. Karin"))
    assert outcome.proposals[0].charges == (2, 3)
    assert not outcome.books_by_itself
