"""Secrecy and keys are fixed at the announcement, keys are only destroyed, and no vote ever leaves its box."""

import pytest
import sqlalchemy as sa

from tests.promises.rows import LATER, NOW
from tests.promises.test_ballots import SECRET, TOKEN

VOTES = "SELECT COUNT(*) FROM secret_votes WHERE ballot_id = :id"


@pytest.fixture
def drafted(rows):
    """A draft with a key."""
    ballot, _ = rows.ballot(secrecy="secret", opened=False)
    rows.add("signing_keys", ballot_id=ballot, purpose="class:member", private_sealed=b"sealed")
    return ballot


def announce(rows, ballot):
    rows.run("UPDATE ballots SET announced_at = :now WHERE id = :id", now=str(NOW), id=ballot)


@pytest.fixture
def box(rows):
    """An open secret ballot with a token and two votes: (ballot, entry)."""
    ballot, (entry, _) = rows.ballot(secrecy="secret")
    rows.run(TOKEN, entry=entry, ballot=ballot)
    for serial in "ab":
        rows.run(SECRET, serial=serial, ballot=ballot, n=1)
    return ballot, entry


def never_leaves(rows, refused, table):
    refused(f"DELETE FROM {table}")
    if rows.on_sqlite:
        refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    else:
        refused(f"TRUNCATE {table}")
        refused(f"TRUNCATE {table} CASCADE")


# Secrecy


@pytest.mark.parametrize("before", ["open", "private", "secret"])
@pytest.mark.parametrize("after", ["open", "private", "secret"])
def test_secrecy_stands_from_the_announcement_on(rows, refused, before, after):
    ballot, _ = rows.ballot(secrecy=before, opened=False)
    switch = "UPDATE ballots SET secrecy = :after WHERE id = :id"
    rows.run(switch, after=after, id=ballot)
    rows.run(switch, after=before, id=ballot)
    announce(rows, ballot)
    if before != after:
        refused(switch, after=after, id=ballot)
    rows.open(ballot)
    if before != after:
        refused(switch, after=after, id=ballot)


@pytest.mark.parametrize("back", ["NULL", "'2026-01-01 00:00:00'"])
def test_an_announcement_is_never_taken_back(rows, refused, drafted, back):
    announce(rows, drafted)
    refused(f"UPDATE ballots SET announced_at = {back} WHERE id = :id", id=drafted)
    refused(f"UPDATE ballots SET announced_at = {back}, secrecy = 'private' WHERE id = :id", id=drafted)


# Keys


def key_of(rows, ballot, **values):
    row = rows.whole("signing_keys", ballot_id=ballot, purpose="class:other", **values)
    names = ", ".join(row)
    return f"INSERT INTO signing_keys ({names}) VALUES ({', '.join(':' + name for name in row)})", row


def test_no_key_is_added_after_the_announcement_nor_to_another_kind_of_ballot(rows, refused, drafted):
    announce(rows, drafted)
    statement, row = key_of(rows, drafted)
    refused(statement, **row)
    rows.open(drafted)
    refused(statement, **row)
    for secrecy in ("open", "private"):
        other, _ = rows.ballot(secrecy=secrecy, opened=False)
        statement, row = key_of(rows, other)
        refused(statement, **row)


@pytest.mark.parametrize(
    "change",
    ["public_jwk = '{}'", "purpose = 'class:other'", "ballot_id = ballot_id + 1", "private_sealed = 'other'"],
)
def test_a_key_is_never_exchanged(rows, refused, drafted, change):
    refused(f"UPDATE signing_keys SET {change}")
    announce(rows, drafted)
    refused(f"UPDATE signing_keys SET {change}")


def test_a_private_key_is_destroyed_and_stays_so(rows, refused, drafted):
    announce(rows, drafted)
    rows.run("UPDATE signing_keys SET private_sealed = NULL")
    refused("UPDATE signing_keys SET private_sealed = 'sealed'")
    never_leaves(rows, refused, "signing_keys")
    assert rows.one("SELECT COUNT(*) FROM signing_keys") == 1


@pytest.mark.parametrize(
    "end", ["sealed_at = :later", "void_at = :later, void_reason = 'a wrong roll'"], ids=["sealed", "void"]
)
def test_a_secret_ballot_never_ends_with_a_private_key(rows, refused, drafted, end):
    announce(rows, drafted)
    rows.open(drafted)
    finish = f"UPDATE ballots SET {end} WHERE id = :id"
    refused(finish, later=str(LATER), id=drafted)
    rows.run("UPDATE signing_keys SET private_sealed = NULL")
    rows.run(finish, later=str(LATER), id=drafted)


# The box


@pytest.mark.parametrize("table", ["secret_votes", "tokens_issued"])
def test_nothing_is_taken_out_of_an_open_or_a_sealed_box(rows, refused, box, table):
    ballot, _entry = box
    before = rows.one(f"SELECT COUNT(*) FROM {table}")
    for _stage in ("open", "sealed"):
        never_leaves(rows, refused, table)
        rows.seal(ballot)
    assert rows.one(f"SELECT COUNT(*) FROM {table}") == before > 0


