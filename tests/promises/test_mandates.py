"""What the tables refuse of mandates, member organisations and positions, past every service."""

from datetime import date

import pytest

from tests.promises.rows import NOW

DAY = date(2026, 6, 1)
STAND = ["mandate_instructions", "mandate_acts", "mandate_replies", "mandate_reports", "size_reports"]
STAND += ["positions", "position_dissents"]


@pytest.fixture
def sent(rows):
    """(organisation, a carried decision, a member sent since June, until September) as ids."""
    decision = rows.decision(outcome="carried")
    organisation = rows.one("SELECT organisation_id FROM decisions WHERE id = :id", id=decision)
    member = rows.add("memberships", organisation_id=organisation)
    return organisation, decision, member


def named(rows, sent, **values):
    organisation, decision, member = sent
    fields = {"organisation_id": organisation, "decision_id": decision, "membership_id": member}
    fields |= {"starts_on": DAY, "ends_on": date(2026, 9, 1), "ended_by_id": None, **values}
    return rows.add("mandates", **fields)


def insert(rows, table, **values):
    """The statement that would put a row in, and its values."""
    row = rows.whole(table, **values)
    row = {name: str(one) if isinstance(one, (date, type(NOW))) else one for name, one in row.items()}
    places = ", ".join(f":{name}" for name in row)
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", row


def acted(rows, mandate, **values):
    fields = {"mandate_id": mandate, "act": "for", "held_on": DAY, "instruction_id": None}
    fields |= {"evidence": "The minutes", **values}
    return insert(rows, "mandate_acts", **{"document_id": None, "supersedes_id": None, **fields})


def test_nobody_is_sent_or_bound_by_what_was_not_carried_or_by_others(rows, refused, sent):
    organisation, _, member = sent
    lost, other = rows.decision(outcome="lost"), rows.decision()
    rows_of = {"organisation_id": organisation, "membership_id": member, "starts_on": DAY}
    for decision in (lost, other):
        statement, values = insert(rows, "mandates", decision_id=decision, **rows_of)
        assert "carried decision" in refused(statement, **values)
    mandate = named(rows, sent)
    statement, values = insert(rows, "mandate_instructions", mandate_id=mandate, decision_id=other, how="for")
    assert "carried decision" in refused(statement, **values)


def test_a_member_of_another_organisation_is_not_sent(rows, refused, sent):
    organisation, decision, _ = sent
    values = {"organisation_id": organisation, "decision_id": decision, "starts_on": DAY}
    statement, values = insert(rows, "mandates", membership_id=rows.add("memberships"), **values)
    assert "one of its members" in refused(statement, **values)


def test_a_mandate_ends_earlier_once_and_by_a_decision(rows, refused, sent):
    mandate, decision = named(rows, sent), sent[1]
    change = "UPDATE mandates SET ends_on = :day, ended_by_id = :decision WHERE id = :id"
    for day, by in (("2026-08-01", None), ("2026-10-01", decision), ("2026-08-01", rows.decision())):
        assert "ends earlier" in refused(change, day=day, decision=by, id=mandate)
    rows.run(change, day="2026-08-01", decision=decision, id=mandate)
    assert "once" in refused(change, day="2026-07-01", decision=decision, id=mandate)
    for what in ("membership_id = NULL", "starts_on = '2026-05-01'", "sent_to = 'Elsewhere'"):
        refused(f"UPDATE mandates SET {what}")
    refused("DELETE FROM mandates")


def test_two_delegates_to_one_federation_never_overlap(rows, refused, sent):
    parent = rows.add("organisations")
    named(rows, sent, parent_id=parent)
    organisation, decision, member = sent
    of = {"organisation_id": organisation, "decision_id": decision, "membership_id": member}
    of |= {"parent_id": parent, "number": 2}
    statement, values = insert(rows, "mandates", starts_on=date(2026, 9, 1), **of)
    assert "one delegate" in refused(statement, **values)
    statement, values = insert(rows, "mandates", starts_on=date(2026, 9, 2), **of)
    rows.run(statement, **values)


@pytest.mark.parametrize(("day", "taken"), [
    (date(2026, 5, 31), False), (DAY, True), (date(2026, 9, 1), True), (date(2026, 9, 2), False),
])  # fmt: skip
def test_only_acts_while_sent_are_recorded(rows, refused, sent, day, taken):
    statement, values = acted(rows, named(rows, sent), held_on=day)
    if taken:
        rows.run(statement, **values)
    else:
        assert "while sent" in refused(statement, **values)


