from datetime import date, timedelta

import pytest

from coop.access import OPERATOR
from coop.errors import Forbidden
from coop.services import records, reports
from coop.services.reports import Search

RULES = """
1. A member votes [fourteen days]{provision="roll.cutoff" value="14 days"} after admission.
"""


@pytest.fixture
def coop(make, context):
    return make.organisation(text=RULES, contact="hello@pioneers.example")


@pytest.fixture
def amina(make, coop):
    return make.member(coop, "Amina Holt")


@pytest.fixture
def officer(make, coop):
    return make.actor(make.officer(coop, "returning_officer"))


@pytest.fixture
def trail(make, coop, now, deed):
    def read(membership, subject="", page=1, **days):
        return reports.read_trail(coop, make.actor(membership), Search(subject, **days), page)

    return read


@pytest.fixture
def happened(deed, coop, make, now):
    def run(verb, subject, by=None, at=now, **more):
        actor = make.actor(by) if by else OPERATOR
        deed(records.record, coop, actor, verb, subject, at, **more)

    return run


def said(found):
    """Everything but the founding that every co-op begins with."""
    return [entry.says for entry in found.entries if "constitution" not in entry.says]


def test_the_trail_says_who_did_what_newest_first(trail, happened, amina, deed, coop):
    happened("put back", "backup 1")
    happened("offered a public licence for", "work 1", amina, facts={"licence": "MIT", "decision": None})
    deed(records.chain_events, coop.id)
    found = trail(amina)
    assert said(found) == ["Member 1 offered a public licence for work 1.", "The operator put back backup 1."]
    assert found.entries[0].facts == [("licence", "MIT")]
    assert (found.length, found.head) == (3, found.entries[0].hash)


def test_who_it_was_done_to_is_for_those_who_must_know(trail, happened, amina, make, coop, officer):
    bo = make.member(coop, "Bo")
    happened(
        "suspended",
        f"member {bo.number}",
        facts={"article": "8"},
        personal={"reason": "arrears", "address": "Mill 1"},
    )
    assert said(trail(amina)) == ["The operator suspended a member."]
    assert (trail(amina).entries[0].facts, trail(amina).entries[0].personal) == ([], [])
    assert said(trail(bo)) == [f"The operator suspended member {bo.number}."]
    for office, personal in (("secretary", []), ("auditor", [("reason", "arrears")])):
        found = trail(make.officer(coop, office))
        assert said(found) == [f"The operator suspended member {bo.number}."]
        assert found.entries[0].personal == personal
    assert trail(amina, f"member {bo.number}").entries == []
    assert len(trail(amina, "member").entries) == 1


def test_nobody_but_the_auditor_learns_who_voted(trail, happened, amina, make, coop, officer):
    bo = make.member(coop, "Bo")
    happened("voted on", "ballot 1", bo)
    assert said(trail(amina)) == []
    assert said(trail(make.officer(coop, "secretary"))) == []
    assert said(trail(bo)) == [f"Member {bo.number} voted on ballot 1."]
    assert len(said(trail(make.officer(coop, "auditor")))) == 1


def test_the_trail_is_filtered_by_subject_and_by_the_organisations_days(trail, happened, amina, now):
    happened("opened", "ballot 1", at=now - timedelta(days=2))
    happened("opened", "ballot 11", at=now - timedelta(days=1))
    happened("called", "meeting 1", at=now)
    assert len(trail(amina, "Ballot 1").entries) == 1
    assert len(trail(amina, "ballot").entries) == 2
    assert trail(amina, "ballot%").entries == []
    today = now.date()
    assert len(said(trail(amina, since=today - timedelta(days=1)))) == 2
    assert len(said(trail(amina, until=today - timedelta(days=1)))) == 2
    assert len(said(trail(amina, since=today, until=today))) == 1
    assert len(said(trail(amina, until=date.max, since=date.min))) == 3


def test_the_trail_comes_in_pages(trail, deed, coop, amina, now):
    def add():
        for n in range(50):
            records.record(coop, OPERATOR, "did", f"thing {n}", now)

    deed(add)
    assert (trail(amina).pages, len(trail(amina).entries), len(trail(amina, page=2).entries)) == (2, 50, 1)
    assert trail(amina, page=10**30).page == 2


def test_the_trail_of_another_organisation_is_not_read(make, coop, amina):
    other = make.organisation("orchard", "Orchard")
    with pytest.raises(Forbidden):
        reports.read_trail(other, make.actor(amina), Search(), 1)