def test_a_ballot_ends_once(rows, refused, box):
    ballot, _entry = box
    sealing = "INSERT INTO sealings (ballot_id, rows_digest, in_transaction) VALUES (:id, '', '')"
    private, _ = rows.ballot(secrecy="private")
    refused(sealing, id=private)
    with rows.connect() as connection:
        connection.execute(sa.text(sealing), {"id": ballot})
        seal(connection, ballot)
        connection.commit()
    refused(sealing, id=ballot)
    never_leaves(rows, refused, "sealings")
    refused("UPDATE sealings SET rows_digest = 'other'")
    refused("UPDATE sealings SET in_transaction = 'other'")
    rows.run("UPDATE sealings SET scrubbed_at = :now", now=str(NOW))
    refused("UPDATE sealings SET scrubbed_at = NULL")
    refused("UPDATE sealings SET scrubbed_at = :later", later=str(LATER))


def seal(connection, ballot):
    sealed = sa.text("UPDATE ballots SET sealed_at = :now WHERE id = :id")
    connection.execute(sealed, {"now": str(NOW), "id": ballot})


# PostgreSQL alone empties the tables, in the one transaction that ends a ballot.

END = sa.text("INSERT INTO sealings (ballot_id, rows_digest, in_transaction) VALUES (:id, '', '')")
AGAIN = (
    "CREATE TEMPORARY TABLE held ON COMMIT DROP AS TABLE secret_votes",
    "TRUNCATE secret_votes",
)


@pytest.fixture
def ending(rows, box):
    """Run statements in a transaction that ends the ballot, and commit it."""
    if rows.on_sqlite:
        pytest.skip("on SQLite nothing is ever taken out")

    def run(*statements, sealed=True):
        with rows.connect() as connection:
            connection.execute(END, {"id": box[0]})
            for statement in (*AGAIN, *statements):
                connection.execute(sa.text(statement), {"id": box[0]})
            if sealed:
                seal(connection, box[0])
            connection.commit()

    return run


def test_what_was_in_the_box_comes_back(rows, box, ending):
    elsewhere, _ = rows.ballot(secrecy="secret")
    rows.run(SECRET, serial="c", ballot=elsewhere, n=1)
    rows.seal(elsewhere)  # rows of a sealed ballot come back too
    ending("INSERT INTO secret_votes SELECT * FROM held ORDER BY serial")
    assert rows.one("SELECT COUNT(*) FROM secret_votes") == 3


@pytest.mark.parametrize(
    "back",
    [
        [],
        ["INSERT INTO secret_votes SELECT * FROM held WHERE serial = 'a'"],
        [
            "UPDATE held SET vote = 'against' WHERE serial = 'a'",
            "INSERT INTO secret_votes SELECT * FROM held",
        ],
        ["UPDATE held SET n = 9 WHERE serial = 'a'", "INSERT INTO secret_votes SELECT * FROM held"],
        ["UPDATE held SET serial = 'z' WHERE serial = 'a'", "INSERT INTO secret_votes SELECT * FROM held"],
        [
            "INSERT INTO secret_votes SELECT * FROM held",
            "UPDATE held SET serial = 'z' WHERE serial = 'a'",
            "INSERT INTO secret_votes SELECT * FROM held WHERE serial = 'z'",
        ],
        ["INSERT INTO secret_votes SELECT * FROM held", "TRUNCATE tokens_issued"],
    ],
    ids=[
        "nothing",
        "one lost",
        "one altered",
        "one renumbered",
        "one under another serial",
        "one more",
        "tokens",
    ],
)
def test_what_comes_back_is_exactly_what_was_there(rows, box, ending, back):
    with pytest.raises(sa.exc.IntegrityError, match="must be there again"):
        ending(*back)
    assert rows.one(VOTES, id=box[0]) == 2


def test_a_box_is_emptied_only_where_the_ballot_ends(rows, box, ending, refused):
    with pytest.raises(sa.exc.IntegrityError, match="the ballot goes on"):
        ending("INSERT INTO secret_votes SELECT * FROM held", sealed=False)
    ending("INSERT INTO secret_votes SELECT * FROM held")
    refused("TRUNCATE secret_votes")  # in another transaction, although the ballot ended
    with rows.connect() as connection:
        connection.execute(sa.text("UPDATE sealings SET sorted_at = :now"), {"now": str(NOW)})
        with pytest.raises(sa.exc.IntegrityError, match="never deleted"):
            connection.execute(sa.text("TRUNCATE secret_votes"))
    refused(SECRET, serial="late", ballot=box[0], n=1)


def test_a_forged_note_of_what_was_there_does_not_help(rows, box, ending):
    with rows.connect() as connection:
        forged = sa.text(
            "INSERT INTO sealings (ballot_id, rows_digest, in_transaction) "
            "VALUES (:id, md5('/'), pg_current_xact_id()::text)"
        )
        connection.execute(forged, {"id": box[0]})
        connection.execute(sa.text("TRUNCATE secret_votes, tokens_issued"))
        seal(connection, box[0])
        with pytest.raises(sa.exc.IntegrityError, match="must be there again"):
            connection.commit()
