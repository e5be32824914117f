"""Positions: only what was carried, in its own words; reviewed in time, replaced by a later one, dissented from."""

from datetime import date, timedelta

import pytest

from coop.access import Actor
from coop.errors import Forbidden, Refusal
from coop.services import positions
from tests.mandate_house import OPEN_RULES, MandateHouse


@pytest.fixture
def adopted(mandate_house, deed, now):
    def build(title="Housing is for living in", **more):
        fields = {"decision": mandate_house.decided(title), **more}
        actor = mandate_house.actor(mandate_house.secretary)
        return deed(positions.adopt, mandate_house.here, actor, now, **fields)

    return build


def test_a_position_has_the_words_of_its_decision_and_a_day_of_review(adopted, mandate_house, now):
    position = adopted()
    assert (position.number, position.decision.title) == (1, "Housing is for living in")
    assert position.review_on == date(2027, 11, 20)  # a year after the decision
    assert position.articles == "2"
    assert positions.position_of(position.decision) == position


@pytest.mark.parametrize(
    ("outcome", "decision_class"), [("lost", "ordinary"), ("inquorate", "special"), ("elected", "election")]
)
def test_only_a_carried_resolution_is_a_position(adopted, mandate_house, outcome, decision_class):
    decision = mandate_house.decided("No", outcome=outcome, decision_class=decision_class)
    with pytest.raises(Refusal, match="not carried"):
        adopted(decision=decision)
    assert decision not in positions.decisions_to_adopt(mandate_house.here)


def test_a_decision_is_one_position_and_only_the_secretary_records_it(adopted, mandate_house, deed, now):
    position = adopted()
    with pytest.raises(Refusal, match="already"):
        adopted(decision=position.decision)
    decision = mandate_house.decided("Another")
    actor = mandate_house.actor(mandate_house.amina)
    with pytest.raises(Forbidden):
        deed(positions.adopt, mandate_house.here, actor, now, decision=decision)


@pytest.mark.parametrize(("day", "taken"), [
    (date(2026, 11, 20), False), (date(2026, 11, 21), True), (date(2027, 11, 20), True), (date(2027, 11, 21), False),
])  # fmt: skip
def test_a_review_can_be_chosen_earlier_and_not_later_than_the_constitution_says(adopted, day, taken):
    if taken:
        assert adopted(review_on=day).review_on == day
    else:
        with pytest.raises(Refusal, match="20 November 2027 at the latest"):
            adopted(review_on=day)


@pytest.mark.parametrize(("days", "stage"), [(-1, "holds"), (0, "holds"), (1, "overdue")])
def test_a_review_is_overdue_from_the_day_after(adopted, mandate_house, now, days, stage):
    position = adopted()
    when = now.replace(year=2027, day=20) + timedelta(days=days)
    assert position.stage_on(when.date()) == stage
    assert positions.overdue(mandate_house.here, when) == ([position] if stage == "overdue" else [])


def test_a_later_position_replaces_one_and_then_it_is_not_replaced_again(adopted, mandate_house, now):
    first = adopted()
    second = adopted("Housing is a right", supersedes=first)
    day = date(2030, 1, 1)
    assert (first.stage_on(day), second.stage_on(day)) == ("superseded", "overdue")
    assert positions.standing(mandate_house.here) == [second]
    with pytest.raises(Refusal, match="replaced already, by position 2"):
        adopted("Third", supersedes=first)


@pytest.mark.parametrize(("days", "taken"), [(6, True), (7, True), (8, False)])
def test_a_member_dissents_by_name_in_time_once_and_it_stands(adopted, mandate_house, deed, now, days, taken):
    position = adopted()
    when = now - timedelta(days=1) + timedelta(days=days)  # decided yesterday
    actor = mandate_house.actor(mandate_house.amina)
    enter = (positions.dissent, position, mandate_house.here, actor, when)
    if not taken:
        with pytest.raises(Refusal, match="until 27 November 2026"):
            deed(*enter, text="It is not.")
        return
    deed(*enter, text="It is not.")
    assert [(one.membership.name, one.text) for one in position.dissents] == [("Amina Holt", "It is not.")]
    with pytest.raises(Refusal, match="stands"):
        deed(*enter, text="Or is it?")


@pytest.mark.parametrize("public", [False, True])
def test_others_read_positions_if_the_constitution_says_so_and_never_who_dissents(
    make, context, deed, now, public
):
    house = MandateHouse(make, rules=OPEN_RULES) if public else MandateHouse(make)
    amina, stranger = house.actor(house.amina), Actor(organisation_id=house.organisation.id)
    position = deed(
        positions.adopt, house.here, house.actor(house.secretary), now, decision=house.decided("Peace")
    )
    deed(positions.dissent, position, house.here, amina, now, text="No.")
    assert positions.may_read(house.here, amina, now)
    assert positions.may_read(house.here, stranger, now) is public
    (inside,) = positions.as_data(house.here, amina, now)["positions"]
    (outside,) = positions.as_data(house.here, stranger, now)["positions"]
    assert inside["dissent"] == [{"name": "Amina Holt", "text": "No."}]
    assert "dissent" not in outside
    assert "Amina" not in str(outside)