def test_an_act_without_source_or_of_another_mandate_is_refused(rows, refused, sent):
    mandate, other = named(rows, sent), named(rows, sent, number=2)
    statement, values = acted(rows, mandate, evidence="")
    refused(statement, **values)
    bound = rows.add(
        "mandate_instructions", mandate_id=other, decision_id=sent[1], how="for", supersedes_id=None
    )
    statement, values = acted(rows, mandate, instruction_id=bound)
    assert "same mandate" in refused(statement, **values)
    statement, values = acted(rows, mandate, document_id=rows.add("documents"))
    assert "same mandate" in refused(statement, **values)


@pytest.mark.parametrize("table", STAND)
def test_what_is_on_record_stands(rows, refused, sent, table):
    organisation, decision, member = sent
    mandate = named(rows, sent)
    statement, values = acted(rows, mandate)
    rows.run(statement, **values)
    rows.add("mandate_instructions", mandate_id=mandate, decision_id=decision, how="for", supersedes_id=None)
    rows.add("mandate_replies", act_id=rows.one("SELECT MAX(id) FROM mandate_acts"))
    rows.add("mandate_reports", mandate_id=mandate)
    rows.add("size_reports", membership_id=rows.add("memberships", kind="organisation"))
    made = stated(rows, organisation, decision)
    rows.add("position_dissents", position_id=made, membership_id=member, entered_on=DAY)
    column = {"size_reports": "size = 1", "positions": "number = 9", "position_dissents": "text = 'Yes'"}
    for attempt in (
        f"UPDATE {table} SET {column.get(table, 'mandate_id = mandate_id')}",
        f"DELETE FROM {table}",
    ):
        if table == "mandate_replies" and attempt.startswith("UPDATE"):
            attempt = "UPDATE mandate_replies SET text = 'Other words'"  # noqa: PLW2901
        assert "stands" in refused(attempt)


def stated(rows, organisation, decision, **values):
    fields = {"organisation_id": organisation, "decision_id": decision, "adopted_on": DAY}
    fields |= {"review_on": date(2027, 6, 1), "dissent_until": date(2026, 6, 15), "supersedes_id": None}
    return rows.add("positions", **{**fields, **values})


def test_only_a_carried_decision_of_the_organisation_is_a_position(rows, refused, sent):
    organisation = sent[0]
    for decision in (rows.decision(), rows.decision(outcome="lost")):
        days = {"adopted_on": DAY, "review_on": date(2027, 6, 1), "dissent_until": DAY}
        statement, values = insert(
            rows, "positions", organisation_id=organisation, decision_id=decision, **days
        )
        assert "only a carried decision" in refused(statement, **values)


@pytest.mark.parametrize(("day", "taken"), [(14, True), (15, True), (16, False)])
def test_dissent_comes_in_time_and_from_a_member(rows, refused, sent, day, taken):
    organisation, decision, member = sent
    made = stated(rows, organisation, decision)
    when = {"position_id": made, "entered_on": date(2026, 6, day)}
    statement, values = insert(rows, "position_dissents", membership_id=member, **when)
    if taken:
        rows.run(statement, **values)
        refused(statement, **values)
    else:
        assert "time to enter dissent" in refused(statement, **values)
    stranger = rows.add("memberships")
    statement, values = insert(
        rows, "position_dissents", position_id=made, membership_id=stranger, entered_on=DAY
    )
    assert "another organisation" in refused(statement, **values)


def test_only_an_organisation_reports_members_and_is_recognised_where_it_belongs(rows, refused, sent):
    organisation, decision, member = sent
    statement, values = insert(rows, "size_reports", membership_id=member)
    assert "only a member that is an organisation" in refused(statement, **values)
    parent = rows.add("organisations")
    tie = rows.add(
        "affiliations",
        organisation_id=organisation,
        parent_id=parent,
        decision_id=decision,
        membership_id=None,
        recognised_at=None,
    )
    change = "UPDATE affiliations SET membership_id = :who, recognised_at = :now WHERE id = :id"
    elsewhere = rows.add("memberships", kind="organisation")
    person = rows.add("memberships", organisation_id=parent)
    for who in (elsewhere, person):
        assert "holds in the parent" in refused(change, who=who, now=str(NOW), id=tie)
    seat = rows.add("memberships", organisation_id=parent, kind="organisation")
    rows.run(change, who=seat, now=str(NOW), id=tie)
    refused(change, who=None, now=None, id=tie)
    refused("DELETE FROM affiliations")
