"""Two people at the same moment: of two deeds that exclude each other exactly one is done.

Each clash is tried twice over: the second waits while the first holds its transaction open, and both
start together from a barrier.
"""

import threading
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from tests.promises.rows import NOW, Rows
from tests.scale import scale

ROUNDS = scale(4, 100)


@dataclass
class Clash:
    """Two statements that must not both be done, and what is true afterwards."""

    first: tuple
    second: tuple
    holds: str
    expected: int = 1


def insert(rows: Rows, table: str, **values) -> tuple:
    return sa.insert(rows.tables[table]).values(**rows.whole(table, **values)), {}


def two_votes_of_one_member(rows):
    ballot, (entry, _) = rows.ballot()
    vote = insert(rows, "votes", ballot_id=ballot, roll_entry_id=entry, choice="for")
    return Clash(vote, vote, f"SELECT COUNT(*) FROM votes WHERE roll_entry_id = {entry}")


def two_tokens_of_one_member(rows):
    ballot, (entry, _) = rows.ballot(secrecy="secret")
    token = insert(rows, "tokens_issued", ballot_id=ballot, roll_entry_id=entry)
    return Clash(token, token, f"SELECT COUNT(*) FROM tokens_issued WHERE roll_entry_id = {entry}")


def two_votes_of_one_serial(rows):
    ballot, _ = rows.ballot(secrecy="secret")
    vote = insert(rows, "secret_votes", ballot_id=ballot, serial="a", n=1)
    return Clash(vote, vote, f"SELECT COUNT(*) FROM secret_votes WHERE ballot_id = {ballot}")


def sealing_before_a_vote(rows):
    ballot, (entry, _) = rows.ballot()
    vote = insert(rows, "votes", ballot_id=ballot, roll_entry_id=entry, choice="for")
    seal = (sa.text("UPDATE ballots SET sealed_at = :now WHERE id = :id"), {"now": str(NOW), "id": ballot})
    return Clash(seal, vote, f"SELECT COUNT(*) FROM votes WHERE ballot_id = {ballot}", 0)


def opening_before_a_late_entry_on_the_roll(rows):
    ballot, _ = rows.ballot(opened=False)
    late = insert(rows, "roll_entries", ballot_id=ballot)
    opening = (
        sa.text("UPDATE ballots SET rule = '{}', opened_at = :now WHERE id = :id"),
        {"now": str(NOW), "id": ballot},
    )
    return Clash(opening, late, f"SELECT COUNT(*) FROM roll_entries WHERE ballot_id = {ballot}", 2)


def two_allocations_of_one_payment(rows):
    payment, entry = rows.add("payments", amount_minor=100), rows.entry(1, -1)
    shared = {"payment_id": payment, "amount_minor": 60, "entry_id": entry}
    first = insert(rows, "allocations", charge_id=rows.add("charges", amount_minor=100), **shared)
    second = insert(rows, "allocations", charge_id=rows.add("charges", amount_minor=100), **shared)
    return Clash(first, second, f"SELECT SUM(amount_minor) FROM allocations WHERE payment_id = {payment}", 60)


def two_allocations_to_one_charge(rows):
    charge, entry = rows.add("charges", amount_minor=100), rows.entry(1, -1)
    shared = {"charge_id": charge, "amount_minor": 60, "entry_id": entry}
    first = insert(rows, "allocations", payment_id=rows.add("payments", amount_minor=100), **shared)
    second = insert(rows, "allocations", payment_id=rows.add("payments", amount_minor=100), **shared)
    return Clash(first, second, f"SELECT SUM(amount_minor) FROM allocations WHERE charge_id = {charge}", 60)


def a_payment_and_the_reversal_of_its_charge(rows):
    charge, entry = rows.add("charges", amount_minor=100), rows.entry(1, -1)
    reversal = insert(rows, "charge_reversals", charge_id=charge)
    payment = insert(
        rows, "allocations", charge_id=charge, amount_minor=60, entry_id=entry,
        payment_id=rows.add("payments", amount_minor=100),
    )  # fmt: skip
    return Clash(reversal, payment, f"SELECT COUNT(*) FROM allocations WHERE charge_id = {charge}", 0)


