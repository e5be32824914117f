"""Contests and challenges stay as made and answered; a counted result is void by an upheld challenge alone."""

import pytest

from tests.promises.rows import LATER, NOW

ANSWER = "UPDATE {table} SET outcome = :outcome, answer = :answer, answered_at = :now, answered_by = 'member 1' WHERE id = :id"
VOID = "UPDATE ballots SET void_at = :now, void_reason = 'a slip' WHERE id = :id"


def answer(rows, table, row, outcome="dismissed", words="It was right."):
    rows.run(ANSWER.format(table=table), outcome=outcome, answer=words, now=str(NOW), id=row)


@pytest.fixture
def contest(rows):
    """An announced ballot and a contest of its roll."""
    ballot, _ = rows.ballot(opened=False, announced_at=NOW)
    return ballot, rows.add("roll_contests", ballot_id=ballot, outcome=None, answer="", answered_at=None)


@pytest.fixture
def challenge(rows):
    """A sealed ballot and a challenge of its result."""
    ballot, _ = rows.ballot(sealed=True)
    return ballot, rows.add("challenges", ballot_id=ballot, outcome=None, answer="", answered_at=None)


def again(rows, table, row):
    columns = [column.name for column in rows.tables[table].columns if column.name != "id"]
    named = ", ".join(columns)
    return f"INSERT INTO {table} ({named}) SELECT {named} FROM {table} WHERE id = {row}"


@pytest.mark.parametrize("table", ["contest", "challenge"])
def test_a_member_objects_once(rows, refused, request, table):
    _, row = request.getfixturevalue(table)
    refused(again(rows, {"contest": "roll_contests", "challenge": "challenges"}[table], row))


def test_the_roll_is_contested_and_answered_while_a_ballot_is_announced_and_not_open(rows, refused, contest):
    ballot, row = contest
    insert = again(rows, "roll_contests", row).replace("SELECT ballot_id", "SELECT :ballot")
    draft, _ = rows.ballot(opened=False)
    opened, _ = rows.ballot(announced_at=NOW)
    for other in (draft, opened):
        assert "before the ballot opens" in refused(insert, ballot=other)
    rows.run(insert, ballot=rows.ballot(opened=False, announced_at=NOW)[0])
    rows.run("UPDATE roll_contests SET text = 'I joined in March' WHERE id = :id", id=row)
    rows.open(ballot)
    refused("UPDATE roll_contests SET text = 'No: in May' WHERE id = :id", id=row)
    refused(ANSWER.format(table="roll_contests"), outcome="upheld", answer="Yes", now=str(NOW), id=row)


def test_the_answer_to_a_contest_stands_and_erasing_empties_its_words(rows, refused, contest):
    ballot, row = contest
    refused(ANSWER.format(table="roll_contests"), outcome="dismissed", answer="", now=str(NOW), id=row)
    answer(rows, "roll_contests", row)
    refused("UPDATE roll_contests SET outcome = 'upheld' WHERE id = :id", id=row)
    refused("UPDATE roll_contests SET answer = 'It was wrong' WHERE id = :id", id=row)
    refused("UPDATE roll_contests SET text = 'I say' WHERE id = :id", id=row)
    refused(
        "UPDATE roll_contests SET membership_id = :who WHERE id = :id", who=rows.add("memberships"), id=row
    )
    refused("DELETE FROM roll_contests WHERE id = :id", id=row)
    rows.open(ballot)
    rows.run("UPDATE roll_contests SET text = '', answer = '' WHERE id = :id", id=row)


def test_only_a_counted_result_that_stands_is_challenged(rows, refused, challenge):
    ballot, row = challenge
    insert = again(rows, "challenges", row).replace("SELECT ballot_id", "SELECT :ballot")
    opened, _ = rows.ballot()
    assert "only a counted result" in refused(insert, ballot=opened)
    rows.run(VOID, now=str(NOW), id=opened)
    assert "only a counted result" in refused(insert, ballot=opened)
    sealed, _ = rows.ballot(sealed=True)
    rows.run(insert, ballot=sealed)
    assert ballot != sealed


@pytest.mark.parametrize(
    "change", ["reason = 'Another'", "named = NOT named", "made_at = :late", "membership_id = :who"]
)
def test_a_challenge_stays_as_it_was_made(rows, refused, challenge, change):
    values = {":late": {"late": str(LATER)}, ":who": {"who": rows.add("memberships")}}
    given = next((value for name, value in values.items() if name in change), {})
    refused(f"UPDATE challenges SET {change} WHERE id = :id", id=challenge[1], **given)


