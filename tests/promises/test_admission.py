"""What the tables refuse of sponsors and of votes on applications, past every service."""

import pytest

from tests.promises.rows import NOW

SPONSOR = "INSERT INTO sponsors (application_id, membership_id, sponsored_at) VALUES (:asked, :who, :at)"
VOTE = "INSERT INTO admission_ballots (ballot_id, application_id) VALUES (:ballot, :asked)"


@pytest.fixture
def asked(rows):
    """(organisation, an application that waits, a member)."""
    organisation = rows.add("organisations")
    application = rows.add("applications", organisation_id=organisation, outcome=None, decided_at=None)
    return organisation, application, rows.add("memberships", organisation_id=organisation)


def test_a_sponsor_stands_and_is_one_a_member(rows, refused, asked):
    _, application, who = asked
    rows.run(SPONSOR, asked=application, who=who, at=str(NOW))
    refused(SPONSOR, asked=application, who=who, at=str(NOW))
    assert "stands" in refused("DELETE FROM sponsors")
    assert "stands" in refused("UPDATE sponsors SET sponsored_at = sponsored_at")


def test_an_answered_application_takes_no_sponsor_and_no_vote(rows, refused, asked):
    organisation, _, who = asked
    done = rows.add("applications", organisation_id=organisation, outcome="refused", decided_at=NOW)
    ballot = rows.add("ballots", organisation_id=organisation)
    assert "is answered" in refused(SPONSOR, asked=done, who=who, at=str(NOW))
    assert "is answered" in refused(VOTE, asked=done, ballot=ballot)


def test_nobody_sponsors_themselves_or_from_another_organisation(rows, refused, asked):
    organisation, application, who = asked
    person = rows.one("SELECT person_id FROM applications WHERE id = :id", id=application)
    rows.add("holders", organisation_id=organisation, membership_id=who, person_id=person)
    assert "themselves" in refused(SPONSOR, asked=application, who=who, at=str(NOW))
    stranger = rows.add("memberships", organisation_id=rows.add("organisations"))
    assert "another organisation" in refused(SPONSOR, asked=application, who=stranger, at=str(NOW))


def test_one_vote_on_an_application_is_on_its_way_at_a_time(rows, refused, asked):
    organisation, application, _ = asked
    first, second = (rows.add("ballots", organisation_id=organisation) for _ in range(2))
    rows.run(VOTE, asked=application, ballot=first)
    assert "on its way" in refused(VOTE, asked=application, ballot=second)
    assert "stands" in refused("DELETE FROM admission_ballots")
