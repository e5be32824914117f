"""Mandates: who is sent by which decision, what binds them, what they did, and whether they kept to it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.mandates import Mandate, MandateAct
from coop.models.objections import Challenge
from coop.models.records import AuditEvent
from coop.services import mandates
from tests.make import OFFICES


def test_a_delegate_is_sent_by_a_decision_that_names_them(mandate_house, deed, now):
    mandate = mandate_house.send(deed, now)
    assert (mandate.number, mandate.delegate.name, mandate.stage_on(now.date())) == (
        1,
        "Dora Finch",
        "current",
    )
    with pytest.raises(Refusal, match="does not name Amina Holt"):
        mandate_house.send(deed, now, delegate=mandate_house.amina)


@pytest.mark.parametrize("outcome", ["lost", "inquorate"])
def test_what_was_not_carried_sends_and_binds_nobody(mandate_house, deed, now, outcome):
    lost = mandate_house.decided("Dora Finch goes", outcome=outcome)
    with pytest.raises(Refusal, match="was not carried"):
        mandate_house.send(deed, now, decision=lost)
    mandate = mandate_house.send(deed, now)
    with pytest.raises(Refusal, match="was not carried"):
        mandate_house.instruct(deed, mandate, now, decision=lost)


def test_only_the_secretary_sends_and_instructs(mandate_house, make, deed, now):
    mandate = mandate_house.send(deed, now)
    others = [make.officer(mandate_house.organisation, office) for office in OFFICES if office != "secretary"]
    for who in (mandate_house.dora, mandate_house.amina, *others):
        with pytest.raises(Forbidden):
            deed(
                mandates.instruct,
                mandate,
                mandate_house.here,
                mandate_house.actor(who),
                now,
                decision=mandate.decision,
                matter="The mill",
                how="for",
            )


@pytest.mark.parametrize(
    ("how", "act", "verdict"),
    [
        ("for", "for", "kept"),
        ("for", "against", "not kept"),
        ("for", "absent", "absent"),
        ("against", "unrecorded", "open"),
        ("raise", "raised", "kept"),
        ("raise", "not-raised", "not kept"),
    ],
)
def test_whether_it_was_kept_follows_from_instruction_and_act(mandate_house, deed, now, how, act, verdict):
    mandate = mandate_house.send(deed, now)
    bound = mandate_house.instruct(deed, mandate, now, how=how)
    mandate_house.act(deed, mandate, now, instruction=bound.number, act=act)
    assert [line.verdict for line in mandates.sittings_of(mandate)[0].lines] == [verdict]


def test_an_act_that_answers_another_question_is_refused(mandate_house, deed, now):
    mandate = mandate_house.send(deed, now)
    bound = mandate_house.instruct(deed, mandate, now, how="raise")
    with pytest.raises(Refusal, match="Say whether it was raised"):
        mandate_house.act(deed, mandate, now, instruction=bound.number, act="for")


def test_an_instruction_whose_decision_became_void_bound_nobody(mandate_house, deed, now):
    mandate = mandate_house.send(deed, now)
    bound = mandate_house.instruct(deed, mandate, now)
    act = mandate_house.act(deed, mandate, now, instruction=bound.number, act="against")
    assert mandates.verdict_of(act) == "not kept"

    def undo():
        ballot = db.session.get_one(Ballot, bound.decision.ballot_id)
        told = {"ballot_id": ballot.id, "membership_id": mandate_house.amina.id, "reason": "No notice"}
        made = Challenge(**told, named=False, made_at=now)
        db.session.add(made)
        db.session.flush()
        made.outcome, made.answer, made.answered_at = "upheld", "True", now
        db.session.flush()
        ballot.void_at, ballot.void_reason = now, "no notice"

    deed(undo)
    db.session.expire_all()
    assert mandates.verdict_of(act) == "free"
    assert mandates.in_force(mandate) == []


@pytest.mark.parametrize(("days", "says"), [(-1, "not sent there"), (0, ""), (20, ""), (21, "not come yet")])
def test_only_acts_while_sent_are_recorded(mandate_house, deed, now, days, says):
    mandate = mandate_house.send(deed, now)
    held_on = date(2026, 11, 1) + timedelta(days=days)
    if says:
        with pytest.raises(Refusal, match=says):
            mandate_house.act(deed, mandate, now, matter="The mill", held_on=held_on)
    else:
        assert mandate_house.act(deed, mandate, now, matter="The mill", held_on=held_on).held_on == held_on


def test_an_act_needs_its_source_and_stands_once_until_it_is_corrected(mandate_house, deed, now):
    mandate = mandate_house.send(deed, now)
    with pytest.raises(Refusal, match="Say how you know"):
        mandate_house.act(deed, mandate, now, matter="The mill", evidence=" ")
    first = mandate_house.act(deed, mandate, now, matter="The mill")
    with pytest.raises(Refusal, match="Correct it"):
        mandate_house.act(deed, mandate, now, matter="the MILL", act="against")
    second = mandate_house.act(deed, mandate, now, matter="The mill", act="against", corrects=first)
    with pytest.raises(Refusal, match="corrected already"):
        mandate_house.act(deed, mandate, now, matter="The mill", act="abstained", corrects=first)
    (line,) = mandates.sittings_of(mandate)[0].lines
    assert (line.act, line.earlier) == (second, (first,))
    assert db.session.scalars(select(MandateAct.act).order_by(MandateAct.id)).all() == ["for", "against"]


def test_the_delegate_records_replies_and_reports_and_others_do_not(mandate_house, deed, now):
    mandate = mandate_house.send(deed, now)
    act = mandate_house.act(deed, mandate, now, matter="The mill", by=mandate_house.dora)
    deeds = {
        mandates.reply: (mandate, act, {"text": "I had to."}),
        mandates.report: (mandate, None, {"text": "It rained.", "held_on": now.date()}),
    }
    for what, (about, of, fields) in deeds.items():
        things = [one for one in (about, of) if one is not None]
        for who in (mandate_house.amina, mandate_house.secretary):
            with pytest.raises(Forbidden):
                deed(what, *things, mandate_house.here, mandate_house.actor(who), now, **fields)
        deed(what, *things, mandate_house.here, mandate_house.actor(mandate_house.dora), now, **fields)
    with pytest.raises(Forbidden):
        mandate_house.act(deed, mandate, now, matter="The well", by=mandate_house.amina)
    (sitting,) = mandates.sittings_of(mandate)
    assert sitting.lines[0].act.replies[0].text == "I had to."
    assert sitting.reports[0].text == "It rained."


@pytest.mark.parametrize(("days", "overdue"), [(9, False), (10, False), (11, True)])
def test_a_report_is_due_as_the_constitution_says(mandate_house, deed, now, days, overdue):
    mandate = mandate_house.send(deed, now)
    mandate_house.act(deed, mandate, now, matter="The mill")
    later = now + timedelta(days=days)
    (due,) = mandates.reports_due(mandate_house.here, later, of=mandate_house.actor(mandate_house.dora))
    assert (due.due_on, due.overdue) == (now.date() + timedelta(days=10), overdue)
    assert mandates.sittings_of(mandate)[0].article == "1"
    assert mandates.reports_due(mandate_house.here, later, of=mandate_house.actor(mandate_house.amina)) == []
    actor = mandate_house.actor(mandate_house.dora)
    deed(mandates.report, mandate, mandate_house.here, actor, later, held_on=now.date(), text="It rained.")
    assert mandates.reports_due(mandate_house.here, later) == []


def test_a_later_instruction_takes_the_place_of_one_and_two_in_one_matter_are_refused(
    mandate_house, deed, now
):
    mandate = mandate_house.send(deed, now)
    first = mandate_house.instruct(deed, mandate, now)
    with pytest.raises(Refusal, match="about this matter already"):
        mandate_house.instruct(deed, mandate, now, how="against")
    second = mandate_house.instruct(deed, mandate, now, how="against", instead_of=first.number)
    assert mandates.in_force(mandate) == [second]
    with pytest.raises(Refusal, match="not in force any more"):
        mandate_house.act(deed, mandate, now, instruction=first.number)


def test_a_decision_calls_the_delegate_back_once(mandate_house, deed, now):
    mandate = mandate_house.send(deed, now)
    back = mandate_house.decided("Dora comes home")
    actor = mandate_house.actor(mandate_house.secretary)
    end = {"decision": back, "last_day": now.date()}
    deed(mandates.end_mandate, mandate, mandate_house.here, actor, now, **end)
    assert [mandate.stage_on(now.date() + timedelta(days=n)) for n in (0, 1)] == ["current", "ended"]
    with pytest.raises(Refusal, match="ended already"):
        deed(mandates.end_mandate, mandate, mandate_house.here, actor, now, **end)


def test_the_trail_says_who_recorded_what_and_names_nobody(mandate_house, deed, now):
    mandate = mandate_house.send(deed, now)
    mandate_house.act(deed, mandate, now, matter="The mill")
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.subject == "mandate 1")).all()
    assert [event.verb for event in events] == ["sent a delegate", "recorded an act of"]
    assert not any("Dora" in event.facts for event in events)
    assert db.session.scalars(select(Mandate.named_by)).all() == ["member 1"]