def two_redemptions_of_the_same_shares(rows):
    member = rows.add("memberships")
    rows.add("share_entries", membership_id=member, shares=5)
    redeem = insert(rows, "share_entries", membership_id=member, shares=-5)
    return Clash(redeem, redeem, f"SELECT SUM(shares) FROM share_entries WHERE membership_id = {member}", 0)


def carried(rows, organisation):
    """A decision that lets a second version in."""
    ballot, _ = rows.ballot(sealed=True, organisation_id=organisation)
    return rows.add(
        "decisions", ballot_id=ballot, organisation_id=organisation, decision_class="constitutional"
    )


def two_constitutions_from_one_day(rows):
    organisation = rows.add("organisations")
    day = NOW.date()
    values = {"organisation_id": organisation, "in_force_on": day}
    first = insert(rows, "constitution_versions", number=1, **values)
    second = insert(
        rows, "constitution_versions", number=2, decision_id=carried(rows, organisation), **values
    )
    return Clash(
        first, second, f"SELECT COUNT(*) FROM constitution_versions WHERE organisation_id = {organisation}"
    )


def two_constitutions_whose_days_cross(rows):
    organisation = rows.add("organisations")
    first = insert(
        rows,
        "constitution_versions",
        organisation_id=organisation,
        number=1,
        in_force_on=NOW.date().replace(day=2),
    )
    second = insert(
        rows,
        "constitution_versions",
        organisation_id=organisation,
        number=2,
        in_force_on=NOW.date().replace(day=1),
        decision_id=carried(rows, organisation),
    )
    return Clash(
        first, second, f"SELECT COUNT(*) FROM constitution_versions WHERE organisation_id = {organisation}"
    )


def one_bank_line_from_two_files(rows):
    organisation = rows.add("organisations")
    line = {"organisation_id": organisation, "identity": "1:abc"}
    first, second = insert(rows, "statement_lines", **line), insert(rows, "statement_lines", **line)
    return Clash(
        first, second, f"SELECT COUNT(*) FROM statement_lines WHERE organisation_id = {organisation}"
    )


def two_matches_of_one_line(rows):
    line = rows.add("statement_lines")
    match = insert(rows, "matches", line_id=line)
    return Clash(match, match, f"SELECT COUNT(*) FROM matches WHERE line_id = {line}")


def one_card_event_delivered_twice(rows):
    name = f"evt_{next(rows.numbers)}"
    event = insert(rows, "webhook_events", event_id=name)
    return Clash(event, event, f"SELECT COUNT(*) FROM webhook_events WHERE event_id = '{name}'")


def two_holders_of_one_seat(rows):
    office = rows.add("offices", seats=1)
    first, second = (
        insert(rows, "office_terms", office_id=office),
        insert(rows, "office_terms", office_id=office),
    )
    return Clash(first, second, f"SELECT COUNT(*) FROM office_terms WHERE office_id = {office}")


def two_open_applications_of_one_person(rows):
    person, organisation = rows.add("people"), rows.add("organisations")
    application = insert(rows, "applications", person_id=person, organisation_id=organisation)
    return Clash(application, application, f"SELECT COUNT(*) FROM applications WHERE person_id = {person}")


CLASHES = [
    two_votes_of_one_member,
    two_tokens_of_one_member,
    two_votes_of_one_serial,
    sealing_before_a_vote,
    opening_before_a_late_entry_on_the_roll,
    two_allocations_of_one_payment,
    two_allocations_to_one_charge,
    a_payment_and_the_reversal_of_its_charge,
    two_redemptions_of_the_same_shares,
    two_constitutions_from_one_day,
    two_constitutions_whose_days_cross,
    one_bank_line_from_two_files,
    two_matches_of_one_line,
    one_card_event_delivered_twice,
    two_holders_of_one_seat,
    two_open_applications_of_one_person,
]


