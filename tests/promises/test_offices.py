"""What the tables refuse of petitions and terms, past every service."""

from datetime import date, timedelta

import pytest

from tests.promises.rows import LATER, NOW

SIGN = "INSERT INTO petition_signatures (petition_id, membership_id, signed_at) VALUES (:petition, :who, :at)"
BEGIN = (
    "INSERT INTO office_terms (office_id, membership_id, starts_on, because, recorded_at, excludes)"
    " VALUES (:office, :who, :day, 'for a test', :now, :excludes)"
)


@pytest.fixture
def petition(rows):
    """(organisation, a petition for a meeting that needs two, three members)."""
    organisation = rows.add("organisations")
    made = rows.add(
        "petitions",
        organisation_id=organisation,
        kind="meeting",
        needed=2,
        sign_until=LATER,
        begun_at=NOW,
        rule={},
        term_id=None,
    )
    return organisation, made, [rows.add("memberships", organisation_id=organisation) for _ in range(3)]


def reach(rows, made, organisation):
    return {
        "meeting": rows.add("meetings", organisation_id=organisation, kind="ordinary"),
        "now": str(NOW),
        "id": made,
    }


REACH = "UPDATE petitions SET reached_at = :now, meeting_id = :meeting WHERE id = :id"


def sign(rows, made, who):
    rows.add("petition_signatures", petition_id=made, membership_id=who, signed_at=NOW)


def test_a_petition_is_reached_with_enough_signatures_only(rows, refused, petition):
    organisation, made, (amina, ben, _) = petition
    values = reach(rows, made, organisation)
    sign(rows, made, amina)
    assert "too few" in refused(REACH, **values)
    sign(rows, made, ben)
    rows.run(REACH, **values)


def test_signatures_stand_and_none_comes_after_the_number_is_reached(rows, refused, petition):
    organisation, made, (amina, ben, cora) = petition
    sign(rows, made, amina)
    sign(rows, made, ben)
    refused("DELETE FROM petition_signatures")
    refused(
        "UPDATE petition_signatures SET membership_id = :who WHERE membership_id = :ben", who=cora, ben=ben
    )
    refused(SIGN, petition=made, who=amina, at=str(NOW))
    rows.run(REACH, **reach(rows, made, organisation))
    assert "frozen" in refused(SIGN, petition=made, who=cora, at=str(NOW))


@pytest.mark.parametrize(("seconds", "late"), [(-1, False), (0, True), (1, True)])
def test_nobody_signs_when_the_time_is_over(rows, refused, petition, seconds, late):
    _, made, (amina, *_) = petition
    zone = "" if rows.on_sqlite else "+00"
    at = f"{LATER + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S.%f}{zone}"
    if late:
        assert "frozen" in refused(SIGN, petition=made, who=amina, at=at)
    else:
        rows.run(SIGN, petition=made, who=amina, at=at)


def test_a_stranger_does_not_sign(rows, refused, petition):
    assert "another organisation" in refused(
        SIGN, petition=petition[1], who=rows.add("memberships"), at=str(NOW)
    )


@pytest.mark.parametrize("change", ["needed = 1", "eligible = 1", "text = 'Other words'", "rule = '[]'"])
def test_words_roll_and_threshold_stand_once_a_petition_is_begun(rows, refused, petition, change):
    refused(f"UPDATE petitions SET {change}")
    refused("DELETE FROM petitions")


def test_a_recall_is_never_voted_on_openly(rows, refused):
    ballot = rows.add("ballots", decision_class="recall")
    assert "never voted on openly" in refused("UPDATE ballots SET secrecy = 'open' WHERE id = :id", id=ballot)


def test_offices_that_exclude_each_other_are_not_held_by_one_member_at_once(rows, refused):
    organisation = rows.add("organisations")
    who = rows.add("memberships", organisation_id=organisation)
    auditor, treasurer = (rows.add("offices", organisation_id=organisation, seats=1) for _ in range(2))
    values = {"who": who, "now": str(NOW)}
    rows.run(BEGIN, office=auditor, day="2026-01-01", excludes=f",{treasurer},", **values)
    assert "excludes" in refused(BEGIN, office=treasurer, day="2026-06-01", excludes="", **values)
    rows.run(
        "UPDATE office_terms SET ends_on = '2026-05-31', ended_at = :now WHERE office_id = :office",
        now=str(NOW),
        office=auditor,
    )
    rows.run(BEGIN, office=treasurer, day="2026-06-01", excludes="", **values)


def test_a_term_is_ended_once_and_not_without_a_last_day(rows, refused):
    term = rows.add("office_terms", ends_on=None, starts_on=date(2026, 1, 1))
    assert "last day" in refused(
        "UPDATE office_terms SET ended_at = :now WHERE id = :id", now=str(NOW), id=term
    )
    rows.run(
        "UPDATE office_terms SET ended_at = :now, ends_on = '2026-11-21' WHERE id = :id",
        now=str(NOW),
        id=term,
    )
    assert "begins again only" in refused("UPDATE office_terms SET ended_at = NULL WHERE id = :id", id=term)
    assert "begins again only" in refused(
        "UPDATE office_terms SET ends_on = '2027-11-21' WHERE id = :id", id=term
    )


def test_under_which_limits_a_term_was_given_stands(rows, refused):
    rows.add("office_terms", most_terms=2, counted_from=date(2026, 1, 1))
    refused("UPDATE office_terms SET most_terms = 0")
    refused("UPDATE office_terms SET excludes = ',1,'")
