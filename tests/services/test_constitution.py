from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError

from coop.access import OPERATOR, PROGRAM
from coop.errors import Forbidden, Missing, Refusal
from coop.extensions import db
from coop.models.organisations import Body
from coop.rules.provisions import REGISTRY, Days, Months
from coop.rules.provisions import registry as registered
from coop.services import constitution, organisations
from coop.transaction import writing
from tests.make import RULES

MODEL = Path(__file__).resolve().parents[2] / "coop" / "constitution_models" / "workers.md"
LONGER = RULES.replace("fourteen clear days", "twenty-one clear days").replace('"14 days"', '"21 days"')


def adopt(deed, organisation, text, now, *, day, decision=None, actor=PROGRAM):
    return deed(
        constitution.adopt_version,
        organisation,
        text,
        passed_on=day,
        registered_on=None,
        in_force_on=day,
        decision_id=decision.id if decision else None,
        actor=actor,
        now=now,
    )


def coop_with(deed, text, now):
    coop = deed(organisations.found_organisation, "lane", "The Lane", actor=OPERATOR, now=now)
    for slug in ("board", "branch"):
        deed(organisations.add_body, coop, slug, slug, slug.title(), actor=OPERATOR, now=now)
    deed(
        organisations.add_office,
        organisations.assembly_of(coop),
        "auditor",
        "Auditor",
        actor=OPERATOR,
        now=now,
    )
    return coop, adopt(deed, coop, text, now, day=coop.day_of(now))


def test_adopting_a_version_stores_every_value_defaults_included(deed, now):
    _coop, version = coop_with(deed, MODEL.read_text(), now)
    assert len(version.articles) == 42
    assert version.articles[13].number == "14"
    assert version.articles[13].heading == "The general assembly"
    assert {row.key for row in version.provisions} == set(REGISTRY)
    assert {
        (r.key, r.scope, r.value, r.article) for r in version.provisions if r.key == "meeting.notice"
    } == {
        ("meeting.notice", "", "21 days", "14"),
        ("meeting.notice", "body=board", "7 days", "27"),
        ("meeting.notice", "body=branch", "7 days", "34"),
    }


def test_zone_and_currency_follow_the_constitution(deed, now):
    coop, version = coop_with(deed, MODEL.read_text(), now)
    assert (coop.zone, coop.currency) == ("Europe/Madrid", "EUR")
    assert constitution.in_force(coop, coop.day_of(now)) is version
    assert constitution.in_force(coop, coop.day_of(now) - timedelta(days=1)) is None


def test_a_rule_is_looked_up_from_the_specific_to_the_general(deed, now):
    coop, version = coop_with(deed, MODEL.read_text(), now)
    board = organisations.find_body(coop, "board")
    with writing():
        db.session.add(Body(organisation_id=coop.id, kind="branch", slug="rochdale", name="Rochdale"))
    rochdale = organisations.find_body(coop, "rochdale")
    general = constitution.rule(version, "meeting.notice")
    assert (general.value, general.article, general.version_number) == (Days(21, clear=True), "14", 1)
    for body in (board, "board", rochdale, "rochdale"):
        assert constitution.rule(version, "meeting.notice", body=body).value == Days(7, clear=True)
    assert constitution.rule(version, "dues.due", body=board).article == "35"
    assert constitution.rule(version, "decision.majority").text == "> 1/2 of cast"
    assert constitution.rule(version, "decision.majority", decision="special").text == ">= 2/3 of cast"
    assert constitution.rule(version, "decision.quorum", body=board).text == "1/2 of eligible"
    auditor = organisations.find_office(coop, "auditor")
    assert constitution.rule(version, "office.term", office=auditor).value == Months(36)
    assert constitution.rule(version, "office.term").value == Months(24)


def test_a_default_has_no_article(make, context):
    coop = make.organisation()
    version = constitution.in_force(coop, make.today)
    found = constitution.rule(version, "election.method")
    assert (found.text, found.article) == (REGISTRY["election.method"].default, "")


def test_a_rule_costs_one_query_for_a_version_and_then_none(make, context, count_queries):
    version = constitution.in_force(make.organisation(), make.today)
    constitution.rule(version, "meeting.notice")
    with count_queries() as n:
        for key in REGISTRY:
            constitution.rule(version, key)
    assert n.count == 0


def test_a_text_with_a_problem_is_refused_with_its_line_and_nothing_is_adopted(deed, make, now):
    coop = make.organisation()
    decision = make.decision(coop)
    broken = LONGER.replace('"21 days"', '"14 days"')
    with pytest.raises(Refusal, match=r"^Line 4: meeting\.notice: The words say"):
        adopt(deed, coop, broken, now, day=make.today, decision=decision)
    assert [v.number for v in constitution.versions(coop)] == [1]


@pytest.mark.parametrize(("body", "known"), [("board", True), ("spotland", False), ("boad", False)])
def test_a_text_rules_for_every_kind_of_body_but_for_none_that_is_misspelt(deed, make, now, body, known):
    coop = make.organisation(text=None)
    text = RULES.replace('"meeting.notice"', f'"meeting.notice" body="{body}"')
    if known:
        assert adopt(deed, coop, text, now, day=make.today)
    else:
        with pytest.raises(Refusal, match=f"There is no body “{body}”"):
            adopt(deed, coop, text, now, day=make.today)


