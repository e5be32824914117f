"""One vote per roll entry; only while open; frozen at opening; sealed for ever."""

import pytest

from tests.promises.rows import LATER, NOW

VOTE = (
    "INSERT INTO votes (ballot_id, roll_entry_id, choice, cast_at) VALUES (:ballot, :entry, '\"for\"', :now)"
)
SECRET = (
    "INSERT INTO secret_votes (serial, ballot_id, voting_class, prefix, token, n, vote, signature)"
    " VALUES (:serial, :ballot, 'member', 'p', 't', :n, 'for', 's')"
)
TOKEN = "INSERT INTO tokens_issued (roll_entry_id, ballot_id, blinded_sha256) VALUES (:entry, :ballot, 'x')"


def vote(rows, ballot, entry):
    rows.run(VOTE, ballot=ballot, entry=entry, now=str(NOW))


def test_a_roll_entry_has_one_vote(rows, refused):
    ballot, (entry, _) = rows.ballot()
    vote(rows, ballot, entry)
    refused(VOTE, ballot=ballot, entry=entry, now=str(NOW))
    assert rows.one("SELECT COUNT(*) FROM votes WHERE roll_entry_id = :id", id=entry) == 1


def test_a_vote_is_changed_until_sealing_and_never_after(rows, refused):
    ballot, (entry, _) = rows.ballot()
    vote(rows, ballot, entry)
    rows.run("UPDATE votes SET choice = '\"against\"' WHERE roll_entry_id = :id", id=entry)
    rows.seal(ballot)
    refused("UPDATE votes SET choice = '\"for\"' WHERE roll_entry_id = :id", id=entry)
    refused("DELETE FROM votes WHERE roll_entry_id = :id", id=entry)
    assert rows.one("SELECT choice FROM votes WHERE roll_entry_id = :id", id=entry) in (
        "against",
        '"against"',
    )


def test_a_vote_is_never_deleted_not_even_while_voting_is_open(rows, refused):
    ballot, (entry, _) = rows.ballot()
    vote(rows, ballot, entry)
    refused("DELETE FROM votes WHERE roll_entry_id = :id", id=entry)


def test_a_vote_is_never_replaced_by_another_row(rows, refused):
    if not rows.on_sqlite:
        pytest.skip("INSERT OR REPLACE is SQLite's own")
    ballot, (entry, _) = rows.ballot()
    vote(rows, ballot, entry)
    refused(VOTE.replace("INSERT", "INSERT OR REPLACE"), ballot=ballot, entry=entry, now=str(NOW))
    rows.seal(ballot)
    refused(VOTE.replace("INSERT", "INSERT OR REPLACE"), ballot=ballot, entry=entry, now=str(NOW))


def test_no_vote_enters_a_ballot_that_was_not_opened(rows, refused):
    ballot, (entry, _) = rows.ballot(opened=False)
    refused(VOTE, ballot=ballot, entry=entry, now=str(NOW))


def test_no_vote_enters_a_sealed_ballot(rows, refused):
    ballot, (entry, _) = rows.ballot(sealed=True)
    refused(VOTE, ballot=ballot, entry=entry, now=str(NOW))


def test_no_vote_enters_a_void_ballot(rows, refused):
    ballot, (entry, _) = rows.ballot()
    rows.run(
        "UPDATE ballots SET void_at = :now, void_reason = 'a wrong roll' WHERE id = :id",
        now=str(NOW),
        id=ballot,
    )
    refused(VOTE, ballot=ballot, entry=entry, now=str(NOW))


def test_a_vote_needs_an_entry_of_this_roll_that_is_entitled(rows, refused):
    ballot, _ = rows.ballot()
    _, (elsewhere, _) = rows.ballot()
    refused(VOTE, ballot=ballot, entry=elsewhere, now=str(NOW))
    drafted, _ = rows.ballot(opened=False)
    too_new = rows.add("roll_entries", ballot_id=drafted, entitled=False)
    rows.open(drafted)
    refused(VOTE, ballot=drafted, entry=too_new, now=str(NOW))


def test_a_vote_stays_with_its_entry(rows, refused):
    ballot, (entry, other) = rows.ballot()
    vote(rows, ballot, entry)
    refused("UPDATE votes SET roll_entry_id = :other WHERE roll_entry_id = :id", other=other, id=entry)


@pytest.mark.parametrize(
    "change",
    [
        'rule = \'{"majority": "> 1/3 of cast"}\'',
        "method = 'other'",
        "seats = 7",
        "secrecy = 'open'",
        "kind = 'election'",
        "decision_class = 'special'",
        "title = 'another question'",
        "text = 'another text'",
        "opens_at = '2026-01-01 00:00:00'",
        "closes_at = '2026-11-22 00:00:00'",
        "closes_at = '2027-11-22 00:00:00'",
        "opened_at = NULL",
        "version_id = NULL",
        "seed = 'chosen'",
        "salt = 'chosen'",
    ],
)
def test_the_rule_of_an_open_ballot_is_frozen(rows, refused, change):
    ballot, _ = rows.ballot(version_id=rows.add("constitution_versions"))
    refused(f"UPDATE ballots SET {change} WHERE id = :id", id=ballot)


@pytest.mark.parametrize("table", ["ballot_options", "roll_entries"])
def test_options_and_roll_of_an_open_ballot_are_frozen(rows, refused, table):
    ballot, _ = rows.ballot()
    row = (
        rows.whole(table, ballot_id=ballot, position=3)
        if table == "ballot_options"
        else rows.whole(table, ballot_id=ballot)
    )
    columns = ", ".join(row)
    marks = ", ".join(f":{name}" for name in row)
    refused(f"INSERT INTO {table} ({columns}) VALUES ({marks})", **row)
    refused(f"DELETE FROM {table} WHERE ballot_id = :id", id=ballot)
    refused(f"UPDATE {table} SET ballot_id = ballot_id WHERE ballot_id = :id", id=ballot)