class Doer(threading.Thread):
    """Does one statement in a transaction of its own connection, and keeps what came of it."""

    def __init__(self, rows, deed, *, start=None):
        super().__init__(daemon=True)
        self.rows, self.deed, self.barrier, self.error = rows, deed, start, None

    def run(self):
        statement, values = self.deed
        try:
            if self.barrier:
                self.barrier.wait(10)
            with self.rows.connect() as connection:
                connection.execute(statement, values)
                connection.commit()
        except sa.exc.IntegrityError as error:
            self.error = error

    @property
    def done(self):
        return not self.is_alive() and self.error is None


@pytest.mark.parametrize("clash", CLASHES, ids=lambda clash: clash.__name__)
def test_the_second_waits_for_the_first_and_is_refused(rows, clash):
    it = clash(rows)
    with rows.connect() as connection:
        connection.execute(*it.first)
        second = Doer(rows, it.second)
        second.start()
        second.join(0.15)
        assert second.is_alive(), "the second deed did not wait for the first"
        connection.commit()
    second.join(20)
    assert second.error is not None
    assert rows.one(it.holds) == it.expected


@pytest.mark.parametrize("clash", CLASHES, ids=lambda clash: clash.__name__)
def test_the_second_is_done_when_the_first_is_taken_back(rows, clash):
    it = clash(rows)
    with rows.connect() as connection:
        connection.execute(*it.first)
        second = Doer(rows, it.second)
        second.start()
        second.join(0.05)
        connection.rollback()
    second.join(20)
    assert second.done, second.error


@pytest.mark.parametrize(
    "clash", [one for one in CLASHES if "before" not in one.__name__], ids=lambda clash: clash.__name__
)
def test_of_two_that_start_together_exactly_one_is_done(rows, clash, evidence):
    for _ in range(ROUNDS):
        it = clash(rows)
        barrier = threading.Barrier(2)
        doers = [Doer(rows, deed, start=barrier) for deed in (it.first, it.second)]
        for doer in doers:
            doer.start()
        for doer in doers:
            doer.join(20)
        assert sum(doer.done for doer in doers) == 1
    evidence(engine=rows.engine.dialect.name, pairs=ROUNDS, both_done=0)


def test_a_vote_in_flight_is_counted_because_sealing_waits_for_it(rows):
    ballot, (entry, _) = rows.ballot()
    with rows.connect() as connection:
        connection.execute(*insert(rows, "votes", ballot_id=ballot, roll_entry_id=entry, choice="for"))
        seal = Doer(
            rows,
            (sa.text("UPDATE ballots SET sealed_at = :now WHERE id = :id"), {"now": str(NOW), "id": ballot}),
        )
        seal.start()
        seal.join(0.15)
        assert seal.is_alive(), "the ballot was sealed while a vote was on its way"
        connection.commit()
    seal.join(20)
    assert seal.done
    assert rows.one("SELECT COUNT(*) FROM votes WHERE ballot_id = :id", id=ballot) == 1


def test_nobody_posts_into_an_entry_that_another_has_not_committed(rows):
    account = rows.add("ledger_accounts")
    with rows.connect() as connection:
        if rows.on_sqlite:
            pytest.skip("SQLite has one writer at a time")
        entry = rows.entry(100, -100, connection=connection)
        posting = insert(rows, "postings", entry_id=entry, account_id=account, amount_minor=50)
        with rows.connect() as other, pytest.raises(sa.exc.IntegrityError):
            other.execute(*posting)
        connection.commit()
    with rows.connect() as other, pytest.raises(sa.exc.IntegrityError):
        other.execute(*posting)
    assert rows.one("SELECT SUM(amount_minor) FROM postings WHERE entry_id = :id", id=entry) == 0