@pytest.mark.parametrize(
    ("decision_class", "outcome", "allowed"),
    [
        ("constitutional", "carried", True),
        ("constitutional", "lost", False),
        ("special", "carried", False),
        (None, None, False),
    ],
)
def test_only_a_carried_constitutional_decision_changes_the_constitution(
    deed, make, now, decision_class, outcome, allowed
):
    coop = make.organisation()
    decision = make.decision(coop, decision_class=decision_class, outcome=outcome) if outcome else None
    for actor in (PROGRAM, OPERATOR):
        if allowed:
            adopt(deed, coop, LONGER, now, day=make.today, decision=decision, actor=actor)
            return
        with pytest.raises(Refusal, match="carried constitutional decision"):
            adopt(deed, coop, LONGER, now, day=make.today, decision=decision, actor=actor)


def test_a_decision_of_another_organisation_changes_nothing_here(deed, make, now):
    coop, orchard = make.organisation(), make.organisation("orchard", "Orchard")
    with pytest.raises(Refusal):
        adopt(deed, coop, LONGER, now, day=make.today, decision=make.decision(orchard))


def test_neither_a_member_nor_the_secretary_beside_a_returning_officer_adopts_one(deed, make, now):
    coop = make.organisation()
    make.officer(coop, "returning_officer")
    decision = make.decision(coop)
    for membership in (make.officer(coop, "secretary"), make.member(coop)):
        with pytest.raises(Forbidden):
            adopt(deed, coop, LONGER, now, day=make.today, decision=decision, actor=make.actor(membership))


def test_a_past_day_still_reads_the_rule_of_that_day(deed, make, now):
    coop = make.organisation()
    decision = make.decision(coop)
    new = adopt(deed, coop, LONGER, now, day=make.today, decision=decision)
    old = constitution.in_force(coop, make.today - timedelta(days=1))
    assert (old.number, new.number) == (1, 2)
    assert constitution.rule(old, "meeting.notice").value.n == 14
    assert constitution.rule(constitution.in_force(coop, make.today), "meeting.notice").value.n == 21
    settings = constitution.history_of(new)["meeting.notice", ""]
    assert [(s.spelled, s.version_number, s.decision_id) for s in settings] == [
        ("14 clear days", 1, None),
        ("21 clear days", 2, decision.id),
    ]
    unchanged = constitution.history_of(new)["decision.ordinary.majority", ""]
    assert [s.decision_id for s in unchanged] == [None]


def test_a_version_comes_into_force_on_its_day_and_not_before(deed, make, now):
    coop = make.organisation()
    adopt(deed, coop, LONGER, now, day=make.today + timedelta(days=10), decision=make.decision(coop))
    for days, number in ((0, 1), (9, 1), (10, 2), (11, 2)):
        assert constitution.in_force(coop, make.today + timedelta(days=days)).number == number


def test_days_in_force_never_run_backwards(deed, make, now):
    coop = make.organisation()
    decision = make.decision(coop)
    for day in (make.today - timedelta(days=730), make.today - timedelta(days=731)):
        with pytest.raises(IntegrityError):
            adopt(deed, coop, LONGER, now, day=day, decision=decision)


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE provisions SET value = '1 days' WHERE key = 'meeting.notice'",
        "DELETE FROM provisions",
        "UPDATE articles SET text = ''",
        "UPDATE constitution_versions SET text = 'mine'",
        "UPDATE constitution_versions SET in_force_on = '2020-01-01'",
        "DELETE FROM constitution_versions",
    ],
)
def test_nothing_else_changes_a_provision_not_even_the_shell(make, context, attack):
    make.organisation()
    with pytest.raises(IntegrityError), writing():
        db.session.execute(sql(attack))


def test_a_release_that_changes_a_default_changes_nothing_that_was_adopted(deed, make, now, monkeypatch):
    coop = make.organisation()
    adopted = constitution.rule(constitution.in_force(coop, make.today), "dues.due")
    old = REGISTRY["dues.due"]
    newer = registered.Provision(
        old.key, old.kind, "99 days", old.label, old.sentence, old.scopes, old.low, old.high
    )
    monkeypatch.setitem(REGISTRY, "dues.due", newer)
    constitution.reading._KEPT.clear()
    assert constitution.rule(constitution.in_force(coop, make.today), "dues.due").text == adopted.text
    amended = adopt(deed, coop, LONGER, now, day=make.today, decision=make.decision(coop))
    assert constitution.rule(amended, "dues.due").text == adopted.text


def test_another_organisations_version_is_missing(make, context):
    make.organisation()
    orchard = make.organisation("orchard", "Orchard", text=None)
    with pytest.raises(Missing):
        constitution.find_version(orchard, 1)
    assert constitution.versions(orchard) == []
    assert constitution.in_force(orchard, make.today) is None


def test_a_version_as_data_names_every_value_and_its_article(deed, now):
    _coop, version = coop_with(deed, MODEL.read_text(), now)
    data = constitution.as_data(version)
    assert data["version"] == 1
    assert data["provisions"]["meeting.quorum@board"]["value"] == "1/2 of eligible"
    assert data["provisions"]["meeting.notice"]["article"] == "14"
    assert len(data["articles"]) == 42


def test_the_rules_fit_into_ten_sentences(deed, now):
    _coop, version = coop_with(deed, MODEL.read_text(), now)
    told = constitution.summary_of(version)
    assert len(told) == 10
    assert all(sentence.endswith(".") for sentence in told)
    assert any("more than half of the votes cast" in sentence for sentence in told)