def test_the_answer_to_a_challenge_has_a_reason_and_stands(rows, refused, challenge):
    _, row = challenge
    refused(ANSWER.format(table="challenges"), outcome="dismissed", answer="", now=str(NOW), id=row)
    refused(ANSWER.format(table="challenges"), outcome="ignored", answer="No", now=str(NOW), id=row)
    answer(rows, "challenges", row)
    for change in (
        "outcome = 'upheld'",
        "answer = 'Sorry'",
        "outcome = NULL, answer = '', answered_at = NULL",
    ):
        refused(f"UPDATE challenges SET {change} WHERE id = :id", id=row)
    refused("DELETE FROM challenges WHERE id = :id", id=row)


@pytest.mark.parametrize("outcome", [None, "dismissed", "upheld"])
def test_a_counted_result_becomes_void_by_an_upheld_challenge_and_by_nothing_else(
    rows, refused, challenge, outcome
):
    ballot, row = challenge
    if outcome:
        answer(rows, "challenges", row, outcome)
    if outcome == "upheld":
        rows.run(VOID, now=str(NOW), id=ballot)
        refused("UPDATE ballots SET void_at = NULL, void_reason = '' WHERE id = :id", id=ballot)
    else:
        assert "upheld challenge" in refused(VOID, now=str(NOW), id=ballot)


def test_a_ballot_can_be_sealed_and_void_in_one_stroke_where_its_result_is_withheld(rows):
    ballot, _ = rows.ballot()
    rows.run(
        "UPDATE ballots SET sealed_at = :now, void_at = :now, void_reason = 'too few' WHERE id = :id",
        now=str(NOW),
        id=ballot,
    )


def test_voters_are_told_once_and_letters_stay(rows, refused):
    mailing = rows.add("ballot_mailings", kind="outcome", queued_at=None, posted_at=None, posted_by="")
    letter = rows.add("ballot_letters", mailing_id=mailing)
    queue = "UPDATE ballot_mailings SET queued_at = :at WHERE id = :id"
    post = "UPDATE ballot_mailings SET posted_at = :at, posted_by = :by WHERE id = :id"
    rows.run(queue, at=str(NOW), id=mailing)
    refused(queue, at=str(LATER), id=mailing)
    refused(post, at=str(NOW), by="", id=mailing)
    rows.run(post, at=str(NOW), by="member 2", id=mailing)
    refused(post, at=str(NOW), by="member 3", id=mailing)
    refused(again(rows, "ballot_mailings", mailing))
    refused(again(rows, "ballot_letters", letter))
    refused(
        "UPDATE ballot_letters SET membership_id = :who WHERE id = :id",
        who=rows.add("memberships"),
        id=letter,
    )
    for table, row in (("ballot_letters", letter), ("ballot_mailings", mailing)):
        refused(f"DELETE FROM {table} WHERE id = :id", id=row)


@pytest.fixture
def version(rows, challenge):
    """A version that comes into force later, made by the decision of a challenged ballot: (version, ballot, challenge)."""
    ballot, row = challenge
    organisation = rows.one("SELECT organisation_id FROM ballots WHERE id = :id", id=ballot)
    decision = rows.add("decisions", ballot_id=ballot, organisation_id=organisation)
    made = rows.add(
        "constitution_versions", organisation_id=organisation, decision_id=decision, in_force_on=LATER.date()
    )
    return made, ballot, row


def test_a_version_is_void_with_its_decision_and_then_never_in_force(rows, refused, version):
    made, ballot, row = version
    void = "UPDATE constitution_versions SET void_at = :now, in_force_on = NULL WHERE id = :id"
    refused(void, now=str(NOW), id=made)
    refused("UPDATE constitution_versions SET in_force_on = NULL WHERE id = :id", id=made)
    answer(rows, "challenges", row, "upheld")
    rows.run(VOID, now=str(NOW), id=ballot)
    refused("UPDATE constitution_versions SET void_at = :now WHERE id = :id", now=str(NOW), id=made)
    rows.run(void, now=str(NOW), id=made)
    refused(
        "UPDATE constitution_versions SET in_force_on = :day WHERE id = :id", day=str(LATER.date()), id=made
    )
    refused("UPDATE constitution_versions SET void_at = NULL WHERE id = :id", id=made)
