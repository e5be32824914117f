"""Whether a delegate kept to an instruction: every act against every instruction, and reports to the day."""

from datetime import date, timedelta

import pytest

from coop.rules.mandates import Act, How, Verdict, acts_on, is_overdue, report_due, verdict
from coop.rules.weights import may_tell

KEPT, NOT_KEPT, OPEN, AWAY, FREE = (
    Verdict.KEPT,
    Verdict.NOT_KEPT,
    Verdict.OPEN,
    Verdict.ABSENT,
    Verdict.FREE,
)
DAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("how", "verdicts"),
    [
        (How.FOR, {Act.FOR: KEPT, Act.AGAINST: NOT_KEPT, Act.ABSTAINED: NOT_KEPT}),
        (How.AGAINST, {Act.FOR: NOT_KEPT, Act.AGAINST: KEPT, Act.ABSTAINED: NOT_KEPT}),
        (How.ABSTAIN, {Act.FOR: NOT_KEPT, Act.AGAINST: NOT_KEPT, Act.ABSTAINED: KEPT}),
        (How.RAISE, {Act.RAISED: KEPT, Act.NOT_RAISED: NOT_KEPT}),
    ],
)
def test_an_act_is_held_against_its_instruction(how, verdicts):
    always = {Act.ABSENT: AWAY, Act.UNRECORDED: OPEN}
    assert {act: verdict(how, act) for act in acts_on(how)} == verdicts | always


@pytest.mark.parametrize("act", Act)
def test_absence_is_never_a_breach_and_what_is_unrecorded_is_open(act):
    found = {verdict(how, act) for how in (*How, None)}
    assert (found == {AWAY}) is (act is Act.ABSENT)
    assert (found == {OPEN}) is (act is Act.UNRECORDED)


@pytest.mark.parametrize("act", [Act.FOR, Act.AGAINST, Act.ABSTAINED, Act.RAISED, Act.NOT_RAISED])
def test_nobody_breaks_what_nobody_asked_for(act):
    assert verdict(None, act) is FREE


@pytest.mark.parametrize(("days", "found"), [(-1, NOT_KEPT), (0, NOT_KEPT), (1, FREE)])
def test_an_instruction_decided_after_the_sitting_bound_nobody_on_it(days, found):
    told = {"instructed_on": DAY + timedelta(days=days), "held_on": DAY}
    assert verdict(How.FOR, Act.AGAINST, **told) is found


@pytest.mark.parametrize(("days", "late"), [(29, False), (30, False), (31, True)])
def test_a_report_is_overdue_from_the_day_after_its_last(days, late):
    assert is_overdue(report_due(DAY, 30), DAY + timedelta(days=days)) is late


@pytest.mark.parametrize(("size", "told"), [(0, False), (4, False), (5, True), (6, True)])
def test_fewer_than_five_are_not_told(size, told):
    assert may_tell(size) is told
