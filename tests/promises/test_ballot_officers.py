"""Whoever is named to run an election doesn't stand in it, was named by another, and the naming stands."""

import pytest

from tests.promises.rows import NOW

NAME = (
    "INSERT INTO ballot_officers (ballot_id, call_id, membership_id, named_by_id, named_at)"
    " VALUES (:ballot, :call, :who, :by, :now)"
)


@pytest.fixture
def election(rows):
    """(ballot, a member who doesn't stand, an officer), all of one organisation."""
    organisation = rows.add("organisations")
    ballot, _ = rows.ballot(opened=False, organisation_id=organisation, kind="election")
    members = [rows.add("memberships", organisation_id=organisation) for _ in range(2)]
    return organisation, ballot, *members


def test_a_naming_stands_and_a_later_one_is_another_row(rows, refused, election):
    _, ballot, who, by = election
    made = rows.add("ballot_officers", ballot_id=ballot, call_id=None, membership_id=who, named_by_id=by)
    refused("UPDATE ballot_officers SET membership_id = :by WHERE id = :id", by=by, id=made)
    refused("DELETE FROM ballot_officers")
    rows.add("ballot_officers", ballot_id=ballot, call_id=None, membership_id=who, named_by_id=by)


def test_nobody_who_stands_is_named(rows, refused, election):
    organisation, ballot, who, by = election
    rows.add("ballot_options", ballot_id=ballot, position=9, membership_id=who)
    refused(NAME, ballot=ballot, call=None, who=who, by=by, now=str(NOW))
    call = rows.add("nomination_calls", organisation_id=organisation)
    rows.add("nominations", call_id=call, membership_id=who, state="accepted")
    refused(NAME, ballot=None, call=call, who=who, by=by, now=str(NOW))


def test_nobody_names_themselves_or_a_stranger(rows, refused, election):
    _, ballot, _, by = election
    refused(NAME, ballot=ballot, call=None, who=by, by=by, now=str(NOW))
    refused(NAME, ballot=ballot, call=None, who=rows.add("memberships"), by=by, now=str(NOW))


def test_a_naming_is_for_one_thing(rows, refused, election):
    organisation, ballot, who, by = election
    call = rows.add("nomination_calls", organisation_id=organisation)
    refused(NAME, ballot=ballot, call=call, who=who, by=by, now=str(NOW))
    refused(NAME, ballot=None, call=None, who=who, by=by, now=str(NOW))
