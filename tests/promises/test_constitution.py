"""At most one version of the constitution is in force at an instant; its line never runs backwards."""

from datetime import date

import pytest
import sqlalchemy as sa


@pytest.fixture
def adopt(rows):
    organisation = rows.add("organisations")

    def put(number, day):
        return rows.add(
            "constitution_versions",
            organisation_id=organisation,
            number=number,
            decision_id=carried(rows, organisation) if number > 1 else None,
            in_force_on=date.fromisoformat(day) if day else None,
        )

    return put


@pytest.mark.parametrize(
    ("decision_class", "outcome", "own", "fits"),
    [
        ("constitutional", "carried", True, True),
        ("constitutional", "lost", True, False),
        ("special", "carried", True, False),
        ("constitutional", "carried", False, False),
    ],
)
def test_no_version_after_the_first_without_its_carried_decision(
    rows, adopt, decision_class, outcome, own, fits
):
    organisation = rows.add("organisations")
    where = organisation if own else rows.add("organisations")
    decided = carried(rows, where, decision_class=decision_class, outcome=outcome)
    values = {"organisation_id": organisation, "number": 2, "in_force_on": None}
    if fits:
        rows.add("constitution_versions", decision_id=decided, **values)
    else:
        with pytest.raises(sa.exc.IntegrityError):
            rows.add("constitution_versions", decision_id=decided, **values)
    with pytest.raises(sa.exc.IntegrityError):
        rows.add("constitution_versions", **{**values, "number": 3})


def carried(rows, organisation, *, decision_class="constitutional", outcome="carried"):
    ballot, _ = rows.ballot(sealed=True, organisation_id=organisation)
    return rows.add(
        "decisions",
        ballot_id=ballot,
        organisation_id=organisation,
        decision_class=decision_class,
        outcome=outcome,
    )


def test_two_versions_are_never_in_force_from_the_same_day(adopt):
    adopt(1, "2026-01-01")
    with pytest.raises(sa.exc.IntegrityError):
        adopt(2, "2026-01-01")


def test_a_number_is_given_once(adopt):
    adopt(1, "2026-01-01")
    with pytest.raises(sa.exc.IntegrityError):
        adopt(1, "2026-02-01")


@pytest.mark.parametrize(
    ("day", "fits"), [("2025-12-31", False), ("2026-01-01", False), ("2026-01-02", True)]
)
def test_days_in_force_never_run_backwards(adopt, day, fits):
    adopt(1, "2026-01-01")
    if fits:
        adopt(2, day)
    else:
        with pytest.raises(sa.exc.IntegrityError):
            adopt(2, day)


def test_a_day_in_force_is_set_once_and_in_the_line(rows, refused, adopt):
    adopt(1, "2026-01-01")
    waiting = adopt(2, None)
    later = adopt(3, "2026-03-01")
    change = "UPDATE constitution_versions SET in_force_on = :day WHERE id = :id"
    refused(change, day="2026-03-01", id=waiting)
    refused(change, day="2025-12-01", id=waiting)
    rows.run(change, day="2026-02-01", id=waiting)
    refused(change, day="2026-02-02", id=waiting)
    refused(change, day="2026-04-01", id=later)


@pytest.mark.parametrize("column", ["text", "number", "sha256", "passed_on", "decision_id"])
def test_what_was_adopted_is_kept(rows, refused, adopt, column):
    version = adopt(1, "2026-01-01")
    values = {
        "text": "'x'",
        "number": "9",
        "sha256": "'x'",
        "passed_on": "'2020-01-01'",
        "decision_id": "NULL",
    }
    if column == "decision_id":
        decided = rows.decision()
        version = rows.add("constitution_versions", decision_id=decided)
    refused(f"UPDATE constitution_versions SET {column} = {values[column]} WHERE id = :id", id=version)


def test_a_provision_has_one_value_in_a_version_and_scope(rows, adopt):
    version = adopt(1, "2026-01-01")
    rows.add("provisions", version_id=version, key="meeting.notice", scope="")
    rows.add("provisions", version_id=version, key="meeting.notice", scope="body=board")
    with pytest.raises(sa.exc.IntegrityError):
        rows.add("provisions", version_id=version, key="meeting.notice", scope="")
