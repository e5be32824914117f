"""One nomination a call and nominee; the call's deadlines stand; all is frozen once the ballot is drawn up."""

import pytest

from tests.promises.rows import LATER, NOW

AGAIN = (
    "INSERT INTO nominations (call_id, membership_id, proposer_id, named_at, statement, state, changed_at, reason)"
    " VALUES (:call, :who, :who, :now, '', 'accepted', :now, '')"
)


@pytest.fixture
def call(rows):
    """A call with one nomination: (call, nomination, member, a draft for its office)."""
    organisation = rows.add("organisations")
    office = rows.add("offices", organisation_id=organisation)
    made = rows.add("nomination_calls", organisation_id=organisation, office_id=office)
    member = rows.add("memberships", organisation_id=organisation)
    nomination = rows.add("nominations", call_id=made, membership_id=member)
    ballot, _ = rows.ballot(opened=False, organisation_id=organisation, office_id=office)
    return made, nomination, member, ballot


def draw_up(rows, call, ballot):
    rows.run("UPDATE nomination_calls SET ballot_id = :ballot WHERE id = :id", ballot=ballot, id=call)


def test_a_member_is_named_once_in_a_call(rows, refused, call):
    made, _, member, _ = call
    refused(AGAIN, call=made, who=member, now=str(NOW))
    rows.add("nominations", call_id=made)


def test_an_office_has_one_call_at_a_time(rows, refused, call):
    made, _, _, ballot = call
    office = rows.one("SELECT office_id FROM nomination_calls WHERE id = :id", id=made)
    organisation = rows.one("SELECT organisation_id FROM nomination_calls WHERE id = :id", id=made)
    second = rows.add("nomination_calls")
    columns = "body_id, seats, rule, version_id, zone, called_at, closes_at, answers_until, off_reason"
    insert = (
        f"INSERT INTO nomination_calls (organisation_id, office_id, number, {columns})"
        f" SELECT :organisation, :office, 77, {columns} FROM nomination_calls WHERE id = :second"
    )
    refused(insert, organisation=organisation, office=office, second=second)
    draw_up(rows, made, ballot)
    rows.run(insert, organisation=organisation, office=office, second=second)


@pytest.mark.parametrize(
    "change",
    ["seats = seats + 1", "closes_at = :late", "answers_until = :late", "called_at = :late", "rule = '{}'"],
)
def test_the_deadlines_and_the_rule_of_a_call_stand(rows, refused, call, change):
    values = {"late": str(LATER.replace(year=2027))} if ":late" in change else {}
    refused(f"UPDATE nomination_calls SET {change} WHERE id = :id", id=call[0], **values)


def test_nominations_are_frozen_once_the_ballot_is_drawn_up(rows, refused, call):
    made, nomination, _, ballot = call
    rows.run("UPDATE nominations SET state = 'accepted' WHERE id = :id", id=nomination)
    draw_up(rows, made, ballot)
    refused("UPDATE nominations SET state = 'withdrawn' WHERE id = :id", id=nomination)
    refused("UPDATE nominations SET statement = 'Vote for me' WHERE id = :id", id=nomination)
    stranger = rows.add("memberships")
    refused(AGAIN, call=made, who=stranger, now=str(NOW))
    refused("DELETE FROM nominations WHERE id = :id", id=nomination)


def test_nominations_are_frozen_once_the_call_is_off(rows, refused, call):
    made, nomination, _, _ = call
    off = "UPDATE nomination_calls SET off_at = :now, off_reason = :why WHERE id = :id"
    refused(off, now=str(NOW), why="", id=made)
    rows.run(off, now=str(NOW), why="No seat is free", id=made)
    refused("UPDATE nominations SET state = 'accepted' WHERE id = :id", id=nomination)
    refused("UPDATE nomination_calls SET off_at = NULL, off_reason = '' WHERE id = :id", id=made)


def test_a_ballot_is_drawn_up_once_and_again_only_if_it_is_void(rows, refused, call):
    made, _, _, ballot = call
    office = rows.one("SELECT office_id FROM nomination_calls WHERE id = :id", id=made)
    organisation = rows.one("SELECT organisation_id FROM nomination_calls WHERE id = :id", id=made)
    other, _ = rows.ballot(opened=False, organisation_id=organisation, office_id=office)
    draw_up(rows, made, ballot)
    change = "UPDATE nomination_calls SET ballot_id = :ballot WHERE id = :id"
    refused(change, ballot=other, id=made)
    refused(change, ballot=None, id=made)
    rows.run(
        "UPDATE ballots SET void_at = :now, void_reason = 'a slip' WHERE id = :id", now=str(NOW), id=ballot
    )
    rows.run(change, ballot=other, id=made)


def test_a_call_never_leads_to_the_ballot_of_another_office(rows, refused, call):
    elsewhere, _ = rows.ballot(opened=False)
    refused("UPDATE nomination_calls SET ballot_id = :ballot WHERE id = :id", ballot=elsewhere, id=call[0])


def test_a_nomination_stays_with_its_nominee_and_a_refusal_has_a_reason(rows, refused, call):
    _, nomination, _, _ = call
    refused(
        "UPDATE nominations SET membership_id = :who WHERE id = :id",
        who=rows.add("memberships"),
        id=nomination,
    )
    refused("UPDATE nominations SET state = 'refused' WHERE id = :id", id=nomination)
    refused("UPDATE nominations SET state = 'elected' WHERE id = :id", id=nomination)