@pytest.mark.parametrize("table", ["ballot_options", "roll_entries"])
def test_options_and_roll_cannot_be_moved_into_an_open_ballot(rows, refused, table):
    opened, _ = rows.ballot()
    drafted, _ = rows.ballot(opened=False)
    position = ", position = position + 10" if table == "ballot_options" else ""
    refused(
        f"UPDATE {table} SET ballot_id = :opened{position} WHERE ballot_id = :drafted",
        opened=opened,
        drafted=drafted,
    )


def test_an_opened_ballot_is_never_deleted_or_replaced(rows, refused):
    ballot = rows.add("ballots")
    rows.open(ballot)
    refused("DELETE FROM ballots WHERE id = :id", id=ballot)
    if rows.on_sqlite:
        refused("INSERT OR REPLACE INTO ballots SELECT * FROM ballots WHERE id = :id", id=ballot)


def test_a_ballot_is_sealed_once(rows, refused):
    ballot, _ = rows.ballot(sealed=True)
    refused("UPDATE ballots SET sealed_at = NULL WHERE id = :id", id=ballot)
    refused("UPDATE ballots SET sealed_at = :later WHERE id = :id", later=str(LATER), id=ballot)


def test_a_ballot_cannot_be_sealed_before_it_was_opened(rows, refused):
    ballot, _ = rows.ballot(opened=False)
    refused("UPDATE ballots SET sealed_at = :now WHERE id = :id", now=str(NOW), id=ballot)


def test_people_are_never_elected_by_an_open_ballot(rows, refused):
    row = rows.whole("ballots", kind="election", secrecy="private")
    ballot = rows.add("ballots", **row)
    refused("UPDATE ballots SET secrecy = 'open' WHERE id = :id", id=ballot)


def test_there_is_no_decision_without_a_sealed_count(rows, refused):
    ballot, _ = rows.ballot()
    organisation = rows.one("SELECT organisation_id FROM ballots WHERE id = :id", id=ballot)
    row = rows.whole("decisions", ballot_id=ballot, organisation_id=organisation)
    row |= {"result": "{}", "articles": "[]", "decided_at": str(NOW), "decided_on": "2026-11-21"}
    refused(
        f"INSERT INTO decisions ({', '.join(row)}) VALUES ({', '.join(':' + name for name in row)})", **row
    )


def test_a_ballot_has_one_decision(rows):
    rows.decision()
    ballot = rows.one("SELECT MAX(ballot_id) FROM decisions")
    organisation = rows.one("SELECT organisation_id FROM ballots WHERE id = :id", id=ballot)
    with pytest.raises(Exception, match=r"(?i)unique"):
        rows.add("decisions", ballot_id=ballot, organisation_id=organisation, year=2027)


# Secret ballots


def test_a_roll_entry_has_one_token(rows, refused):
    ballot, (entry, _) = rows.ballot(secrecy="secret")
    rows.run(TOKEN, entry=entry, ballot=ballot)
    refused(TOKEN, entry=entry, ballot=ballot)
    refused("UPDATE tokens_issued SET blinded_sha256 = 'y'")
    refused("DELETE FROM tokens_issued")


def test_a_token_needs_an_open_secret_ballot_and_an_entry_of_its_roll(rows, refused):
    drafted, (entry, _) = rows.ballot(secrecy="secret", opened=False)
    refused(TOKEN, entry=entry, ballot=drafted)
    sealed, (entry, _) = rows.ballot(secrecy="secret", sealed=True)
    refused(TOKEN, entry=entry, ballot=sealed)
    private, (entry, _) = rows.ballot(secrecy="private")
    refused(TOKEN, entry=entry, ballot=private)
    secret, _ = rows.ballot(secrecy="secret")
    refused(TOKEN, entry=entry, ballot=secret)


def test_a_serial_has_one_vote_and_only_a_later_one_replaces_it(rows, refused):
    ballot, _ = rows.ballot(secrecy="secret")
    rows.run(SECRET, serial="a", ballot=ballot, n=2)
    refused(SECRET, serial="a", ballot=ballot, n=3)
    refused("UPDATE secret_votes SET n = 2, vote = 'against' WHERE ballot_id = :id", id=ballot)
    refused("UPDATE secret_votes SET n = 1, vote = 'against' WHERE ballot_id = :id", id=ballot)
    rows.run("UPDATE secret_votes SET n = 3, vote = 'against' WHERE ballot_id = :id", id=ballot)
    rows.seal(ballot)
    refused("UPDATE secret_votes SET n = 4, vote = 'for' WHERE ballot_id = :id", id=ballot)
    refused(SECRET, serial="b", ballot=ballot, n=1)


def test_no_secret_vote_enters_a_ballot_that_is_not_open_and_secret(rows, refused):
    for ballot, _ in (
        rows.ballot(secrecy="secret", opened=False),
        rows.ballot(secrecy="secret", sealed=True),
        rows.ballot(secrecy="private"),
    ):
        refused(SECRET, serial="a", ballot=ballot, n=1)


def test_a_vote_with_a_name_never_enters_a_secret_ballot(rows, refused):
    ballot, (entry, _) = rows.ballot(secrecy="secret")
    refused(VOTE, ballot=ballot, entry=entry, now=str(NOW))
